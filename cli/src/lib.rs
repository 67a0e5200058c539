//! The Countersign terminal program as a library, so that tests can use its parts.
//!
//! [`run`] reads the arguments and hands over to one function of [`commands`] each. What a command
//! says goes to the standard output, what goes wrong to the standard error, and how it ended is
//! the exit code, [`Exit`](failure::Exit).

pub mod args;
pub mod clipboard;
pub mod clock;
pub mod commands;
pub mod console;
pub mod demo;
pub mod describe;
pub mod failure;
pub mod find;
pub mod keystore;
pub mod live;
pub mod photo;
pub mod screenshot;
pub mod unlock;

use std::process::ExitCode;

use clap::Parser;

use crate::args::Arguments;
use crate::console::Console;

/// Runs the program with the arguments that it was started with.
pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => args::without_what_was_typed(error).exit(),
    };
    let mut console = Console::new();
    let outcome = commands::dispatch(arguments, &mut console);
    match outcome.and_then(|exit| console.finish().map(|()| exit)) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            if let Some(message) = failure.message() {
                console.note(&format!("countersign: {message}"));
            }
            failure.exit().into()
        }
    }
}
