//! The accounts: their codes, their names, the way in and the way out.

use countersign_ffi::{CodeNow, CountersignError, Vault};

use super::phone::{KEY, NOW, PAYLOAD, Plane, vault, vault_in};

const COUNTING: &str =
    "otpauth://hotp/Example:bob?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&counter=1";

fn names(vault: &Vault) -> Vec<String> {
    vault.codes_at(NOW).unwrap().entries.into_iter().map(|entry| entry.name).collect()
}

#[test]
fn a_counters_code_is_saved_before_it_is_given() {
    let (vault, folder) = vault();
    let id = vault.import_text(COUNTING.as_bytes()).unwrap().added[0];
    assert_eq!(vault.next_code(id).unwrap(), "287082"); // RFC 4226 appendix D, counter 1
    drop(vault);
    let vault = vault_in(&folder);
    vault.open_with_device_key(&KEY).unwrap();
    let CodeNow::OnRequest { next } = vault.code_at(id, NOW).unwrap().code else { panic!() };
    assert_eq!(next, 2);
    assert_eq!(vault.codes_at(NOW).unwrap().ask_again_at, None);
    let timed = vault.import_text(PAYLOAD.as_bytes()).unwrap().added[0];
    assert_eq!(vault.next_code(timed).unwrap_err(), CountersignError::NoCounter);
}

#[test]
fn codes_are_right_where_the_clock_is_not() {
    let (vault, _folder) = vault();
    vault.import_text(PAYLOAD.as_bytes()).unwrap();
    let date = "Mon, 03 Mar 2025 14:14:52 GMT";
    assert_eq!(vault.measure_clock(date, NOW - 90).unwrap(), Some(90));
    let codes = vault.codes_at(NOW - 90).unwrap();
    let CodeNow::Timed { code } = &codes.entries[0].code else { panic!() };
    assert_eq!((code.text.as_str(), code.valid_until), ("915760", NOW + 8 - 90));
    assert_eq!(code.to_string(), format!("Code({} to {})", NOW - 22 - 90, NOW + 8 - 90));
    assert_eq!(vault.measure_clock(date, NOW - 2).unwrap(), None, "that is the network");
    assert_eq!(vault.measure_clock("soon", NOW).unwrap(), None);
}

#[test]
fn a_name_is_changed_and_one_that_hides_something_is_not() {
    let (vault, _folder) = vault();
    let id = vault.import_text(PAYLOAD.as_bytes()).unwrap().added[0];
    vault.rename(id, Some(String::new()), "carol").unwrap();
    assert_eq!(names(&vault), ["carol"]);
    let turned = vault.rename(id, None, "a\u{202E}b");
    assert_eq!(turned.unwrap_err(), CountersignError::BadName);
    assert_eq!(
        vault.rename(id, None, &"x".repeat(5000)).unwrap_err(),
        CountersignError::NameTooLong
    );
    vault.remove(id).unwrap();
    assert_eq!(vault.remove(id).unwrap_err(), CountersignError::NoSuchAccount);
}

#[test]
fn what_is_revealed_is_imported_elsewhere() {
    let (from, _folder) = vault();
    let (to, _other) = vault();
    for text in [PAYLOAD, COUNTING, "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&period=60"] {
        from.import_text(text.as_bytes()).unwrap();
    }
    let revealed = from.reveal_migration().unwrap();
    assert_eq!(revealed.left_out.len(), 1, "a minute is none of the format's periods");
    assert_eq!(revealed.parts.len(), 1);

    let plane = Plane::of(&revealed.parts[0].text);
    let imported = plane.imported_by(&to).unwrap().unwrap();
    assert_eq!((imported.added.len(), imported.already_here), (2, 0));
    assert_eq!((imported.parts[0].number, imported.parts[0].of), (1, 1));
    assert_eq!(plane.imported_by(&to).unwrap().unwrap().already_here, 2);

    let left = from.reveal_account(revealed.left_out[0]).unwrap();
    let code = left.code.unwrap();
    assert_eq!(code.modules.len(), (code.side * code.side) as usize);
    to.import_text(left.text.as_bytes()).unwrap();
    assert_eq!(names(&to), ["alice", "bob", "x"]);
}

#[test]
fn what_is_no_export_brings_nothing() {
    let (vault, _folder) = vault();
    for text in [&b"https://example.com/"[..], b"\xFF", b"otpauth://totp/a"] {
        let refused = vault.import_text(text).map(drop);
        assert_eq!(refused.unwrap_err(), CountersignError::BadPayload);
    }
    let picture = vault.import_picture(b"no picture").map(drop);
    assert_eq!(picture.unwrap_err(), CountersignError::BadPicture);
    assert!(vault.import_frame(&[128; 64 * 48], 64, 48, 64).unwrap().is_none());
}

#[test]
fn another_key_under_the_same_name_is_kept_beside_and_said_so() {
    let (vault, _folder) = vault();
    let first = vault.import_text(PAYLOAD.as_bytes()).unwrap().added[0];
    let other = "otpauth://totp/Example:alice?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    let imported = vault.import_text(other.as_bytes()).unwrap();
    assert_eq!((imported.added.len(), imported.already_here), (1, 0));
    assert_eq!(imported.named_alike, imported.added);
    let codes = vault.codes_at(NOW).unwrap().entries;
    let [CodeNow::Timed { code: old }, CodeNow::Timed { code: new }] =
        [&codes[0].code, &codes[1].code]
    else {
        panic!()
    };
    assert_eq!((codes[0].id, old.text.as_str()), (first, "915760"), "the old one stays");
    assert_ne!(old.text, new.text);

    let again = vault.import_text(other.as_bytes()).unwrap();
    assert_eq!((again.added.len(), again.named_alike.len(), again.already_here), (0, 0, 1));
}

#[test]
fn a_link_is_asked_about_by_its_names_alone() {
    let (vault, _folder) = vault();
    vault.lock();
    let named = |text: &[u8]| vault.preview(text).map(|of| (of.issuer, of.name));
    assert_eq!(named(PAYLOAD.as_bytes()), Some((Some("Example".into()), "alice".into())));
    let nothing = [
        &b"https://example.com/"[..],
        b"\xFF",
        b"otpauth://totp/a",
        b"otpauth-migration://offline?data=",
    ];
    assert!(nothing.into_iter().all(|text| named(text).is_none()));
}
