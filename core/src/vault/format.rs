//! The sealed bytes of a vault: header, slots, body. `docs/vault.md` is their description.

use std::fmt;

use rand_core::CryptoRng;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::key::{Erased, NONCE_LENGTH, TAG_LENGTH};
use super::slot::{
    CostOutOfRange, KdfCost, OutOfMemory, Slot, SlotError, SlotId, SlotInfo, Unlock, take,
};

/// The keys of an open vault: the vault key, the slots that wrap it, and the generation.
///
/// It lives as long as the vault is open. The vault key is erased on drop, and nothing gives it out.
///
/// # Examples
/// ```
/// use countersign::vault::{KdfCost, Keys, OpenError, RecoveryKey, Unlock};
/// # use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
/// # let mut rng = ChaCha20Rng::seed_from_u64(1);
///
/// let paper = RecoveryKey::generate(&mut rng);
/// let mut keys = Keys::new(&mut rng);
/// keys.add_slot(Unlock::RecoveryKey(&paper), KdfCost::DEFAULT, &mut rng)?;
/// let sealed = keys.seal(b"{}", &mut rng)?;
///
/// let (keys, content) = Keys::open(&sealed, Unlock::RecoveryKey(&paper))?;
/// assert_eq!((keys.generation(), content.as_slice()), (1, &b"{}"[..]));
///
/// // A slot that is not there is a state; only a slot that is there can be refused a secret.
/// let refused = Keys::open(&sealed, Unlock::Passphrase(b"guess")).err();
/// assert_eq!(refused, Some(OpenError::NoSuchSlot));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Keys {
    vault_key: Erased<32>,
    slots: Vec<Slot>,
    generation: u64,
}

impl Keys {
    /// The keys of a new vault, which no slot opens yet.
    pub fn new(rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        Self { vault_key: Erased::random(rng), slots: Vec::new(), generation: 0 }
    }

    /// Opens a sealed vault: its keys and its content.
    ///
    /// Every slot of the right kind is tried.
    ///
    /// # Errors
    /// - `Format`: the bytes are no vault that this version can read.
    /// - `NoSuchSlot`: no slot is of that kind; another kind may open it.
    /// - `CannotOpen`: the secret is wrong, or the slot was altered.
    /// - `Damaged`: the secret is right, and what it protects was altered.
    /// - `NotEnoughMemory`: the passphrase needs more than the device gives.
    pub fn open(file: &[u8], unlock: Unlock<'_>) -> Result<(Self, Zeroizing<Vec<u8>>), OpenError> {
        let sealed = Sealed::parse(file)?;
        let mut slots = sealed.slots.iter().filter(|slot| slot.info().kind == unlock.kind());
        if slots.clone().next().is_none() {
            return Err(OpenError::NoSuchSlot);
        }
        let mut refused = OpenError::CannotOpen;
        let opened = slots.find_map(|slot| match slot.unwrap(unlock) {
            // A slot can be forged to open with several passphrases, each to another vault key; the
            // commitment lets one of them through, so that an answer tells no more than one guess.
            Ok(vault_key) => vault_key.filter(|vault_key| sealed.is_committed_to(vault_key)),
            Err(OutOfMemory) => {
                // Another slot may cost less.
                refused = OpenError::NotEnoughMemory;
                None
            }
        });
        let vault_key = opened.ok_or(refused)?;
        let content = sealed.content(&vault_key).ok_or(OpenError::Damaged)?;
        let generation = sealed.generation;
        Ok((Self { vault_key, slots: sealed.slots, generation }, content))
    }

