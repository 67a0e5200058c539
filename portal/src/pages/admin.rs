//! The administrator's pages: accounts, their devices, reset, lock, policy, and sites' keys.
//!
//! An administrator never chooses a password or sees a secret: what gives access is made here, shown
//! once and for one use.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::profile::After;
use super::{Once, Sure};
use crate::Portal;
use crate::page::{Page, ok, show, utc, without_controls};
use crate::password;
use crate::refusal::Refusal;
use crate::sign_in::{MOST_LOGIN, is_login};
use crate::sms::OWN_APPLICATION;
use crate::store::{
    ApiKey, Application, DeviceState, NewUser, PhoneNumber, Store, User, UserSummary, new_id,
};
use crate::visitor::{Administrator, ConfirmedAdministrator, Ours};

#[derive(Template)]
#[template(path = "users.html")]
struct UsersPage {
    page: Page,
    users: Vec<UserSummary>,
    /// How many are shown at most, where there are more.
    most: Option<usize>,
    search: String,
    login: String,
    problem: Option<&'static str>,
    said: Option<String>,
}

#[derive(Template)]
#[template(path = "user.html")]
struct UserPage {
    page: Page,
    user: User,
    devices: Vec<Line>,
    recovery_codes: i64,
    number: Option<PhoneNumber>,
    is_self: bool,
    said: Option<String>,
}

struct Line {
    id: String,
    name: String,
    state: &'static str,
    created: String,
    last_used: Option<String>,
    revocable: bool,
}

#[derive(Template)]
#[template(path = "keys.html")]
struct KeysPage {
    page: Page,
    keys: Vec<KeyLine>,
    applications: Vec<Application>,
    problem: Option<&'static str>,
    said: Option<String>,
}

struct KeyLine {
    id: String,
    name: String,
    /// The key of the text that says what it is for.
    purpose: &'static str,
    /// Whether it is of an application or of all.
    is_of_pins: bool,
    /// For which application; none for all, or where it is for no PINs.
    application: Option<String>,
    created: String,
    revoked: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Search {
    #[serde(default)]
    search: String,
    said: Option<String>,
}

pub(super) async fn users_page(
    State(portal): State<Arc<Portal>>,
    Administrator(visitor, _): Administrator,
    query: Result<Query<Search>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(Search { search, said }) = query?;
    let (users, most) = listed(&portal, &search).await?;
    let page = Page::of(&portal, &visitor);
    let said = page.said(said);
    ok(&UsersPage { page, users, most, search, login: String::new(), problem: None, said })
}

#[derive(Deserialize)]
pub(super) struct NewAccount {
    login: String,
    admin: Option<String>,
    mfa: Option<String>,
}

pub(super) async fn add_user(
    State(portal): State<Arc<Portal>>,
    ConfirmedAdministrator(visitor, _): ConfirmedAdministrator,
    Ours(form): Ours<NewAccount>,
) -> Result<Response, Refusal> {
    let login = form.login.trim();
    let (password, hash) = one_time_password().await?;
    let user = NewUser {
        id: &new_id()?,
        login,
        password_hash: &hash,
        admin: form.admin.is_some(),
        mfa_required: form.mfa.is_some(),
    };
    let problem = match () {
        () if login.is_empty() => Some("login-empty"),
        () if login.chars().count() > MOST_LOGIN => Some("login-too-long"),
        () if !is_login(login) => Some("login-has-bad-character"),
        () if !portal.store.add_user(user, portal.clock.now()).await? => Some("login-taken"),
        () => None,
    };
    let page = Page::of(&portal, &visitor);
    if problem.is_some() {
        let (users, most) = listed(&portal, "").await?;
        let (search, login) = (String::new(), form.login);
        let refused = UsersPage { page, users, most, search, login, problem, said: None };
        return show(StatusCode::UNPROCESSABLE_ENTITY, &refused);
    }
    portal.store.audit(&visitor.did(&portal, "user-added", login, "")).await?;
    ok(&Once {
        title: page.with("one-time-password-of", "name", login).into_owned(),
        explanation: page.t("one-time-password-once").into_owned(),
        values: vec![password],
        back: "/admin/users".to_owned(),
        back_text: page.t("i-have-passed-it-on").into_owned(),
        page: page.shown_once(),
    })
}

/// The accounts that are shown, and how many that are at most where there are more.
async fn listed(
    portal: &Portal,
    search: &str,
) -> Result<(Vec<UserSummary>, Option<usize>), Refusal> {
    let mut users = portal.store.users(&without_controls(search)).await?;
    let most = (users.len() > Store::MOST_LISTED).then_some(Store::MOST_LISTED);
    users.truncate(Store::MOST_LISTED);
    Ok((users, most))
}

pub(super) async fn user_page(
    State(portal): State<Arc<Portal>>,
    Administrator(visitor, own): Administrator,
    id: Result<Path<String>, PathRejection>,
    after: Result<Query<After>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Path(id) = id?;
    let user = user(&portal, &id).await?;
    let now = portal.clock.now();
    let devices = portal.store.devices(&user.id).await?;
    let devices = devices
        .iter()
        .map(|device| Line {
            id: device.id.clone(),
            name: device.name.clone(),
            state: match device.state {
                DeviceState::Registered => "state-registered",
                DeviceState::Pending if device.is_live(now) => "state-pending",
                DeviceState::Pending => "state-expired",
                DeviceState::Rejected => "state-rejected",
            },
            created: utc(device.created_at),
            last_used: device.last_used_at.map(utc),
            revocable: device.is_live(now),
        })
        .collect();
    let recovery_codes = portal.store.recovery_codes_left(&user.id).await?;
    let page = Page::of(&portal, &visitor);
    let said = After::said(after, &page);
    let number = portal.store.number_of(&user.id).await?;
    ok(&UserPage { page, is_self: own.id == user.id, user, devices, recovery_codes, number, said })
}

/// What an administrator can do to an account, by the last part of its address.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    ResetMfa,
    NewPassword,
    Lock,
    Unlock,
    RequireMfa,
    WaiveMfa,
}

