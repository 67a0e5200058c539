//! `scan`: the QR codes in pictures, what each would enroll, and the enrollment.

mod explain;
mod save;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use countersign::payload::{self, Parsed};
use countersign::qr;

pub(super) use self::explain::run as explain;
use self::save::Harvest;
use crate::args::Scan;
use crate::clock::now;
use crate::console::{Console, shown};
use crate::describe::{self, Unread};
use crate::failure::{Exit, Failure};
use crate::unlock::Door;

/// Reads each picture and says what its codes are.
pub(super) fn run(options: &Scan, console: &mut Console) -> Result<Exit, Failure> {
    read_all(options, console, &mut |_| {})
}

/// The same, and puts the accounts into the vault.
pub(super) fn save(
    options: &Scan,
    door: &mut Door,
    console: &mut Console,
) -> Result<Exit, Failure> {
    let mut harvest = Harvest::default();
    let read = read_all(options, console, &mut |parsed| harvest.add(parsed))?;
    let saved = harvest.save(door, console)?;
    Ok(if saved == Exit::Done { read } else { saved })
}

/// Reads each picture, says what its codes are, and hands what was read over. A picture that cannot
/// be read does not keep the others from being read.
fn read_all(
    options: &Scan,
    console: &mut Console,
    take: &mut dyn FnMut(Result<Parsed, Unread>),
) -> Result<Exit, Failure> {
    // Before an account is on the disk no code of it is shown: one of a counter would be used up.
    let at = (!options.save).then(|| options.at.unwrap_or_else(now));
    let mut exit = Exit::Done;
    for path in &options.pictures {
        let name = shown(path);
        let found = match read_picture(path) {
            Ok(found) => found,
            Err(failure) => {
                console.note(&format!(
                    "countersign: {name}: {}",
                    failure.message().unwrap_or_default()
                ));
                exit = failure.exit();
                continue;
            }
        };
        if options.pictures.len() > 1 && !options.json {
            console.line(format!("{name}:"))?;
        }
        for code in &found {
            let outcome = payload::parse(code.text()).map_err(Unread::from);
            if options.json {
                console.line(describe::json(&outcome, at))?;
            } else {
                console.line(describe::text(&outcome, at))?;
            }
            take(outcome);
        }
    }
    Ok(exit)
}

/// The codes in one picture, at least one.
fn read_picture(path: &Path) -> Result<Vec<qr::Payload>, Failure> {
    let found = qr::scan_picture(&read_bounded(path)?).map_err(refused)?;
    if found.is_empty() {
        return Err(Failure::new(
            Exit::NothingFound,
            "no QR code was found in it; try a sharper or larger picture, with the white margin",
        ));
    }
    Ok(found)
}

/// The file, or as much of it as shows that it is too large.
fn read_bounded(path: &Path) -> Result<Vec<u8>, Failure> {
    let read = || {
        let mut bytes = Vec::new();
        if path == Path::new("-") {
            io::stdin().lock().take(MOST_BYTES).read_to_end(&mut bytes)?;
        } else {
            File::open(path)?.take(MOST_BYTES).read_to_end(&mut bytes)?;
        }
        Ok(bytes)
    };
    read().map_err(|error| Failure::io("read the picture", &error))
}

fn refused(error: qr::PictureError) -> Failure {
    Failure::new(Exit::Failed, error.to_string())
}

/// One byte more than the core takes.
const MOST_BYTES: u64 = (64 << 20) + 1;
