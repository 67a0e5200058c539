//! `cargo xtask bench kotlin`: what the way across the language boundary costs, as `Benchmarks.kt` measures it.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::report::Report;
use crate::{bindgen, maven};

pub(super) fn run(shell: &Shell, write: bool, report: &mut Report) -> Result<()> {
    maven::tools(shell)?;
    bindgen::stage(shell)?;
    let goals = ["--projects", "core", "test-compile", "surefire:test@default-test"];
    let outcome = maven::run(shell, &[&goals[..], &["-Dtest=Benchmarks"]].concat())?;
    let succeeded = outcome.success;
    let text = outcome.text.clone();
    let rows = rows(&text);
    report.step("bench kotlin", Ok(outcome));
    if succeeded && rows.is_empty() {
        report.fail("bench kotlin", "no benchmark was found");
    }
    if !write || !succeeded || rows.is_empty() {
        return Ok(());
    }
    let date = cmd!(shell, "date -u +%F").read()?;
    let java = cmd!(shell, "java -version").read_stderr()?;
    let java = java.lines().nth(1).unwrap_or_default();
    let mut table = format!("Measured on {date}: {}, {java}.\n\n", super::machine(shell)?);
    table.push_str("| what | fastest | median |\n|---|--:|--:|\n");
    rows.iter().for_each(|row| table.push_str(&format!("| {row} |\n")));
    super::write_table(shell, "bench kotlin --write", &table)
}

/// What `Benchmarks.kt` prints: `bench: name | fastest | median`.
fn rows(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.strip_prefix("bench: ")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_lines_of_benchmarks_are_read() {
        let text = "[INFO] Running a.Benchmarks\nbench: a call | 1 µs | 2 µs\n[INFO] done | 2\n";
        assert_eq!(rows(text), ["a call | 1 µs | 2 µs"]);
    }
}
