//! The demonstration against a portal that runs: the phone's part and the browser's, for real.
//!
//! `http` reaches the portal, `session` is what the phone asks there, `pages` what a user does in a
//! `browser`, and `drawing` the QR code that the user sees. The account is left as it was found.

mod browser;
mod drawing;
mod http;
mod pages;
mod session;

use std::io::{self, IsTerminal as _, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use countersign::Code;
use countersign::vault::{AccountId, Vault};
use rand_core::Rng as _;
use zeroize::Zeroizing;

use self::browser::{Browser, Came, Page};
pub(crate) use self::http::Portal;
use self::pages::{
    ENTER_CODE, PROFILE, drawing_of, give_password, recover, register, remove, sign_in, sign_out,
};
use self::session::Session;
use super::phone::Phone;
use super::steps::{self, Told, code_of, photograph_and_read};
use crate::clock::Clock;
use crate::console::shown;
use crate::live::{ended_from_outside, grouped};

/// Whose account it is shown with.
pub(crate) struct Agent<'a> {
    pub(crate) login: &'a str,
    pub(crate) password: &'a str,
}

/// Shows it, and removes the device that it registered, whatever happens.
///
/// # Errors
/// A message for the user that says what to do.
pub(crate) fn run(
    portal: &Portal,
    agent: &Agent<'_>,
    keep: Option<&Path>,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let login = shown(agent.login.as_ref());
    let title = format!("From sign-in to sign-in at {}, as “{login}”.", portal.address());
    let mut told = Told::begin(out, Clock::System, &title)?;
    let ended = ended_from_outside();

    let session = Session::begin(portal, agent.login, agent.password)?;
    told.step("The phone signs in", "The portal says “device verification needed”.")?;

    let mut web = sign_in(portal, agent)?;
    let name = new_name()?;
    let device = register(&mut web, &name)?;

    let mut demonstration = Demonstration {
        agent,
        session: &session,
        name: &name,
        device: &device,
        keep,
        ended: &ended,
        recovery_code: None,
    };
    let outcome = demonstration.show(&mut web, &mut told);
    // Where a step failed after the sign-out, a recovery code lets in once more.
    let removed = remove(&mut web, &device).or_else(|error| {
        let code = demonstration.recovery_code.as_ref().ok_or(error)?;
        web = recover(portal, agent, code)?;
        remove(&mut web, &device)
    });
    match (outcome, removed) {
        (Ok(()), Ok(())) => {}
        (Err(error), Ok(())) => {
            let _ = told.line(&format!("    The device “{name}” is removed again."));
            return Err(error);
        }
        (outcome, Err(error)) => {
            let first = outcome.err().map_or_else(String::new, |first| format!("{first:#}; and "));
            bail!(
                "{first}the device “{name}” is still there ({error:#}). Let an administrator reset \
                 it (Administration → Users → Reset MFA)"
            );
        }
    }
    sign_out(&mut web)?;
    session.end()?;
    told.step("The device is removed", "The account is as it was, and all are signed out.")?;
    Ok(())
}

/// What is known once a device has been named.
struct Demonstration<'a> {
    agent: &'a Agent<'a>,
    session: &'a Session<'a>,
    /// The device's name.
    name: &'a str,
    /// The path of its page.
    device: &'a str,
    keep: Option<&'a Path>,
    ended: &'a AtomicBool,
    /// One of those that the page of the registered device showed.
    recovery_code: Option<Zeroizing<String>>,
}

