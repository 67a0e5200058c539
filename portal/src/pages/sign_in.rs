//! Signing in: the password, and then the code of a device.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum_extra::extract::CookieJar;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::profile::{NewPasswordPage, check_new_password, replace_password};
use crate::Portal;
use crate::page::{Page, ok, show};
use crate::password;
use crate::refusal::Refusal;
use crate::sign_in::SignIn;
use crate::store::{AuditEntry, Device, Scope, Seconds, Stage, User};
use crate::verifier::{Outcome, until_next_code};
use crate::visitor::{HalfSignedIn, Ours, Visitor};

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    page: Page,
    login: String,
    problem: Option<Problem>,
}

#[derive(Template)]
#[template(path = "code.html")]
struct CodePage {
    page: Page,
    problem: Option<Problem>,
    /// The seconds until the next code, where the present one is used.
    used: Option<i64>,
}

#[derive(Template)]
#[template(path = "recovery.html")]
struct RecoveryPage {
    page: Page,
    problem: Option<Problem>,
    /// Whether a code of a device would do as well.
    has_device: bool,
}

/// What went wrong, and how long to wait.
pub(super) struct Problem {
    /// The key of its text.
    pub(super) key: &'static str,
    /// Seconds to wait, where waiting helps.
    pub(super) wait: Option<i64>,
}

pub(super) async fn page(
    State(portal): State<Arc<Portal>>,
    visitor: Visitor,
) -> Result<Response, Refusal> {
    if visitor.signed_in().is_some() {
        return Ok(Redirect::to("/profile").into_response());
    }
    let page = Page::of(&portal, &visitor);
    ok(&SignInPage { page, login: String::new(), problem: None })
}

#[derive(Deserialize)]
pub(super) struct Credentials {
    login: String,
    password: Zeroizing<String>,
}

pub(super) async fn submit(
    State(portal): State<Arc<Portal>>,
    visitor: Visitor,
    jar: CookieJar,
    Ours(form): Ours<Credentials>,
) -> Result<Response, Refusal> {
    let browser = visitor.browser;
    let attempt = portal.sign_in(&form.login, form.password, browser, &visitor.address).await?;
    let (status, key, wait) = match attempt {
        SignIn::Right(user) => {
            let stage = portal.stage_after_password(&user).await?;
            let jar = portal.begin_session(&visitor, jar, &user, stage, false).await?;
            let signed_in = if stage == Stage::Full { "signed-in" } else { "password-right" };
            let did = visitor.did(&portal, signed_in, &user.login, "");
            portal.store.audit(&AuditEntry { actor: user.login.clone(), ..did }).await?;
            return Ok((jar, Redirect::to("/sign-in/next")).into_response());
        }
        SignIn::Wrong => (StatusCode::UNAUTHORIZED, "wrong-password", None),
        SignIn::Wait(seconds) => (StatusCode::TOO_MANY_REQUESTS, "too-many", Some(seconds)),
        SignIn::Locked => (StatusCode::FORBIDDEN, "locked", None),
    };
    // What was not looked at leaves no line: whoever hammers does not fill the log.
    if status != StatusCode::TOO_MANY_REQUESTS {
        let known = portal.known_login(&form.login).await?;
        portal.store.audit(&visitor.did(&portal, "sign-in-refused", &known, key)).await?;
    }
    let page = Page::of(&portal, &visitor);
    show(status, &SignInPage { page, login: form.login, problem: Some(Problem { key, wait }) })
}

/// Leads to what is still wanted.
pub(super) async fn next(
    State(portal): State<Arc<Portal>>,
    HalfSignedIn(visitor, user): HalfSignedIn,
) -> Result<Redirect, Refusal> {
    if visitor.signed_in().is_some() {
        return Ok(Redirect::to("/profile"));
    }
    let registered = portal.has_device(&user).await?;
    let has_codes = portal.store.recovery_codes_left(&user.id).await? > 0;
    Ok(Redirect::to(match () {
        () if registered => "/sign-in/code",
        () if has_codes => "/sign-in/recovery",
        () if user.one_time => "/sign-in/password",
        () => "/sign-in/set-up",
    }))
}

