//! Slots: each is one way to unlock a vault, and holds the vault key wrapped for that way.

use std::fmt;

use argon2::{Algorithm, Argon2, Block, Params, Version};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::format::{FormatError, MAGIC, VERSION};
use super::key::{DeviceKey, Erased, NONCE_LENGTH, RecoveryKey, TAG_LENGTH};

/// What somebody opens a vault with, or adds a slot for.
#[derive(Clone, Copy)]
pub enum Unlock<'a> {
    /// The key that the platform's key store holds for this device.
    DeviceKey(&'a DeviceKey),
    /// A passphrase, its bytes used as given: normalise Unicode before, or not at all.
    Passphrase(&'a [u8]),
    /// The key that the user has on paper.
    RecoveryKey(&'a RecoveryKey),
}

impl Unlock<'_> {
    /// The kind of slot that this opens.
    pub fn kind(self) -> SlotKind {
        match self {
            Unlock::DeviceKey(_) => SlotKind::DeviceKey,
            Unlock::Passphrase(_) => SlotKind::Passphrase,
            Unlock::RecoveryKey(_) => SlotKind::RecoveryKey,
        }
    }
}

impl fmt::Debug for Unlock<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unlock({:?})", self.kind())
    }
}

/// The number of a slot, unique within its vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlotId(pub u32);

/// How a slot is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SlotKind {
    /// By a [`DeviceKey`].
    DeviceKey,
    /// By a passphrase.
    Passphrase,
    /// By a [`RecoveryKey`].
    RecoveryKey,
    /// By something that this version does not know; such a slot is kept as it is.
    Unknown(u8),
}

impl SlotKind {
    fn from_byte(byte: u8) -> Self {
        match byte {
            1 => Self::DeviceKey,
            2 => Self::Passphrase,
            3 => Self::RecoveryKey,
            other => Self::Unknown(other),
        }
    }

    fn byte(self) -> u8 {
        match self {
            Self::DeviceKey => 1,
            Self::Passphrase => 2,
            Self::RecoveryKey => 3,
            Self::Unknown(other) => other,
        }
    }
}

/// What a vault tells of a slot without being opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlotInfo {
    /// The slot's number, to remove it by.
    pub id: SlotId,
    /// How it is opened.
    pub kind: SlotKind,
}

/// What Argon2id costs for a passphrase: memory, passes and lanes, all within bounds.
///
/// The bounds hold for a cost read from a file too, before any of it is spent. RFC 9106 §3.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KdfCost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl KdfCost {
    /// 64 MiB, 3 passes, 4 lanes: the second recommended choice of RFC 9106 §4.
    pub const DEFAULT: Self = Self { memory_kib: 64 << 10, passes: 3, lanes: 4 };

    /// The least that is accepted, 8 MiB in one pass of one lane: for tests, not for users.
    pub const MINIMUM: Self = Self { memory_kib: 8 << 10, passes: 1, lanes: 1 };

    /// What all slots of a vault may cost together, in KiB of memory times passes: as much as one
    /// may alone, since whoever opens by a passphrase may have to try them all.
    pub(super) const MOST_WORK: u64 = 16 << 20;

    /// A cost of `memory_kib` KiB (8 MiB to 1 GiB), `passes` (1 to 16) and `lanes` (1 to 16).
    ///
    /// # Errors
    /// [`CostOutOfRange`] when one of them is outside its range.
    pub fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, CostOutOfRange> {
        let fits = (8 << 10..=1 << 20).contains(&memory_kib)
            && (1..=16).contains(&passes)
            && (1..=16).contains(&lanes);
        fits.then_some(Self { memory_kib, passes, lanes }).ok_or(CostOutOfRange)
    }

    fn to_bytes(self) -> [u8; COST_LENGTH] {
        let mut bytes = [0; COST_LENGTH];
        for (field, value) in
            bytes.chunks_exact_mut(4).zip([self.memory_kib, self.passes, self.lanes])
        {
            field.copy_from_slice(&value.to_be_bytes());
        }
        bytes
    }

    fn read(bytes: &mut &[u8]) -> Result<Self, FormatError> {
        let mut field = || take(bytes).map(u32::from_be_bytes).ok_or(FormatError::Malformed);
        Ok(Self::new(field()?, field()?, field()?)?)
    }
}

/// A password-hashing cost is below what protects or above what a phone can pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cost of the passphrase is out of range")]
pub struct CostOutOfRange;

