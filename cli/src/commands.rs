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

use std::env;
use std::io::{self, IsTerminal as _};

use zeroize::Zeroizing;

use crate::args::{Arguments, Command, Demo, Scan};
use crate::console::{Console, first_line_of_input, shown};
use crate::demo;
use crate::demo::portal::{Agent, Portal};
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
    let Demo { keep, portal, login, seed, picture } = options;
    let outcome = match portal {
        Some(address) => {
            let portal = Portal::at(&address)
                .map_err(|error| Failure::new(Exit::Usage, format!("--portal: {error:#}")))?;
            portal.look().map_err(|error| failed(&error))?;
            let password = password_of(&login, console)?;
            let agent = Agent { login: &login, password: &password };
            demo::portal::run(&portal, &agent, keep.as_deref(), &mut io::stdout())
        }
        None => demo::run(&demo::Options { keep, seed, picture }),
    };
    outcome.map(|()| Exit::Done).map_err(|error| failed(&error))
}

/// The password of an account of a portal: no argument, so that nobody else can read it.
fn password_of(login: &str, console: &mut Console) -> Result<Zeroizing<String>, Failure> {
    let password = match env::var(DEMO_PASSWORD).map(Zeroizing::new) {
        Ok(password) => password,
        Err(_) if io::stdin().is_terminal() => {
            let login = shown(login.as_ref());
            console.unseen(&format!("Password of “{login}” at the portal:"))?
        }
        Err(_) => first_line_of_input()?,
    };
    if password.is_empty() {
        return Err(Failure::new(
            Exit::Refused,
            format!("no password was given; type it, or put it into {DEMO_PASSWORD}"),
        ));
    }
    Ok(password)
}

fn failed(error: &anyhow::Error) -> Failure {
    match error.downcast_ref::<io::Error>() {
        Some(error) => Failure::output(error),
        None => Failure::new(Exit::Failed, format!("{error:#}")),
    }
}

const DEMO_PASSWORD: &str = "COUNTERSIGN_DEMO_PASSWORD";
