//! What there is to see.

use countersign::{enroll, payload};

pub use countersign::enroll::{CodeNotice, Field, NumberNotice, PinNotice};
pub use countersign::payload::Warning;
pub use countersign::qr::{Hint, Point};

use super::event::Step;
use crate::vault::AccountId;

/// What the user sees.
#[derive(Debug, Clone, uniffi::Enum)]
pub enum View {
    /// User name and password of the relying party.
    SignIn {
        /// They were refused.
        refused: bool,
    },
    /// "Verify device", with Cancel and Scan QR; below, "No camera? Enter the values".
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
    /// The form. What is typed in it is kept by whoever draws it.
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
    /// The code to type on the web, the countdown, and Continue.
    ShowCode {
        /// Whose code.
        account: AccountId,
        /// What was assumed to read the payload.
        assumed: Vec<Warning>,
        /// The secret has fewer bits than the standard demands.
        short_secret: bool,
        /// What to say after Continue or Cancel.
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
    /// The phone number to which a PIN is sent. What is typed is kept by whoever draws it.
    PhoneNumber {
        /// What to say of it.
        notice: Option<NumberNotice>,
        /// The relying party is being asked.
        asking: bool,
    },
    /// The PIN from the message, Send again, and the way back to the number.
    Pin {
        /// The last digits of the number.
        ends_in: String,
        /// How many digits the PIN has.
        length: u8,
        /// From when on another message can be asked for, by the device's clock, in seconds since 1970.
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
#[derive(Debug, Clone, Copy, uniffi::Enum)]
pub enum ScanNotice {
    /// A code that is no enrollment.
    NotAnEnrollment {
        /// Why not.
        error: PayloadError,
    },
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

/// Why the text of a code gives no account.
#[derive(Debug, Clone, Copy, uniffi::Enum)]
pub enum PayloadError {
    /// Some other text.
    NotOtpauth,
    /// Longer than a QR code can be.
    TooLong,
    /// The type of code is not known.
    UnknownType,
    /// There is no secret.
    MissingSecret,
    /// The secret cannot be read.
    BadSecret,
    /// The number of digits is not 6 to 10.
    BadDigits,
    /// The period is not between a second and a year.
    BadTimeStep,
    /// The counter is no whole number.
    BadCounter,
    /// The algorithm is not SHA1, SHA256 or SHA512.
    UnknownAlgorithm,
    /// A name has control or direction characters, or is too long.
    BadLabel,
    /// The exported data cannot be read.
    BadMigration,
}

/// Something wrong in one field of the form.
#[derive(Debug, Clone, Copy, uniffi::Record)]
pub struct FieldError {
    /// In which.
    pub field: Field,
    /// And what.
    pub problem: Problem,
}

/// What is wrong in a field.
#[derive(Debug, Clone, Copy, uniffi::Enum)]
pub enum Problem {
    /// Something has to be there.
    Missing,
    /// A character is not base32; a 0, 1, 8 or 9 is often an O, L, B or G misread.
    BadCharacter {
        /// Which character as typed, counted from 1.
        position: u32,
    },
    /// A control or direction character.
    Unprintable,
    /// Longer than it may be.
    TooLong,
    /// No number, or not within the field's range.
    NotInRange,
    /// None of the choices.
    Unknown,
}

/// What became of a frame.
#[derive(Debug, Clone, uniffi::Record)]
pub struct Sight {
    /// What there is to see and to do.
    pub step: Step,
    /// Where to draw brackets, in pixels of the frame, where a code is seen.
    pub corners: Option<Corners>,
    /// Why a code that is seen is not read, and so what to tell the user, where that is certain.
    pub hint: Option<Hint>,
}

/// The corners of a code, as it is read, whichever way it is turned. Some may lie outside the frame.
#[derive(Debug, Clone, Copy, uniffi::Record)]
pub struct Corners {
    /// Where it begins.
    pub upper_left: Point,
    /// To the right of it.
    pub upper_right: Point,
    /// Below that; the corner that has no large square.
    pub lower_right: Point,
    /// Below the first.
    pub lower_left: Point,
}

/// A place in a frame, in pixels from its upper left.
#[uniffi::remote(Record)]
pub struct Point {
    /// To the right.
    pub x: f32,
    /// Down.
    pub y: f32,
}

/// Why a code that is seen is not read, and so what its user should do.
#[uniffi::remote(Enum)]
pub enum Hint {
    /// Part of the code lies outside the frame: show all of it.
    CutOff,
    /// The code is too far away: come closer.
    TooSmall,
    /// A reflection covers part of the code: tilt it, or turn off the lamp.
    TooBright,
    /// The code is out of focus or the camera moves: hold still, and a little farther away.
    TooBlurred,
}

/// A field of the form.
#[uniffi::remote(Enum)]
pub enum Field {
    /// The device name.
    Name,
    /// The key.
    Key,
    /// The relying party.
    Issuer,
    /// The type of code.
    Kind,
    /// The hash.
    Algorithm,
    /// The number of digits.
    Digits,
    /// The time step.
    Period,
    /// The counter.
    Counter,
}

/// What to say beside the code.
#[uniffi::remote(Enum)]
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

/// What to say beside the phone number.
#[uniffi::remote(Enum)]
pub enum NumberNotice {
    /// No phone number with its country's code, such as `+385 91 123 4567`.
    NotANumber,
    /// No number that can receive an SMS.
    CannotReceive,
    /// Too many messages were asked for.
    Wait {
        /// Until when, by the device's clock, in seconds since 1970.
        until: u64,
    },
    /// The sign-in has expired.
    SignInAgain,
    /// The relying party cannot be reached, or gives no answer that can be understood. A message may
    /// come all the same; nothing is sent again by itself.
    Unreachable,
}

/// What to say beside the PIN.
#[uniffi::remote(Enum)]
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
        /// Until when, by the device's clock, in seconds since 1970.
        until: u64,
    },
    /// The sign-in has expired.
    SignInAgain,
    /// The relying party cannot be reached, or gives no answer that can be understood.
    Unreachable,
}

/// Something in a payload that is off the standard, and was read all the same.
#[uniffi::remote(Enum)]
pub enum Warning {
    /// The label names another issuer than the parameter does. Both are kept, the parameter shown.
    IssuerMismatch,
    /// The label has neither issuer nor account name.
    NoLabel,
    /// More slashes before the label than one.
    ExtraSlash,
    /// A `+` in the label was taken for a space.
    PlusInLabel,
    /// A `#` was taken for a part of the text, where it should have been written `%23`.
    HashSign,
    /// What followed a `#` was left out.
    FragmentDropped,
    /// A `%` that is not followed by two hexadecimal digits was taken as it stands.
    BadPercentEscape,
    /// Bytes that are no UTF-8 were taken for Latin-1.
    NotUtf8,
    /// The name of a parameter was not in lower case.
    ParameterCase,
    /// A parameter came twice; the first was taken.
    RepeatedParameter,
    /// An `&` was missing between two parameters.
    MissingAmpersand,
    /// An `&amp;` stood where an `&` was meant.
    HtmlEntity,
    /// An `&` stood in the issuer, where it should have been written `%26`.
    AmpersandInIssuer,
    /// A parameter was left out whose name is nearly that of one that changes codes, such as `algo`.
    LookalikeParameter,
    /// The algorithm had an unusual spelling, such as `HmacSHA256` or `SHA-256`.
    AlgorithmSpelling,
    /// The algorithm was empty, and SHA1 was assumed.
    AlgorithmAssumed,
    /// The number of digits was empty, and six were assumed.
    DigitsAssumed,
    /// The period was empty, and 30 seconds were assumed.
    PeriodAssumed,
    /// There was no counter, and 0 was assumed.
    CounterAssumed,
    /// The issuer is Steam, which has no other codes than its five letters and digits: these were
    /// assumed.
    SteamAssumed,
    /// Codes of this kind cannot be made here; the account is only kept.
    KeptWithoutCodes,
}

impl From<enroll::View> for View {
    fn from(view: enroll::View) -> Self {
        match view {
            enroll::View::SignIn { refused } => Self::SignIn { refused },
            enroll::View::VerifyDevice { notice, save_failed, offers_sms } => {
                let notice = notice.map(ScanNotice::from);
                Self::VerifyDevice { notice, save_failed, offers_sms }
            }
            enroll::View::CameraNeeded { denied } => Self::CameraNeeded { denied },
            enroll::View::ScanQr { notice } => {
                Self::ScanQr { notice: notice.map(ScanNotice::from) }
            }
            enroll::View::ManualEntry { errors, save_failed } => {
                let errors = errors.into_iter().map(FieldError::from).collect();
                Self::ManualEntry { errors, save_failed }
            }
            enroll::View::Duplicate { existing, same_codes } => {
                Self::Duplicate { existing, same_codes }
            }
            enroll::View::ShowCode { account, assumed, short_secret, notice, clock_behind } => {
                Self::ShowCode { account, assumed, short_secret, notice, clock_behind }
            }
            enroll::View::Confirming { account } => Self::Confirming { account },
            enroll::View::DeviceRegistered { account } => Self::DeviceRegistered { account },
            enroll::View::PhoneNumber { notice, asking } => Self::PhoneNumber { notice, asking },
            enroll::View::Pin { ends_in, length, resend_from, notice, asking } => {
                Self::Pin { ends_in, length, resend_from, notice, asking }
            }
            enroll::View::NumberConfirmed { ends_in } => Self::NumberConfirmed { ends_in },
            enroll::View::Cancelled => Self::Cancelled,
        }
    }
}

impl From<enroll::ScanNotice> for ScanNotice {
    fn from(notice: enroll::ScanNotice) -> Self {
        match notice {
            enroll::ScanNotice::NotAnEnrollment(error) => {
                Self::NotAnEnrollment { error: error.into() }
            }
            enroll::ScanNotice::Transfer => Self::Transfer,
            enroll::ScanNotice::Unsupported => Self::Unsupported,
            enroll::ScanNotice::OtherRelyingParty => Self::OtherRelyingParty,
            enroll::ScanNotice::SeveralCodes => Self::SeveralCodes,
            enroll::ScanNotice::NoCodeInPicture => Self::NoCodeInPicture,
            enroll::ScanNotice::PictureUnreadable => Self::PictureUnreadable,
            enroll::ScanNotice::VaultFull => Self::VaultFull,
        }
    }
}

impl From<payload::PayloadError> for PayloadError {
    fn from(error: payload::PayloadError) -> Self {
        match error {
            payload::PayloadError::NotOtpauth => Self::NotOtpauth,
            payload::PayloadError::TooLong => Self::TooLong,
            payload::PayloadError::UnknownType => Self::UnknownType,
            payload::PayloadError::MissingSecret => Self::MissingSecret,
            payload::PayloadError::BadSecret(_) => Self::BadSecret,
            payload::PayloadError::BadDigits => Self::BadDigits,
            payload::PayloadError::BadTimeStep => Self::BadTimeStep,
            payload::PayloadError::BadCounter => Self::BadCounter,
            payload::PayloadError::UnknownAlgorithm => Self::UnknownAlgorithm,
            payload::PayloadError::BadLabel => Self::BadLabel,
            payload::PayloadError::BadMigration => Self::BadMigration,
        }
    }
}

impl From<enroll::FieldError> for FieldError {
    fn from(error: enroll::FieldError) -> Self {
        let enroll::FieldError { field, problem } = error;
        Self { field, problem: problem.into() }
    }
}

impl From<enroll::Problem> for Problem {
    fn from(problem: enroll::Problem) -> Self {
        match problem {
            enroll::Problem::Missing => Self::Missing,
            enroll::Problem::BadCharacter { position } => {
                Self::BadCharacter { position: u32::try_from(position).unwrap_or(u32::MAX) }
            }
            enroll::Problem::Unprintable => Self::Unprintable,
            enroll::Problem::TooLong => Self::TooLong,
            enroll::Problem::NotInRange => Self::NotInRange,
            enroll::Problem::Unknown => Self::Unknown,
        }
    }
}

impl From<[Point; 4]> for Corners {
    fn from([upper_left, upper_right, lower_right, lower_left]: [Point; 4]) -> Self {
        Self { upper_left, upper_right, lower_right, lower_left }
    }
}