impl Demonstration<'_> {
    /// From the QR code on the page to the login with a code.
    fn show(&mut self, web: &mut Browser<'_>, told: &mut Told<'_>) -> anyhow::Result<()> {
        let page = web.page(self.device)?;
        let drawing = drawing_of(&page)?;
        told.step(
            "On the web: Register new device → Next",
            &format!(
                "The device is called “{}”. The page draws a QR code\nof {1} × {1} squares.",
                self.name,
                drawing.width()
            ),
        )?;
        self.go_on()?;

        let mut rng = steps::system_rng()?;
        let text = photograph_and_read(&drawing.picture(), &mut rng, self.keep, told)?;
        let folder =
            tempfile::tempdir().context("failed to make a temporary folder for the vault")?;
        let vault = folder.path().join("vault");
        let party = self.session.relying_party();
        let mut phone = Phone::new(&vault, party, rng, Clock::System)?;
        let account = steps::scan(&mut phone, &text, self.session, told)?;
        steps::continue_too_early(&mut phone, self.session, told)?;
        self.go_on()?;

        let code = code_of(phone.vault(), account, Clock::System)?;
        let registered = self.submit_first(web, &page, &code)?;
        let recovery_code = registered.between("<li><code>", "</code>");
        self.recovery_code = recovery_code.map(|code| Zeroizing::new(code.to_owned()));
        told.step(
            "The code is typed on the web → Submit",
            &format!("{}: the page says “Device registered”.", grouped(code.text())),
        )?;
        self.go_on()?;
        steps::continue_to_registered(&mut phone, self.session, told)?;
        self.log_in_again(web, &code, phone.vault(), account, told)
    }

    fn submit_first(
        &self,
        web: &mut Browser<'_>,
        page: &Page,
        code: &Code,
    ) -> anyhow::Result<Page> {
        match web.submit(page, self.device, &[("code", code.text())])? {
            Came::Page(page) if page.heading() == "Device registered" => Ok(page),
            Came::Page(page) => bail!("the code was not accepted{}. {CLOCKS}", page.because()),
            Came::Led(to) => bail!("Submit led to {to}: the registration is over; start again"),
        }
    }

    /// Signs out, and logs in with the password and the next code: the one of Submit is used.
    fn log_in_again(
        &self,
        web: &mut Browser<'_>,
        used: &Code,
        vault: &Vault,
        account: AccountId,
        told: &mut Told<'_>,
    ) -> anyhow::Result<()> {
        sign_out(web)?;
        let to = give_password(web, self.agent)?;
        ensure!(to == ENTER_CODE, "the portal should ask for a code now, but it led to {to}");
        let page = web.page(ENTER_CODE)?;
        let code = self.next_code(used, vault, account, told)?;
        match web.submit(&page, ENTER_CODE, &[("code", code.text())])? {
            Came::Led(to) if to == PROFILE => {}
            Came::Led(to) => bail!("the code led to {to} and not to the profile"),
            Came::Page(page) => bail!("the next code was refused{}. {CLOCKS}", page.because()),
        }
        told.step(
            "Sign out, and log in with the next code",
            &format!("{}: accepted, and the profile is open.", grouped(code.text())),
        )?;
        Ok(())
    }

    /// Waits for the next code, as a user has to.
    fn next_code(
        &self,
        used: &Code,
        vault: &Vault,
        account: AccountId,
        told: &mut Told<'_>,
    ) -> anyhow::Result<Code> {
        let counts_down = io::stdout().is_terminal();
        let mut said = None;
        loop {
            self.go_on()?;
            let code = code_of(vault, account, Clock::System)?;
            if code.text() != used.text() {
                if counts_down && said.is_some() {
                    told.line("")?;
                }
                return Ok(code);
            }
            let left = code.valid_until().saturating_sub(Clock::System.unix_time());
            let wait =
                format!("    {} is used: the next code comes in {left:>2} s", grouped(used.text()));
            match said {
                None if !counts_down => told.line(&wait)?,
                shown if counts_down && shown != Some(left) => {
                    told.written(&format!("\r{wait}"))?
                }
                _ => {}
            }
            said = Some(left);
            thread::sleep(Duration::from_millis(100));
        }
    }

    fn go_on(&self) -> anyhow::Result<()> {
        ensure!(!self.ended.load(Ordering::Relaxed), "stopped, as you asked");
        Ok(())
    }
}

/// A name that no device of the account has.
fn new_name() -> anyhow::Result<String> {
    Ok(format!("Demonstration {:08x}", steps::system_rng()?.next_u32()))
}

const CLOCKS: &str =
    "Are the clocks of both computers right? `countersign doctor` measures this one";
