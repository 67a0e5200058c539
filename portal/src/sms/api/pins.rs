//! Send, resend, verify; and what is known of a number.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::answers::{Caller, No, field};
use super::manage::template_of;
use crate::Portal;
use crate::refusal::Refusal;
use crate::sms::configuration::{
    Configuration, MessageTemplate, SENDER, is_sender, placeholder_problems,
};
use crate::sms::limit::{DAY, limit};
use crate::sms::lookup::Reach;
use crate::sms::number::{Number, is_allowed};
use crate::sms::pin::{self};
use crate::store::{Application, NewMessage, NewPin, Pin, Reservation, Reserved, new_id};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Flags {
    nc_needed: Option<bool>,
}

#[derive(Deserialize)]
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

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ResendRequest {
    placeholders: BTreeMap<String, String>,
    track_delivery: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StartResponse {
    pin_id: String,
    to: String,
    nc_status: &'static str,
    sms_status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_message_id: Option<String>,
}

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
    if !application.enabled {
        return Err(field("applicationId", "the application is not enabled"));
    }
    if !portal.sms.gateway.is_set_up() {
        return Err(No::NotSetUp);
    }
    let template = template_of(&portal, &application.id, &asked.message_id).await?;
    let template: MessageTemplate =
        serde_json::from_str(&template.template).map_err(anyhow::Error::new)?;
    let problems = placeholder_problems(&asked.placeholders);
    if !problems.is_empty() {
        return Err(No::Fields(problems));
    }
    if !asked.from.as_deref().is_none_or(is_sender) {
        return Err(field("from", SENDER));
    }
    let number = Number::read(&asked.to).ok_or_else(|| field("to", "is no phone number"))?;
    let configuration = Configuration::of(&application);
    if !configuration.allow_multiple_pin_verifications {
        let known = portal.store.verifications(&application.id, &number.msisdn).await?;
        if known.iter().any(|known| known.verified_at.is_some()) {
            return Err(field("to", "is verified already"));
        }
    }
    if !is_allowed(&number.msisdn, &application.prefixes) {
        return Err(field("to", "is in a country that this application does not send to"));
    }
    let reach = if !number.can_get_messages {
        Reach::NotReachable
    } else if nc_needed.unwrap_or(true) {
        portal.sms.lookup.ask(&number.msisdn).await
    } else {
        Reach::Unknown
    };
    let is_sent = reach != Reach::NotReachable;

    let (now, keys) = (portal.clock.now(), &portal.config.keys);
    let id = new_id()?.to_uppercase();
    let length = usize::try_from(template.pin_length).unwrap_or(6);
    let text = template.pin_type.generate(length)?;
    let pin = Pin {
        hash: pin::hash(keys, keys.sealing_id(), &id, &text)?.to_vec(),
        key_id: keys.sealing_id().to_owned(),
        sealed: Some(keys.seal_bytes(text.as_bytes(), &id)?),
        application_id: application.id.clone(),
        template_id: asked.message_id,
        msisdn: number.msisdn.clone(),
        // Of a number that cannot be reached there is a record, and no PIN to guess.
        attempts_left: if is_sent { configuration.pin_attempts } else { 0 },
        expires_at: now + configuration.life(),
        verified_at: None,
        id: id.clone(),
    };
    let cost = portal.sms.prices.of(&number.msisdn);
    let reservations = reservations(&portal, &application, &configuration, &number, cost);
    let message_id = uuid_like(&new_id()?);
    let body = Zeroizing::new(template.text(&text, &asked.placeholders));
    let sealed = keys.seal_bytes(body.as_bytes(), &message_id)?;
    let sender = asked.from.or(template.sender_id).unwrap_or_default();
    let message = NewMessage {
        id: &message_id,
        pin_id: &id,
        application_id: &application.id,
        msisdn: &number.msisdn,
        sender: &sender,
        body: &sealed,
        key_id: keys.sealing_id(),
        expires_at: pin.expires_at,
        cost,
    };
    let message = is_sent.then_some(message);
    let reservations = if is_sent { reservations.as_slice() } else { &reservations[..1] };
    let new = NewPin { pin: &pin, message, reservations };
    if let Reserved::Full(scope) = portal.store.send_pin(new, now).await? {
        portal.figures.limit(scope.split(':').next().unwrap_or_default());
        return Err(No::TooMany);
    }
    portal.sms.queued.notify_one();
    Ok(Json(StartResponse {
        pin_id: id,
        to: number.msisdn,
        nc_status: reach.word(),
        sms_status: if is_sent { "MESSAGE_SENT" } else { "MESSAGE_NOT_SENT" },
        external_message_id: (asked.track_delivery && is_sent).then_some(message_id),
    }))
}

