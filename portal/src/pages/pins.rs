//! The administrator's pages of PINs by SMS: how each application does, what it may cost, and a
//! developer's inbox.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::profile::After;
use crate::Portal;
use crate::page::{Page, ok, show, utc};
use crate::refusal::Refusal;
use crate::sms::{Configuration, MessageTemplate, OWN_APPLICATION, limit};
use crate::store::{Application, MessageLine, Tally};
use crate::visitor::{Administrator, Ours};

#[derive(Template)]
#[template(path = "pins.html")]
struct PinsPage {
    page: Page,
    applications: Vec<Line>,
    inbox: bool,
    is_set_up: bool,
    said: Option<String>,
}

struct Line {
    application: Application,
    tally: Tally,
    conversion: i64,
    cost: String,
}

#[derive(Template)]
#[template(path = "application.html")]
struct ApplicationPage {
    page: Page,
    application: Application,
    configuration: Configuration,
    /// Whether it is the portal's own, where an account may always confirm its number anew.
    is_own: bool,
    ceiling: String,
    tally: Tally,
    conversion: i64,
    cost: String,
    /// When a limit against pumping was reached last, if within a day; and the key of which.
    stopped: Option<String>,
    stopped_by: String,
    templates: Vec<TemplateLine>,
    messages: Vec<MessageRow>,
    problem: Option<&'static str>,
    said: Option<String>,
}

struct TemplateLine {
    id: String,
    text: String,
}

struct MessageRow {
    at: String,
    number: String,
    sender: String,
    state: String,
    tries: i64,
    reason: String,
    text: Option<String>,
}

#[derive(Template)]
#[template(path = "inbox.html")]
struct InboxPage {
    page: Page,
    messages: Vec<MessageRow>,
}

pub(super) async fn list_page(
    State(portal): State<Arc<Portal>>,
    Administrator(visitor, _): Administrator,
    after: Result<Query<After>, QueryRejection>,
) -> Result<Response, Refusal> {
    let mut applications = Vec::new();
    for application in portal.store.applications().await? {
        let tally = portal.store.tally(&application.id).await?;
        let (conversion, cost) = (conversion(&tally), money(tally.cost));
        applications.push(Line { application, conversion, cost, tally });
    }
    let page = Page::of(&portal, &visitor);
    let said = After::said(after, &page);
    let gateway = &portal.sms.gateway;
    let (inbox, is_set_up) = (gateway.is_inbox(), gateway.is_set_up());
    ok(&PinsPage { page, applications, inbox, is_set_up, said })
}

pub(super) async fn application_page(
    State(portal): State<Arc<Portal>>,
    Administrator(visitor, _): Administrator,
    id: Result<Path<String>, PathRejection>,
    after: Result<Query<After>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Path(id) = id?;
    let application = application(&portal, &id).await?;
    let configuration = Configuration::of(&application);
    let page = Page::of(&portal, &visitor);
    let said = After::said(after, &page);
    let ceiling = money(application.cost_ceiling);
    let page = ApplicationPage::of(&portal, page, application, configuration, ceiling).await?;
    ok(&ApplicationPage { said, ..page })
}

impl ApplicationPage {
    async fn of(
        portal: &Portal,
        page: Page,
        application: Application,
        configuration: Configuration,
        ceiling: String,
    ) -> Result<Self, Refusal> {
        let tally = portal.store.tally(&application.id).await?;
        let templates = portal.store.templates(&application.id).await?;
        let lately = portal.clock.now() - application.stopped_at < 86_400;
        Ok(Self {
            stopped: lately.then(|| utc(application.stopped_at)),
            stopped_by: format!("stopped-{}", application.stopped_by),
            conversion: conversion(&tally),
            cost: money(tally.cost),
            tally,
            templates: templates.into_iter().map(line).collect(),
            messages: rows(portal, Some(&application.id), false).await?,
            page,
            is_own: application.id == OWN_APPLICATION,
            application,
            configuration,
            ceiling,
            problem: None,
            said: None,
        })
    }
}

fn line(template: crate::store::Template) -> TemplateLine {
    let read = MessageTemplate::of(&template);
    let text = read.map(|template| template.message_text).unwrap_or_default();
    TemplateLine { id: template.id, text }
}

/// How many of a hundred PINs were typed.
fn conversion(tally: &Tally) -> i64 {
    if tally.pins > 0 { 100 * tally.verified / tally.pins } else { 0 }
}

#[derive(Deserialize)]
pub(super) struct Limits {
    allowed: Option<String>,
    again: Option<String>,
    prefixes: String,
    ceiling: String,
    block: String,
    country: String,
    attempts: String,
    life: String,
    verify: String,
    whole: String,
    number: String,
}

