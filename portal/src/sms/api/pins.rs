//! Send, resend, verify; and what is known of a number.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::answers::{Caller, No, Refusals, field};
use super::manage::template_of;
use crate::Portal;
use crate::refusal::Refusal;
use crate::sms::configuration::{
    Configuration, MessageTemplate, SENDER, is_sender, placeholder_problems,
};
use crate::sms::lookup::Reach;
use crate::sms::number::{Number, is_allowed};
use crate::sms::sending::{Sending, Sent, Verdict};
use crate::store::{Application, Pin};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Flags {
    nc_needed: Option<bool>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct StartRequest {
    application_id: String,
    message_id: String,
    to: String,
    from: Option<String>,
    #[serde(default)]
    placeholders: BTreeMap<String, String>,
    #[serde(default)]
    track_delivery: bool,
}

#[derive(Deserialize, Default, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ResendRequest {
    placeholders: BTreeMap<String, String>,
    track_delivery: bool,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct StartResponse {
    pin_id: String,
    to: String,
    nc_status: &'static str,
    sms_status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_message_id: Option<String>,
}

/// Look a number up, make a PIN, send it.
#[utoipa::path(
    post,
    path = "/2fa/2/pin",
    request_body = StartRequest,
    security(("app" = [])),
    params(("ncNeeded" = Option<bool>, Query, description = "Look the number up first; true by default")),
    responses((status = 200, body = StartResponse), Refusals)
)]
pub(super) async fn send(
    State(portal): State<Arc<Portal>>,
    caller: Caller,
    flags: Result<Query<Flags>, QueryRejection>,
    body: Result<Json<StartRequest>, JsonRejection>,
) -> Result<Json<StartResponse>, No> {
    caller.sends()?;
    let Query(Flags { nc_needed }) = flags?;
    let Json(asked) = body?;
    let application = caller.application(&portal, &asked.application_id).await?;
    let template = template_of(&portal, &application.id, &asked.message_id).await?;
    let template = MessageTemplate::of(&template)?;
    let problems = placeholder_problems(&template, &asked.placeholders);
    if !problems.is_empty() {
        return Err(No::Fields(problems));
    }
    if !asked.from.as_deref().is_none_or(is_sender) {
        return Err(field("from", SENDER));
    }
    let number = Number::read(&asked.to).ok_or_else(|| field("to", "is no phone number"))?;
    may_send(&portal, &application, &number.msisdn).await?;
    let sent = portal.send_pin(Sending {
        application: &application,
        template: (&template, &asked.message_id),
        number: &number,
        sender: asked.from.as_deref(),
        placeholders: &asked.placeholders,
        look_up: nc_needed.unwrap_or(true),
        user_id: None,
        also: Vec::new(),
    });
    told(sent.await?, number.msisdn, asked.track_delivery)
}

/// Whether an application may send to this number at all.
async fn may_send(portal: &Portal, application: &Application, msisdn: &str) -> Result<(), No> {
    if !application.sends() {
        return Err(field("applicationId", "the application is not enabled"));
    }
    if !is_allowed(msisdn, &application.prefixes) {
        return Err(field("to", "is in a country that this application does not send to"));
    }
    let again = Configuration::of(application).allow_multiple_pin_verifications;
    if !again && portal.store.is_verified(&application.id, msisdn).await? {
        return Err(field("to", "is verified already"));
    }
    if portal.sms.gateway.is_set_up() { Ok(()) } else { Err(No::NotSetUp) }
}

fn told(sent: Sent, to: String, track_delivery: bool) -> Result<Json<StartResponse>, No> {
    Ok(Json(match sent {
        Sent::Queued { pin_id, message_id, reach, .. } => StartResponse {
            pin_id,
            to,
            nc_status: reach.word(),
            sms_status: "MESSAGE_SENT",
            external_message_id: track_delivery.then_some(message_id),
        },
        Sent::NotReachable { pin_id } => StartResponse {
            pin_id,
            to,
            nc_status: Reach::NotReachable.word(),
            sms_status: "MESSAGE_NOT_SENT",
            external_message_id: None,
        },
        Sent::Wait(seconds) => return Err(Refusal::Wait(seconds).into()),
    }))
}

