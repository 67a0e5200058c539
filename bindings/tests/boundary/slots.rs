//! The ways into the vault, and what stands at a door that does not open.

use std::fs;

use countersign_ffi::{CountersignError, SlotKind, Vault};

use super::phone::{KEY, vault, vault_in};

fn kinds(vault: &Vault) -> Vec<SlotKind> {
    vault.slots().unwrap().into_iter().map(|slot| slot.kind).collect()
}

#[test]
fn a_lost_device_key_is_no_lost_vault() {
    let (vault, folder) = vault();
    let paper = vault.reveal_new_recovery_key().unwrap();
    assert_eq!(kinds(&vault), [SlotKind::DeviceKey, SlotKind::RecoveryKey]);
    drop(vault);

    // The key store has forgotten: its new key opens nothing, and makes nothing anew.
    let vault = vault_in(&folder);
    let refused = vault.open_with_device_key(&[2; 32]).map(drop);
    assert_eq!(refused.unwrap_err(), CountersignError::CannotOpen);
    let made_anew = vault.create_with_device_key(&[2; 32]);
    assert_eq!(made_anew.unwrap_err(), CountersignError::VaultExists);

    let typed = paper.to_lowercase().replace('-', " ");
    vault.open_with_recovery_key(typed.as_bytes()).unwrap();
    let lost = vault.slots().unwrap().remove(0).id;
    vault.add_device_key(&[2; 32]).unwrap();
    vault.remove_slot(lost).unwrap();
    vault.lock();
    assert_eq!(
        vault.open_with_device_key(&KEY).map(drop).unwrap_err(),
        CountersignError::CannotOpen
    );
    vault.open_with_device_key(&[2; 32]).unwrap();
}

#[test]
fn a_passphrase_opens_what_it_was_added_to() {
    let (vault, _folder) = vault();
    let missing = vault.open_with_passphrase(b"open sesame").map(drop);
    assert_eq!(missing.unwrap_err(), CountersignError::NoSlotOfThisKind);
    vault.open_with_device_key(&KEY).unwrap();
    assert_eq!(vault.add_passphrase(b"").unwrap_err(), CountersignError::EmptyPassphrase);
    let slot = vault.add_passphrase(b"open sesame").unwrap();
    vault.open_with_passphrase(b"open sesame").unwrap();
    let device = vault.slots().unwrap().remove(0).id;
    vault.remove_slot(device).unwrap();
    assert_eq!(vault.remove_slot(device).unwrap_err(), CountersignError::NoSuchSlot);
    assert_eq!(vault.remove_slot(slot).unwrap_err(), CountersignError::LastSlot);
}

#[test]
fn an_outline_tells_the_ways_in_without_opening() {
    let (vault, folder) = vault();
    vault.reveal_new_recovery_key().unwrap();
    let other = vault_in(&folder);
    let outline = other.outline().unwrap().unwrap();
    assert_eq!((outline.generation, outline.slots.len()), (2, 2));
    assert_eq!(outline.identity.len(), 64);
    let nothing = Vault::new(folder.path().join("other").to_string_lossy().into_owned());
    assert!(nothing.outline().unwrap().is_none());
    let refused = nothing.open_with_device_key(&KEY).map(drop);
    assert_eq!(refused.unwrap_err(), CountersignError::NoVault);
}

#[test]
fn what_is_no_key_is_told_before_the_vault_is_touched() {
    let (vault, _folder) = vault();
    let short = vault.open_with_device_key(&KEY[1..]).map(drop);
    assert_eq!(short.unwrap_err(), CountersignError::BadDeviceKey);
    for typed in [&b"ABCD-EFGH"[..], b"\xFF", b""] {
        let refused = vault.open_with_recovery_key(typed).map(drop);
        assert_eq!(refused.unwrap_err(), CountersignError::BadRecoveryKey);
    }
    assert!(vault.is_open(), "a slip of the finger locks nothing");
}

#[test]
fn a_newer_and_a_damaged_file_are_told_apart() {
    let (vault, folder) = vault();
    vault.lock();
    let path = folder.path().join("vault");
    let sound = fs::read(&path).unwrap();
    let with = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = sound.clone();
        change(&mut bytes);
        fs::write(&path, bytes).unwrap();
        vault.open_with_device_key(&KEY).map(drop).unwrap_err()
    };
    assert_eq!(with(&|bytes| bytes[9] = 2), CountersignError::NewerVersion);
    assert_eq!(vault.outline().map(drop).unwrap_err(), CountersignError::NewerVersion);
    assert_eq!(with(&|bytes| bytes[0] = 0), CountersignError::NotAVault);
    assert_eq!(with(&|bytes| bytes.truncate(70)), CountersignError::Damaged);
    assert_eq!(with(&|bytes| *bytes.last_mut().unwrap() ^= 1), CountersignError::Damaged);
}

#[test]
fn the_generation_before_stands_in_and_says_so() {
    let (vault, folder) = vault();
    vault.add_device_key(&[2; 32]).unwrap();
    vault.lock();
    fs::write(folder.path().join("vault"), b"torn").unwrap();
    assert!(vault.open_with_device_key(&KEY).unwrap().recovered.is_some());
    assert_eq!(kinds(&vault), [SlotKind::DeviceKey]);
}
