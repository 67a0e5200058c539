//! `cargo xtask bench`: the benchmarks, and their table in `docs/benchmarks.md`.

mod kotlin;
mod pins;
mod portal;

use std::thread;

use anyhow::{Context, Result, bail};
use xshell::{Shell, cmd};

use crate::report::Report;
use crate::run::{say, watch};
use crate::{Arguments, setup};

pub(crate) fn run(shell: &Shell, mut arguments: Arguments, report: &mut Report) -> Result<()> {
    let write = arguments.flag("--write");
    let (kotlin, portal) = (arguments.flag("kotlin"), arguments.flag("portal"));
    let pins = arguments.flag("pins");
    arguments.finish()?;
    if portal {
        return portal::run(shell, write, report);
    }
    if pins {
        return pins::run(shell, write, report);
    }
    if kotlin {
        return kotlin::run(shell, write, report);
    }
    let outcome = watch(cmd!(shell, "cargo bench --package countersign-tests --bench core"), &[])?;
    let rows = rows(&outcome.text);
    let succeeded = outcome.success;
    report.step("bench", Ok(outcome));
    if succeeded && rows.is_empty() {
        report.fail("bench", "no benchmark was found");
    }
    if !write || !succeeded || rows.is_empty() {
        return Ok(());
    }
    let date = cmd!(shell, "date -u +%F").read()?;
    let table = table(&rows, &format!("Measured on {date}: {}.", machine(shell)?));
    write_table(shell, "bench --write", &table)
}

/// Runs one of the portal's benchmarks, which want PostgreSQL's programs and perhaps more, and writes
/// the table that `table` makes of what it says.
fn of_portal(
    shell: &Shell,
    name: &str,
    more: &[(&str, &str)],
    table: impl Fn(&str) -> Option<String>,
    write: bool,
    report: &mut Report,
) -> Result<()> {
    let servers = [("pgbench", "postgresql"), ("setpriv", "util-linux")];
    let servers = servers.iter().chain(more);
    let missing: Vec<_> =
        servers.filter(|(program, _)| !setup::on_path(program)).map(|(_, p)| *p).collect();
    if !missing.is_empty() {
        setup::packages(shell, &missing)?;
    }
    let bench = cmd!(shell, "cargo bench --package countersign-tests --bench {name}");
    let outcome = watch(bench, &[])?;
    let succeeded = outcome.success;
    let table = table(&outcome.text).filter(|_| succeeded);
    let what = format!("bench {name}");
    report.step(&what, Ok(outcome));
    match table {
        None if succeeded => report.fail(&what, "the benchmark did not say all of its figures"),
        Some(table) if write => {
            let date = cmd!(shell, "date -u +%F").read()?;
            let postgres = cmd!(shell, "pgbench --version").read()?;
            let caption = format!("Measured on {date}: {}, {postgres}.", machine(shell)?);
            write_table(shell, &format!("{what} --write"), &format!("{caption}\n\n{table}"))?;
        }
        _ => {}
    }
    Ok(())
}

/// Writes what stands between the markers of `cargo xtask COMMAND`.
pub(crate) fn write_table(shell: &Shell, command: &str, table: &str) -> Result<()> {
    let page = if shell.path_exists(PAGE) { shell.read_file(PAGE)? } else { FIRST_PAGE.into() };
    shell.write_file(PAGE, between_markers(&page, command, table)?)?;
    say(&format!("wrote {PAGE}"));
    Ok(())
}

/// One benchmark: its name with its groups, and the fastest, median and mean time.
#[derive(Debug, PartialEq)]
struct Row {
    name: String,
    times: [String; 3],
}

/// Reads the tree that divan draws.
fn rows(text: &str) -> Vec<Row> {
    let mut path: Vec<String> = Vec::new();
    let mut rows = Vec::new();
    for line in text.lines() {
        let bare = line.trim_start_matches(['│', '├', '╰', '─', ' ']);
        let depth = (line.chars().count() - bare.chars().count()) / 3;
        let mut cells = bare.split('│').map(str::trim);
        let (Some(first), Some(_slowest), Some(median), Some(mean)) =
            (cells.next(), cells.next(), cells.next(), cells.next())
        else {
            continue;
        };
        // The heading of each program stands at the margin and names the program itself.
        if depth == 0 {
            path.clear();
            continue;
        }
        path.truncate(depth - 1);
        if mean.is_empty() {
            path.push(first.to_owned());
            continue;
        }
        let words: Vec<_> = first.split_whitespace().collect();
        let [name @ .., number, unit] = words.as_slice() else { continue };
        if name.is_empty() {
            // A further line of the benchmark above: its throughput.
            continue;
        }
        let mut name = name.join(" ");
        if !path.is_empty() {
            name = format!("{} / {name}", path.join(" / "));
        }
        let times = [format!("{number} {unit}"), median.to_owned(), mean.to_owned()];
        rows.push(Row { name, times });
    }
    rows
}

