//! `cargo xtask tidy`: the rules of this tree that no other tool knows.
//!
//! A rule is a function from the files to its complaints; a new one is a new line in `RULES`.

mod app;
mod dependencies;
mod facade;
mod kotlin;
mod swift;
mod text;

use std::collections::BTreeMap;

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::Arguments;
use crate::report::Report;
use crate::run::{Outcome, say};

pub(crate) fn run(shell: &Shell, arguments: Arguments, report: &mut Report) -> Result<()> {
    arguments.finish()?;
    step(shell, report);
    Ok(())
}

/// All rules as one step of `check`.
pub(crate) fn step(shell: &Shell, report: &mut Report) {
    say("");
    let outcome = complaints(shell).map(|complaints| {
        complaints.iter().for_each(|complaint| say(&format!("tidy: {complaint}")));
        Outcome { success: complaints.is_empty(), text: complaints.join("\n") }
    });
    report.step("tidy", outcome);
}

/// Path from the root with `/` between, and text; a picture has none.
type Files = BTreeMap<String, String>;

fn complaints(shell: &Shell) -> Result<Vec<String>> {
    let files = files(shell)?;
    let long = files.iter().filter(|(path, text)| path.ends_with(".rs") && lines(text) > LONG);
    long.for_each(|(path, text)| say(&format!("{path} grows long: {} lines", lines(text))));
    let mut complaints: Vec<_> = RULES.iter().flat_map(|rule| rule(&files)).collect();
    complaints.extend(dependencies::complaints(shell)?);
    let generated = list(shell, &["--cached", "--ignored"])?;
    complaints.extend(generated.iter().map(|path| format!("{path}: generated, not to commit")));
    Ok(complaints)
}

/// Everything git tracks or would: a complaint should come before the commit, not after.
fn files(shell: &Shell) -> Result<Files> {
    let mut files = Files::new();
    for path in list(shell, &["--cached", "--others"])? {
        // A file deleted but not yet committed is listed, and a symbolic link may be a folder.
        if shell.current_dir().join(&path).is_file() {
            let bytes = shell.read_binary_file(&path)?;
            files.insert(path, String::from_utf8(bytes).unwrap_or_default());
        }
    }
    Ok(files)
}

fn list(shell: &Shell, which: &[&str]) -> Result<Vec<String>> {
    // In a container the checkout often belongs to another user, which git would refuse.
    let git = ["-c", "safe.directory=*", "ls-files", "-z", "--exclude-standard"];
    let command = cmd!(shell, "git {git...} {which...}");
    say(&format!("$ {command}"));
    let paths = command.read()?;
    Ok(paths.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect())
}

const RULES: &[fn(&Files) -> Vec<String>] = &[
    short_files,
    telling_names,
    plain_manifests,
    one_compiler,
    numbered_decisions,
    text::no_unsafe,
    text::no_machine_paths,
    text::links_resolve,
    app::thin_app,
    app::no_core_knowledge,
    facade::thin_facade,
    facade::no_core_knowledge,
    facade::same_versions,
    swift::thin_facade,
    swift::nothing_public_inside,
    swift::thin_app,
    swift::no_core_knowledge,
];

/// A page is short because somebody reads it whole.
fn short_files(files: &Files) -> Vec<String> {
    let limit = |path: &str| match path {
        "README.md" => Some(80),
        "ARCHITECTURE.md" => Some(120),
        _ => path.ends_with(".rs").then_some(600),
    };
    let long = files.iter().filter_map(|(path, text)| Some((path, lines(text), limit(path)?)));
    long.filter(|(_, lines, limit)| lines > limit)
        .map(|(path, lines, limit)| format!("{path}: {lines} lines, at most {limit}"))
        .collect()
}

/// A name says what is inside; these say that nobody knew.
fn telling_names(files: &Files) -> Vec<String> {
    let code = |path: &&String| [".rs", ".kt", ".swift", ".py"].iter().any(|s| path.ends_with(s));
    let mut complaints = Vec::new();
    for path in files.keys().filter(code) {
        let vague = path.to_lowercase().split(['/', '.', '_']).any(|word| VAGUE.contains(&word));
        if vague {
            complaints.push(format!("{path}: a name that does not tell what is inside"));
        }
        if path.ends_with("/mod.rs") {
            complaints.push(format!("{path}: `foo.rs` beside `foo/`, never `mod.rs`"));
        }
        if path.ends_with("/error.rs") && !path.starts_with("bindings/") {
            complaints.push(format!("{path}: an error lies beside the function that returns it"));
        }
    }
    complaints
}

