//! Which account somebody means.

use countersign::Account;
use countersign::vault::{Entry, Vault};

use crate::describe::issuer_and_name;
use crate::failure::{Exit, Failure};

/// The account that is meant: by `#` and its number, by its name, by `issuer:name` or by its issuer;
/// spelled exactly, or else so that no other account begins so or has it inside.
///
/// # Errors
/// There is none, or there are several; these are listed.
pub fn find<'v>(vault: &'v Vault, wanted: &str) -> Result<&'v Entry, Failure> {
    let lower = wanted.to_lowercase();
    // An empty text is in every name.
    let looks: &[&dyn Fn(&str) -> bool] = &[
        &|text| text == wanted,
        &|text| text.to_lowercase() == lower,
        &|text| !lower.is_empty() && text.to_lowercase().starts_with(&lower),
        &|text| !lower.is_empty() && text.to_lowercase().contains(&lower),
    ];
    look(vault, wanted, looks)
}

/// The account of exactly this spelling, for a change that cannot be undone.
///
/// # Errors
/// As [`find`].
pub fn find_exactly<'v>(vault: &'v Vault, wanted: &str) -> Result<&'v Entry, Failure> {
    look(vault, wanted, &[&|text| text == wanted])
}

fn look<'v>(
    vault: &'v Vault,
    wanted: &str,
    looks: &[&dyn Fn(&str) -> bool],
) -> Result<&'v Entry, Failure> {
    if let Some(number) = wanted.strip_prefix('#').and_then(|number| number.parse::<u64>().ok())
        && let Some(entry) = vault.entries().find(|entry| entry.id().0 == number)
    {
        return Ok(entry);
    }
    for fits in looks {
        let found: Vec<_> = vault
            .entries()
            .filter(|entry| spellings(entry.account()).any(|text| fits(&text)))
            .collect();
        match found.as_slice() {
            [] => {}
            [entry] => return Ok(entry),
            several => return Err(ambiguous(several)),
        }
    }
    // What was typed may be a key in the wrong place: it is not repeated.
    Err(Failure::new(
        Exit::NothingFound,
        "no account is called that; `countersign list` names them",
    ))
}

fn spellings(account: &Account) -> impl Iterator<Item = String> {
    let name = account.name();
    let joined = account.issuer().into_iter().flat_map(move |issuer| {
        [issuer.to_owned(), format!("{issuer}:{name}"), format!("{issuer}: {name}")]
    });
    [name.to_owned()].into_iter().chain(joined)
}

fn ambiguous(several: &[&Entry]) -> Failure {
    let mut message =
        "several accounts are called so; name one of them in full or by its number:".to_owned();
    for entry in several.iter().take(MOST_LISTED) {
        message.push_str(&format!("\n  #{} {}", entry.id().0, issuer_and_name(entry.account())));
    }
    if several.len() > MOST_LISTED {
        message.push_str(&format!("\n  and {} more", several.len() - MOST_LISTED));
    }
    Failure::new(Exit::Refused, message)
}

const MOST_LISTED: usize = 20;

#[cfg(test)]
mod tests {
    use countersign::vault::{DeviceKey, KdfCost, Unlock};
    use countersign::{Otp, Secret};

    use super::*;

    fn vault(names: &[(&str, &str)]) -> Vault {
        let mut rng = crate::unlock::system_rng();
        let key = DeviceKey::from_bytes(&[1; 32]);
        let mut vault = Vault::create(Unlock::DeviceKey(&key), KdfCost::MINIMUM, &mut rng).unwrap();
        for (issuer, name) in names {
            let secret = Secret::generate(&mut rng);
            vault.add(Account::new(Some(issuer), name, Otp::DEFAULT, secret).unwrap()).unwrap();
        }
        vault
    }

    fn found(vault: &Vault, wanted: &str) -> Result<u64, Exit> {
        find(vault, wanted).map(|entry| entry.id().0).map_err(|failure| failure.exit())
    }

    #[test]
    fn an_account_is_found_by_what_is_its_own() {
        let vault = vault(&[
            ("GitHub", "alice"),
            ("GitHub", "bob"),
            ("GitLab", "alice@work"),
            ("", "Bank"),
            ("", "bank of Šibenik"),
        ]);
        for (wanted, id) in [
            ("bob", 2),
            ("GitHub:alice", 1),
            ("GitHub: bob", 2),
            ("alice", 1),
            ("GitLab", 3),
            ("gitlab", 3),
            ("work", 3),
            ("Bank", 4),
            ("BANK", 4),
            ("BANK OF š", 5),
            ("#2", 2),
        ] {
            assert_eq!(found(&vault, wanted), Ok(id), "{wanted}");
        }
        for wanted in ["GitHub", "git", "ali:"] {
            assert!(found(&vault, wanted).is_err(), "{wanted}");
        }
        assert_eq!(found(&vault, "GitHub"), Err(Exit::Refused));
        for wanted in ["", "#9", "carol"] {
            assert_eq!(found(&vault, wanted), Err(Exit::NothingFound), "{wanted}");
        }
    }

    #[test]
    fn a_removal_takes_no_hint() {
        let vault = vault(&[("GitHub", "alice")]);
        assert!(find_exactly(&vault, "github").is_err());
        assert!(find_exactly(&vault, "GitHub:alice").is_ok());
    }

    #[test]
    fn what_was_typed_is_not_repeated() {
        let vault = vault(&[("GitHub", "alice")]);
        let failure = find(&vault, "JBSWY3DPEHPK3PXP").unwrap_err();
        assert!(!failure.message().unwrap().contains("JBSWY3DPEHPK3PXP"));
    }
}
