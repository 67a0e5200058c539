//! `cargo xtask bindgen`: the native library of this machine, and the Kotlin and the Swift over it.
//!
//! | in `target/bindings/` | for |
//! |---|---|
//! | `native/` | the release library, stripped: `jna.library.path`, or the linker of Swift |
//! | `kotlin/` | a source folder |
//! | `swift/Countersign/` | sources of the module `Countersign` |
//! | `swift/CountersignFFI/` | a system library target: the header and its module map |
//!
//! A file that has not changed is not written, or every build over it would start anew.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::Path;

use anyhow::{Result, ensure};
use xshell::{Cmd, Shell, cmd};

use crate::Arguments;
use crate::report::Report;
use crate::run::{Outcome, say, watch};

pub(crate) fn run(shell: &Shell, arguments: Arguments, report: &mut Report) -> Result<()> {
    arguments.finish()?;
    report.step("bindgen", stage(shell).map(|()| Outcome { success: true, text: String::new() }));
    Ok(())
}

/// Builds the library and brings `target/bindings` up to date.
///
/// # Errors
/// Something does not build, or the generator wrote other files than are staged here.
pub(crate) fn stage(shell: &Shell) -> Result<()> {
    let library = format!("{DLL_PREFIX}countersign_ffi{DLL_SUFFIX}");
    let package = ["--package", "countersign-ffi"];
    must(cmd!(shell, "cargo build --release {package...} --lib"))?;
    // Both in the dev profile: the generator is large and runs for a moment, and it finds what is
    // exported by symbols, which are stripped from the release library.
    must(cmd!(shell, "cargo build {package...} --lib --bins --features bindgen"))?;
    let fresh = "target/bindings/fresh";
    shell.remove_path(fresh)?;
    let read = format!("target/debug/{library}");
    let languages = ["--language", "kotlin", "--language", "swift", "--no-format"];
    let options = ["--config", "uniffi.toml", "--metadata-no-deps", "--out-dir", fresh];
    must(cmd!(shell, "target/debug/bindgen generate {languages...} {options...} {read}"))?;
    let staged = Path::new("target/bindings");
    put(shell, Path::new("target/release").join(&library), &staged.join("native").join(&library))?;
    for (written, place) in GENERATED {
        put(shell, Path::new(fresh).join(written), &staged.join(place))?;
    }
    shell.remove_path(fresh)?;
    Ok(())
}

/// What the generator writes, by the names in `uniffi.toml`, and where it is wanted.
const GENERATED: &[(&str, &str)] = &[
    ("io/countersign/core/countersign_ffi.kt", "kotlin/io/countersign/core/countersign_ffi.kt"),
    ("Countersign.swift", "swift/Countersign/Countersign.swift"),
    ("CountersignFFI.h", "swift/CountersignFFI/CountersignFFI.h"),
    // SwiftPM looks for this name.
    ("CountersignFFI.modulemap", "swift/CountersignFFI/module.modulemap"),
];

fn must(command: Cmd<'_>) -> Result<()> {
    let name = command.to_string();
    ensure!(watch(command, &[])?.success, "failed: {name}");
    Ok(())
}

/// Copies a file, unless the same is there.
pub(crate) fn put(shell: &Shell, from: impl AsRef<Path>, to: &Path) -> Result<()> {
    let bytes = shell.read_binary_file(from)?;
    let same = to.is_file() && shell.read_binary_file(to)? == bytes;
    say(&format!("{} {}", if same { "unchanged" } else { "written" }, to.display()));
    if !same {
        shell.write_file(to, bytes)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_not_changed_is_not_written() {
        let shell = Shell::new().unwrap();
        let folder = shell.create_temp_dir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("in/to"));
        shell.write_file(&from, "one").unwrap();
        put(&shell, &from, &to).unwrap();
        assert_eq!(shell.read_file(&to).unwrap(), "one");

        let written = || to.metadata().unwrap().modified().unwrap();
        let first = written();
        std::thread::sleep(std::time::Duration::from_millis(20));
        put(&shell, &from, &to).unwrap();
        assert_eq!(written(), first);
        shell.write_file(&from, "two").unwrap();
        put(&shell, &from, &to).unwrap();
        assert_eq!(shell.read_file(&to).unwrap(), "two");
    }
}