/// Why the slots of a vault stay as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SlotError {
    /// There is no slot of that number.
    #[error("the vault has no such slot")]
    NoSuchSlot,
    /// Without this slot, nothing would open the vault any more.
    #[error("the last slot that opens the vault cannot be removed")]
    LastSlot,
    /// A vault has at most 32 slots.
    #[error("the vault has no room for another slot")]
    TooManySlots,
    /// An empty passphrase protects nothing.
    #[error("the passphrase is empty")]
    EmptyPassphrase,
    /// The passphrase needs more memory than the device gives.
    #[error("the device has not enough memory for the cost of the passphrase")]
    NotEnoughMemory,
}

/// One slot as it stands in the file: its metadata, the wrapped vault key, and whatever a later
/// revision appended. Nothing in it is secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slot {
    info: SlotInfo,
    data: Vec<u8>,
}

impl Slot {
    /// Wraps `vault_key` for `unlock`; `cost` counts for a passphrase only.
    pub(super) fn wrap(
        id: SlotId,
        unlock: Unlock<'_>,
        cost: KdfCost,
        vault_key: &Erased<32>,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<Self, SlotError> {
        if matches!(unlock, Unlock::Passphrase([])) {
            return Err(SlotError::EmptyPassphrase);
        }
        let mut salt = [0; SALT_LENGTH];
        rng.fill_bytes(&mut salt);
        let mut nonce = [0; NONCE_LENGTH];
        rng.fill_bytes(&mut nonce);
        let info = SlotInfo { id, kind: unlock.kind() };
        let cost = (info.kind == SlotKind::Passphrase).then_some(cost);

        let mut data = salt.to_vec();
        data.extend(cost.into_iter().flat_map(KdfCost::to_bytes));
        let kek = wrapping_key(unlock, &salt, cost).map_err(|_| SlotError::NotEnoughMemory)?;
        let mut wrapped = Erased::copy_of(vault_key.bytes());
        let associated = associated_data(info, &data);
        let tag = kek.encrypt(&nonce, &associated, wrapped.bytes_mut());
        data.extend(nonce);
        data.extend(wrapped.bytes());
        data.extend(tag);
        Ok(Self { info, data })
    }

    /// The vault key, if `unlock` is what this slot was made for.
    pub(super) fn unwrap(&self, unlock: Unlock<'_>) -> Result<Option<Erased<32>>, OutOfMemory> {
        let Ok(Some(parts)) = self.parts() else { return Ok(None) };
        if self.info.kind != unlock.kind() {
            return Ok(None);
        }
        let kek = wrapping_key(unlock, parts.salt, parts.cost)?;
        let mut vault_key = Erased::copy_of(parts.wrapped);
        let associated = associated_data(self.info, parts.metadata);
        let opened = kek.decrypt(parts.nonce, &associated, vault_key.bytes_mut(), parts.tag);
        Ok(opened.then_some(vault_key))
    }

    /// Number and kind.
    pub(super) fn info(&self) -> SlotInfo {
        self.info
    }

    /// Whether this version can open it.
    pub(super) fn is_known(&self) -> bool {
        !matches!(self.info.kind, SlotKind::Unknown(_))
    }

    /// Takes one slot off the front of `bytes`, with everything wrong about it found now.
    pub(super) fn read(bytes: &mut &[u8]) -> Result<Self, FormatError> {
        let [kind] = take(bytes).ok_or(FormatError::Truncated)?;
        let id = take(bytes).map(u32::from_be_bytes).ok_or(FormatError::Truncated)?;
        let length = take(bytes).map(u16::from_be_bytes).ok_or(FormatError::Truncated)?;
        let length = usize::from(length);
        if length > MAX_SLOT_DATA {
            return Err(FormatError::Malformed);
        }
        let (data, rest) = bytes.split_at_checked(length).ok_or(FormatError::Truncated)?;
        *bytes = rest;
        let info = SlotInfo { id: SlotId(id), kind: SlotKind::from_byte(kind) };
        let slot = Self { info, data: data.to_vec() };
        slot.parts()?;
        Ok(slot)
    }

    /// Appends the slot as [`Slot::read`] takes it.
    pub(super) fn write(&self, file: &mut Vec<u8>) {
        debug_assert!(self.data.len() <= MAX_SLOT_DATA, "a slot is read or made within bounds");
        let length = u16::try_from(self.data.len()).unwrap_or(u16::MAX);
        file.push(self.info.kind.byte());
        file.extend(self.info.id.0.to_be_bytes());
        file.extend(length.to_be_bytes());
        file.extend(&self.data);
    }

    /// How many bytes [`Slot::write`] appends.
    pub(super) fn written_length(&self) -> usize {
        SLOT_HEADER + self.data.len()
    }

    /// What trying it costs, in KiB of memory times passes.
    pub(super) fn work(&self) -> u64 {
        let cost = self.parts().ok().flatten().and_then(|parts| parts.cost);
        cost.map_or(0, |cost| u64::from(cost.memory_kib) * u64::from(cost.passes))
    }

    /// The fields of a known kind, `None` for an unknown one.
    fn parts(&self) -> Result<Option<Parts<'_>>, FormatError> {
        if !self.is_known() {
            return Ok(None);
        }
        let mut rest = self.data.as_slice();
        let salt = take_ref(&mut rest)?;
        let cost = match self.info.kind {
            SlotKind::Passphrase => Some(KdfCost::read(&mut rest)?),
            _ => None,
        };
        let metadata_length = self.data.len() - rest.len();
        Ok(Some(Parts {
            salt,
            cost,
            metadata: self.data.get(..metadata_length).unwrap_or_default(),
            nonce: take_ref(&mut rest)?,
            wrapped: take_ref(&mut rest)?,
            tag: take_ref(&mut rest)?,
        }))
    }
}

