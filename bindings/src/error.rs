//! The one error that crosses, and how those of the core become it.
//!
//! Each conversion names every case, so that a new one in the core stops the build here.

use countersign::account::NameError;
use countersign::qr::FrameError;
use countersign::vault::{
    FileError, FormatError, OpenError, OpenFileError, RecoveryKeyError, SealError, SlotError,
    VaultError,
};

/// What went wrong, by what somebody can do about it.
///
/// The message is English, for logs, and holds nothing that was typed or scanned. What people read
/// is the app's, chosen by the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, uniffi::Error)]
#[uniffi(flat_error)]
pub enum CountersignError {
    /// There is no vault yet: make one.
    #[error("there is no vault yet")]
    NoVault,
    /// There is a vault already, and none is made over it: open it.
    #[error("there is a vault already")]
    VaultExists,
    /// The vault is locked: open it.
    #[error("the vault is locked")]
    Locked,
    /// The vault is in use by another process or another object: try again later.
    #[error("the vault is in use elsewhere")]
    Busy,
    /// The vault has no slot of this kind: open it in another way.
    #[error("the vault has no slot of this kind")]
    NoSlotOfThisKind,
    /// The passphrase or key is wrong, or the slot was altered, which cannot be told apart: try
    /// again, or open it in another way.
    #[error("the vault cannot be opened with this secret")]
    CannotOpen,
    /// What was typed is no recovery key: compare it with the paper.
    #[error("this is no recovery key")]
    BadRecoveryKey,
    /// A device key has 32 bytes: a mistake in the app.
    #[error("a device key has 32 bytes")]
    BadDeviceKey,
    /// A passphrase has at least one byte: ask for one.
    #[error("the passphrase is empty")]
    EmptyPassphrase,
    /// The passphrase needs more memory than the device gives: close other apps, or open the vault
    /// in another way.
    #[error("the device has not enough memory for the passphrase")]
    NotEnoughMemory,
    /// The vault is damaged, and so is the generation before it: restore a backup.
    #[error("the vault is damaged")]
    Damaged,
    /// The file is something else than a vault: restore a backup, or move it away.
    #[error("the file is not a vault")]
    NotAVault,
    /// The vault was written by a newer version: update the app. The file was not touched.
    #[error("the vault was written by a newer version")]
    NewerVersion,
    /// Nothing can be read or written at the vault's path: a mistake in the app.
    #[error("the path of the vault is not that of a file")]
    BadPath,
    /// The file could not be read: try again.
    #[error("the vault could not be read")]
    NotRead,
    /// The change could not be saved and is not made: free some space, try again.
    #[error("the vault could not be saved")]
    NotSaved,
    /// The change may or may not be on the disk, and the vault was locked: open it again.
    #[error("the vault may or may not be saved, and is locked now")]
    SaveUncertain,
    /// The content is larger than a vault can be: remove accounts.
    #[error("the vault is too large")]
    TooLarge,
    /// The vault has the most accounts that it can: remove some.
    #[error("the vault is full")]
    VaultFull,
    /// There is no account of this number: draw the list again.
    #[error("there is no such account")]
    NoSuchAccount,
    /// The account has no counter: a mistake in the app.
    #[error("the account has no counter")]
    NoCounter,
    /// Every code of the account was used: enroll it again.
    #[error("the counter has reached its end")]
    CounterExhausted,
    /// The account is in the vault already.
    #[error("the account is in the vault already")]
    Duplicate,
    /// A name has a control or direction character: say so at its field.
    #[error("the name has a control or direction character")]
    BadName,
    /// A name is longer than 4096 bytes: say so at its field.
    #[error("the name is too long")]
    NameTooLong,
    /// There is no slot of this number: draw the list again.
    #[error("there is no such slot")]
    NoSuchSlot,
    /// Without this slot nothing would open the vault: add another first.
    #[error("the last slot that opens the vault cannot be removed")]
    LastSlot,
    /// The vault has no room for another slot: remove one.
    #[error("the vault has no room for another slot")]
    TooManySlots,
    /// The text is none that accounts can be imported from: choose another.
    #[error("there are no accounts in this text")]
    BadPayload,
    /// The file is no picture that can be read: choose another.
    #[error("the picture cannot be read")]
    BadPicture,
    /// The sizes do not fit the frame's bytes: a mistake in the app.
    #[error("the sizes do not fit the frame")]
    BadFrame,
    /// Another enrollment was started, or the vault was opened anew: start again.
    #[error("this enrollment has ended")]
    FlowEnded,
}

