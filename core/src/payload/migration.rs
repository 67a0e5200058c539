//! `otpauth-migration://offline?data=…`: what Google Authenticator writes to move accounts.
//!
//! The data is base64 of a protobuf message. Its fields are few and all of two wire types, and each
//! holds a secret or decides what a code is, so it is read here, in place, without a copy of a secret
//! that nobody erases (`docs/decisions/0003-migration-reader.md`).
//!
//! | message | field | |
//! |---|---|---|
//! | payload | 1 | accounts, repeated |
//! | | 2 | version |
//! | | 3, 4, 5 | how many parts, which part from 0, and the number they share |
//! | account | 1 | secret, raw bytes |
//! | | 2, 3 | name (often `issuer:name`), issuer |
//! | | 4 | algorithm: 0 unsaid, 1 SHA1, 2 SHA256, 3 SHA512, 4 MD5 |
//! | | 5 | digits: 0 unsaid, 1 six, 2 eight |
//! | | 6 | type: 0 unsaid, 1 HOTP, 2 TOTP |
//! | | 7 | counter |

mod wire;

use std::collections::BTreeMap;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use zeroize::Zeroizing;

use self::wire::{Field, Reader, Writer};
use super::{Parsed, PayloadError, Refused};
use crate::account::Account;
use crate::otp::{Algorithm, Digits, Otp, TimeStep};
use crate::secret::Secret;

/// Which part of a migration a payload is. The parts of one share `id`, and come in any order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// What the parts of one migration have in common. Any number, also a negative one.
    pub id: i32,
    /// Which part it is, from 0 to `size - 1`.
    pub index: u32,
    /// How many parts there are, from 1 to [`MAX_PARTS`].
    pub size: u32,
}

/// The parts of one migration, as they are scanned.
///
/// ```
/// # use countersign::payload::{self, migration::{self, Added, Batch}};
/// # use countersign::{Account, Otp, Secret};
/// # let accounts: Vec<_> = (1..=11).map(|n| {
/// #     Account::new(Some("Example"), "a", Otp::DEFAULT, Secret::from_bytes(vec![n; 20]).unwrap()).unwrap()
/// # }).collect();
/// let texts = migration::export(accounts.iter(), 1).texts; // eleven accounts take two QR codes
/// let mut batch = Batch::default();
/// assert_eq!(batch.add(payload::parse(&texts[1])?), Ok(Added::New));
/// assert_eq!(batch.add(payload::parse(&texts[1])?), Ok(Added::Repeated));
/// assert_eq!(batch.missing(), [1]); // as people count: the first is still to be scanned
/// assert_eq!(batch.add(payload::parse(&texts[0])?), Ok(Added::New));
/// assert!(batch.missing().is_empty());
/// assert_eq!(batch.into_accounts().len(), 11);
/// # Ok::<(), payload::PayloadError>(())
/// ```
#[derive(Debug, Default)]
pub struct Batch {
    /// The first part that came says which migration this is.
    first: Option<Part>,
    parts: BTreeMap<u32, Parsed>,
}

/// What became of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It was not there yet.
    New,
    /// It was there already, and nothing has changed.
    Repeated,
}

/// A part that does not belong to the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// It is of another migration.
    #[error("this part belongs to another export than the parts before")]
    OtherBatch,
    /// It is a payload of another kind.
    #[error("this is no part of an export")]
    NotAPart,
}

/// Accounts as migration payloads.
#[derive(Debug)]
pub struct Export {
    /// One text for each QR code, in the order of the parts. They hold the secrets.
    pub texts: Vec<Zeroizing<String>>,
    /// The accounts that the format cannot carry, counted from 0 as they were given.
    pub left_out: Vec<(usize, CannotCarry)>,
}

