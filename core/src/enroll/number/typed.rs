//! What a person types, and what a message says: a phone number, a PIN.
//!
//! Here and not in the shells, since two platforms would otherwise read it in two ways. Whether a
//! number exists only the relying party knows; here it has no more than the form of one.

use core::fmt;

/// A phone number in the form of ITU-T E.164: `+`, the country's code, 7 to 15 digits in all.
pub(in crate::enroll) struct PhoneNumber(String);

impl PhoneNumber {
    /// Reads what was typed, with spaces, dashes and parentheses, and `00` for the `+`.
    pub(super) fn parse(typed: &str) -> Option<Self> {
        let dense = dense(typed)?;
        let digits = dense.strip_prefix('+').or_else(|| dense.strip_prefix("00"))?;
        let possible = (7..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0'); // no country's code does
        possible.then(|| Self(format!("+{digits}")))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// So much of it as its owner needs to tell it from another, and a glance over the shoulder not.
    pub(super) fn ends_in(&self) -> String {
        self.0[self.0.len() - 3..].to_owned()
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneNumber(..)")
    }
}

/// The PIN that was typed, where it has so many digits.
pub(super) fn pin(typed: &str, length: u8) -> Option<String> {
    let dense = dense(typed)?;
    let all = dense.len() == usize::from(length) && dense.bytes().all(|byte| byte.is_ascii_digit());
    all.then_some(dense)
}

/// The PIN that a message brings to this host.
///
/// A line `@domain #code` says for whom it is (<https://wicg.github.io/sms-one-time-codes/>), and one for
/// somebody else is not looked at any further. Without such a line it is the run of so many digits, if
/// there is only one: a wrong guess would cost an attempt.
pub(super) fn pin_in(message: &str, host: &str, length: u8) -> Option<String> {
    if message.len() > MAX_MESSAGE {
        return None;
    }
    if let Some((domain, code)) = message.lines().rev().find_map(bound) {
        return is_within(host, domain).then(|| pin(code, length)).flatten();
    }
    let mut runs = message
        .split(|c: char| digit(c).is_none() && !c.is_ascii_alphabetic())
        .filter_map(|run| pin(run, length));
    let found = runs.next()?;
    runs.all(|other| other == found).then_some(found)
}

/// Domain and code of a line that is bound to a domain.
fn bound(line: &str) -> Option<(&str, &str)> {
    let mut words = line.split_whitespace();
    let domain = words.next()?.strip_prefix('@')?;
    Some((domain, words.next()?.strip_prefix('#')?))
}

/// Whether a host is of this domain: it itself, or below it. Of `com` alone nobody is.
fn is_within(host: &str, domain: &str) -> bool {
    let (host, domain) = (host.to_ascii_lowercase(), domain.to_ascii_lowercase());
    let below = |rest: &str| rest.ends_with('.') && domain.contains('.');
    let before = host.strip_suffix(&domain);
    !domain.is_empty() && before.is_some_and(|rest| rest.is_empty() || below(rest))
}

/// Without what people and address books put between digits, and with the digits of ASCII: some
/// keyboards have those of Arabic or Persian. Nothing where it is longer than anybody types.
fn dense(typed: &str) -> Option<String> {
    let between = |c: &char| c.is_whitespace() || is_mark(*c) || "-()‐‑‒–".contains(*c);
    (typed.len() <= MAX_TYPED)
        .then(|| typed.chars().filter(|c| !between(c)).map(|c| digit(c).unwrap_or(c)).collect())
}

fn digit(c: char) -> Option<char> {
    let zero = match c {
        '0'..='9' => '0',
        '\u{660}'..='\u{669}' => '\u{660}',
        '\u{6F0}'..='\u{6F9}' => '\u{6F0}',
        _ => return None,
    };
    char::from_digit(u32::from(c) - u32::from(zero), 10)
}

/// Turns the direction of writing, and comes along unseen when a number is copied.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

const MAX_TYPED: usize = 100;
const MAX_MESSAGE: usize = 8 * 1024;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_told() {
        #[derive(Deserialize)]
        struct Vector {
            typed: String,
            number: Option<String>,
            why: String,
        }
        let vectors: Vec<Vector> =
            serde_json::from_str(include_str!("../../../../tests/vectors/phone_numbers.json"))
                .unwrap();
        assert!(vectors.len() >= 20);
        for Vector { typed, number, why } in vectors {
            let read = PhoneNumber::parse(&typed);
            assert_eq!(read.as_ref().map(PhoneNumber::as_str), number.as_deref(), "{why}");
        }
    }

    #[test]
    fn pins_are_found_as_they_are_told() {
        #[derive(Deserialize)]
        struct Vector {
            message: String,
            host: String,
            length: u8,
            pin: Option<String>,
            why: String,
        }
        let vectors: Vec<Vector> =
            serde_json::from_str(include_str!("../../../../tests/vectors/pin_messages.json"))
                .unwrap();
        assert!(vectors.len() >= 20);
        for Vector { message, host, length, pin, why } in vectors {
            assert_eq!(pin_in(&message, &host, length), pin, "{why}");
        }
    }

    #[test]
    fn a_pin_is_typed_in_many_ways() {
        for typed in
            ["123456", " 123 456 ", "123-456", "١٢٣٤٥٦", "۱۲۳۴۵۶", "\u{202A}123456\u{202C}"]
        {
            assert_eq!(pin(typed, 6).as_deref(), Some("123456"), "{typed}");
        }
        for typed in ["", "12345", "1234567", "12345a", "+12345", "#123456", "１２３４５６"] {
            assert_eq!(pin(typed, 6), None, "{typed}");
        }
        assert_eq!(pin(&format!("{}123456", " ".repeat(100)), 6), None);
    }

    #[test]
    fn what_is_too_long_for_a_message_is_not_looked_at() {
        let message = |before: usize| format!("{} 123456", "x".repeat(before));
        assert!(pin_in(&message(MAX_MESSAGE - 7), "a.example", 6).is_some());
        assert!(pin_in(&message(MAX_MESSAGE - 6), "a.example", 6).is_none());
    }

    proptest! {
        #[test]
        fn every_text_is_read_and_what_is_found_has_the_form(
            text in "[@#+0-9٠-٩ a-z.é\\n()-]{0,60}",
            length in 4u8..=10,
        ) {
            if let Some(number) = PhoneNumber::parse(&text) {
                let again = PhoneNumber::parse(number.as_str()).unwrap();
                prop_assert_eq!(again.as_str(), number.as_str());
                prop_assert!(number.as_str().ends_with(&number.ends_in()));
            }
            for found in [pin(&text, length), pin_in(&text, "a.example", length)].into_iter().flatten() {
                prop_assert_eq!(found.len(), usize::from(length));
                prop_assert!(found.bytes().all(|byte| byte.is_ascii_digit()));
            }
        }
    }
}
