//! The way into the vault: by the desktop's key store, a passphrase or a recovery key.

mod create;
mod passphrase;

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use countersign::vault::{
    self, DeviceKey, FileError, FormatError, OpenError, OpenFileError, Opened, Outline, Recovered,
    RecoveryKey, SlotKind, Unlock, Vault, VaultFile,
};
use etcetera::BaseStrategy;
use getrandom::SysRng;
use getrandom::rand_core::{CryptoRng, UnwrapErr};
use zeroize::Zeroizing;

pub use self::passphrase::new_passphrase;
use crate::args::VaultOptions;
use crate::console::Console;
use crate::failure::{Exit, Failure};
use crate::keystore::{self, KeyStoreError};

/// Where the vault is, and what opens it.
pub struct Door {
    path: PathBuf,
    passphrase_file: Option<PathBuf>,
    /// What opened it, so that nothing has to be typed twice in one run.
    opened_by: Option<Means>,
}

/// A vault that this process alone may change.
pub struct OpenVault {
    /// The accounts.
    pub vault: Vault,
    file: VaultFile,
}

/// Something that opens a vault.
enum Means {
    DeviceKey(DeviceKey),
    Passphrase(Zeroizing<Vec<u8>>),
    RecoveryKey(RecoveryKey),
}

/// Opens a vault's file with one secret.
type Attempt<'a> = dyn FnMut(Unlock<'_>) -> Result<Option<Opened>, OpenFileError> + 'a;

impl Door {
    /// The door that the options name.
    ///
    /// # Errors
    /// There is no home folder to have a vault in.
    pub fn new(options: &VaultOptions) -> Result<Self, Failure> {
        let path = match &options.vault {
            Some(path) => path.clone(),
            None => default_path()?,
        };
        Ok(Self { path, passphrase_file: options.passphrase_file.clone(), opened_by: None })
    }

    /// The vault's file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the vault to read it. Nobody else is kept out.
    ///
    /// # Errors
    /// There is no vault, or no way in.
    pub fn read(&mut self, console: &mut Console) -> Result<Vault, Failure> {
        let path = self.path.clone();
        let attempt = &mut |unlock: Unlock<'_>| vault::open_newest(&path, unlock);
        self.enter(attempt, console)?.ok_or_else(no_vault)
    }

    /// Opens the vault to change it.
    ///
    /// # Errors
    /// There is no vault, no way in, or another process is changing it.
    pub fn open(&mut self, console: &mut Console) -> Result<OpenVault, Failure> {
        if self.outline()?.is_none() {
            return Err(no_vault()); // before a folder is made for its lock
        }
        let mut file = self.lock()?;
        let attempt = &mut |unlock: Unlock<'_>| file.open_newest(unlock);
        let vault = self.enter(attempt, console)?.ok_or_else(no_vault)?;
        Ok(OpenVault { vault, file })
    }

    /// Opens the vault to change it, or makes one.
    ///
    /// # Errors
    /// There is no way in, nothing to seal a new vault with, or another process is changing it.
    pub fn open_or_create(&mut self, console: &mut Console) -> Result<OpenVault, Failure> {
        let mut file = self.lock()?;
        let attempt = &mut |unlock: Unlock<'_>| file.open_newest(unlock);
        let vault = match self.enter(attempt, console)? {
            Some(vault) => vault,
            None => self.create(console)?,
        };
        Ok(OpenVault { vault, file })
    }

    /// What the vault tells without being opened; nothing where there is none.
    ///
    /// # Errors
    /// It cannot be read, or is no vault.
    pub fn outline(&self) -> Result<Option<Outline>, Failure> {
        let Some(newest) = vault::read(&self.path).map_err(Failure::from)? else { return Ok(None) };
        match vault::outline_of(&newest) {
            Ok(outline) => Ok(Some(outline)),
            Err(error @ FormatError::NewerVersion { .. }) => Err(OpenError::from(error).into()),
            // The previous generation may be sound, and opens in its place.
            Err(error) => {
                let outline = self.previous_outline()?;
                outline.map(Some).ok_or_else(|| OpenError::from(error).into())
            }
        }
    }

    fn previous_outline(&self) -> Result<Option<Outline>, Failure> {
        let previous = vault::read(&self.previous()).map_err(Failure::from)?;
        Ok(previous.and_then(|bytes| vault::outline_of(&bytes).ok()))
    }

