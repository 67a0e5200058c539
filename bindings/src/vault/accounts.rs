//! The accounts with their codes, and what can be done to them.

use std::fmt;

use countersign::vault;

use super::Vault;
use crate::CountersignError;

pub use countersign::vault::AccountId;

uniffi::custom_type!(
    /// The number of an account within its vault. It is never given to another.
    AccountId,
    u64,
    { remote, lower: |id| id.0, try_lift: |number| Ok(AccountId(number)) }
);

/// All accounts, each with its code.
#[derive(uniffi::Record)]
pub struct Codes {
    /// In the order in which they came.
    pub entries: Vec<Entry>,
    /// When the first of these codes ends, in seconds since 1970: ask again then, and not before.
    /// Nothing where no code changes with time.
    pub ask_again_at: Option<u64>,
}

/// One account and its code.
#[derive(uniffi::Record)]
pub struct Entry {
    /// Which account it is.
    pub id: AccountId,
    /// The relying party as it calls itself, if it does.
    pub issuer: Option<String>,
    /// The account name; for a verified device, the device name. It may be empty.
    pub name: String,
    /// The relying party has not confirmed it yet.
    pub pending: bool,
    /// The code to show now.
    pub code: CodeNow,
}

/// What an account has to show at one moment.
#[derive(uniffi::Enum)]
pub enum CodeNow {
    /// A code that changes with time.
    Timed {
        /// The code with its validity.
        code: Code,
    },
    /// A code that changes with each use: it is made by a call of its own.
    OnRequest {
        /// The counter of the code that the next request makes.
        next: u64,
    },
    /// A kind of account that is kept, but whose codes cannot be made here.
    Unsupported,
}

/// A code with its validity, and the code after it.
///
/// Draw it from the one time to the other, without a call for each frame of an animation, and never
/// after. As a text it says when it is valid and not what it is, so that a log does not have it.
#[derive(uniffi::Record)]
#[uniffi::export(Display)]
pub struct Code {
    /// The characters to type: decimal digits, or five letters and digits for Steam.
    pub text: String,
    /// The code that is valid next, for somebody who is running out of time.
    pub next_text: String,
    /// The first second in which it is valid, since 1970 by the device's clock.
    pub valid_from: u64,
    /// The first second in which it is valid no more.
    pub valid_until: u64,
}

#[uniffi::export]
impl Vault {
    /// All accounts with their codes at this time, in seconds since 1970 as the device's clock has it.
    pub fn codes_at(&self, unix_time: u64) -> Result<Codes, CountersignError> {
        self.with(|open| {
            let codes = open.vault.codes_at(unix_time);
            let ends = codes.iter().filter_map(|(_, code)| match code {
                countersign::CodeNow::Timed(code) => Some(code.valid_until()),
                countersign::CodeNow::OnRequest { .. } | countersign::CodeNow::Unsupported => None,
            });
            let ask_again_at = ends.min();
            let entries = open.vault.entries().zip(codes);
            let entries = entries.map(|(entry, (_, code))| Entry::new(entry, &code)).collect();
            Ok(Codes { entries, ask_again_at })
        })
    }

    /// One account with its code at this time.
    pub fn code_at(&self, id: AccountId, unix_time: u64) -> Result<Entry, CountersignError> {
        self.with(|open| {
            let code = open.vault.code_at(id, unix_time)?;
            Ok(Entry::new(open.vault.entry(id)?, &code))
        })
    }

    /// The next code of an account that counts. Its counter has moved on and is saved when this
    /// returns, so the code is good for one use.
    pub fn next_code(&self, id: AccountId) -> Result<String, CountersignError> {
        self.change(|vault| Ok(vault.next_code(id)?.to_string()))
    }

    /// Gives an account another issuer and name. An empty issuer is none.
    pub fn rename(
        &self,
        id: AccountId,
        issuer: Option<String>,
        name: &str,
    ) -> Result<(), CountersignError> {
        self.change(|vault| Ok(vault.rename(id, issuer.as_deref(), name)?))
    }

    /// Removes an account, and its secret with it. Ask the user first: the relying party may let
    /// nobody in without its codes.
    pub fn remove(&self, id: AccountId) -> Result<(), CountersignError> {
        self.change(|vault| Ok(vault.remove(id).map(drop)?))
    }
}

impl Entry {
    fn new(entry: &vault::Entry, code: &countersign::CodeNow) -> Self {
        let account = entry.account();
        Self {
            id: entry.id(),
            issuer: account.issuer().map(str::to_owned),
            name: account.name().to_owned(),
            pending: entry.is_pending(),
            code: code.into(),
        }
    }
}

impl From<&countersign::CodeNow> for CodeNow {
    fn from(code: &countersign::CodeNow) -> Self {
        match code {
            countersign::CodeNow::Timed(code) => Self::Timed { code: code.into() },
            countersign::CodeNow::OnRequest { next } => Self::OnRequest { next: *next },
            countersign::CodeNow::Unsupported => Self::Unsupported,
        }
    }
}

impl From<&countersign::Code> for Code {
    fn from(code: &countersign::Code) -> Self {
        Self {
            text: code.text().to_owned(),
            next_text: code.next_text().to_owned(),
            valid_from: code.valid_from(),
            valid_until: code.valid_until(),
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Code({} to {})", self.valid_from, self.valid_until)
    }
}
