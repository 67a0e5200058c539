//! Kotlin and the app: the whole of `android/` as one `mvn verify`, whose tests are counted with the others.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::report::Report;
use crate::run::{Outcome, watch};
use crate::{bindgen, setup};

/// Stages the bindings, and tests what is made of them.
pub(crate) fn tests(shell: &Shell, report: &mut Report) {
    if let Err(error) = tools(shell) {
        return report.skip(WHAT, &format!("{error:#}"));
    }
    let outcome = bindgen::stage(shell).and_then(|()| {
        watch(cmd!(shell, "mvn --batch-mode --no-transfer-progress -f android/pom.xml verify"), &[])
    });
    count(report, outcome);
}

/// What draws on a desktop wants the libraries of a screen, though there is none.
///
/// # Errors
/// Something is missing and cannot be installed.
pub(crate) fn tools(shell: &Shell) -> Result<()> {
    let found = |place: &&str| shell.path_exists(format!("/usr/lib/{place}"));
    let folders = ["x86_64-linux-gnu", "aarch64-linux-gnu"];
    let libraries = ["libGL.so.1", "libX11.so.6", "libfontconfig.so.1"];
    let drawn = folders.iter().any(|folder| {
        libraries.iter().all(|library| found(&format!("{folder}/{library}").as_str()))
    });
    if setup::on_path("mvn") && setup::on_path("javac") && drawn {
        return Ok(());
    }
    setup::packages(
        shell,
        &["maven", "openjdk-17-jdk-headless", "libgl1", "libx11-6", "libfontconfig1"],
    )
}

fn count(report: &mut Report, outcome: Result<Outcome>) {
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(error) => return report.fail(WHAT, &format!("{error:#}")),
    };
    let tally = Tally::read(&outcome.text);
    report.pass(tally.passed);
    tally.failed.iter().for_each(|name| report.fail(name, "in `mvn verify`"));
    (0..tally.skipped).for_each(|_| report.skip("a test in Kotlin", "marked as ignored"));
    if tally.failed.is_empty() && (!outcome.success || tally.passed == 0) {
        report.fail(WHAT, "it did not build, or no test ran");
    }
}

const WHAT: &str = "mvn verify";

/// What Surefire says at the end of each module.
#[derive(Debug, Default, PartialEq)]
struct Tally {
    passed: usize,
    failed: Vec<String>,
    skipped: usize,
}

impl Tally {
    fn read(text: &str) -> Self {
        let mut tally = Self::default();
        let mut failed = 0;
        for line in text.lines() {
            let said = line.split_once("] ").map_or("", |(_, said)| said);
            if let Some(counts) = said.strip_prefix("Tests run: ") {
                // Of each class there is such a line too, with its time.
                if !counts.contains("Time elapsed") {
                    let numbers: Vec<usize> =
                        counts.split(|c: char| !c.is_ascii_digit()).flat_map(str::parse).collect();
                    if let [run, failures, errors, skipped] = numbers[..] {
                        failed += failures + errors;
                        tally.skipped += skipped;
                        tally.passed += run.saturating_sub(failures + errors + skipped);
                    }
                }
            } else if let Some((name, _)) = said.split_once(" -- Time elapsed: ")
                && (line.ends_with("<<< FAILURE!") || line.ends_with("<<< ERROR!"))
            {
                tally.failed.push(name.to_owned());
            }
        }
        tally.failed.resize(failed, "a test without a name".to_owned());
        tally
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "\
[INFO] Tests run: 50, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 3.1 s -- in a.ScenarioTest
[INFO] Tests run: 50, Failures: 0, Errors: 0, Skipped: 0
[ERROR] Tests run: 8, Failures: 1, Errors: 0, Skipped: 1, Time elapsed: 9 s <<< FAILURE! -- in a.ScreensTest
[ERROR] a.ScreensTest.a_code_is_spoken -- Time elapsed: 0.1 s <<< FAILURE!
[ERROR] Tests run: 8, Failures: 1, Errors: 0, Skipped: 1
";

    #[test]
    fn the_modules_are_added_up_and_failures_named() {
        let failed = vec!["a.ScreensTest.a_code_is_spoken".to_owned()];
        assert_eq!(Tally::read(OUTPUT), Tally { passed: 56, failed, skipped: 1 });
    }

    #[test]
    fn a_build_that_fails_or_tests_nothing_is_no_success() {
        for (success, text) in [(false, ""), (true, "[INFO] BUILD SUCCESS")] {
            let mut report = Report::new(false);
            count(&mut report, Ok(Outcome { success, text: text.to_owned() }));
            assert_eq!(
                format!("{:?}", report.close()),
                format!("{:?}", std::process::ExitCode::FAILURE)
            );
        }
    }
}
