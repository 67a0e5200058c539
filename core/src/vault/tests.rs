//! The set of accounts, and what of it is sealed.

use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use serde_json::{Value, json};

use super::*;
use crate::payload;
use crate::secret::Secret;

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::from_seed([3; 32])
}

fn device_key() -> DeviceKey {
    DeviceKey::from_bytes(&[9; 32])
}

fn vault() -> Vault {
    Vault::create(Unlock::DeviceKey(&device_key()), KdfCost::DEFAULT, &mut rng()).unwrap()
}

fn account(text: &str) -> Account {
    payload::parse(text).unwrap().accounts.remove(0)
}

fn alice() -> Account {
    account("otpauth://totp/Example:alice?secret=JBSWY3DPEHPK3PXP")
}

fn counter(next: u64) -> Account {
    account(&format!(
        "otpauth://hotp/Example:c?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&counter={next}"
    ))
}

fn pending_somewhere() -> Standing {
    Standing::Pending { asked_at: Some("https://\"/".into()), replaces: Some(AccountId(u64::MAX)) }
}

fn content_of(vault: &Vault) -> Value {
    serde_json::from_slice(&content::write(vault)).unwrap()
}

fn vault_of(content: &Value) -> Option<Vault> {
    content::read(vault().keys, content.to_string().as_bytes())
}

#[test]
fn the_same_account_is_not_added_twice() {
    let mut vault = vault();
    let id = vault.add(alice()).unwrap();
    assert_eq!(vault.add(alice()), Err(VaultError::Duplicate(id)));
    let renamed = account("otpauth://totp/Other:bob?secret=JBSWY3DPEHPK3PXP");
    assert_eq!(vault.find_duplicate(&renamed), Some(Duplicate { id, same_codes: true }));
    let other_secret = account("otpauth://totp/Example:alice?secret=GEZDGNBVGY3TQOJQ");
    assert_eq!(vault.find_duplicate(&other_secret), Some(Duplicate { id, same_codes: false }));
    let other_case = account("otpauth://totp/Example:Alice?secret=GEZDGNBVGY3TQOJQ");
    assert_eq!(vault.find_duplicate(&other_case), None, "names are compared byte for byte");
}

#[test]
fn a_number_is_never_used_again() {
    let mut vault = vault();
    let first = vault.add(alice()).unwrap();
    let _ = vault.remove(first).unwrap();
    assert_ne!(vault.add(alice()).unwrap(), first);
    assert_eq!(vault.remove(first).unwrap_err(), VaultError::NoSuchAccount);
}

#[test]
fn a_counter_moves_on_with_each_code() {
    let mut vault = vault();
    let id = vault.add(counter(0)).unwrap();
    let codes: Vec<_> = (0..3).map(|_| vault.next_code(id).unwrap().to_string()).collect();
    assert_eq!(codes, ["755224", "287082", "359152"]); // RFC 4226, appendix D
    assert!(matches!(vault.code_at(id, 0).unwrap(), CodeNow::OnRequest { next: 3 }));
    let timed = vault.add(alice()).unwrap();
    assert_eq!(vault.next_code(timed), Err(VaultError::NoCounter));
}

#[test]
fn a_counter_ends_and_does_not_begin_again() {
    let mut vault = vault();
    let id = vault.add(counter(u64::MAX)).unwrap();
    assert_eq!(vault.next_code(id).unwrap().as_str(), "094451"); // as oathtool has it
    assert_eq!(vault.next_code(id), Err(VaultError::CounterExhausted));
    let mut again = vault_of(&content_of(&vault)).unwrap();
    assert_eq!(again.next_code(id), Err(VaultError::CounterExhausted), "nor after it was saved");
}

#[test]
fn codes_follow_the_right_time_and_are_dated_in_the_wrong() {
    let mut vault = vault();
    let _ = vault.add(alice()).unwrap();
    vault.set_clock_error(ClockError::by_seconds(90).unwrap());
    let codes = vault.codes_at(1_741_011_292 - 90);
    let CodeNow::Timed(code) = &codes[0].1 else { panic!() };
    assert_eq!(code.text(), "915760");
    assert_eq!(code.valid_until(), 1_741_011_300 - 90);
}

#[test]
fn what_a_later_version_wrote_is_kept() {
    let mut content = content_of(&{
        let mut vault = vault();
        vault.add(alice()).unwrap();
        vault
    });
    content["groups"] = json!([{"name": "Work"}]);
    content["accounts"][0]["icon"] = json!({"glyph": "star"});
    let future = json!({"id": 40, "type": "ocra", "suite": "OCRA-1", "secret": "AA"});
    content["accounts"].as_array_mut().unwrap().push(future.clone());

    let mut vault = vault_of(&content).unwrap();
    assert_eq!((vault.entries().len(), vault.unread()), (1, 1));
    vault.rename(AccountId(1), Some("Work"), "alice").unwrap();
    let again = content_of(&vault);
    assert_eq!(again["groups"], content["groups"]);
    assert_eq!(again["accounts"][0]["icon"], content["accounts"][0]["icon"]);
    assert_eq!(again["accounts"][0]["issuer"], "Work");
    assert_eq!(again["accounts"][1], future);
    assert_eq!(vault.add(counter(0)), Ok(AccountId(41)), "its number is taken too");
}

