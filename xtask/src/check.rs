//! `cargo xtask check`: everything that can be judged without running the product.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::report::Report;
use crate::run::{Outcome, watch};
use crate::{Arguments, maven, setup, swift, tidy};

pub(crate) fn run(shell: &Shell, arguments: Arguments, report: &mut Report) -> Result<()> {
    arguments.finish()?;
    steps(shell, report);
    Ok(())
}

/// Every step, whatever becomes of the one before.
pub(crate) fn steps(shell: &Shell, report: &mut Report) {
    report.step("fmt", format(shell));
    report.step("clippy", clippy(shell));
    let doc = cmd!(shell, "cargo doc --workspace --no-deps");
    report.step("doc", watch(doc, &[("RUSTDOCFLAGS", "-D warnings")]));
    deny(shell, report);
    ktlint(shell, report);
    swift::format(shell, report);
    tidy::step(shell, report);
}

fn format(shell: &Shell) -> Result<Outcome> {
    let workspace = watch(cmd!(shell, "cargo fmt --all --check"), &[])?;
    // The fuzz targets and the peers are outside the workspace; cargo fmt does not see them.
    let mut outside = shell.read_dir("fuzz/fuzz_targets")?;
    outside.push("peers/src/main.rs".into());
    let outside = watch(cmd!(shell, "rustfmt --check --edition 2024 {outside...}"), &[])?;
    Ok(Outcome { success: workspace.success && outside.success, text: String::new() })
}

fn clippy(shell: &Shell) -> Result<Outcome> {
    let deny = ["--", "-D", "warnings"];
    let all = watch(cmd!(shell, "cargo clippy --workspace --all-targets {deny...}"), &[])?;
    // `--all-targets` passes over a test target that plain `cargo test` does not run.
    let parts = cmd!(shell, "cargo clippy --workspace --test real_parts {deny...}");
    Ok(Outcome { success: all.success & watch(parts, &[])?.success, text: String::new() })
}

fn deny(shell: &Shell, report: &mut Report) {
    let deny = match setup::cargo_tool(shell, "cargo-deny", CARGO_DENY) {
        Ok(deny) => deny,
        Err(error) => return report.skip("deny", &format!("{error:#}")),
    };
    report.step("deny", watch(cmd!(shell, "{deny} check bans licenses sources"), &[]));
    let outcome = watch(cmd!(shell, "{deny} check advisories"), &[]);
    match outcome.as_ref().ok().and_then(|outcome| no_database(&outcome.text)) {
        Some(error) => report.skip("deny advisories", error),
        None => report.step("deny advisories", outcome),
    }
}

/// The layout of Kotlin, by the rules in `android/.editorconfig`.
fn ktlint(shell: &Shell, report: &mut Report) {
    let jar = match maven::ktlint(shell, KTLINT) {
        Ok(jar) => jar,
        Err(error) => return report.skip("ktlint", &format!("{error:#}")),
    };
    let files = ["android/*/src/**/*.kt", "android/*.kts", "android/*/*.kts"];
    report.step("ktlint", watch(cmd!(shell, "java -jar {jar} {files...}"), &[]));
}

/// The error that says that the advisories could not be had, as against one that was found.
fn no_database(text: &str) -> Option<&str> {
    let error = &text[text.find("failed to fetch advisory database")?..];
    error.lines().next()?.split(": [").next()
}

const KTLINT: &str = "1.8.0";
const CARGO_DENY: &str = "0.20.2";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_failed_fetch_excuses_the_advisories() {
        let closed = "2026-01-01 [ERROR] failed to fetch advisory database https://a.example/db \
                      with cli: failed to clone: [\"clone\", \"--depth=1\"]";
        assert!(no_database(closed).is_some_and(|error| !error.contains("--depth")));
        assert_eq!(no_database("error[vulnerability]: use after free"), None);
    }
}
