//! `otpauth://` (the Key URI format), with `apple-otpauth://` and `steam://`.
//!
//! What is read beyond the format, and why, is told case by case in `tests/vectors/otpauth_uris.json`.

mod label;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use zeroize::Zeroizing;

use self::label::Label;
use super::{Parsed, PayloadError, Warning};
use crate::account::{Account, Extra};
use crate::otp::{Algorithm, Digits, Otp, TimeStep};
use crate::secret::Secret;

/// Writes an account as an `otpauth://` payload in the strict form that every reader takes: the
/// issuer in label and parameter, `%20` for a space, no padding, nothing left to a default.
///
/// It holds the secret. `parse` reads it back to the same account, but for spaces with which the
/// account name begins: the format lets a reader drop them.
#[must_use]
pub fn format(account: &Account) -> Zeroizing<String> {
    let secret = account.secret().reveal_base32();
    let extra = &account.extra().0;
    let names = 2 * account.issuer().map_or(0, str::len) + account.name().len();
    let extras: usize = extra.iter().map(|(key, value)| key.len() + value.len() + 2).sum();
    // Room for all of it at once, every byte escaped: a text that grows leaves its secret behind.
    let mut text =
        Zeroizing::new(String::with_capacity(secret.len() + 3 * (names + extras) + 4096));

    text.push_str("otpauth://");
    text.push_str(if *account.otp() == Otp::Yandex { "yaotp" } else { account.otp().kind() });
    text.push('/');
    if let Some(issuer) = account.label_issuer().or(account.issuer()) {
        push_escaped(&mut text, issuer);
        text.push(':');
    } else if account.name().contains(':') {
        text.push(':');
    }
    push_escaped(&mut text, account.name());

    push_parameter(&mut text, '?', "secret", &secret);
    if let Some(issuer) = account.issuer() {
        push_parameter(&mut text, '&', "issuer", issuer);
    }
    if let Otp::Totp { algorithm, digits, .. } | Otp::Hotp { algorithm, digits, .. } = account.otp()
    {
        push_parameter(&mut text, '&', "algorithm", algorithm.name());
        push_parameter(&mut text, '&', "digits", &digits.count().to_string());
    }
    match account.otp() {
        Otp::Totp { step, .. } => {
            push_parameter(&mut text, '&', "period", &step.seconds().to_string());
        }
        Otp::Hotp { counter, .. } => {
            push_parameter(&mut text, '&', "counter", &counter.to_string());
        }
        Otp::Steam | Otp::Yandex => {}
    }
    for (key, value) in extra {
        push_parameter(&mut text, '&', key, value);
    }
    text
}

/// Reads what follows `otpauth://`.
pub(super) fn parse(rest: &str) -> Result<Parsed, PayloadError> {
    let mut warnings = Warnings::default();
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (kind, rest) = rest.split_at(end);
    let kind = Kind::read(kind)?;
    let rest = without_fragment(rest, &mut warnings);
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));

    let fields = Fields::read(query, &mut warnings);
    let secret = match &fields.secret {
        // The words for nothing are base32 to the letter, and would give a code.
        Some(text)
            if !matches!(text.trim().to_ascii_lowercase().as_str(), "" | "null" | "undefined") =>
        {
            Secret::from_base32(text).map_err(PayloadError::BadSecret)?
        }
        _ => return Err(PayloadError::MissingSecret),
    };
    let label = Label::read(path, fields.issuer.as_deref(), &mut warnings);
    let (default_issuer, otp) = otp(kind, &label, &fields, &mut warnings)?;

    let issuer = label.issuer.as_deref().or(default_issuer);
    let mut account = Account::new(issuer, &label.name, otp, secret)
        .map_err(|_| PayloadError::BadLabel)?
        .with_extra(fields.extra);
    if let Some(other) = &label.other_issuer {
        account = account.with_label_issuer(other).map_err(|_| PayloadError::BadLabel)?;
    }
    Ok(Parsed { accounts: vec![account], warnings: warnings.0, refused: vec![], part: None })
}