    /// What is wrong with the newest generation, as far as it can be told without opening it.
    #[must_use]
    pub fn newest_fault(&self) -> Option<&'static str> {
        if !self.path.exists() {
            return Some("is missing");
        }
        let bytes = vault::read(&self.path).ok().flatten()?;
        vault::outline_of(&bytes).is_err().then_some("is damaged")
    }

    /// When the vault's file was last written.
    #[must_use]
    pub fn changed(&self) -> Option<SystemTime> {
        fs::metadata(&self.path).and_then(|metadata| metadata.modified()).ok()
    }

    /// Where the generation before the newest is kept.
    #[must_use]
    pub fn previous(&self) -> PathBuf {
        let path = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        let mut name = path.file_name().map(ToOwned::to_owned).unwrap_or_default();
        name.push(".bak");
        path.with_file_name(name)
    }

    /// Takes the vault's lock; a command of a moment is waited for.
    fn lock(&self) -> Result<VaultFile, Failure> {
        let begin = Instant::now();
        loop {
            match VaultFile::lock(&self.path) {
                Err(FileError::Busy) if begin.elapsed() < PATIENCE => {
                    thread::sleep(Duration::from_millis(50));
                }
                locked => return Ok(locked?),
            }
        }
    }

    /// Opens by the first way that there is: what opened it before, the passphrase file, the
    /// key store, and at last what somebody types.
    fn enter(
        &mut self,
        attempt: &mut Attempt<'_>,
        console: &mut Console,
    ) -> Result<Option<Vault>, Failure> {
        if let Some(means) = &self.opened_by {
            return attempt(means.unlock())?.map(|opened| finish(opened, console)).transpose();
        }
        let Some(outline) = self.outline()? else { return Ok(None) };
        if let Some(file) = &self.passphrase_file {
            let typed = passphrase::from_file(file)?;
            return self.try_typed(typed, &outline, attempt, console).map(Some);
        }
        if has(&outline, SlotKind::DeviceKey) {
            match self.try_key_store(&outline, attempt, console)? {
                Ok(vault) => return Ok(Some(vault)),
                Err(error) => tell_key_store(error, &outline, console),
            }
        }
        self.ask(&outline, attempt, console).map(Some)
    }

    fn try_key_store(
        &mut self,
        outline: &Outline,
        attempt: &mut Attempt<'_>,
        console: &mut Console,
    ) -> Result<Result<Vault, KeyStoreError>, Failure> {
        let mut key = keystore::device_key(&outline.identity);
        // Damage may have hit the identity itself, and then the previous generation still has it.
        if let (Err(KeyStoreError::NoEntry), Some(previous)) = (&key, self.previous_outline()?)
            && previous.identity != outline.identity
        {
            key = keystore::device_key(&previous.identity);
        }
        let key = match key {
            Ok(key) => key,
            Err(error) => return Ok(Err(error)),
        };
        match attempt(Unlock::DeviceKey(&key)) {
            Ok(Some(opened)) => {
                self.opened_by = Some(Means::DeviceKey(key));
                finish(opened, console).map(Ok)
            }
            Ok(None) => Err(no_vault()),
            Err(OpenFileError::Open(OpenError::CannotOpen)) => Ok(Err(KeyStoreError::NoEntry)),
            Err(error) => Err(error.into()),
        }
    }

    /// Asks at the terminal, three times at most.
    fn ask(
        &mut self,
        outline: &Outline,
        attempt: &mut Attempt<'_>,
        console: &mut Console,
    ) -> Result<Vault, Failure> {
        let question =
            match (has(outline, SlotKind::Passphrase), has(outline, SlotKind::RecoveryKey)) {
                (true, true) => "Passphrase or recovery key:",
                (true, false) => "Passphrase:",
                (false, true) => "Recovery key:",
                (false, false) => return Err(no_way_in()),
            };
        if !console.types_unseen() {
            return Err(Failure::new(
                Exit::NotOpened,
                "the vault asks for a passphrase and there is no terminal to type it at; \
                 name a file that holds it with --passphrase-file",
            ));
        }
        let mut tries = 3;
        loop {
            tries -= 1;
            let typed = passphrase::typed(console, question)?;
            match self.try_typed(typed, outline, attempt, console) {
                Err(failure) if tries > 0 && failure.is_wrong_secret() => {
                    console.note(failure.message().unwrap_or_default());
                }
                outcome => return outcome,
            }
        }
    }

    /// Tries what was typed as a recovery key, where its checksum says that it is one, and else as
    /// a passphrase.
    fn try_typed(
        &mut self,
        typed: Zeroizing<Vec<u8>>,
        outline: &Outline,
        attempt: &mut Attempt<'_>,
        console: &mut Console,
    ) -> Result<Vault, Failure> {
        let text = std::str::from_utf8(&typed).ok();
        let recovery_key = text.map(RecoveryKey::parse);
        let means = match (recovery_key, has(outline, SlotKind::Passphrase)) {
            (Some(Ok(key)), _) if has(outline, SlotKind::RecoveryKey) => Means::RecoveryKey(key),
            (_, true) => Means::Passphrase(typed),
            (Some(Err(error)), false) if has(outline, SlotKind::RecoveryKey) => {
                let message = format!("this is not the recovery key: {error}");
                return Err(Failure::wrong_secret(message));
            }
            _ => {
                return Err(Failure::new(
                    Exit::NotOpened,
                    "the vault has no passphrase; open it without --passphrase-file, and set one \
                     with `countersign passphrase`",
                ));
            }
        };
        let opened = attempt(means.unlock())?.ok_or_else(no_vault)?;
        self.opened_by = Some(means);
        finish(opened, console)
    }
}

