//! The API for PINs, `/2fa/2/…`: applications, templates, send, resend, verify, verifications.
//!
//! It speaks as Infobip's does, so that its clients work here as they are.

mod answers;
mod manage;
mod pins;
mod reports;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use utoipa::OpenApi;

use crate::Portal;

/// Its part of the OpenAPI document.
#[derive(OpenApi)]
#[openapi(
    paths(
        manage::applications,
        manage::create_application,
        manage::application,
        manage::update_application,
        manage::templates,
        manage::create_template,
        manage::template,
        manage::update_template,
        pins::send,
        pins::resend,
        pins::verify,
        pins::verifications,
        reports::report,
    ),
    components(schemas(answers::ApiException))
)]
pub(crate) struct Document;

/// Where each call is.
pub(crate) fn router() -> Router<Arc<Portal>> {
    Router::new()
        .route("/2fa/2/applications", get(manage::applications).post(manage::create_application))
        .route(
            "/2fa/2/applications/{app}",
            get(manage::application).put(manage::update_application),
        )
        .route(
            "/2fa/2/applications/{app}/messages",
            get(manage::templates).post(manage::create_template),
        )
        .route(
            "/2fa/2/applications/{app}/messages/{id}",
            get(manage::template).put(manage::update_template),
        )
        .route("/2fa/2/applications/{app}/verifications", get(pins::verifications))
        .route("/2fa/2/pin", post(pins::send))
        .route("/2fa/2/pin/{pin}/resend", post(pins::resend))
        .route("/2fa/2/pin/{pin}/verify", post(pins::verify))
        .route("/sms/reports", post(reports::report))
}

pub(crate) use self::answers::in_their_words;