#[test]
fn what_is_kept_is_kept_to_the_letter() {
    let json = r#"{"next_id":9,"accounts":[{"id":1,"name":"a","type":"steam","secret":"AAAA","x":1e400,"y":123456789012345678901234567890},{"id":2,"type":"ocra","z":[1e999, 2]}],"w":{"q":-0.0}}"#;
    let vault = content::read(vault().keys, json.as_bytes()).unwrap();
    assert_eq!(core::str::from_utf8(&content::write(&vault)).unwrap(), json);
}

#[test]
fn accounts_without_a_name_are_told_apart_by_their_codes() {
    let mut vault = vault();
    vault.add(account("steam://JBSWY3DPEHPK3PXP")).unwrap();
    assert!(vault.add(account("steam://GEZDGNBVGY3TQOJQ")).is_ok());
    assert!(vault.add(account("steam://GEZDGNBVGY3TQOJQ")).is_err());
}

#[test]
fn content_that_is_no_vaults_is_refused() {
    for content in
        [json!(null), json!([]), json!({}), json!({"accounts": []}), json!({"next_id": 1})]
    {
        assert!(vault_of(&content).is_none(), "{content}");
    }
    let twice = json!({"id": 1, "name": "a", "type": "steam", "secret": "AAAA"});
    assert!(vault_of(&json!({"next_id": 9, "accounts": [twice, twice]})).is_none());
}

#[test]
fn the_next_number_is_above_all_that_are_there() {
    let entry = json!({"id": 7, "name": "a", "type": "steam", "secret": "AAAA"});
    let mut vault = vault_of(&json!({"next_id": 1, "accounts": [entry]})).unwrap();
    assert_eq!(vault.add(alice()), Ok(AccountId(8)));
}

#[test]
fn the_buffer_for_the_content_never_grows() {
    let mut vault = vault();
    let name = "\u{200F}\"\\".repeat(500);
    for n in 0..20 {
        let secret = Secret::from_bytes(vec![n; 128]).unwrap();
        let account = Account::new(Some(&name), &name, Otp::DEFAULT, secret).unwrap();
        vault.add_beside(account, pending_somewhere()).unwrap();
    }
    let long = format!("otpauth://totp/a?secret=AAAA&x={}", "%22".repeat(1000));
    vault.add(account(&long)).unwrap();
    let json = content::write(&vault);
    assert_eq!(json.capacity(), content::room(&vault));
    assert!(json.len() > json.capacity() / 40, "and the room is not out of all proportion");
}

#[test]
fn debug_shows_no_account() {
    let mut vault = vault();
    vault.add(alice()).unwrap();
    assert_eq!(format!("{vault:?}"), "Vault(1 accounts)");
    assert!(!format!("{:?}", vault.entry(AccountId(1)).unwrap()).contains("JBSW"));
}

proptest! {
    #[test]
    fn what_is_sealed_opens_to_the_same(
        names in proptest::collection::vec(("[a-zA-Zé\"\\\\:/ 📱]{0,12}", any::<[u8; 20]>(), any::<bool>()), 0..6),
    ) {
        let mut vault = vault();
        for (name, secret, pending) in &names {
            let secret = Secret::from_bytes(secret.to_vec()).unwrap();
            let account = Account::new(Some(name), name, Otp::DEFAULT, secret).unwrap();
            let standing = if *pending { pending_somewhere() } else { Standing::Registered };
            vault.add_beside(account, standing).unwrap();
        }
        let sealed = vault.seal(&mut rng()).unwrap();
        let again = Vault::open(&sealed, Unlock::DeviceKey(&device_key())).unwrap();
        prop_assert_eq!(again.entries().len(), names.len());
        for (one, other) in vault.entries().zip(again.entries()) {
            prop_assert!(one.account.same_codes_as(&other.account));
            prop_assert!(one.account.same_name_as(&other.account));
            prop_assert_eq!((one.id, &one.standing), (other.id, &other.standing));
        }
        prop_assert_eq!(content_of(&vault), content_of(&again));
    }
}

/// As `android/core` and `ios` read it.
#[test]
fn the_accounts_of_a_vault_of_version_1_are_there_for_ever() {
    let file = include_bytes!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../tests/vectors/vault_v1_accounts.bin"
    ));
    let vector = include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../tests/vectors/vault_v1_accounts.json"
    ));
    let vector: Value = serde_json::from_str(vector).unwrap();
    let text = |name: &str| vector[name].as_str().unwrap();
    assert_eq!(text("device_key_hex"), "22".repeat(32));
    let device_key = DeviceKey::from_bytes(&[0x22; 32]);
    let recovery_key = RecoveryKey::parse(text("recovery_key")).unwrap();
    for unlock in [
        Unlock::DeviceKey(&device_key),
        Unlock::Passphrase(text("passphrase").as_bytes()),
        Unlock::RecoveryKey(&recovery_key),
    ] {
        let (keys, content) = Keys::open(file, unlock).unwrap();
        assert_eq!(Some(keys.generation()), vector["generation"].as_u64());
        let vault = Vault::from_content(keys, &content).unwrap();
        let told = vault.entries().map(|entry| {
            let standing = if entry.is_pending() { "pending" } else { "registered" };
            let account = entry.account();
            let counter = account.otp().counter().map(|next| format!(" at {next}"));
            let counter = counter.unwrap_or_default();
            let issuer = account.issuer().unwrap();
            format!("{} {standing} {issuer}:{}{counter}", entry.id().0, account.name())
        });
        assert_eq!(Value::from_iter(told), vector["accounts"]);
    }
}
