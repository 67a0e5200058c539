//! Every way by which a secret leaves. Nothing else in this crate gives one out.

use countersign::payload::otpauth;
use countersign::vault::{RecoveryKey, Unlock};

use super::{AccountId, Vault, system_rng};
use crate::CountersignError;

#[uniffi::export]
impl Vault {
    /// Adds a slot for a new recovery key, and reveals that key: nine groups of four characters to
    /// write down. It cannot be had again.
    pub fn reveal_new_recovery_key(&self) -> Result<String, CountersignError> {
        let key = RecoveryKey::generate(&mut system_rng());
        self.add(Unlock::RecoveryKey(&key))?;
        Ok(key.reveal().to_string())
    }

    /// Reveals one account as an otpauth URI, to be read by another authenticator. Whoever has it
    /// makes the same codes for ever.
    pub fn reveal_otpauth(&self, id: AccountId) -> Result<String, CountersignError> {
        self.with(|open| Ok(otpauth::format(open.vault.entry(id)?.account()).to_string()))
    }
}
