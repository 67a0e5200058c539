//! The vault: the accounts of one person, sealed in one file that any of its slots opens.
//!
//! [`Vault`] is the set of accounts; [`Keys`] what it is sealed with; [`VaultFile`] where it lies.
//! `docs/vault.md` gives every byte of the file.

mod change;
mod content;
#[expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "the one that may")]
mod file;
mod format;
mod key;
mod slot;

use core::fmt;

use rand_core::CryptoRng;
use serde_json::value::RawValue;
use zeroize::Zeroizing;

pub use self::file::{
    FileError, OpenFileError, Opened, Recovered, VaultFile, open_newest, outline, read,
};
pub use self::format::{FormatError, Keys, OpenError, Outline, SealError, outline_of};
pub use self::key::{DeviceKey, RecoveryKey, RecoveryKeyError};
pub use self::slot::{CostOutOfRange, KdfCost, SlotError, SlotId, SlotInfo, SlotKind, Unlock};
use crate::account::{Account, NameError};
use crate::code::{ClockError, CodeNow};
use crate::otp::Otp;

/// The accounts of one person, and the keys that seal them.
///
/// Nothing here is saved by itself: after a change, [`seal`](Self::seal) and write the bytes with
/// [`VaultFile::save`].
///
/// ```
/// # use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
/// # let mut rng = ChaCha20Rng::from_seed([0; 32]);
/// use countersign::vault::{DeviceKey, KdfCost, Unlock, Vault};
/// use countersign::{CodeNow, payload};
///
/// let device_key = DeviceKey::generate(&mut rng); // to be held by the platform's key store
/// let mut vault = Vault::create(Unlock::DeviceKey(&device_key), KdfCost::DEFAULT, &mut rng)?;
/// let account = payload::parse("otpauth://totp/Example:alice?secret=JBSWY3DPEHPK3PXP")?.accounts.remove(0);
/// let alice = vault.add(account)?;
/// let sealed = vault.seal(&mut rng)?;
///
/// let vault = Vault::open(&sealed, Unlock::DeviceKey(&device_key))?;
/// let (id, CodeNow::Timed(code)) = &vault.codes_at(1_741_011_292)[0] else { panic!() };
/// assert_eq!((*id, code.text()), (alice, "915760"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Vault {
    entries: Vec<Entry>,
    /// Accounts that a later version wrote and this one cannot read: kept as they are.
    unread: Vec<Box<RawValue>>,
    next_id: u64,
    /// Fields that a later version wrote.
    extra: Unknown,
    clock_error: ClockError,
    keys: Keys,
}

/// An account in a vault.
#[derive(Debug)]
pub struct Entry {
    id: AccountId,
    account: Account,
    standing: Standing,
    /// Fields that a later version wrote.
    extra: Unknown,
}

/// Which account of a vault. Never used again for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(pub u64);

/// How far the enrollment of an account has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Scanned, and not yet confirmed by the relying party. Its code is shown to be typed there.
    Pending {
        /// Where the relying party is asked about it; none where it cannot be asked.
        asked_at: Option<String>,
        /// The account that goes when this one is confirmed.
        replaces: Option<AccountId>,
    },
    /// Confirmed, or of a relying party that cannot be asked.
    Registered,
}

/// An account that is in the vault already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Duplicate {
    /// The account that is there.
    pub id: AccountId,
    /// Whether it makes the same codes, and not merely has the same name.
    pub same_codes: bool,
}

/// Why a change was not made. The vault is as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// The account is there already.
    #[error("this account is in the vault already")]
    Duplicate(AccountId),
    /// There is no account of that number.
    #[error("there is no such account in the vault")]
    NoSuchAccount,
    /// Every code that a counter can make was made. The account has to be enrolled again.
    #[error("the counter of this account has reached its end, enroll the account again")]
    CounterExhausted,
    /// The account makes codes by time or none at all, and has no counter to advance.
    #[error("this account has no counter")]
    NoCounter,
    /// There are [`Vault::MAX_ACCOUNTS`].
    #[error("the vault is full")]
    Full,
    /// The name cannot be given.
    #[error(transparent)]
    Name(#[from] NameError),
}

impl Vault {
    /// The most accounts that a vault holds.
    pub const MAX_ACCOUNTS: usize = 10_000;

