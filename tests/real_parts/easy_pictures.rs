//! Clean enrollment codes made by others, which any reader must read, and their codes by oathtool.
//!
//! `COUNTERSIGN_PICTURES` names a folder with pictures and their texts in `expected.json`: an object
//! from each file's name to a list.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use countersign::{Account, payload, qr};
use serde_json::Value;

use crate::{oathtool, program};

#[test]
fn every_easy_picture_reads_with_its_texts() {
    for (picture, mut texts) in pictures() {
        let file = picture.display();
        let bytes = std::fs::read(&picture).unwrap();
        let payloads = qr::scan_picture(&bytes).unwrap_or_else(|error| panic!("{file}: {error}"));
        let mut found: Vec<_> = payloads.iter().map(|payload| payload.text().to_owned()).collect();
        found.sort();
        texts.sort();
        assert_eq!(found, texts, "{file}");
    }
}

#[test]
fn every_easy_picture_shows_the_codes_of_oathtool() {
    let mut compared = 0;
    for (picture, texts) in pictures() {
        for time in [59, 1_741_011_292, 2_000_000_010] {
            let mut shown = scan(&picture, time);
            let mut expected: Vec<_> =
                texts.iter().flat_map(|text| codes_by_oathtool(text, time)).collect();
            shown.sort();
            expected.sort();
            assert_eq!(shown, expected, "{} at {time}", picture.display());
            compared += shown.len();
        }
    }
    assert!(compared > 60, "only {compared} codes");
}

fn pictures() -> Vec<(PathBuf, Vec<String>)> {
    let folder = PathBuf::from(std::env::var_os("COUNTERSIGN_PICTURES").expect(
        "set COUNTERSIGN_PICTURES to the folder that holds expected.json and its pictures",
    ));
    let expected = std::fs::read_to_string(folder.join("expected.json")).expect("expected.json");
    let expected: BTreeMap<String, Vec<String>> = serde_json::from_str(&expected).unwrap();
    assert!(!expected.is_empty());
    expected.into_iter().map(|(file, texts)| (folder.join(file), texts)).collect()
}

/// What `countersign scan` shows: names and codes.
fn scan(picture: &Path, time: u64) -> Vec<(String, String)> {
    let output = Command::new(program::path())
        .args(["scan", "--json", "--at", &time.to_string()])
        .arg(picture)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    let objects = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let accounts = objects.flat_map(|object| match &object["accounts"] {
        Value::Array(accounts) => accounts.clone(),
        _ => Vec::new(), // no enrollment
    });
    let text = |account: &Value, key| account[key].as_str().unwrap().to_owned();
    accounts.map(|account| (text(&account, "account"), text(&account, "code"))).collect()
}

fn codes_by_oathtool(text: &str, time: u64) -> Vec<(String, String)> {
    let accounts = payload::parse(text).map_or(Vec::new(), |parsed| parsed.accounts);
    let code = |account: &Account| match account.otp().counter() {
        Some(counter) => oathtool::hotp(account.secret(), counter, account.otp().code_length()),
        None => oathtool::totp(account, time),
    };
    accounts.iter().map(|account| (account.name().to_owned(), code(account))).collect()
}
