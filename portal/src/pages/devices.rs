//! Mobile authentication: Register new device → name → QR code or values → code → Submit.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum_extra::extract::CookieJar;
use countersign::payload::otpauth;
use countersign::{Account, Otp, Secret};
use getrandom::SysRng;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::Sure;
use super::profile::{After, new_recovery_codes};
use super::sign_in::{Code, Problem, code_refused, too_many_codes};
use crate::Portal;
use crate::page::{Page, ok, qr_path, show, utc};
use crate::password;
use crate::refusal::Refusal;
use crate::store::{Begun, Device, DeviceState, NewDevice, Stage, User, new_id};
use crate::verifier::Outcome;
use crate::visitor::{Confirmed, HalfSignedIn, Ours, SignedIn, Visitor};

#[derive(Template)]
#[template(path = "devices.html")]
struct ListPage {
    page: Page,
    registered: Vec<Line>,
    pending: Vec<Line>,
    said: Option<String>,
}

struct Line {
    id: String,
    name: String,
    created: String,
    last_used: Option<String>,
    minutes_left: i64,
}

#[derive(Template)]
#[template(path = "new_device.html")]
struct NewPage {
    page: Page,
    name: String,
    problem: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "device.html")]
struct DevicePage {
    page: Page,
    /// Where the form goes: of the profile, or of a sign-in.
    action: String,
    cancel: Option<String>,
    name: String,
    /// Another device's name that differs in case alone.
    twin: Option<String>,
    qr: String,
    /// The width of the drawing with its quiet zone, in modules.
    qr_width: usize,
    uri: Zeroizing<String>,
    key: Zeroizing<String>,
    minutes_left: i64,
    problem: Option<Problem>,
    first_time: bool,
    reset: bool,
    /// It stands in for a registration whose QR code may have been scanned.
    is_anew: bool,
}

#[derive(Template)]
#[template(path = "registered.html")]
struct RegisteredPage {
    page: Page,
    name: String,
    recovery_codes: Vec<String>,
}

pub(super) async fn list_page(
    State(portal): State<Arc<Portal>>,
    SignedIn(visitor, user): SignedIn,
    after: Result<Query<After>, QueryRejection>,
) -> Result<Response, Refusal> {
    let now = portal.clock.now();
    let devices = portal.store.devices(&user.id).await?;
    let lines = |state| {
        let of_state = devices.iter().filter(|device| device.state == state && device.is_live(now));
        of_state.map(|device| line(device, now)).collect()
    };
    let (registered, pending) = (lines(DeviceState::Registered), lines(DeviceState::Pending));
    let page = Page::of(&portal, &visitor);
    let said = After::said(after, &page);
    ok(&ListPage { page, registered, pending, said })
}

pub(super) async fn new_page(
    State(portal): State<Arc<Portal>>,
    Confirmed(visitor, _): Confirmed,
) -> Result<Response, Refusal> {
    ok(&NewPage { page: Page::of(&portal, &visitor), name: String::new(), problem: None })
}

#[derive(Deserialize)]
pub(super) struct Named {
    name: String,
}

pub(super) async fn begin(
    State(portal): State<Arc<Portal>>,
    Confirmed(visitor, user): Confirmed,
    Ours(form): Ours<Named>,
) -> Result<Response, Refusal> {
    let problem = match begin_device(&portal, &visitor, &user, &form.name).await? {
        Ok(device_id) => {
            return Ok(Redirect::to(&format!("/profile/access/mobile/{device_id}")).into_response());
        }
        Err(problem) => Some(problem),
    };
    let page = Page::of(&portal, &visitor);
    show(StatusCode::UNPROCESSABLE_ENTITY, &NewPage { page, name: form.name, problem })
}

pub(super) async fn device_page(
    State(portal): State<Arc<Portal>>,
    Confirmed(visitor, user): Confirmed,
    id: Result<Path<String>, PathRejection>,
    after: Result<Query<After>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Path(id) = id?;
    match pending(&portal, &user, &id).await? {
        Some(device) if device.begun_in != visitor.token_hash() => {
            begin_again(&portal, &visitor, &user, &device).await
        }
        Some(device) => {
            let shown = show_device(&portal, &visitor, &user, &device, None).await?;
            let said = After::said(after, &shown.page);
            ok(&DevicePage { is_anew: said.as_deref() == Some(ANEW), ..shown })
        }
        None => Ok(Redirect::to(EXPIRED).into_response()),
    }
}