    /// The sealed bytes of the next generation, with `content` inside.
    ///
    /// When the write of these bytes fails, seal again: a generation number may be left out, it
    /// is only never used for two contents.
    ///
    /// # Errors
    /// - `NoSlot`: nothing would open the result.
    /// - `TooLarge`: the result would pass 64 MiB.
    pub fn seal(
        &mut self,
        content: &[u8],
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<Vec<u8>, SealError> {
        if !self.slots.iter().any(Slot::is_known) {
            return Err(SealError::NoSlot);
        }
        let header_length =
            FIXED_LENGTH + self.slots.iter().map(Slot::written_length).sum::<usize>();
        // `MAX_FILE` is far from the end of every integer here, so it is compared first.
        if content.len() > MAX_FILE {
            return Err(SealError::TooLarge);
        }
        let body_length = (LENGTH_PREFIX + content.len()).next_multiple_of(PADDING);
        let file_length = header_length + body_length + TAG_LENGTH;
        if file_length > MAX_FILE {
            return Err(SealError::TooLarge);
        }
        // Eighteen million million million saves cannot happen; the last number would repeat.
        let generation = self.generation.saturating_add(1);
        let mut nonce = [0; NONCE_LENGTH];
        rng.fill_bytes(&mut nonce);

        // The capacity is exact: a vector that grows would leave plain content behind.
        let mut file = Vec::with_capacity(file_length);
        file.extend(MAGIC);
        file.extend(VERSION.to_be_bytes());
        file.extend((self.slots.len() as u16).to_be_bytes());
        file.extend((body_length as u32).to_be_bytes());
        file.extend(generation.to_be_bytes());
        file.extend(commitment(&self.vault_key).bytes());
        file.extend(nonce);
        for slot in &self.slots {
            slot.write(&mut file);
        }
        file.extend((content.len() as u32).to_be_bytes());
        file.extend(content);
        file.resize(header_length + body_length, 0);
        let (header, body) = file.split_at_mut(header_length);
        let tag = body_key(&self.vault_key).encrypt(&nonce, header, body);
        file.extend(tag);
        self.generation = generation;
        Ok(file)
    }

    /// The slots, in the order of the file.
    pub fn slots(&self) -> Vec<SlotInfo> {
        self.slots.iter().map(Slot::info).collect()
    }

    /// How often the vault was sealed: 0 for a new one.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Adds a slot that `unlock` opens; it holds from the next [`Keys::seal`] on.
    ///
    /// `cost` counts for a passphrase only.
    ///
    /// # Errors
    /// - `TooManySlots`: there are 32, or their passphrases would cost too much together.
    /// - `EmptyPassphrase`: the passphrase has no bytes.
    /// - `NotEnoughMemory`: the passphrase needs more than the device gives.
    pub fn add_slot(
        &mut self,
        unlock: Unlock<'_>,
        cost: KdfCost,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<SlotId, SlotError> {
        if self.slots.len() >= MAX_SLOTS {
            return Err(SlotError::TooManySlots);
        }
        let id = self.free_id();
        let slot = Slot::wrap(id, unlock, cost, &self.vault_key, rng)?;
        // Nothing is sealed that would not be opened again.
        if self.slots.iter().chain([&slot]).map(Slot::work).sum::<u64>() > KdfCost::MOST_WORK {
            return Err(SlotError::TooManySlots);
        }
        self.slots.push(slot);
        Ok(id)
    }

    /// Removes a slot, from the next [`Keys::seal`] on.
    ///
    /// The vault key stays the same, and an older copy of the file keeps its slots: this ends
    /// what a slot opens in future, not what it once opened.
    ///
    /// # Errors
    /// - `NoSuchSlot`: there is none of that number.
    /// - `LastSlot`: no other slot would open the vault.
    pub fn remove_slot(&mut self, id: SlotId) -> Result<(), SlotError> {
        if self.slots.iter().all(|slot| slot.info().id != id) {
            return Err(SlotError::NoSuchSlot);
        }
        if !self.slots.iter().any(|slot| slot.is_known() && slot.info().id != id) {
            return Err(SlotError::LastSlot);
        }
        self.slots.retain(|slot| slot.info().id != id);
        Ok(())
    }

    /// Every slot as it is, to be [put back](Self::put_back_slots).
    pub(super) fn copy_slots(&self) -> Vec<Slot> {
        self.slots.clone()
    }

    /// Undoes what was added and removed since the copy. The generation stays: no number of one is
    /// used for two contents.
    pub(super) fn put_back_slots(&mut self, slots: Vec<Slot>) {
        self.slots = slots;
    }

    /// What `file`, which somebody failed to open, is to the vault of these keys.
    pub(super) fn judge(&self, file: &[u8]) -> Kinship {
        let Ok(sealed) = Sealed::parse(file) else { return Kinship::Broken };
        let committed = sealed.is_committed_to(&self.vault_key);
        if committed && sealed.content(&self.vault_key).is_some() {
            Kinship::Intact
        } else if committed || sealed.slots.iter().any(|slot| self.slots.contains(slot)) {
            Kinship::Broken
        } else {
            Kinship::Stranger
        }
    }

    /// One above the highest number in use, or else the lowest that is free.
    fn free_id(&self) -> SlotId {
        let highest = self.slots.iter().map(|slot| slot.info().id.0).max().unwrap_or(0);
        let id = highest.checked_add(1).or_else(|| {
            (1..=u32::MAX).find(|id| self.slots.iter().all(|slot| slot.info().id.0 != *id))
        });
        SlotId(id.unwrap_or_default())
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("generation", &self.generation).finish_non_exhaustive()
    }
}

/// What a sealed vault tells of itself without any key. It is authenticated only once opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// What all generations of one vault have in common and no other vault has, to tell by which
    /// entry of a key store holds its device key.
    pub identity: [u8; 32],
    /// How often the vault was sealed.
    pub generation: u64,
    /// The ways to open it.
    pub slots: Vec<SlotInfo>,
}

/// What can be told of a sealed vault without any key.
///
/// # Errors
/// As [`FormatError`] says.
pub fn outline_of(file: &[u8]) -> Result<Outline, FormatError> {
    let Sealed { commitment, generation, slots, .. } = Sealed::parse(file)?;
    Ok(Outline { identity: commitment, generation, slots: slots.iter().map(Slot::info).collect() })
}

/// Why bytes are no vault that this version can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// They do not begin as a vault does.
    #[error("the file is not a vault")]
    NotAVault,
    /// A newer version of the program wrote them; nothing of theirs may be touched.
    #[error("the vault was written by a newer version, {found}")]
    NewerVersion {
        /// The version that the file states.
        found: u16,
    },
    /// The end is missing, as after a torn copy.
    #[error("the vault is cut short")]
    Truncated,
    /// A number is not what it can be, or something follows the end.
    #[error("the vault is malformed")]
    Malformed,
    /// Longer than 64 MiB.
    #[error("the vault is too large")]
    TooLarge,
    /// A passphrase slot asks for less or more than [`KdfCost`] allows.
    #[error(transparent)]
    CostOutOfRange(#[from] CostOutOfRange),
}

/// Why a vault did not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The bytes are no vault that this version can read.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// No slot is of the kind asked for: a state, not a wrong secret.
    #[error("the vault has no slot of this kind")]
    NoSuchSlot,
    /// The secret is wrong, or the slot was altered; the two cannot be told apart.
    #[error("the vault cannot be opened with this secret")]
    CannotOpen,
    /// A slot opened, so the secret is right; the rest was altered.
    #[error("the vault is damaged")]
    Damaged,
    /// The passphrase needs more memory than the device gives.
    #[error("the device has not enough memory for the cost of the passphrase")]
    NotEnoughMemory,
}

