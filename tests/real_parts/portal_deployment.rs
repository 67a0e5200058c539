//! The container file and the unit, as the programs read them that will run them or know how.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use crate::program;

fn portal(file: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../portal")).join(file)
}

fn passes(command: &mut Command) {
    let output = command.output().expect("the program starts");
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));
}

#[test]
fn hadolint_has_nothing_to_say_of_the_container_file() {
    let hadolint = env::var_os("COUNTERSIGN_HADOLINT").expect("COUNTERSIGN_HADOLINT is a program");
    passes(Command::new(hadolint).arg("--no-color").arg(portal("Containerfile")));
}

#[test]
fn systemd_understands_the_unit_and_finds_it_shut() {
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(portal("countersign-portal.service")).unwrap();
    // It asks whether the program is there, which is not installed here.
    let built = program::built("countersign-portal", "countersign-portal");
    let text = text.replace("/usr/local/bin/countersign-portal", built.to_str().unwrap());
    let unit = folder.path().join("countersign-portal.service");
    fs::write(&unit, text).unwrap();
    let verified = Command::new("systemd-analyze").arg("verify").arg(&unit).output().unwrap();
    // It says what it does not know, and goes on; of other units it may say what it likes.
    let said = String::from_utf8(verified.stderr).unwrap();
    assert!(verified.status.success() && !said.contains("countersign-portal"), "{said}");
    // Its own measure, from 0 for shut to 100; what listens at the network cannot get below some 12.
    let security = ["security", "--offline=true", "--threshold=20"];
    passes(Command::new("systemd-analyze").args(security).arg(&unit));
}
