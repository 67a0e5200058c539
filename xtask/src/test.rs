//! `cargo xtask test`: everything this machine can test, set up by itself where something is missing.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use xshell::{Shell, cmd};

use crate::report::{Report, test_line};
use crate::run::watch;
use crate::{Arguments, check, maven, setup, swift};

pub(crate) fn run(shell: &Shell, arguments: Arguments, report: &mut Report) -> Result<()> {
    arguments.finish()?;
    if report.ci {
        check::steps(shell, report);
    }
    // The programs beside the tests, of the same parts: built one by one, each would build its own.
    let programs = cmd!(shell, "cargo build --workspace --bins --tests");
    let programs = watch(programs, &[]);
    let built = programs.as_ref().is_ok_and(|built| built.success).then_some(BUILT);
    report.step("build", programs);
    let workspace = cmd!(shell, "cargo test --workspace --no-fail-fast");
    report.tests("cargo test --workspace", watch(workspace, built.as_slice()));
    real_parts(shell, built, report);
    maven::tests(shell, report);
    swift::tests(shell, report);
    Ok(())
}

/// Tells the tests that the programs are there.
const BUILT: (&str, &str) = ("COUNTERSIGN_BUILT", "1");

/// Something that a test asks of the machine.
enum Need {
    /// A program and the Debian package that brings it.
    Program { name: &'static str, package: &'static str },
    /// Something else: how it is found or fetched, and the variable that tells the tests where it is.
    Tool { name: &'static str, variable: &'static str, find: fn(&Shell) -> Result<PathBuf> },
}

/// The modules of `tests/real_parts.rs`, each with what it needs that is not Rust and not ours.
const PARTS: &[(&str, &[Need])] = &[
    ("vault_reader", &[PYTHON]),
    ("killed_saves", &[STRACE]),
    ("easy_pictures", &[PICTURES, OATHTOOL]),
    ("oathtool", &[OATHTOOL]),
    ("portal_browser", &[CHROMIUM, CHROMEDRIVER, AXE]),
    ("secret_service", &[GNOME_KEYRING, DBUS]),
    ("portal_postgres", &[POSTGRES, SETPRIV]),
    ("portal_cluster", &[POSTGRES, SETPRIV, HAPROXY]),
    ("portal_messages", &[POSTGRES, SETPRIV]),
    ("portal_pins", &[INFOBIP]),
    ("portal_smsc", &[SMSC]),
    ("portal_deployment", &[SYSTEMD, HADOLINT]),
    ("portal_openapi", &[POSTGRES, SETPRIV, SCHEMATHESIS]),
];

const CHROMIUM: Need = Need::Program { name: "chromium", package: "chromium" };
const CHROMEDRIVER: Need = Need::Program { name: "chromedriver", package: "chromium-driver" };
const DBUS: Need = Need::Program { name: "dbus-run-session", package: "dbus" };
const GNOME_KEYRING: Need =
    Need::Program { name: "gnome-keyring-daemon", package: "gnome-keyring" };
const HAPROXY: Need = Need::Program { name: "haproxy", package: "haproxy" };
const OATHTOOL: Need = Need::Program { name: "oathtool", package: "oathtool" };
// The server's own programs are not on the path; this one, which the package brings along, is.
const POSTGRES: Need = Need::Program { name: "pg_createcluster", package: "postgresql" };
const SETPRIV: Need = Need::Program { name: "setpriv", package: "util-linux" };
const SYSTEMD: Need = Need::Program { name: "systemd-analyze", package: "systemd" };
const STRACE: Need = Need::Program { name: "strace", package: "strace" };

const AXE: Need = Need::Tool { name: "axe", variable: "COUNTERSIGN_AXE", find: axe };
const HADOLINT: Need =
    Need::Tool { name: "hadolint", variable: "COUNTERSIGN_HADOLINT", find: setup::hadolint };
/// A Python with the official client of the API for PINs.
const INFOBIP: Need =
    Need::Tool { name: "client", variable: "COUNTERSIGN_INFOBIP", find: setup::infobip };
/// Other people's pictures of QR codes.
const PICTURES: Need =
    Need::Tool { name: "field pictures", variable: "COUNTERSIGN_PICTURES", find: field_pictures };
/// A Python with the packages of the vault's independent reader.
const PYTHON: Need =
    Need::Tool { name: "Python", variable: "COUNTERSIGN_PYTHON", find: setup::python };
