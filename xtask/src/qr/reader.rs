//! The readers, built in a folder of their own and run one after the other.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use xshell::{Shell, cmd};

use crate::report::Report;
use crate::run::{say, watch};
use crate::setup;

/// What one reader made of one picture.
#[derive(Clone, Debug, Default)]
pub(super) struct Answer {
    pub(super) texts: Vec<String>,
    /// CPU time.
    pub(super) ms: f64,
}

/// The program that holds the readers, with as many of them as can be had.
///
/// # Errors
/// Not even those in Rust can be built.
pub(super) fn build(shell: &Shell, report: &mut Report) -> Result<PathBuf> {
    let needed = [
        ("zxing-cpp", setup::on_path("cmake") && setup::on_path("c++"), "cmake g++"),
        ("zbar", has_zbar(shell), "libzbar-dev pkg-config"),
    ];
    for (_, _, packages) in needed.iter().filter(|(_, there, _)| !there) {
        let packages: Vec<_> = packages.split(' ').collect();
        if let Err(error) = setup::packages(shell, &packages) {
            say(&format!("{error:#}"));
        }
    }
    let all = needed.map(|(feature, ..)| feature);
    let mut built = cargo(shell, &all)?;
    for feature in all {
        if built {
            break;
        }
        built = cargo(shell, &[feature])?;
    }
    if !built && !cargo(shell, &[])? {
        bail!("the readers do not build");
    }
    let program = shell.current_dir().join("peers/target/release/countersign-peers");
    let list = cmd!(shell, "{program} list").read()?;
    for feature in all.iter().filter(|feature| !list.lines().any(|name| name == **feature)) {
        report.skip(feature, "it cannot be had here, see above");
    }
    Ok(program)
}

fn cargo(shell: &Shell, features: &[&str]) -> Result<bool> {
    let features = features.join(",");
    let folder = ["--manifest-path", "peers/Cargo.toml", "--target-dir", "peers/target"];
    let build = cmd!(shell, "cargo build --release --locked {folder...} --features {features}");
    Ok(watch(build, &[])?.success)
}

fn has_zbar(shell: &Shell) -> bool {
    cmd!(shell, "pkg-config --exists zbar").quiet().ignore_stderr().run().is_ok()
}

/// Makes the grey pictures that every reader is given, from `pairs` of a file and its grey one.
///
/// # Errors
/// A picture cannot be decoded: a suite with a hole in it compares nothing.
pub(super) fn grey(shell: &Shell, program: &Path, pairs: &[(PathBuf, PathBuf)]) -> Result<()> {
    let lines = pairs.iter().map(|(from, to)| format!("{}\t{}\n", from.display(), to.display()));
    let complaints =
        cmd!(shell, "{program} grey").stdin(lines.collect::<String>()).quiet().read()?;
    if complaints.is_empty() { Ok(()) } else { bail!("pictures not decoded:\n{complaints}") }
}

/// What the reader makes of each picture, and how long it takes: the median of up to `repeats` reads.
///
/// A picture that takes two seconds, or that ends the reader, is one not read.
///
/// # Errors
/// The reader cannot be started, or says what nobody understands.
pub(super) fn read(
    program: &Path,
    name: &str,
    pictures: &[PathBuf],
    repeats: usize,
    list: &Path,
) -> Result<Vec<Answer>> {
    let mut answers = BTreeMap::new();
    let mut rest = pictures;
    while !rest.is_empty() {
        let lines: Vec<_> = rest.iter().map(|path| path.display().to_string()).collect();
        std::fs::write(list, lines.join("\n"))?;
        let output = Command::new(program)
            .args([name, &repeats.to_string()])
            .stdin(File::open(list)?)
            .output()
            .with_context(|| format!("failed to start the reader {name}"))?;
        let mut told = String::from_utf8_lossy(&output.stdout).lines().count();
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let (file, answer) = answer(line)?;
            answers.insert(file, answer);
        }
        if output.status.code() != Some(0) && output.status.code() != Some(GAVE_UP) {
            let Some(picture) = rest.get(told) else {
                bail!("{name} failed after its last picture")
            };
            say(&format!("{name} crashed at {}: {}", picture.display(), output.status));
            told += 1;
        } else if told == 0 {
            bail!("{name} says nothing");
        }
        rest = rest.get(told..).unwrap_or_default();
    }
    let hopeless = || Answer { texts: Vec::new(), ms: LIMIT_MS };
    let taken = pictures.iter().map(|path| answers.remove(&path.display().to_string()));
    Ok(taken.map(|answer| answer.unwrap_or_else(hopeless)).collect())
}

fn answer(line: &str) -> Result<(String, Answer)> {
    let line: Value = serde_json::from_str(line).with_context(|| format!("not JSON: {line}"))?;
    let file = line["file"].as_str().context("an answer without its file")?.to_owned();
    let texts = line["texts"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut texts: Vec<_> = texts.map(str::to_owned).collect();
    let ms = line["ms"].as_f64().context("an answer without its time")?.min(LIMIT_MS);
    if ms >= LIMIT_MS {
        texts.clear();
    }
    Ok((file, Answer { texts, ms }))
}

/// The CPU time that one picture may take.
const LIMIT_MS: f64 = 2000.0;
/// The status with which a reader leaves a picture at which it gave up, and has said so.
const GAVE_UP: i32 = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_an_answer_and_one_too_late_is_none() {
        let (file, read) = answer(r#"{"file": "a.pgm", "texts": ["one"], "ms": 1.5}"#).unwrap();
        assert_eq!(
            (file.as_str(), read.texts.as_slice(), read.ms),
            ("a.pgm", ["one".into()].as_slice(), 1.5)
        );
        let (_, late) = answer(r#"{"file": "a.pgm", "texts": ["one"], "ms": 2400}"#).unwrap();
        assert!(late.texts.is_empty() && late.ms == LIMIT_MS);
        assert!(answer("killed").is_err());
    }
}