    /// A new vault with one slot, to which more should be added: a lost slot is then no lost vault.
    ///
    /// # Errors
    /// [`SlotError`] where the slot cannot be made.
    pub fn create(
        first: Unlock<'_>,
        cost: KdfCost,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<Self, SlotError> {
        let mut keys = Keys::new(rng);
        keys.add_slot(first, cost, rng)?;
        Ok(Self::empty(keys))
    }

    /// Opens the bytes of a vault file.
    ///
    /// # Errors
    /// [`OpenError`], as [`Keys::open`].
    pub fn open(sealed: &[u8], unlock: Unlock<'_>) -> Result<Self, OpenError> {
        let (keys, content) = Keys::open(sealed, unlock)?;
        Self::from_content(keys, &content)
    }

    /// Takes the accounts out of what [`VaultFile::open_newest`] opened.
    ///
    /// # Errors
    /// [`OpenError::Damaged`] where the content is not what a vault holds.
    pub fn from_content(keys: Keys, content: &[u8]) -> Result<Self, OpenError> {
        content::read(keys, content).ok_or(OpenError::Damaged)
    }

    /// The bytes of the next generation of the vault file.
    ///
    /// # Errors
    /// [`SealError::TooLarge`] where it would pass 64 MiB.
    pub fn seal(&mut self, rng: &mut (impl CryptoRng + ?Sized)) -> Result<Vec<u8>, SealError> {
        let content = content::write(self);
        self.keys.seal(&content, rng)
    }

    /// The slots that open it, and the means to add and remove some.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The keys, to add and remove slots.
    pub fn keys_mut(&mut self) -> &mut Keys {
        &mut self.keys
    }

    /// The accounts, in the order in which they came.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = &Entry> {
        self.entries.iter()
    }

    /// How many accounts a later version wrote that this one can only keep.
    #[must_use]
    pub fn unread(&self) -> usize {
        self.unread.len()
    }

    /// One account.
    ///
    /// # Errors
    /// [`VaultError::NoSuchAccount`].
    pub fn entry(&self, id: AccountId) -> Result<&Entry, VaultError> {
        self.entries.iter().find(|entry| entry.id == id).ok_or(VaultError::NoSuchAccount)
    }

    /// The account whose enrollment was begun and not ended with the relying party that is asked
    /// there, or with one that cannot be asked: the newest, if there is one.
    #[must_use]
    pub fn pending(&self, asked_at: Option<&str>) -> Option<&Entry> {
        self.entries.iter().rev().find(|entry| match &entry.standing {
            Standing::Pending { asked_at: there, .. } => there.as_deref() == asked_at,
            Standing::Registered => false,
        })
    }

    /// Whether an account is here already: one that makes the same codes, or has the same issuer
    /// and name byte for byte. Accounts without a name are told apart by their codes alone.
    #[must_use]
    pub fn find_duplicate(&self, account: &Account) -> Option<Duplicate> {
        let same_codes = self.entries.iter().find(|entry| entry.account.same_codes_as(account));
        let same_name = || {
            let named = !account.name().is_empty();
            self.entries.iter().find(|entry| named && entry.account.same_name_as(account))
        };
        match same_codes {
            Some(entry) => Some(Duplicate { id: entry.id, same_codes: true }),
            None => same_name().map(|entry| Duplicate { id: entry.id, same_codes: false }),
        }
    }

    /// Adds an account that is not here yet.
    ///
    /// # Errors
    /// [`VaultError::Duplicate`] where it is, by [`find_duplicate`](Self::find_duplicate), and
    /// [`VaultError::Full`].
    pub fn add(&mut self, account: Account) -> Result<AccountId, VaultError> {
        match self.find_duplicate(&account) {
            Some(duplicate) => Err(VaultError::Duplicate(duplicate.id)),
            None => self.add_beside(account, Standing::Registered),
        }
    }

    /// Adds an account whether or not another is like it.
    ///
    /// # Errors
    /// [`VaultError::Full`].
    pub fn add_beside(
        &mut self,
        account: Account,
        standing: Standing,
    ) -> Result<AccountId, VaultError> {
        if self.entries.len() >= Self::MAX_ACCOUNTS {
            return Err(VaultError::Full);
        }
        let id = AccountId(self.next_id);
        self.next_id = self.next_id.saturating_add(1);
        self.entries.push(Entry { id, account, standing, extra: Unknown::default() });
        Ok(id)
    }

    /// Gives an account another issuer and name.
    ///
    /// # Errors
    /// [`VaultError::NoSuchAccount`], [`VaultError::Name`].
    pub fn rename(
        &mut self,
        id: AccountId,
        issuer: Option<&str>,
        name: &str,
    ) -> Result<(), VaultError> {
        Ok(self.entry_mut(id)?.account.rename(issuer, name)?)
    }

