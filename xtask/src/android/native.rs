//! The native library, and what the loader of a phone and JNA will look for in it.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use super::{LIBRARY, PROCESSORS, Sizes, must};
use crate::{bindgen, setup};

/// Builds `target/android/lib/ABI/` and checks each library against the staged Kotlin.
pub(super) fn build(shell: &Shell, ndk: bool, sizes: &mut Sizes) -> Result<()> {
    if !["llvm-mc", "llvm-ar", "llvm-nm", "llvm-readelf"].into_iter().all(setup::on_path) {
        setup::packages(shell, &["llvm"])?;
    }
    bindgen::stage(shell)?;
    let kotlin = shell.read_file(KOTLIN)?;
    for (processor, abi) in PROCESSORS {
        let target = format!("{processor}-linux-android");
        must(cmd!(shell, "rustup target add {target}"), &[])?;
        if ndk {
            with_ndk(shell, &target, abi)?;
        } else {
            without_ndk(shell, &target, processor)?;
        }
        let to = Path::new("target/android/lib").join(abi).join(LIBRARY);
        let built = shell.read_binary_file(format!("target/{target}/release/{LIBRARY}"))?;
        sizes.push((format!("`{LIBRARY}`, {abi}"), built.len() as u64));
        shell.write_file(&to, built)?;
        check(shell, &to, &kotlin, ndk)?;
    }
    Ok(())
}

fn with_ndk(shell: &Shell, target: &str, abi: &str) -> Result<()> {
    let tool = setup::cargo_tool(shell, "cargo-ndk", CARGO_NDK)?;
    let package = ["rustc", "--release", "--package", "countersign-ffi", "--lib"];
    let flags = ["--crate-type", "cdylib", "--", "-Clink-arg=-Wl,-z,max-page-size=16384"];
    let soname = format!("-Clink-arg=-Wl,-soname,{LIBRARY}");
    must(
        cmd!(shell, "{tool} ndk --target {abi} --platform 30 {package...} {flags...} {soname}"),
        &[],
    )
    .with_context(|| target.to_owned())?;
    Ok(())
}

/// By Rust's own linker, against libraries that hold nothing but the names of the phone's.
fn without_ndk(shell: &Shell, target: &str, processor: &str) -> Result<()> {
    let stubs = shell.current_dir().join("target/android/stubs").join(processor);
    stub_libraries(shell, target, processor, &stubs)?;
    let upper = target.to_uppercase().replace('-', "_");
    let linker = format!("CARGO_TARGET_{upper}_LINKER");
    let flavor = format!("CARGO_TARGET_{upper}_RUSTFLAGS");
    let package = ["--release", "--package", "countersign-ffi", "--lib", "--crate-type", "cdylib"];
    let folder = format!("-Clink-arg=-L{}", stubs.display());
    let soname = format!("-Clink-arg=-soname={LIBRARY}");
    let pages = ["-Clink-arg=-zmax-page-size=16384", "-Clink-arg=--hash-style=both"];
    // Named once more behind rustc's own `--as-needed`, or the phone's libraries would be dropped:
    // the empty ones here define nothing that is needed.
    let needed = ["--no-as-needed", "-lc", "-lm", "-ldl", "-llog"];
    let needed = needed.map(|word| format!("-Clink-arg={word}"));
    let all = cmd!(shell, "cargo rustc {package...} --target {target} -- {folder} {soname}");
    let all = all.args(pages).args(needed);
    must(all, &[(&linker, "rust-lld"), (&flavor, "-Clinker-flavor=ld.lld")])?;
    Ok(())
}

