//! `codes`: all codes, live at a terminal, or once.

use std::time::SystemTime;

use countersign::vault::{AccountId, Vault};
use countersign::{ClockError, CodeNow};
use serde::Serialize;
use zeroize::Zeroizing;

use super::code::next_code;
use crate::args::Codes;
use crate::clipboard::{self, Lent};
use crate::clock::now;
use crate::console::Console;
use crate::describe::{AccountObject, issuer_and_name};
use crate::failure::{Exit, Failure};
use crate::live::{self, Row, Source, Space, rows_of};
use crate::unlock::Door;

/// Shows the codes of all accounts.
pub(super) fn run(
    options: &Codes,
    door: &mut Door,
    console: &mut Console,
) -> Result<Exit, Failure> {
    let vault = door.read(console)?;
    if vault.entries().len() == 0 {
        console.note(
            "the vault has no accounts; `countersign add` or `countersign scan --save` adds one",
        );
    }
    if options.json {
        write_json(&vault, now(), console)?;
    } else if options.once || !live::can_run() {
        write_once(&vault, now(), console)?;
    } else {
        show_live(vault, door, console)?;
    }
    Ok(Exit::Done)
}

/// The live table, until somebody quits.
fn show_live(vault: Vault, door: &mut Door, console: &mut Console) -> Result<(), Failure> {
    let changed = door.changed();
    let mut source =
        LiveVault { vault, changed, door, console, copies: clipboard::is_there(), lent: None };
    live::run(&mut source, Space::Whole)
        .map_err(|error| Failure::io("draw on the terminal", &error))
}

/// The vault behind the live table.
struct LiveVault<'a> {
    vault: Vault,
    /// When the file was written that it was read from.
    changed: Option<SystemTime>,
    door: &'a mut Door,
    console: &'a mut Console,
    copies: bool,
    /// The code that is on the clipboard; dropped, it is taken off.
    lent: Option<Lent>,
}

impl Source for LiveVault<'_> {
    fn rows(&mut self, unix_time: u64) -> Vec<Row> {
        let changed = self.door.changed();
        // Another process may have saved; if it cannot be read just now, what is here stands.
        if changed != self.changed
            && let Ok(vault) = self.door.read(self.console)
        {
            (self.vault, self.changed) = (vault, changed);
        }
        rows_of(&self.vault, unix_time)
    }

    fn next_code(&mut self, id: AccountId) -> anyhow::Result<Zeroizing<String>> {
        let code = next_code(id, self.door, self.console)?;
        // The counter has moved on. The rows are asked for next, and read the vault again then.
        self.changed = None;
        Ok(code)
    }

    fn copy(&mut self, code: &str) -> anyhow::Result<String> {
        self.lent = None; // the one before is taken off first, or it would take this one off
        self.lent = Some(Lent::new(code)?);
        Ok(format!("copied; the clipboard is cleared in {} s", clipboard::SECONDS))
    }

    fn can_copy(&self) -> bool {
        self.copies
    }

    fn clock_error(&self) -> ClockError {
        self.vault.clock_error()
    }
}

/// The code first, so that the lines stand in columns whatever is in a name.
fn write_once(vault: &Vault, at: u64, console: &mut Console) -> Result<(), Failure> {
    for (entry, (_, code)) in vault.entries().zip(vault.codes_at(at)) {
        let name = issuer_and_name(entry.account());
        match code {
            CodeNow::Timed(code) => {
                let left = code.valid_until().saturating_sub(at);
                console.line(format!("{:<10} {left:>4} s left  {name}", code.text()))?;
            }
            CodeNow::OnRequest { .. } => {
                console.line(format!("{:<10} {:>11}  {name}", "-", "on request"))?;
            }
            CodeNow::Unsupported => {
                console.line(format!("{:<10} {:>11}  {name}", "-", "no codes"))?
            }
        }
    }
    Ok(())
}

fn write_json(vault: &Vault, at: u64, console: &mut Console) -> Result<(), Failure> {
    for (entry, (id, code)) in vault.entries().zip(vault.codes_at(at)) {
        let timed = match &code {
            CodeNow::Timed(code) => Some(code),
            _ => None,
        };
        let object = Object {
            id: id.0,
            account: AccountObject::of(entry.account()),
            code: timed.map(|code| code.text()),
            next_code: timed.map(|code| code.next_text()),
            valid_from: timed.map(|code| code.valid_from()),
            valid_until: timed.map(|code| code.valid_until()),
            pending: entry.is_pending(),
        };
        console.line(serde_json::to_string(&object).unwrap_or_default())?;
    }
    Ok(())
}

#[derive(Serialize)]
struct Object<'a> {
    id: u64,
    #[serde(flatten)]
    account: AccountObject<'a>,
    code: Option<&'a str>,
    next_code: Option<&'a str>,
    valid_from: Option<u64>,
    valid_until: Option<u64>,
    pending: bool,
}