/// Why content was not sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Nothing would open the result.
    #[error("the vault has no slot that opens it")]
    NoSlot,
    /// The result would pass 64 MiB.
    #[error("the content is too large for a vault")]
    TooLarge,
}

/// The generation that a sealed vault states.
pub(super) fn generation_of(file: &[u8]) -> Result<u64, FormatError> {
    Ok(Sealed::parse(file)?.generation)
}

/// Whether two files open, or fail to open, alike: same slots and same commitment.
pub(super) fn same_locks(one: &[u8], other: &[u8]) -> bool {
    match (Sealed::parse(one), Sealed::parse(other)) {
        (Ok(one), Ok(other)) => one.commitment == other.commitment && one.slots == other.slots,
        _ => false,
    }
}

/// What a file is to an open vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kinship {
    /// A sound generation of the same vault.
    Intact,
    /// No vault at all, or a generation of the same vault that was altered.
    Broken,
    /// Another vault.
    Stranger,
}

/// A sealed vault taken apart; every length is right, nothing is authenticated.
struct Sealed<'a> {
    generation: u64,
    commitment: [u8; 32],
    nonce: [u8; NONCE_LENGTH],
    slots: Vec<Slot>,
    /// Everything before the body.
    header: &'a [u8],
    body: &'a [u8],
    tag: &'a [u8; TAG_LENGTH],
}

