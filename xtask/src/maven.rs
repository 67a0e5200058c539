//! The Kotlin half: `android/` built and tested by Maven over what `bindgen` stages.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use xshell::{Shell, cmd};

use crate::report::Report;
use crate::run::{Outcome, watch};
use crate::{bindgen, setup};

/// All Kotlin tests as part of `cargo xtask test`; skipped by name where there is no JDK or no Maven.
pub(crate) fn tests(shell: &Shell, report: &mut Report) {
    if let Err(error) = tools(shell) {
        return report.skip(WHAT, &format!("{error:#}"));
    }
    if let Err(error) = bindgen::stage(shell) {
        return report.fail(WHAT, &format!("{error:#}"));
    }
    count(report, run(shell, &["verify"]));
}

/// A JDK, Maven and what draws the screens, from Debian's packages where they are missing.
///
/// # Errors
/// They cannot be had.
pub(crate) fn tools(shell: &Shell) -> Result<()> {
    let programs = TOOLS.iter().filter(|(program, _)| !setup::on_path(program));
    let there = |library: &str| {
        LIBRARIES.iter().any(|folder| shell.path_exists(format!("{folder}/{library}")))
    };
    let libraries = DRAWN_WITH.iter().filter(|(library, _)| !there(library));
    let missing: Vec<_> = programs.chain(libraries).map(|(_, package)| *package).collect();
    if missing.is_empty() { Ok(()) } else { setup::packages(shell, &missing) }
}

/// Runs Maven over `android/`, a second time where the first could not fetch something.
pub(crate) fn run(shell: &Shell, arguments: &[&str]) -> Result<Outcome> {
    let once = || {
        let quiet = ["--batch-mode", "--no-transfer-progress", "--fail-at-end"];
        watch(cmd!(shell, "mvn {quiet...} --file android/pom.xml {arguments...}"), &[])
    };
    let first = once()?;
    if !first.success && first.text.contains(NOT_FETCHED) { once() } else { Ok(first) }
}

/// The layout checker of Kotlin at exactly this version, in `target/tools` unless it is there.
///
/// # Errors
/// There is no Java, no Maven, or it cannot be fetched.
pub(crate) fn ktlint(shell: &Shell, version: &str) -> Result<PathBuf> {
    tools(shell)?;
    let folder = shell.current_dir().join("target/tools");
    fetch(shell, &format!("com.pinterest.ktlint:ktlint-cli:{version}:jar:all"), &folder)
}

/// The folder with the SMSC that comes with jSMPP, and what it is made of.
///
/// # Errors
/// There is no Java, no Maven, or it cannot be fetched.
pub(crate) fn smsc(shell: &Shell) -> Result<PathBuf> {
    tools(shell)?;
    let folder = shell.current_dir().join("target/tools/smsc");
    for jar in SMSC {
        fetch(shell, jar, &folder)?;
    }
    Ok(folder)
}

/// An artifact of Maven's, `group:name:version:jar` and a classifier, in this folder unless it is there.
fn fetch(shell: &Shell, artifact: &str, folder: &Path) -> Result<PathBuf> {
    let parts: Vec<_> = artifact.split(':').collect();
    let classifier = parts.get(4).map(|classifier| format!("-{classifier}")).unwrap_or_default();
    let path = folder.join(format!("{}-{}{classifier}.{}", parts[1], parts[2], parts[3]));
    if !path.is_file() {
        let (artifact, place) =
            (format!("-Dartifact={artifact}"), format!("-DoutputDirectory={}", folder.display()));
        let copy = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy";
        let quiet = ["--batch-mode", "--no-transfer-progress"];
        let fetched = watch(cmd!(shell, "mvn {quiet...} {copy} {artifact} {place}"), &[])?;
        ensure!(fetched.success, "{} {} could not be fetched", parts[1], parts[2]);
    }
    Ok(path)
}

/// Counts what Surefire says; a module that is to have tests and runs none is a failure.
fn count(report: &mut Report, outcome: Result<Outcome>) {
    let Outcome { success, text } = match outcome {
        Ok(outcome) => outcome,
        Err(error) => return report.fail(WHAT, &format!("{error:#}")),
    };
    if !success && text.contains(NOT_FETCHED) {
        return report.skip(WHAT, "Maven could not fetch what it builds with");
    }
    let tally = Tally::read(&text);
    report.pass(tally.modules.values().sum());
    tally.failed.iter().for_each(|name| report.fail(name, "in Kotlin"));
    (0..tally.skipped).for_each(|_| report.skip("a Kotlin test", "marked as disabled"));
    if !success && tally.failed.is_empty() {
        return report.fail(WHAT, "it did not build, or a test process crashed");
    }
    for module in TESTED.iter().filter(|module| success && !tally.modules.contains_key(**module)) {
        report.fail(module, "no test of this module ran");
    }
}

/// What the output of Maven says of its tests.
#[derive(Debug, Default, PartialEq)]
struct Tally {
    /// How many passed, by the module they are of.
    modules: BTreeMap<String, usize>,
    failed: Vec<String>,
    skipped: usize,
}

