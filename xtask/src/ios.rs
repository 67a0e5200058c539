//! `cargo xtask ios`: the framework for iPhones and simulators and a package around it, in `target/ios/`. It wants a Mac.
//!
//! `--check` does without: it compiles what goes into the framework and reads it, as far as that can be done.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use xshell::{Cmd, Shell, cmd};

use crate::report::Report;
use crate::run::{Outcome, say, watch};
use crate::{Arguments, bindgen, setup, swift};

pub(crate) fn run(shell: &Shell, mut arguments: Arguments, report: &mut Report) -> Result<()> {
    let check = arguments.flag("--check");
    arguments.finish()?;
    if !check && !cfg!(target_os = "macos") {
        bail!("xcodebuild and lipo are on a Mac only; `cargo xtask ios --check` runs here");
    }
    bindgen::stage(shell)?;
    swift::stage(shell)?;
    if check {
        report.step("targets", done(targets(shell)));
        report.step("library", done(library(shell, PHONE).and_then(|()| read_library(shell))));
        report.step("header", done(header(shell)));
        report.step("package", package(shell));
        say("checked without a Mac: nothing was linked, and nothing has run on a phone");
    } else {
        report.step("framework", done(framework(shell)));
        report.step("package", done(whole_package(shell)));
    }
    Ok(())
}

/// The compiler knows everything that a Mac would be asked to compile for.
fn targets(shell: &Shell) -> Result<()> {
    let known = cmd!(shell, "rustc --print target-list").read()?;
    let strange =
        [PHONE].iter().chain(SIMULATORS).find(|name| !known.lines().any(|line| line == **name));
    match strange {
        Some(name) => bail!("there is no target {name}"),
        None => Ok(()),
    }
}

/// Compiles the core and the bindings for one target into one archive.
fn library(shell: &Shell, target: &str) -> Result<()> {
    must(cmd!(shell, "rustup target add {target}"), &[])?;
    // Plain `cargo build` makes a dynamic library as well, for which it wants Apple's linker.
    let kind = ["--lib", "--crate-type", "staticlib"];
    let package = ["--release", "--package", "countersign-ffi"];
    let build = cmd!(shell, "cargo rustc {package...} {kind...} --target {target}");
    must(build, &[("IPHONEOS_DEPLOYMENT_TARGET", LEAST_SYSTEM)])?;
    Ok(())
}

/// Every function of the header is defined, and every object is for a phone.
fn read_library(shell: &Shell) -> Result<()> {
    if !["llvm-nm", "llvm-objdump"].into_iter().all(setup::on_path) {
        setup::packages(shell, &["llvm"])?;
    }
    let archive = archive(PHONE);
    let symbols = cmd!(shell, "llvm-nm --defined-only --extern-only --just-symbol-name {archive}");
    // An older reader gives up at the bitcode that Rust's own library brings along, after it told all else.
    let symbols = symbols.quiet().ignore_stderr().ignore_status().read()?;
    let header = shell.read_file(HEADER)?;
    let named = functions(&header);
    ensure!(named.len() > 50, "{HEADER} declares {} functions", named.len());
    // Apple's names begin with an underscore.
    let defined: Vec<_> =
        symbols.lines().filter_map(|name| name.trim().strip_prefix('_')).collect();
    let missing: Vec<_> = named.iter().filter(|name| !defined.contains(name)).collect();
    ensure!(missing.is_empty(), "{archive}: without {missing:?}");

    let headers = cmd!(shell, "llvm-objdump --macho --private-headers {archive}");
    let headers = headers.quiet().ignore_stderr().read()?;
    let told = |name: &str| {
        let lines = headers.lines().filter_map(|line| line.trim().strip_prefix(name));
        lines.map(|value| value.trim().to_owned()).collect::<Vec<_>>()
    };
    let platforms = told("platform ");
    ensure!(!platforms.is_empty(), "{archive}: no object says its platform");
    let phone = |name: &String| name == "2" || name.eq_ignore_ascii_case("ios");
    ensure!(platforms.iter().all(phone), "{archive}: for {platforms:?}");
    let least = told("minos ");
    ensure!(least.iter().all(|system| system == LEAST_SYSTEM), "{archive}: for iOS {least:?}");
    let bytes = shell.read_binary_file(&archive)?.len();
    say(&format!(
        "{archive}: {} functions of the header are there, {} objects for iOS {LEAST_SYSTEM}, {} KB",
        named.len(),
        platforms.len(),
        bytes.div_ceil(1000)
    ));
    Ok(())
}

/// The header by itself and by its module map, as Xcode's compiler reads them.
fn header(shell: &Shell) -> Result<()> {
    let clang = swift::programs(shell)?.join("../libexec/swift/bin/clang");
    let clang = if clang.is_file() { clang } else { "clang".into() };
    let work = Path::new("target/ios/header");
    let (plain, module) = (work.join("plain.c"), work.join("module.m"));
    shell.write_file(&plain, "#include \"CountersignFFI.h\"\n")?;
    shell.write_file(&module, "@import CountersignFFI;\nstatic RustBuffer buffer;\n")?;
    let target =
        ["-target", "arm64-apple-ios17.0", "-ffreestanding", "-fsyntax-only", "-Wall", "-Werror"];
    let folder = format!("-I{MODULE}");
    must(cmd!(shell, "{clang} {target...} {folder} {plain}"), &[])?;
    let map = format!("-fmodule-map-file={MODULE}/module.modulemap");
    let cache = format!("-fmodules-cache-path={}", work.join("modules").display());
    let modules = ["-fmodules", &map, &cache, "-Wno-unused-variable"];
    must(cmd!(shell, "{clang} {target...} {modules...} {module}"), &[])?;
    Ok(())
}

