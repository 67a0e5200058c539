//! An account: whose it is, what it is called, and how it makes its codes.

use core::fmt;

use zeroize::Zeroizing;

use crate::code::{Code, CodeNow};
use crate::otp::Otp;
use crate::secret::Secret;

/// One account at one relying party, with its shared secret.
///
/// Names are kept and compared byte for byte. Changing them changes no code.
pub struct Account {
    issuer: Option<String>,
    name: String,
    /// The issuer in the label, where it differs from the one in the parameter.
    label_issuer: Option<String>,
    otp: Otp,
    /// The code of the last counter was made, and no other is left.
    spent: bool,
    secret: Secret,
    /// Parameters of the payload that we do not know, decoded, in their order. Sites put what they
    /// like there, even keys: erased on drop, and not printed.
    extra: Extra,
}

/// A name that cannot be drawn safely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// A control character, or one that turns the direction of writing and so hides what is there.
    #[error("the name has a control or direction character")]
    BadCharacter,
    /// More than [`Account::MAX_NAME_BYTES`].
    #[error("the name is longer than 4096 bytes")]
    TooLong,
}

/// Parameters kept for the sake of whoever wrote them.
#[derive(Default, Clone, PartialEq, Eq)]
pub(crate) struct Extra(pub(crate) Vec<(String, Zeroizing<String>)>);

impl Account {
    /// The longest issuer or account name, in bytes of UTF-8.
    pub const MAX_NAME_BYTES: usize = 4096;

    /// An account with these names. An empty issuer is none; an empty account name is allowed.
    ///
    /// # Errors
    /// [`NameError`] where a name has control or direction characters, or is too long.
    pub fn new(
        issuer: Option<&str>,
        name: &str,
        otp: Otp,
        secret: Secret,
    ) -> Result<Self, NameError> {
        let (issuer, name) = checked(issuer, name)?;
        Ok(Self {
            issuer,
            name,
            label_issuer: None,
            otp,
            spent: false,
            secret,
            extra: Extra::default(),
        })
    }

    /// The relying party as it calls itself, if it does.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// The account name; for a verified device, the device name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the label called the issuer, where that differs from [`issuer`](Self::issuer).
    #[must_use]
    pub fn label_issuer(&self) -> Option<&str> {
        self.label_issuer.as_deref()
    }

    /// How the codes are made.
    #[must_use]
    pub fn otp(&self) -> &Otp {
        &self.otp
    }

    /// The shared secret.
    #[must_use]
    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    /// The code current at `unix_time` (in seconds), for a kind whose codes change with time.
    ///
    /// ```
    /// use countersign::{Account, CodeNow, Otp, Secret};
    ///
    /// let secret = Secret::from_base32("JBSWY3DPEHPK3PXP").unwrap();
    /// let account = Account::new(Some("Example"), "alice", Otp::DEFAULT, secret).unwrap();
    /// let CodeNow::Timed(code) = account.code_at(1_741_011_292) else { panic!() };
    /// assert_eq!(code.text(), "915760");
    /// assert_eq!(code.valid_until() - 1_741_011_292, 8);
    /// ```
    #[must_use]
    pub fn code_at(&self, unix_time: u64) -> CodeNow {
        match (self.otp.time_step(), self.otp.counter()) {
            (_, Some(next)) => CodeNow::OnRequest { next },
            (Some(step), None) => {
                let number = step.number_at(unix_time);
                let value = |number| self.otp.value(&self.secret, number);
                match (value(number), value(number.saturating_add(1))) {
                    (Some(now), Some(next)) => CodeNow::Timed(Code::new(now, next, number, step)),
                    _ => CodeNow::Unsupported,
                }
            }
            (None, None) => CodeNow::Unsupported,
        }
    }

    /// Whether both make the same codes: the same secret, used in the same way.
    #[must_use]
    pub fn same_codes_as(&self, other: &Self) -> bool {
        let same_way = match (&self.otp, &other.otp) {
            // A counter moves on with each use; it is the same account all the same.
            (
                Otp::Hotp { algorithm, digits, .. },
                Otp::Hotp { algorithm: other_algorithm, digits: other_digits, .. },
            ) => algorithm == other_algorithm && digits == other_digits,
            (this, other) => this == other,
        };
        same_way && self.secret.same_as(&other.secret)
    }

    /// Whether both are called the same: issuer and account name, byte for byte.
    #[must_use]
    pub fn same_name_as(&self, other: &Self) -> bool {
        self.issuer == other.issuer && self.name == other.name
    }

    /// Gives it another issuer and account name.
    ///
    /// # Errors
    /// [`NameError`], and then nothing has changed.
    pub fn rename(&mut self, issuer: Option<&str>, name: &str) -> Result<(), NameError> {
        (self.issuer, self.name) = checked(issuer, name)?;
        self.label_issuer = None;
        Ok(())
    }

    pub(crate) fn with_label_issuer(mut self, issuer: &str) -> Result<Self, NameError> {
        check_name(issuer)?;
        self.label_issuer = Some(issuer.to_owned());
        Ok(self)
    }

