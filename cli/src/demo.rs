//! A demonstration of the whole way: from a QR code on a screen, by a bad photograph, to six digits.
//!
//! A made-up relying party shows an enrollment code; a phone photographs it and goes through the
//! same flow as any (`countersign::enroll`); the code is typed on the web and the device registered.
//! `portal` does the same against a portal that runs, and `steps` is what both have in common.

mod phone;
mod picture;
pub(crate) mod portal;
mod relying_party;
mod steps;

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use countersign::vault::{AccountId, Vault};
use image::GrayImage;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;
use tempfile::TempDir;
use zeroize::Zeroizing;

use self::phone::Phone;
use self::relying_party::RelyingParty;
use self::steps::{MODULE_PIXELS, QUIET_ZONE, Told, code_of, photograph_and_read};
use crate::clock::Clock;
use crate::live::{self, Row, Source, Space, grouped, rows_of};
use crate::photo::qr_picture;

/// What the demonstration can be told.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The folder to keep the two pictures in: the clean code and its photograph.
    pub keep: Option<PathBuf>,
    /// Makes the demonstration the same each time, at a time that stands still: for tests.
    pub seed: Option<u64>,
    /// Writes the picture of the README to this file instead.
    pub picture: Option<PathBuf>,
}

/// Shows it on standard output: live at a terminal, else once.
///
/// # Errors
/// A message for the user. A photograph that is not read is one: nothing is shown in its place.
pub fn run(options: &Options) -> anyhow::Result<()> {
    if let Some(path) = &options.picture {
        return fs::write(path, picture::codes()?)
            .with_context(|| format!("failed to write {}", path.display()));
    }
    let mut out = io::stdout();
    let mut enrolled = enroll(options, &mut out)?;
    if live::can_run() && options.seed.is_none() {
        writeln!(out)?;
        if let Err(error) = live::run(&mut enrolled, Space::Lines(LINES)) {
            writeln!(out, "This terminal cannot be drawn on ({error}), so the code once:")?;
            enrolled.print_code(&mut out)?;
        }
        writeln!(
            out,
            "The vault of the demonstration is gone. Your own: countersign scan PICTURE --save"
        )?;
        return Ok(());
    }
    enrolled.print_code(&mut out)?;
    Ok(())
}

/// All but the end: the steps up to the registered device, each told when it is done.
fn enroll(options: &Options, out: &mut dyn Write) -> anyhow::Result<Enrolled> {
    let (mut rng, clock) = match options.seed {
        Some(seed) => (ChaCha20Rng::seed_from_u64(seed), Clock::Still(SEEDED)),
        None => (steps::system_rng()?, Clock::System),
    };
    let title = "From a picture of a QR code to six digits. All of it is made up.";
    let mut told = Told::begin(out, clock, title)?;

    let mut web = RelyingParty::register(DEVICE, &mut rng)?;
    let clean = clean_picture(&web)?;
    let (width, height) = clean.dimensions();
    told.step(
        "A relying party shows an enrollment QR code",
        &format!(
            "{} makes a new secret of 160 bits for the device “{DEVICE}”\nand draws it with its name as a QR code of {width} × {height} pixels.",
            RelyingParty::ISSUER
        ),
    )?;

    let text = photograph_and_read(&clean, &mut rng, options.keep.as_deref(), &mut told)?;
    let folder = tempfile::tempdir().context("failed to make a temporary folder for the vault")?;
    let vault = folder.path().join("vault");
    let mut phone = Phone::new(&vault, RelyingParty::known_as(), rng, clock)?;
    let account = steps::scan(&mut phone, &text, &web, &mut told)?;
    steps::continue_too_early(&mut phone, &web, &mut told)?;

    let code = code_of(phone.vault(), account, clock)?;
    let right = web.enter(code.text(), clock.unix_time());
    ensure!(right, "the relying party has another code than the phone; is the clock being set?");
    told.step(
        "The code is typed on the web",
        &format!(
            "{}: the relying party makes the same code from its own secret.",
            grouped(code.text())
        ),
    )?;

    steps::continue_to_registered(&mut phone, &web, &mut told)?;

    let vault = phone.restart()?;
    told.step(
        "The phone is switched off and on",
        "The vault is opened from the disk. From now on:",
    )?;
    Ok(Enrolled { vault, account, clock, _folder: folder })
}

/// What is left at the end: a vault with one device.
struct Enrolled {
    vault: Vault,
    account: AccountId,
    clock: Clock,
    /// Removed with all in it when this goes.
    _folder: TempDir,
}

impl Enrolled {
    fn print_code(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        let code = code_of(&self.vault, self.account, self.clock)?;
        let left = code.valid_until().saturating_sub(self.clock.unix_time());
        writeln!(out, "\n    {}    {left} s left", grouped(code.text()))?;
        Ok(())
    }
}

impl Source for Enrolled {
    fn rows(&mut self, unix_time: u64) -> Vec<Row> {
        rows_of(&self.vault, unix_time)
    }

    fn next_code(&mut self, _: AccountId) -> anyhow::Result<Zeroizing<String>> {
        bail!("this account makes its codes by time")
    }

    fn copy(&mut self, _: &str) -> anyhow::Result<String> {
        bail!("a code that is made up is good for nothing")
    }

    fn can_copy(&self) -> bool {
        false
    }
}

fn clean_picture(web: &RelyingParty) -> anyhow::Result<GrayImage> {
    Ok(qr_picture(&web.enrollment_code(), MODULE_PIXELS, QUIET_ZONE)?)
}

const DEVICE: &str = "Ana’s phone";
/// The head, the account and the keys.
const LINES: u16 = 6;
/// The time at which a seeded demonstration stands still.
const SEEDED: Duration = Duration::from_secs(1_741_011_281);

#[cfg(test)]
mod tests;
