//! What a payload is, in words for people and in JSON for programs. Neither has a secret in it.

mod words;

use std::fmt::Write;

use countersign::payload::{Parsed, PayloadError, Warning};
use countersign::{Account, CodeNow};
use serde::Serialize;
use zeroize::Zeroizing;

pub use self::words::{issuer_and_name, otp_words, warning_words};

/// Why a text gives no account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// For programs: `BadSecret` and so on.
    pub name: &'static str,
    /// For people.
    pub message: String,
}

impl Unread {
    /// More than a payload can have, and not even read.
    pub const TOO_LONG: Self = Self { name: "TooLong", message: String::new() };

    /// Bytes that are no text.
    pub const NOT_TEXT: Self = Self { name: "NotUtf8", message: String::new() };
}

impl From<PayloadError> for Unread {
    fn from(error: PayloadError) -> Self {
        Self { name: error.name(), message: error.to_string() }
    }
}

/// One line of JSON. `at` is the time that the codes are made for; without it there are none.
#[must_use]
pub fn json(outcome: &Result<Parsed, Unread>, at: Option<u64>) -> Zeroizing<String> {
    let object = match outcome {
        Ok(parsed) => Object::Read(Box::new(ReadObject::new(parsed, at))),
        Err(unread) => Object::Unread { ok: false, error: unread.name },
    };
    // Numbers, texts and lists: there is nothing that could fail.
    Zeroizing::new(serde_json::to_string(&object).unwrap_or_default())
}

/// A few lines for people, without the end of the last.
#[must_use]
pub fn text(outcome: &Result<Parsed, Unread>, at: Option<u64>) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::new());
    match outcome {
        Ok(parsed) => write_parsed(&mut text, parsed, at),
        Err(unread) => write_unread(&mut text, unread),
    }
    let length = text.trim_end().len();
    text.truncate(length);
    text
}

fn write_unread(text: &mut String, unread: &Unread) {
    let message = match unread.message.as_str() {
        "" if unread.name == Unread::NOT_TEXT.name => "this is no text in UTF-8",
        "" => "this is longer than a QR code can be",
        message => message,
    };
    let _ = write!(text, "  refused   {message} ({})", unread.name);
}

fn write_parsed(text: &mut String, parsed: &Parsed, at: Option<u64>) {
    if let Some(part) = parsed.part {
        let _ = writeln!(text, "  export    part {} of {}", part.index + 1, part.size);
    }
    for account in &parsed.accounts {
        let _ = writeln!(text, "  account   {}", issuer_and_name(account));
        if let Some(other) = account.label_issuer() {
            let _ = writeln!(text, "  label     says {other}");
        }
        let _ = writeln!(text, "  codes     {}", otp_words(account.otp()));
        if let Some(at) = at {
            let _ = writeln!(text, "  code      {}", code_words(account, at).as_str());
        }
        if account.secret().is_short() {
            let _ = writeln!(text, "  note      {SHORT_SECRET}");
        }
    }
    for refused in &parsed.refused {
        let _ = writeln!(
            text,
            "  refused   account {} of this part: {} ({})",
            refused.position,
            refused.error,
            refused.error.name()
        );
    }
    for warning in &parsed.warnings {
        let _ = writeln!(text, "  assumed   {} ({})", warning_words(*warning), warning.name());
    }
}

/// The code of an account, and how long it is valid. A counter is not advanced.
fn code_words(account: &Account, at: u64) -> Zeroizing<String> {
    Zeroizing::new(match account.code_at(at) {
        CodeNow::Timed(code) => {
            format!("{}, {} s left", code.text(), code.valid_until().saturating_sub(at))
        }
        CodeNow::OnRequest { next } => match account.otp().value(account.secret(), next) {
            Some(code) => format!("{} for counter {next}", code.as_str()),
            None => "none".to_owned(),
        },
        CodeNow::Unsupported => "none: codes of this kind cannot be made here".to_owned(),
    })
}

