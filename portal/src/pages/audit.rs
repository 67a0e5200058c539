//! The audit log: filtered on the page, and exported as CSV.

use std::fmt::Write as _;
use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use time::{Date, Month};

use crate::Portal;
use crate::page::{Page, ok, utc, without_controls};
use crate::refusal::Refusal;
use crate::store::{AuditEntry, AuditFilter, Seconds};
use crate::visitor::Administrator;

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditPage {
    page: Page,
    filter: Asked,
    query: String,
    lines: Vec<(String, AuditEntry)>,
    actions: &'static [&'static str],
    most: usize,
    /// There may be more.
    full: bool,
}

/// The filter as it is typed.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    who: String,
    action: String,
    from: String,
    until: String,
}

pub(super) async fn page(
    State(portal): State<Arc<Portal>>,
    Administrator(visitor, _): Administrator,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(filter) = asked?;
    let log = portal.store.audit_log(&filter.filter(), MOST_SHOWN as i64).await?;
    let lines: Vec<_> = log.into_iter().map(|entry| (utc(entry.at), entry)).collect();
    let full = lines.len() == MOST_SHOWN;
    let query = filter.query();
    let page = Page::of(&portal, &visitor);
    ok(&AuditPage { page, filter, query, lines, actions: ACTIONS, most: MOST_SHOWN, full })
}

pub(super) async fn export(
    State(portal): State<Arc<Portal>>,
    Administrator(visitor, user): Administrator,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(filter) = asked?;
    // One more tells whether there is more.
    let log = portal.store.audit_log(&filter.filter(), MOST_EXPORTED as i64 + 1).await?;
    let csv = table(&log, MOST_EXPORTED);
    portal.store.audit(&visitor.did(&portal, "audit-exported", &user.login, "")).await?;
    let kind = "text/csv; charset=utf-8";
    let name = "attachment; filename=\"audit.csv\"";
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], csv).into_response())
}

/// The lines as CSV, at most so many. Where that is not all, the last line says so.
fn table(log: &[AuditEntry], most: usize) -> String {
    let mut csv = String::from("time (UTC),who,what,to whom,detail,address\r\n");
    for entry in log.iter().take(most) {
        let columns = [&entry.actor, &entry.action, &entry.subject, &entry.detail, &entry.address];
        let columns: Vec<_> = columns.into_iter().map(|column| cell(column)).collect();
        let _ = write!(csv, "{},{}\r\n", utc(entry.at), columns.join(","));
    }
    if log.len() > most {
        let cut = format!("cut here: these are the newest {most} lines, filter by day for others");
        let _ = write!(csv, ",,,,{},\r\n", cell(&cut));
    }
    csv
}

impl Asked {
    fn filter(&self) -> AuditFilter {
        AuditFilter {
            who: without_controls(&self.who),
            action: without_controls(&self.action),
            from: day(&self.from),
            until: day(&self.until).map(|day| day + 86_400),
        }
    }

    /// The filter as the query of an address.
    fn query(&self) -> String {
        let fields = [
            ("who", &self.who),
            ("action", &self.action),
            ("from", &self.from),
            ("until", &self.until),
        ];
        let encoded = fields.map(|(name, value)| {
            let value =
                percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC);
            format!("{name}={value}")
        });
        encoded.join("&")
    }
}

/// The first second of a day that is written `2026-11-26`, in UTC. What is no day filters nothing.
fn day(text: &str) -> Option<Seconds> {
    let mut parts = text.split('-');
    let year = parts.next()?.parse().ok()?;
    let month = Month::try_from(parts.next()?.parse::<u8>().ok()?).ok()?;
    let date = Date::from_calendar_date(year, month, parts.next()?.parse().ok()?).ok()?;
    Some(date.midnight().assume_utc().unix_timestamp())
}

/// A cell of CSV (RFC 4180). One that a spreadsheet would take for a formula is kept from it.
fn cell(text: &str) -> String {
    let mut cell = String::from("\"");
    let mut begins = true;
    for character in text.chars() {
        // A spreadsheet of many a country splits at semicolons too.
        if begins && "=+-@\u{ff1d}\u{ff0b}\u{ff0d}\u{ff20}".contains(character) {
            cell.push('\'');
        }
        begins = matches!(character, ';' | ',' | '\t' | '\r' | '\n' | '"');
        match character {
            '"' => cell.push_str("\"\""),
            control if control.is_control() => cell.push(' '),
            plain => cell.push(plain),
        }
    }
    cell + "\""
}

const MOST_SHOWN: usize = 200;
const MOST_EXPORTED: usize = 100_000;

/// Whatever the log can say of an action, for the filter.
const ACTIONS: &[&str] = &[
    "signed-in",
    "password-right",
    "sign-in-refused",
    "signed-out",
    "code-refused",
    "password-changed",
    "password-refused",
    "device-named",
    "device-registered",
    "device-removed",
    "registration-cancelled",
    "device-revoked",
    "recovery-code-used",
    "recovery-codes-made",
    "number-confirmed",
    "number-not-confirmed",
    "user-added",
    "reset-mfa",
    "new-password",
    "lock",
    "unlock",
    "require-mfa",
    "waive-mfa",
    "application-changed",
    "template-changed",
    "pins-stopped",
    "api-key-made",
    "api-key-revoked",
    "audit-exported",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_a_text_to_every_spreadsheet() {
        assert_eq!(cell("a \"b\", c"), "\"a \"\"b\"\", c\"");
        assert_eq!(cell("=1+1"), "\"'=1+1\"");
        assert_eq!(cell("x;=1+1\n@a"), "\"x;'=1+1 '@a\"");
    }

    #[test]
    fn a_table_that_is_cut_says_so() {
        let entry = AuditEntry {
            at: 0,
            actor: "boss".to_owned(),
            action: "lock".to_owned(),
            subject: "ana".to_owned(),
            detail: String::new(),
            address: "192.0.2.1".to_owned(),
        };
        let log = [entry.clone(), entry];
        let whole = table(&log, 2);
        assert_eq!(whole.lines().count(), 3, "{whole}");
        let cut = table(&log, 1);
        let last = cut.lines().last().unwrap();
        assert_eq!((cut.lines().count(), last.matches(',').count()), (3, 6), "{cut}");
        assert!(last.contains("the newest 1 lines"), "{cut}");
    }

    #[test]
    fn a_day_has_its_first_second_or_is_none() {
        assert_eq!(day("1970-01-02"), Some(86_400));
        assert_eq!(day("2024-02-30"), None);
        for text in ["", "today", "2024-1", "99999999999-1-1"] {
            assert_eq!(day(text), None, "{text}");
        }
    }
}