/// What the migration format has no field for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CannotCarry {
    /// A period other than 30 seconds.
    #[error("a period other than 30 seconds cannot be exported in this format")]
    TimeStep,
    /// Other than six or eight digits.
    #[error("codes of other than 6 or 8 digits cannot be exported in this format")]
    Digits,
    /// Neither TOTP nor HOTP.
    #[error("this type of account cannot be exported in this format")]
    Type,
    /// A counter that does not fit the 63 bits of the format.
    #[error("a counter as great as this cannot be exported in this format")]
    Counter,
    /// A key and names that are more than one QR code holds.
    #[error("its names are too long for a QR code")]
    TooLong,
}

/// The most parts that a migration may say it has.
pub const MAX_PARTS: u32 = 1000;

/// How many accounts go into one QR code at most: ten, as Google Authenticator does.
pub const ACCOUNTS_A_PART: usize = 10;

/// How many bytes of accounts go into one QR code at most. Encoded and escaped they become up to
/// twice as many characters, of which a code that is still easily scanned holds less than two thousand.
pub const BYTES_A_PART: usize = 900;

impl Batch {
    /// Adds a part.
    ///
    /// # Errors
    /// [`BatchError`] if it does not belong here, and then nothing has changed.
    pub fn add(&mut self, parsed: Parsed) -> Result<Added, BatchError> {
        let part = parsed.part.ok_or(BatchError::NotAPart)?;
        let first = *self.first.get_or_insert(part);
        if (first.id, first.size) != (part.id, part.size) {
            return Err(BatchError::OtherBatch);
        }
        if let Some(known) = self.parts.get(&part.index) {
            // Exports of one part often have no number of their own; other accounts tell them apart.
            let pairs = known.accounts.iter().zip(&parsed.accounts);
            let same = known.accounts.len() == parsed.accounts.len()
                && pairs.into_iter().all(|(a, b)| a.same_codes_as(b) && a.same_name_as(b));
            return if same { Ok(Added::Repeated) } else { Err(BatchError::OtherBatch) };
        }
        self.parts.insert(part.index, parsed);
        Ok(Added::New)
    }

    /// The numbers of the parts that are still to come, counted from 1. None while nothing came.
    #[must_use]
    pub fn missing(&self) -> Vec<u32> {
        let size = self.first.map_or(0, |first| first.size);
        (0..size).filter(|index| !self.parts.contains_key(index)).map(|index| index + 1).collect()
    }

    /// The accounts of the parts that came, in the order of the parts.
    #[must_use]
    pub fn into_accounts(self) -> Vec<Account> {
        self.parts.into_values().flat_map(|parsed| parsed.accounts).collect()
    }

    /// How many accounts could not be read in the parts that came.
    #[must_use]
    pub fn refused(&self) -> usize {
        self.parts.values().map(|parsed| parsed.refused.len()).sum()
    }
}

/// Writes accounts as payloads, up to ten to each. `batch_id` is any number; take a random one, so that
/// the parts of two exports are not mixed.
#[must_use]
pub fn export<'a>(accounts: impl IntoIterator<Item = &'a Account>, batch_id: i32) -> Export {
    let mut left_out = Vec::new();
    let mut written = Vec::new();
    for (place, account) in accounts.into_iter().enumerate() {
        match write_account(account) {
            Ok(bytes) if bytes.len() > BYTES_A_PART => left_out.push((place, CannotCarry::TooLong)),
            Ok(bytes) => written.push(bytes),
            Err(reason) => left_out.push((place, reason)),
        }
    }
    let parts = in_parts(&written);
    let size = parts.len();
    let texts = parts
        .into_iter()
        .enumerate()
        .map(|(index, accounts)| {
            let mut message =
                Writer::with_room(accounts.iter().map(|a| a.len() + 8).sum::<usize>() + 64);
            for account in accounts {
                message.bytes(1, account);
            }
            message.number(2, 1);
            message.number(3, size as u64);
            message.number(4, index as u64);
            // A negative int32 is written as its 64-bit self.
            message.number(5, i64::from(batch_id).cast_unsigned());
            text_of(&message.finish())
        })
        .collect();
    Export { texts, left_out }
}

