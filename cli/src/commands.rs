//! One function a command.

mod add;
mod code;
mod codes;
mod doctor;
mod export;
mod inspect;
mod list;
mod manual;
mod new_file;
mod scan;
mod slots;

use std::io;

use crate::args::{Arguments, Command, Demo, Scan};
use crate::console::Console;
use crate::demo;
use crate::failure::{Exit, Failure};
use crate::unlock::Door;

/// Carries out the command.
///
/// # Errors
/// The [`Failure`] says what to do next.
pub fn dispatch(arguments: Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let door = || Door::new(&arguments.vault);
    match arguments.command {
        Command::Scan(options) if options.save => scan::save(&options, &mut door()?, console),
        Command::Scan(Scan { explain: Some(out), pictures, .. }) => {
            scan::explain(&pictures, &out, console)
        }
        Command::Scan(options) => scan::run(&options, console),
        Command::Inspect(options) => inspect::run(&options, console),
        Command::Add(options) => add::run(options, &mut door()?, console),
        Command::Codes(options) => codes::run(&options, &mut door()?, console),
        Command::Code(options) => code::run(&options, &mut door()?, console),
        Command::List(options) => list::run(&options, &mut door()?, console),
        Command::Rename(options) => list::rename(&options, &mut door()?, console),
        Command::Remove(options) => list::remove(&options, &mut door()?, console),
        Command::Export(options) => export::run(&options, &mut door()?, console),
        Command::Passphrase(options) => slots::passphrase(&options, &mut door()?, console),
        Command::Recovery(options) => slots::recovery(&options, &mut door()?, console),
        Command::DeviceKey(options) => slots::device_key(&options, &mut door()?, console),
        Command::Doctor(options) => doctor::run(&options, &door()?, console),
        Command::Demo(options) => demonstrate(options, console),
        Command::Completions { shell } => manual::completions(shell, console),
        Command::Man => manual::page(console),
    }
}

fn demonstrate(options: Demo, console: &mut Console) -> Result<Exit, Failure> {
    console.finish()?;
    let Demo { keep, seed, picture } = options;
    demo::run(&demo::Options { keep, seed, picture }).map(|()| Exit::Done).map_err(|error| {
        match error.downcast_ref::<io::Error>() {
            Some(error) => Failure::output(error),
            None => Failure::new(Exit::Failed, format!("{error:#}")),
        }
    })
}
