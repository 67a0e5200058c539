//! The pages: every one is made here, and works without JavaScript.

mod admin;
mod audit;
mod devices;
mod pin_templates;
mod pins;
mod profile;
mod sign_in;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use crate::Portal;
use crate::languages::Language;
use crate::page::{Page, show};
use crate::refusal::Refusal;
use crate::visitor::Visitor;

/// Where each page is.
pub(crate) fn router() -> Router<Arc<Portal>> {
    Router::new()
        .route("/", get(start))
        .route("/sign-in", get(sign_in::page).post(sign_in::submit))
        .route("/sign-in/next", get(sign_in::next))
        .route("/sign-in/password", get(sign_in::password_page).post(sign_in::change_password))
        .route("/sign-in/code", get(sign_in::code_page).post(sign_in::submit_code))
        .route("/sign-in/recovery", get(sign_in::recovery_page).post(sign_in::submit_recovery))
        .route("/sign-in/set-up", get(devices::set_up_page).post(devices::set_up_submit))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/profile", get(profile::page))
        .route("/profile/access", get(profile::access_page))
        .route("/profile/access/password", get(profile::password_page).post(profile::password))
        .route("/profile/access/confirm", get(profile::confirm_page).post(profile::confirm_submit))
        .route("/profile/access/recovery", get(profile::recovery_page).post(profile::recovery))
        .route("/profile/access/mobile", get(devices::list_page))
        .route("/profile/access/mobile/new", get(devices::new_page).post(devices::begin))
        .route("/profile/access/mobile/{id}", get(devices::device_page).post(devices::submit))
        .route(
            "/profile/access/mobile/{id}/remove",
            get(devices::remove_page).post(devices::remove),
        )
        .route("/admin/users", get(admin::users_page).post(admin::add_user))
        .route("/admin/users/{id}", get(admin::user_page))
        .route("/admin/users/{id}/{action}", get(admin::sure_page).post(admin::act))
        .route(
            "/admin/users/{id}/devices/{device}/revoke",
            get(admin::revoke_page).post(admin::revoke),
        )
        .route("/admin/keys", get(admin::keys_page).post(admin::add_key))
        .route("/admin/keys/{id}/revoke", post(admin::revoke_key))
        .route("/admin/pins", get(pins::list_page))
        .route("/admin/pins/inbox", get(pins::inbox_page))
        .route("/admin/pins/{id}", get(pins::application_page).post(pins::save))
        .route(
            "/admin/pins/{id}/templates/{template}",
            get(pin_templates::page).post(pin_templates::save),
        )
        .route("/admin/audit", get(audit::page))
        .route("/admin/audit.csv", get(audit::export))
}

/// What is the same for everybody: kept by browsers and proxies, so nobody's cookie is on it.
pub(crate) fn assets() -> Router<Arc<Portal>> {
    Router::new()
        .route("/assets/style.css", get(|| asset("text/css; charset=utf-8", STYLE)))
        .route("/assets/comfort.js", get(|| asset("text/javascript; charset=utf-8", COMFORT)))
        .route("/assets/mark.svg", get(|| asset("image/svg+xml", MARK)))
}

async fn start(visitor: Visitor) -> Redirect {
    Redirect::to(if visitor.signed_in().is_some() { "/profile" } else { "/sign-in" })
}

async fn asset(kind: &'static str, text: &'static str) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=3600")], text)
}

/// A question before something that cannot be taken back.
#[derive(Template)]
#[template(path = "sure.html")]
struct Sure {
    page: Page,
    /// The question, and what will come of it.
    question: String,
    consequence: String,
    /// What the button says.
    yes: String,
    /// Where to go otherwise.
    back: String,
}

/// Something that is shown once: a password for one use, recovery codes, a site's key.
#[derive(Template)]
#[template(path = "once.html")]
struct Once {
    page: Page,
    title: String,
    explanation: String,
    values: Vec<String>,
    back: String,
    back_text: String,
}

#[derive(Template)]
#[template(path = "refused.html")]
struct Refused {
    page: Page,
    key: &'static str,
    wait: Option<i64>,
    request: String,
}

/// The page of a refusal.
pub(crate) fn refused(
    portal: &Portal,
    visitor: Option<&Visitor>,
    language: Language,
    refusal: Refusal,
    request: &str,
) -> Response {
    let page = visitor.map_or_else(|| Page::bare(portal, language), |v| Page::of(portal, v));
    let wait = if let Refusal::Wait(seconds) = refusal { Some(seconds) } else { None };
    let request = request.to_owned();
    show(refusal.status(), &Refused { page, key: refusal.key(), wait, request })
        .unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

const STYLE: &str = include_str!("../assets/style.css");
const COMFORT: &str = include_str!("../assets/comfort.js");
const MARK: &str = include_str!("../assets/mark.svg");
