//! What is left of an open vault when it is locked: nothing that can be asked.

use std::fs;

use countersign_ffi::{AccountId, CountersignError, Event};

use super::phone::{KEY, NOW, PAYLOAD, looking, vault, vault_in};

#[test]
fn a_locked_vault_answers_nothing() {
    let (vault, _folder) = vault();
    vault.import_text(PAYLOAD.as_bytes()).unwrap();
    vault.lock();
    vault.lock();
    assert!(!vault.is_open());
    let id = AccountId(1);
    for answer in [
        vault.codes_at(NOW).map(drop),
        vault.code_at(id, NOW).map(drop),
        vault.next_code(id).map(drop),
        vault.rename(id, None, "a"),
        vault.remove(id),
        vault.slots().map(drop),
        vault.add_passphrase(b"open sesame").map(drop),
        vault.reveal_new_recovery_key().map(drop),
        vault.reveal_account(id).map(drop),
        vault.reveal_migration().map(drop),
        vault.import_text(PAYLOAD.as_bytes()).map(drop),
        vault.measure_clock("", NOW).map(drop),
        vault.save(),
    ] {
        assert_eq!(answer.unwrap_err(), CountersignError::Locked);
    }
    assert!(vault.outline().unwrap().is_some(), "what needs no key is told");
}

#[test]
fn an_open_vault_is_nobody_elses() {
    let (vault, folder) = vault();
    let other = vault_in(&folder);
    let busy = other.open_with_device_key(&KEY).map(drop);
    assert_eq!(busy.unwrap_err(), CountersignError::Busy);
    vault.lock();
    other.open_with_device_key(&KEY).unwrap();
}

#[test]
fn what_was_not_saved_is_gone_with_the_lock() {
    let (vault, _folder) = vault();
    let flow = looking(&vault);
    flow.scanned(vec![PAYLOAD.into()], countersign_ffi::Source::Camera).unwrap();
    assert_eq!(vault.codes_at(NOW).unwrap().entries.len(), 1);
    vault.open_with_device_key(&KEY).unwrap();
    assert_eq!(vault.codes_at(NOW).unwrap().entries.len(), 0);
    assert_eq!(flow.on(Event::Saved).map(drop).unwrap_err(), CountersignError::FlowEnded);
}

#[test]
fn a_change_that_cannot_be_saved_is_not_made() {
    let (vault, folder) = vault();
    let id = vault.import_text(PAYLOAD.as_bytes()).unwrap().added[0];
    // Where the new generation would be written lies something else.
    let in_the_way = folder.path().join("vault.tmp");
    fs::create_dir(&in_the_way).unwrap();
    assert_eq!(vault.rename(id, None, "bob").unwrap_err(), CountersignError::NotSaved);
    assert_eq!(vault.add_device_key(&[2; 32]).unwrap_err(), CountersignError::NotSaved);
    assert_eq!(vault.code_at(id, NOW).unwrap().name, "alice");
    assert_eq!(vault.slots().unwrap().len(), 1);
    fs::remove_dir(&in_the_way).unwrap();
    vault.rename(id, None, "bob").unwrap();
    assert_eq!(vault.code_at(id, NOW).unwrap().name, "bob");
}

#[test]
fn a_vault_is_put_aside_while_nobody_has_it_open() {
    let (vault, folder) = vault();
    vault.import_text(PAYLOAD.as_bytes()).unwrap();
    assert_eq!(vault.set_aside().unwrap_err(), CountersignError::Busy);
    vault.lock();
    let name = vault.set_aside().unwrap();
    assert_eq!(name, "vault.1.aside");
    assert!(vault.outline().unwrap().is_none());
    assert_eq!(vault.set_aside().unwrap_err(), CountersignError::NoVault);
    vault.create_with_device_key(&[2; 32]).unwrap();
    let path = folder.path().join(name).into_os_string().into_string().unwrap();
    let aside = countersign_ffi::Vault::new(path);
    aside.open_with_device_key(&KEY).unwrap();
    assert_eq!(aside.codes_at(NOW).unwrap().entries.len(), 1, "nothing of it is lost");
}
