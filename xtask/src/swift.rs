//! The Swift half: `ios/` built, tested and held to its layout, over what `bindgen` stages.
//!
//! On Linux the frameworks of Apple have stand-ins (`ios/StandIns/`), so that every file of the app is compiled
//! and its screens run.

mod toolchain;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use xshell::{Shell, cmd};

use crate::report::Report;
use crate::run::{Outcome, watch};
use crate::{Arguments, bindgen};

pub(crate) fn run(shell: &Shell, arguments: Arguments, report: &mut Report) -> Result<()> {
    arguments.finish()?;
    format(shell, report);
    tests(shell, report);
    Ok(())
}

/// All Swift tests as part of `cargo xtask test`; skipped by name where there is no toolchain.
pub(crate) fn tests(shell: &Shell, report: &mut Report) {
    let swift = match toolchain::programs(shell) {
        Ok(swift) => swift.join("swift"),
        Err(error) => return report.skip(WHAT, &format!("{error:#}")),
    };
    if let Err(error) = bindgen::stage(shell).and_then(|()| stage(shell)) {
        return report.fail(WHAT, &format!("{error:#}"));
    }
    // Every warning is an error here and not in the manifest: who uses the package has other compilers.
    let strict = ["--package-path", "ios", "-Xswiftc", "-warnings-as-errors"];
    count(report, watch(cmd!(shell, "{swift} test {strict...}"), &[]));
    // Linux evaluates the half of the manifest that is for Apple only when it is asked to.
    report.step("the package for Apple", apple_package(shell, &swift));
}

/// The layout of Swift, by the rules in `ios/.swift-format`.
pub(crate) fn format(shell: &Shell, report: &mut Report) {
    let program = match toolchain::programs(shell) {
        Ok(swift) => swift.join("swift-format"),
        Err(error) => return report.skip("swift-format", &format!("{error:#}")),
    };
    let written = written(shell, Path::new("ios"));
    let lint =
        written.and_then(|files| watch(cmd!(shell, "{program} lint --strict {files...}"), &[]));
    report.step("swift-format", lint);
}

/// The folder with `swift` and its kin.
///
/// # Errors
/// There is none, and none can be had.
pub(crate) fn programs(shell: &Shell) -> Result<PathBuf> {
    toolchain::programs(shell)
}

/// Brings what is generated into the package, which may not refer to anything outside of itself.
///
/// # Errors
/// Nothing was generated yet.
pub(crate) fn stage(shell: &Shell) -> Result<()> {
    for (from, to) in
        [("Countersign", "Countersign/Generated"), ("CountersignFFI", "CountersignFFI")]
    {
        for file in shell.read_dir(format!("target/bindings/swift/{from}"))? {
            let name = file.file_name().unwrap_or_default().to_owned();
            bindgen::put(shell, &file, &Path::new("ios/Sources").join(to).join(name))?;
        }
    }
    Ok(())
}

/// The manifest as an Apple machine reads it.
///
/// # Errors
/// It cannot be evaluated, or names another binary target or another system than the documentation.
pub(crate) fn apple_package(shell: &Shell, swift: &Path) -> Result<Outcome> {
    let dump = cmd!(shell, "{swift} package --package-path ios dump-package");
    let outcome = watch(dump, &[("COUNTERSIGN_APPLE", "1")])?;
    if outcome.success {
        let start = outcome.text.find('{').unwrap_or_default();
        let told: serde_json::Value = serde_json::from_str(&outcome.text[start..])?;
        let binary = |target: &serde_json::Value| {
            target["type"] == "binary" && target["path"] == "CountersignFFI.xcframework"
        };
        let targets = told["targets"].as_array().map_or(&[][..], Vec::as_slice);
        ensure!(targets.iter().any(binary), "no binary target CountersignFFI.xcframework");
        ensure!(targets.iter().all(|target| target["type"] != "system"), "a system library");
        ensure!(told["platforms"][0]["platformName"] == "ios", "the platform is not iOS");
        ensure!(told["platforms"][0]["version"] == "17.0", "the version of iOS is not 17.0");
    }
    Ok(outcome)
}

/// Every Swift file below `folder` that somebody wrote.
fn written(shell: &Shell, folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in shell.read_dir(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if shell.current_dir().join(&path).is_dir() {
            if name != "Generated" && !name.starts_with('.') {
                files.extend(written(shell, &path)?);
            }
        } else if name.ends_with(".swift") {
            files.push(path);
        }
    }
    Ok(files)
}

/// Counts what Swift Testing says; a suite that is to have tests and runs none is a failure.
fn count(report: &mut Report, outcome: Result<Outcome>) {
    let Outcome { success, text } = match outcome {
        Ok(outcome) => outcome,
        Err(error) => return report.fail(WHAT, &format!("{error:#}")),
    };
    let tally = Tally::read(&text);
    report.pass(tally.passed);
    tally.failed.iter().for_each(|name| report.fail(name, "in Swift"));
    tally.skipped.iter().for_each(|name| report.skip(name, "marked as disabled"));
    if !tally.ended || (!success && tally.failed.is_empty()) {
        return report.fail(WHAT, "it did not build, or the test process crashed");
    }
    for suite in SUITES.iter().filter(|suite| !tally.suites.contains_key(**suite)) {
        report.fail(suite, "no test of this suite ran");
    }
}

