//! A phone confirms its number by a PIN in an SMS, in the session of its sign-in.

use std::sync::Arc;

use axum::extract::rejection::{JsonRejection, PathRejection};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::{From, Phone, Refused};
use crate::Portal;
use crate::refusal::Refusal;
use crate::sms::{Asked, Verdict};
use crate::store::{AuditEntry, Pin, Seconds};

/// The number to confirm.
#[derive(Deserialize, ToSchema)]
pub(super) struct NumberToConfirm {
    /// With its country code; spaces and the like do not matter.
    #[schema(example = "+385911234567")]
    number: String,
}

/// A PIN is on its way.
#[derive(Serialize, ToSchema)]
pub(super) struct PinOnItsWay {
    /// By what it is sent again and verified.
    pin: String,
    /// The seconds until another one is sent.
    resend_after: Seconds,
    /// How many digits it has.
    length: usize,
}

/// Send a PIN to a number. What is answered does not depend on whose number it is.
#[utoipa::path(
    post,
    path = "/api/v1/numbers",
    request_body = NumberToConfirm,
    security(("phone" = [])),
    responses(
        (status = 200, body = PinOnItsWay),
        (status = 400, description = "`number`: it can get no SMS", body = Refused),
        (status = 401, body = Refused),
        (status = 413, body = Refused),
        (status = 415, body = Refused),
        (status = 422, body = Refused),
        (status = 429, description = "Too soon, or too many: see Retry-After", body = Refused),
        (status = 503, description = "No SMS gateway is set up", body = Refused),
    )
)]
pub(super) async fn send(
    State(portal): State<Arc<Portal>>,
    phone: Phone,
    body: Result<Json<NumberToConfirm>, JsonRejection>,
) -> Result<Response, Refusal> {
    let Json(NumberToConfirm { number }) = body?;
    told(portal.ask_for_number(&phone.user, &number).await?)
}

/// Send the same PIN once more.
#[utoipa::path(
    post,
    path = "/api/v1/numbers/{id}/resend",
    security(("phone" = [])),
    params(("id" = String, Path, description = "What `pin` was answered")),
    responses(
        (status = 200, body = PinOnItsWay),
        (status = 400, description = "`number`: the PIN is over, ask for a new one", body = Refused),
        (status = 401, body = Refused),
        (status = 404, description = "There is no such PIN of this account", body = Refused),
        (status = 429, description = "Too soon, or too many: see Retry-After", body = Refused),
        (status = 503, description = "No SMS gateway is set up", body = Refused),
    )
)]
pub(super) async fn resend(
    State(portal): State<Arc<Portal>>,
    phone: Phone,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, Refusal> {
    let pin = pin_of(&portal, &phone, id?.0).await?;
    told(portal.ask_again(&phone.user, pin).await?)
}

/// What somebody typed.
#[derive(Deserialize, ToSchema)]
pub(super) struct TypedPin {
    /// The PIN of the message.
    #[schema(value_type = String)]
    code: Zeroizing<String>,
}

/// Where the confirmation stands.
#[derive(Serialize, ToSchema)]
pub(super) struct Confirmation {
    /// `confirmed`, `wrong`, `expired` or `used_up`.
    #[schema(pattern = "^(confirmed|wrong|expired|used_up)$")]
    status: &'static str,
    /// How many more are looked at, where wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    attempts_left: Option<i64>,
}

/// Verify the PIN that was typed; a right one keeps the number on the account.
#[utoipa::path(
    post,
    path = "/api/v1/numbers/{id}/verify",
    request_body = TypedPin,
    security(("phone" = [])),
    params(("id" = String, Path, description = "What `pin` was answered")),
    responses(
        (status = 200, body = Confirmation),
        (status = 400, body = Refused),
        (status = 401, body = Refused),
        (status = 404, description = "There is no such PIN of this account", body = Refused),
        (status = 413, body = Refused),
        (status = 415, body = Refused),
        (status = 422, body = Refused),
        (status = 429, description = "Too soon after others: see Retry-After", body = Refused),
    )
)]
pub(super) async fn verify(
    State(portal): State<Arc<Portal>>,
    phone: Phone,
    Extension(From(address)): Extension<From>,
    id: Result<Path<String>, PathRejection>,
    body: Result<Json<TypedPin>, JsonRejection>,
) -> Result<Json<Confirmation>, Refusal> {
    let Json(TypedPin { code }) = body?;
    let pin = pin_of(&portal, &phone, id?.0).await?;
    let verdict = portal.confirm_number(&phone.user, &pin, &code).await?;
    let (status, attempts_left) = match verdict {
        Verdict::Right => ("confirmed", None),
        Verdict::Wrong(left) if left > 0 => ("wrong", Some(left)),
        Verdict::Wrong(_) | Verdict::UsedUp => ("used_up", None),
        Verdict::Expired | Verdict::Taken => ("expired", None),
        Verdict::Wait(seconds) => return Err(Refusal::Wait(seconds)),
    };
    // What was not looked at, or is said once more, is no line of the log.
    let action = match verdict {
        Verdict::Right if pin.verified_at.is_none() => Some("number-confirmed"),
        Verdict::Wrong(_) => Some("number-not-confirmed"),
        _ => None,
    };
    if let Some(action) = action {
        let entry = AuditEntry {
            at: portal.clock.now(),
            actor: phone.user.login.clone(),
            action: action.to_owned(),
            subject: phone.user.login,
            detail: format!("+{}", pin.msisdn),
            address,
        };
        portal.store.audit(&entry).await?;
    }
    Ok(Json(Confirmation { status, attempts_left }))
}

/// A PIN of this account. Another account's is none.
async fn pin_of(portal: &Portal, phone: &Phone, id: String) -> Result<Pin, Refusal> {
    let pin = portal.store.pin(&id).await?;
    let own = |pin: &Pin| pin.user_id.as_deref() == Some(phone.user.id.as_str());
    pin.filter(own).ok_or(Refusal::NotFound)
}

fn told(asked: Asked) -> Result<Response, Refusal> {
    match asked {
        Asked::OnItsWay { pin, resend_after, length } => {
            Ok(Json(PinOnItsWay { pin, resend_after, length }).into_response())
        }
        Asked::Wait(seconds) => Err(Refusal::Wait(seconds)),
        Asked::NoNumber => Ok(Refused::response(StatusCode::BAD_REQUEST, "number")),
        Asked::NotSetUp => Ok(Refused::response(StatusCode::SERVICE_UNAVAILABLE, "no-gateway")),
    }
}
