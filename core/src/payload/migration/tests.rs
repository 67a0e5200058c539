//! Migrations that other apps wrote, and ours both ways.

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::payload::parse;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../../tests/vectors/migration.json")).unwrap()
}

fn uri(id: &str) -> String {
    let file = vectors();
    let cases = file["cases"].as_array().unwrap();
    let case = cases.iter().find(|case| case["id"] == id).unwrap();
    case["uri"].as_str().unwrap().to_owned()
}

fn summary(account: &Account) -> String {
    let issuer = account.issuer().unwrap_or("-");
    format!(
        "{} {issuer} {} {}",
        account.otp().kind(),
        account.name(),
        *account.secret().reveal_base32()
    )
}

fn numbered(n: u8) -> Account {
    let secret = Secret::from_bytes(vec![n; 20]).unwrap();
    Account::new(Some("Example"), &format!("a{n}"), Otp::DEFAULT, secret).unwrap()
}

#[test]
fn what_is_unsaid_is_sha1_and_six_digits() {
    let parsed = parse(&uri("M01")).unwrap();
    let [account] = parsed.accounts.as_slice() else { panic!() };
    assert_eq!(summary(account), "totp Example alice@google.com JBSWY3DPEHPK3PXP");
    assert_eq!(account.otp(), &Otp::DEFAULT);
    assert_eq!(parsed.part, Some(Part { id: 0, index: 0, size: 1 }));
}

#[test]
fn a_plus_that_is_not_escaped_is_no_space() {
    let text = uri("M02");
    let read = |text: &str| summary(&parse(text).unwrap().accounts[0]);
    let expected = "totp Example alice@google.com CHGEE4VO72DVNFA76NJS7HL6EREGQ6HU";
    assert!(text.contains('+'));
    assert_eq!(read(&text), expected);
    assert_eq!(read(&text.replace('+', "%2B")), expected);
    assert_eq!(read(&text.replace('+', " ")), expected, "undone too early by somebody");
    let url_safe = text.replace('+', "-").replace("/odW", "_odW").replace('=', "");
    assert_eq!(read(&url_safe.replacen("data", "data=", 1)), expected);
}

#[test]
fn two_accounts_of_one_code() {
    let parsed = parse(&uri("M03")).unwrap();
    let lines: Vec<_> = parsed.accounts.iter().map(summary).collect();
    assert_eq!(
        lines,
        [
            "totp ACME Co john.doe@example.com HXDMVJECJJWSRB3HWIZR4IFUGFTMXBOZ",
            "totp Example alice@google.com JBSWY3DPEHPK3PXP",
        ]
    );
    assert_eq!(parsed.part, Some(Part { id: 790_556_775, index: 0, size: 1 }));
}

#[test]
fn what_is_no_migration_is_refused() {
    for text in [
        "otpauth-migration://offline",
        "otpauth-migration://offline?data=",
        "otpauth-migration://offline?data=XXXX",
        "otpauth-migration://offline?x=CjEKCkhlbGxv",
        "otpauth-migration://online?data=CjEKCkhlbGxvIQ",
        "otpauth-migration://offline?data=CjEKCkhlbGxvIQ%%%",
    ] {
        assert_eq!(parse(text).unwrap_err(), PayloadError::BadMigration, "{text}");
    }
}

#[test]
fn one_bad_account_does_not_lose_the_others() {
    let good = write_account(&numbered(1)).unwrap();
    let mut md5 = Writer::with_room(64);
    md5.bytes(1, b"secret");
    md5.number(4, 4);
    let md5 = md5.finish();
    let mut message = Writer::with_room(256);
    for account in [&md5, &good] {
        message.bytes(1, account);
    }
    message.number(99, 1); // a field of a later version
    let parsed = parse(&text_of(&message.finish())).unwrap();
    assert_eq!(parsed.accounts.len(), 1);
    let error = PayloadError::UnknownAlgorithm;
    assert_eq!(parsed.refused, [Refused { position: 1, error }]);
}

#[test]
fn impossible_parts_are_refused() {
    let part = |size, index| {
        let mut message = Writer::with_room(256);
        message.bytes(1, &write_account(&numbered(1)).unwrap());
        message.number(3, size);
        message.number(4, index);
        parse(&text_of(&message.finish())).map(|parsed| parsed.part.unwrap().size)
    };
    assert_eq!(part(0, 0), Ok(1));
    assert_eq!(part(3, 2), Ok(3));
    assert_eq!(part(3, 3), Err(PayloadError::BadMigration));
    assert_eq!(part(1001, 0), Err(PayloadError::BadMigration));
    assert_eq!(part(u64::MAX, 0), Err(PayloadError::BadMigration));
}

