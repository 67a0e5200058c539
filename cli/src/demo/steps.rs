//! What both demonstrations do alike: tell each step, photograph a code, and go through the flow.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use countersign::enroll::{CodeNotice, Event, Texts, View};
use countersign::vault::{AccountId, Vault};
use countersign::{Code, CodeNow, qr};
use getrandom::SysRng;
use image::GrayImage;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng as _, SeedableRng as _};
use zeroize::Zeroizing;

use super::phone::{Phone, Web};
use crate::clock::Clock;
use crate::photo::{Conditions, photograph, png};

/// Tells the steps as they are done.
pub(super) struct Told<'o> {
    out: &'o mut dyn Write,
    clock: Clock,
    step: u32,
    since: Duration,
}

impl<'o> Told<'o> {
    /// Begins with a line above the first step.
    pub(super) fn begin(out: &'o mut dyn Write, clock: Clock, title: &str) -> io::Result<Self> {
        writeln!(out, "{title}\n")?;
        Ok(Self { out, clock, step: 0, since: clock.now() })
    }

    /// What was done, what came of it, and how long it took.
    pub(super) fn step(&mut self, what: &str, result: &str) -> io::Result<()> {
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

    /// A line between the steps, as it is.
    pub(super) fn line(&mut self, text: &str) -> io::Result<()> {
        self.written(&format!("{text}\n"))
    }

    /// A part of a line, seen at once.
    pub(super) fn written(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(text.as_bytes())?;
        self.out.flush()
    }
}

/// Random numbers of this system.
pub(super) fn system_rng() -> anyhow::Result<ChaCha20Rng> {
    ChaCha20Rng::try_from_rng(&mut SysRng).context("this system gives no random numbers")
}

/// Photographs a clean picture of a code badly, keeps both where that is asked for, and reads the
/// photograph: the text of the code.
pub(super) fn photograph_and_read(
    clean: &GrayImage,
    rng: &mut ChaCha20Rng,
    folder: Option<&Path>,
    told: &mut Told<'_>,
) -> anyhow::Result<Zeroizing<String>> {
    let (conditions, photo_seed) = bad_luck(rng);
    let photo = photograph(clean, &conditions, photo_seed);
    let photo_file = png(&photo).context("failed to write the photograph as PNG")?;
    let (width, height) = photo.dimensions();
    told.step(
        "Somebody photographs it badly",
        &format!(
            "Held askew by {:.0}° and aslant by {:.0}°, out of focus,\nin dim light and with noise: {width} × {height} pixels.",
            conditions.turn, conditions.tilt
        ),
    )?;
    if let Some(folder) = folder {
        let clean = png(clean).context("failed to write the QR code as PNG")?;
        keep(folder, &clean, &photo_file)?;
        told.step(
            "The pictures are kept",
            &format!("See {CLEAN} and {PHOTO} in {}.", folder.display()),
        )?;
    }
    let text = read(&photo_file)?;
    told.step("The photograph is read", "One QR code is in it, and it is whole.")?;
    Ok(text)
}

/// From Scan QR to the code that is to be typed: the account is saved as pending.
pub(super) fn scan(
    phone: &mut Phone,
    text: &str,
    web: &dyn Web,
    told: &mut Told<'_>,
) -> anyhow::Result<AccountId> {
    phone.send(Event::ScanQr, web)?;
    let view = phone.send(Event::PictureScanned(Texts(&[text])), web)?;
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
    Ok(account)
}

/// Continue before the code was typed: the relying party waits for it.
pub(super) fn continue_too_early(
    phone: &mut Phone,
    web: &dyn Web,
    told: &mut Told<'_>,
) -> anyhow::Result<()> {
    let view = phone.send(Event::Continue, web)?;
    let waits = matches!(view, View::ShowCode { notice: Some(CodeNotice::EnterCodeFirst), .. });
    ensure!(waits, "the relying party should be waiting for the code, but: {view:?}");
    told.step(
        "Continue, too early",
        "The relying party says “pending”: enter the code on the web first.",
    )?;
    Ok(())
}

/// Continue after the code was typed.
pub(super) fn continue_to_registered(
    phone: &mut Phone,
    web: &dyn Web,
    told: &mut Told<'_>,
) -> anyhow::Result<()> {
    let view = phone.send(Event::Continue, web)?;
    let registered = matches!(view, View::DeviceRegistered { .. });
    ensure!(registered, "the device should be registered now, but: {view:?}");
    phone.send(Event::Done, web)?;
    told.step(
        "Continue → Device registered",
        "The relying party says “registered”, and so does the vault.",
    )?;
    Ok(())
}

/// The code that the phone shows now.
pub(super) fn code_of(vault: &Vault, account: AccountId, clock: Clock) -> anyhow::Result<Code> {
    match vault.code_at(account, clock.unix_time())? {
        CodeNow::Timed(code) => Ok(code),
        other => bail!("an account that makes codes by time has {other:?}; please report it"),
    }
}

/// How the photograph goes wrong this time: the hand is never the same.
pub(super) fn bad_luck(rng: &mut ChaCha20Rng) -> (Conditions, u64) {
    let mut between = |least: f32, most: f32| {
        least + (most - least) * (rng.next_u32() >> 8) as f32 / (1_u32 << 24) as f32
    };
    let turn = between(8.0, 32.0);
    let tilt = between(12.0, 24.0);
    (Conditions { turn, tilt, blur: BLUR, noise: NOISE, ..Conditions::BAD }, rng.next_u64())
}

/// The text of the one code in the photograph.
pub(super) fn read(photo_file: &[u8]) -> anyhow::Result<Zeroizing<String>> {
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

pub(super) const CLEAN: &str = "enrollment-code.png";
pub(super) const PHOTO: &str = "photograph.png";
/// Of the clean picture; the photograph has about as many.
pub(super) const MODULE_PIXELS: u32 = 6;
/// In modules, as ISO/IEC 18004 asks for.
pub(super) const QUIET_ZONE: u32 = 4;
/// See `Conditions`.
const BLUR: f32 = 1.6;
const NOISE: f32 = 16.0;
