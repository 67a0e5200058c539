//! Serving: the layers around every answer, the health of the whole, and an end in good order.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Router, serve as serve_http};
use tokio::net::TcpListener;
use tower_http::request_id::{
    MakeRequestUuid, PropagateRequestIdLayer, RequestId, SetRequestIdLayer,
};
use tower_http::timeout::TimeoutLayer;

use crate::refusal::Refusal;
use crate::sms::{send_queued, take_reports};
use crate::visitor::{Visitor, accepted_language, address, visit};
use crate::{Portal, api, pages, sms};

/// Everything that the portal answers.
pub fn router(portal: Arc<Portal>) -> Router {
    let pages = pages::router()
        .fallback(async || Refusal::NotFound)
        .layer(from_fn_with_state(portal.clone(), visit));
    let api = api::router().layer(from_fn_with_state(portal.clone(), from));
    let health = Router::new()
        .route("/health/live", get(async || "live\n"))
        .route("/health/ready", get(ready));
    Router::new()
        .merge(pages)
        .merge(pages::assets())
        .merge(api)
        .merge(sms::api::router())
        .merge(health)
        .method_not_allowed_fallback(async || Refusal::Malformed(StatusCode::METHOD_NOT_ALLOWED))
        .layer(DefaultBodyLimit::max(MOST_BODY))
        .layer(from_fn_with_state(portal.clone(), in_words))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, TIMEOUT))
        .layer(from_fn_with_state(portal.clone(), safely))
        .layer(from_fn_with_state(portal.clone(), told))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
        .layer(from_fn(own_request_id))
        .with_state(portal)
}

/// Serves until `end` comes, then answers what was asked before, and lets go of the database.
///
/// # Errors
/// The address of the figures cannot be listened at, or a listener failed.
pub async fn serve(
    portal: Arc<Portal>,
    listener: TcpListener,
    end: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let tidying = tokio::spawn(tidy(portal.clone()));
    let sending = tokio::spawn(send_queued(portal.clone()));
    let reports = tokio::spawn(take_reports(portal.clone()));
    let figures = match portal.config.metrics {
        Some(address) => Some(TcpListener::bind(address).await?),
        None => None,
    };
    let figures = figures.map(|listener| {
        let portal = portal.clone();
        let metrics = Router::new().route("/metrics", get(async move || portal.figures.text()));
        tokio::spawn(async move { serve_http(listener, metrics).await })
    });
    let app = router(portal.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let (ending, ended) = tokio::sync::oneshot::channel::<()>();
    let end = async move {
        end.await;
        drop(ending);
    };
    // Whoever holds a connection open and says nothing does not hold the portal up.
    let late = async {
        let _ = ended.await;
        tokio::time::sleep(TIMEOUT).await;
    };
    let served = tokio::select! {
        served = serve_http(listener, app).with_graceful_shutdown(end).into_future() => served,
        () = late => Ok(()),
    };
    tidying.abort();
    sending.abort();
    reports.abort();
    figures.inspect(tokio::task::JoinHandle::abort);
    portal.store.close().await;
    Ok(served?)
}

async fn tidy(portal: Arc<Portal>) {
    loop {
        tokio::time::sleep(TIDY_EVERY).await;
        // What fails is tried again, and in the log.
        let now = portal.clock.now();
        let _ = portal.store.tidy(now).await.map_err(Refusal::from);
        let _ = portal.store.tidy_pins(now).await.map_err(Refusal::from);
        let _ = portal.store.tidy_limits(now).await.map_err(Refusal::from);
    }
}

async fn ready(State(portal): State<Arc<Portal>>) -> Response {
    match tokio::time::timeout(Duration::from_secs(2), portal.store.ready()).await {
        Ok(Ok(())) => "ready\n".into_response(),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response(),
    }
}

/// Tells the API from where it is asked.
async fn from(State(portal): State<Arc<Portal>>, mut request: Request, next: Next) -> Response {
    let address = address(&portal, request.headers(), request.extensions());
    request.extensions_mut().insert(api::From(address));
    next.run(request).await
}

/// A request id that a client sends is kept only if it cannot disturb a log.
async fn own_request_id(mut request: Request, next: Next) -> Response {
    let plain = |id: &HeaderValue| {
        let id = id.as_bytes();
        (8..=64).contains(&id.len()) && id.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-')
    };
    if request.headers().get(REQUEST_ID).is_some_and(|id| !plain(id)) {
        request.headers_mut().remove(REQUEST_ID);
    }
    next.run(request).await
}

/// A line in the log and a figure for each answer: the route and never the address, which may hold
/// what somebody typed.
async fn told(State(portal): State<Arc<Portal>>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let route = route.unwrap_or_else(|| "none".to_owned());
    let method = request.method().clone();
    let id = request_id(&request);
    let response = next.run(request).await;
    let (status, took) = (response.status().as_u16(), began.elapsed());
    portal.figures.request(&route, status, took.as_secs_f64());
    let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    tracing::info!(request = id, %method, route, status, milliseconds, "answered");
    response
}

/// The headers that keep a page to itself.
async fn safely(State(portal): State<Arc<Portal>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    for (name, value) in SAFE_HEADERS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if portal.config.public_url.starts_with("https://") {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    response
}

/// A refusal becomes a page in the reader's language, or JSON for a program.
async fn in_words(State(portal): State<Arc<Portal>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_pins = path.starts_with("/2fa/") || path.starts_with("/sms/");
    let for_program = path.starts_with("/api/") || path.starts_with("/health/");
    let language = accepted_language(request.headers());
    let id = request_id(&request);
    let response = next.run(request).await;
    let visitor = response.extensions().get::<Visitor>().cloned();
    let Some(refusal) = response.extensions().get::<Refusal>().copied() else { return response };
    let mut worded = if is_pins {
        sms::api::in_their_words(refusal)
    } else if for_program {
        api::Refused::response(refusal.status(), refusal.key())
    } else {
        pages::refused(&portal, visitor.as_ref(), language, refusal, &id)
    };
    for (name, value) in response.headers() {
        if name != header::CONTENT_LENGTH && name != header::CONTENT_TYPE {
            worded.headers_mut().append(name, value.clone());
        }
    }
    worded
}

fn request_id(request: &Request) -> String {
    let id = request.extensions().get::<RequestId>();
    id.and_then(|id| id.header_value().to_str().ok()).unwrap_or_default().to_owned()
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The longest body, in bytes; the longest form here is some hundred bytes.
const MOST_BODY: usize = 64 * 1024;
const TIMEOUT: Duration = Duration::from_secs(30);
const TIDY_EVERY: Duration = Duration::from_secs(300);
const SAFE_HEADERS: &[(&str, &str)] = &[
    (
        "content-security-policy",
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; \
         frame-ancestors 'none'; base-uri 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
];
