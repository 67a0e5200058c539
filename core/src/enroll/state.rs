//! Where the flow stands, and the changes that wait for the disk.

use super::event::Effect;
use super::form::FieldError;
use super::number::Number;
use super::view::{CodeNotice, ScanNotice, View};
use crate::account::Account;
use crate::payload::Warning;
use crate::vault::{AccountId, Entry, Standing, Vault};

/// Where the flow stands.
#[derive(Debug)]
pub(super) enum State {
    SignIn {
        refused: bool,
        then: Then,
    },
    VerifyDevice {
        notice: Option<ScanNotice>,
        save_failed: bool,
    },
    CameraNeeded {
        denied: bool,
    },
    ScanQr {
        notice: Option<ScanNotice>,
    },
    ManualEntry {
        errors: Vec<FieldError>,
        save_failed: bool,
    },
    Duplicate {
        new: Box<Account>,
        assumed: Vec<Warning>,
        existing: AccountId,
        same_codes: bool,
    },
    ShowCode(Shown),
    Confirming(Shown),
    DeviceRegistered {
        account: AccountId,
    },
    /// A phone number is being confirmed, or is.
    Number(Number),
    Cancelled,
    /// A change is made in the vault and not yet on the disk; until then the view is the old one.
    Saving {
        view: View,
        change: Change,
    },
}

/// What comes after the sign-in.
#[derive(Debug)]
pub(super) enum Then {
    VerifyDevice,
    /// The account whose code was shown when the sign-in expired, or that was begun before.
    ShowCode(Shown),
    /// What the link was that was followed.
    Link(Result<Box<(Account, Vec<Warning>)>, ScanNotice>),
    /// The number that was being confirmed when the sign-in expired.
    Number(Number),
}

/// The account whose code is shown.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    pub(super) account: AccountId,
    pub(super) assumed: Vec<Warning>,
    pub(super) notice: Option<CodeNotice>,
}

/// A change of the vault, with what is needed to undo it.
#[derive(Debug)]
pub(super) enum Change {
    Added { shown: Shown },
    Removed { shown: Shown, entry: Box<Entry> },
    Confirmed { shown: Shown, was: Standing, replaced: Option<Box<Entry>> },
}

impl State {
    pub(super) fn verify_device() -> Self {
        Self::VerifyDevice { notice: None, save_failed: false }
    }

    pub(super) fn empty_form() -> Self {
        Self::ManualEntry { errors: Vec::new(), save_failed: false }
    }

    /// What was typed is still in the form; what was scanned is scanned again.
    pub(super) fn not_added(view: &View) -> Self {
        match view {
            View::ManualEntry { .. } => Self::ManualEntry { errors: vec![], save_failed: true },
            _ => Self::VerifyDevice { notice: None, save_failed: true },
        }
    }
}

impl Shown {
    pub(super) fn new(account: AccountId, assumed: Vec<Warning>) -> Self {
        Self { account, assumed, notice: None }
    }

    pub(super) fn with(self, notice: CodeNotice) -> State {
        State::ShowCode(Self { notice: Some(notice), ..self })
    }

    pub(super) fn view(&self, vault: &Vault) -> View {
        let clock = vault.clock_error();
        let entry = vault.entry(self.account);
        View::ShowCode {
            account: self.account,
            assumed: self.assumed.clone(),
            short_secret: entry.is_ok_and(|entry| entry.account().secret().is_short()),
            notice: self.notice,
            clock_behind: clock.is_worth_telling().then(|| clock.seconds_behind()),
        }
    }
}

impl Change {
    pub(super) fn done(self) -> (State, Vec<Effect>) {
        match self {
            Self::Added { shown } => (State::ShowCode(shown), vec![]),
            Self::Removed { .. } => (State::Cancelled, vec![Effect::Close]),
            Self::Confirmed { shown, .. } => {
                (State::DeviceRegistered { account: shown.account }, vec![])
            }
        }
    }

    /// The disk has the vault as it was, and so it must be here.
    pub(super) fn undo(self, view: &View, vault: &mut Vault) -> State {
        match self {
            Self::Added { shown } => {
                let _ = vault.remove(shown.account);
                State::not_added(view)
            }
            Self::Removed { shown, entry } => {
                vault.put_back(*entry);
                shown.with(CodeNotice::SaveFailed)
            }
            Self::Confirmed { shown, was, replaced } => {
                let _ = vault.set_standing(shown.account, was);
                if let Some(entry) = replaced {
                    vault.put_back(*entry);
                }
                shown.with(CodeNotice::SaveFailed)
            }
        }
    }
}
