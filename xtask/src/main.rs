//! The one runner. `cargo xtask` alone prints what it can do.
//!
//! Every command prints each sub-command before running it, so that nobody depends on this program:
//! what it does can be typed by hand.

mod android;
mod bench;
mod bindgen;
mod check;
mod fuzz;
mod ios;
mod maven;
mod pictures;
mod qr;
mod report;
mod run;
mod screens;
mod setup;
mod swift;
mod test;
mod tidy;

use std::env;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use xshell::Shell;

use crate::report::Report;
use crate::run::say;

fn main() -> ExitCode {
    match dispatch(env::args().skip(1).collect()) {
        Ok(report) => report.close(),
        Err(error) => {
            say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// The word after `cargo xtask`, its arguments, what it does, and the function that does it.
type Command = (&'static str, &'static str, &'static str, Run);
type Run = fn(&Shell, Arguments, &mut Report) -> Result<()>;

const COMMANDS: &[Command] = &[
    ("check", "[--ci]", "format, clippy, docs, cargo-deny and tidy", check::run),
    ("test", "[--ci]", "all that can be tested here; --ci: `check` too, and skips fail", test::run),
    ("tidy", "", "the rules of this tree that no other tool knows", tidy::run),
    ("fuzz", "[--ci] [SECONDS]", "every fuzz target for SECONDS each (30)", fuzz::run),
    ("pictures", "", "the pictures of the README, made anew", pictures::run),
    ("screens", "", "the pictures of the app's screens: docs/screens", screens::run),
    ("bindgen", "", "the native library, its Kotlin and its Swift: target/bindings", bindgen::run),
    ("swift", "[--ci]", "the Swift tests, with the toolchain that they need", swift::run),
    ("android", "[--write]", "the library for phones, and a package of the app", android::run),
    (
        "ios",
        "[--check]",
        "the framework for iPhones, on a Mac; --check: its parts, anywhere",
        ios::run,
    ),
    (
        "bench",
        "[kotlin|portal|pins] [--write]",
        "the benchmarks of Rust, of Kotlin, of the portal or of its PINs; --write: into docs/benchmarks.md",
        bench::run,
    ),
    (
        "qr",
        "[--suite DIR] [--check] [--write]",
        "our QR reader beside its peers; --check: not behind",
        qr::run,
    ),
];

fn dispatch(mut words: Vec<String>) -> Result<Report> {
    if words.is_empty() {
        list();
        return Ok(Report::new(false));
    }
    let name = words.remove(0);
    let Some((_, known, _, run)) = COMMANDS.iter().find(|command| command.0 == name) else {
        list();
        bail!("there is no command `{name}`");
    };
    let mut arguments = Arguments(words);
    let mut report = Report::new(known.contains("--ci") && arguments.flag("--ci"));
    let shell = Shell::new()?;
    // Cargo names the manifest of the package it runs, which is one folder below the root.
    let manifest = env::var_os("CARGO_MANIFEST_DIR").context("run this as `cargo xtask`")?;
    shell.change_dir(Path::new(&manifest).parent().context("xtask lies in the workspace")?);
    run(&shell, arguments, &mut report)?;
    Ok(report)
}

fn list() {
    say("cargo xtask COMMAND, where COMMAND is one of:\n");
    for (name, arguments, about, _) in COMMANDS {
        say(&format!("  {:<24} {about}", format!("{name} {arguments}")));
    }
}

/// The words after the command, taken one by one; `finish` refuses what nobody took.
struct Arguments(Vec<String>);

impl Arguments {
    fn flag(&mut self, name: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|word| word != name);
        self.0.len() < before
    }

    /// The word after `name`.
    fn value(&mut self, name: &str) -> Result<Option<String>> {
        let Some(at) = self.0.iter().position(|word| word == name) else { return Ok(None) };
        if at + 1 == self.0.len() {
            bail!("`{name}` wants a word after it");
        }
        self.0.remove(at);
        Ok(Some(self.0.remove(at)))
    }

    fn number(&mut self) -> Result<Option<u64>> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let word = self.0.remove(0);
        word.parse().map(Some).with_context(|| format!("`{word}` is not a whole number"))
    }

    fn finish(self) -> Result<()> {
        match self.0.first() {
            Some(word) => bail!("`{word}` is not understood here"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_nobody_took_are_refused() {
        let mut arguments = Arguments(vec!["--ci".into(), "60".into()]);
        assert!(arguments.flag("--ci") && !arguments.flag("--ci"));
        assert_eq!(arguments.number().unwrap(), Some(60));
        assert!(arguments.finish().is_ok());
        assert!(Arguments(vec!["--cl".into()]).finish().is_err());
        assert!(Arguments(vec!["soon".into()]).number().is_err());
    }

    #[test]
    fn a_value_is_the_word_after_its_name() {
        let mut arguments = Arguments(vec!["--suite".into(), "pictures".into(), "--check".into()]);
        assert_eq!(arguments.value("--suite").unwrap().as_deref(), Some("pictures"));
        assert_eq!(arguments.value("--suite").unwrap(), None);
        assert!(arguments.flag("--check") && arguments.finish().is_ok());
        assert!(Arguments(vec!["--suite".into()]).value("--suite").is_err());
    }

    #[test]
    fn an_unknown_command_is_an_error() {
        assert!(dispatch(vec!["chekc".into()]).is_err());
    }
}
