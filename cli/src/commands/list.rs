//! `list`, `rename` and `remove`.

use countersign::vault::Entry;
use serde::Serialize;

use crate::args::{List, Remove, Rename};
use crate::console::Console;
use crate::describe::{AccountObject, issuer_and_name, otp_words};
use crate::failure::{Exit, Failure};
use crate::find::find_exactly;
use crate::unlock::Door;

/// Lists the accounts.
pub(super) fn run(options: &List, door: &mut Door, console: &mut Console) -> Result<Exit, Failure> {
    let vault = door.read(console)?;
    for entry in vault.entries() {
        let account = entry.account();
        if options.json {
            let object = Object::of(entry);
            console.line(serde_json::to_string(&object).unwrap_or_default())?;
        } else {
            let pending = if entry.is_pending() { ", pending" } else { "" };
            let (number, name) = (entry.id().0, issuer_and_name(account));
            console.line(format!("#{number}  {name}  ({}{pending})", otp_words(account.otp())))?;
        }
    }
    if vault.entries().len() == 0 {
        console.note(
            "the vault has no accounts; `countersign add` or `countersign scan --save` adds one",
        );
    }
    Ok(Exit::Done)
}

/// Gives an account another name.
pub(super) fn rename(
    options: &Rename,
    door: &mut Door,
    console: &mut Console,
) -> Result<Exit, Failure> {
    if options.new.is_empty() {
        return Err(Failure::new(Exit::Usage, "the new name is empty; an account needs one"));
    }
    let mut open = door.open(console)?;
    let entry = find_exactly(&open.vault, &options.name)?;
    let (id, old) = (entry.id(), issuer_and_name(entry.account()));
    let issuer = options.issuer.clone().or_else(|| entry.account().issuer().map(str::to_owned));
    let issuer = issuer.filter(|issuer| !issuer.is_empty());
    let taken = open.vault.entries().any(|other| {
        let account = other.account();
        other.id() != id && account.issuer() == issuer.as_deref() && account.name() == options.new
    });
    if taken {
        return Err(Failure::new(Exit::Refused, "another account is called that already"));
    }
    open.vault.rename(id, issuer.as_deref(), &options.new)?;
    let new = issuer_and_name(open.vault.entry(id)?.account());
    open.save()?;
    console.line(format!("renamed {old} to {new}"))?;
    Ok(Exit::Done)
}

/// Removes an account, when somebody says so.
pub(super) fn remove(
    options: &Remove,
    door: &mut Door,
    console: &mut Console,
) -> Result<Exit, Failure> {
    let mut open = door.open(console)?;
    let entry = find_exactly(&open.vault, &options.name)?;
    let (id, name) = (entry.id(), issuer_and_name(entry.account()));
    if !options.yes {
        let question = format!(
            "Remove {name}? Its codes are gone for good; turn off two-factor login there first."
        );
        if !console.answers() {
            return Err(Failure::new(
                Exit::Refused,
                "nobody is there to ask whether to remove the account; --yes removes it",
            ));
        }
        if !console.agrees(&question)? {
            return Err(Failure::new(Exit::Refused, "nothing was removed"));
        }
    }
    open.vault.remove(id)?;
    open.save()?;
    console.line(format!("removed {name}"))?;
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct Object<'a> {
    id: u64,
    #[serde(flatten)]
    account: AccountObject<'a>,
    pending: bool,
}

impl<'a> Object<'a> {
    fn of(entry: &'a Entry) -> Self {
        let account = AccountObject::of(entry.account());
        Self { id: entry.id().0, account, pending: entry.is_pending() }
    }
}