pub(super) async fn password_page(
    State(portal): State<Arc<Portal>>,
    HalfSignedIn(visitor, user): HalfSignedIn,
) -> Result<Response, Refusal> {
    if !user.one_time || needs_code(&portal, &visitor, &user).await? {
        return Ok(Redirect::to("/sign-in/next").into_response());
    }
    ok(&NewPasswordPage::of(&portal, &visitor, &user, None))
}

#[derive(Deserialize)]
pub(super) struct NewPassword {
    new: Zeroizing<String>,
    again: Zeroizing<String>,
}

pub(super) async fn change_password(
    State(portal): State<Arc<Portal>>,
    HalfSignedIn(visitor, user): HalfSignedIn,
    jar: CookieJar,
    Ours(form): Ours<NewPassword>,
) -> Result<Response, Refusal> {
    if !user.one_time || needs_code(&portal, &visitor, &user).await? {
        return Ok(Redirect::to("/sign-in/next").into_response());
    }
    visitor.confirmed(&portal).map_err(|_| Refusal::SignIn("/sign-in"))?;
    let same = password::verify(form.new.clone(), Some(user.password_hash.clone())).await?;
    let problem = check_new_password(&form.new, &form.again, &user)
        .or(same.then_some("password-is-the-old-one"));
    if let Some(key) = problem {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return show(status, &NewPasswordPage::of(&portal, &visitor, &user, Some(key)));
    }
    let jar = replace_password(&portal, &visitor, jar, user, form.new).await?;
    Ok((jar, Redirect::to("/sign-in/next")).into_response())
}

pub(super) async fn code_page(
    State(portal): State<Arc<Portal>>,
    HalfSignedIn(visitor, user): HalfSignedIn,
) -> Result<Response, Refusal> {
    if !needs_code(&portal, &visitor, &user).await? {
        return Ok(Redirect::to("/sign-in/next").into_response());
    }
    let devices = portal.store.registered_devices(&user.id).await?;
    if devices.is_empty() {
        return Ok(Redirect::to("/sign-in/recovery").into_response());
    }
    // The code of this very step may be the one just used, at the last sign-in or at Submit; nobody
    // knows which of several devices is at hand.
    let now = portal.clock.now();
    let used = devices.iter().any(|device| is_used(device, now)).then(|| until_next_code(now));
    let page = Page::of(&portal, &visitor);
    ok(&CodePage { page, problem: None, used })
}

#[derive(Deserialize)]
pub(super) struct Code {
    pub(super) code: Zeroizing<String>,
}

pub(super) async fn submit_code(
    State(portal): State<Arc<Portal>>,
    HalfSignedIn(visitor, user): HalfSignedIn,
    jar: CookieJar,
    Ours(form): Ours<Code>,
) -> Result<Response, Refusal> {
    if !needs_code(&portal, &visitor, &user).await? {
        return Ok(Redirect::to("/sign-in/next").into_response());
    }
    if !portal.has_device(&user).await? {
        return Ok(Redirect::to("/sign-in/recovery").into_response());
    }
    let (status, problem) = match portal.check_code(&user.id, &form.code, visitor.browser).await? {
        Outcome::Accepted(device) => {
            let did = visitor.did(&portal, "signed-in", &user.login, &device);
            return let_in(&portal, &visitor, jar, &user, did).await;
        }
        Outcome::Refused(wait) => {
            (StatusCode::UNAUTHORIZED, Problem { key: "wrong-code", wait: Some(wait) })
        }
        Outcome::Wait(wait) => too_many_codes(wait),
    };
    code_refused(&portal, &visitor, &user, &problem).await?;
    let page = Page::of(&portal, &visitor);
    show(status, &CodePage { page, problem: Some(problem), used: None })
}

pub(super) async fn recovery_page(
    State(portal): State<Arc<Portal>>,
    HalfSignedIn(visitor, user): HalfSignedIn,
) -> Result<Response, Refusal> {
    if !needs_code(&portal, &visitor, &user).await? {
        return Ok(Redirect::to("/sign-in/next").into_response());
    }
    let has_device = portal.has_device(&user).await?;
    ok(&RecoveryPage { page: Page::of(&portal, &visitor), problem: None, has_device })
}

