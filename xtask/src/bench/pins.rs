//! `cargo xtask bench pins`: PINs sent and verified, as `tests/benches/pins.rs` measures them.

use anyhow::Result;
use xshell::Shell;

use crate::report::Report;

pub(super) fn run(shell: &Shell, write: bool, report: &mut Report) -> Result<()> {
    super::of_portal(shell, "pins", &[], table, write, report)
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
