//! `passphrase`, `recovery` and `device-key`: the ways into the vault.

use countersign::vault::{self, DeviceKey as Key, KdfCost, RecoveryKey, SlotId, SlotKind, Unlock};

use crate::args::{DeviceKey, Passphrase, Recovery};
use crate::console::Console;
use crate::failure::{Exit, Failure};
use crate::keystore::{self, KeyStoreError};
use crate::unlock::{Door, OpenVault, new_passphrase, system_rng};

/// Sets the vault's passphrase, and ends the one before.
pub(super) fn passphrase(
    options: &Passphrase,
    door: &mut Door,
    console: &mut Console,
) -> Result<Exit, Failure> {
    let mut open = door.open(console)?;
    let without = "there is no terminal to type the new passphrase at; name a file that holds it \
                   with --new-passphrase-file";
    let file = options.new_passphrase_file.as_deref();
    let new = new_passphrase(file, without, console)?;
    let old = slots_of_kind(&open, SlotKind::Passphrase);
    add(&mut open, Unlock::Passphrase(&new))?;
    remove(&mut open, &old)?;
    open.save()?;
    console.line(if old.is_empty() {
        "the passphrase is set"
    } else {
        "the passphrase is changed"
    })?;
    console.note("note: copies of the vault from before still open as they did");
    Ok(Exit::Done)
}

/// Makes a recovery key, shows it once, and ends the one before.
pub(super) fn recovery(
    options: &Recovery,
    door: &mut Door,
    console: &mut Console,
) -> Result<Exit, Failure> {
    let mut open = door.open(console)?;
    let old = slots_of_kind(&open, SlotKind::RecoveryKey);
    if !options.yes {
        let question = match old.as_slice() {
            [] => "Make a recovery key? It opens the vault without anything else.",
            _ => "Make a new recovery key? The old one will open the vault no more.",
        };
        if !console.answers() {
            return Err(Failure::new(
                Exit::Refused,
                "nobody is there to write the recovery key down; --yes makes it all the same",
            ));
        }
        if !console.agrees(question)? {
            return Err(Failure::new(Exit::Refused, "nothing was changed"));
        }
    }
    let key = RecoveryKey::generate(&mut system_rng());
    // Shown before it is saved: a key that holds and that nobody saw would be worse than the reverse.
    console.line(key.reveal().as_str())?;
    console.finish()?;
    if !options.yes {
        console.note("write it down now; it is not shown again");
        if !console.agrees("Is it on paper?")? {
            return Err(Failure::new(
                Exit::Refused,
                "nothing was changed, and the key above opens nothing",
            ));
        }
    }
    add(&mut open, Unlock::RecoveryKey(&key))?;
    remove(&mut open, &old)?;
    open.save().inspect_err(|_| console.note("the key above may open nothing"))?;
    console.note("the recovery key is set; keep it where no thief of this computer would find it");
    Ok(Exit::Done)
}

/// Lets the key store of this computer open the vault: with the key that it holds for it, or with a
/// new one where it says that it has none. It is never made to forget one.
pub(super) fn device_key(
    options: &DeviceKey,
    door: &mut Door,
    console: &mut Console,
) -> Result<Exit, Failure> {
    let mut open = door.open(console)?;
    let Some(outline) = door.outline()? else {
        return Err(Failure::new(Exit::Failed, "the vault is gone"));
    };
    let others = slots_of_kind(&open, SlotKind::DeviceKey);
    let no_store = |error: KeyStoreError| {
        Failure::new(Exit::Failed, format!("the key store {}", error.words()))
    };
    let key = match keystore::device_key(&outline.identity) {
        Ok(key) => key,
        Err(KeyStoreError::NoEntry) => {
            let key = Key::generate(&mut system_rng());
            keystore::keep(&outline.identity, &key).map_err(no_store)?;
            key
        }
        Err(error) => return Err(no_store(error)),
    };
    let opens = matches!(vault::open_newest(door.path(), Unlock::DeviceKey(&key)), Ok(Some(_)));
    if opens && !options.only {
        console.line("the key store of this computer opens the vault already")?;
        return Ok(Exit::Done);
    }
    add(&mut open, Unlock::DeviceKey(&key))?;
    if options.only {
        remove(&mut open, &others)?;
    }
    open.save()?;
    console.line(if options.only {
        "the key store of this computer opens the vault, and no other device's does"
    } else {
        "the key store of this computer opens the vault"
    })?;
    Ok(Exit::Done)
}

fn slots_of_kind(open: &OpenVault, kind: SlotKind) -> Vec<SlotId> {
    let slots = open.vault.keys().slots();
    slots.iter().filter(|slot| slot.kind == kind).map(|slot| slot.id).collect()
}

fn add(open: &mut OpenVault, unlock: Unlock<'_>) -> Result<(), Failure> {
    open.vault.keys_mut().add_slot(unlock, KdfCost::DEFAULT, &mut system_rng())?;
    Ok(())
}

fn remove(open: &mut OpenVault, slots: &[SlotId]) -> Result<(), Failure> {
    for slot in slots {
        open.vault.keys_mut().remove_slot(*slot)?;
    }
    Ok(())
}
