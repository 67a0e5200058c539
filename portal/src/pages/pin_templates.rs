//! The administrator's page of a message template: its text, its PIN, its sender.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::pins::application;
use crate::Portal;
use crate::page::{Page, ok, show};
use crate::refusal::Refusal;
use crate::sms::{
    MessageTemplate, OWN_APPLICATION, PinType, has_autofill, is_for_phones, with_autofill,
    without_autofill,
};
use crate::store::{Application, new_id};
use crate::visitor::{Administrator, Ours};

#[derive(Template)]
#[template(path = "pin_template.html")]
struct TemplatePage {
    page: Page,
    application: Application,
    /// The last part of its address; `new` is none yet.
    id: String,
    text: String,
    sender: String,
    kind: String,
    /// Every kind of PIN, by the word of the API and the key of its text.
    kinds: [(&'static str, &'static str); 4],
    length: String,
    /// Whether the last line, for autofill, is there; and how it reads.
    autofill: bool,
    domain: String,
    problem: Option<&'static str>,
}

pub(super) async fn page(
    State(portal): State<Arc<Portal>>,
    Administrator(visitor, _): Administrator,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Result<Response, Refusal> {
    let Path((id, template_id)) = path?;
    let application = application(&portal, &id).await?;
    let domain = portal.config.host().to_owned();
    let template = read(&portal, &id, &template_id).await?;
    let text = &template.message_text;
    ok(&TemplatePage {
        page: Page::of(&portal, &visitor),
        application,
        text: without_autofill(text, &domain).to_owned(),
        autofill: template_id == NEW || has_autofill(text, &domain),
        sender: template.sender_id.clone().unwrap_or_default(),
        kind: word(template.pin_type),
        kinds: KINDS,
        length: template.pin_length.to_string(),
        id: template_id,
        domain,
        problem: None,
    })
}

#[derive(Deserialize)]
pub(super) struct Typed {
    text: String,
    sender: String,
    kind: String,
    length: String,
    autofill: Option<String>,
}

pub(super) async fn save(
    State(portal): State<Arc<Portal>>,
    Administrator(visitor, _): Administrator,
    path: Result<Path<(String, String)>, PathRejection>,
    Ours(form): Ours<Typed>,
) -> Result<Response, Refusal> {
    let Path((id, template_id)) = path?;
    let application = application(&portal, &id).await?;
    let domain = portal.config.host().to_owned();
    // A browser ends lines as forms do; a phone's message does not.
    let text = form.text.replace("\r\n", "\n");
    let plain = without_autofill(&text, &domain);
    let whole =
        if form.autofill.is_some() { with_autofill(plain, &domain) } else { plain.to_owned() };
    let kind = serde_json::from_value(form.kind.clone().into());
    let old = read(&portal, &id, &template_id).await?;
    let sender = form.sender.trim();
    let changed = MessageTemplate {
        pin_type: *kind.as_ref().unwrap_or(&PinType::Numeric),
        message_text: whole,
        pin_length: form.length.trim().parse().unwrap_or(0),
        sender_id: (!sender.is_empty()).then(|| sender.to_owned()),
        ..old
    };
    let problem = match () {
        () if kind.is_err() || !changed.problems().is_empty() => Some("template-is-wrong"),
        () if id == OWN_APPLICATION && !is_for_phones(&changed) => Some("template-is-for-phones"),
        () => None,
    };
    if problem.is_some() {
        let refused = TemplatePage {
            page: Page::of(&portal, &visitor),
            application,
            id: template_id,
            text: plain.to_owned(),
            sender: form.sender,
            kind: form.kind,
            kinds: KINDS,
            length: form.length,
            autofill: form.autofill.is_some(),
            domain,
            problem,
        };
        return show(StatusCode::UNPROCESSABLE_ENTITY, &refused);
    }
    let template_id = if template_id == NEW { new_id()?.to_uppercase() } else { template_id };
    let did = visitor.did(&portal, "template-changed", &application.name, &template_id);
    portal.store.audit(&did).await?;
    let template = changed.kept(template_id, application.id)?;
    portal.store.save_template(&template, portal.clock.now()).await?;
    Ok(Redirect::to(&format!("/admin/pins/{id}?said=said-template-saved")).into_response())
}

/// The template of this address; a new one is blank.
async fn read(portal: &Portal, application_id: &str, id: &str) -> Result<MessageTemplate, Refusal> {
    if id == NEW {
        return Ok(MessageTemplate::blank());
    }
    let template = portal.store.template(application_id, id).await?.ok_or(Refusal::NotFound)?;
    Ok(MessageTemplate::of(&template)?)
}

fn word(kind: PinType) -> String {
    let word = serde_json::to_value(kind).ok();
    word.as_ref().and_then(|word| word.as_str()).unwrap_or_default().to_owned()
}

const NEW: &str = "new";
const KINDS: [(&str, &str); 4] = [
    ("NUMERIC", "pin-kind-numeric"),
    ("ALPHA", "pin-kind-alpha"),
    ("HEX", "pin-kind-hex"),
    ("ALPHANUMERIC", "pin-kind-alphanumeric"),
];
