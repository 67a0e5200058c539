//! `code`: the code of one account.

use countersign::CodeNow;
use countersign::vault::AccountId;
use zeroize::Zeroizing;

use crate::args::Code;
use crate::clipboard;
use crate::clock::now;
use crate::console::Console;
use crate::describe::issuer_and_name;
use crate::failure::{Exit, Failure};
use crate::find::find;
use crate::unlock::Door;

/// Shows one code, alone on its line, or copies it.
pub(super) fn run(options: &Code, door: &mut Door, console: &mut Console) -> Result<Exit, Failure> {
    if options.copy {
        clipboard::require()?;
    }
    let vault = door.read(console)?;
    let entry = find(&vault, &options.name)?;
    let (id, name) = (entry.id(), issuer_and_name(entry.account()));
    let at = now();
    let (code, left) = match vault.code_at(id, at)? {
        CodeNow::Timed(code) => {
            let left = code.valid_until().saturating_sub(at);
            (Zeroizing::new(code.text().to_owned()), format!("valid for {left} s"))
        }
        CodeNow::OnRequest { next } => (next_code(id, door, console)?, format!("counter {next}")),
        CodeNow::Unsupported => {
            return Err(Failure::new(
                Exit::Failed,
                "codes of this kind cannot be made here; the account is only kept",
            ));
        }
    };
    console.note(&format!("{name}: {left}"));
    if options.copy {
        clipboard::lend(&code, console)?;
    } else {
        console.line(code.as_str())?;
    }
    Ok(Exit::Done)
}

/// The next code of a counter. The advanced counter is on the disk before the code is shown: a code
/// that was shown twice would be refused the second time.
pub(super) fn next_code(
    id: AccountId,
    door: &mut Door,
    console: &mut Console,
) -> Result<Zeroizing<String>, Failure> {
    let mut open = door.open(console)?;
    let code = open.vault.next_code(id)?;
    open.save()?;
    Ok(code)
}