/// The code of an account as text. A counter is not advanced.
fn code_text(account: &Account, at: u64) -> Option<Zeroizing<String>> {
    match account.code_at(at) {
        CodeNow::Timed(code) => Some(Zeroizing::new(code.text().to_owned())),
        CodeNow::OnRequest { next } => account.otp().value(account.secret(), next),
        CodeNow::Unsupported => None,
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum Object<'a> {
    Read(Box<ReadObject<'a>>),
    Unread { ok: bool, error: &'static str },
}

#[derive(Serialize)]
struct ReadObject<'a> {
    ok: bool,
    accounts: Vec<WithCode<'a>>,
    warnings: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<PartObject>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    refused: Vec<RefusedObject>,
}

/// An account as JSON, wherever one is written.
#[derive(Serialize)]
pub(crate) struct AccountObject<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    issuer: Option<&'a str>,
    account: &'a str,
    algorithm: &'static str,
    digits: u8,
    period: Option<u32>,
    counter: Option<u64>,
}

impl<'a> AccountObject<'a> {
    pub(crate) fn of(account: &'a Account) -> Self {
        let otp = account.otp();
        Self {
            kind: otp.kind(),
            issuer: account.issuer(),
            account: account.name(),
            algorithm: otp.algorithm().name(),
            digits: otp.code_length(),
            period: otp.time_step().map(|step| step.seconds()),
            counter: otp.counter(),
        }
    }
}

#[derive(Serialize)]
struct WithCode<'a> {
    #[serde(flatten)]
    account: AccountObject<'a>,
    code: Option<String>,
}

#[derive(Serialize)]
struct PartObject {
    index: u32,
    size: u32,
    id: i32,
}

#[derive(Serialize)]
struct RefusedObject {
    position: usize,
    error: &'static str,
}

impl<'a> ReadObject<'a> {
    fn new(parsed: &'a Parsed, at: Option<u64>) -> Self {
        let refused = |refused: &countersign::payload::Refused| RefusedObject {
            position: refused.position,
            error: refused.error.name(),
        };
        Self {
            ok: true,
            accounts: parsed.accounts.iter().map(|account| WithCode::new(account, at)).collect(),
            warnings: parsed.warnings.iter().map(Warning::name).collect(),
            notes: parsed.has_short_secret().then_some("ShortSecret").into_iter().collect(),
            part: parsed.part.map(|part| PartObject {
                index: part.index,
                size: part.size,
                id: part.id,
            }),
            refused: parsed.refused.iter().map(refused).collect(),
        }
    }
}

impl<'a> WithCode<'a> {
    fn new(account: &'a Account, at: Option<u64>) -> Self {
        let code = at.and_then(|at| code_text(account, at)).map(|code| code.to_string());
        Self { account: AccountObject::of(account), code }
    }
}

const SHORT_SECRET: &str =
    "the key has fewer than the 128 bits that RFC 4226 demands; its codes work all the same";

#[cfg(test)]
mod tests {
    use countersign::payload;

    use super::*;

    fn json_of(payload: &str, at: Option<u64>) -> String {
        json(&payload::parse(payload).map_err(Unread::from), at).to_string()
    }

    #[test]
    fn json_has_every_key_and_no_secret() {
        let line =
            json_of("otpauth://totp/Example:alice?secret=JBSWY3DPEHPK3PXP", Some(1_741_011_292));
        assert_eq!(
            line,
            r#"{"ok":true,"accounts":[{"type":"totp","issuer":"Example","account":"alice","algorithm":"SHA1","digits":6,"period":30,"counter":null,"code":"915760"}],"warnings":[],"notes":["ShortSecret"]}"#
        );
    }

    #[test]
    fn a_counter_is_told_and_not_advanced() {
        let payload =
            "otpauth://hotp/a?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&counter=1&algorithm=sha-1";
        assert_eq!(
            json_of(payload, Some(0)),
            r#"{"ok":true,"accounts":[{"type":"hotp","issuer":null,"account":"a","algorithm":"SHA1","digits":6,"period":null,"counter":1,"code":"287082"}],"warnings":["AlgorithmSpelling"]}"#
        );
        assert!(json_of(payload, None).contains(r#""code":null"#));
    }

    #[test]
    fn an_error_is_one_word() {
        let line = json_of("otpauth://totp/a?secret=not*base32", None);
        assert_eq!(line, r#"{"ok":false,"error":"BadSecret"}"#);
        let line = json(&Err(Unread::NOT_TEXT), None);
        assert_eq!(line.as_str(), r#"{"ok":false,"error":"NotUtf8"}"#);
    }

    #[test]
    fn people_are_told_what_was_assumed() {
        let parsed = payload::parse(
            "otpauth://totp/Other:a?issuer=Example&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        );
        let told = text(&parsed.map_err(Unread::from), Some(59));
        assert_eq!(
            told.as_str(),
            "  account   Example: a\n  label     says Other\n  codes     totp, SHA1, 6 digits, every 30 s\n  \
             code      287082, 1 s left\n  assumed   the label names another issuer than the parameter; \
             both are kept (IssuerMismatch)"
        );
    }
}
