//! Accounts, their parameters and the warnings of their payloads in plain words.

use countersign::payload::Warning;
use countersign::{Account, Otp};

/// `issuer: account name`, or the one of them that there is.
#[must_use]
pub fn issuer_and_name(account: &Account) -> String {
    match (account.issuer(), account.name()) {
        (None, "") => "(without a name)".to_owned(),
        (Some(issuer), "") => issuer.to_owned(),
        (None, name) => name.to_owned(),
        (Some(issuer), name) => format!("{issuer}: {name}"),
    }
}

/// Type, algorithm, digits, and what changes the codes.
#[must_use]
pub fn otp_words(otp: &Otp) -> String {
    let (kind, length) = (otp.kind(), otp.code_length());
    match otp {
        Otp::Totp { algorithm, step, .. } => {
            format!("{kind}, {}, {length} digits, every {} s", algorithm.name(), step.seconds())
        }
        Otp::Hotp { algorithm, counter, .. } => {
            format!("{kind}, {}, {length} digits, next counter {counter}", algorithm.name())
        }
        Otp::Steam => format!("{kind}, {length} letters and digits, every 30 s"),
        Otp::Yandex => format!("{kind}, which needs a PIN: kept and exported, without codes"),
    }
}

/// What was assumed to read a payload.
#[must_use]
pub fn warning_words(warning: Warning) -> &'static str {
    match warning {
        Warning::IssuerMismatch => {
            "the label names another issuer than the parameter; both are kept"
        }
        Warning::NoLabel => "the label has neither issuer nor account name",
        Warning::ExtraSlash => "there is more than one slash before the label",
        Warning::PlusInLabel => "a + in the label was taken for a space",
        Warning::HashSign => "a # was taken for text; it should be written %23",
        Warning::FragmentDropped => "what followed a # was left out",
        Warning::BadPercentEscape => "a % without two hexadecimal digits was taken as it stands",
        Warning::NotUtf8 => "bytes that are no UTF-8 were taken for Latin-1",
        Warning::ParameterCase => "a parameter's name is not in lower case",
        Warning::RepeatedParameter => "a parameter came twice; the first was taken",
        Warning::MissingAmpersand => "an & is missing between two parameters",
        Warning::HtmlEntity => "an &amp; stands where an & was meant",
        Warning::AmpersandInIssuer => "an & in the issuer was taken for text; it should be %26",
        Warning::LookalikeParameter => {
            "a parameter was left out that is named nearly like one that changes codes"
        }
        Warning::AlgorithmSpelling => "the algorithm has an unusual spelling",
        Warning::AlgorithmAssumed => "the algorithm is empty, SHA1 was assumed",
        Warning::DigitsAssumed => "the number of digits is empty, 6 was assumed",
        Warning::PeriodAssumed => "the period is empty, 30 seconds were assumed",
        Warning::CounterAssumed => "there is no counter, 0 was assumed",
        Warning::SteamAssumed => "the issuer is Steam, its five letters and digits were assumed",
        Warning::KeptWithoutCodes => "codes of this kind cannot be made here; it is only kept",
    }
}