fn table(rows: &[Row], caption: &str) -> String {
    let mut table = format!("{caption}\n\n| what | fastest | median | mean |\n|---|--:|--:|--:|\n");
    for Row { name, times: [fastest, median, mean] } in rows {
        table.push_str(&format!("| {name} | {fastest} | {median} | {mean} |\n"));
    }
    table
}

/// Processor, cores, system and compiler: figures mean nothing without them.
pub(crate) fn machine(shell: &Shell) -> Result<String> {
    let field = |file: &str, name: &str| {
        let text = shell.read_file(file).ok()?;
        let line = text.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once([':', '='])?.1.trim().trim_matches('"').to_owned())
    };
    let unnamed = || "an unnamed processor".to_owned();
    let processor = field("/proc/cpuinfo", "model name").unwrap_or_else(unnamed);
    let cores = thread::available_parallelism()?;
    let kernel = cmd!(shell, "uname -sr").read()?;
    let system = field("/etc/os-release", "PRETTY_NAME").unwrap_or_default();
    let rustc = cmd!(shell, "rustc --version").read()?;
    Ok([processor, format!("{cores} cores"), system, kernel, rustc].join(", "))
}

/// The page with what stands between the markers of `cargo xtask COMMAND` replaced.
fn between_markers(page: &str, command: &str, table: &str) -> Result<String> {
    let begin = format!("<!-- begin: cargo xtask {command} -->");
    let (before, rest) = page.split_once(&begin).with_context(|| format!("{PAGE}: no {begin}"))?;
    let Some((_, after)) = rest.split_once(END) else { bail!("{PAGE}: no {END}") };
    Ok(format!("{before}{begin}\n{table}{END}{after}"))
}

const PAGE: &str = "docs/benchmarks.md";
const END: &str = "<!-- end -->";
const FIRST_PAGE: &str = "# Benchmarks\n\nWritten by `cargo xtask bench --write` from what was \
    measured; edit only outside the markers.\n\n\
    <!-- begin: cargo xtask bench --write -->\n<!-- end -->\n";

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "\
Timer precision: 17 ns
whole              fastest       │ slowest       │ median        │ mean          │ samples │ iters
├─ codes                         │               │               │               │         │
│  ├─ 1            0.66 ns       │ 0.686 ns      │ 0.664 ns      │ 0.67 ns       │ 100     │ 409600
│  ╰─ 1000         255.9 ns      │ 263.6 ns      │ 257.3 ns      │ 257.4 ns      │ 100     │ 800
├─ parse_a_uri     24.66 ns      │ 46.53 ns      │ 25.61 ns      │ 26.01 ns      │ 100     │ 6400
╰─ frame                         │               │               │               │         │
   ╰─ with a code  74.36 ns      │ 2.889 µs      │ 76.61 ns      │ 107.2 ns      │ 100     │ 200
                   121 GB/s      │ 3.114 GB/s    │ 117.4 GB/s    │ 83.95 GB/s    │         │
";

    fn row(name: &str, times: [&str; 3]) -> Row {
        Row { name: name.to_owned(), times: times.map(str::to_owned) }
    }

    #[test]
    fn the_tree_of_divan_is_read() {
        let expected = [
            row("codes / 1", ["0.66 ns", "0.664 ns", "0.67 ns"]),
            row("codes / 1000", ["255.9 ns", "257.3 ns", "257.4 ns"]),
            row("parse_a_uri", ["24.66 ns", "25.61 ns", "26.01 ns"]),
            row("frame / with a code", ["74.36 ns", "76.61 ns", "107.2 ns"]),
        ];
        assert_eq!(rows(OUTPUT), expected);
        assert_eq!(rows("running 0 tests\n"), []);
    }

    #[test]
    fn only_what_is_between_the_markers_is_replaced() {
        let once = between_markers(FIRST_PAGE, "bench --write", "one\n").unwrap();
        let twice = between_markers(&once, "bench --write", "two\n").unwrap();
        assert_eq!(twice, once.replace("one", "two"));
        assert!(between_markers("no markers", "qr --write", "one").is_err());
    }
}
