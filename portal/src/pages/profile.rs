//! User profile → Access controls: the password, the recovery codes, and the way to the devices.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum_extra::extract::CookieJar;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::Once;
use crate::Portal;
use crate::page::{Page, ok, show};
use crate::password;
use crate::refusal::Refusal;
use crate::store::{Scope, Stage, User};
use crate::visitor::{Confirmed, Ours, SignedIn, Visitor};

#[derive(Template)]
#[template(path = "profile.html")]
struct ProfilePage {
    page: Page,
    login: String,
    admin: bool,
    devices: usize,
    mfa_required: bool,
    recovery_codes: i64,
    reset: bool,
    number: Option<String>,
}

#[derive(Template)]
#[template(path = "access.html")]
struct AccessPage {
    page: Page,
    devices: usize,
    recovery_codes: i64,
    said: Option<String>,
}

#[derive(Template)]
#[template(path = "recovery_codes.html")]
struct RecoveryCodesPage {
    page: Page,
    left: i64,
    has_device: bool,
}

#[derive(Template)]
#[template(path = "new_password.html")]
pub(super) struct NewPasswordPage {
    page: Page,
    action: &'static str,
    one_time: bool,
    least: usize,
    problem: Option<&'static str>,
}

/// What was just done, told on the next page: a key of the texts that begin with `said-`.
#[derive(Deserialize)]
pub(super) struct After {
    said: Option<String>,
}

impl After {
    /// Its key, if it is one of ours.
    pub(super) fn said(after: Result<Query<Self>, QueryRejection>, page: &Page) -> Option<String> {
        page.said(after.ok()?.0.said)
    }
}

pub(super) async fn page(
    State(portal): State<Arc<Portal>>,
    SignedIn(visitor, user): SignedIn,
) -> Result<Response, Refusal> {
    let devices = portal.store.registered_devices(&user.id).await?.len();
    let recovery_codes = portal.store.recovery_codes_left(&user.id).await?;
    if user.reset_at.is_some() {
        portal.store.told_of_reset(&user.id).await?;
    }
    ok(&ProfilePage {
        page: Page::of(&portal, &visitor),
        reset: user.reset_at.is_some(),
        number: portal.store.number_of(&user.id).await?.map(|number| number.msisdn),
        login: user.login,
        admin: user.admin,
        devices,
        mfa_required: user.mfa_required,
        recovery_codes,
    })
}

pub(super) async fn access_page(
    State(portal): State<Arc<Portal>>,
    SignedIn(visitor, user): SignedIn,
    after: Result<Query<After>, QueryRejection>,
) -> Result<Response, Refusal> {
    let devices = portal.store.registered_devices(&user.id).await?.len();
    let recovery_codes = portal.store.recovery_codes_left(&user.id).await?;
    let page = Page::of(&portal, &visitor);
    let said = After::said(after, &page);
    ok(&AccessPage { page, devices, recovery_codes, said })
}

pub(super) async fn password_page(
    State(portal): State<Arc<Portal>>,
    SignedIn(visitor, user): SignedIn,
) -> Result<Response, Refusal> {
    ok(&NewPasswordPage::of(&portal, &visitor, &user, None))
}

#[derive(Deserialize)]
pub(super) struct ChangedPassword {
    old: Zeroizing<String>,
    new: Zeroizing<String>,
    again: Zeroizing<String>,
}

pub(super) async fn password(
    State(portal): State<Arc<Portal>>,
    SignedIn(visitor, user): SignedIn,
    jar: CookieJar,
    Ours(form): Ours<ChangedPassword>,
) -> Result<Response, Refusal> {
    let mut problem = check_new_password(&form.new, &form.again, &user);
    if problem.is_none() {
        let right = is_password_of(&portal, &visitor, &user, form.old).await?;
        problem = (!right).then_some("old-password-is-wrong");
    }
    if let Some(key) = problem {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return show(status, &NewPasswordPage::of(&portal, &visitor, &user, Some(key)));
    }
    let jar = replace_password(&portal, &visitor, jar, user, form.new).await?;
    Ok((jar, Redirect::to("/profile/access?said=said-password-changed")).into_response())
}

#[derive(Template)]
#[template(path = "confirm.html")]
struct ConfirmPage {
    page: Page,
    wrong: bool,
}

/// What the confirmation is for: where it leads back to.
#[derive(Deserialize)]
pub(super) struct For {
    r#for: String,
}

pub(super) async fn confirm_page(
    State(portal): State<Arc<Portal>>,
    SignedIn(visitor, _): SignedIn,
) -> Result<Response, Refusal> {
    ok(&ConfirmPage { page: Page::of(&portal, &visitor), wrong: false })
}

#[derive(Deserialize)]
pub(super) struct Present {
    password: Zeroizing<String>,
}