pub(super) async fn submit_recovery(
    State(portal): State<Arc<Portal>>,
    HalfSignedIn(visitor, user): HalfSignedIn,
    jar: CookieJar,
    Ours(form): Ours<Code>,
) -> Result<Response, Refusal> {
    if !needs_code(&portal, &visitor, &user).await? {
        return Ok(Redirect::to("/sign-in/next").into_response());
    }
    let now = portal.clock.now();
    let hash = password::recovery_hash(&form.code);
    // Counted for themselves: they are there where no device is, and a wrong one keeps no device waiting.
    // A browser that was let in by a code has a count of its own.
    let own = portal.own_scope(&user.id, visitor.browser).await?;
    let scope = own.unwrap_or_else(|| Scope::Recovery(user.id.clone()));
    let (status, problem) = match portal.store.reserve_attempt(&scope, now).await? {
        Some(wait) => {
            portal.figures.code("throttled");
            too_many_codes(wait)
        }
        None if portal.store.use_recovery_code(&user.id, &hash, now).await? => {
            portal.store.forgive_devices(&user.id).await?;
            let used = visitor.did(&portal, "recovery-code-used", &user.login, "");
            portal.store.audit(&used).await?;
            let did = visitor.did(&portal, "signed-in", &user.login, "");
            return let_in(&portal, &visitor, jar, &user, did).await;
        }
        None => {
            portal.figures.code("refused");
            (StatusCode::UNAUTHORIZED, Problem { key: "wrong-recovery-code", wait: None })
        }
    };
    code_refused(&portal, &visitor, &user, &problem).await?;
    let has_device = portal.has_device(&user).await?;
    let page = Page::of(&portal, &visitor);
    show(status, &RecoveryPage { page, problem: Some(problem), has_device })
}

/// What is said of a code that was not looked at.
pub(super) fn too_many_codes(wait: Seconds) -> (StatusCode, Problem) {
    (StatusCode::TOO_MANY_REQUESTS, Problem { key: TOO_MANY_CODES, wait: Some(wait) })
}

/// Writes down that a code was wrong. One that was not looked at is none: whoever hammers at a locked
/// door fills no log.
pub(super) async fn code_refused(
    portal: &Portal,
    visitor: &Visitor,
    user: &User,
    problem: &Problem,
) -> Result<(), Refusal> {
    if problem.key != TOO_MANY_CODES {
        portal.store.audit(&visitor.did(portal, "code-refused", &user.login, problem.key)).await?;
    }
    Ok(())
}

pub(super) async fn sign_out(
    State(portal): State<Arc<Portal>>,
    visitor: Visitor,
    jar: CookieJar,
    Ours(()): Ours<()>,
) -> Result<Response, Refusal> {
    if let Some(user) = visitor.user() {
        portal.store.audit(&visitor.did(&portal, "signed-out", &user.login, "")).await?;
    }
    let jar = portal.end_session(&visitor, jar).await?;
    Ok((jar, Redirect::to("/sign-in")).into_response())
}

/// All the way in, or to the new password that a one-time one still wants.
async fn let_in(
    portal: &Portal,
    visitor: &Visitor,
    jar: CookieJar,
    user: &User,
    did: AuditEntry,
) -> Result<Response, Refusal> {
    // Whoever is let in ends the row of wrong codes, of recovery codes and of this browser too.
    let own = portal.own_scope(&user.id, visitor.browser).await?;
    for scope in own.iter().chain([&Scope::Recovery(user.id.clone())]) {
        portal.store.forgive(scope).await?;
    }
    let jar = portal.begin_session(visitor, jar, user, Stage::Full, true).await?;
    portal.store.audit(&did).await?;
    let to = if user.one_time { "/sign-in/password" } else { "/profile" };
    Ok((jar, Redirect::to(to)).into_response())
}

/// Whether the code that this device shows now was accepted already.
fn is_used(device: &Device, now: i64) -> bool {
    let theirs = now.div_euclid(30) + i64::from(device.seen.drift);
    device
        .seen
        .last_step
        .and_then(|step| i64::try_from(step).ok())
        .is_some_and(|step| step >= theirs)
}

/// Whether a code has to come first: of a device, or where the last one was revoked, a recovery code.
async fn needs_code(portal: &Portal, visitor: &Visitor, user: &User) -> Result<bool, Refusal> {
    Ok(visitor.signed_in().is_none() && portal.has_second_factor(user).await?)
}

const TOO_MANY_CODES: &str = "too-many-codes";
