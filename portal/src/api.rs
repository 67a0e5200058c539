//! The JSON API: what the phone asks, and what a site asks that has codes verified here.

mod numbers;

use std::sync::Arc;

use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{FromRequestParts, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};
use zeroize::Zeroizing;

use crate::Portal;
use crate::password::{token, token_hash};
use crate::refusal::Refusal;
use crate::sign_in::{MOST_LOGIN, SignIn, is_login};
use crate::store::{AuditEntry, DeviceState, Stage, User};
use crate::verifier::Outcome;

/// Where each call is.
pub fn router() -> Router<Arc<Portal>> {
    Router::new()
        .route("/api/v1/sign-in", post(sign_in))
        .route("/api/v1/sign-out", post(sign_out))
        .route("/api/v1/device", get(device))
        .route("/api/v1/verify", post(verify))
        .route("/api/v1/numbers", post(numbers::send))
        .route("/api/v1/numbers/{id}/resend", post(numbers::resend))
        .route("/api/v1/numbers/{id}/verify", post(numbers::verify))
        .route("/api/v1/openapi.json", get(async || Json(whole_document())))
}

/// The OpenAPI document.
#[must_use]
pub fn document() -> String {
    whole_document().to_pretty_json().unwrap_or_default()
}

fn whole_document() -> utoipa::openapi::OpenApi {
    let mut document = Document::openapi();
    document.merge(crate::sms::api::Document::openapi());
    document
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Countersign portal",
        description = "What the phone asks, what a site asks that has codes verified, and what an \
                       app's server asks that has PINs sent."
    ),
    paths(
        sign_in,
        sign_out,
        device,
        verify,
        numbers::send,
        numbers::resend,
        numbers::verify,
    ),
    modifiers(&Tokens)
)]
struct Document;

struct Tokens;

impl utoipa::Modify for Tokens {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        use utoipa::openapi::security::{
            ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme,
        };
        let bearer =
            || SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("phone", bearer());
        components.add_security_scheme("site", bearer());
        let app = ApiKeyValue::with_description("Authorization", "`App` and the key");
        components.add_security_scheme("app", SecurityScheme::ApiKey(ApiKey::Header(app)));
    }
}

/// The network address of whoever asks, for the throttle and the audit log.
#[derive(Clone)]
pub struct From(pub String);

/// Why a request was refused.
#[derive(Serialize, ToSchema)]
pub struct Refused {
    /// A word for programs: `refused-token`, `refused-malformed`, `wrong-password` …
    error: &'static str,
    /// A sentence in English for whoever reads the log.
    message: String,
}

impl Refused {
    /// The JSON of a refusal.
    #[must_use]
    pub fn response(status: StatusCode, error: &'static str) -> Response {
        let message = crate::languages::Language::ENGLISH.text(error).into_owned();
        (status, Json(Self { error, message })).into_response()
    }
}

/// A login name and a password.
#[derive(Deserialize, ToSchema)]
struct Credentials {
    login: String,
    #[schema(value_type = String)]
    password: Zeroizing<String>,
    /// What an earlier sign-in gave this phone to be known by: wrong passwords of strangers do not
    /// make it wait.
    known_as: Option<String>,
}

/// A session of a phone.
#[derive(Serialize, ToSchema)]
struct PhoneSession {
    /// Send it as `Authorization: Bearer …`.
    token: String,
    /// When it ends at the latest, in seconds since the Unix epoch; 30 minutes without a request end
    /// it too.
    expires_at: i64,
    /// Whether this account has no device yet.
    device_verification: DeviceVerification,
    /// What to send as `known_as` at the next sign-in; keep it with what is kept safe.
    known_as: String,
}

/// Whether a phone has to be verified.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum DeviceVerification {
    /// The account has no registered device: show “Verify device”.
    Needed,
    /// It has one.
    Done,
}