    pub(crate) fn with_extra(mut self, extra: Extra) -> Self {
        self.extra = extra;
        self
    }

    pub(crate) fn extra(&self) -> &Extra {
        &self.extra
    }

    /// Moves the counter on past `used`; after the last there is no next.
    pub(crate) fn use_counter(&mut self, used: u64) {
        if let Otp::Hotp { counter, .. } = &mut self.otp {
            self.spent = used == u64::MAX;
            *counter = used.saturating_add(1);
        }
    }

    pub(crate) fn is_spent(&self) -> bool {
        self.spent
    }

    /// Goes on where another account that makes the same codes has come to.
    pub(crate) fn catch_up_with(&mut self, other: &Self) {
        if let (Otp::Hotp { counter, .. }, Otp::Hotp { counter: reached, .. }) =
            (&mut self.otp, &other.otp)
            && *counter <= *reached
        {
            *counter = *reached;
            self.spent = other.spent;
        }
    }
}

/// Says of what kind it is. A name is somebody's input, and is not printed.
impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Account({})", self.otp.kind())
    }
}

/// Issuer and name as they are kept: an empty issuer is none.
fn checked(issuer: Option<&str>, name: &str) -> Result<(Option<String>, String), NameError> {
    let issuer = issuer.filter(|issuer| !issuer.is_empty());
    issuer.map_or(Ok(()), check_name)?;
    check_name(name)?;
    Ok((issuer.map(str::to_owned), name.to_owned()))
}

/// Whether a name may be drawn beside a code: no control characters, and none that reorder text,
/// break a line or cannot be seen.
///
/// The marks that Arabic and Hebrew names need (U+200E, U+200F, U+061C) and the joiners of emoji
/// are fine; embeddings, overrides and isolates are not (Unicode UAX #9, UTS #39).
pub(crate) fn check_name(name: &str) -> Result<(), NameError> {
    if name.len() > Account::MAX_NAME_BYTES {
        return Err(NameError::TooLong);
    }
    let reorders = |c| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let breaks = |c| matches!(c, '\u{2028}' | '\u{2029}');
    // No script needs these; two names that differ by one look the same.
    let hides = |c| matches!(c, '\u{AD}' | '\u{200B}' | '\u{2060}' | '\u{FEFF}');
    let bad = name.chars().any(|c| c.is_control() || reorders(c) || breaks(c) || hides(c));
    if bad { Err(NameError::BadCharacter) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::otp::{Algorithm, Digits, TimeStep};

    fn account(issuer: Option<&str>, name: &str) -> Result<Account, NameError> {
        Account::new(issuer, name, Otp::DEFAULT, Secret::from_base32("JBSWY3DPEHPK3PXP").unwrap())
    }

    #[test]
    fn names_are_kept_byte_for_byte() {
        let account = account(Some("Čvor"), " Šime’s 📱 ").unwrap();
        assert_eq!(account.issuer(), Some("Čvor"));
        assert_eq!(account.name(), " Šime’s 📱 ");
    }

    #[test]
    fn names_that_hide_something_are_refused() {
        for name in ["a\0b", "a\nb", "a\u{202E}b", "a\u{2066}b", "\u{85}", "\u{2028}", "\u{200B}"] {
            assert_eq!(account(None, name).unwrap_err(), NameError::BadCharacter, "{name:?}");
            assert_eq!(account(Some(name), "").unwrap_err(), NameError::BadCharacter, "{name:?}");
        }
        for name in ["🏳️‍🌈", "سارة\u{200F}", "O'Brien", "a:b"] {
            assert!(account(Some(name), name).is_ok(), "{name:?}");
        }
        assert_eq!(account(None, &"x".repeat(4097)).unwrap_err(), NameError::TooLong);
    }

    #[test]
    fn an_account_with_a_moved_counter_is_the_same_account() {
        let hotp = |counter, digits| {
            let digits = Digits::new(digits).unwrap();
            let otp = Otp::Hotp { algorithm: Algorithm::Sha1, digits, counter };
            Account::new(None, "a", otp, Secret::from_bytes(vec![1; 20]).unwrap()).unwrap()
        };
        assert!(hotp(1, 6).same_codes_as(&hotp(9, 6)));
        assert!(!hotp(1, 6).same_codes_as(&hotp(1, 8)));
    }

    #[test]
    fn a_failed_rename_changes_nothing() {
        let mut account = account(Some("Example"), "alice").unwrap();
        assert!(account.rename(Some("Other"), "a\0").is_err());
        assert_eq!((account.issuer(), account.name()), (Some("Example"), "alice"));
        account.rename(Some(""), "bob").unwrap();
        assert_eq!((account.issuer(), account.name()), (None, "bob"));
    }

    #[test]
    fn the_end_of_time_has_a_code_too() {
        let CodeNow::Timed(code) = account(None, "").unwrap().code_at(u64::MAX) else { panic!() };
        assert!(code.valid_from() <= code.valid_until());
        assert_eq!(TimeStep::DEFAULT.seconds(), 30);
    }
}
