//! The ways to open a vault.

use countersign::vault::{self, KdfCost, Unlock};

use super::{Vault, device_key, system_rng};
use crate::CountersignError;

pub use countersign::vault::SlotId;

uniffi::custom_type!(
    /// The number of a slot within its vault.
    SlotId,
    u32,
    { remote, lower: |id| id.0, try_lift: |number| Ok(SlotId(number)) }
);

/// One way to open a vault.
#[derive(uniffi::Record)]
pub struct Slot {
    /// Which one.
    pub id: SlotId,
    /// How it is opened.
    pub kind: SlotKind,
}

/// How a slot is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum SlotKind {
    /// By a key that the platform's key store holds for this device.
    DeviceKey,
    /// By a passphrase.
    Passphrase,
    /// By the key that the user has on paper.
    RecoveryKey,
    /// By something that only a newer version knows.
    Unknown,
}

#[uniffi::export]
impl Vault {
    /// The slots that open it.
    pub fn slots(&self) -> Result<Vec<Slot>, CountersignError> {
        self.with(|open| Ok(open.vault.keys().slots().into_iter().map(Slot::from).collect()))
    }

    /// Adds a slot for a device key of 32 random bytes, which the platform's key store holds already.
    pub fn add_device_key(&self, key: &[u8]) -> Result<SlotId, CountersignError> {
        let key = device_key(key)?;
        self.add(Unlock::DeviceKey(&key))
    }

    /// Adds a slot for a passphrase. The bytes are used as they are given: UTF-8, in one normal form
    /// of Unicode.
    pub fn add_passphrase(&self, passphrase: &[u8]) -> Result<SlotId, CountersignError> {
        self.add(Unlock::Passphrase(passphrase))
    }

    /// Removes a slot, but not the last that opens the vault.
    ///
    /// This ends what it opens from now on. A copy of the file made before still opens by it.
    pub fn remove_slot(&self, id: SlotId) -> Result<(), CountersignError> {
        self.change(|vault| Ok(vault.keys_mut().remove_slot(id)?))
    }
}

impl Vault {
    pub(super) fn add(&self, unlock: Unlock<'_>) -> Result<SlotId, CountersignError> {
        self.change(|vault| {
            Ok(vault.keys_mut().add_slot(unlock, KdfCost::DEFAULT, &mut system_rng())?)
        })
    }
}

impl From<vault::SlotInfo> for Slot {
    fn from(slot: vault::SlotInfo) -> Self {
        let vault::SlotInfo { id, kind } = slot;
        Self { id, kind: kind.into() }
    }
}

impl From<vault::SlotKind> for SlotKind {
    fn from(kind: vault::SlotKind) -> Self {
        match kind {
            vault::SlotKind::DeviceKey => Self::DeviceKey,
            vault::SlotKind::Passphrase => Self::Passphrase,
            vault::SlotKind::RecoveryKey => Self::RecoveryKey,
            vault::SlotKind::Unknown(_) => Self::Unknown,
        }
    }
}
