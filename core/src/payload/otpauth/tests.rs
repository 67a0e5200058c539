//! Every payload that the world sent, with its verdict; and what must hold of all of them.

use proptest::prelude::*;
use serde_json::Value;

use super::super::{Parsed, PayloadError, Warning, parse};
use super::format;
use crate::account::Account;
use crate::code::CodeNow;
use crate::otp::{Algorithm, Digits, Otp, TimeStep};
use crate::secret::Secret;

const TIME: u64 = 1_741_011_292;

fn one(text: &str) -> (Account, Vec<Warning>) {
    let Parsed { mut accounts, warnings, .. } =
        parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
    assert_eq!(accounts.len(), 1, "{text}");
    (accounts.remove(0), warnings)
}

fn refused(text: &str) -> PayloadError {
    parse(text).map(|_| ()).expect_err(text)
}

fn code_of(account: &Account) -> Option<String> {
    match account.code_at(TIME) {
        CodeNow::Timed(code) => Some(code.text().to_owned()),
        CodeNow::OnRequest { next } => {
            account.otp().value(account.secret(), next).map(|value| value.to_string())
        }
        CodeNow::Unsupported => None,
    }
}

fn check_vectors(file: &str, count: usize) {
    let file: Value = serde_json::from_str(file).unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert_eq!(cases.len(), count);
    for case in cases {
        let id = case["id"].as_str().unwrap();
        let uri = case["uri"].as_str().unwrap();
        let verdict = case["verdict"].as_str().unwrap();
        let parsed = parse(uri);
        if verdict == "refuse" {
            let error = parsed.map(|_| ()).expect_err(id);
            if let Some(name) = case["error"].as_str() {
                assert_eq!(error.name(), name, "{id}");
            }
            continue;
        }
        let Parsed { accounts, warnings, .. } = parsed.unwrap_or_else(|e| panic!("{id}: {e}"));
        assert_eq!(warnings.is_empty(), verdict == "ok", "{id}: {warnings:?}");
        let [account] = accounts.as_slice() else { panic!("{id}: {} accounts", accounts.len()) };
        let expect = &case["expect"];
        assert_eq!(account.otp().kind(), expect["type"], "{id}");
        assert_eq!(account.issuer(), expect["issuer"].as_str(), "{id}");
        assert_eq!(account.name(), expect["account"].as_str().unwrap(), "{id}");
        assert_eq!(account.otp().algorithm().name(), expect["algorithm"], "{id}");
        assert_eq!(account.otp().code_length(), expect["digits"], "{id}");
        let period = account.otp().time_step().map(|step| u64::from(step.seconds()));
        assert_eq!(period, expect["period"].as_u64(), "{id}");
        assert_eq!(account.otp().counter(), expect["counter"].as_u64(), "{id}");
        assert_eq!(code_of(account).as_deref(), expect["code_at_1741011292"].as_str(), "{id}");
    }
}

#[test]
fn every_uri_that_the_world_sent_has_its_verdict_and_its_code() {
    check_vectors(include_str!("../../../../tests/vectors/otpauth_uris.json"), 64);
}

#[test]
fn every_uri_that_we_found_has_its_verdict_and_its_code() {
    check_vectors(include_str!("../../../../tests/vectors/otpauth_uris_more.json"), 65);
}

#[test]
fn what_is_unknown_is_kept_and_what_differs_too() {
    let (account, _) = one(
        "otpauth://totp/Some+Company%3ame%40x.net?image=http%3A%2F%2Fx%2Fi.png&secret=MFRGG&issuer=Microsoft&Tag=a+b",
    );
    assert_eq!(account.label_issuer(), Some("Some Company"));
    let again = format(&account);
    assert_eq!(
        *again,
        "otpauth://totp/Some%20Company:me%40x.net?secret=MFRGG&issuer=Microsoft\
         &algorithm=SHA1&digits=6&period=30&image=http%3A%2F%2Fx%2Fi.png&Tag=a%20b"
    );
}

