//! A demonstration of the whole way: from a QR code on a screen, by a bad photograph, to six digits.
//!
//! A made-up relying party shows an enrollment code; a phone photographs it and goes through the
//! same flow as any (`countersign::enroll`); the code is typed on the web and the device registered.

mod phone;
mod picture;
mod relying_party;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use countersign::enroll::{CodeNotice, Event, Texts, View};
use countersign::vault::{AccountId, Vault};
use countersign::{Code, CodeNow, qr};
use getrandom::SysRng;
use image::GrayImage;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng as _, SeedableRng as _};
use tempfile::TempDir;
use zeroize::Zeroizing;

use self::phone::Phone;
use self::relying_party::RelyingParty;
use crate::clock::Clock;
use crate::live::{self, Row, Source, Space, grouped, rows_of};
use crate::photo::{Conditions, photograph, png, qr_picture};

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
        None => (
            ChaCha20Rng::try_from_rng(&mut SysRng)
                .context("this system gives no random numbers")?,
            Clock::System,
        ),
    };
    writeln!(out, "From a picture of a QR code to six digits. All of it is made up.\n")?;
    let mut told = Told { out, clock, step: 0, since: clock.now() };

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

    let (conditions, photo_seed) = bad_luck(&mut rng);
    let photo = photograph(&clean, &conditions, photo_seed);
    let photo_file = png(&photo).context("failed to write the photograph as PNG")?;
    let (width, height) = photo.dimensions();
    told.step(
        "Somebody photographs it badly",
        &format!(
            "Held askew by {:.0}° and aslant by {:.0}°, out of focus,\nin dim light and with noise: {width} × {height} pixels.",
            conditions.turn, conditions.tilt
        ),
    )?;
    if let Some(folder) = &options.keep {
        let clean = png(&clean).context("failed to write the QR code as PNG")?;
        keep(folder, &clean, &photo_file)?;
        told.step(
            "The pictures are kept",
            &format!("See {CLEAN} and {PHOTO} in {}.", folder.display()),
        )?;
    }

    let text = read(&photo_file)?;
    told.step("The photograph is read", "One QR code is in it, and it is whole.")?;

    let folder = tempfile::tempdir().context("failed to make a temporary folder for the vault")?;
    let mut phone = Phone::new(&folder.path().join("vault"), rng, clock)?;
    phone.send(Event::ScanQr, &web)?;
    let view = phone.send(Event::PictureScanned(Texts(&[&text])), &web)?;
    let View::ShowCode { account, .. } = view else {
        bail!("the flow did not come from Scan QR to the code, but to {view:?}; please report it");
    };
    told.step(
        "Verify device → Scan QR",
        &format!(
            "The account is on the disk as pending, sealed in a vault of {} bytes.\nOnly now is its code shown.",
            phone.saved()
        ),
    )?;

    let view = phone.send(Event::Continue, &web)?;
    let waits = matches!(view, View::ShowCode { notice: Some(CodeNotice::EnterCodeFirst), .. });
    ensure!(waits, "the relying party should be waiting for the code, but: {view:?}");
    told.step(
        "Continue, too early",
        "The relying party says “pending”: enter the code on the web first.",
    )?;

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

    let view = phone.send(Event::Continue, &web)?;
    let registered = matches!(view, View::DeviceRegistered { .. });
    ensure!(registered, "the device should be registered now, but: {view:?}");
    phone.send(Event::Done, &web)?;
    told.step(
        "Continue → Device registered",
        "The relying party says “registered”, and so does the vault.",
    )?;

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

/// Tells the steps as they are done.
struct Told<'o> {
    out: &'o mut dyn Write,
    clock: Clock,
    step: u32,
    since: Duration,
}

impl Told<'_> {
    /// What was done, what came of it, and how long it took.
    fn step(&mut self, what: &str, result: &str) -> io::Result<()> {
        self.step += 1;
        let took = format!("{} ms", self.clock.now().saturating_sub(self.since).as_millis());
        // Measured in characters, all of which are one cell wide.
        let gap = 66_usize.saturating_sub(what.chars().count());
        writeln!(self.out, "{:>2}  {what}{took:>gap$}", self.step)?;
        for line in result.lines() {
            writeln!(self.out, "    {line}")?;
        }
        self.out.flush()?;
        self.since = self.clock.now();
        Ok(())
    }
}

fn clean_picture(web: &RelyingParty) -> anyhow::Result<GrayImage> {
    Ok(qr_picture(&web.enrollment_code(), MODULE_PIXELS, QUIET_ZONE)?)
}

/// How the photograph goes wrong this time: the hand is never the same.
fn bad_luck(rng: &mut ChaCha20Rng) -> (Conditions, u64) {
    let mut between = |least: f32, most: f32| {
        least + (most - least) * (rng.next_u32() >> 8) as f32 / (1_u32 << 24) as f32
    };
    let turn = between(8.0, 32.0);
    let tilt = between(12.0, 24.0);
    (Conditions { turn, tilt, blur: BLUR, noise: NOISE, ..Conditions::BAD }, rng.next_u64())
}

/// The text of the one code in the photograph.
fn read(photo_file: &[u8]) -> anyhow::Result<Zeroizing<String>> {
    let found = qr::scan_picture(photo_file).context("failed to read the photograph")?;
    match found.as_slice() {
        [code] => Ok(Zeroizing::new(code.text().to_owned())),
        [] => bail!(
            "no QR code was found in the photograph; run it with --keep DIR and report the picture"
        ),
        several => {
            bail!("{} QR codes were found in a photograph of one; please report it", several.len())
        }
    }
}

fn keep(folder: &Path, clean: &[u8], photo: &[u8]) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("failed to make {}", folder.display()))?;
    for (name, file) in [(CLEAN, clean), (PHOTO, photo)] {
        let path = folder.join(name);
        fs::write(&path, file).with_context(|| format!("failed to write {}", path.display()))?;
    }
    Ok(())
}

fn code_of(vault: &Vault, account: AccountId, clock: Clock) -> anyhow::Result<Code> {
    match vault.code_at(account, clock.unix_time())? {
        CodeNow::Timed(code) => Ok(code),
        other => bail!("an account that makes codes by time has {other:?}; please report it"),
    }
}

const DEVICE: &str = "Ana’s phone";
const CLEAN: &str = "enrollment-code.png";
const PHOTO: &str = "photograph.png";
/// Of the clean picture; the photograph has about as many.
const MODULE_PIXELS: u32 = 6;
/// In modules, as ISO/IEC 18004 asks for.
const QUIET_ZONE: u32 = 4;
/// See `Conditions`.
const BLUR: f32 = 1.6;
const NOISE: f32 = 16.0;
/// The head, the account and the keys.
const LINES: u16 = 6;
/// The time at which a seeded demonstration stands still.
const SEEDED: Duration = Duration::from_secs(1_741_011_281);

#[cfg(test)]
mod tests;
