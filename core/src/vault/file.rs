//! The vault on disk: locked against a second writer, saved whole or not at all.
//!
//! Nothing else in the core touches the disk. `docs/vault.md` says what each file beside the vault
//! is for.

use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::format::{
    FormatError, Keys, Kinship, MAX_FILE, OpenError, Outline, generation_of, outline_of, same_locks,
};
use super::slot::Unlock;

/// A vault file that this process alone may write, for as long as this value lives.
///
/// Lock, then open, then save: what was read before the lock may be somebody else's past.
#[derive(Debug)]
pub struct VaultFile {
    path: PathBuf,
    newest: Newest,
    /// The generation that was opened or saved last under this lock; 0 for none.
    generation: u64,
    /// Closing it unlocks. It is never deleted: who waits for a deleted lock file and who makes
    /// a new one would both hold "the" lock.
    _lock: File,
}

impl VaultFile {
    /// Takes the lock, without waiting. A folder that is missing is made, for its owner only.
    ///
    /// A vault behind a symbolic link is locked and saved where the link points.
    ///
    /// # Errors
    /// - `Busy`: another process, or another `VaultFile`, holds the lock.
    /// - `BrokenLink`: the path is a symbolic link to nothing.
    /// - `NotAFile`: the path cannot be that of a file.
    /// - `Io`: the folder or the lock cannot be made.
    pub fn lock(path: &Path) -> Result<Self, FileError> {
        make_folder(folder_of(path)).map_err(FileError::at("make the folder of the vault"))?;
        let path = resolve(path)?;
        let lock = private(OpenOptions::new().write(true).create(true))
            .open(sibling(&path, LOCK))
            .map_err(FileError::at("make the lock of the vault"))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(FileError::Busy),
            Err(TryLockError::Error(source)) => {
                return Err(FileError::at("lock the vault")(source));
            }
        }
        let vault_there = path.try_exists().map_err(FileError::at(READ))?
            || sibling(&path, PREVIOUS).try_exists().map_err(FileError::at(READ))?;
        let newest = if vault_there { Newest::Unread } else { Newest::Missing };
        Ok(Self { path, newest, generation: 0, _lock: lock })
    }

    /// Opens the vault as [`open_newest`] does, and so allows a [`VaultFile::save`] over it.
    ///
    /// # Errors
    /// As [`open_newest`].
    pub fn open_newest(&mut self, unlock: Unlock<'_>) -> Result<Option<Opened>, OpenFileError> {
        let opened = open_resolved(&self.path, unlock)?;
        self.newest = match &opened {
            None => Newest::Missing,
            Some(Opened { recovered: None, .. }) => Newest::Good,
            Some(Opened { recovered: Some(_), .. }) => Newest::Bad,
        };
        self.generation = opened.as_ref().map_or(0, |opened| opened.keys.generation());
        Ok(opened)
    }

    /// Makes `sealed` the newest generation, and what was newest the previous one.
    ///
    /// When it returns, the generation is on the disk, not only in its cache. When it fails, the
    /// vault is as it was, and the save can be tried again.
    ///
    /// # Errors
    /// - `Unread`: there is a vault that was not opened under this lock; it is not overwritten.
    /// - `NotNext`: `sealed` does not follow the generation on disk: it is the work of keys that
    ///   were opened before this lock, and somebody else saved since.
    /// - `Io`: a step failed, and the newest generation is still what it was.
    /// - `StateUnknown`: the new generation is in place, but may not outlive a power cut; open
    ///   the vault again before the next save.
    pub fn save(&mut self, sealed: &[u8]) -> Result<(), FileError> {
        let kept_as = match self.newest {
            Newest::Unread => return Err(FileError::Unread),
            Newest::Missing => None,
            Newest::Good => Some(PREVIOUS),
            // The previous generation is the good one then, and stays where it is.
            Newest::Bad => Some(DAMAGED),
        };
        let generation = generation_of(sealed).map_err(|_| FileError::NotNext)?;
        if generation <= self.generation {
            return Err(FileError::NotNext);
        }
        // Opened first, so that having too many files open is no unknown state later.
        let folder = Folder::open(folder_of(&self.path))
            .map_err(FileError::at("open the folder of the vault"))?;
        let temporary = sibling(&self.path, TEMPORARY);
        let placed = self.place(sealed, &temporary, kept_as);
        if placed.is_err() {
            // The next save would remove it as well; a full disk is better helped now.
            let _ = fs::remove_file(&temporary);
            return placed;
        }
        self.newest = Newest::Unread;
        self.generation = generation;
        folder.sync().map_err(FileError::StateUnknown)?;
        self.newest = Newest::Good;
        Ok(())
    }

    /// Gives the vault and all that is kept of it another name, beside the old one: where nothing
    /// opens it any more, a new one can be made. Nothing is deleted, and under its new name it is a
    /// vault as it was. `None` where there is none.
    ///
    /// # Errors
    /// `Io`: a step failed. What has the new name already keeps it, and the rest can be put aside
    /// by trying again.
    pub fn set_aside(&mut self) -> Result<Option<PathBuf>, FileError> {
        let at = FileError::at("put the vault aside");
        let folder = Folder::open(folder_of(&self.path)).map_err(&at)?;
        let is_there = |path: &Path| path.try_exists().map_err(&at);
        let mut kept = Vec::new();
        // The newest goes last: until then there is no moment at which a new vault would be made.
        for suffix in [PREVIOUS, DAMAGED, ""] {
            if is_there(&sibling(&self.path, suffix))? {
                kept.push(suffix);
            }
        }
        if kept.is_empty() {
            return Ok(None);
        }
        let mut number = 1_u64;
        let aside = loop {
            let aside = sibling(&self.path, &format!(".{number}.aside"));
            let mut taken = false;
            for suffix in [PREVIOUS, DAMAGED, ""] {
                taken |= is_there(&sibling(&aside, suffix))?;
            }
            if !taken {
                break aside;
            }
            number += 1;
        };
        for suffix in kept {
            fs::rename(sibling(&self.path, suffix), sibling(&aside, suffix)).map_err(&at)?;
        }
        self.newest = Newest::Missing;
        self.generation = 0;
        folder.sync().map_err(FileError::StateUnknown)?;
        Ok(Some(aside))
    }

    /// All of a save but the last `fsync`. At each moment `self.path` is a whole generation.
    fn place(
        &self,
        sealed: &[u8],
        temporary: &Path,
        kept_as: Option<&str>,
    ) -> Result<(), FileError> {
        write_new(temporary, sealed).map_err(FileError::at("write the new generation"))?;
        if let Some(suffix) = kept_as {
            self.keep_newest(suffix).map_err(FileError::at("keep the previous generation"))?;
        }
        fs::rename(temporary, &self.path)
            .map_err(FileError::at("put the new generation in its place"))
    }

    /// Gives the newest generation a second name, in one step that replaces what had that name.
    fn keep_newest(&self, suffix: &str) -> io::Result<()> {
        let temporary = sibling(&self.path, LINK_TEMPORARY);
        remove_if_there(&temporary)?;
        match fs::hard_link(&self.path, &temporary) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            // Android forbids apps to make hard links, and FAT has none.
            Err(_) => match read_bounded(&self.path)? {
                Some(newest) => write_new(&temporary, &newest)?,
                None => return Ok(()),
            },
        }
        fs::rename(&temporary, sibling(&self.path, suffix))?;
        // After a save killed here, both names are one file, and then POSIX `rename` does nothing.
        remove_if_there(&temporary)
    }
}