#[test]
fn parts_come_in_any_order_and_twice_and_are_missed() {
    let accounts: Vec<_> = (0..25).map(numbered).collect();
    let texts = export(&accounts, -7).texts;
    assert_eq!(texts.len(), 3);
    let mut batch = Batch::default();
    assert!(batch.missing().is_empty());
    for (index, missing) in [(2, vec![1, 2]), (0, vec![2])] {
        assert_eq!(batch.add(parse(&texts[index]).unwrap()), Ok(Added::New));
        assert_eq!(batch.missing(), missing);
    }
    assert_eq!(batch.add(parse(&texts[2]).unwrap()), Ok(Added::Repeated));

    let other = export(&accounts, 8).texts;
    assert_eq!(batch.add(parse(&other[1]).unwrap()), Err(BatchError::OtherBatch));
    let mut unnumbered = Batch::default();
    assert_eq!(unnumbered.add(parse(&uri("M01")).unwrap()), Ok(Added::New));
    assert_eq!(unnumbered.add(parse(&uri("M01")).unwrap()), Ok(Added::Repeated));
    assert_eq!(unnumbered.add(parse(&uri("M02")).unwrap()), Err(BatchError::OtherBatch));

    let single = parse("otpauth://totp/a?secret=JBSWY3DPEHPK3PXP").unwrap();
    assert_eq!(batch.add(single), Err(BatchError::NotAPart));
    assert_eq!(batch.missing(), [2], "what does not belong changes nothing");

    assert_eq!(batch.add(parse(&texts[1]).unwrap()), Ok(Added::New));
    let names: Vec<_> = batch.into_accounts().iter().map(|a| a.name().to_owned()).collect();
    assert_eq!(names, (0..25).map(|n| format!("a{n}")).collect::<Vec<_>>());
}

#[test]
fn what_the_format_cannot_carry_is_named() {
    let secret = || Secret::from_bytes(vec![1; 20]).unwrap();
    let account = |otp| Account::new(None, "a", otp, secret()).unwrap();
    let totp = |digits, period| Otp::Totp {
        algorithm: Algorithm::Sha1,
        digits: Digits::new(digits).unwrap(),
        step: TimeStep::new(period).unwrap(),
    };
    let counter = |counter| Otp::Hotp { algorithm: Algorithm::Sha1, digits: Digits::SIX, counter };
    let kinds =
        [totp(6, 30), totp(6, 60), totp(7, 30), Otp::Steam, counter(u64::MAX), counter(1 << 62)];
    let export = export(&kinds.map(account), 0);
    assert_eq!(export.texts.len(), 1);
    assert_eq!(
        export.left_out,
        [
            (1, CannotCarry::TimeStep),
            (2, CannotCarry::Digits),
            (3, CannotCarry::Type),
            (4, CannotCarry::Counter),
        ]
    );
}

#[test]
fn long_accounts_take_more_parts_and_too_long_ones_are_named() {
    let named = |n: u8, name: &str| {
        let secret = Secret::from_bytes(vec![n; 128]).unwrap();
        Account::new(Some("Пример"), name, Otp::DEFAULT, secret).unwrap()
    };
    let mut accounts: Vec<_> = (0..10).map(|n| named(n, &"ж".repeat(60))).collect();
    accounts.push(named(10, &"x".repeat(1000)));
    accounts.extend((11..21).map(numbered));
    let export = export(&accounts, 1);
    assert_eq!(export.left_out, [(10, CannotCarry::TooLong)]);
    let mut batch = Batch::default();
    for text in &export.texts {
        assert!(text.len() < 2_600, "{} characters", text.len());
        batch.add(parse(text).unwrap()).unwrap();
    }
    assert!(batch.missing().is_empty());
    assert_eq!(batch.into_accounts().len(), 20);
}

proptest! {
    #[test]
    fn what_is_exported_is_imported(
        issuer in "[a-z:é ]{0,8}",
        name in "([a-z:é@][a-z:é@ ]{0,12})?",
        secret in proptest::collection::vec(any::<u8>(), 1..=128),
        counter in proptest::option::of(0..=i64::MAX as u64),
        eight in any::<bool>(),
        id in any::<i32>(),
    ) {
        let digits = if eight { Digits::EIGHT } else { Digits::SIX };
        let algorithm = Algorithm::Sha512;
        let otp = match counter {
            Some(counter) => Otp::Hotp { algorithm, digits, counter },
            None => Otp::Totp { algorithm, digits, step: TimeStep::DEFAULT },
        };
        let account = Account::new(Some(&issuer), &name, otp, Secret::from_bytes(secret).unwrap()).unwrap();
        let export = export([&account], id);
        let parsed = parse(&export.texts[0]).unwrap();
        prop_assert_eq!(parsed.part, Some(Part { id, index: 0, size: 1 }));
        let again = &parsed.accounts[0];
        prop_assert!(again.same_codes_as(&account) && again.otp() == account.otp());
        prop_assert!(again.same_name_as(&account), "{:?} is not {:?}", again, account);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&text_of(&bytes));
    }
}