/// Sign in on the phone: gives the session in which it asks about its device.
#[utoipa::path(
    post,
    path = "/api/v1/sign-in",
    request_body = Credentials,
    responses(
        (status = 200, body = PhoneSession),
        (status = 400, body = Refused),
        (status = 401, description = "Name or password is wrong", body = Refused),
        (status = 403, description = "An administrator locked the account", body = Refused),
        (status = 413, body = Refused),
        (status = 415, body = Refused),
        (status = 422, body = Refused),
        (status = 429, description = "Too many attempts: see Retry-After", body = Refused),
    )
)]
async fn sign_in(
    State(portal): State<Arc<Portal>>,
    Extension(From(address)): Extension<From>,
    body: Result<Json<Credentials>, JsonRejection>,
) -> Result<Response, Refusal> {
    let Json(Credentials { login, password, known_as }) = body?;
    let known_as = known_as.filter(|token| token.len() <= 64);
    let phone = known_as.as_deref().map(token_hash);
    let now = portal.clock.now();
    let known = portal.known_login(&login).await?;
    let audit = |action: &str, detail: &str| AuditEntry {
        at: now,
        actor: if action == "signed-in" { known.clone() } else { String::new() },
        action: action.to_owned(),
        subject: known.clone(),
        detail: detail.to_owned(),
        address: address.clone(),
    };
    let (status, error) = match portal.sign_in(&login, password, phone, &address).await? {
        SignIn::Right(user) if user.one_time => (StatusCode::FORBIDDEN, "one-time-on-phone"),
        SignIn::Right(user) => {
            portal.store.audit(&audit("signed-in", "phone")).await?;
            return phone_session(&portal, &user, known_as, now).await;
        }
        SignIn::Wrong => (StatusCode::UNAUTHORIZED, "wrong-password"),
        SignIn::Locked => (StatusCode::FORBIDDEN, "locked"),
        SignIn::Wait(seconds) => return Err(Refusal::Wait(seconds)),
    };
    portal.store.audit(&audit("sign-in-refused", error)).await?;
    Ok(Refused::response(status, error))
}

async fn phone_session(
    portal: &Portal,
    user: &User,
    known_as: Option<String>,
    now: i64,
) -> Result<Response, Refusal> {
    let token = token()?;
    let expires_at = now + portal.config.session_seconds;
    let hash = token_hash(&token);
    portal.store.begin_session(&hash, user, Stage::Phone, now, expires_at).await?;
    let known_as = match known_as {
        Some(known) if portal.store.knows_browser(&token_hash(&known), &user.id).await? => known,
        _ => crate::password::token()?.to_string(),
    };
    portal.store.know_browser(&token_hash(&known_as), &user.id, false, now).await?;
    let done = portal.has_device(user).await?;
    let device_verification =
        if done { DeviceVerification::Done } else { DeviceVerification::Needed };
    let token = token.to_string();
    Ok(Json(PhoneSession { token, expires_at, device_verification, known_as }).into_response())
}

/// End the phone's session.
#[utoipa::path(
    post,
    path = "/api/v1/sign-out",
    security(("phone" = [])),
    responses((status = 204), (status = 401, body = Refused))
)]
async fn sign_out(State(portal): State<Arc<Portal>>, phone: Phone) -> Result<StatusCode, Refusal> {
    portal.store.end_session(&phone.token_hash).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which device.
#[derive(Deserialize)]
struct Which {
    device: String,
}

/// Where the registration of a device stands.
#[derive(Serialize, ToSchema)]
struct Status {
    /// The name as it was asked for.
    device: String,
    /// `registered`, `pending` or `rejected`.
    #[schema(pattern = "^(registered|pending|rejected)$")]
    status: &'static str,
}

/// Is this device of the signed-in account registered? Names are compared byte for byte.
#[utoipa::path(
    get,
    path = "/api/v1/device",
    security(("phone" = [])),
    params(("device" = String, Query, description = "The device's name")),
    responses(
        (status = 200, body = Status),
        (status = 400, body = Refused),
        (status = 401, body = Refused),
        (status = 404, description = "There is no device of this name", body = Refused),
    )
)]
async fn device(
    State(portal): State<Arc<Portal>>,
    phone: Phone,
    which: Result<Query<Which>, QueryRejection>,
) -> Result<Json<Status>, Refusal> {
    let Query(Which { device: name }) = which?;
    // It stands for bytes that were no UTF-8, and no device has it in its name.
    if name.contains(char::REPLACEMENT_CHARACTER) {
        return Err(Refusal::Malformed(StatusCode::BAD_REQUEST));
    }
    let devices = portal.store.devices(&phone.user.id).await?;
    let device = devices.iter().find(|device| device.name == name).ok_or(Refusal::NotFound)?;
    // Of a registration that ran out the web knows no more: scan another code.
    let live = device.is_live(portal.clock.now());
    let state = if live { device.state } else { DeviceState::Rejected };
    Ok(Json(Status { device: name, status: state.name() }))
}