pub(super) async fn save(
    State(portal): State<Arc<Portal>>,
    Administrator(visitor, _): Administrator,
    id: Result<Path<String>, PathRejection>,
    Ours(form): Ours<Limits>,
) -> Result<Response, Refusal> {
    let Path(id) = id?;
    let old = application(&portal, &id).await?;
    let configuration = Configuration {
        allow_multiple_pin_verifications: form.again.is_some() || id == OWN_APPLICATION,
        pin_attempts: form.attempts.trim().parse().unwrap_or(0),
        pin_time_to_live: form.life.trim().to_owned(),
        verify_pin_limit: form.verify.trim().to_owned(),
        send_pin_per_application_limit: form.whole.trim().to_owned(),
        send_pin_per_phone_number_limit: form.number.trim().to_owned(),
    };
    let prefixes: Vec<_> =
        form.prefixes.split_whitespace().map(|prefix| prefix.trim_start_matches('+')).collect();
    let plain = |prefix: &&str| {
        (1..=15).contains(&prefix.len()) && prefix.bytes().all(|byte| byte.is_ascii_digit())
    };
    let ceiling = thousandths(&form.ceiling);
    let (block, country) = (form.block.trim(), form.country.trim());
    let wrong = limit(block).is_none()
        || !(country.is_empty() || limit(country).is_some())
        || !configuration.problems().is_empty()
        || ceiling.is_none()
        || prefixes.len() > 300
        || !prefixes.iter().all(plain);
    let changed = Application {
        allowed: form.allowed.is_some(),
        prefixes: prefixes.join(" "),
        cost_ceiling: ceiling.unwrap_or(old.cost_ceiling),
        block_limit: block.to_owned(),
        country_limit: country.to_owned(),
        configuration: serde_json::to_string(&configuration).map_err(anyhow::Error::new)?,
        ..old
    };
    if wrong {
        let page = Page::of(&portal, &visitor);
        let refused =
            ApplicationPage::of(&portal, page, changed, configuration, form.ceiling).await?;
        let refused = ApplicationPage { problem: Some("limits-are-wrong"), ..refused };
        return show(StatusCode::UNPROCESSABLE_ENTITY, &refused);
    }
    portal.store.audit(&visitor.did(&portal, "application-changed", &changed.name, "")).await?;
    portal.store.limit_application(&changed).await?;
    Ok(Redirect::to(&format!("/admin/pins/{id}?said=said-application-saved")).into_response())
}

/// What a developer's phone would get. Only where the gateway is this page.
pub(super) async fn inbox_page(
    State(portal): State<Arc<Portal>>,
    Administrator(visitor, _): Administrator,
) -> Result<Response, Refusal> {
    if !portal.sms.gateway.is_inbox() {
        return Err(Refusal::NotFound);
    }
    let messages = rows(&portal, None, true).await?;
    ok(&InboxPage { page: Page::of(&portal, &visitor), messages })
}

async fn rows(
    portal: &Portal,
    application_id: Option<&str>,
    with_text: bool,
) -> Result<Vec<MessageRow>, Refusal> {
    let messages = portal.store.messages(application_id, 50).await?;
    Ok(messages.into_iter().map(|message| row(portal, message, with_text)).collect())
}

fn row(portal: &Portal, message: MessageLine, with_text: bool) -> MessageRow {
    let keys = &portal.config.keys;
    let text = message.body.filter(|_| with_text).and_then(|(body, key_id, id)| {
        let text = keys.open_bytes(&body, &key_id, &id).ok()?;
        String::from_utf8(text.to_vec()).ok()
    });
    MessageRow {
        at: utc(message.created_at),
        number: message.msisdn,
        sender: message.sender,
        state: format!("message-{}", message.state),
        tries: message.tries,
        reason: message.reason,
        text,
    }
}

pub(super) async fn application(portal: &Portal, id: &str) -> Result<Application, Refusal> {
    portal.store.application(id).await?.ok_or(Refusal::NotFound)
}

/// Thousandths as they are written: 1234 is 1.234.
fn money(thousandths: i64) -> String {
    format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000)
}

/// An amount in thousandths, 0 for none.
fn thousandths(text: &str) -> Option<i64> {
    let text = text.trim().replace(',', ".");
    let amount: f64 = if text.is_empty() { 0.0 } else { text.parse().ok()? };
    (0.0..=1e9).contains(&amount).then(|| (amount * 1_000.0).round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_they_are_written() {
        assert_eq!(thousandths(&money(1_234)), Some(1_234));
        assert_eq!(
            (thousandths("0,055"), thousandths(""), thousandths(" 12 ")),
            (Some(55), Some(0), Some(12_000))
        );
        for text in ["-1", "x", "NaN", "1e99"] {
            assert_eq!(thousandths(text), None, "{text}");
        }
    }
}