impl<'a> Sealed<'a> {
    fn parse(file: &'a [u8]) -> Result<Self, FormatError> {
        if file.len() > MAX_FILE {
            return Err(FormatError::TooLarge);
        }
        if !file.iter().zip(&MAGIC).all(|(found, expected)| found == expected) {
            return Err(FormatError::NotAVault);
        }
        let mut rest = file.get(MAGIC.len()..).ok_or(FormatError::Truncated)?;
        match take(&mut rest).map(u16::from_be_bytes).ok_or(FormatError::Truncated)? {
            0 => return Err(FormatError::Malformed),
            VERSION => {}
            found => return Err(FormatError::NewerVersion { found }),
        }
        let slot_count = take(&mut rest).map(u16::from_be_bytes).ok_or(FormatError::Truncated)?;
        let body_length = take(&mut rest).map(u32::from_be_bytes).ok_or(FormatError::Truncated)?;
        let generation = take(&mut rest).map(u64::from_be_bytes).ok_or(FormatError::Truncated)?;
        let commitment = take(&mut rest).ok_or(FormatError::Truncated)?;
        let nonce = take(&mut rest).ok_or(FormatError::Truncated)?;
        let (slot_count, body_length) = (usize::from(slot_count), body_length as usize);
        if !(1..=MAX_SLOTS).contains(&slot_count)
            || !(1..=MAX_FILE).contains(&body_length)
            || !body_length.is_multiple_of(PADDING)
        {
            return Err(FormatError::Malformed);
        }
        let mut slots: Vec<Slot> = Vec::with_capacity(slot_count);
        for _ in 0..slot_count {
            let slot = Slot::read(&mut rest)?;
            if slots.iter().any(|earlier| earlier.info().id == slot.info().id) {
                return Err(FormatError::Malformed);
            }
            slots.push(slot);
        }
        // Each passphrase slot is tried; what one may cost is bounded, and so is what all do.
        if slots.iter().map(Slot::work).sum::<u64>() > KdfCost::MOST_WORK {
            return Err(FormatError::CostOutOfRange(CostOutOfRange));
        }
        let header = file.get(..file.len() - rest.len()).ok_or(FormatError::Truncated)?;
        let (body, tag) = rest.split_at_checked(body_length).ok_or(FormatError::Truncated)?;
        let (tag, after) = tag.split_first_chunk().ok_or(FormatError::Truncated)?;
        if !after.is_empty() {
            return Err(FormatError::Malformed);
        }
        Ok(Self { generation, commitment, nonce, slots, header, body, tag })
    }

    fn is_committed_to(&self, vault_key: &Erased<32>) -> bool {
        self.commitment.ct_eq(commitment(vault_key).bytes()).into()
    }

    /// The content without its padding, if the whole file is authentic.
    fn content(&self, vault_key: &Erased<32>) -> Option<Zeroizing<Vec<u8>>> {
        let mut body = Zeroizing::new(self.body.to_vec());
        if !body_key(vault_key).decrypt(&self.nonce, self.header, &mut body, self.tag) {
            return None;
        }
        let length = u32::from_be_bytes(*body.first_chunk()?) as usize;
        let end = LENGTH_PREFIX.checked_add(length).filter(|end| *end <= body.len())?;
        body.copy_within(LENGTH_PREFIX..end, 0);
        body.truncate(length);
        Some(body)
    }
}

fn commitment(vault_key: &Erased<32>) -> Erased<32> {
    Erased::derive(&[], vault_key.bytes(), b"countersign vault v1 commitment")
}

fn body_key(vault_key: &Erased<32>) -> Erased<32> {
    Erased::derive(&[], vault_key.bytes(), b"countersign vault v1 body")
}

pub(super) const MAGIC: [u8; 8] = *b"CSVAULT\x1a";
pub(super) const VERSION: u16 = 1;
/// The longest file, in bytes: far above any vault, far below any phone.
pub(super) const MAX_FILE: usize = 64 << 20;
const MAX_SLOTS: usize = 32;
const FIXED_LENGTH: usize = 80;
const LENGTH_PREFIX: usize = 4;
const PADDING: usize = 4096;

#[cfg(test)]
mod tests;
