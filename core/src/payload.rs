//! The text of a QR code, turned into accounts: the only place that reads untrusted text.
//!
//! Tolerant of what the world really sends, and says what it assumed; strict about whatever would
//! give wrong codes. No error repeats the text: it holds a secret.

pub mod migration;
pub mod otpauth;

use crate::account::Account;
use crate::secret::SecretError;

/// What one payload says.
#[derive(Debug)]
pub struct Parsed {
    /// The accounts in it: one for `otpauth://`, some for a migration.
    pub accounts: Vec<Account>,
    /// What had to be assumed to read it. People should be told before they rely on it.
    pub warnings: Vec<Warning>,
    /// Accounts of a migration that could not be read. The others are not lost for it.
    pub refused: Vec<Refused>,
    /// Which part of how many, for a migration.
    pub part: Option<migration::Part>,
}

/// An account of a migration that could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// Its place in the payload, counted from 1.
    pub position: usize,
    /// Why.
    pub error: PayloadError,
}

/// Why a payload gives no account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PayloadError {
    /// Some other text: not one of the schemes that hold accounts.
    #[error("this is no enrollment code: it does not begin with otpauth://")]
    NotOtpauth,
    /// Longer than [`MAX_BYTES`], which is more than a QR code can hold.
    #[error("this is longer than a QR code can be")]
    TooLong,
    /// A type other than `totp`, `hotp`, `steam` and `yaotp`.
    #[error("the type of code is not known")]
    UnknownType,
    /// There is no secret, or an empty one.
    #[error("there is no secret in it")]
    MissingSecret,
    /// The secret is not base32, or of a length that cannot be.
    #[error("the secret cannot be read: {0}")]
    BadSecret(SecretError),
    /// A number of digits that is none, or is not 6 to 10.
    #[error("the number of digits is not 6 to 10")]
    BadDigits,
    /// A period that is none, or is not between a second and a year.
    #[error("the period is not a number of seconds between 1 and a year")]
    BadTimeStep,
    /// A counter that is no number from 0 to 2^64−1.
    #[error("the counter is not a whole number from 0 to 2^64-1")]
    BadCounter,
    /// A hash other than SHA1, SHA256 and SHA512.
    #[error("the algorithm is not SHA1, SHA256 or SHA512")]
    UnknownAlgorithm,
    /// A name with control characters, with characters that reorder text, or that is too long.
    #[error("a name in it has control or direction characters, or is too long")]
    BadLabel,
    /// A migration whose data is not what Google Authenticator writes.
    #[error("the exported data cannot be read")]
    BadMigration,
}

/// Something in a payload that is off the standard, and was read all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

/// Reads the text of one QR code, or what somebody pasted.
///
/// White space around it is ignored. [`otpauth`] and [`migration`] say what is understood.
///
/// # Errors
/// A [`PayloadError`] says which kind of thing is wrong, and never repeats the text.
///
/// # Examples
/// ```
/// use countersign::payload::{self, PayloadError, Warning};
///
/// let parsed = payload::parse("otpauth://totp/Example:alice?secret=JBSWY3DPEHPK3PXP&algorithm=SHA-1")?;
/// assert_eq!(parsed.accounts[0].name(), "alice");
/// assert_eq!(parsed.warnings, [Warning::AlgorithmSpelling]);
///
/// let error = payload::parse("https://example.com/").unwrap_err();
/// assert_eq!(error, PayloadError::NotOtpauth);
/// # Ok::<(), PayloadError>(())
/// ```
pub fn parse(text: &str) -> Result<Parsed, PayloadError> {
    // A byte order mark comes along with text out of a file.
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
    if text.len() > MAX_BYTES {
        return Err(PayloadError::TooLong);
    }
    let (scheme, rest) = text.split_once("://").ok_or(PayloadError::NotOtpauth)?;
    // RFC 3986 §3.1: schemes are compared without regard to case.
    match scheme.to_ascii_lowercase().as_str() {
        "otpauth" | "apple-otpauth" => otpauth::parse(rest),
        "steam" => otpauth::parse_steam(rest),
        "otpauth-migration" => migration::parse(rest),
        _ => Err(PayloadError::NotOtpauth),
    }
}

/// The longest payload read, in bytes: above the 7,089 characters that a QR code can hold, with
/// room for pasted text.
pub const MAX_BYTES: usize = 16 * 1024;

impl Parsed {
    /// What a user should know of an account although nothing was assumed.
    #[must_use]
    pub fn has_short_secret(&self) -> bool {
        self.accounts.iter().any(|account| account.secret().is_short())
    }
}

impl PayloadError {
    /// The name of the case, for programs: `BadSecret` and so on.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::NotOtpauth => "NotOtpauth",
            Self::TooLong => "TooLong",
            Self::UnknownType => "UnknownType",
            Self::MissingSecret => "MissingSecret",
            Self::BadSecret(_) => "BadSecret",
            Self::BadDigits => "BadDigits",
            Self::BadTimeStep => "BadTimeStep",
            Self::BadCounter => "BadCounter",
            Self::UnknownAlgorithm => "UnknownAlgorithm",
            Self::BadLabel => "BadLabel",
            Self::BadMigration => "BadMigration",
        }
    }
}

impl Warning {
    /// The name of the case, for programs: `IssuerMismatch` and so on.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::IssuerMismatch => "IssuerMismatch",
            Self::NoLabel => "NoLabel",
            Self::ExtraSlash => "ExtraSlash",
            Self::PlusInLabel => "PlusInLabel",
            Self::HashSign => "HashSign",
            Self::FragmentDropped => "FragmentDropped",
            Self::BadPercentEscape => "BadPercentEscape",
            Self::NotUtf8 => "NotUtf8",
            Self::ParameterCase => "ParameterCase",
            Self::RepeatedParameter => "RepeatedParameter",
            Self::MissingAmpersand => "MissingAmpersand",
            Self::HtmlEntity => "HtmlEntity",
            Self::AmpersandInIssuer => "AmpersandInIssuer",
            Self::LookalikeParameter => "LookalikeParameter",
            Self::AlgorithmSpelling => "AlgorithmSpelling",
            Self::AlgorithmAssumed => "AlgorithmAssumed",
            Self::DigitsAssumed => "DigitsAssumed",
            Self::PeriodAssumed => "PeriodAssumed",
            Self::CounterAssumed => "CounterAssumed",
            Self::SteamAssumed => "SteamAssumed",
            Self::KeptWithoutCodes => "KeptWithoutCodes",
        }
    }
}