/// No features in the core (one core, not a family), and unwinding everywhere: a panic must erase
/// the secrets on the stack, and becomes an exception in other languages.
fn plain_manifests(files: &Files) -> Vec<String> {
    let mut complaints = Vec::new();
    let manifests = files.iter().filter(|(path, _)| path.ends_with(".toml"));
    for (path, text) in manifests {
        let bare = text.lines().map(|line| line.split('#').next().unwrap_or_default());
        let bare: String = bare.flat_map(|line| line.chars().chain(['\n'])).collect();
        let dense = bare.replace([' ', '\t'], "").replace('\'', "\"");
        if dense.contains("panic=\"abort\"") || dense.contains("panic=abort") {
            complaints.push(format!("{path}: a profile must not abort on a panic"));
        }
        let features = dense.contains("[features]") || dense.contains("optional=true");
        if path == "core/Cargo.toml" && features {
            complaints.push(format!("{path}: the core has no features"));
        }
    }
    complaints
}

/// What the manifest promises is what everybody compiles with.
fn one_compiler(files: &Files) -> Vec<String> {
    let value = |path: &str, key: &str| {
        let line = files.get(path)?.lines().find(|line| line.starts_with(key))?;
        line.split('"').nth(1)
    };
    let channel = value("rust-toolchain.toml", "channel");
    let promised = value("Cargo.toml", "rust-version");
    match (channel, promised) {
        (Some(channel), Some(promised)) if channel.starts_with(&format!("{promised}.")) => vec![],
        _ => vec![format!(
            "rust-toolchain.toml: channel {} is not rust-version {} of Cargo.toml",
            channel.unwrap_or("missing"),
            promised.unwrap_or("missing"),
        )],
    }
}

fn numbered_decisions(files: &Files) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut numbers = BTreeMap::new();
    for path in files.keys() {
        let Some(name) = path.strip_prefix("docs/decisions/") else { continue };
        let (number, title) = name.split_once('-').unwrap_or_default();
        let digits = number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || !title.ends_with(".md") {
            complaints.push(format!("{path}: a decision is named NNNN-title.md"));
        } else if let Some(other) = numbers.insert(number, path) {
            complaints.push(format!("{path}: the number of {other}"));
        }
    }
    complaints
}

fn lines(text: &str) -> usize {
    text.lines().count()
}

const LONG: usize = 400;

const VAGUE: &[&str] = &[
    "common",
    "helper",
    "helpers",
    "manager",
    "misc",
    "models",
    "types",
    "util",
    "utilities",
    "utils",
];

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn one(path: &str, text: &str) -> Files {
        Files::from([(path.to_owned(), text.to_owned())])
    }

    #[test]
    fn long_files_are_named() {
        assert_eq!(short_files(&one("core/src/qr.rs", &"\n".repeat(601))).len(), 1);
        assert_eq!(short_files(&one("core/src/qr.rs", &"\n".repeat(600))).len(), 0);
        assert_eq!(short_files(&one("README.md", &"\n".repeat(81))).len(), 1);
        assert_eq!(short_files(&one("Cargo.lock", &"\n".repeat(9000))).len(), 0);
    }

    #[test]
    fn vague_names_are_named() {
        for path in ["a/utils.rs", "a/mod.rs", "tests/common/setup.rs", "a/time_helper.rs"] {
            assert_eq!(telling_names(&one(path, "")).len(), 1, "{path}");
        }
        assert_eq!(telling_names(&one("core/src/error.rs", "")).len(), 1);
        assert_eq!(telling_names(&one("core/src/vault/format.rs", "")).len(), 0);
        assert_eq!(telling_names(&one("bindings/src/error.rs", "")).len(), 0);
    }

    #[test]
    fn features_in_the_core_and_aborting_profiles_are_named() {
        let abort = "[profile.release]\npanic = 'abort'\n";
        assert_eq!(plain_manifests(&one("fuzz/Cargo.toml", abort)).len(), 1);
        assert_eq!(plain_manifests(&one("Cargo.toml", "# no `panic = \"abort\"`\n")).len(), 0);
        assert_eq!(plain_manifests(&one("core/Cargo.toml", "[features]\n")).len(), 1);
        assert_eq!(plain_manifests(&one("bindings/Cargo.toml", "[features]\n")).len(), 0);
    }

    #[test]
    fn two_compilers_are_named() {
        let mut files = one("Cargo.toml", "rust-version = \"1.95\"\n");
        assert_eq!(one_compiler(&files).len(), 1);
        files.extend(one("rust-toolchain.toml", "channel = \"1.95.0\"\n"));
        assert_eq!(one_compiler(&files).len(), 0);
        files.extend(one("rust-toolchain.toml", "channel = \"1.96.0\"\n"));
        assert_eq!(one_compiler(&files).len(), 1);
    }

    #[test]
    fn decisions_are_numbered_once() {
        let mut files = one("docs/decisions/0001-one.md", "");
        assert_eq!(numbered_decisions(&files).len(), 0);
        files.extend(one("docs/decisions/0001-two.md", ""));
        assert_eq!(numbered_decisions(&files).len(), 1);
        assert_eq!(numbered_decisions(&one("docs/decisions/why.md", "")).len(), 1);
    }
}