impl Action {
    fn by_name(name: &str) -> Result<Self, Refusal> {
        Ok(match name {
            "reset-mfa" => Self::ResetMfa,
            "new-password" => Self::NewPassword,
            "lock" => Self::Lock,
            "unlock" => Self::Unlock,
            "require-mfa" => Self::RequireMfa,
            "waive-mfa" => Self::WaiveMfa,
            _ => return Err(Refusal::NotFound),
        })
    }
}

pub(super) async fn sure_page(
    State(portal): State<Arc<Portal>>,
    ConfirmedAdministrator(visitor, _): ConfirmedAdministrator,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Result<Response, Refusal> {
    let Path((id, action)) = path?;
    Action::by_name(&action)?;
    let user = user(&portal, &id).await?;
    let page = Page::of(&portal, &visitor);
    ok(&Sure {
        question: page.with(&format!("{action}-question"), "name", &user.login).into_owned(),
        consequence: page.t(&format!("{action}-consequence")).into_owned(),
        yes: page.t(&action).into_owned(),
        back: format!("/admin/users/{id}"),
        page,
    })
}

pub(super) async fn act(
    State(portal): State<Arc<Portal>>,
    ConfirmedAdministrator(visitor, own): ConfirmedAdministrator,
    path: Result<Path<(String, String)>, PathRejection>,
    Ours(()): Ours<()>,
) -> Result<Response, Refusal> {
    let Path((id, name)) = path?;
    let action = Action::by_name(&name)?;
    let user = user(&portal, &id).await?;
    // Whoever locked themselves out could not unlock themselves, and whoever changes their own password
    // has to know the old one.
    if own.id == user.id && matches!(action, Action::Lock | Action::NewPassword) {
        return Err(Refusal::NotFound);
    }
    let (store, now) = (&portal.store, portal.clock.now());
    // The line comes first: nothing is done that is not in the log.
    store.audit(&visitor.did(&portal, &name, &user.login, "")).await?;
    match action {
        Action::ResetMfa => store.reset_mfa(&user.id, now).await?,
        Action::Lock => store.set_locked(&user.id, Some(now)).await?,
        Action::Unlock => store.set_locked(&user.id, None).await?,
        Action::RequireMfa => store.set_mfa_required(&user.id, true).await?,
        Action::WaiveMfa => store.set_mfa_required(&user.id, false).await?,
        Action::NewPassword => {
            let (password, hash) = one_time_password().await?;
            if !store.change_password(&user.id, &user.password_hash, &hash, true).await? {
                return Ok(Redirect::to(&format!("/admin/users/{id}")).into_response());
            }
            store.forgive_account(&user.id).await?;
            store.forget_browsers(&user.id, None).await?;
            let page = Page::of(&portal, &visitor);
            return ok(&Once {
                title: page.with("one-time-password-of", "name", &user.login).into_owned(),
                explanation: page.t("one-time-password-once").into_owned(),
                values: vec![password],
                back: format!("/admin/users/{id}"),
                back_text: page.t("i-have-passed-it-on").into_owned(),
                page: page.shown_once(),
            });
        }
    }
    if own.id == user.id && action == Action::ResetMfa {
        return Ok(Redirect::to("/sign-in").into_response());
    }
    Ok(Redirect::to(&format!("/admin/users/{id}?said=said-{name}")).into_response())
}

pub(super) async fn revoke_page(
    State(portal): State<Arc<Portal>>,
    ConfirmedAdministrator(visitor, _): ConfirmedAdministrator,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Result<Response, Refusal> {
    let Path((id, device_id)) = path?;
    let devices = portal.store.devices(&id).await?;
    let device = devices.iter().find(|device| device.id == device_id).ok_or(Refusal::NotFound)?;
    let page = Page::of(&portal, &visitor);
    ok(&Sure {
        question: page.with("revoke-question", "name", &device.name).into_owned(),
        consequence: page.t("revoke-consequence").into_owned(),
        yes: page.t("revoke").into_owned(),
        back: format!("/admin/users/{id}"),
        page,
    })
}

pub(super) async fn revoke(
    State(portal): State<Arc<Portal>>,
    ConfirmedAdministrator(visitor, _): ConfirmedAdministrator,
    path: Result<Path<(String, String)>, PathRejection>,
    Ours(()): Ours<()>,
) -> Result<Response, Refusal> {
    let Path((id, device_id)) = path?;
    let user = user(&portal, &id).await?;
    let devices = portal.store.devices(&id).await?;
    let device = devices.iter().find(|device| device.id == device_id).ok_or(Refusal::NotFound)?;
    let did = visitor.did(&portal, "device-revoked", &user.login, &device.name);
    portal.store.audit(&did).await?;
    if portal.store.reject_device(&id, &device.id, portal.clock.now()).await? {
        portal.store.end_other_sessions(&user.id, &visitor.token_hash()).await?;
    }
    Ok(Redirect::to(&format!("/admin/users/{id}?said=said-device-removed")).into_response())
}

pub(super) async fn keys_page(
    State(portal): State<Arc<Portal>>,
    Administrator(visitor, _): Administrator,
    after: Result<Query<After>, QueryRejection>,
) -> Result<Response, Refusal> {
    let page = Page::of(&portal, &visitor);
    let said = After::said(after, &page);
    ok(&KeysPage::of(&portal, page, None, said).await?)
}

#[derive(Deserialize)]
pub(super) struct Named {
    name: String,
    /// What the key is for.
    r#use: Option<String>,
    /// The one application that it is for; empty is all.
    #[serde(default)]
    application: String,
}

pub(super) async fn add_key(
    State(portal): State<Arc<Portal>>,
    ConfirmedAdministrator(visitor, _): ConfirmedAdministrator,
    Ours(form): Ours<Named>,
) -> Result<Response, Refusal> {
    let name = form.name.trim();
    let page = Page::of(&portal, &visitor);
    let length = name.chars().count();
    if !(1..=64).contains(&length) || name.chars().any(char::is_control) {
        let refused = KeysPage::of(&portal, page, Some("key-name-is-wrong"), None).await?;
        return show(StatusCode::UNPROCESSABLE_ENTITY, &refused);
    }
    let key = password::token()?;
    let hash = password::token_hash(&key);
    let now = portal.clock.now();
    let scopes = match form.r#use.as_deref() {
        Some("send") => "2fa:pin:send",
        Some("manage") => "2fa:manage 2fa:pin:send",
        Some("report") => "2fa:report",
        _ => "verify",
    };
    let of_one = scopes.contains("2fa:pin:send");
    let wanted = Some(&form.application).filter(|id| !id.is_empty() && of_one);
    let applications = applications(&portal).await?;
    let find = |id: &String| applications.iter().find(|one| one.id == *id).ok_or(Refusal::NotFound);
    let application = wanted.map(find).transpose()?;
    let id = application.map(|one| one.id.as_str());
    portal.store.add_api_key(&new_id()?, &hash, name, scopes, id, now).await?;
    let detail = application.map_or(scopes.to_owned(), |one| format!("{scopes}: {}", one.name));
    portal.store.audit(&visitor.did(&portal, "api-key-made", name, &detail)).await?;
    ok(&Once {
        title: page.with("api-key-of", "name", name).into_owned(),
        explanation: page.t("api-key-once").into_owned(),
        values: vec![key.to_string()],
        back: "/admin/keys".to_owned(),
        back_text: page.t("i-have-kept-it").into_owned(),
        page: page.shown_once(),
    })
}

pub(super) async fn revoke_key(
    State(portal): State<Arc<Portal>>,
    Administrator(visitor, _): Administrator,
    id: Result<Path<String>, PathRejection>,
    Ours(()): Ours<()>,
) -> Result<Response, Refusal> {
    let Path(id) = id?;
    let keys = portal.store.api_keys().await?;
    let key = keys.iter().find(|key| key.id == id).ok_or(Refusal::NotFound)?;
    if portal.store.revoke_api_key(&id, portal.clock.now()).await? {
        portal.store.audit(&visitor.did(&portal, "api-key-revoked", &key.name, "")).await?;
    }
    Ok(Redirect::to("/admin/keys?said=said-key-revoked").into_response())
}

async fn user(portal: &Portal, id: &str) -> Result<User, Refusal> {
    portal.store.user(id).await?.ok_or(Refusal::NotFound)
}

impl KeysPage {
    async fn of(
        portal: &Portal,
        page: Page,
        problem: Option<&'static str>,
        said: Option<String>,
    ) -> Result<Self, Refusal> {
        let (keys, applications) = (portal.store.api_keys().await?, applications(portal).await?);
        let line = |key: ApiKey| KeyLine {
            is_of_pins: key.may("2fa:pin:send"),
            purpose: match () {
                () if key.may("2fa:manage") => "key-use-manage",
                () if key.may("2fa:pin:send") => "key-use-pins",
                () if key.may("2fa:report") => "key-use-report",
                () => "key-use-verify",
            },
            application: key.application_id.map(|id| {
                let named = applications.iter().find(|one| one.id == id);
                named.map_or(id, |one| one.name.clone())
            }),
            id: key.id,
            name: key.name,
            created: utc(key.created_at),
            revoked: key.revoked_at.map(utc),
        };
        let keys = keys.into_iter().map(line).collect();
        Ok(Self { page, keys, applications, problem, said })
    }
}

/// The applications that a key may be for: all but the portal's own.
async fn applications(portal: &Portal) -> Result<Vec<Application>, Refusal> {
    let mut all = portal.store.applications().await?;
    all.retain(|application| application.id != OWN_APPLICATION);
    Ok(all)
}

/// A password for one use, to be shown once, and its hash.
async fn one_time_password() -> Result<(String, String), Refusal> {
    let password = password::one_time()?;
    let hash = password::hash(password.clone()).await?;
    Ok((password.to_string(), hash))
}
