//! What was scanned, put into the vault in one save.

use std::collections::BTreeMap;

use countersign::Account;
use countersign::payload::Parsed;
use countersign::payload::migration::{Batch, Part};
use countersign::vault::Standing;

use crate::console::Console;
use crate::describe::{Unread, issuer_and_name};
use crate::failure::{Exit, Failure};
use crate::unlock::Door;

/// The accounts of all pictures, before any is saved.
#[derive(Default)]
pub(super) struct Harvest {
    accounts: Vec<Account>,
    /// By what the parts of one export have in common.
    exports: BTreeMap<(i32, u32), Batch>,
    /// Codes that were no enrollment, and accounts of exports that could not be read.
    refused: usize,
}

impl Harvest {
    /// Takes what one code says. A part that came before changes nothing.
    pub(super) fn add(&mut self, outcome: Result<Parsed, Unread>) {
        match outcome {
            Err(_) => self.refused += 1,
            Ok(parsed) => match parsed.part {
                Some(Part { id, size: size @ 2.., .. }) => {
                    let accounts = parsed.accounts.len();
                    if self.exports.entry((id, size)).or_default().add(parsed).is_err() {
                        self.refused += accounts; // another export that took the same number
                    }
                }
                // An export of one part is whole, and often has no number of its own.
                Some(_) | None => {
                    self.refused += parsed.refused.len();
                    self.accounts.extend(parsed.accounts);
                }
            },
        }
    }

    /// Saves the accounts that are not in the vault yet, all at once.
    pub(super) fn save(mut self, door: &mut Door, console: &mut Console) -> Result<Exit, Failure> {
        self.require_whole_exports()?;
        for batch in self.exports.into_values() {
            self.refused += batch.refused();
            self.accounts.extend(batch.into_accounts());
        }
        let read = self.accounts.len();
        if read == 0 {
            console.note("nothing was saved: there is no account in what was read");
            return Ok(if self.refused > 0 { Exit::Failed } else { Exit::NothingFound });
        }

        let mut open = door.open_or_create(console)?;
        let (mut saved, mut already, mut clashing) = (0_usize, 0_usize, 0_usize);
        for account in self.accounts {
            match open.vault.find_duplicate(&account) {
                Some(duplicate) if duplicate.same_codes => already += 1,
                Some(_) => {
                    clashing += 1;
                    console.note(&format!(
                        "refused: {} is in the vault with another key; `countersign rename` or \
                         `countersign remove` the old one, and scan again",
                        issuer_and_name(&account)
                    ));
                }
                None => {
                    open.vault.add_beside(account, Standing::Registered)?;
                    saved += 1;
                }
            }
        }
        if saved > 0 {
            open.save()?;
        }
        let refused = self.refused + clashing;
        console.note(&format!(
            "accounts: {read} read, {saved} saved, {already} already there, {refused} refused"
        ));
        Ok(match (clashing, self.refused) {
            (0, 0) => Exit::Done,
            (0, _) => Exit::Failed,
            _ => Exit::Refused,
        })
    }

    fn require_whole_exports(&self) -> Result<(), Failure> {
        for ((_, size), batch) in &self.exports {
            let missing: Vec<_> = batch.missing().iter().map(u32::to_string).collect();
            if !missing.is_empty() {
                return Err(Failure::new(
                    Exit::Refused,
                    format!(
                        "of the {size} parts of an export, these are missing: {}; nothing was \
                         saved, scan all parts in one go",
                        missing.join(", ")
                    ),
                ));
            }
        }
        Ok(())
    }
}