/// Reads what follows `steam://`: nothing but a secret.
pub(super) fn parse_steam(rest: &str) -> Result<Parsed, PayloadError> {
    let mut warnings = Warnings::default();
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let text = unescape(&rest[..end], false, &mut warnings);
    if text.is_empty() {
        return Err(PayloadError::MissingSecret);
    }
    let secret = Secret::from_base32(&text).map_err(PayloadError::BadSecret)?;
    let account =
        Account::new(Some("Steam"), "", Otp::Steam, secret).map_err(|_| PayloadError::BadLabel)?;
    Ok(Parsed { accounts: vec![account], warnings: warnings.0, refused: vec![], part: None })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Totp,
    Hotp,
    Steam,
    Yandex,
}

/// The parameters, decoded and not yet understood.
#[derive(Default)]
struct Fields {
    secret: Option<Zeroizing<String>>,
    issuer: Option<Zeroizing<String>>,
    algorithm: Option<Zeroizing<String>>,
    digits: Option<Zeroizing<String>>,
    period: Option<Zeroizing<String>>,
    counter: Option<Zeroizing<String>>,
    steam: bool,
    extra: Extra,
}

/// What was assumed so far, each thing once.
#[derive(Default)]
struct Warnings(Vec<Warning>);

impl Kind {
    fn read(host: &str) -> Result<Self, PayloadError> {
        match host.to_ascii_lowercase().as_str() {
            "totp" => Ok(Self::Totp),
            "hotp" => Ok(Self::Hotp),
            "steam" => Ok(Self::Steam),
            "yaotp" | "yandex" => Ok(Self::Yandex),
            _ => Err(PayloadError::UnknownType),
        }
    }
}

impl Fields {
    fn read(query: &str, warnings: &mut Warnings) -> Self {
        let mut fields = Self::default();
        let mut after_issuer = false;
        for pair in query.split('&') {
            let pair = pair.strip_prefix("amp;").map_or(pair, |rest| {
                warnings.add(Warning::HtmlEntity);
                rest
            });
            if let Some(issuer) = fields.issuer.as_mut().filter(|_| after_issuer)
                && !pair.is_empty()
                && !pair.contains('=')
                && !pair.eq_ignore_ascii_case("steam")
            {
                warnings.add(Warning::AmpersandInIssuer);
                issuer.push('&');
                issuer.push_str(&unescape(pair, true, warnings));
                continue;
            }
            after_issuer = pair.get(..7).is_some_and(|key| key.eq_ignore_ascii_case("issuer="));
            for (key, value) in split_pair(pair, warnings) {
                let key = unescape(key, true, warnings);
                fields.set(&key, unescape(value, true, warnings), warnings);
            }
        }
        fields
    }

    fn set(&mut self, key: &str, value: Zeroizing<String>, warnings: &mut Warnings) {
        let lower = key.to_ascii_lowercase();
        let field = match lower.as_str() {
            "" if value.is_empty() => return,
            "secret" => &mut self.secret,
            "issuer" => &mut self.issuer,
            "algorithm" => &mut self.algorithm,
            "digits" => &mut self.digits,
            "period" => &mut self.period,
            "counter" => &mut self.counter,
            "encoder" if value.eq_ignore_ascii_case("steam") => return self.steam = true,
            "steam" if matches!(value.as_str(), "" | "1" | "true" | "yes") => {
                return self.steam = true;
            }
            _ => {
                if LOOKALIKES.contains(&lower.as_str()) {
                    warnings.add(Warning::LookalikeParameter);
                }
                return self.extra.0.push((key.to_owned(), value));
            }
        };
        if lower != key {
            warnings.add(Warning::ParameterCase);
        }
        match field {
            // An empty one is as good as none.
            Some(first) if !first.is_empty() => warnings.add(Warning::RepeatedParameter),
            Some(first) => {
                warnings.add(Warning::RepeatedParameter);
                *first = value;
            }
            None => *field = Some(value),
        }
    }
}