/// A code that somebody typed at a site.
#[derive(Deserialize, ToSchema)]
struct Typed {
    /// Whose code it should be.
    login: String,
    /// The digits; spaces do not matter.
    #[schema(value_type = String)]
    code: Zeroizing<String>,
}

/// What the verifier says.
#[derive(Serialize, ToSchema)]
struct Said {
    /// `accepted` or `refused`. A code is accepted once.
    #[schema(pattern = "^(accepted|refused)$")]
    verdict: &'static str,
    /// The name of the device, where accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<String>,
    /// The seconds until the next code, where refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_code_in: Option<i64>,
}

/// Verify a code for a site. An unknown account, a wrong code and a used one are refused alike.
#[utoipa::path(
    post,
    path = "/api/v1/verify",
    request_body = Typed,
    security(("site" = [])),
    responses(
        (status = 200, body = Said),
        (status = 400, body = Refused),
        (status = 401, body = Refused),
        (status = 413, body = Refused),
        (status = 415, body = Refused),
        (status = 422, body = Refused),
        (status = 429, description = "Too many wrong codes: see Retry-After", body = Refused),
    )
)]
async fn verify(
    State(portal): State<Arc<Portal>>,
    site: Site,
    Extension(From(address)): Extension<From>,
    body: Result<Json<Typed>, JsonRejection>,
) -> Result<Json<Said>, Refusal> {
    let Json(Typed { login, code }) = match body {
        Ok(typed) => typed,
        // Who has no key is told nothing else.
        Err(_) if portal.store.api_key(&site.0).await?.is_none() => return Err(Refusal::Token),
        Err(malformed) => return Err(malformed.into()),
    };
    // What can be no login name is nobody's; no database is asked for it.
    let login = if is_login(&login) { login } else { "?".repeat(MOST_LOGIN + 1) };
    let outcome = portal.check_code_for_site(&site.0, &login, &code).await?;
    match outcome.ok_or(Refusal::Token)? {
        Outcome::Accepted(device) => {
            Ok(Json(Said { verdict: "accepted", device: Some(device), next_code_in: None }))
        }
        Outcome::Refused(seconds) => {
            let known = portal.known_login(&login).await?;
            let site = portal.store.api_key(&site.0).await?.map(|key| key.name).unwrap_or_default();
            let entry = AuditEntry {
                at: portal.clock.now(),
                actor: format!("site: {site}"),
                action: "code-refused".to_owned(),
                subject: known,
                detail: String::new(),
                address,
            };
            portal.store.audit(&entry).await?;
            Ok(Json(Said { verdict: "refused", device: None, next_code_in: Some(seconds) }))
        }
        Outcome::Wait(seconds) => Err(Refusal::Wait(seconds)),
    }
}

/// A phone in its session.
struct Phone {
    token_hash: [u8; 32],
    user: User,
}

/// The hash of what a site says is its key; whether it is one is asked together with the code.
struct Site([u8; 32]);

impl FromRequestParts<Arc<Portal>> for Phone {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, portal: &Arc<Portal>) -> Result<Self, Refusal> {
        let token_hash = bearer(parts).ok_or(Refusal::Token)?;
        let session = portal.store.session(&token_hash, portal.clock.now()).await?;
        let session = session.filter(|session| session.stage == Stage::Phone);
        session.map(|session| Self { token_hash, user: session.user }).ok_or(Refusal::Token)
    }
}

impl<S: Sync> FromRequestParts<S> for Site {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        bearer(parts).map(Self).ok_or(Refusal::Token)
    }
}

/// The hash of the token in the `Authorization` header.
fn bearer(parts: &Parts) -> Option<[u8; 32]> {
    let header = parts.headers.get(header::AUTHORIZATION).map(HeaderValue::to_str)?.ok()?;
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token_hash(token.trim()))
}