/// An open vault, and whether it is the newest.
pub struct Opened {
    /// Seals the next generation.
    pub keys: Keys,
    /// What was sealed.
    pub content: Zeroizing<Vec<u8>>,
    /// Why this is the previous generation; `None` for the newest. Tell the user: the last
    /// change is lost.
    pub recovered: Option<Recovered>,
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { keys, recovered, content: _ } = self;
        f.debug_struct("Opened").field("keys", keys).field("recovered", recovered).finish()
    }
}

/// Why the previous generation was opened in place of the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovered {
    /// There is no newest generation.
    Missing,
    /// The newest generation is torn or altered. The next save keeps it, as `….damaged`.
    Broken(OpenError),
}

/// Opens the newest generation that is whole, without a lock: to read, not to save.
///
/// The previous generation stands in when the newest is missing or broken. It does *not* when
/// the newest is sound and merely not for this secret: or a removed slot would open the past.
/// `None` when there is no vault at all.
///
/// # Errors
/// - `File`: the file could not be read.
/// - `Open`: the newest did not open, and the previous does not stand in. For
///   [`FormatError::NewerVersion`] it never does.
pub fn open_newest(path: &Path, unlock: Unlock<'_>) -> Result<Option<Opened>, OpenFileError> {
    open_resolved(&resolve(path)?, unlock)
}

