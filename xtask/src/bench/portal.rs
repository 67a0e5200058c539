//! `cargo xtask bench portal`: codes verified over HTTP beside what the database alone can commit,
//! and a cluster under kills, as `tests/benches/portal.rs` measures them.

use anyhow::Result;
use xshell::Shell;

use crate::report::Report;

pub(super) fn run(shell: &Shell, write: bool, report: &mut Report) -> Result<()> {
    super::of_portal(shell, "portal", &[("haproxy", "haproxy")], table, write, report)
}

/// What the benchmark prints: `bench: ` and the cells of a comparison, `cluster: ` and a figure.
fn table(text: &str) -> Option<String> {
    let lines = |word: &str| -> Vec<_> {
        let word = format!("{word}: ");
        text.lines().filter_map(|line| line.strip_prefix(&word).map(str::to_owned)).collect()
    };
    let (comparisons, figures) = (lines("bench"), lines("cluster"));
    if comparisons.len() != 2 || figures.is_empty() {
        return None;
    }
    let mut table = String::from(
        "| on | codes a second | p99 | beside it | updates a second | p99 | ratio |\n\
         |---|--:|--:|---|--:|--:|--:|\n",
    );
    comparisons.iter().for_each(|row| table.push_str(&format!("| {row} |\n")));
    table.push_str("\n| three portals, one killed every three seconds | |\n|---|--:|\n");
    figures.iter().for_each(|row| table.push_str(&format!("| {row} |\n")));
    Some(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_wants_both_databases_and_the_cluster() {
        let two = "bench: PostgreSQL | 1\nround 1\nbench: SQLite | 2\n";
        assert_eq!(table(two), None);
        let made = table(&format!("{two}cluster: kills | 5\n")).unwrap();
        assert!(made.contains("| SQLite | 2 |\n") && made.contains("| kills | 5 |\n"));
        assert!(!made.contains("round 1"));
    }
}