/// What the output of `swift test` says.
#[derive(Debug, Default, PartialEq)]
struct Tally {
    /// Each set of arguments of a test counts as one, as it does in the other languages.
    passed: usize,
    failed: Vec<String>,
    skipped: Vec<String>,
    suites: BTreeMap<String, ()>,
    ended: bool,
}

impl Tally {
    fn read(text: &str) -> Self {
        let mut tally = Self::default();
        let mut cases: BTreeMap<&str, usize> = BTreeMap::new();
        let mut named = 0;
        for line in text.lines() {
            let Some((mark, rest)) = line.split_once(' ') else { continue };
            if mark == "◇" && rest.starts_with("Passing ") {
                let name = rest.rsplit_once(" to ").map_or("", |(_, name)| name);
                *cases.entry(name).or_default() += 1;
            } else if let Some(test) = rest.strip_prefix("Test ") {
                if let Some(closing) = test.strip_prefix("run ") {
                    let number =
                        closing.strip_prefix("with ").and_then(|rest| rest.split(' ').next());
                    if let Some(number) = number.and_then(|number| number.parse::<usize>().ok()) {
                        tally.ended = true;
                        // The count is the truth; a name is lost when other output runs into its line.
                        tally.passed +=
                            number.saturating_sub(named + tally.failed.len() + tally.skipped.len());
                    }
                    continue;
                }
                let of = |verdict: &str| test.split_once(verdict).map(|(name, _)| name);
                if let Some(name) = of(" passed after ") {
                    named += 1;
                    tally.passed += cases.get(name).copied().unwrap_or(1);
                } else if let Some(name) = of(" failed after ") {
                    tally.failed.push(name.to_owned());
                } else if let Some(name) = of(" skipped").filter(|_| mark == "➜") {
                    tally.skipped.push(name.to_owned());
                }
            } else if let Some(suite) = rest.strip_prefix("Suite ")
                && let Some((name, _)) = suite.split_once(" passed after ")
            {
                tally.suites.insert(name.to_owned(), ());
            } else if let Some((name, _)) =
                rest.strip_prefix("Suite ").and_then(|suite| suite.split_once(" failed after "))
            {
                tally.suites.insert(name.to_owned(), ());
            }
        }
        tally
    }
}

const WHAT: &str = "swift";
/// The suites that say what the whole promises.
const SUITES: &[&str] = &[
    "ScenarioTests",
    "VectorTests",
    "AuthenticatorTests",
    "KeychainTests",
    "FlowTests",
    "ScreenTests",
];

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "\
◇ Test run started.
◇ Suite ScenarioTests started.
◇ Test each(name:) started.
◇ Passing 1 argument name → \"answers\" to each(name:)
◇ Passing 1 argument name → \"a link to b\" to each(name:)
✔ Test each(name:) passed after 0.7 seconds.
✔ Test one() passed after 0.1 seconds.
✘ Test two() recorded an issue at A.swift:33:13: Expectation failed: a passed after
✘ Test two() failed after 0.6 seconds with 1 issue.
➜ Test three() skipped: \"later\"
✘ Suite ScenarioTests failed after 0.7 seconds with 1 issue.
✘ Test run with 4 tests failed after 0.7 seconds with 1 issue.
";

    fn failures(success: bool, text: &str) -> usize {
        let mut report = Report::new(true);
        count(&mut report, Ok(Outcome { success, text: text.to_owned() }));
        report.failures()
    }

    #[test]
    fn arguments_count_and_names_are_kept() {
        let tally = Tally {
            passed: 3,
            failed: vec!["two()".to_owned()],
            skipped: vec!["three()".to_owned()],
            suites: BTreeMap::from([("ScenarioTests".to_owned(), ())]),
            ended: true,
        };
        assert_eq!(Tally::read(OUTPUT), tally);
        let lost = "50%✔ Test one() passed after 1 s.\n✔ Test run with 1 test passed after 1 s.\n";
        assert_eq!(Tally::read(lost).passed, 1);
    }

    #[test]
    fn a_build_error_a_crash_and_an_empty_suite_are_failures() {
        let suites: String = SUITES
            .iter()
            .map(|suite| format!("✔ Suite {suite} passed after 1 seconds.\n"))
            .collect();
        let whole = format!(
            "✔ Test one() passed after 1 seconds.\n{suites}✔ Test run with 1 test passed after 1 s.\n"
        );
        assert_eq!(failures(true, &whole), 0);
        assert_eq!(failures(true, &whole.replace("FlowTests", "Flow")), 1);
        assert_eq!(failures(false, "error: no such module\n"), 1);
        assert_eq!(failures(false, &whole.replace("Test run with", "Test ran")), 1);
        assert_eq!(failures(false, &whole), 1);
        // One failed, one skipped, five suites that ran nothing.
        assert_eq!(failures(false, OUTPUT), 7);
    }
}