/// The allocator refused the memory that a passphrase costs.
#[derive(Debug)]
pub(super) struct OutOfMemory;

struct Parts<'a> {
    salt: &'a [u8; SALT_LENGTH],
    cost: Option<KdfCost>,
    /// Salt and cost as they stand in the file.
    metadata: &'a [u8],
    nonce: &'a [u8; NONCE_LENGTH],
    wrapped: &'a [u8; 32],
    tag: &'a [u8; TAG_LENGTH],
}

/// The key that wraps the vault key in one slot.
fn wrapping_key(
    unlock: Unlock<'_>,
    salt: &[u8; SALT_LENGTH],
    cost: Option<KdfCost>,
) -> Result<Erased<32>, OutOfMemory> {
    match unlock {
        Unlock::DeviceKey(key) => {
            Ok(Erased::derive(salt, key.expose(), b"countersign vault v1 device key"))
        }
        Unlock::RecoveryKey(key) => {
            Ok(Erased::derive(salt, key.bytes(), b"countersign vault v1 recovery key"))
        }
        Unlock::Passphrase(passphrase) => {
            stretch(passphrase, salt, cost.unwrap_or(KdfCost::DEFAULT))
        }
    }
}

/// Argon2id version 1.3 (RFC 9106) to 32 bytes.
fn stretch(
    passphrase: &[u8],
    salt: &[u8; SALT_LENGTH],
    cost: KdfCost,
) -> Result<Erased<32>, OutOfMemory> {
    let params =
        Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32)).map_err(|_| OutOfMemory)?;
    // The memory is ours, because the crate does not erase its own: the key follows from it.
    let mut memory = Zeroizing::new(Vec::new());
    memory.try_reserve_exact(params.block_count()).map_err(|_| OutOfMemory)?;
    memory.resize(params.block_count(), Block::default());
    let mut derived = Erased::zero();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(
            passphrase,
            salt,
            derived.bytes_mut(),
            memory.as_mut_slice(),
        )
        .map_err(|_| OutOfMemory)?;
    Ok(derived)
}

/// What a wrap authenticates beside the key: format, kind, number, salt and cost.
fn associated_data(info: SlotInfo, metadata: &[u8]) -> Vec<u8> {
    let mut data = MAGIC.to_vec();
    data.extend(VERSION.to_be_bytes());
    data.push(info.kind.byte());
    data.extend(info.id.0.to_be_bytes());
    data.extend(metadata);
    data
}

/// Takes `N` bytes off the front, or leaves all and gives `None`.
pub(super) fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*taken)
}

fn take_ref<'a, const N: usize>(bytes: &mut &'a [u8]) -> Result<&'a [u8; N], FormatError> {
    let (taken, rest) = bytes.split_first_chunk().ok_or(FormatError::Malformed)?;
    *bytes = rest;
    Ok(taken)
}

const SALT_LENGTH: usize = 16;
const COST_LENGTH: usize = 12;
const SLOT_HEADER: usize = 7;
const MAX_SLOT_DATA: usize = 1024;

#[cfg(test)]
mod tests;
