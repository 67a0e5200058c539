//! The vault as a shell holds it: a file that is opened, changed and locked.

mod accounts;
mod import;
mod reveal;
mod slots;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use countersign::ClockError;
use countersign::vault::{self, DeviceKey, KdfCost, RecoveryKey, Unlock, VaultFile};
use getrandom::SysRng;
use getrandom::rand_core::{CryptoRng, UnwrapErr};

pub use self::accounts::{AccountId, Code, CodeNow, Codes, Entry};
pub(crate) use self::import::frame;
pub use self::import::{Imported, Part, Preview};
pub use self::reveal::{Revealed, RevealedCode, RevealedMigration};
pub use self::slots::{Slot, SlotId, SlotKind};
use crate::CountersignError;
use crate::enroll::Flow;

/// The accounts of one person, in one sealed file that any of its slots opens.
///
/// While it is open, no other process and no other object can open it to change it, and its secrets
/// are in memory; lock it when the app leaves the screen. Every change is on the disk when its call
/// returns, and where that fails it is not made. Only the enrollment flow asks for a save of its own.
///
/// Secrets come in as bytes that the caller overwrites as soon as the call returns: in Kotlin a
/// direct ByteBuffer, in Swift a Data. A call may take as long as a password hash or a slow disk, so
/// make it off the main thread.
#[derive(uniffi::Object)]
pub struct Vault {
    path: PathBuf,
    open: Mutex<Option<Open>>,
}

/// All that is secret, so that locking drops it in one place.
pub(crate) struct Open {
    pub(crate) vault: vault::Vault,
    file: VaultFile,
    pub(crate) flow: Option<Flow>,
}

/// What a vault tells of itself without being opened.
#[derive(uniffi::Record)]
pub struct Outline {
    /// What all generations of this vault have in common and no other has, in hexadecimal: a name
    /// for its device key in the platform's key store.
    pub identity: String,
    /// How often it was saved.
    pub generation: u64,
    /// The ways to open it.
    pub slots: Vec<Slot>,
}

/// An opened vault.
#[derive(uniffi::Record)]
pub struct Opened {
    /// Why the generation before the last was opened. Tell the user: the last change is lost.
    pub recovered: Option<Recovered>,
    /// How many accounts a newer version of the app wrote, which this one keeps and cannot show.
    pub unread: u32,
}

/// Why the generation before the last was opened in place of it.
#[derive(uniffi::Enum)]
pub enum Recovered {
    /// The last generation is not there.
    Missing,
    /// The last generation is torn or altered. It is kept beside the vault.
    Damaged,
}

#[uniffi::export]
impl Vault {
    /// The vault whose file is at this path, in a private folder of the app. Nothing is read or
    /// written yet.
    #[uniffi::constructor]
    #[must_use]
    pub fn new(path: String) -> Arc<Self> {
        Arc::new(Self { path: path.into(), open: Mutex::new(None) })
    }

    /// What the vault tells without being opened, or nothing where there is none.
    ///
    /// Ask this first: nothing leads to making a vault, a device key slot to the platform's key
    /// store, the others to the keyboard. A key store that has lost its key is no reason to make a
    /// vault anew, since another slot may open it.
    pub fn outline(&self) -> Result<Option<Outline>, CountersignError> {
        Ok(vault::outline(&self.path)?.map(Outline::from))
    }

    /// Makes a vault that a device key opens, and opens it.
    ///
    /// The key is 32 random bytes. Have the platform's key store hold it first: what is sealed by a
    /// key that is lost is lost. Then add another slot.
    pub fn create_with_device_key(&self, key: &[u8]) -> Result<(), CountersignError> {
        self.create(Unlock::DeviceKey(&device_key(key)?))
    }

    /// Makes a vault that a passphrase opens, and opens it. The bytes are used as they are given:
    /// UTF-8, in one normal form of Unicode.
    pub fn create_with_passphrase(&self, passphrase: &[u8]) -> Result<(), CountersignError> {
        self.create(Unlock::Passphrase(passphrase))
    }

    /// Opens the vault by its device key. Where it is open already, it is locked first and read anew.
    pub fn open_with_device_key(&self, key: &[u8]) -> Result<Opened, CountersignError> {
        self.open(Unlock::DeviceKey(&device_key(key)?))
    }

    /// Opens the vault by a passphrase. Where it is open already, it is locked first and read anew.
    pub fn open_with_passphrase(&self, passphrase: &[u8]) -> Result<Opened, CountersignError> {
        self.open(Unlock::Passphrase(passphrase))
    }

    /// Opens the vault by the recovery key as it was typed, in UTF-8; case, spaces and hyphens do
    /// not matter. Where it is open already, it is locked first and read anew.
    pub fn open_with_recovery_key(&self, typed: &[u8]) -> Result<Opened, CountersignError> {
        let text = str::from_utf8(typed).map_err(|_| CountersignError::BadRecoveryKey)?;
        self.open(Unlock::RecoveryKey(&RecoveryKey::parse(text)?))
    }

    /// Puts a vault aside that nothing opens any more, and all that is kept of it: it gets another name
    /// in the same folder, which this gives, and a new one can be made. Nothing is deleted.
    pub fn set_aside(&self) -> Result<String, CountersignError> {
        if vault::read(&self.path)?.is_none() {
            return Err(CountersignError::NoVault);
        }
        let aside = VaultFile::lock(&self.path)?.set_aside()?.ok_or(CountersignError::NoVault)?;
        let name = aside.file_name().unwrap_or_default();
        Ok(name.to_string_lossy().into_owned())
    }