impl From<OpenFileError> for CountersignError {
    fn from(error: OpenFileError) -> Self {
        match error {
            OpenFileError::File(error) => error.into(),
            OpenFileError::Open(error) => error.into(),
        }
    }
}

impl From<OpenError> for CountersignError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Format(error) => error.into(),
            OpenError::NoSuchSlot => Self::NoSlotOfThisKind,
            OpenError::CannotOpen => Self::CannotOpen,
            OpenError::Damaged => Self::Damaged,
            OpenError::NotEnoughMemory => Self::NotEnoughMemory,
        }
    }
}

impl From<FormatError> for CountersignError {
    fn from(error: FormatError) -> Self {
        match error {
            FormatError::NotAVault => Self::NotAVault,
            FormatError::NewerVersion { .. } => Self::NewerVersion,
            FormatError::Truncated
            | FormatError::Malformed
            | FormatError::TooLarge
            | FormatError::CostOutOfRange(_) => Self::Damaged,
        }
    }
}

impl CountersignError {
    /// Why a save failed; where a step of opening did, `From` says it.
    pub(crate) fn of_save(error: FileError) -> Self {
        match error {
            FileError::Io { .. } => Self::NotSaved,
            FileError::Busy
            | FileError::BrokenLink
            | FileError::NotAFile
            | FileError::Unread
            | FileError::NotNext
            | FileError::StateUnknown(_) => error.into(),
        }
    }
}

impl From<FileError> for CountersignError {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Busy => Self::Busy,
            FileError::BrokenLink | FileError::NotAFile => Self::BadPath,
            // Both say that somebody else wrote where nobody could: what is open is the past.
            FileError::Unread | FileError::NotNext => Self::SaveUncertain,
            FileError::Io { .. } => Self::NotRead,
            FileError::StateUnknown(_) => Self::SaveUncertain,
        }
    }
}

impl From<SealError> for CountersignError {
    fn from(error: SealError) -> Self {
        match error {
            SealError::NoSlot => Self::LastSlot,
            SealError::TooLarge => Self::TooLarge,
        }
    }
}

impl From<SlotError> for CountersignError {
    fn from(error: SlotError) -> Self {
        match error {
            SlotError::NoSuchSlot => Self::NoSuchSlot,
            SlotError::LastSlot => Self::LastSlot,
            SlotError::TooManySlots => Self::TooManySlots,
            SlotError::EmptyPassphrase => Self::EmptyPassphrase,
            SlotError::NotEnoughMemory => Self::NotEnoughMemory,
        }
    }
}

impl From<VaultError> for CountersignError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Duplicate(_) => Self::Duplicate,
            VaultError::NoSuchAccount => Self::NoSuchAccount,
            VaultError::CounterExhausted => Self::CounterExhausted,
            VaultError::NoCounter => Self::NoCounter,
            VaultError::Full => Self::VaultFull,
            VaultError::Name(NameError::BadCharacter) => Self::BadName,
            VaultError::Name(NameError::TooLong) => Self::NameTooLong,
        }
    }
}

impl From<RecoveryKeyError> for CountersignError {
    fn from(error: RecoveryKeyError) -> Self {
        match error {
            RecoveryKeyError::BadCharacter { .. }
            | RecoveryKeyError::BadLength { .. }
            | RecoveryKeyError::BadChecksum => Self::BadRecoveryKey,
        }
    }
}

impl From<FrameError> for CountersignError {
    fn from(error: FrameError) -> Self {
        match error {
            FrameError::Empty | FrameError::TooLarge | FrameError::Stride | FrameError::Short => {
                Self::BadFrame
            }
        }
    }
}