/// Runs of accounts that fit into one QR code each.
fn in_parts(mut accounts: &[Zeroizing<Vec<u8>>]) -> Vec<&[Zeroizing<Vec<u8>>]> {
    let mut parts = Vec::new();
    while !accounts.is_empty() {
        let mut bytes = 0;
        let fits = accounts.iter().take(ACCOUNTS_A_PART).take_while(|account| {
            bytes += account.len();
            bytes <= BYTES_A_PART
        });
        let (part, rest) = accounts.split_at(fits.count().max(1));
        parts.push(part);
        accounts = rest;
    }
    parts
}

/// Reads what follows `otpauth-migration://`.
pub(super) fn parse(rest: &str) -> Result<Parsed, PayloadError> {
    let (host, query) = rest.split_once('?').ok_or(PayloadError::BadMigration)?;
    if !host.trim_end_matches('/').eq_ignore_ascii_case("offline") {
        return Err(PayloadError::BadMigration);
    }
    let query = query.split('#').next().unwrap_or_default();
    let data = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("data="))
        .ok_or(PayloadError::BadMigration)?;
    let message = base64(data).ok_or(PayloadError::BadMigration)?;
    read(&message).ok_or(PayloadError::BadMigration)
}

/// Reads the message, or nothing where it is none.
fn read(message: &[u8]) -> Option<Parsed> {
    let mut accounts = Vec::new();
    let mut refused = Vec::new();
    let mut position = 0;
    let mut part = Part { id: 0, index: 0, size: 1 };
    for field in Reader::new(message) {
        match field? {
            (1, Field::Bytes(bytes)) => {
                position += 1;
                match read_account(bytes)? {
                    Ok(account) => accounts.push(account),
                    Err(error) => refused.push(Refused { position, error }),
                }
            }
            (3, Field::Number(size)) => part.size = u32::try_from(size).ok()?.max(1),
            (4, Field::Number(index)) => part.index = u32::try_from(index).ok()?,
            (5, Field::Number(id)) => part.id = id as i32, // the low 32 bits are the number
            (1 | 3..=5, _) => return None,
            _ => {}
        }
    }
    let possible = part.index < part.size && part.size <= MAX_PARTS;
    (possible && position > 0).then_some(Parsed {
        accounts,
        warnings: vec![],
        refused,
        part: Some(part),
    })
}

/// Reads one account: nothing where the message is broken, an error where only this account is.
fn read_account(message: &[u8]) -> Option<Result<Account, PayloadError>> {
    let mut secret: &[u8] = &[];
    let (mut name, mut issuer) = (String::new(), String::new());
    let (mut algorithm, mut digits, mut kind, mut counter) = (0, 0, 0, 0);
    for field in Reader::new(message) {
        match field? {
            (1, Field::Bytes(bytes)) => secret = bytes,
            (2, Field::Bytes(bytes)) => name = String::from_utf8_lossy(bytes).into_owned(),
            (3, Field::Bytes(bytes)) => issuer = String::from_utf8_lossy(bytes).into_owned(),
            (4, Field::Number(number)) => algorithm = number,
            (5, Field::Number(number)) => digits = number,
            (6, Field::Number(number)) => kind = number,
            (7, Field::Number(number)) => counter = number,
            (1..=7, _) => return None,
            _ => {}
        }
    }
    Some(account(secret, &name, &issuer, (algorithm, digits, kind, counter)))
}

