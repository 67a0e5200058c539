//! A new vault: sealed by the key store where there is one, and else by a passphrase.

use countersign::vault::{DeviceKey, KdfCost, Unlock, Vault, outline_of};

use super::{Door, Means, new_passphrase, system_rng};
use crate::console::Console;
use crate::failure::Failure;
use crate::keystore::{self, KeyStoreError};

impl Door {
    /// Makes a vault in memory. A key is made only here, where there is no vault to lose by it.
    pub(super) fn create(&mut self, console: &mut Console) -> Result<Vault, Failure> {
        if self.passphrase_file.is_none() {
            match create_by_key_store()? {
                Ok((vault, key)) => {
                    self.opened_by = Some(Means::DeviceKey(key));
                    console.note(
                        "note: the new vault opens by the key store of this computer and in no \
                         other way; `countersign recovery` or `countersign passphrase` adds one",
                    );
                    return Ok(vault);
                }
                Err(error) => {
                    console.note(&format!("note: the key store {}", error.words()));
                    console.note("note: a passphrase will protect the new vault instead");
                }
            }
        }
        let without = "a new vault needs a passphrase and there is no terminal to type it at; name \
                       a file that holds it with --passphrase-file";
        let passphrase = new_passphrase(self.passphrase_file.as_deref(), without, console)?;
        let unlock = Unlock::Passphrase(&passphrase);
        let vault = Vault::create(unlock, KdfCost::DEFAULT, &mut system_rng())?;
        self.opened_by = Some(Means::Passphrase(passphrase));
        Ok(vault)
    }
}

/// The store must hold the key before anything is sealed with it.
fn create_by_key_store() -> Result<Result<(Vault, DeviceKey), KeyStoreError>, Failure> {
    let mut rng = system_rng();
    let key = DeviceKey::generate(&mut rng);
    let mut vault = Vault::create(Unlock::DeviceKey(&key), KdfCost::DEFAULT, &mut rng)?;
    let outline =
        outline_of(&vault.seal(&mut rng)?).map_err(countersign::vault::OpenError::from)?;
    Ok(keystore::keep(&outline.identity, &key).map(|()| (vault, key)))
}