pub(super) async fn submit(
    State(portal): State<Arc<Portal>>,
    Confirmed(visitor, user): Confirmed,
    id: Result<Path<String>, PathRejection>,
    jar: CookieJar,
    Ours(form): Ours<Code>,
) -> Result<Response, Refusal> {
    let Path(id) = id?;
    match pending(&portal, &user, &id).await? {
        Some(device) if device.begun_in != visitor.token_hash() => {
            begin_again(&portal, &visitor, &user, &device).await
        }
        Some(device) => submit_first_code(&portal, &visitor, jar, &user, &device, &form.code).await,
        None => Ok(Redirect::to(EXPIRED).into_response()),
    }
}

/// The page of the first sign-in, and of the first after a reset: the QR code, shown until its code
/// was typed and never again.
pub(super) async fn set_up_page(
    State(portal): State<Arc<Portal>>,
    HalfSignedIn(visitor, user): HalfSignedIn,
) -> Result<Response, Refusal> {
    if !sets_up(&portal, &visitor, &user).await? {
        return Ok(Redirect::to("/sign-in/next").into_response());
    }
    let (device, is_anew) = set_up_device(&portal, &visitor, &user).await?;
    let shown = show_device(&portal, &visitor, &user, &device, None).await?;
    ok(&DevicePage { is_anew, ..shown })
}

pub(super) async fn set_up_submit(
    State(portal): State<Arc<Portal>>,
    HalfSignedIn(visitor, user): HalfSignedIn,
    jar: CookieJar,
    Ours(form): Ours<Code>,
) -> Result<Response, Refusal> {
    if !sets_up(&portal, &visitor, &user).await? {
        return Ok(Redirect::to("/sign-in/next").into_response());
    }
    let (device, is_anew) = set_up_device(&portal, &visitor, &user).await?;
    if is_anew {
        let shown = show_device(&portal, &visitor, &user, &device, None).await?;
        return ok(&DevicePage { is_anew, ..shown });
    }
    submit_first_code(&portal, &visitor, jar, &user, &device, &form.code).await
}

pub(super) async fn remove_page(
    State(portal): State<Arc<Portal>>,
    Confirmed(visitor, user): Confirmed,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, Refusal> {
    let Path(id) = id?;
    let device = device(&portal, &user, &id).await?;
    let page = Page::of(&portal, &visitor);
    let (question, consequence, yes) = match device.state {
        DeviceState::Pending => (
            "cancel-registration-question",
            "cancel-registration-consequence",
            "cancel-registration",
        ),
        _ => ("remove-device-question", "remove-device-consequence", "remove"),
    };
    ok(&Sure {
        question: page.with(question, "name", &device.name).into_owned(),
        consequence: page.t(consequence).into_owned(),
        yes: page.t(yes).into_owned(),
        back: "/profile/access/mobile".to_owned(),
        page,
    })
}

pub(super) async fn remove(
    State(portal): State<Arc<Portal>>,
    Confirmed(visitor, user): Confirmed,
    id: Result<Path<String>, PathRejection>,
    Ours(()): Ours<()>,
) -> Result<Response, Refusal> {
    let Path(id) = id?;
    let device = device(&portal, &user, &id).await?;
    let was_registered = device.state == DeviceState::Registered;
    let (action, said) = if was_registered {
        ("device-removed", "said-device-removed")
    } else {
        ("registration-cancelled", "said-registration-cancelled")
    };
    let now = portal.clock.now();
    if portal.store.reject_device(&user.id, &device.id, now).await? {
        let did = visitor.did(&portal, action, &user.login, &device.name);
        portal.store.audit(&did).await?;
        // Who gives up the last device of their own will gives up its stand-ins too. A registration
        // that is only cancelled was no device yet.
        if was_registered && !portal.has_device(&user).await? {
            portal.store.set_recovery_codes(&user.id, &[]).await?;
        }
    }
    Ok(Redirect::to(&format!("/profile/access/mobile?said={said}")).into_response())
}

/// Begins a registration, or takes a pending one of this very name up again.
async fn begin_device(
    portal: &Portal,
    visitor: &Visitor,
    user: &User,
    name: &str,
) -> Result<Result<String, &'static str>, Refusal> {
    if let Some(problem) = wrong_name(name) {
        return Ok(Err(problem));
    }
    let mut rng = ChaCha20Rng::try_from_rng(&mut SysRng)
        .map_err(|error| Refusal::from(anyhow::Error::new(error)))?;
    let secret = Secret::generate(&mut rng);
    let Ok(account) = Account::new(Some(&portal.config.issuer), name, Otp::DEFAULT, secret) else {
        return Ok(Err("name-has-bad-character"));
    };
    let now = portal.clock.now();
    let id = new_id()?;
    let keys = &portal.config.keys;
    let begun = portal
        .store
        .begin_device(
            NewDevice {
                id: &id,
                user_id: &user.id,
                name,
                secret: &keys.seal(account.secret(), &id)?,
                key_id: keys.sealing_id(),
                expires_at: now + portal.config.pending_seconds,
                begun_in: &visitor.token_hash(),
            },
            now,
        )
        .await?;
    match begun {
        Begun::New => {
            portal.store.audit(&visitor.did(portal, "device-named", &user.login, name)).await?;
            Ok(Ok(id))
        }
        Begun::TooMany => Ok(Err("too-many-devices")),
        Begun::NameTaken => {
            let devices = portal.store.devices(&user.id).await?;
            let known = devices.into_iter().find(|device| device.name == name);
            let known = known.filter(|device| device.state == DeviceState::Pending);
            Ok(known.map(|device| device.id).ok_or("name-taken"))
        }
    }
}