    /// Whether it is open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.guard().is_some()
    }

    /// Erases from memory all that is secret, an enrollment that was not ended with it, and lets
    /// others open the vault. A camera frame that is just being read is erased when it has been.
    pub fn lock(&self) {
        *self.guard() = None;
    }

    /// Saves the vault: what the enrollment flow asks for by its effect. Answer it with the event
    /// that it was saved, or where this fails that it was not.
    ///
    /// Where it is not certain whether it was saved, the vault is locked: open it and start the
    /// enrollment again, and it goes on from what the disk has.
    pub fn save(&self) -> Result<(), CountersignError> {
        self.with(|open| save(&mut open.vault, &mut open.file))
    }

    /// Measures the device's clock by the `Date` header of any HTTPS answer that came when the clock
    /// showed `received_at`, in seconds since 1970, and corrects codes by it from now on.
    ///
    /// Gives by how many seconds the clock is behind (negative: ahead) where people should be told,
    /// from five seconds on. It is not saved: whoever sets the clock right is not corrected any more.
    pub fn measure_clock(
        &self,
        date: &str,
        received_at: u64,
    ) -> Result<Option<i64>, CountersignError> {
        self.with(|open| {
            if let Some(error) = ClockError::measure(date, received_at) {
                let worth = error.is_worth_telling();
                open.vault.set_clock_error(if worth { error } else { ClockError::default() });
            }
            Ok(behind(open.vault.clock_error()))
        })
    }

    /// By how many seconds the clock is behind (negative: ahead), where people should be told.
    pub fn clock_behind(&self) -> Result<Option<i64>, CountersignError> {
        self.with(|open| Ok(behind(open.vault.clock_error())))
    }
}

impl Vault {
    fn create(&self, unlock: Unlock<'_>) -> Result<(), CountersignError> {
        let mut guard = self.guard();
        if guard.is_some() || vault::read(&self.path)?.is_some() {
            return Err(CountersignError::VaultExists);
        }
        let mut file = VaultFile::lock(&self.path)?;
        let mut vault = vault::Vault::create(unlock, KdfCost::DEFAULT, &mut system_rng())?;
        // Where another process was quicker, its vault was not opened and is not saved over.
        save(&mut vault, &mut file)?;
        *guard = Some(Open { vault, file, flow: None });
        Ok(())
    }

    fn open(&self, unlock: Unlock<'_>) -> Result<Opened, CountersignError> {
        let mut guard = self.guard();
        *guard = None;
        // Before a folder is made for its lock.
        if vault::read(&self.path)?.is_none() {
            return Err(CountersignError::NoVault);
        }
        let mut file = VaultFile::lock(&self.path)?;
        let opened = file.open_newest(unlock)?.ok_or(CountersignError::NoVault)?;
        let vault = vault::Vault::from_content(opened.keys, &opened.content)?;
        let unread = u32::try_from(vault.unread()).unwrap_or(u32::MAX);
        *guard = Some(Open { vault, file, flow: None });
        Ok(Opened { recovered: opened.recovered.map(Recovered::from), unread })
    }

    /// Does something with the open vault. One that may be other than the disk is locked.
    pub(crate) fn with<T>(
        &self,
        act: impl FnOnce(&mut Open) -> Result<T, CountersignError>,
    ) -> Result<T, CountersignError> {
        let mut guard = self.guard();
        let outcome = guard.as_mut().ok_or(CountersignError::Locked).and_then(act);
        if matches!(outcome, Err(CountersignError::SaveUncertain)) {
            *guard = None;
        }
        outcome
    }

    /// Makes a change that is on the disk afterwards, or none.
    fn change<T>(
        &self,
        make: impl FnOnce(&mut vault::Vault) -> Result<T, CountersignError>,
    ) -> Result<T, CountersignError> {
        self.with(|Open { vault, file, .. }| vault.change(make, |vault| save(vault, file)))
    }

    /// Where a call has panicked, what it was about to do is half done: only the disk is relied on.
    fn guard(&self) -> MutexGuard<'_, Option<Open>> {
        self.open.lock().unwrap_or_else(|poisoned| {
            self.open.clear_poison();
            let mut guard = PoisonError::into_inner(poisoned);
            *guard = None;
            guard
        })
    }
}

impl From<vault::Outline> for Outline {
    fn from(outline: vault::Outline) -> Self {
        let vault::Outline { identity, generation, slots } = outline;
        let identity = identity.iter().map(|byte| format!("{byte:02x}")).collect();
        Self { identity, generation, slots: slots.into_iter().map(Slot::from).collect() }
    }
}

impl From<vault::Recovered> for Recovered {
    fn from(recovered: vault::Recovered) -> Self {
        match recovered {
            vault::Recovered::Missing => Self::Missing,
            vault::Recovered::Broken(_) => Self::Damaged,
        }
    }
}

fn save(vault: &mut vault::Vault, file: &mut VaultFile) -> Result<(), CountersignError> {
    let sealed = vault.seal(&mut system_rng())?;
    file.save(&sealed).map_err(CountersignError::of_save)
}

fn device_key(bytes: &[u8]) -> Result<DeviceKey, CountersignError> {
    let bytes = bytes.try_into().map_err(|_| CountersignError::BadDeviceKey)?;
    Ok(DeviceKey::from_bytes(bytes))
}

fn behind(error: ClockError) -> Option<i64> {
    error.is_worth_telling().then(|| error.seconds_behind())
}

/// The system's random source. Where it fails there is nothing left to do but to stop.
fn system_rng() -> impl CryptoRng {
    UnwrapErr(SysRng)
}