impl Tally {
    fn read(text: &str) -> Self {
        let mut tally = Self::default();
        let (mut module, mut failed) = (String::new(), 0);
        for line in text.lines() {
            let line = ["[INFO] ", "[WARNING] ", "[ERROR] "]
                .iter()
                .find_map(|level| line.strip_prefix(level))
                .unwrap_or(line);
            if let Some(of) = line.strip_suffix(" ---").and_then(|goal| goal.rsplit_once(" @ ")) {
                module = of.1.to_owned();
            } else if let Some(counts) = line.strip_prefix("Tests run: ") {
                // Each class has such a line too, with its time; the sum of a module has none.
                if counts.contains("Time elapsed") {
                    continue;
                }
                let number = |name: &str| {
                    let after = counts.split_once(name)?.1.trim_start_matches(": ");
                    after.split(',').next()?.trim().parse::<usize>().ok()
                };
                let run = counts.split(',').next().and_then(|run| run.parse::<usize>().ok());
                let [failures, errors, skipped] =
                    ["Failures", "Errors", "Skipped"].map(|name| number(name).unwrap_or(0));
                let passed = run.unwrap_or(0).saturating_sub(failures + errors + skipped);
                if passed > 0 {
                    *tally.modules.entry(module.clone()).or_default() += passed;
                }
                failed += failures + errors;
                tally.skipped += skipped;
            } else if let Some((name, _)) = line.split_once(" -- Time elapsed: ")
                && (line.ends_with("<<< FAILURE!") || line.ends_with("<<< ERROR!"))
            {
                tally.failed.push(name.to_owned());
            }
        }
        // The counts are the truth; a name is lost when a test's own output runs into its line.
        tally.failed.resize(failed, "a test without a name".to_owned());
        tally
    }
}

const WHAT: &str = "kotlin";
const TOOLS: &[(&str, &str)] = &[("javac", "openjdk-17-jdk-headless"), ("mvn", "maven")];
/// What draws the screens is linked to these, though it needs no screen.
const DRAWN_WITH: &[(&str, &str)] = &[
    ("libGL.so.1", "libgl1"),
    ("libX11.so.6", "libx11-6"),
    ("libfontconfig.so.1", "libfontconfig1"),
];
const LIBRARIES: &[&str] = &["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"];
/// The modules of `android/pom.xml` that have tests.
const TESTED: &[&str] = &["countersign-core", "countersign-ui"];
/// jSMPP's simulator of an SMSC, and what it is made of.
const SMSC: [&str; 4] = [
    "org.jsmpp:jsmpp-examples:3.0.0:jar",
    "org.jsmpp:jsmpp:3.0.0:jar",
    "org.slf4j:slf4j-api:1.7.36:jar",
    "org.slf4j:slf4j-simple:1.7.36:jar",
];
const NOT_FETCHED: &str = "Could not transfer artifact";

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "\
[INFO] --- maven-surefire-plugin:3.6.1:test (default-test) @ countersign-core ---
[INFO] Tests run: 50, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 5.0 s -- in a.ScenarioTest
[ERROR] Tests run: 9, Failures: 1, Errors: 1, Skipped: 1, Time elapsed: 7 s <<< FAILURE! -- in a.B
[ERROR] a.B.one thing -- Time elapsed: 1.105 s <<< FAILURE!
[ERROR] Tests run: 59, Failures: 1, Errors: 1, Skipped: 1
[INFO] --- maven-surefire-plugin:3.6.1:test (android) @ countersign-core ---
[INFO] Tests run: 9, Failures: 0, Errors: 0, Skipped: 0
[INFO] --- maven-surefire-plugin:3.6.1:test (default-test) @ countersign-app ---
[INFO] No tests to run.
";

    fn counted(success: bool, text: &str) -> Report {
        let mut report = Report::new(true);
        count(&mut report, Ok(Outcome { success, text: text.to_owned() }));
        report
    }

    #[test]
    fn closing_lines_are_added_up_and_names_kept() {
        let tally = Tally {
            modules: BTreeMap::from([("countersign-core".to_owned(), 65)]),
            failed: vec!["a.B.one thing".to_owned(), "a test without a name".to_owned()],
            skipped: 1,
        };
        assert_eq!(Tally::read(OUTPUT), tally);
    }

    #[test]
    fn no_tests_a_build_error_and_no_network_are_failures_in_ci() {
        let passes = |success, text: &str| counted(success, text).failures() == 0;
        let ran = |tests: u32| -> String {
            let module = |name| {
                format!(
                    "[INFO] --- surefire:test (a) @ {name} ---\n\
                     [INFO] Tests run: {tests}, Failures: 0, Errors: 0\n"
                )
            };
            TESTED.iter().map(module).collect()
        };
        assert!(passes(true, &ran(1)));
        assert!(!passes(true, &ran(0)));
        assert!(!passes(true, "[INFO] BUILD SUCCESS\n"));
        assert!(!passes(false, "[ERROR] COMPILATION ERROR\n"));
        assert!(!passes(false, "[ERROR] Could not transfer artifact a:b:jar:1\n"));
        assert!(!passes(false, OUTPUT));
    }
}
