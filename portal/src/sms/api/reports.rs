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
    /// `DELIVRD` or `DELIVERED`; everything else is none.
    status: String,
}

/// Tell what became of a message.
///
/// Takes a report, by a key that may manage all applications: a gateway tells of the messages of any.
/// One of an unknown message is taken and forgotten: a gateway that is refused asks again for ever.
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
    portal.keep_report(&Report { gateway_id: id.text(), delivered, status }).await?;
    Ok(StatusCode::NO_CONTENT)
}