/// The sealed bytes of the newest generation, or of the previous when only that is there.
///
/// At most one byte more than a vault can have: [`super::outline_of`] and [`Keys::open`] refuse the rest.
///
/// # Errors
/// - `BrokenLink`, `NotAFile`: nothing can be at that path.
/// - `Io`: the file could not be read.
pub fn read(path: &Path) -> Result<Option<Vec<u8>>, FileError> {
    let path = resolve(path)?;
    match read_bounded(&path).map_err(FileError::at(READ))? {
        Some(newest) => Ok(Some(newest)),
        None => read_bounded(&sibling(&path, PREVIOUS)).map_err(FileError::at(READ)),
    }
}

/// What a vault tells without being opened: its newest generation, or the previous one where that
/// is missing or malformed. `None` when there is no vault at all.
///
/// # Errors
/// - `File`: the file could not be read.
/// - `Open`: it is no vault that this version can read, and the previous does not stand in. For
///   [`FormatError::NewerVersion`] it never does.
pub fn outline(path: &Path) -> Result<Option<Outline>, OpenFileError> {
    let path = resolve(path)?;
    let newest = read_bounded(&path).map_err(FileError::at(READ))?;
    let failed = match newest.as_deref().map(outline_of) {
        Some(Ok(outline)) => return Ok(Some(outline)),
        Some(Err(error @ FormatError::NewerVersion { .. })) => {
            return Err(OpenError::from(error).into());
        }
        Some(Err(error)) => Some(OpenError::from(error)),
        None => None,
    };
    match (read_bounded(&sibling(&path, PREVIOUS)), failed) {
        (Ok(None), None) => Ok(None),
        (Ok(Some(previous)), failed) => match outline_of(&previous) {
            Ok(outline) => Ok(Some(outline)),
            Err(error) => Err(failed.unwrap_or(error.into()).into()),
        },
        (_, Some(error)) => Err(error.into()),
        (Err(source), None) => Err(FileError::at(READ)(source).into()),
    }
}