pub(super) async fn confirm_submit(
    State(portal): State<Arc<Portal>>,
    SignedIn(visitor, user): SignedIn,
    wanted: Result<Query<For>, QueryRejection>,
    Ours(form): Ours<Present>,
) -> Result<Response, Refusal> {
    if !is_password_of(&portal, &visitor, &user, form.password).await? {
        let page = ConfirmPage { page: Page::of(&portal, &visitor), wrong: true };
        return show(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    portal.store.confirm_session(&visitor.token_hash(), portal.clock.now()).await?;
    let back = match wanted.as_ref().map_or("", |Query(wanted)| &wanted.r#for) {
        "recovery" => "/profile/access/recovery",
        "admin" => "/admin/users",
        _ => "/profile/access/mobile",
    };
    Ok(Redirect::to(back).into_response())
}

/// Whether this is the password of somebody who is signed in: asked as patiently as at the sign-in.
async fn is_password_of(
    portal: &Portal,
    visitor: &Visitor,
    user: &User,
    typed: Zeroizing<String>,
) -> Result<bool, Refusal> {
    let scope = Scope::Present(user.id.clone());
    if let Some(wait) = portal.store.reserve_attempt(&scope, portal.clock.now()).await? {
        return Err(Refusal::Wait(wait));
    }
    let right = typed.chars().count() <= password::MOST
        && password::verify(typed, Some(user.password_hash.clone())).await?;
    if right {
        portal.store.forgive(&scope).await?;
    } else {
        let did = visitor.did(portal, "password-refused", &user.login, "");
        portal.store.audit(&did).await?;
    }
    Ok(right)
}

/// Gives an account a password of its own. All its sessions are over then; this one goes on, under a
/// new token and in the new epoch. Of the browsers that it knows it keeps this one.
pub(super) async fn replace_password(
    portal: &Portal,
    visitor: &Visitor,
    jar: CookieJar,
    user: User,
    new: Zeroizing<String>,
) -> Result<CookieJar, Refusal> {
    let hash = password::hash(new).await?;
    if !portal.store.change_password(&user.id, &user.password_hash, &hash, false).await? {
        return Err(Refusal::SignIn("/sign-in"));
    }
    portal.store.forget_browsers(&user.id, visitor.browser.as_ref()).await?;
    let user = User { one_time: false, epoch: user.epoch + 1, ..user };
    let stage = match visitor.signed_in() {
        Some(_) => Stage::Full,
        None => portal.stage_after_password(&user).await?,
    };
    let jar = portal.begin_session(visitor, jar, &user, stage, false).await?;
    portal.store.audit(&visitor.did(portal, "password-changed", &user.login, "")).await?;
    Ok(jar)
}

impl NewPasswordPage {
    /// The page for this account: a password for one use is changed within the sign-in, and the
    /// present one need not be typed again.
    pub(super) fn of(
        portal: &Portal,
        visitor: &Visitor,
        user: &User,
        problem: Option<&'static str>,
    ) -> Self {
        let one_time = user.one_time;
        Self {
            page: Page::of(portal, visitor),
            action: if one_time { "/sign-in/password" } else { "/profile/access/password" },
            one_time,
            least: least(user),
            problem,
        }
    }
}

pub(super) async fn recovery_page(
    State(portal): State<Arc<Portal>>,
    Confirmed(visitor, user): Confirmed,
) -> Result<Response, Refusal> {
    let left = portal.store.recovery_codes_left(&user.id).await?;
    let has_device = portal.has_device(&user).await?;
    ok(&RecoveryCodesPage { page: Page::of(&portal, &visitor), left, has_device })
}

pub(super) async fn recovery(
    State(portal): State<Arc<Portal>>,
    Confirmed(visitor, user): Confirmed,
    Ours(()): Ours<()>,
) -> Result<Response, Refusal> {
    if !portal.has_device(&user).await? {
        return Ok(Redirect::to("/profile/access/recovery").into_response());
    }
    let values = new_recovery_codes(&portal, &visitor, &user).await?;
    let page = Page::of(&portal, &visitor);
    ok(&Once {
        title: page.t("recovery-codes").into_owned(),
        explanation: page.t("recovery-codes-once").into_owned(),
        values,
        back: "/profile/access".to_owned(),
        back_text: page.t("i-have-kept-them").into_owned(),
        page: page.shown_once(),
    })
}

/// Makes ten recovery codes, the only ones from now on.
pub(super) async fn new_recovery_codes(
    portal: &Portal,
    visitor: &Visitor,
    user: &User,
) -> Result<Vec<String>, Refusal> {
    let codes: Vec<_> =
        (0..RECOVERY_CODES).map(|_| password::recovery_code()).collect::<Result<_, _>>()?;
    let hashes: Vec<_> = codes.iter().map(|code| password::recovery_hash(code)).collect();
    portal.store.set_recovery_codes(&user.id, &hashes).await?;
    portal.store.audit(&visitor.did(portal, "recovery-codes-made", &user.login, "")).await?;
    Ok(codes.iter().map(|code| code.to_string()).collect())
}

/// What is wrong with a new password: the key of its text.
pub(super) fn check_new_password(new: &str, again: &str, user: &User) -> Option<&'static str> {
    let length = new.chars().count();
    match () {
        () if length < least(user) => Some("password-too-short"),
        () if length > password::MOST => Some("password-too-long"),
        () if new.to_lowercase() == user.login.to_lowercase() => Some("password-is-the-name"),
        () if new.chars().all(|c| new.starts_with(c)) => Some("password-too-simple"),
        () if new != again => Some("password-differs"),
        () => None,
    }
}

/// The fewest characters of this account's password.
pub(super) fn least(user: &User) -> usize {
    if user.mfa_required { password::LEAST_BESIDE_DEVICE } else { password::LEAST_ALONE }
}

const RECOVERY_CODES: usize = 10;
