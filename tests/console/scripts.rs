//! `tests/cli/*.md` are transcripts, which are run and compared; here is what needs a standard input.
//! `TRYCMD=overwrite cargo test --test console` writes the transcripts anew.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use countersign::vault::VaultFile;
use tempfile::TempDir;

use crate::program;

#[test]
fn the_transcripts_are_true() {
    trycmd::TestCases::new()
        .register_bin("countersign", program::path())
        .env("COUNTERSIGN_VAULT", "folder/vault")
        .env("DBUS_SESSION_BUS_ADDRESS", NO_KEY_STORE)
        .env("COLUMNS", "100")
        .case("cli/*.md");
}

/// Each `$ countersign …` of the README, run at the root of the project.
#[test]
fn the_readme_is_true() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let mut blocks = 0;
    for block in readme.split("```console\n").skip(1) {
        let block = block.split("```").next().unwrap();
        let (line, shown) = block.split_once('\n').unwrap();
        let arguments: Vec<_> =
            line.strip_prefix("$ countersign ").unwrap().split_whitespace().collect();
        let output = run(root, &arguments, b"");
        assert_eq!(text(&output.stdout), shown, "{line}: {}", text(&output.stderr));
        blocks += 1;
    }
    assert!(blocks > 0);
}

#[test]
fn a_line_of_payload_is_a_line_of_json() {
    let input = b"otpauth://totp/Example:alice?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\r\n\n\
        otpauth://totp/a?secret=1\n\xFF\xFE\notpauth://hotp/b?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&Counter=1";
    let output = run(Path::new("."), &["inspect", "--json", "--at", "59"], input);
    assert_eq!(
        text(&output.stdout),
        concat!(
            r#"{"ok":true,"accounts":[{"type":"totp","issuer":"Example","account":"alice","algorithm":"SHA1","digits":6,"period":30,"counter":null,"code":"287082"}],"warnings":[]}"#,
            "\n",
            r#"{"ok":false,"error":"BadSecret"}"#,
            "\n",
            r#"{"ok":false,"error":"NotUtf8"}"#,
            "\n",
            r#"{"ok":true,"accounts":[{"type":"hotp","issuer":null,"account":"b","algorithm":"SHA1","digits":6,"period":null,"counter":1,"code":"287082"}],"warnings":["ParameterCase"]}"#,
            "\n",
        )
    );
    assert_eq!((text(&output.stderr), output.status.code()), ("", Some(0)));
}

#[test]
fn a_picture_comes_through_a_pipe() {
    let picture = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/cli/vault.in/alice.png")).unwrap();
    let output = run(Path::new("."), &["scan", "--json", "--at", "59", "-"], &picture);
    assert!(text(&output.stdout).contains(r#""account":"alice""#), "{}", text(&output.stderr));
    let output = run(Path::new("."), &["scan", "-"], &picture[..100]);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_key_that_was_typed_is_enrolled_and_never_repeated() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("passphrase"), "correct horse\n").unwrap();
    let with = |arguments: &[&str], input: &[u8]| {
        let unlock = ["--vault", "vault", "--passphrase-file", "passphrase"];
        run(folder.path(), &[unlock.as_slice(), arguments].concat(), input)
    };
    let added = with(
        &["add", "--name", "alice", "--issuer", "Example"],
        b"gezd gnbv gy3t qojq gezd gnbv gy3t qojq\n",
    );
    assert_eq!(added.status.code(), Some(0), "{}", text(&added.stderr));
    assert!(text(&added.stdout).ends_with("added Example: alice\n"));

    // The same key again, and keys that are none.
    let again = with(&["add", "--name", "bob"], b"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n");
    assert_eq!(again.status.code(), Some(6));
    let bad = with(&["add", "--name", "bob", "--digits", "5"], b"HUNTER2HUNTER2HUNTER1\n");
    assert_eq!(bad.status.code(), Some(2));
    assert_eq!(
        text(&bad.stderr),
        "countersign: key: has a character at place 21 that is not base32 (A to Z and 2 to 7); \
         was an O, I or B misread as 0, 1 or 8?\ncountersign: digits: is not 6 to 10\n"
    );
    assert_eq!(with(&["add", "--name", "bob"], b"HUNTER1\n").status.code(), Some(1));
    assert_eq!(with(&["add", "--name", ""], b"\n").status.code(), Some(2));
    assert_eq!(with(&["add"], b"GEZDGNBV\n").status.code(), Some(2));

    // A counter moves on with each code.
    let added =
        with(&["add", "--name", "bob", "--type", "hotp"], b"JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP");
    assert_eq!(added.status.code(), Some(0), "{}", text(&added.stderr));
    let codes: Vec<_> = (0..2).map(|_| with(&["code", "bob"], b"").stdout).collect();
    assert!(codes.iter().all(|code| text(code).trim_end().len() == 6));
    assert_ne!(codes[0], codes[1]);
    let listed = with(&["list", "--json"], b"");
    assert!(
        text(&listed.stdout)
            .contains(r#""account":"bob","algorithm":"SHA1","digits":6,"period":null,"counter":3"#)
    );
}

#[test]
fn a_vault_in_use_is_read_and_not_changed() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("passphrase"), "correct horse\n").unwrap();
    let with = |arguments: &[&str], input: &[u8]| {
        let unlock = ["--vault", "vault", "--passphrase-file", "passphrase"];
        run(folder.path(), &[unlock.as_slice(), arguments].concat(), input)
    };
    let key = b"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n";
    assert_eq!(with(&["add", "--name", "alice"], key).status.code(), Some(0));
    let held = VaultFile::lock(&folder.path().join("vault")).unwrap();
    assert_eq!(with(&["codes"], b"").status.code(), Some(0));
    assert_eq!(with(&["rename", "alice", "bob"], b"").status.code(), Some(5));
    drop(held);
    assert_eq!(with(&["rename", "alice", "bob"], b"").status.code(), Some(0));
}

#[test]
fn a_closed_pipe_ends_it_quietly() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = command(Path::new("."), &["completions", "zsh"]);
    let output = command.stdout(writer).stderr(Stdio::piped()).output().unwrap();
    assert_eq!((text(&output.stderr), output.status.code()), ("", Some(1)));
}

fn run(folder: &Path, arguments: &[&str], input: &[u8]) -> Output {
    let mut command = command(folder, arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A program that refuses before it reads closes its input.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program::path());
    command.args(arguments).current_dir(folder).env("DBUS_SESSION_BUS_ADDRESS", NO_KEY_STORE);
    command
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// The desktop of whoever runs the tests is left alone.
const NO_KEY_STORE: &str = "unix:path=/nonexistent";