/// What is wrong with a device's name: the key of its text.
fn wrong_name(name: &str) -> Option<&'static str> {
    match () {
        () if name.trim().is_empty() => Some("name-empty"),
        () if name.chars().count() > MOST_NAME => Some("name-too-long"),
        () if name.contains(':') => Some("name-has-colon"),
        // Readers of an otpauth label may drop it, and the phone would ask for another name.
        () if name.trim() != name => Some("name-has-outer-space"),
        // What stands for bytes that were no UTF-8: two such names would be one.
        () if name.contains(char::REPLACEMENT_CHARACTER) => Some("name-is-garbled"),
        () => None,
    }
}

/// Takes a registration up that another session began: under the same name and with a new secret, for
/// somebody else with the password may have seen the old one.
async fn begin_again(
    portal: &Portal,
    visitor: &Visitor,
    user: &User,
    device: &Device,
) -> Result<Response, Refusal> {
    portal.store.reject_device(&user.id, &device.id, portal.clock.now()).await?;
    let begun = begin_device(portal, visitor, user, &device.name).await?;
    let anew = |id: String| format!("/profile/access/mobile/{id}?said={ANEW}");
    let to = begun.map_or(EXPIRED.to_owned(), anew);
    Ok(Redirect::to(&to).into_response())
}

async fn submit_first_code(
    portal: &Portal,
    visitor: &Visitor,
    jar: CookieJar,
    user: &User,
    device: &Device,
    typed: &str,
) -> Result<Response, Refusal> {
    let (status, problem) = match portal.check_first_code(device, typed).await? {
        Outcome::Accepted(name) => {
            let did = visitor.did(portal, "device-registered", &user.login, &name);
            portal.store.audit(&did).await?;
            portal.store.told_of_reset(&user.id).await?;
            let none_left = portal.store.recovery_codes_left(&user.id).await? == 0;
            let recovery_codes = if none_left {
                new_recovery_codes(portal, visitor, user).await?
            } else {
                Vec::new()
            };
            let was_in = visitor.signed_in().is_some();
            if none_left && was_in {
                // The first second factor: sessions of the password alone are over.
                portal.store.end_other_sessions(&user.id, &visitor.token_hash()).await?;
            }
            let jar = if was_in {
                jar
            } else {
                let signed_in = visitor.did(portal, "signed-in", &user.login, &name);
                portal.store.audit(&signed_in).await?;
                portal.begin_session(visitor, jar, user, Stage::Full, true).await?
            };
            let mut page = Page::of(portal, visitor).shown_once();
            // Its forms would carry the token of the session before.
            page.can_sign_out &= was_in;
            let shown = ok(&RegisteredPage { page, name, recovery_codes })?;
            return Ok((jar, shown).into_response());
        }
        Outcome::Refused(wait) => {
            let throttled = wait > 30;
            let wait = throttled.then_some(wait);
            (StatusCode::UNPROCESSABLE_ENTITY, Problem { key: "wrong-first-code", wait })
        }
        Outcome::Wait(wait) => too_many_codes(wait),
    };
    code_refused(portal, visitor, user, &problem).await?;
    show(status, &show_device(portal, visitor, user, device, Some(problem)).await?)
}

