//! How a command ends: the exit code, and where it failed, what to do next.

use std::fmt;
use std::io::{self, ErrorKind};
use std::process::ExitCode;

use countersign::vault::{SealError, SlotError, VaultError};

/// The exit codes that a script can rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Something failed; the message says what.
    Failed = 1,
    /// The arguments are wrong.
    Usage = 2,
    /// Nothing was found: no code in the picture, no such account, no vault.
    NothingFound = 3,
    /// The vault could not be opened: a wrong passphrase, or no way in.
    NotOpened = 4,
    /// Another process is using the vault.
    InUse = 5,
    /// An answer is missing that nobody was there to give: a duplicate, several accounts of one
    /// name, a confirmation, another part of an export.
    Refused = 6,
}

/// Why a command stopped. The message never holds what was typed, read or scanned.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    /// None where nobody is left to read it.
    message: Option<String>,
    /// What was typed opens nothing: worth another try.
    wrong_secret: bool,
}

impl Failure {
    /// A failure that ends the program with `exit` and a message in lower case.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: Some(message.into()), wrong_secret: false }
    }

    /// A wrong passphrase or recovery key.
    pub(crate) fn wrong_secret(message: impl Into<String>) -> Self {
        Self { wrong_secret: true, ..Self::new(Exit::NotOpened, message) }
    }

    /// Whether another passphrase may do.
    pub(crate) fn is_wrong_secret(&self) -> bool {
        self.wrong_secret
    }

    /// How the program ends.
    #[must_use]
    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// What to say, if anything.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// A failure to read or write something other than the vault.
    pub fn io(what: &str, error: &io::Error) -> Self {
        Self::new(Exit::Failed, format!("could not {what}: {}", reason(error)))
    }

    /// A failure to write to the standard output. Whoever closed it wants no message either.
    #[must_use]
    pub fn output(error: &io::Error) -> Self {
        match error.kind() {
            ErrorKind::BrokenPipe => {
                Self { exit: Exit::Failed, message: None, wrong_secret: false }
            }
            _ => Self::io("write the output", error),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message().unwrap_or_default())
    }
}

impl std::error::Error for Failure {}

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Self {
        let exit = match error {
            VaultError::NoSuchAccount => Exit::NothingFound,
            VaultError::Duplicate(_) => Exit::Refused,
            _ => Exit::Failed,
        };
        Self::new(exit, error.to_string())
    }
}

impl From<SlotError> for Failure {
    fn from(error: SlotError) -> Self {
        Self::new(Exit::Failed, error.to_string())
    }
}

impl From<SealError> for Failure {
    fn from(error: SealError) -> Self {
        Self::new(Exit::Failed, error.to_string())
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// The system's reason, without its number.
pub(crate) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut characters = text.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_s_reasons_read_on_after_ours() {
        let failure = Failure::io("read the picture", &io::Error::from_raw_os_error(2));
        assert_eq!(
            failure.message(),
            Some("could not read the picture: no such file or directory")
        );
    }

    #[test]
    fn a_closed_pipe_is_told_to_nobody() {
        let failure = Failure::output(&ErrorKind::BrokenPipe.into());
        assert_eq!((failure.exit(), failure.message()), (Exit::Failed, None));
    }
}
