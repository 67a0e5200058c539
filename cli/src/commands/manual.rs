//! `completions` and `man`: both made of the arguments themselves.

use clap::CommandFactory;
use clap_complete::Shell;
use clap_mangen::Man;

use crate::args::Arguments;
use crate::console::Console;
use crate::failure::{Exit, Failure};

/// Writes the completions for a shell.
pub(super) fn completions(shell: Shell, console: &mut Console) -> Result<Exit, Failure> {
    // In memory first: the generator stops the program where a pipe is closed.
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "countersign", &mut text);
    console.line(String::from_utf8_lossy(&text).trim_end())?;
    Ok(Exit::Done)
}

/// Writes the manual page.
pub(super) fn page(console: &mut Console) -> Result<Exit, Failure> {
    let mut text = Vec::new();
    Man::new(Arguments::command())
        .render(&mut text)
        .map_err(|error| Failure::io("make the manual page", &error))?;
    console.line(String::from_utf8_lossy(&text).trim_end())?;
    Ok(Exit::Done)
}
