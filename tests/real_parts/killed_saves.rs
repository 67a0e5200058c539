//! A save that is killed, or whose disk fails, at any of its system calls.
//!
//! strace kills `save_vault` as it enters the Nth call of each kind, for every call that a whole
//! save makes; the state after a call is the state before the next.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use countersign::vault::{DeviceKey, KdfCost, Keys, Opened, Unlock, VaultFile, open_newest};
use countersign_tests::{SHARED_DEVICE_KEY, system_rng};
use tempfile::TempDir;

const SAVE_VAULT: &str = env!("CARGO_BIN_EXE_save_vault");
const OLD: &str = "first\nsecond\n";
const NEW: &str = "first\nsecond\nthird 0\n";
/// What stands when the newest generation was torn before the save.
const OLDER: &str = "first\n";
const AFTER_OLDER: &str = "first\nthird 0\n";

#[test]
fn a_save_killed_at_any_call_leaves_the_old_or_the_new_generation() {
    let mut seen = BTreeMap::new();
    for (call, count) in calls_of_a_save(&Place::new()) {
        for number in 1..=count {
            let place = Place::new();
            place.save_under_strace(&format!("inject={call}:signal=KILL:when={number}"));
            let opened = place.open();
            assert_eq!(opened.recovered, None, "{call} {number}");
            let content = text(&opened);
            assert!([OLD, NEW].contains(&content.as_str()), "{call} {number}: {content}");
            let left_over = place.names().iter().any(|name| name.ends_with(".tmp"));
            *seen.entry((content == NEW, left_over)).or_insert(0) += 1;
            place.assert_the_next_save_works(&content);
        }
    }
    println!("(new content, temporary left over): times seen: {seen:?}");
    for state in [(false, false), (false, true), (true, false)] {
        assert!(seen.contains_key(&state), "no kill left the state {state:?}: {seen:?}");
    }
}

#[test]
fn a_save_over_a_torn_vault_killed_at_any_call_keeps_the_good_generation() {
    let torn = || {
        let place = Place::new();
        let bytes = fs::read(place.path()).unwrap();
        fs::write(place.path(), &bytes[..bytes.len() / 2]).unwrap();
        place
    };
    for (call, count) in calls_of_a_save(&torn()) {
        for number in 1..=count {
            let place = torn();
            place.save_under_strace(&format!("inject={call}:signal=KILL:when={number}"));
            let opened = place.open();
            let expected = if opened.recovered.is_some() { OLDER } else { AFTER_OLDER };
            assert_eq!(text(&opened), expected, "{call} {number}");
            place.assert_the_next_save_works(expected);
        }
    }
}

#[test]
fn a_failing_disk_is_reported_and_loses_nothing() {
    let calls = ["openat", "write", "fsync", "fdatasync", "link", "linkat", "rename", "renameat"];
    let calls = calls.iter().chain(&["renameat2", "unlink", "unlinkat", "flock", "close", "statx"]);
    let made = calls_of_a_save(&Place::new());
    let mut reported = 0;
    for (call, count) in calls.filter_map(|call| made.get_key_value(*call)) {
        for (number, error) in (1..=*count).flat_map(|number| [(number, "ENOSPC"), (number, "EIO")])
        {
            let place = Place::new();
            let inject = format!("inject={call}:error={error}:when={number}");
            let output = place.save_under_strace(&inject);
            let opened = place.open();
            let content = text(&opened);
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(opened.recovered, None, "{inject}");
            if output.status.success() {
                assert_eq!(content, NEW, "{inject}");
            } else if said.contains("StateUnknown") {
                assert_eq!((call.as_str(), content.as_str()), ("fsync", NEW), "{inject}");
            } else {
                assert_eq!(content, OLD, "{inject}: {said}");
                reported += 1;
            }
            if ["fsync", "rename", "renameat", "renameat2"].contains(&call.as_str()) {
                assert!(!output.status.success(), "{inject} was not reported");
            }
            place.assert_the_next_save_works(&content);
        }
    }
    assert!(reported > 0);
}

#[test]
fn a_disk_without_hard_links_keeps_the_previous_generation_too() {
    let place = Place::new();
    let newest = fs::read(place.path()).unwrap();
    let output = place.save_under_strace("inject=link,linkat:error=EACCES");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(fs::read(place.folder.path().join("vault.bak")).unwrap(), newest);
    assert_eq!(text(&place.open()), NEW);
}

