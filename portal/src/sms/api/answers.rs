//! Who asks by which key, and refusals in the words of the API.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use utoipa::openapi::{
    ContentBuilder, Ref, RefOr, Response as DocumentedResponse, ResponseBuilder,
};
use utoipa::{IntoResponses, ToSchema};

use crate::Portal;
use crate::password::token_hash;
use crate::refusal::Refusal;
use crate::sms::configuration::Problems;
use crate::sms::own::OWN_APPLICATION;
use crate::store::{ApiKey, Application};

/// Why a call is refused.
pub(super) enum No {
    /// As elsewhere.
    As(Refusal),
    /// The key does not reach so far.
    Forbidden,
    /// These fields are wrong.
    Fields(Problems),
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
    let mut response = exception(status, id, text, None);
    if let Refusal::Wait(seconds) = refusal {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// What every refusal is, for the OpenAPI document.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "it is made as JSON, and described here")]
pub(super) struct ApiException {
    request_error: RequestError,
}

#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "it is made as JSON, and described here")]
struct RequestError {
    service_exception: ServiceException,
}

#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "it is made as JSON, and described here")]
struct ServiceException {
    /// A word for programs: `BAD_REQUEST`, `UNAUTHORIZED`, `TOO_MANY_REQUESTS` …
    message_id: String,
    text: String,
    /// What is wrong, by the name of the field.
    validation_errors: Option<Problems>,
}

/// The refusals of every call, for the OpenAPI document.
pub(super) struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<DocumentedResponse>> {
        let refused = |(status, what): (&str, &str)| {
            let schema = Ref::from_schema_name("ApiException");
            let content = ContentBuilder::new().schema(Some(schema)).build();
            let response = ResponseBuilder::new().description(what);
            let response = response.content("application/json", content).build();
            (status.to_owned(), RefOr::T(response))
        };
        REFUSALS.into_iter().map(refused).collect()
    }
}

const REFUSALS: [(&str, &str); 9] = [
    ("400", "A field is wrong: `validationErrors` tells which"),
    ("401", "The key is missing or wrong"),
    ("403", "The key does not reach so far"),
    ("404", "There is no such thing for this key"),
    ("413", "The body is too long"),
    ("415", "The body is not JSON"),
    ("422", "The body is not of this form"),
    ("429", "A limit is reached: see Retry-After"),
    ("503", "No SMS gateway is set up"),
];

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

    /// Whether it may tell what became of anybody's messages.
    pub(super) fn reports(&self) -> Result<(), No> {
        let may = self.0.may("2fa:report") || (self.0.may("2fa:manage") && self.reaches_all());
        if may { Ok(()) } else { Err(No::Forbidden) }
    }

    /// Whether its key is for all applications.
    pub(super) fn reaches_all(&self) -> bool {
        self.0.application_id.is_none()
    }

    /// The application, if the key reaches it. One that it does not reach is none.
    pub(super) async fn application(&self, portal: &Portal, id: &str) -> Result<Application, No> {
        let reached = self.0.application_id.as_deref().is_none_or(|own| own == id);
        // The portal's own is for its phones alone.
        let reached = reached && id != OWN_APPLICATION;
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