impl Warnings {
    fn add(&mut self, warning: Warning) {
        if !self.0.contains(&warning) {
            self.0.push(warning);
        }
    }
}

/// One `key=value`, or several where the `&` between them is missing, as in `issuer=Fooperiod=30`.
fn split_pair<'a>(pair: &'a str, warnings: &mut Warnings) -> Vec<(&'a str, &'a str)> {
    let Some((key, mut value)) = pair.split_once('=') else { return vec![(pair, "")] };
    if !KNOWN.contains(&key.to_ascii_lowercase().as_str()) {
        return vec![(key, value)]; // whoever made up the key may have put anything behind it
    }
    let mut pairs = Vec::new();
    let mut key = key;
    while let Some((before, next, after)) = value.split_once('=').and_then(|(before, after)| {
        let next = KNOWN.iter().find(|known| before.ends_with(**known))?;
        Some((&before[..before.len() - next.len()], *next, after))
    }) {
        warnings.add(Warning::MissingAmpersand);
        // A second question mark where an ampersand was meant is one too.
        pairs.push((key, before.strip_suffix('?').unwrap_or(before)));
        (key, value) = (next, after);
    }
    pairs.push((key, value));
    pairs
}

/// A fragment is not ours to read; but a `#` that somebody forgot to escape is no fragment.
fn without_fragment<'a>(rest: &'a str, warnings: &mut Warnings) -> &'a str {
    let Some((before, fragment)) = rest.split_once('#') else { return rest };
    let has = |query: &str, name: &str| {
        let begins =
            |pair: &str| pair.get(..name.len()).is_some_and(|k| k.eq_ignore_ascii_case(name));
        query.split('&').any(begins)
    };
    let has_secret = before.split_once('?').is_some_and(|(_, query)| has(query, "secret="));
    let goes_on = KNOWN.iter().any(|known| {
        fragment.split_once('&').is_some_and(|(_, query)| has(query, &format!("{known}=")))
    });
    if has_secret && !goes_on {
        warnings.add(Warning::FragmentDropped);
        before
    } else {
        warnings.add(Warning::HashSign);
        rest
    }
}

fn otp(
    kind: Kind,
    label: &Label,
    fields: &Fields,
    warnings: &mut Warnings,
) -> Result<(Option<&'static str>, Otp), PayloadError> {
    match kind {
        Kind::Yandex => {
            warnings.add(Warning::KeptWithoutCodes);
            return Ok((Some("Yandex"), Otp::Yandex));
        }
        Kind::Steam => return Ok((Some("Steam"), Otp::Steam)),
        Kind::Totp if fields.steam => return Ok((Some("Steam"), Otp::Steam)),
        Kind::Totp if is_steam(label, fields) => {
            warnings.add(Warning::SteamAssumed);
            return Ok((Some("Steam"), Otp::Steam));
        }
        Kind::Totp | Kind::Hotp => {}
    }
    let algorithm = algorithm(fields, warnings)?;
    let digits = match given(&fields.digits, Warning::DigitsAssumed, warnings) {
        Some(text) => text.parse().ok().and_then(Digits::new).ok_or(PayloadError::BadDigits)?,
        None => Digits::SIX,
    };
    if kind == Kind::Hotp {
        let counter = match given(&fields.counter, Warning::CounterAssumed, warnings) {
            Some(text) => text.parse().map_err(|_| PayloadError::BadCounter)?,
            None => {
                warnings.add(Warning::CounterAssumed);
                0
            }
        };
        return Ok((None, Otp::Hotp { algorithm, digits, counter }));
    }
    let step = match given(&fields.period, Warning::PeriodAssumed, warnings) {
        Some(text) => text.parse().ok().and_then(TimeStep::new).ok_or(PayloadError::BadTimeStep)?,
        None => TimeStep::DEFAULT,
    };
    Ok((None, Otp::Totp { algorithm, digits, step }))
}