#[test]
fn a_save_flushes_the_file_before_its_name_and_the_folder_after() {
    let place = Place::new();
    let trace = place.folder.path().join("trace");
    let traced = "trace=/^(write|fsync|link|linkat|rename|renameat|renameat2)$";
    strace(&place, &["-y", "-o", trace.to_str().unwrap(), "-e", traced]);
    let trace = fs::read_to_string(trace).unwrap();
    // Each call names its file, a rename the old name first.
    let steps: Vec<&str> = trace
        .lines()
        .filter_map(|line| match line {
            _ if line.contains("write(") && line.contains("vault.tmp>") => Some("write"),
            _ if line.contains("fsync(") && line.contains("vault.tmp>") => Some("flush"),
            _ if line.contains("link") => Some("link"),
            _ if line.contains("rename") && line.contains("vault.bak.tmp") => Some("keep"),
            _ if line.contains("rename") => Some("replace"),
            _ if line.contains("fsync(") => Some("flush folder"),
            _ => None,
        })
        .collect();
    assert_eq!(steps, ["write", "flush", "link", "keep", "replace", "flush folder"], "{trace}");
}

#[test]
fn two_processes_that_save_at_once_lose_no_change() {
    let place = Place::new();
    let children: Vec<_> = ["left", "right"]
        .map(|line| Command::new(SAVE_VAULT).arg(place.path()).args([line, "50"]).spawn().unwrap())
        .into_iter()
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let opened = place.open();
    let content = text(&opened);
    let mut lines: Vec<&str> = content.lines().skip(2).collect();
    let mut turns = lines.clone();
    turns.dedup_by_key(|line| line.split(' ').next().map(str::to_owned));
    assert!(turns.len() > 4, "they saved one after the other: {} turns", turns.len());
    for line in ["left", "right"] {
        let own: Vec<_> = lines.iter().copied().filter(|text| text.starts_with(line)).collect();
        let expected: Vec<_> = (0..50).map(|number| format!("{line} {number}")).collect();
        assert_eq!(own, expected);
    }
    lines.sort_unstable();
    assert_eq!(lines.len(), 100);
    assert_eq!(opened.keys.generation(), 102);
}

/// A folder with a vault of two generations.
struct Place {
    folder: TempDir,
    device_key: DeviceKey,
}

impl Place {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let device_key = DeviceKey::from_bytes(&SHARED_DEVICE_KEY);
        let mut rng = system_rng();
        let mut keys = Keys::new(&mut rng);
        let unlock = Unlock::DeviceKey(&device_key);
        keys.add_slot(unlock, KdfCost::MINIMUM, &mut rng).unwrap();
        let mut file = VaultFile::lock(&folder.path().join("vault")).unwrap();
        for content in [OLDER, OLD] {
            file.save(&keys.seal(content.as_bytes(), &mut rng).unwrap()).unwrap();
        }
        drop(file);
        Self { folder, device_key }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("vault")
    }

    fn open(&self) -> Opened {
        open_newest(&self.path(), Unlock::DeviceKey(&self.device_key)).unwrap().unwrap()
    }

    fn save_under_strace(&self, inject: &str) -> Output {
        strace(self, &["-o", "/dev/null", "-e", inject])
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    fn assert_the_next_save_works(&self, before: &str) {
        let output =
            Command::new(SAVE_VAULT).arg(self.path()).args(["next", "1"]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let opened = self.open();
        assert_eq!((text(&opened), opened.recovered), (format!("{before}next 0\n"), None));
        let previous = self.folder.path().join("vault.bak");
        let unlock = Unlock::DeviceKey(&self.device_key);
        assert_eq!(text(&open_newest(&previous, unlock).unwrap().unwrap()), before);
        let left_over: Vec<_> =
            self.names().into_iter().filter(|name| name.ends_with(".tmp")).collect();
        assert!(left_over.is_empty(), "{left_over:?}");
    }
}

/// How often a whole save makes each system call, the one that starts the program aside.
fn calls_of_a_save(place: &Place) -> BTreeMap<String, usize> {
    let trace = place.folder.path().join("trace");
    let output = strace(place, &["-o", trace.to_str().unwrap()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut calls = BTreeMap::new();
    for line in fs::read_to_string(trace).unwrap().lines() {
        let call = line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
        let Some((name, _)) = call.split_once('(') else { continue };
        if name != "execve" && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        {
            *calls.entry(name.to_owned()).or_insert(0) += 1;
        }
    }
    for essential in ["fsync", "openat", "write"] {
        assert!(calls.contains_key(essential), "strace saw no {essential}: {calls:?}");
    }
    calls
}

fn strace(place: &Place, options: &[&str]) -> Output {
    Command::new("strace")
        .arg("-f")
        .args(options)
        .args([Path::new(SAVE_VAULT), &place.path(), Path::new("third"), Path::new("1")])
        .output()
        .expect("strace is installed")
}

fn text(opened: &Opened) -> String {
    String::from_utf8(opened.content.to_vec()).unwrap()
}
