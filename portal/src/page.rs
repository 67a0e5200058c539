//! What all pages share: the frame, the language, the QR code.

use std::borrow::Cow;
use std::fmt;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use time::OffsetDateTime;

use crate::Portal;
use crate::languages::Language;
use crate::refusal::Refusal;
use crate::store::Seconds;
use crate::visitor::Visitor;

/// What the frame of a page needs.
pub(crate) struct Page {
    /// The language.
    pub language: Language,
    /// The token of its forms.
    pub csrf: String,
    /// The login name, if somebody is all the way in.
    pub login: Option<String>,
    /// Whether the pages of an administrator are offered.
    pub admin: bool,
    /// Whether somebody can sign out.
    pub can_sign_out: bool,
    /// Its own path.
    pub path: String,
    /// The issuer.
    pub issuer: String,
    /// Whether the page can be had again, in another language: what is shown once cannot.
    pub can_be_had_again: bool,
}

impl Page {
    /// The frame for this visitor.
    #[must_use]
    pub(crate) fn of(portal: &Portal, visitor: &Visitor) -> Self {
        let signed_in = visitor.signed_in();
        Self {
            language: visitor.language,
            csrf: visitor.csrf(),
            login: signed_in.map(|user| user.login.clone()),
            admin: signed_in.is_some_and(|user| user.admin),
            can_sign_out: visitor.user().is_some(),
            path: on_this_host(&visitor.path),
            issuer: portal.config.issuer.clone(),
            can_be_had_again: true,
        }
    }

    /// The frame for somebody of whom only the language is known.
    #[must_use]
    pub(crate) fn bare(portal: &Portal, language: Language) -> Self {
        Self {
            language,
            csrf: String::new(),
            login: None,
            admin: false,
            can_sign_out: false,
            path: "/".to_owned(),
            issuer: portal.config.issuer.clone(),
            can_be_had_again: true,
        }
    }

    /// What was just done, by the key of its text, if that is one of ours: an address that somebody
    /// else made says no words of theirs.
    pub(crate) fn said(&self, key: Option<String>) -> Option<String> {
        key.filter(|key| key.starts_with("said-") && self.language.knows(key))
    }

    /// The frame of something that is shown once.
    #[must_use]
    pub(crate) fn shown_once(self) -> Self {
        Self { can_be_had_again: false, ..self }
    }

    /// A text.
    #[must_use]
    pub(crate) fn t(&self, key: &str) -> Cow<'static, str> {
        self.language.text(key)
    }

    /// A text with a value.
    #[must_use]
    pub(crate) fn with(
        &self,
        key: &str,
        name: &str,
        value: impl fmt::Display,
    ) -> Cow<'static, str> {
        self.language.with(key, name, value)
    }

    /// A text with a number.
    #[must_use]
    pub(crate) fn count(&self, key: &str, count: impl fmt::Display) -> Cow<'static, str> {
        self.language.count(key, count)
    }

    /// Whether this part of the site is open, for `aria-current`.
    #[must_use]
    pub(crate) fn is_under(&self, part: &str) -> bool {
        self.path.starts_with(part)
    }

    /// The languages to change to.
    pub(crate) fn languages(&self) -> impl Iterator<Item = Language> + use<> {
        Language::all()
    }
}

/// A path as a link within this site: after two slashes, or what a browser takes for them, it would
/// name another host.
fn on_this_host(path: &str) -> String {
    format!("/{}", path.trim_start_matches(['/', '\\']))
}

/// A page, with this status.
pub(crate) fn show(status: StatusCode, page: &impl Template) -> Result<Response, Refusal> {
    let text = page.render().map_err(anyhow::Error::new)?;
    Ok((status, Html(text)).into_response())
}

/// A page that answers what was asked for.
pub(crate) fn ok(page: &impl Template) -> Result<Response, Refusal> {
    show(StatusCode::OK, page)
}

/// The path data of a QR code, a unit square a module, without its quiet zone; and its width.
///
/// # Errors
/// The text is too long for a QR code.
pub(crate) fn qr_path(text: &str) -> anyhow::Result<(String, usize)> {
    use std::fmt::Write as _;
    let code = qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::M)?;
    let width = code.width();
    let mut path = String::new();
    for (row, modules) in code.to_colors().chunks(width).enumerate() {
        let mut column = 0;
        while column < width {
            let run = modules[column..].iter().take_while(|m| **m == qrcode::Color::Dark).count();
            if run > 0 {
                write!(path, "M{column} {row}h{run}v1h-{run}z")?;
            }
            column += run.max(1);
        }
    }
    Ok((path, width))
}

/// A text without control characters, which some database cannot look for.
#[must_use]
pub(crate) fn without_controls(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).collect()
}

/// A time as people read it in UTC, `2026-11-26 08:00`.
#[must_use]
pub(crate) fn utc(time: Seconds) -> String {
    let time = OffsetDateTime::from_unix_timestamp(time).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (year, month, day) = time.to_calendar_date();
    format!("{year:04}-{:02}-{day:02} {:02}:{:02}", u8::from(month), time.hour(), time.minute())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_to_a_path_stays_on_this_host() {
        for (path, link) in [
            ("/", "/"),
            ("*", "/*"),
            ("/profile/access", "/profile/access"),
            ("/profile//access", "/profile//access"),
            ("//evil.example/x", "/evil.example/x"),
            ("/\\evil.example/x", "/evil.example/x"),
            ("\\/\\//evil.example/x", "/evil.example/x"),
        ] {
            assert_eq!(on_this_host(path), link);
        }
    }

    #[test]
    fn times_are_those_of_the_calendar() {
        assert_eq!(utc(0), "1970-01-01 00:00");
        assert_eq!(utc(951_782_399), "2000-02-28 23:59");
        assert_eq!(utc(951_782_400), "2000-02-29 00:00");
        assert_eq!(utc(1_741_011_281), "2025-03-03 14:14");
        assert_eq!(utc(-1), "1969-12-31 23:59");
    }
}
