//! The label of a Key URI: `issuer:name`, in all the ways it is written.

use super::{Warnings, unescape};
use crate::payload::Warning;

/// The label, taken apart.
pub(super) struct Label {
    pub(super) issuer: Option<String>,
    /// What the label calls the issuer, where the parameter calls it something else.
    pub(super) other_issuer: Option<String>,
    pub(super) name: String,
}

impl Label {
    /// `issuer:name`, where either colon or issuer may be written in several ways.
    pub(super) fn read(path: &str, parameter: Option<&String>, warnings: &mut Warnings) -> Self {
        let label = path.trim_start_matches('/');
        if path.len() - label.len() > 1 {
            warnings.add(Warning::ExtraSlash);
        }
        let parameter = parameter.filter(|issuer| !issuer.is_empty()).cloned();
        if label.is_empty() {
            warnings.add(Warning::NoLabel);
            return Self { issuer: parameter, other_issuer: None, name: String::new() };
        }
        let Some((prefix, name)) = split_label(label, parameter.as_deref()) else {
            let name = Self::unplus_if(label, parameter.as_deref(), warnings);
            return Self { issuer: parameter, other_issuer: None, name };
        };

        let spaced = plus_as_space(prefix);
        let literal = unescape(prefix, false, &mut Warnings::default());
        let form_encoded = spaced != prefix && parameter.as_ref() != Some(&*literal);
        let (prefix, name) = if form_encoded {
            warnings.add(Warning::PlusInLabel);
            // An address with its @ unescaped was not form-encoded, and may have a + of its own.
            (unescape(&spaced, false, warnings), unescape(name, !name.contains('@'), warnings))
        } else {
            (unescape(prefix, false, warnings), unescape(name, false, warnings))
        };
        let name = name.trim_start_matches(' ').to_owned();
        let prefix = prefix.trim();
        let prefix = (!prefix.is_empty()).then(|| prefix.to_owned());
        if name.is_empty() && prefix.is_none() {
            warnings.add(Warning::NoLabel);
        }
        match (parameter, prefix) {
            (Some(issuer), Some(prefix)) if issuer.trim() != prefix => {
                warnings.add(Warning::IssuerMismatch);
                Self { issuer: Some(issuer), other_issuer: Some(prefix), name }
            }
            (parameter, prefix) => Self { issuer: parameter.or(prefix), other_issuer: None, name },
        }
    }

    /// A label without an issuer, whose `+` is a space if that makes it the issuer's name.
    fn unplus_if(label: &str, parameter: Option<&str>, warnings: &mut Warnings) -> String {
        let spaced = unescape(label, true, &mut Warnings::default());
        if label.contains('+') && parameter == Some(&spaced) {
            warnings.add(Warning::PlusInLabel);
            return spaced.to_string();
        }
        unescape(label, false, warnings).to_string()
    }
}

/// Finds the colon between issuer and name, both still escaped.
///
/// The colon before which the issuer of the parameter stands counts first, escaped or not; then the
/// first that is not escaped; then the first that is. The one in `https://` is none.
fn split_label<'a>(label: &'a str, issuer: Option<&str>) -> Option<(&'a str, &'a str)> {
    let mut colons: Vec<(usize, &str)> =
        [":", "%3A", "%3a"].iter().flat_map(|colon| label.match_indices(*colon)).collect();
    colons.sort_unstable();
    let halves = |(at, colon): (usize, &str)| (&label[..at], &label[at + colon.len()..]);

    // Unescaped piece by piece, so that a label of nothing but colons costs no more than another.
    let (mut prefix, mut from) = (String::with_capacity(label.len()), 0);
    for (at, colon) in &colons {
        prefix.push_str(&unescape(&label[from..*at], false, &mut Warnings::default()));
        if issuer == Some(&prefix) {
            return Some(halves((*at, colon)));
        }
        prefix.push(':');
        from = at + colon.len();
    }

    let is_scheme = |(prefix, rest): (&str, &str), slashes: &str| {
        let word = prefix.rsplit([':', '/']).next().unwrap_or_default();
        ["http", "https"].iter().any(|scheme| word.eq_ignore_ascii_case(scheme))
            && rest.starts_with(slashes)
    };
    let raw = colons.iter().filter(|(_, colon)| *colon == ":").map(|found| (found, "//"));
    let escaped = colons.iter().filter(|(_, colon)| *colon != ":").map(|found| (found, "%2F%2F"));
    let unescaped_there = label.contains(':');
    raw.chain(escaped.filter(|_| !unescaped_there))
        .map(|(found, slashes)| (halves(*found), slashes))
        .find(|(both, slashes)| !is_scheme(*both, slashes))
        .map(|(both, _)| both)
}

/// A `+` between two letters or digits, as a form writes a space.
fn plus_as_space(text: &str) -> String {
    let mut last = ' ';
    let mut characters = text.chars().peekable();
    let mut spaced = String::with_capacity(text.len());
    while let Some(character) = characters.next() {
        let between =
            last.is_alphanumeric() && characters.peek().is_some_and(|c| c.is_alphanumeric());
        spaced.push(if character == '+' && between { ' ' } else { character });
        last = character;
    }
    spaced
}
