//! What there is to see.

use super::form::FieldError;
use crate::payload::{PayloadError, Warning};
use crate::vault::AccountId;

/// What the user sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum View {
    /// User name and password of the relying party.
    SignIn {
        /// They were refused.
        refused: bool,
    },
    /// "Verify device", with **Cancel** and **Scan QR**; below, "No camera? Enter the values".
    VerifyDevice {
        /// What to say of the link that was followed.
        notice: Option<ScanNotice>,
        /// What was scanned could not be saved, and nothing was kept.
        save_failed: bool,
        /// A phone number can be confirmed instead. It is the weaker way, and stands below.
        offers_sms: bool,
    },
    /// Why the camera is needed.
    CameraNeeded {
        /// It was refused; the settings can allow it.
        denied: bool,
    },
    /// The camera picture with brackets.
    ScanQr {
        /// What to say of what was seen.
        notice: Option<ScanNotice>,
    },
    /// The form. The shell keeps what is typed in it.
    ManualEntry {
        /// What is wrong, each at its field.
        errors: Vec<FieldError>,
        /// The account could not be saved.
        save_failed: bool,
    },
    /// This account is here already: replace, keep both, cancel.
    Duplicate {
        /// The account that is here.
        existing: AccountId,
        /// It makes the same codes, and has not merely the same name.
        same_codes: bool,
    },
    /// The code to type on the web, the countdown, and **Continue**.
    ShowCode {
        /// Whose code.
        account: AccountId,
        /// What was assumed to read the payload.
        assumed: Vec<Warning>,
        /// The secret has fewer bits than the standard demands.
        short_secret: bool,
        /// What to say after **Continue** or **Cancel**.
        notice: Option<CodeNotice>,
        /// By how many seconds the device's clock is behind (negative: ahead), where that is worth
        /// telling. The codes are right all the same.
        clock_behind: Option<i64>,
    },
    /// The relying party is being asked.
    Confirming {
        /// About which account.
        account: AccountId,
    },
    /// "Device registered".
    DeviceRegistered {
        /// Which account.
        account: AccountId,
    },
    /// The phone number to which a PIN is sent. The shell keeps what is typed.
    PhoneNumber {
        /// What to say of it.
        notice: Option<NumberNotice>,
        /// The relying party is being asked.
        asking: bool,
    },
    /// The PIN from the message, **Send again**, and the way back to the number.
    Pin {
        /// The last digits of the number.
        ends_in: String,
        /// How many digits the PIN has.
        length: u8,
        /// From when on another message can be asked for, by the device's clock, in seconds since the
        /// Unix epoch.
        resend_from: u64,
        /// What to say of it.
        notice: Option<PinNotice>,
        /// The relying party is being asked.
        asking: bool,
    },
    /// "Number confirmed": the relying party says so.
    NumberConfirmed {
        /// The last digits of the number.
        ends_in: String,
    },
    /// Nothing was kept.
    Cancelled,
}

/// What to say of what the camera saw, while it goes on looking, or of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanNotice {
    /// A code that is no enrollment, and why.
    NotAnEnrollment(PayloadError),
    /// A code that moves accounts from another app.
    Transfer,
    /// An account whose codes cannot be made here.
    Unsupported,
    /// An account of another relying party than the one this device is being verified for.
    OtherRelyingParty,
    /// Several enrollment codes at once: only one should be in the picture.
    SeveralCodes,
    /// No code in the chosen picture.
    NoCodeInPicture,
    /// The chosen file is no picture that can be read.
    PictureUnreadable,
    /// There is no room for another account.
    VaultFull,
}

/// What to say beside the phone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberNotice {
    /// No phone number with its country's code, such as `+385 91 123 4567`.
    NotANumber,
    /// No number that can receive an SMS.
    CannotReceive,
    /// Too many messages were asked for.
    Wait {
        /// Until when, by the device's clock, in seconds since the Unix epoch.
        until: u64,
    },
    /// The sign-in has expired.
    SignInAgain,
    /// The relying party cannot be reached, or gives no answer that can be understood. A message may
    /// come all the same; nothing is sent again by itself.
    Unreachable,
}

/// What to say beside the PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinNotice {
    /// Another message is on its way.
    SentAgain,
    /// What was typed has not as many digits as the PIN.
    NotAPin,
    /// In the message that came there is no PIN, or none of this relying party.
    NoPinInMessage,
    /// Not this PIN.
    Wrong {
        /// How many more may be tried.
        attempts_left: u32,
    },
    /// The time of this PIN is over: send another message.
    Expired,
    /// This PIN was tried too often: send another message.
    UsedUp,
    /// Too much was asked for.
    Wait {
        /// Until when, by the device's clock, in seconds since the Unix epoch.
        until: u64,
    },
    /// The sign-in has expired.
    SignInAgain,
    /// The relying party cannot be reached, or gives no answer that can be understood.
    Unreachable,
}

/// What to say beside the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeNotice {
    /// The relying party waits for the code: enter it on the web first.
    EnterCodeFirst,
    /// The relying party refused this device. Register it anew on the web.
    Rejected,
    /// The relying party knows no device of this name: is it spelled alike, also in its case?
    UnknownDevice,
    /// The sign-in has expired.
    SignInAgain,
    /// The relying party cannot be reached, or gives no answer that can be understood.
    Unreachable,
    /// The change could not be saved.
    SaveFailed,
}