async fn show_device(
    portal: &Portal,
    visitor: &Visitor,
    user: &User,
    device: &Device,
    problem: Option<Problem>,
) -> Result<DevicePage, Refusal> {
    let now = portal.clock.now();
    let secret = portal.config.keys.open(&device.secret, &device.key_id, &device.id)?;
    let key = password::in_fours(&secret.reveal_base32(), ' ');
    let account = Account::new(Some(&portal.config.issuer), &device.name, Otp::DEFAULT, secret)
        .map_err(anyhow::Error::new)?;
    let uri = otpauth::format(&account);
    let (qr, modules) = qr_path(&uri)?;
    let lower = device.name.to_lowercase();
    let others = portal.store.devices(&user.id).await?;
    let twin = others
        .into_iter()
        .filter(|other| other.id != device.id && other.is_live(now))
        .find(|other| other.name.to_lowercase() == lower);
    let signed_in = visitor.signed_in().is_some();
    let own = format!("/profile/access/mobile/{}", device.id);
    Ok(DevicePage {
        page: Page::of(portal, visitor),
        cancel: signed_in.then(|| format!("{own}/remove")),
        action: if signed_in { own } else { "/sign-in/set-up".to_owned() },
        name: device.name.clone(),
        twin: twin.map(|twin| twin.name),
        qr,
        qr_width: modules + 2 * QUIET_ZONE,
        uri,
        key,
        minutes_left: minutes_left(device, now),
        problem,
        first_time: !signed_in,
        reset: user.reset_at.is_some(),
        is_anew: false,
    })
}

/// The pending device of the first sign-in: taken up again, or begun; and whether it stands in for one
/// whose QR code was shown before.
async fn set_up_device(
    portal: &Portal,
    visitor: &Visitor,
    user: &User,
) -> Result<(Device, bool), Refusal> {
    let now = portal.clock.now();
    // An authenticator shows it below the issuer; a colon would end it there.
    let name = user.login.replace([':', char::REPLACEMENT_CHARACTER], "-").trim().to_owned();
    let mut is_anew = false;
    for _ in 0..2 {
        let devices = portal.store.devices(&user.id).await?;
        let pending = |device: &Device| device.state == DeviceState::Pending && device.is_live(now);
        if let Some(device) = devices.into_iter().find(|d| d.name == name && pending(d)) {
            if device.begun_in == visitor.token_hash() {
                return Ok((device, is_anew));
            }
            // Somebody else with the password may have seen its secret.
            portal.store.reject_device(&user.id, &device.id, now).await?;
            is_anew = true;
        }
        let begun = begin_device(portal, visitor, user, &name).await?;
        begun.map_err(|_| Refusal::Malformed(StatusCode::UNPROCESSABLE_ENTITY))?;
    }
    Err(Refusal::Broken)
}

/// Whether a first device is what is wanted of this visitor.
async fn sets_up(portal: &Portal, visitor: &Visitor, user: &User) -> Result<bool, Refusal> {
    let in_already = visitor.signed_in().is_some() || user.one_time;
    if !in_already {
        visitor.confirmed(portal).map_err(|_| Refusal::SignIn("/sign-in"))?;
    }
    Ok(!in_already && !portal.has_second_factor(user).await?)
}

async fn pending(portal: &Portal, user: &User, id: &str) -> Result<Option<Device>, Refusal> {
    let device = device(portal, user, id).await?;
    let live = device.is_live(portal.clock.now());
    Ok(Some(device).filter(|device| live && device.state == DeviceState::Pending))
}

async fn device(portal: &Portal, user: &User, id: &str) -> Result<Device, Refusal> {
    let devices = portal.store.devices(&user.id).await?;
    devices.into_iter().find(|device| device.id == id).ok_or(Refusal::NotFound)
}

fn line(device: &Device, now: i64) -> Line {
    Line {
        id: device.id.clone(),
        name: device.name.clone(),
        created: utc(device.created_at),
        last_used: device.last_used_at.map(utc),
        minutes_left: minutes_left(device, now),
    }
}

fn minutes_left(device: &Device, now: i64) -> i64 {
    ((device.expires_at - now).max(0) + 59) / 60
}

/// In modules, as ISO/IEC 18004 asks for.
const QUIET_ZONE: usize = 4;
/// The longest name of a device, in characters: its QR code is still easy to read.
const MOST_NAME: usize = 64;
const EXPIRED: &str = "/profile/access/mobile?said=said-registration-over";
/// Said of a QR code that stands in for one that may have been scanned.
const ANEW: &str = "said-new-qr-code";