/// Why the vault's file was not locked, read or written.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Somebody else holds the lock. Try again later.
    #[error("the vault is in use by another process")]
    Busy,
    /// The path is a symbolic link to nothing: the vault's disk may be missing.
    #[error("the path of the vault is a link that leads nowhere")]
    BrokenLink,
    /// The path names a folder, a device, or nothing that could be a file.
    #[error("the path of the vault is not that of a file")]
    NotAFile,
    /// There is a vault that was not opened under this lock.
    #[error("the vault has to be opened before it is saved over")]
    Unread,
    /// What is to be saved does not follow what is there; open the vault again and redo the change.
    #[error("the vault was saved by another process since it was opened")]
    NotNext,
    /// The system refused a step; the vault is as it was.
    #[error("could not {step}")]
    Io {
        /// What was being done.
        step: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// The new generation is in place, but its folder could not be flushed.
    #[error("the vault may or may not be saved, open it again")]
    StateUnknown(#[source] io::Error),
}

impl FileError {
    fn at(step: &'static str) -> impl Fn(io::Error) -> Self {
        move |source| Self::Io { step, source }
    }
}

/// Why no vault was opened from a file.
#[derive(Debug, thiserror::Error)]
pub enum OpenFileError {
    /// The file could not be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// What is in it did not open.
    #[error(transparent)]
    Open(#[from] OpenError),
}

/// What is known, under this lock, of the newest generation on disk.
#[derive(Debug, Clone, Copy)]
enum Newest {
    Missing,
    Unread,
    Good,
    Bad,
}

fn open_resolved(path: &Path, unlock: Unlock<'_>) -> Result<Option<Opened>, OpenFileError> {
    let newest = read_bounded(path).map_err(FileError::at(READ))?;
    let failed = match newest.as_deref().map(|bytes| Keys::open(bytes, unlock)) {
        Some(Ok((keys, content))) => return Ok(Some(Opened { keys, content, recovered: None })),
        Some(Err(error @ OpenError::Format(FormatError::NewerVersion { .. }))) => {
            return Err(error.into());
        }
        Some(Err(error)) => Some(error),
        None => None,
    };
    let previous = match (read_bounded(&sibling(path, PREVIOUS)), failed) {
        (Ok(Some(previous)), _) => previous,
        (_, Some(error)) => return Err(error.into()),
        (Ok(None), None) => return Ok(None),
        (Err(source), None) => return Err(FileError::at(READ)(source).into()),
    };
    // A mistyped passphrase need not be paid for twice.
    if let (Some(newest), Some(error)) = (&newest, failed)
        && error != OpenError::Damaged
        && same_locks(newest, &previous)
    {
        return Err(error.into());
    }
    let (keys, content) = match (Keys::open(&previous, unlock), failed) {
        (Ok(opened), _) => opened,
        // A whole generation is there, and another secret may open it: that is what is to be told.
        (Err(OpenError::CannotOpen), Some(OpenError::Format(_))) => {
            return Err(OpenError::CannotOpen.into());
        }
        (Err(_), Some(error)) | (Err(error), None) => return Err(error.into()),
    };
    let recovered = match (&newest, failed) {
        (Some(newest), Some(error)) if keys.judge(newest) != Kinship::Broken => {
            return Err(error.into());
        }
        (_, Some(error)) => Recovered::Broken(error),
        (_, None) => Recovered::Missing,
    };
    Ok(Some(Opened { keys, content, recovered: Some(recovered) }))
}

/// The path with every symbolic link followed, so that all names of a vault share one lock.
fn resolve(path: &Path) -> Result<PathBuf, FileError> {
    match fs::canonicalize(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Ok(path) if path.is_file() => return Ok(path),
        Ok(_) => return Err(FileError::NotAFile),
        Err(source) => return Err(FileError::at("find the vault")(source)),
    }
    if path.is_symlink() {
        return Err(FileError::BrokenLink);
    }
    let name = path.file_name().ok_or(FileError::NotAFile)?;
    match fs::canonicalize(folder_of(path)) {
        Ok(folder) => Ok(folder.join(name)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(path.to_owned()),
        Err(source) => Err(FileError::at("find the folder of the vault")(source)),
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn sibling(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().map(OsString::from).unwrap_or_default();
    name.push(suffix);
    path.with_file_name(name)
}

fn read_bounded(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    let mut bytes = Vec::new();
    file.take(MAX_FILE as u64 + 1).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// Writes a file that is not there yet, down to the disk. One left by a killed save is replaced.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    remove_if_there(path)?;
    let mut file = private(OpenOptions::new().write(true).create_new(true)).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Makes the folder and those above it, and makes that last.
fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    make_folder(folder_of(folder))?;
    match make_private_folder(folder) {
        // Another process was faster.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        made => made.and_then(|()| Folder::open(folder_of(folder))?.sync()),
    }
}

#[cfg(unix)]
fn make_private_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;

    fs::DirBuilder::new().mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_private_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir(folder)
}

/// A folder held open, to make the renames in it last. Windows has no such call: there, the
/// journal of its file system keeps a rename whole, and brings it to the disk in its own time.
struct Folder {
    #[cfg(unix)]
    handle: File,
}

impl Folder {
    #[cfg(unix)]
    fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { handle: File::open(path)? })
    }

    #[cfg(not(unix))]
    fn open(_path: &Path) -> io::Result<Self> {
        Ok(Self {})
    }

    fn sync(&self) -> io::Result<()> {
        #[cfg(unix)]
        self.handle.sync_all()?;
        Ok(())
    }
}

/// Lets only the owner read and write the file that `options` makes.
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

const LOCK: &str = ".lock";
const PREVIOUS: &str = ".bak";
const DAMAGED: &str = ".damaged";
const TEMPORARY: &str = ".tmp";
const LINK_TEMPORARY: &str = ".bak.tmp";
const READ: &str = "read the vault";

#[cfg(test)]
mod tests;
