//! `doctor`: whether the vault, the key store and the clock are well, without opening anything.

use countersign::vault::{Outline, SlotKind};
use countersign::{ClockError, TimeStep};

use crate::args::Doctor;
use crate::clock::now;
use crate::console::{Console, shown};
use crate::failure::{Exit, Failure};
use crate::keystore::{self, KeyStoreError};
use crate::unlock::{Door, has};

/// Says how all is, and fails where something should be done.
pub(super) fn run(options: &Doctor, door: &Door, console: &mut Console) -> Result<Exit, Failure> {
    let measured = options.date.as_deref().map(measure).transpose()?;
    let mut advice = Vec::new();
    let outline = vault(door, &mut advice, console)?;
    if let Some(outline) = &outline {
        ways_in(outline, &mut advice, console)?;
    }
    key_store(outline.as_ref(), &mut advice, console)?;
    clock(measured, &mut advice, console)?;
    for advice in &advice {
        console.line(format!("advice       {advice}"))?;
    }
    if advice.is_empty() {
        console.line("all is well, as far as can be told without opening the vault")?;
        return Ok(Exit::Done);
    }
    Ok(Exit::Failed)
}

fn vault(
    door: &Door,
    advice: &mut Vec<String>,
    console: &mut Console,
) -> Result<Option<Outline>, Failure> {
    console.line(format!("vault        {}", shown(door.path())))?;
    let outline = match door.outline() {
        Ok(Some(outline)) => outline,
        Ok(None) => {
            console.line("             there is none yet")?;
            return Ok(None);
        }
        Err(failure) => {
            advice.push(failure.message().unwrap_or_default().to_owned());
            return Ok(None);
        }
    };
    console.line(format!("generation   {}", outline.generation))?;
    let previous = if door.previous().is_file() { "kept" } else { "none" };
    console.line(format!("previous     {previous}"))?;
    if let Some(fault) = door.newest_fault() {
        advice.push(format!(
            "the newest generation {fault}, and the one before stands in: its last change is lost; \
             the next change mends the file"
        ));
    }
    if outline.generation > 1 && previous == "none" {
        advice.push("the generation before is missing; the next change brings one back".to_owned());
    }
    if let Some(mode) = mode(door) {
        console.line(format!("permissions  {mode:03o}"))?;
        if mode & 0o077 != 0 {
            advice.push(
                "others can reach the vault's file; take their rights with chmod 600".to_owned(),
            );
        }
    }
    Ok(Some(outline))
}

#[cfg(unix)]
fn mode(door: &Door) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(door.path()).ok().map(|metadata| metadata.permissions().mode() & 0o777)
}

#[cfg(not(unix))]
fn mode(_door: &Door) -> Option<u32> {
    None
}

fn ways_in(
    outline: &Outline,
    advice: &mut Vec<String>,
    console: &mut Console,
) -> Result<(), Failure> {
    let words = |kind| match kind {
        SlotKind::DeviceKey => "device key".to_owned(),
        SlotKind::Passphrase => "passphrase".to_owned(),
        SlotKind::RecoveryKey => "recovery key".to_owned(),
        SlotKind::Unknown(number) => format!("kind {number}, of a newer version"),
    };
    let ways: Vec<_> = outline.slots.iter().map(|slot| words(slot.kind)).collect();
    console.line(format!("opens by     {}", ways.join(", ")))?;
    if outline.slots.len() == 1 {
        let way = if has(outline, SlotKind::RecoveryKey) { "passphrase" } else { "recovery" };
        advice.push(format!(
            "the vault opens in one way only, and is lost with it; `countersign {way}` adds another"
        ));
    }
    Ok(())
}

fn key_store(
    outline: Option<&Outline>,
    advice: &mut Vec<String>,
    console: &mut Console,
) -> Result<(), Failure> {
    // A vault that is not there has no key; what the store answers tells whether it can be reached.
    let identity = outline.map_or([0; 32], |outline| outline.identity);
    let answer = keystore::device_key(&identity);
    let state = match &answer {
        Ok(_) => "holds the device key of this vault",
        Err(KeyStoreError::NoEntry) => "can be reached",
        Err(error) => error.words(),
    };
    console.line(format!("key store    {state}"))?;
    let needed = outline.is_some_and(|outline| has(outline, SlotKind::DeviceKey));
    match answer {
        Err(KeyStoreError::NoEntry) if needed => advice.push(
            "no device key for this vault is in the key store of this computer; \
             `countersign device-key` makes one"
                .to_owned(),
        ),
        Err(error) if needed => advice.push(format!("the key store {}", error.words())),
        _ => {}
    }
    Ok(())
}

fn measure(header: &str) -> Result<ClockError, Failure> {
    ClockError::measure(header, now()).ok_or_else(|| {
        Failure::new(
            Exit::Usage,
            "--date is no date of an HTTP answer of now, such as `Sun, 06 Nov 1994 08:49:37 GMT`",
        )
    })
}

fn clock(
    measured: Option<ClockError>,
    advice: &mut Vec<String>,
    console: &mut Console,
) -> Result<(), Failure> {
    let at = now();
    let step = TimeStep::DEFAULT;
    console.line(format!("clock        {}, step {}", utc(at), step.number_at(at)))?;
    if at < BUILT_AFTER {
        advice.push("the clock stands before this program was written; set it".to_owned());
    }
    let Some(error) = measured else { return Ok(()) };
    let seconds = error.seconds_behind();
    let words = match seconds {
        0 => "right to the second".to_owned(),
        1.. => format!("{seconds} s behind"),
        _ => format!("{} s ahead", seconds.unsigned_abs()),
    };
    console.line(format!("             {words}"))?;
    if error.is_worth_telling() {
        advice.push(format!("the clock is {words}: codes may be refused; set it"));
    }
    Ok(())
}

/// The date and time in UTC, which no time zone or summer time changes, just as for codes.
fn utc(unix_time: u64) -> String {
    let (days, seconds) = (unix_time / 86_400, unix_time % 86_400);
    // Days since 1 March of the year 0, in eras of 400 years: leap days then end a year.
    let days = days.saturating_add(719_468);
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let year = era * 400 + year + carry;
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
}

/// 1 January 2026.
const BUILT_AFTER: u64 = 1_767_225_600;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_is_right_over_leap_years() {
        for (unix_time, text) in [
            (0, "1970-01-01 00:00:00 UTC"),
            (951_782_399, "2000-02-28 23:59:59 UTC"),
            (951_782_400, "2000-02-29 00:00:00 UTC"),
            (1_709_251_199, "2024-02-29 23:59:59 UTC"),
            (1_741_011_292, "2025-03-03 14:14:52 UTC"),
            (4_102_444_800, "2100-01-01 00:00:00 UTC"),
        ] {
            assert_eq!(utc(unix_time), text);
        }
    }
}
