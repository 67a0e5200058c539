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
use crate::sms::gateway::plain;

#[derive(Deserialize, ToSchema)]
pub(super) struct Reported {
    /// The gateway's id of the message.
    id: String,
    /// `DELIVRD` or `DELIVERED`; everything else is none.
    status: String,
}

/// Tell what became of a message.
///
/// Takes a report, by a key that may manage all applications: a gateway tells of the messages of any. One of an unknown message is taken and forgotten: a
/// gateway that is refused asks again for ever.
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
    caller.manages()?;
    if !caller.reaches_all() {
        return Err(No::Forbidden);
    }
    let Json(Reported { id, status }) = body?;
    let delivered = matches!(status.as_str(), "DELIVRD" | "DELIVERED");
    let now = portal.clock.now();
    portal.store.message_reported(&[&id], delivered, &plain(&status), now).await?;
    Ok(StatusCode::NO_CONTENT)
}
