//! `export`: all accounts with their keys, as text or as QR codes of the migration format.

use std::fs;
use std::path::{Path, PathBuf};

use countersign::Account;
use countersign::payload::{migration, otpauth};
use getrandom::rand_core::Rng;
use qrcode::{EcLevel, QrCode};
use zeroize::Zeroizing;

use super::new_file;
use crate::args::{Export, ExportFormat};
use crate::console::{Console, shown};
use crate::describe::issuer_and_name;
use crate::failure::{Exit, Failure};
use crate::photo;
use crate::unlock::{Door, system_rng};

/// Writes the accounts out, when somebody says so.
pub(super) fn run(
    options: &Export,
    door: &mut Door,
    console: &mut Console,
) -> Result<Exit, Failure> {
    if options.format == ExportFormat::Migration && options.output.is_none() {
        return Err(Failure::new(
            Exit::Usage,
            "pictures need a file to go to; name it with --output",
        ));
    }
    let vault = door.read(console)?;
    if !options.yes {
        confirm(options, vault.entries().len(), console)?;
    }
    let accounts: Vec<_> = vault.entries().map(|entry| entry.account()).collect();
    match options.format {
        ExportFormat::Otpauth => write_otpauth(&accounts, options.output.as_deref(), console),
        ExportFormat::Migration => {
            write_migration(&accounts, options.output.as_deref().unwrap_or(Path::new("")), console)
        }
    }
}

fn confirm(options: &Export, count: usize, console: &mut Console) -> Result<(), Failure> {
    if !console.answers() {
        return Err(Failure::new(
            Exit::Refused,
            "nobody is there to ask whether to write the keys out; --yes does it",
        ));
    }
    let place = if options.output.is_some() { "into a file" } else { "here" };
    let question = format!(
        "Write the keys of {count} accounts {place}, unprotected? Whoever sees them can make all codes."
    );
    if console.agrees(&question)? {
        Ok(())
    } else {
        Err(Failure::new(Exit::Refused, "nothing was written"))
    }
}

fn write_otpauth(
    accounts: &[&Account],
    output: Option<&Path>,
    console: &mut Console,
) -> Result<Exit, Failure> {
    let lines: Vec<_> = accounts.iter().map(|account| otpauth::format(account)).collect();
    let Some(path) = output else {
        for line in &lines {
            console.line(line.as_str())?;
        }
        return Ok(Exit::Done);
    };
    let length = lines.iter().map(|line| line.len() + 1).sum();
    let mut text = Zeroizing::new(String::with_capacity(length));
    for line in &lines {
        text.push_str(line);
        text.push('\n');
    }
    new_file::write(path, text.as_bytes(), EXPORT)?;
    console.note(&format!("wrote {} accounts to {}; {KEEP}", accounts.len(), shown(path)));
    Ok(Exit::Done)
}

fn write_migration(
    accounts: &[&Account],
    path: &Path,
    console: &mut Console,
) -> Result<Exit, Failure> {
    let batch_id = (system_rng().next_u32() >> 1).cast_signed();
    let export = migration::export(accounts.iter().copied(), batch_id);
    let count = export.texts.len();
    let paths: Vec<_> = (1..=count).map(|number| part_path(path, number, count)).collect();
    // All or none: what keeps a later part from being written is known before the first is.
    let pictures: Vec<_> =
        export.texts.iter().map(|text| qr_png(text)).collect::<Result<_, Failure>>()?;
    if let Some(taken) = paths.iter().find(|path| path.symlink_metadata().is_ok()) {
        return Err(new_file::in_the_way(taken));
    }
    for (number, (picture, path)) in pictures.iter().zip(&paths).enumerate() {
        if let Err(failure) = new_file::write(path, picture, EXPORT) {
            for written in &paths[..number] {
                let _ = fs::remove_file(written);
            }
            return Err(failure);
        }
    }
    for path in &paths {
        console.note(&format!("wrote {}", shown(path)));
    }
    for (place, reason) in &export.left_out {
        let name = accounts.get(*place).map(|account| issuer_and_name(account)).unwrap_or_default();
        console.note(&format!("left out {name}: {reason}"));
    }
    let written = accounts.len() - export.left_out.len();
    console.note(&format!("wrote {written} accounts, {count} QR codes in all; {KEEP}"));
    Ok(if export.left_out.is_empty() { Exit::Done } else { Exit::Failed })
}

/// Numbers the file of a part before its extension, where there are several.
fn part_path(path: &Path, number: usize, count: usize) -> PathBuf {
    if count == 1 {
        return path.to_owned();
    }
    let mut name = path.file_stem().map(ToOwned::to_owned).unwrap_or_default();
    name.push(format!("-{number}"));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

/// A QR code as a PNG picture, with the quiet zone of four modules that ISO/IEC 18004 asks for. At
/// the lowest level of correction, since ten accounts nearly fill what a code can hold.
fn qr_png(text: &str) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let failed = || Failure::new(Exit::Failed, "could not make a QR code of these accounts");
    let code = QrCode::with_error_correction_level(text, EcLevel::L).map_err(|_| failed())?;
    photo::png(&photo::draw(&code, 8, 4)).map(Zeroizing::new).map_err(|_| failed())
}

const EXPORT: &str = "the export";
const KEEP: &str = "it holds every key, so remove it when it has served";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_read_back() {
        let text = "otpauth://totp/Example:alice?secret=JBSWY3DPEHPK3PXP";
        let found = countersign::qr::scan_picture(&qr_png(text).unwrap()).unwrap();
        assert_eq!(found[0].text(), text);
    }

    #[test]
    fn parts_are_numbered_before_the_extension() {
        assert_eq!(part_path(Path::new("a/keys.png"), 2, 3), Path::new("a/keys-2.png"));
        assert_eq!(part_path(Path::new("keys"), 2, 3), Path::new("keys-2"));
        assert_eq!(part_path(Path::new("keys.png"), 1, 1), Path::new("keys.png"));
    }
}