fn stub_libraries(shell: &Shell, target: &str, processor: &str, folder: &Path) -> Result<()> {
    shell.create_dir(folder)?;
    let (emulation, end) = match processor {
        "aarch64" => ("aarch64linux", "mov w0, #5\nret\n"),
        _ => ("elf_x86_64", "movl $5, %eax\nret\n"),
    };
    let assemble = |name: &str, text: &str| -> Result<_> {
        let (source, object) = (folder.join(format!("{name}.s")), folder.join(format!("{name}.o")));
        shell.write_file(&source, text)?;
        must(cmd!(shell, "llvm-mc -triple {target} -filetype obj {source} -o {object}"), &[])?;
        Ok(object)
    };
    let empty = assemble("empty", "")?;
    let root = cmd!(shell, "rustc --print sysroot").read()?;
    let host = cmd!(shell, "rustc --print host-tuple").read()?;
    let lld = Path::new(&root).join("lib/rustlib").join(host).join("bin/rust-lld");
    for name in SYSTEM {
        let (soname, to) = (format!("lib{name}.so"), folder.join(format!("lib{name}.so")));
        let kind = ["-flavor", "gnu", "-shared", "-m", emulation, "-soname", &soname];
        must(cmd!(shell, "{lld} {kind...} -o {to} {empty}"), &[])?;
    }
    // Nobody walks the stack here: each call answers 5, end of stack, and Rust then aborts.
    let mut text = ".text\n".to_owned();
    for name in UNWINDER {
        let name = format!("_Unwind_{name}");
        text += &format!(".globl {name}\n.hidden {name}\n.type {name},%function\n{name}:\n");
    }
    let unwinder = assemble("unwind", &(text + end))?;
    let archive = folder.join("libunwind.a");
    must(cmd!(shell, "llvm-ar rcs {archive} {unwinder}"), &[])?;
    Ok(())
}

/// What the loader and the Kotlin ask for.
fn check(shell: &Shell, library: &Path, kotlin: &str, ndk: bool) -> Result<()> {
    let symbols = must(cmd!(shell, "llvm-nm --dynamic --defined-only {library}"), &[])?;
    let defined: Vec<_> = symbols.split_whitespace().collect();
    let named = functions(kotlin);
    ensure!(!named.is_empty(), "{KOTLIN} names no function");
    let missing: Vec<_> = named.iter().filter(|name| !defined.contains(name)).collect();
    ensure!(missing.is_empty(), "{}: without {missing:?}", library.display());
    let headers = must(cmd!(shell, "llvm-readelf --program-headers --dynamic {library}"), &[])?;
    let shown = library.display();
    let mut loads = headers.lines().filter(|line| line.trim_start().starts_with("LOAD"));
    ensure!(loads.all(|line| line.trim_end().ends_with("0x4000")), "{shown}: pages under 16 KiB");
    ensure!(headers.contains(&format!("soname: [{LIBRARY}]")), "{shown}: another soname");
    // An NDK's linker drops those of which nothing is used.
    let wanted = if ndk { &SYSTEM[..1] } else { &SYSTEM[..] };
    for name in wanted {
        let needed = format!("Shared library: [lib{name}.so]");
        ensure!(headers.contains(&needed), "{shown}: not {needed}");
    }
    crate::run::say(&format!("{shown}: {} functions of the Kotlin are there", named.len()));
    Ok(())
}

/// The native functions that the generated Kotlin declares.
fn functions(kotlin: &str) -> Vec<&str> {
    let words = kotlin.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let mut names: Vec<_> = words
        .filter(|word| word.starts_with(PREFIXES[0]) || word.starts_with(PREFIXES[1]))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

const PREFIXES: [&str; 2] = ["uniffi_countersign_ffi_", "ffi_countersign_ffi_"];
const KOTLIN: &str = "target/bindings/kotlin/io/countersign/core/countersign_ffi.kt";
const CARGO_NDK: &str = "4.1.2";
const SYSTEM: [&str; 4] = ["c", "m", "dl", "log"];
/// What Rust's standard library calls of an unwinder.
const UNWINDER: &[&str] = &[
    "Backtrace",
    "DeleteException",
    "FindEnclosingFunction",
    "GetCFA",
    "GetDataRelBase",
    "GetIP",
    "GetIPInfo",
    "GetLanguageSpecificData",
    "GetRegionStart",
    "GetTextRelBase",
    "RaiseException",
    "Resume",
    "SetGR",
    "SetIP",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_functions_of_the_kotlin_are_found_once() {
        let kotlin = "external fun uniffi_countersign_ffi_fn_a(x: Long)\nlib.uniffi_countersign_ffi_fn_a(1)\n\
                      external fun ffi_countersign_ffi_rustbuffer_free()";
        assert_eq!(
            functions(kotlin),
            ["ffi_countersign_ffi_rustbuffer_free", "uniffi_countersign_ffi_fn_a"]
        );
    }
}