/// What makes requests out of an OpenAPI document.
const SCHEMATHESIS: Need = Need::Tool {
    name: "schemathesis",
    variable: "COUNTERSIGN_SCHEMATHESIS",
    find: setup::schemathesis,
};
/// An SMSC's jars.
const SMSC: Need = Need::Tool { name: "SMSC", variable: "COUNTERSIGN_SMSC", find: maven::smsc };

/// The tests against parts of other people: run where the part can be had, skipped by name where not.
fn real_parts(shell: &Shell, built: Option<(&'static str, &'static str)>, report: &mut Report) {
    let missing = missing_packages();
    let installed = match missing.as_slice() {
        [] => Ok(()),
        missing => setup::packages(shell, missing).map_err(|error| format!("{error:#}")),
    };
    let tools: BTreeMap<_, _> = PARTS
        .iter()
        .flat_map(|(_, needs)| *needs)
        .filter_map(|need| match need {
            Need::Tool { variable, find, .. } => {
                Some((*variable, find(shell).map_err(|error| format!("{error:#}"))))
            }
            Need::Program { .. } => None,
        })
        .collect();
    let met = |need: &Need| match need {
        Need::Program { name, .. } if setup::on_path(name) => Ok(()),
        Need::Program { name, .. } => {
            let why = installed.as_ref().err().map_or("its package has none", String::as_str);
            Err(format!("no {name} ({why})"))
        }
        Need::Tool { name, variable, .. } => {
            tools[variable].as_ref().map(drop).map_err(|why| format!("no {name} ({why})"))
        }
    };

    let (mut run, mut skips) = (Vec::new(), Vec::new());
    for (module, needs) in PARTS {
        match needs.iter().try_for_each(met) {
            Ok(()) => run.push(*module),
            Err(why) => {
                report.skip(&format!("real_parts::{module}"), &why);
                skips.extend(["--skip".to_owned(), format!("{module}::")]);
            }
        }
    }
    let paths = tools
        .iter()
        .filter_map(|(variable, path)| Some((*variable, path.as_ref().ok()?.to_str()?)));
    let variables: Vec<_> = paths.chain(built).collect();

    let what = "cargo test --test real_parts";
    let cargo = cmd!(shell, "cargo test --workspace --test real_parts");
    let outcome = watch(cargo.arg("--").args(skips), &variables);
    let silent = outcome.as_ref().map_or(Vec::new(), |outcome| silent(&run, &outcome.text));
    let built = outcome.as_ref().is_ok_and(|outcome| outcome.text.contains("test result: "));
    report.tests(what, outcome);
    if built {
        silent.iter().for_each(|module| report.fail(module, "no test of this module ran"));
    }
}

fn missing_packages() -> Vec<&'static str> {
    let needs = PARTS.iter().flat_map(|(_, needs)| *needs);
    let missing: BTreeSet<_> = needs
        .filter_map(|need| match need {
            Need::Program { name, package } if !setup::on_path(name) => Some(*package),
            _ => None,
        })
        .collect();
    missing.into_iter().collect()
}

/// The rules of accessibility as a script for a page.
pub(crate) fn axe(shell: &Shell) -> Result<PathBuf> {
    setup::npm(shell, "axe-core", "4.14.1", "axe.min.js")
}

/// The pictures in the folder of field data, which may lie beside a checkout but is never in it.
fn field_pictures(shell: &Shell) -> Result<PathBuf> {
    let folder = env::var_os("COUNTERSIGN_FIELD").context("COUNTERSIGN_FIELD names no folder")?;
    let folder = shell.current_dir().join(folder).join("qr/easy");
    folder.canonicalize().with_context(|| format!("there is no {}", folder.display()))
}

/// The modules that should have run but of which no line tells: renamed, or emptied.
fn silent<'a>(modules: &[&'a str], text: &str) -> Vec<&'a str> {
    let ran: Vec<_> = text.lines().filter_map(test_line).map(|(name, _)| name).collect();
    let told = |module: &str| {
        ran.iter().any(|name| name.strip_prefix(module).is_some_and(|rest| rest.starts_with("::")))
    };
    modules.iter().copied().filter(|module| !told(module)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_without_a_test_is_noticed() {
        let text = "test vault_reader::reads ... ok\ntest oathtool_too::agrees ... ok\n";
        assert_eq!(silent(&["vault_reader", "oathtool"], text), ["oathtool"]);
    }
}
