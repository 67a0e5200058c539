//! The values typed in where there is no camera, each checked at its field.

use crate::account::{Account, NameError, check_name};
use crate::otp::{Algorithm, Digits, Otp, TimeStep};
use crate::secret::{Secret, SecretError};

/// What was typed, field by field. An empty field has its default, but for name and key.
///
/// The shell keeps the texts: after an error the user goes on from there.
#[derive(Clone, Copy, Default)]
pub struct ManualForm<'a> {
    /// The device name, kept exactly as typed: case and spaces matter.
    pub name: &'a str,
    /// The key in base32, in any case, with spaces or hyphens.
    pub key: &'a str,
    /// The relying party; where the device is verified for one that is known, that one or empty.
    pub issuer: &'a str,
    /// `totp`, `hotp` or `steam`; by default `totp`.
    pub kind: &'a str,
    /// `SHA1`, `SHA256` or `SHA512`; by default `SHA1`.
    pub algorithm: &'a str,
    /// 6 to 10; by default 6.
    pub digits: &'a str,
    /// Seconds, from 1 to a year; by default 30.
    pub period: &'a str,
    /// The counter of the next code, for `hotp`; by default 0.
    pub counter: &'a str,
}

/// Something wrong in one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldError {
    /// In which.
    pub field: Field,
    /// And what.
    pub problem: Problem,
}

/// A field of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// What is wrong in a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// Something has to be there.
    Missing,
    /// The character at this place, counted from 1, is not base32; a 0, 1, 8 or 9 is often an O, L,
    /// B or G misread.
    BadCharacter {
        /// Which character, as typed.
        position: usize,
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

impl ManualForm<'_> {
    /// The account, or all that is wrong, in the order of the form.
    pub(super) fn account(&self, known_issuer: Option<&str>) -> Result<Account, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut at = |field, problem| errors.push(FieldError { field, problem });

        let issuer = if self.issuer.is_empty() { known_issuer } else { Some(self.issuer) };
        if known_issuer.is_some() && issuer != known_issuer {
            at(Field::Issuer, Problem::Unknown);
        }
        if self.name.is_empty() {
            at(Field::Name, Problem::Missing);
        }
        for (field, name) in [(Field::Name, self.name), (Field::Issuer, self.issuer)] {
            if let Err(error) = check_name(name) {
                at(field, error.into());
            }
        }
        let secret = Secret::from_base32(self.key).map_err(|error| at(Field::Key, error.into()));
        let otp = self.otp().map_err(|wrong| {
            for (field, problem) in wrong {
                at(field, problem);
            }
        });
        match (secret, otp) {
            (Ok(secret), Ok(otp)) if errors.is_empty() => {
                Account::new(issuer, self.name, otp, secret)
                    .map_err(|error| vec![FieldError { field: Field::Name, problem: error.into() }])
            }
            _ => Err(errors),
        }
    }

    fn otp(&self) -> Result<Otp, Vec<(Field, Problem)>> {
        let mut wrong = Vec::new();
        let algorithm = match self.algorithm.to_ascii_uppercase().as_str() {
            "" => Algorithm::Sha1,
            name => Algorithm::by_name(name).unwrap_or_else(|| {
                wrong.push((Field::Algorithm, Problem::Unknown));
                Algorithm::Sha1
            }),
        };
        let mut in_range = |field, ok: bool| {
            if !ok {
                wrong.push((field, Problem::NotInRange));
            }
        };
        let digits = number(self.digits, 6).and_then(Digits::new);
        let step = number(self.period, 30).and_then(TimeStep::new);
        let counter = number(self.counter, 0);
        let kind = self.kind.to_ascii_lowercase();
        let otp = match kind.as_str() {
            "" | "totp" => {
                in_range(Field::Digits, digits.is_some());
                in_range(Field::Period, step.is_some());
                let (digits, step) =
                    (digits.unwrap_or(Digits::SIX), step.unwrap_or(TimeStep::DEFAULT));
                Otp::Totp { algorithm, digits, step }
            }
            "hotp" => {
                in_range(Field::Digits, digits.is_some());
                in_range(Field::Counter, counter.is_some());
                let (digits, counter) = (digits.unwrap_or(Digits::SIX), counter.unwrap_or(0));
                Otp::Hotp { algorithm, digits, counter }
            }
            "steam" => Otp::Steam,
            _ => {
                wrong.insert(0, (Field::Kind, Problem::Unknown));
                Otp::DEFAULT
            }
        };
        if wrong.is_empty() { Ok(otp) } else { Err(wrong) }
    }
}

/// Says which fields are filled in, and not with what.
impl core::fmt::Debug for ManualForm<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("ManualForm(..)")
    }
}

impl From<SecretError> for Problem {
    fn from(error: SecretError) -> Self {
        match error {
            SecretError::Empty => Self::Missing,
            SecretError::BadCharacter { position } => Self::BadCharacter { position },
            SecretError::TooLong => Self::TooLong,
        }
    }
}

impl From<NameError> for Problem {
    fn from(error: NameError) -> Self {
        match error {
            NameError::BadCharacter => Self::Unprintable,
            NameError::TooLong => Self::TooLong,
        }
    }
}

fn number<N: core::str::FromStr>(text: &str, default: N) -> Option<N> {
    match text.trim() {
        "" => Some(default),
        digits => digits.parse().ok(),
    }
}
