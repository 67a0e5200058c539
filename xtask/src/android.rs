//! `cargo xtask android`: the native library of a phone for two processors, and a signed package of the app with both inside.
//!
//! Everything lands in `target/android/`. Nothing here has run on a phone; what was looked at is what can be read from the files.

mod native;
mod package;

use anyhow::{Result, ensure};
use xshell::{Cmd, Shell, cmd};

use crate::report::Report;
use crate::run::{Outcome, say, watch};
use crate::{Arguments, bench};

pub(crate) fn run(shell: &Shell, mut arguments: Arguments, report: &mut Report) -> Result<()> {
    let write = arguments.flag("--write");
    arguments.finish()?;
    let ndk = std::env::var_os("ANDROID_NDK_HOME").is_some();
    let mut sizes = Vec::new();
    report.step("native libraries", done(native::build(shell, ndk, &mut sizes)));
    report.step("package", done(package::build(shell, &mut sizes)));
    sizes.iter().for_each(|(what, bytes)| say(&format!("{what}: {}", kilobytes(*bytes))));
    if write && sizes.len() == 3 {
        let rows =
            sizes.iter().map(|(what, bytes)| format!("| {what} | {} |\n", kilobytes(*bytes)));
        let date = cmd!(shell, "date -u +%F").read()?;
        let how = if ndk { "with an NDK" } else { "without an NDK, so not to be shipped" };
        let head = format!("Built on {date}, {how}.\n\n| file | size |\n|---|--:|\n");
        let table: String = std::iter::once(head).chain(rows).collect();
        bench::write_table(shell, "android --write", &table)?;
    }
    if !ndk {
        say(
            "built without an NDK: no unwinder is linked, so a panic ends the app; NOT to be shipped",
        );
    }
    say("nothing of this has run on a phone or in an emulator");
    Ok(())
}

/// The name of a target's processor: Rust's, and Android's.
const PROCESSORS: [(&str, &str); 2] = [("aarch64", "arm64-v8a"), ("x86_64", "x86_64")];

const LIBRARY: &str = "libcountersign_ffi.so";

/// A file's name and its length in bytes.
type Sizes = Vec<(String, u64)>;

fn done(result: Result<()>) -> Result<Outcome> {
    result.map(|()| Outcome { success: true, text: String::new() })
}

fn must(command: Cmd<'_>, variables: &[(&str, &str)]) -> Result<String> {
    let name = command.to_string();
    let outcome = watch(command, variables)?;
    ensure!(outcome.success, "failed: {name}");
    Ok(outcome.text)
}

fn kilobytes(bytes: u64) -> String {
    format!("{} KB", bytes.div_ceil(1000))
}