/// Send the same PIN once more.
#[utoipa::path(
    post,
    path = "/2fa/2/pin/{pin}/resend",
    request_body = ResendRequest,
    security(("app" = [])),
    params(("pin" = String, Path, description = "The `pinId`")),
    responses((status = 200, body = StartResponse), Refusals)
)]
pub(super) async fn resend(
    State(portal): State<Arc<Portal>>,
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
    body: Result<Json<ResendRequest>, JsonRejection>,
) -> Result<Json<StartResponse>, No> {
    caller.sends()?;
    let (Path(id), Json(asked)) = (id?, body?);
    let (pin, application) = pin_of(&portal, &caller, &id).await?;
    let template = template_of(&portal, &application.id, &pin.template_id).await?;
    let template = MessageTemplate::of(&template)?;
    let problems = placeholder_problems(&template, &asked.placeholders);
    if !problems.is_empty() {
        return Err(No::Fields(problems));
    }
    may_send(&portal, &application, &pin.msisdn).await?;
    let to = pin.msisdn.clone();
    let again =
        portal.send_pin_again(pin, &application, &template, &asked.placeholders, Vec::new());
    match again.await? {
        Some(sent) => told(sent, to, asked.track_delivery),
        None => Err(field("pinId", "is no longer valid; send a new PIN")),
    }
}

#[derive(Deserialize, ToSchema)]
pub(super) struct VerifyRequest {
    #[schema(value_type = String)]
    pin: Zeroizing<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct VerifyResponse {
    pin_id: String,
    msisdn: String,
    verified: bool,
    attempts_remaining: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pin_error: Option<&'static str>,
}

/// Verify a PIN that somebody typed.
#[utoipa::path(
    post,
    path = "/2fa/2/pin/{pin}/verify",
    request_body = VerifyRequest,
    security(("app" = [])),
    params(("pin" = String, Path, description = "The `pinId`")),
    responses((status = 200, body = VerifyResponse), Refusals)
)]
pub(super) async fn verify(
    State(portal): State<Arc<Portal>>,
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
    body: Result<Json<VerifyRequest>, JsonRejection>,
) -> Result<Json<VerifyResponse>, No> {
    caller.sends()?;
    let (Path(id), Json(VerifyRequest { pin: typed })) = (id?, body?);
    let (pin, application) = pin_of(&portal, &caller, &id).await?;
    let (verified, attempts_remaining, pin_error) =
        match portal.verify_pin(&pin, &application, &typed).await? {
            Verdict::Right => (true, 0, None),
            Verdict::Wrong(left) => (false, left, Some("WRONG_PIN")),
            Verdict::Expired => (false, pin.attempts_left, Some("TTL_EXPIRED")),
            Verdict::UsedUp => (false, 0, Some("NO_MORE_PIN_ATTEMPTS")),
            // It was right once, and is right only once.
            Verdict::Taken => (false, 0, Some("WRONG_PIN")),
            Verdict::Wait(seconds) => return Err(Refusal::Wait(seconds).into()),
        };
    let (pin_id, msisdn) = (pin.id, pin.msisdn);
    Ok(Json(VerifyResponse { pin_id, msisdn, verified, attempts_remaining, pin_error }))
}

#[derive(Deserialize)]
pub(super) struct Which {
    msisdn: String,
    verified: Option<bool>,
    sent: Option<bool>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Verifications {
    verifications: Vec<Told>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Told {
    msisdn: String,
    verified: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    verified_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sent_at: Option<i64>,
}

/// What is known of a number.
#[utoipa::path(
    get,
    path = "/2fa/2/applications/{app}/verifications",
    security(("app" = [])),
    params(("app" = String, Path, description = "The application’s id"), ("msisdn" = String, Query, description = "The number"), ("verified" = Option<bool>, Query), ("sent" = Option<bool>, Query)),
    responses((status = 200, body = Verifications), Refusals)
)]
pub(super) async fn verifications(
    State(portal): State<Arc<Portal>>,
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
    which: Result<Query<Which>, QueryRejection>,
) -> Result<Json<Verifications>, No> {
    caller.sends()?;
    let (Path(id), Query(which)) = (id?, which?);
    let application = caller.application(&portal, &id).await?;
    let number =
        Number::read(&which.msisdn).ok_or_else(|| field("msisdn", "is no phone number"))?;
    let known = portal.store.verifications(&application.id, &number.msisdn).await?;
    let told = known.into_iter().map(|known| Told {
        verified: known.verified_at.is_some(),
        verified_at: known.verified_at.map(|at| at * 1_000),
        sent_at: known.sent_at.map(|at| at * 1_000),
        msisdn: known.msisdn,
    });
    let fits = |told: &Told| {
        which.verified.is_none_or(|wanted| told.verified == wanted)
            && which.sent.is_none_or(|wanted| told.sent_at.is_some() == wanted)
    };
    Ok(Json(Verifications { verifications: told.filter(fits).collect() }))
}

/// A PIN and its application, if the key reaches it.
async fn pin_of(portal: &Portal, caller: &Caller, id: &str) -> Result<(Pin, Application), No> {
    let pin = portal.store.pin(id).await?.ok_or(Refusal::NotFound)?;
    let application = caller.application(portal, &pin.application_id).await?;
    Ok((pin, application))
}
