//! `cargo xtask pictures`: the pictures of the README and the docs, made anew by the program itself.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::Arguments;
use crate::report::Report;
use crate::run::watch;

pub(crate) fn run(shell: &Shell, arguments: Arguments, report: &mut Report) -> Result<()> {
    arguments.finish()?;
    let live = cmd!(shell, "cargo run --release -- demo --picture docs/codes.svg");
    report.step("the live table", watch(live, &[]));
    // The seed makes it the same photograph each time: its account is in the README.
    let photograph = cmd!(shell, "cargo run --release -- demo --seed 7 --keep docs");
    report.step("the photograph", watch(photograph, &[]));
    // The program writes over nothing.
    shell.remove_path("docs/explain.png")?;
    let explain =
        cmd!(shell, "cargo run --release -- scan --explain docs/explain.png docs/photograph.png");
    report.step("what the reader saw in it", watch(explain, &[]));
    Ok(())
}
