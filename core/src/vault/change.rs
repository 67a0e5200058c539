//! A change that is on the disk or is not made at all.

use super::{Vault, content};

impl Vault {
    /// Makes a change and saves it. Where either fails, the vault is what it was: what is in memory
    /// and what is on the disk stay one.
    ///
    /// ```
    /// # use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
    /// # let mut rng = ChaCha20Rng::from_seed([0; 32]);
    /// use countersign::payload;
    /// use countersign::vault::{DeviceKey, KdfCost, Unlock, Vault, VaultError};
    ///
    /// # let key = DeviceKey::generate(&mut rng);
    /// # let mut vault = Vault::create(Unlock::DeviceKey(&key), KdfCost::DEFAULT, &mut rng)?;
    /// let account = payload::parse("otpauth://totp/Example:alice?secret=JBSWY3DPEHPK3PXP")?.accounts.remove(0);
    /// let alice = vault.add(account)?;
    ///
    /// let disk_full = |_: &mut Vault| Err("no space left");
    /// let failed = vault.change(|vault| vault.remove(alice).map_err(|_| "not there"), disk_full);
    /// assert_eq!(failed.err(), Some("no space left"));
    /// assert_eq!(vault.entry(alice)?.account().name(), "alice");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Whatever `make` or `save` gives.
    pub fn change<T, E>(
        &mut self,
        make: impl FnOnce(&mut Self) -> Result<T, E>,
        save: impl FnOnce(&mut Self) -> Result<(), E>,
    ) -> Result<T, E> {
        let before = content::write(self);
        let slots = self.keys.copy_slots();
        let outcome = make(self).and_then(|made| save(self).map(|()| made));
        if outcome.is_err() {
            // What `write` wrote, `replace` reads: every save relies on it.
            let _ = content::replace(self, &before);
            self.keys.put_back_slots(slots);
        }
        outcome
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use crate::payload;
    use crate::vault::{AccountId, DeviceKey, KdfCost, RecoveryKey, SlotId, Unlock, Vault};

    #[test]
    fn what_could_not_be_saved_is_undone_whatever_it_was() {
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        let key = DeviceKey::generate(&mut rng);
        let mut vault = Vault::create(Unlock::DeviceKey(&key), KdfCost::DEFAULT, &mut rng).unwrap();
        for text in [
            "otpauth://totp/Label:alice?secret=JBSWY3DPEHPK3PXP&issuer=Example&extra=kept",
            "otpauth://hotp/Example:bob?secret=GEZDGNBVGY3TQOJQ&counter=7",
        ] {
            vault.add(payload::parse(text).unwrap().accounts.remove(0)).unwrap();
        }
        let paper = RecoveryKey::generate(&mut rng);
        let before = super::content::write(&vault);
        let slots = vault.keys().slots();
        let generation = vault.keys().generation();

        let change = |vault: &mut Vault| {
            vault.next_code(AccountId(2)).unwrap();
            vault.rename(AccountId(1), None, "carol").unwrap();
            vault.remove(AccountId(1)).unwrap();
            let unlock = Unlock::RecoveryKey(&paper);
            vault.keys_mut().add_slot(unlock, KdfCost::DEFAULT, &mut rng).unwrap();
            vault.keys_mut().remove_slot(SlotId(1)).unwrap();
            Ok(())
        };
        let mut other = ChaCha20Rng::from_seed([2; 32]);
        let save = |vault: &mut Vault| {
            vault.seal(&mut other).unwrap();
            Err(())
        };
        vault.change(change, save).unwrap_err();

        assert_eq!(*super::content::write(&vault), *before);
        assert_eq!(vault.keys().slots(), slots);
        assert_eq!(vault.keys().generation(), generation + 1, "a number is not used twice");
    }
}