    /// Takes an account out. Dropped, its secret is gone.
    ///
    /// # Errors
    /// [`VaultError::NoSuchAccount`].
    pub fn remove(&mut self, id: AccountId) -> Result<Entry, VaultError> {
        let place = self.entries.iter().position(|entry| entry.id == id);
        place.map(|place| self.entries.remove(place)).ok_or(VaultError::NoSuchAccount)
    }

    /// Puts back what [`remove`](Self::remove) took out, where it was: saving without it failed.
    pub(crate) fn put_back(&mut self, entry: Entry) {
        let place = self.entries.partition_point(|other| other.id < entry.id);
        self.entries.insert(place, entry);
    }

    /// Changes how far the enrollment of an account has come; gives how far it had.
    pub(crate) fn set_standing(
        &mut self,
        id: AccountId,
        standing: Standing,
    ) -> Result<Standing, VaultError> {
        Ok(core::mem::replace(&mut self.entry_mut(id)?.standing, standing))
    }

    /// The code of each account current at `unix_time`, in seconds as the device's clock has them.
    ///
    /// Ask again at the earliest `valid_until`; nothing changes before. A measured
    /// [clock error](Self::set_clock_error) is taken into account.
    /// See RFC 6238 §4.2 for the step, RFC 4226 §5.3 for the digits.
    #[must_use]
    pub fn codes_at(&self, unix_time: u64) -> Vec<(AccountId, CodeNow)> {
        self.entries.iter().map(|entry| (entry.id, self.code_of(entry, unix_time))).collect()
    }

    /// The code of one account, as [`codes_at`](Self::codes_at).
    ///
    /// # Errors
    /// [`VaultError::NoSuchAccount`].
    pub fn code_at(&self, id: AccountId, unix_time: u64) -> Result<CodeNow, VaultError> {
        Ok(self.code_of(self.entry(id)?, unix_time))
    }

    /// The next code of an account that counts, RFC 4226. Save the vault before the code is shown:
    /// a code whose counter was lost would be shown a second time, and refused.
    ///
    /// # Errors
    /// [`VaultError::NoSuchAccount`], [`VaultError::NoCounter`], [`VaultError::CounterExhausted`].
    pub fn next_code(&mut self, id: AccountId) -> Result<Zeroizing<String>, VaultError> {
        let account = &mut self.entry_mut(id)?.account;
        let Otp::Hotp { counter, .. } = *account.otp() else { return Err(VaultError::NoCounter) };
        if account.is_spent() {
            return Err(VaultError::CounterExhausted);
        }
        let value = account.otp().value(account.secret(), counter).ok_or(VaultError::NoCounter)?;
        account.use_counter(counter);
        Ok(value)
    }

    /// Corrects the codes from now on by what the device's clock is wrong.
    ///
    /// It is not saved: whoever sets the clock right must not be corrected any more.
    pub fn set_clock_error(&mut self, error: ClockError) {
        self.clock_error = error;
    }

    /// The clock error that codes are corrected by.
    #[must_use]
    pub fn clock_error(&self) -> ClockError {
        self.clock_error
    }

    fn empty(keys: Keys) -> Self {
        Self {
            entries: Vec::new(),
            unread: Vec::new(),
            next_id: 1,
            extra: Unknown::default(),
            clock_error: ClockError::default(),
            keys,
        }
    }

    fn code_of(&self, entry: &Entry, unix_time: u64) -> CodeNow {
        let right = self.clock_error.right_time(unix_time);
        self.clock_error.in_wrong_time(entry.account.code_at(right))
    }

    fn entry_mut(&mut self, id: AccountId) -> Result<&mut Entry, VaultError> {
        self.entries.iter_mut().find(|entry| entry.id == id).ok_or(VaultError::NoSuchAccount)
    }
}

impl Entry {
    /// Which account it is.
    #[must_use]
    pub fn id(&self) -> AccountId {
        self.id
    }

    /// The account.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// How far its enrollment has come.
    #[must_use]
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// Whether the relying party has not confirmed it yet.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        matches!(self.standing, Standing::Pending { .. })
    }
}

/// Says how much there is, and nothing of it.
impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vault({} accounts)", self.entries.len())
    }
}

/// Fields that are kept for a later version, as they were written. They may be secrets.
#[derive(Default)]
struct Unknown(Vec<(String, Box<RawValue>)>);

impl fmt::Debug for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} fields", self.0.len())
    }
}

#[cfg(test)]
mod tests;
