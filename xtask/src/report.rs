//! What passed, failed and was skipped, and the one line that says so.

use std::process::ExitCode;

use anyhow::Result;

use crate::run::{Outcome, say};

/// The count of everything a command did.
pub(crate) struct Report {
    /// Whether a skip that is not in `MAY_BE_SKIPPED` is a failure.
    pub(crate) ci: bool,
    passed: usize,
    failures: Vec<String>,
    skips: Vec<String>,
}

/// What even CI may skip, and the one reason that excuses it.
const MAY_BE_SKIPPED: &[(&str, &str)] = &[
    // The database lies on a server that a closed network cannot reach.
    ("deny advisories", "failed to fetch advisory database"),
    // The pictures belong to others and cannot be shipped.
    ("real_parts::easy_pictures", "no field pictures here"),
];

impl Report {
    pub(crate) fn new(ci: bool) -> Self {
        Self { ci, passed: 0, failures: Vec::new(), skips: Vec::new() }
    }

    #[cfg(test)]
    pub(crate) fn failures(&self) -> usize {
        self.failures.len()
    }

    pub(crate) fn pass(&mut self, count: usize) {
        self.passed += count;
    }

    pub(crate) fn fail(&mut self, what: &str, why: &str) {
        say(&format!("FAILED {what}: {why}"));
        self.failures.push(format!("{what}: {why}"));
    }

    pub(crate) fn skip(&mut self, what: &str, why: &str) {
        let excused = |(name, reason): &(&str, &str)| *name == what && why.starts_with(reason);
        if self.ci && !MAY_BE_SKIPPED.iter().any(excused) {
            self.fail(what, &format!("skipped, which CI does not allow: {why}"));
        } else {
            say(&format!("SKIPPED {what}: {why}"));
            self.skips.push(format!("{what}: {why}"));
        }
    }

    /// Counts one thing that either works or does not.
    pub(crate) fn step(&mut self, what: &str, outcome: Result<Outcome>) {
        match outcome {
            Ok(Outcome { success: true, .. }) => self.pass(1),
            Ok(_) => self.fail(what, "see its output above"),
            Err(error) => self.fail(what, &format!("{error:#}")),
        }
    }

    /// Counts the tests of one `cargo test`, which prove nothing if there are none.
    pub(crate) fn tests(&mut self, what: &str, outcome: Result<Outcome>) {
        let outcome = match outcome {
            Ok(outcome) => outcome,
            Err(error) => return self.fail(what, &format!("{error:#}")),
        };
        let tally = Tally::read(&outcome.text);
        let failures = self.failures.len();
        self.pass(tally.passed);
        tally.failed.iter().for_each(|name| self.fail(name, &format!("in `{what}`")));
        tally.ignored.iter().for_each(|name| self.skip(name, "marked as ignored"));
        if tally.ended < tally.started {
            self.fail(what, "a test program ended without its result");
        }
        if self.failures.len() == failures {
            if !outcome.success {
                self.fail(what, "it did not build, or a test program crashed");
            } else if tally.passed == 0 {
                self.fail(what, "no test was found");
            }
        }
    }

    /// Prints every skip and failure, then the count, alone on the last line.
    pub(crate) fn close(self) -> ExitCode {
        let Self { passed, failures, skips, .. } = self;
        if passed + failures.len() + skips.len() > 0 {
            say("");
            skips.iter().for_each(|skip| say(&format!("skipped {skip}")));
            failures.iter().for_each(|failure| say(&format!("failed {failure}")));
            say(&format!("{passed} passed, {} failed, {} skipped", failures.len(), skips.len()));
        }
        if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// What the output of `cargo test` says.
#[derive(Debug, Default, PartialEq)]
struct Tally {
    passed: usize,
    failed: Vec<String>,
    ignored: Vec<String>,
    started: usize,
    ended: usize,
}

impl Tally {
    fn read(text: &str) -> Self {
        let mut tally = Self::default();
        let (mut failed, mut ignored) = (0, 0);
        for line in text.lines() {
            if line.starts_with("     Running ") || line.starts_with("   Doc-tests ") {
                tally.started += 1;
            } else if let Some(counts) = line.strip_prefix("test result: ") {
                tally.ended += 1;
                tally.passed += count(counts, "passed");
                failed += count(counts, "failed");
                ignored += count(counts, "ignored");
            } else if let Some((name, verdict)) = test_line(line) {
                match verdict {
                    "FAILED" => tally.failed.push(name.to_owned()),
                    _ if verdict.starts_with("ignored") => tally.ignored.push(name.to_owned()),
                    _ => {}
                }
            }
        }
        // The counts are the truth; a name is lost when a test's own output runs into its line.
        tally.failed.resize(failed, "a test without a name".to_owned());
        tally.ignored.resize(ignored, "a test without a name".to_owned());
        tally
    }
}

/// Name and verdict of a line like `test otp::a_name ... ok`.
pub(crate) fn test_line(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix("test ")?.rsplit_once(" ... ")
}

/// The number before `word` in `ok. 12 passed; 0 failed; 3 ignored; …`.
fn count(counts: &str, word: &str) -> usize {
    let before = counts.split(word).next().unwrap_or_default();
    before.split_whitespace().next_back().and_then(|number| number.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "\
   Compiling countersign v0.1.0
     Running unittests src/lib.rs (target/debug/deps/countersign-1)
test otp::counters ... ok
test otp::times ... FAILED
test qr::slow ... ignored, takes an hour
test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 4 filtered out; finished in 0.1s
   Doc-tests countersign
test core/src/secret.rs - secret::Secret (line 10) - compile fail ... ok
test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s
";

    fn ran(success: bool, text: &str) -> Report {
        let mut report = Report::new(false);
        report.tests("cargo test", Ok(Outcome { success, text: text.to_owned() }));
        report
    }

    #[test]
    fn result_lines_are_added_up_and_names_kept() {
        let tally = Tally {
            passed: 2,
            failed: vec!["otp::times".to_owned()],
            ignored: vec!["qr::slow".to_owned()],
            started: 2,
            ended: 2,
        };
        assert_eq!(Tally::read(OUTPUT), tally);
    }

    #[test]
    fn a_build_error_a_crash_and_no_tests_are_failures() {
        assert_eq!(ran(false, "error[E0425]: cannot find value").failures.len(), 1);
        assert_eq!(ran(true, "test result: ok. 0 passed; 0 failed; 0 ignored").failures.len(), 1);
        let crashed = format!("{OUTPUT}     Running tests/behaviour.rs (target/debug/deps/b-1)\n");
        assert_eq!(ran(false, &crashed).failures.len(), 2);
    }

    #[test]
    fn ci_allows_only_the_skips_that_it_names() {
        let mut report = Report::new(true);
        report.skip("deny advisories", "failed to fetch advisory database of a.example");
        report.skip("real_parts::easy_pictures", "no field pictures here");
        assert_eq!((report.skips.len(), report.failures.len()), (2, 0));
        report.skip("real_parts::easy_pictures", "no oathtool");
        report.skip("real_parts::oathtool", "no oathtool");
        assert_eq!((report.skips.len(), report.failures.len()), (2, 2));
    }
}