fn account(
    secret: &[u8],
    name: &str,
    issuer: &str,
    (algorithm, digits, kind, counter): (u64, u64, u64, u64),
) -> Result<Account, PayloadError> {
    if secret.is_empty() {
        return Err(PayloadError::MissingSecret);
    }
    let algorithm = match algorithm {
        0 | 1 => Algorithm::Sha1,
        2 => Algorithm::Sha256,
        3 => Algorithm::Sha512,
        _ => return Err(PayloadError::UnknownAlgorithm),
    };
    let digits = match digits {
        0 | 1 => Digits::SIX,
        2 => Digits::EIGHT,
        _ => return Err(PayloadError::BadDigits),
    };
    let otp = match kind {
        1 => Otp::Hotp { algorithm, digits, counter },
        0 | 2 => Otp::Totp { algorithm, digits, step: TimeStep::DEFAULT },
        _ => return Err(PayloadError::UnknownType),
    };
    let secret = Secret::from_bytes(secret.to_vec()).map_err(PayloadError::BadSecret)?;
    let (issuer, name) = if issuer.is_empty() {
        name.split_once(':').unwrap_or(("", name))
    } else {
        let own = name.strip_prefix(issuer).and_then(|rest| rest.strip_prefix(':'));
        (issuer, own.unwrap_or(name))
    };
    let name = name.trim_start_matches(' ');
    Account::new(Some(issuer), name, otp, secret).map_err(|_| PayloadError::BadLabel)
}

fn write_account(account: &Account) -> Result<Zeroizing<Vec<u8>>, CannotCarry> {
    let (digits, kind, counter) = match *account.otp() {
        Otp::Totp { step, .. } if step != TimeStep::DEFAULT => return Err(CannotCarry::TimeStep),
        Otp::Totp { digits, .. } => (digits, 2, None),
        Otp::Hotp { digits, counter, .. } if counter <= i64::MAX.cast_unsigned() => {
            (digits, 1, Some(counter))
        }
        Otp::Hotp { .. } => return Err(CannotCarry::Counter),
        Otp::Steam | Otp::Yandex => return Err(CannotCarry::Type),
    };
    let digits = match digits {
        Digits::SIX => 1,
        Digits::EIGHT => 2,
        _ => return Err(CannotCarry::Digits),
    };
    let algorithm = match account.otp().algorithm() {
        Algorithm::Sha1 => 1,
        Algorithm::Sha256 => 2,
        Algorithm::Sha512 => 3,
    };
    let issuer = account.issuer().unwrap_or_default();
    // Google Authenticator shows the name as it stands, and expects the issuer in it too. Without
    // one, a colon in the name would make a reader see one, and a colon in front tells it apart.
    let name = match account.issuer() {
        Some(issuer) => format!("{issuer}:{}", account.name()),
        None if account.name().contains(':') => format!(":{}", account.name()),
        None => account.name().to_owned(),
    };
    let secret = account.secret().expose();
    let mut message = Writer::with_room(secret.len() + name.len() + issuer.len() + 64);
    message.bytes(1, secret);
    message.bytes(2, name.as_bytes());
    message.bytes(3, issuer.as_bytes());
    message.number(4, algorithm);
    message.number(5, digits);
    message.number(6, kind);
    if let Some(counter) = counter {
        message.number(7, counter);
    }
    Ok(message.finish())
}

/// Undoes percent-encoding and base64 (RFC 4648 §4 or §5, padding or none). A `+` is base64's here,
/// and where something has turned it into a space already, so is the space.
fn base64(data: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mut text = Zeroizing::new(Vec::with_capacity(data.len()));
    for byte in percent_decode_str(data) {
        match byte {
            b'\r' | b'\n' | b'=' => {}
            b' ' | b'-' => text.push(b'+'),
            b'_' => text.push(b'/'),
            other => text.push(other),
        }
    }
    data_encoding::BASE64_NOPAD.decode(&text).ok().map(Zeroizing::new)
}

fn text_of(message: &[u8]) -> Zeroizing<String> {
    let data = Zeroizing::new(data_encoding::BASE64.encode(message));
    let mut text = Zeroizing::new(String::with_capacity(PREFIX.len() + 3 * data.len()));
    text.push_str(PREFIX);
    text.extend(utf8_percent_encode(&data, NON_ALPHANUMERIC));
    text
}

const PREFIX: &str = "otpauth-migration://offline?data=";

#[cfg(test)]
mod tests;