#[test]
fn four_kilobytes_are_read_and_more_than_a_code_can_hold_is_not() {
    let name = "é".repeat(2000);
    let (account, _) = one(&format!("otpauth://totp/{name}?secret=JBSWY3DPEHPK3PXP"));
    assert_eq!(account.name(), name);
    let long = format!("otpauth://totp/a?secret=JBSWY3DPEHPK3PXP&x={}", "y".repeat(20_000));
    assert_eq!(refused(&long), PayloadError::TooLong);
}

#[test]
fn a_bad_secret_is_told_by_its_place() {
    let error = refused("otpauth://totp/a?secret=JBSW%20Y3D1");
    assert_eq!(
        error.to_string(),
        "the secret cannot be read: character 9 of the key is not base32 (A to Z and 2 to 7)"
    );
}

fn same(a: &Account, b: &Account) -> bool {
    a.same_codes_as(b)
        && a.same_name_as(b)
        && a.otp() == b.otp()
        && a.label_issuer() == b.label_issuer()
        && a.extra() == b.extra()
}

fn any_otp() -> impl Strategy<Value = Otp> {
    let algorithm =
        prop_oneof![Just(Algorithm::Sha1), Just(Algorithm::Sha256), Just(Algorithm::Sha512)];
    let digits = (6_u8..=10).prop_map(|count| Digits::new(count).unwrap());
    let step = (1..=TimeStep::MAX_SECONDS).prop_map(|seconds| TimeStep::new(seconds).unwrap());
    prop_oneof![
        (algorithm.clone(), digits.clone(), step).prop_map(|(algorithm, digits, step)| Otp::Totp {
            algorithm,
            digits,
            step
        }),
        (algorithm, digits, any::<u64>()).prop_map(|(algorithm, digits, counter)| Otp::Hotp {
            algorithm,
            digits,
            counter
        }),
        Just(Otp::Steam),
        Just(Otp::Yandex),
    ]
}

/// Names with all that could be mistaken for something else in a label.
const NAME: &str = "([a-zA-Z:/?#&=+%@. 0-9é🏴-]|%3A|//|secret=){0,20}";

proptest! {
    #[test]
    fn what_is_formatted_parses_to_the_same(
        otp in any_otp(),
        issuer in NAME,
        name in NAME.prop_filter("a reader may drop spaces", |name| !name.starts_with(' ')),
        secret in proptest::collection::vec(any::<u8>(), 1..=128),
    ) {
        // The issuer of these two is always known.
        let issuer = if issuer.is_empty() && matches!(otp, Otp::Steam | Otp::Yandex) { "x".into() } else { issuer };
        let account = Account::new(Some(&issuer), &name, otp, Secret::from_bytes(secret).unwrap()).unwrap();
        let text = format(&account);
        let (again, _) = one(&text);
        prop_assert!(same(&account, &again), "{:?} is not {:?}", again, account);
    }

    #[test]
    fn what_parses_is_formatted_to_the_same(
        kind in "totp|hotp|steam|TOTP",
        label in "([a-zA-Z:+%@. é]|%3A|%20|%2B|//){0,20}",
        query in "(&(issuer|secret|digits|Period|amp;x|steam|encoder|y)=[a-zA-Z0-9+%# =]{0,9}){0,5}",
    ) {
        let text = format!("otpauth://{kind}/{label}?secret=JBSWY3DPEHPK3PXP{query}");
        if let Ok(parsed) = parse(&text) {
            let first = &parsed.accounts[0];
            if first.name().starts_with(' ') {
                return Ok(()); // a reader may drop those
            }
            let (again, _) = one(&format(first));
            prop_assert!(same(first, &again), "{:?} is not {:?}", again, first);
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "(otpauth://(totp|hotp|steam|x)/?)?\\PC{0,200}") {
        let _ = parse(&text);
    }

    #[test]
    fn no_error_repeats_the_text(text in "otpauth://(totp|hotp)/CANARY\\?(secret|digits|period|algorithm|counter|x)=CANARY[0-9]{0,3}(&secret=CANARY)?") {
        if let Err(error) = parse(&text) {
            let printed = format!("{error} {error:?}");
            prop_assert!(!printed.contains("CANARY"));
        }
    }
}
