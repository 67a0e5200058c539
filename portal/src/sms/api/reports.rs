//! Delivery reports of a gateway by HTTP.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::answers::{Caller, No, Refusals};
use crate::Portal;
use crate::sms::gateway::{GatewayId, Report};

/// What became of a message.
#[derive(Deserialize, ToSchema)]
pub(super) struct Reported {
    /// The gateway's id of the message.
    id: GatewayId,
    /// `DELIVRD` or `DELIVERED`; `ENROUTE`, `ACCEPTD`, `SCHEDLD` or `PENDING` is no end; everything else
    /// says that it was not delivered.
    status: String,
}

/// Tell what became of a message.
///
/// Takes a report, by a key of the gateway's or one that may manage all applications. One of an unknown
/// message is taken too: a gateway that is refused asks again for ever.
#[utoipa::path(
    post,
    path = "/sms/reports",
    request_body = Reported,
    security(("app" = [])),
    responses((status = 204), Refusals)
)]
pub(super) async fn report(
    State(portal): State<Arc<Portal>>,
    caller: Caller,
    body: Result<Json<Reported>, JsonRejection>,
) -> Result<StatusCode, No> {
    caller.reports()?;
    let Json(Reported { id, status }) = body?;
    if let Some(report) = Report::new(id.text(), status) {
        portal.keep_report(&report).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
