//! Who asks by which key, and refusals in the words of the API.

use std::sync::Arc;

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::Portal;
use crate::password::token_hash;
use crate::refusal::Refusal;
use crate::sms::configuration::Problems;
use crate::store::{ApiKey, Application};

/// Why a call is refused.
pub(super) enum No {
    /// As elsewhere.
    As(Refusal),
    /// The key does not reach so far.
    Forbidden,
    /// These fields are wrong.
    Fields(Problems),
    /// A limit is reached.
    TooMany,
    /// Nobody is set up to carry messages.
    NotSetUp,
}

impl IntoResponse for No {
    fn into_response(self) -> Response {
        match self {
            Self::As(refusal) => in_their_words(refusal),
            Self::Forbidden => {
                exception(StatusCode::FORBIDDEN, "FORBIDDEN", "Unauthorized access", None)
            }
            Self::Fields(problems) => {
                exception(StatusCode::BAD_REQUEST, "BAD_REQUEST", "Bad Request", Some(problems))
            }
            Self::TooMany => in_their_words(Refusal::Wait(1)),
            Self::NotSetUp => {
                let text = "No SMS gateway is set up; see docs/sms.md";
                exception(StatusCode::SERVICE_UNAVAILABLE, "SERVICE_UNAVAILABLE", text, None)
            }
        }
    }
}

impl<R: Into<Refusal>> From<R> for No {
    fn from(refusal: R) -> Self {
        Self::As(refusal.into())
    }
}

/// One field that is wrong.
pub(super) fn field(name: &str, what: &str) -> No {
    No::Fields([(name.to_owned(), vec![what.to_owned()])].into())
}

/// A refusal in the words of this API.
pub(crate) fn in_their_words(refusal: Refusal) -> Response {
    let status = refusal.status();
    let (id, text) = match status {
        StatusCode::UNAUTHORIZED => ("UNAUTHORIZED", "Invalid login details"),
        StatusCode::FORBIDDEN => ("FORBIDDEN", "Unauthorized access"),
        StatusCode::NOT_FOUND => ("NOT_FOUND", "Requested resource was not found"),
        StatusCode::TOO_MANY_REQUESTS => ("TOO_MANY_REQUESTS", "Too many requests"),
        status if status.is_client_error() => ("BAD_REQUEST", "Bad Request"),
        _ => ("GENERAL_ERROR", "Something went wrong. Please contact support."),
    };
    exception(status, id, text, None)
}

fn exception(status: StatusCode, id: &str, text: &str, problems: Option<Problems>) -> Response {
    let mut exception = json!({ "messageId": id, "text": text });
    if let Some(problems) = problems {
        exception["validationErrors"] = json!(problems);
    }
    (status, Json(json!({ "requestError": { "serviceException": exception } }))).into_response()
}

/// An app's server with its key.
pub(super) struct Caller(ApiKey);

impl Caller {
    /// Whether it may set applications up.
    pub(super) fn manages(&self) -> Result<(), No> {
        if self.0.may("2fa:manage") { Ok(()) } else { Err(No::Forbidden) }
    }

    /// Whether it may send and verify.
    pub(super) fn sends(&self) -> Result<(), No> {
        let may = self.0.may("2fa:pin:send") || self.0.may("2fa:manage");
        if may { Ok(()) } else { Err(No::Forbidden) }
    }

    /// Whether its key is for all applications.
    pub(super) fn reaches_all(&self) -> bool {
        self.0.application_id.is_none()
    }

    /// The application, if the key reaches it. One that it does not reach is none.
    pub(super) async fn application(&self, portal: &Portal, id: &str) -> Result<Application, No> {
        let reached = self.0.application_id.as_deref().is_none_or(|own| own == id);
        let application = portal.store.application(id).await?;
        application.filter(|_| reached).ok_or(No::As(Refusal::NotFound))
    }
}

impl FromRequestParts<Arc<Portal>> for Caller {
    type Rejection = No;

    async fn from_request_parts(parts: &mut Parts, portal: &Arc<Portal>) -> Result<Self, No> {
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|h| h.to_str().ok());
        let key = header.and_then(|header| {
            let (scheme, key) = header.split_once(' ')?;
            scheme.eq_ignore_ascii_case("App").then(|| token_hash(key.trim()))
        });
        let key = portal.store.api_key(&key.ok_or(Refusal::Token)?).await?;
        Ok(Self(key.ok_or(Refusal::Token)?))
    }
}