pub(super) async fn resend(
    State(portal): State<Arc<Portal>>,
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
    body: Result<Json<ResendRequest>, JsonRejection>,
) -> Result<Json<StartResponse>, No> {
    caller.sends()?;
    let (Path(id), Json(asked)) = (id?, body?);
    let problems = placeholder_problems(&asked.placeholders);
    if !problems.is_empty() {
        return Err(No::Fields(problems));
    }
    let (pin, application) = pin_of(&portal, &caller, &id).await?;
    let (now, keys) = (portal.clock.now(), &portal.config.keys);
    let live = pin.verified_at.is_none() && pin.attempts_left > 0 && pin.expires_at > now;
    let Some(sealed) = pin.sealed.filter(|_| live) else {
        return Err(field("pinId", "is no longer valid; send a new PIN"));
    };
    let text = keys.open_bytes(&sealed, &pin.key_id, &pin.id)?;
    let text = std::str::from_utf8(&text).map_err(anyhow::Error::new)?;
    let template = template_of(&portal, &application.id, &pin.template_id).await?;
    let template: MessageTemplate =
        serde_json::from_str(&template.template).map_err(anyhow::Error::new)?;
    let number = Number::read(&pin.msisdn).ok_or(Refusal::NotFound)?;
    let configuration = Configuration::of(&application);
    let cost = portal.sms.prices.of(&pin.msisdn);
    let reservations = reservations(&portal, &application, &configuration, &number, cost);
    let message_id = uuid_like(&new_id()?);
    let body = Zeroizing::new(template.text(text, &asked.placeholders));
    let sealed = keys.seal_bytes(body.as_bytes(), &message_id)?;
    let sender = template.sender_id.unwrap_or_default();
    let message = NewMessage {
        id: &message_id,
        pin_id: &pin.id,
        application_id: &application.id,
        msisdn: &pin.msisdn,
        sender: &sender,
        body: &sealed,
        key_id: keys.sealing_id(),
        expires_at: pin.expires_at,
        cost,
    };
    if let Reserved::Full(scope) = portal.store.resend_pin(message, &reservations, now).await? {
        portal.figures.limit(scope.split(':').next().unwrap_or_default());
        return Err(No::TooMany);
    }
    portal.sms.queued.notify_one();
    Ok(Json(StartResponse {
        pin_id: pin.id,
        to: pin.msisdn,
        nc_status: Reach::Unknown.word(),
        sms_status: "MESSAGE_SENT",
        external_message_id: asked.track_delivery.then_some(message_id),
    }))
}

#[derive(Deserialize)]
pub(super) struct VerifyRequest {
    pin: Zeroizing<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VerifyResponse {
    pin_id: String,
    msisdn: String,
    verified: bool,
    attempts_remaining: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pin_error: Option<&'static str>,
}

pub(super) async fn verify(
    State(portal): State<Arc<Portal>>,
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
    body: Result<Json<VerifyRequest>, JsonRejection>,
) -> Result<Json<VerifyResponse>, No> {
    caller.sends()?;
    let (Path(id), Json(VerifyRequest { pin: typed })) = (id?, body?);
    let (pin, application) = pin_of(&portal, &caller, &id).await?;
    let now = portal.clock.now();
    let (most, window) =
        limit(&Configuration::of(&application).verify_pin_limit).unwrap_or((1, 3_000));
    let scope = format!("verify:{}:{}", application.id, pin.msisdn);
    let at = portal.clock.milliseconds();
    let wanted = [Reservation { scope, most, window, at, weight: 1 }];
    if portal.store.reserve_alone(&wanted).await? != Reserved::Free {
        return Err(No::TooMany);
    }
    let keys = &portal.config.keys;
    let right = typed.len() <= 64 && pin::is_right(keys, &pin.key_id, &pin.id, &typed, &pin.hash)?;
    let told = |verified, attempts_remaining, pin_error| {
        let (pin_id, msisdn) = (pin.id.clone(), pin.msisdn.clone());
        Ok(Json(VerifyResponse { pin_id, msisdn, verified, attempts_remaining, pin_error }))
    };
    if right && portal.store.accept_pin(&pin.id, now).await? {
        portal.figures.pin("verified");
        return told(true, 0, None);
    }
    let counted = !right && portal.store.count_wrong_pin(&pin.id, now).await?;
    portal.figures.pin("refused");
    let left = portal.store.pin(&pin.id).await?.map_or(0, |pin| pin.attempts_left);
    let error = match () {
        () if counted => "WRONG_PIN",
        () if pin.expires_at <= now => "TTL_EXPIRED",
        () if left == 0 => "NO_MORE_PIN_ATTEMPTS",
        // It was right once, and is right only once.
        () => "WRONG_PIN",
    };
    told(false, left, Some(error))
}

#[derive(Deserialize)]
pub(super) struct Which {
    msisdn: String,
    verified: Option<bool>,
    sent: Option<bool>,
}

#[derive(Serialize)]
pub(super) struct Verifications {
    verifications: Vec<Told>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    msisdn: String,
    verified: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    verified_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sent_at: Option<i64>,
}

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

/// What has to be free for one more message, the application's own limit first.
///
/// Beside the API's limits these are against pumping, where somebody earns by messages to numbers of
/// theirs: a run of neighbouring numbers, and a day's cost.
fn reservations(
    portal: &Portal,
    application: &Application,
    configuration: &Configuration,
    number: &Number,
    cost: i64,
) -> Vec<Reservation> {
    let at = portal.clock.milliseconds();
    let id = &application.id;
    let one = |scope: String, (most, window)| Reservation { scope, most, window, at, weight: 1 };
    let read = |text: &str| limit(text).unwrap_or((1, DAY));
    let whole = read(&configuration.send_pin_per_application_limit);
    let number_limit = read(&configuration.send_pin_per_phone_number_limit);
    let block = &number.msisdn[..number.msisdn.len().saturating_sub(3)];
    let mut wanted = vec![
        one(format!("application:{id}"), whole),
        one(format!("number:{id}:{}", number.msisdn), number_limit),
        one(format!("block:{id}:{block}"), BLOCK_LIMIT),
    ];
    if application.cost_ceiling > 0 {
        let (scope, most) = (format!("cost:{id}"), application.cost_ceiling);
        wanted.push(Reservation { scope, most, window: DAY, at, weight: cost });
    }
    wanted
}

/// 32 hexadecimal digits as a UUID is written.
fn uuid_like(id: &str) -> String {
    format!("{}-{}-{}-{}-{}", &id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..])
}

/// Messages to the thousand numbers that differ in the last three digits, within an hour.
const BLOCK_LIMIT: (i64, i64) = (20, 3_600_000);