/// The manifest as a Mac reads it, and a checksum as one for a download has to be.
fn package(shell: &Shell) -> Result<Outcome> {
    let swift = swift::programs(shell)?.join("swift");
    let outcome = swift::apple_package(shell, &swift)?;
    let inputs = shell.current_dir().join("target/ios/inputs.zip");
    shell.remove_path(&inputs)?;
    if !setup::on_path("zip") {
        setup::packages(shell, &["zip"])?;
    }
    let (archive, files) = (archive(PHONE), ["CountersignFFI.h", "module.modulemap"]);
    let files = files.map(|file| format!("{MODULE}/{file}"));
    must(cmd!(shell, "zip -qjX {inputs} {archive} {files...}"), &[])?;
    let sum = cmd!(shell, "{swift} package --package-path ios compute-checksum {inputs}").read()?;
    let hexadecimal = |text: &str| text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
    ensure!(hexadecimal(&sum), "no checksum but {sum}");
    say(&format!("{}: {sum}", inputs.display()));
    Ok(outcome)
}

/// `ios/CountersignFFI.xcframework`: of the phone, and of the simulators on both kinds of Mac.
fn framework(shell: &Shell) -> Result<()> {
    for target in [PHONE].iter().chain(SIMULATORS) {
        library(shell, target)?;
    }
    let fat = Path::new("target/ios/simulator/libcountersign_ffi.a");
    shell.create_dir(fat.parent().context("it lies in a folder")?)?;
    let simulators = SIMULATORS.iter().map(|target| archive(target));
    must(cmd!(shell, "lipo -create {simulators...} -output {fat}"), &[])?;
    // A folder of headers may hold nothing else.
    let headers = Path::new("target/ios/headers");
    shell.remove_path(headers)?;
    for file in shell.read_dir(MODULE)? {
        shell.copy_file(&file, headers.join(file.file_name().unwrap_or_default()))?;
    }
    shell.remove_path(FRAMEWORK)?;
    let (phone, output) = (archive(PHONE), FRAMEWORK);
    let parts = cmd!(shell, "xcodebuild -create-xcframework -library {phone} -headers {headers}");
    let parts = parts.args(["-library".as_ref(), fat, "-headers".as_ref(), headers]);
    must(parts.args(["-output", output]), &[])?;
    Ok(())
}

/// `target/ios/Countersign`: the package as an app's team takes it, whole, with its framework beside it as a
/// download and the checksum of that.
fn whole_package(shell: &Shell) -> Result<()> {
    let to = Path::new("target/ios/Countersign");
    shell.remove_path(to)?;
    shell.create_dir(to)?;
    let parts = ["Package.swift", "README.md", "Sources", "CountersignFFI.xcframework"];
    let parts = parts.map(|part| format!("ios/{part}"));
    must(cmd!(shell, "cp -R {parts...} {to}"), &[])?;
    // The system library is Linux's way to the same header.
    shell.remove_path(to.join("Sources/CountersignFFI"))?;
    let zip = shell.current_dir().join("target/ios/CountersignFFI.xcframework.zip");
    shell.remove_path(&zip)?;
    must(cmd!(shell, "ditto -c -k --keepParent {FRAMEWORK} {zip}"), &[])?;
    let sum = cmd!(shell, "swift package --package-path ios compute-checksum {zip}").read()?;
    say(&format!("{}: {sum}", zip.display()));
    Ok(())
}

/// The functions that the header declares.
fn functions(header: &str) -> Vec<&str> {
    let words = header.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let ours = |word: &&str| PREFIXES.iter().any(|prefix| word.starts_with(prefix));
    let mut names: Vec<_> = words.filter(ours).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn archive(target: &str) -> String {
    format!("target/{target}/release/libcountersign_ffi.a")
}

fn must(command: Cmd<'_>, variables: &[(&str, &str)]) -> Result<()> {
    let name = command.to_string();
    ensure!(watch(command, variables)?.success, "failed: {name}");
    Ok(())
}

fn done(result: Result<()>) -> Result<Outcome> {
    result.map(|()| Outcome { success: true, text: String::new() })
}

const PHONE: &str = "aarch64-apple-ios";
const SIMULATORS: &[&str] = &["aarch64-apple-ios-sim", "x86_64-apple-ios"];
const LEAST_SYSTEM: &str = "17.0";
const MODULE: &str = "ios/Sources/CountersignFFI";
const HEADER: &str = "ios/Sources/CountersignFFI/CountersignFFI.h";
const FRAMEWORK: &str = "ios/CountersignFFI.xcframework";
const PREFIXES: [&str; 2] = ["uniffi_countersign_ffi_", "ffi_countersign_ffi_"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_functions_of_the_header_are_found_once() {
        let header = "#ifndef UNIFFI_FFIDEF_A\nuint64_t uniffi_countersign_ffi_fn_a(uint64_t ptr);\n\
                      // uniffi_countersign_ffi_fn_a\nvoid ffi_countersign_ffi_rustbuffer_free(RustBuffer buf);";
        assert_eq!(
            functions(header),
            ["ffi_countersign_ffi_rustbuffer_free", "uniffi_countersign_ffi_fn_a"]
        );
    }
}
