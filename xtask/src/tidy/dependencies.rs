//! What each package may depend on, and what the core must never reach.

use std::collections::BTreeSet;

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::run::say;

/// The direct dependencies of each package. A new one is added here on purpose, with its reason in
/// the commit; one that is gone is taken out.
const ALLOWED: &[(&str, &str)] = &[
    (
        "countersign",
        "argon2 chacha20poly1305 countersign-qr data-encoding hkdf hmac httpdate percent-encoding \
         rand_core serde serde_json sha1 sha2 subtle thiserror zeroize",
    ),
    ("countersign-qr", "image thiserror zeroize"),
    ("countersign-ffi", "countersign getrandom qrcode thiserror uniffi zeroize zeroizing-alloc"),
    (
        "countersign-cli",
        "anyhow arboard clap clap_complete clap_mangen countersign ctrlc etcetera getrandom image \
         keyring qrcode rand_chacha rand_core ratatui rpassword rustls serde serde_json tempfile \
         thiserror ureq zeroize zeroizing-alloc",
    ),
    (
        "countersign-portal",
        "anyhow argon2 askama axum axum-extra chacha20poly1305 clap countersign data-encoding \
         fluent-bundle fluent-langneg futures-util getrandom hkdf hmac percent-encoding phonenumber \
         prometheus-client qrcode rand_chacha rand_core rusmpp rusmppc rustls serde serde_json sha2 \
         sqlx subtle thiserror time tokio toml tower-http tracing tracing-subscriber ureq utoipa \
         zeroize zeroizing-alloc",
    ),
    ("countersign-tests", "countersign countersign-cli getrandom image qrcode serde_json"),
    ("xtask", "anyhow serde_json xshell"),
];

/// Not even by way of another: a runtime, the language boundary, a key store, randomness of its own,
/// a network, and the tools that build C (the core must build for a phone with a Rust compiler alone).
const NEVER_IN_CORE: &str = "bindgen cc cmake getrandom hyper keyring keyring-core openssl-sys \
                             pkg-config reqwest tokio uniffi";

pub(super) fn complaints(shell: &Shell) -> Result<Vec<String>> {
    let mut complaints = Vec::new();
    for member in tree(shell, &["--workspace", "--depth", "0"])? {
        if ALLOWED.iter().all(|(package, _)| *package != member) {
            complaints.push(format!("{member}: what may it use? Say so in {}", file!()));
        }
    }
    for (package, allowed) in ALLOWED {
        let direct = ["--package", package, "--depth", "1", "--edges", "normal"];
        let mut found = tree(shell, &direct)?;
        found.remove(*package);
        complaints.extend(differences(package, &found, allowed));
    }
    let found = tree(shell, &["--package", "countersign", "--edges", "normal,build"])?;
    let reached = NEVER_IN_CORE.split_whitespace().filter(|name| found.contains(*name));
    complaints.extend(reached.map(|name| {
        format!("countersign: reaches {name}; see `cargo tree -p countersign --invert {name}`")
    }));
    Ok(complaints)
}

/// The names that `cargo tree` prints.
fn tree(shell: &Shell, which: &[&str]) -> Result<BTreeSet<String>> {
    let command = cmd!(shell, "cargo tree --target all --prefix none {which...}");
    say(&format!("$ {command}"));
    Ok(names(&command.read()?))
}

fn differences(package: &str, found: &BTreeSet<String>, allowed: &str) -> Vec<String> {
    let allowed: BTreeSet<_> = allowed.split_whitespace().map(str::to_owned).collect();
    let (new, gone) = (found.difference(&allowed), allowed.difference(found));
    new.map(|name| format!("{package}: depends on {name}, which its list does not allow"))
        .chain(gone.map(|name| format!("{package}: no longer depends on {name}; shorten its list")))
        .collect()
}

/// The first word of each line that `cargo tree --prefix none` prints.
fn names(tree: &str) -> BTreeSet<String> {
    tree.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_and_a_gone_dependency_are_named() {
        let found = names("countersign v0.1.0 (core)\nhmac v0.13.0\ntokio v1.0.0 (*)\n\n");
        let complaints = differences("countersign", &found, "countersign hmac sha1");
        assert_eq!(complaints.len(), 2);
        assert!(complaints[0].contains("tokio") && complaints[1].contains("sha1"));
    }
}