impl OpenVault {
    /// Seals the vault and puts it on the disk.
    ///
    /// # Errors
    /// It could not be; the vault on the disk is as it was, unless the message says otherwise.
    pub fn save(&mut self) -> Result<(), Failure> {
        let sealed = self.vault.seal(&mut system_rng())?;
        Ok(self.file.save(&sealed)?)
    }
}

impl Means {
    fn unlock(&self) -> Unlock<'_> {
        match self {
            Self::DeviceKey(key) => Unlock::DeviceKey(key),
            Self::Passphrase(bytes) => Unlock::Passphrase(bytes),
            Self::RecoveryKey(key) => Unlock::RecoveryKey(key),
        }
    }
}

/// The system's random source. Where it fails there is nothing left to do but to stop.
#[must_use]
pub fn system_rng() -> impl CryptoRng {
    UnwrapErr(SysRng)
}

/// Whether the vault has a way in of this kind.
#[must_use]
pub fn has(outline: &Outline, kind: SlotKind) -> bool {
    outline.slots.iter().any(|slot| slot.kind == kind)
}

fn default_path() -> Result<PathBuf, Failure> {
    let folders = etcetera::choose_base_strategy().map_err(|_| {
        Failure::new(Exit::Failed, "there is no home folder; name the vault's file with --vault")
    })?;
    Ok(folders.data_dir().join("countersign").join("vault"))
}

/// Takes the accounts out, and says what they were found in.
fn finish(opened: Opened, console: &mut Console) -> Result<Vault, Failure> {
    let Opened { keys, content, recovered } = opened;
    let vault = Vault::from_content(keys, &content)?;
    if let Some(recovered) = recovered {
        let why = match recovered {
            Recovered::Missing => "is missing",
            Recovered::Broken(_) => "is damaged",
        };
        console.note(&format!(
            "note: the newest generation of the vault {why}, and the one before was opened; \
             the last change is lost"
        ));
    }
    if vault.unread() > 0 {
        console.note(&format!(
            "note: {} accounts were written by a newer version and are not shown; they are kept",
            vault.unread()
        ));
    }
    Ok(vault)
}

/// The device key did not open the vault: why, and which ways are left.
fn tell_key_store(error: KeyStoreError, outline: &Outline, console: &mut Console) {
    if error == KeyStoreError::NoEntry {
        console.note(
            "note: the device key of this vault is gone from the key store; nothing is lost as \
             long as another way opens it, and `countersign device-key` then makes a new one",
        );
    } else {
        console.note(&format!("note: the key store {}", error.words()));
    }
    let ways =
        [(SlotKind::Passphrase, "its passphrase"), (SlotKind::RecoveryKey, "its recovery key")];
    let left: Vec<_> =
        ways.iter().filter(|(kind, _)| has(outline, *kind)).map(|(_, words)| *words).collect();
    if !left.is_empty() {
        console.note(&format!("note: the vault still opens by {}", left.join(" or ")));
    }
}

fn no_vault() -> Failure {
    Failure::new(
        Exit::NothingFound,
        "there is no vault yet; `countersign add` or `countersign scan --save` makes one",
    )
}

fn no_way_in() -> Failure {
    Failure::new(
        Exit::NotOpened,
        "only the device key opens this vault, and the key store does not give it; unlock the \
         store, or open the vault on the device and by the user that it was made by",
    )
}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Self {
        match &error {
            FileError::Busy => {
                Self::new(Exit::InUse, "the vault is in use by another process; try again")
            }
            FileError::Io { step, source } => Self::io(step, source),
            FileError::StateUnknown(source) => {
                Self::new(Exit::Failed, format!("{error}: {}", crate::failure::reason(source)))
            }
            _ => Self::new(Exit::Failed, error.to_string()),
        }
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::CannotOpen => Self::wrong_secret(
                "the vault does not open with this; it is the wrong passphrase or key, or the \
                 vault was altered",
            ),
            OpenError::Damaged => Self::new(
                Exit::NotOpened,
                "the vault is damaged, and no generation before it is whole; restore a backup",
            ),
            OpenError::Format(FormatError::NewerVersion { .. }) => {
                Self::new(Exit::NotOpened, format!("{error}; update countersign"))
            }
            _ => Self::new(Exit::NotOpened, error.to_string()),
        }
    }
}

impl From<OpenFileError> for Failure {
    fn from(error: OpenFileError) -> Self {
        match error {
            OpenFileError::File(error) => error.into(),
            OpenFileError::Open(error) => error.into(),
        }
    }
}

/// How long another command's change is waited for.
const PATIENCE: Duration = Duration::from_secs(5);