/// Steam's own codes go by TOTP in some exports, told only by the issuer. Steam has no other codes.
fn is_steam(label: &Label, fields: &Fields) -> bool {
    let is = |issuer: &Option<String>| {
        issuer.as_ref().is_some_and(|issuer| issuer.eq_ignore_ascii_case("steam"))
    };
    let digits = fields.digits.as_deref().map_or("", |digits| digits.trim());
    (is(&label.issuer) || is(&label.other_issuer)) && matches!(digits, "" | "5" | "6")
}

fn algorithm(fields: &Fields, warnings: &mut Warnings) -> Result<Algorithm, PayloadError> {
    let Some(text) = given(&fields.algorithm, Warning::AlgorithmAssumed, warnings) else {
        return Ok(Algorithm::Sha1);
    };
    let upper = text.to_ascii_uppercase();
    if let Some(algorithm) = Algorithm::by_name(&upper) {
        return Ok(algorithm);
    }
    // `HmacSHA256` is Java's name, `SHA-256` NIST's, `Algorithm.sha256` a language's.
    let bare: String = upper.chars().filter(|c| !matches!(c, '-' | '_' | ' ' | '.')).collect();
    let bare = bare.strip_prefix("ALGORITHM").unwrap_or(&bare);
    let bare = bare.strip_prefix("HMAC").unwrap_or(bare);
    let algorithm = Algorithm::by_name(bare).ok_or(PayloadError::UnknownAlgorithm)?;
    warnings.add(Warning::AlgorithmSpelling);
    Ok(algorithm)
}

/// A parameter with something in it. One that is there but empty, or `null`, is as good as absent,
/// and worth a word.
fn given<'a>(
    field: &'a Option<Zeroizing<String>>,
    assumed: Warning,
    warnings: &mut Warnings,
) -> Option<&'a str> {
    let text = field.as_deref()?.trim();
    if text.is_empty() || text.eq_ignore_ascii_case("null") {
        warnings.add(assumed);
        return None;
    }
    Some(text)
}

/// Undoes percent-encoding (RFC 3986 §2.1), and in a query the form's `+` for a space.
fn unescape(text: &str, plus_is_space: bool, warnings: &mut Warnings) -> Zeroizing<String> {
    let hex = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_hexdigit);
    let raw = text.as_bytes();
    let mut bytes = Zeroizing::new(Vec::with_capacity(raw.len()));
    for (at, byte) in raw.iter().enumerate() {
        if *byte == b'%' && !(hex(raw.get(at + 1)) && hex(raw.get(at + 2))) {
            warnings.add(Warning::BadPercentEscape);
        }
    }
    // The plus signs that stand there unescaped, and only those, are spaces.
    let plus = if plus_is_space { b' ' } else { b'+' };
    for (index, piece) in text.split('+').enumerate() {
        if index > 0 {
            bytes.push(plus);
        }
        bytes.extend(percent_decode_str(piece));
    }
    match core::str::from_utf8(&bytes) {
        Ok(text) => Zeroizing::new(text.to_owned()),
        Err(_) => {
            warnings.add(Warning::NotUtf8);
            Zeroizing::new(bytes.iter().map(|byte| char::from(*byte)).collect())
        }
    }
}

fn push_parameter(text: &mut String, separator: char, key: &str, value: &str) {
    text.push(separator);
    push_escaped(text, key);
    text.push('=');
    push_escaped(text, value);
}

fn push_escaped(text: &mut String, value: &str) {
    text.extend(utf8_percent_encode(value, ESCAPED));
}

/// All but the characters that RFC 3986 §2.3 calls unreserved.
pub(crate) const ESCAPED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Names under which other programs have what changes codes. Two meanings are possible, so they are
/// not read, and that is said.
const LOOKALIKES: [&str; 8] =
    ["algo", "alg", "hash", "digit", "length", "step", "interval", "timestep"];

const KNOWN: [&str; 6] = ["secret", "issuer", "algorithm", "digits", "period", "counter"];

#[cfg(test)]
mod tests;
