//! `cargo xtask bench pins`: PINs sent and verified, as `tests/benches/pins.rs` measures them.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::report::Report;
use crate::run::{say, watch};
use crate::setup;

pub(super) fn run(shell: &Shell, write: bool, report: &mut Report) -> Result<()> {
    let servers = [("pg_createcluster", "postgresql"), ("setpriv", "util-linux")];
    let missing: Vec<_> =
        servers.iter().filter(|(program, _)| !setup::on_path(program)).map(|(_, p)| *p).collect();
    if !missing.is_empty() {
        setup::packages(shell, &missing)?;
    }
    let outcome = watch(cmd!(shell, "cargo bench --package countersign-tests --bench pins"), &[])?;
    let succeeded = outcome.success;
    let table = table(&outcome.text);
    report.step("bench pins", Ok(outcome));
    let Some(table) = table.filter(|_| succeeded) else {
        if succeeded {
            report.fail("bench pins", "the benchmark did not say all of its figures");
        }
        return Ok(());
    };
    if write {
        let date = cmd!(shell, "date -u +%F").read()?;
        let machine = super::machine(shell)?;
        let table = format!("Measured on {date}: {machine}.\n\n{table}");
        let page = shell.read_file(super::PAGE)?;
        let page = super::between_markers(&page, "bench pins --write", &table)?;
        shell.write_file(super::PAGE, page)?;
        say(&format!("wrote {}", super::PAGE));
    }
    Ok(())
}

/// What the benchmark prints: `pins: ` and the cells of a row.
fn table(text: &str) -> Option<String> {
    let rows: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("pins: ")).collect();
    let head = "| what | a second | p99 | not answered, and asked again |\n|---|--:|--:|--:|\n";
    let table = rows.iter().fold(head.to_owned(), |table, row| format!("{table}| {row} |\n"));
    (rows.len() == ROWS).then_some(table)
}

const ROWS: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_wants_every_row() {
        let row = "pins: PINs sent, one portal | 500 | 40.1 ms | 0\nother\n";
        assert_eq!(table(&row.repeat(4)), None);
        let made = table(&row.repeat(5)).unwrap();
        assert_eq!(made.lines().count(), 7);
        assert!(made.contains("| PINs sent, one portal | 500 | 40.1 ms | 0 |\n"));
    }
}
