//! A Swift toolchain: the one that is there, or on Debian that of the next release, in a folder of its own.
//!
//! Debian 12 has no Swift and Debian 13 has. Its packages are fetched through apt from the mirror in force, unpacked
//! below `~/.cache/countersign/swift` and made to use the loader and the libraries that lie beside them, so that
//! nothing of the machine is changed or needed. About 500 MB are fetched and 1.1 GB kept, once.

use std::env;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use xshell::{Shell, cmd};

use crate::run::{say, watch};

/// The folder of the programs; empty where they are found by their names.
///
/// # Errors
/// There is no Swift 6, and this is no Debian on x86-64 or its packages cannot be fetched.
pub(super) fn programs(shell: &Shell) -> Result<PathBuf> {
    let version = cmd!(shell, "swift --version").quiet().ignore_stderr().read();
    if version.is_ok_and(|version| version.contains("Swift version 6")) {
        return Ok(PathBuf::new());
    }
    let cache = match env::var_os("XDG_CACHE_HOME") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(&env::var_os("HOME").context("there is no home folder")?).join(".cache"),
    };
    let prefix = cache.join("countersign/swift");
    let parent = prefix.parent().context("the prefix lies in the cache")?;
    shell.create_dir(parent)?;
    // One set-up at a time; whoever waits then finds it ready.
    let lock = File::create(parent.join("swift.lock"))?;
    lock.lock()?;
    if shell.read_file(prefix.join(RECIPE)).is_ok_and(|recipe| recipe == recipe_of(&prefix)) {
        return Ok(prefix.join("usr/bin"));
    }
    let stage = parent.join("swift.stage");
    shell.remove_path(&stage)?;
    let made = make(shell, &stage, &prefix);
    shell.remove_path(&stage)?;
    made.context("no Swift could be set up")?;
    Ok(prefix.join("usr/bin"))
}

/// What is made is made anew when this file changes, or when it would lie elsewhere: its paths are written into it.
fn recipe_of(prefix: &Path) -> String {
    let mut hasher = DefaultHasher::new();
    (include_str!("toolchain.rs"), prefix).hash(&mut hasher);
    format!("{:016x}\n", hasher.finish())
}

fn make(shell: &Shell, stage: &Path, prefix: &Path) -> Result<()> {
    // What apt says is read.
    let _language = shell.push_env("LC_ALL", "C");
    let processor = cmd!(shell, "dpkg --print-architecture").quiet().ignore_stderr().read();
    ensure!(processor.is_ok_and(|name| name == "amd64"), "there is no Debian for x86-64 here");
    let debs = fetch(shell, stage)?;
    let root = stage.join("root");
    unpack(shell, &debs, &root)?;
    relocate(shell, &root, prefix)?;
    shell.remove_path(prefix)?;
    fs::rename(&root, prefix)?;
    check(shell, stage, prefix)?;
    shell.write_file(prefix.join(RECIPE), recipe_of(prefix))?;
    say(&format!("Swift is set up in {}", prefix.display()));
    Ok(())
}

/// The packages of the toolchain and all that they need, but for what a compiler in a folder has no use for.
fn fetch(shell: &Shell, stage: &Path) -> Result<PathBuf> {
    for folder in ["lists/partial", "cache/archives/partial", "state", "debs"] {
        shell.create_dir(stage.join(folder))?;
    }
    shell.write_file(stage.join("status"), "")?;
    let signed = Path::new(KEYRING).is_file().then(|| format!("[signed-by={KEYRING}] "));
    let mirror = mirror(shell)?;
    let source = format!("deb {}{mirror} {SUITE} main\n", signed.unwrap_or_default());
    shell.write_file(stage.join("sources.list"), source)?;
    let place =
        |option: &str, path: &str| format!("-oDir::{option}={}", stage.join(path).display());
    let mut options = vec![
        place("Etc::sourcelist", "sources.list"),
        place("State", "state"),
        place("State::lists", "lists"),
        place("State::status", "status"),
        place("Cache", "cache"),
    ];
    options.extend(APT.iter().map(|option| format!("-o{option}")));
    let options = options.as_slice();
    must(cmd!(shell, "apt-get -qq {options...} update"))?;

    let plan =
        cmd!(shell, "apt-get -qq {options...} -s --no-install-recommends install {WANTED...}");
    let plan = plan.quiet().read()?;
    let packages: Vec<_> = plan
        .lines()
        .filter_map(|line| line.strip_prefix("Inst ")?.split(' ').next())
        .filter(|name| !is_dropped(name))
        .collect();
    ensure!(packages.contains(&"swiftlang"), "{SUITE} has no swiftlang that could be installed");
    say(&format!("fetching {} packages", packages.len()));
    let debs = stage.join("debs");
    let _there = shell.push_dir(&debs);
    must(cmd!(shell, "apt-get -qq {options...} download {packages...}"))?;
    Ok(debs)
}

/// The mirror that apt uses, for the release that this machine has.
fn mirror(shell: &Shell) -> Result<String> {
    let release = shell.read_file("/etc/os-release")?;
    let codename = release.lines().find_map(|line| line.strip_prefix("VERSION_CODENAME="));
    let codename = codename.context("the release has no code name")?;
    let uris = cmd!(shell, "apt-get --print-uris update").quiet().ignore_stderr().read()?;
    mirror_of(&uris, codename).with_context(|| format!("apt has no source for {codename}"))
}

fn mirror_of(uris: &str, codename: &str) -> Option<String> {
    let end = format!("/dists/{codename}/InRelease'");
    uris.lines().find_map(|line| {
        let (mirror, _) = line.strip_prefix('\'')?.split_once(&end)?;
        Some(mirror.to_owned())
    })
}

/// Another compiler, another linker, and what only an installed system needs.
fn is_dropped(package: &str) -> bool {
    let library = package.strip_prefix("lib").unwrap_or_default();
    DROPPED.contains(&package)
        || DROPPED_BEGINNINGS.iter().any(|beginning| package.starts_with(beginning))
        || DROPPED_LIBRARIES.iter().any(|beginning| library.starts_with(beginning))
        || package.ends_with("binutils")
        || package.contains("binutils-")
}

fn unpack(shell: &Shell, debs: &Path, root: &Path) -> Result<()> {
    for folder in ["bin", "lib", "lib64", "sbin"] {
        shell.create_dir(root.join("usr").join(folder))?;
        link(shell, &format!("usr/{folder}"), &root.join(folder))?;
    }
    let excluded: Vec<_> = EXCLUDED.iter().map(|path| format!("--exclude=./{path}")).collect();
    let excluded = excluded.as_slice();
    for deb in shell.read_dir(debs)? {
        let pipe = "deb=$1; root=$2; shift 2; dpkg-deb --fsys-tarfile \"$deb\" | \
                    tar -x -C \"$root\" --no-same-owner --keep-directory-symlink \"$@\"";
        cmd!(shell, "sh -c {pipe} unpack {deb} {root} {excluded...}").quiet().run()?;
        // There may not be room for both.
        shell.remove_path(deb)?;
    }
    Ok(())
}

/// Writes into every program and library where its loader and its libraries lie.
fn relocate(shell: &Shell, root: &Path, prefix: &Path) -> Result<()> {
    let here = root.join(LIBRARIES);
    let there = prefix.join(LIBRARIES);
    let patchelf = |arguments: &[&str], file: &Path| {
        let (loader, program) = (here.join(LOADER), root.join("usr/bin/patchelf"));
        cmd!(shell, "{loader} --library-path {here} {program} {arguments...} {file}").quiet()
    };
    for file in loaded(shell, root)? {
        // What is linked statically has no such path.
        let Ok(old) = patchelf(&["--print-rpath"], &file).ignore_stderr().read() else { continue };
        let old = if old.is_empty() { "$ORIGIN".to_owned() } else { old };
        // The older kind of path, which holds for the libraries' own libraries too.
        let path = format!("{old}:{}", there.display());
        let loader = there.join(LOADER).display().to_string();
        let is_library = file.to_string_lossy().contains(".so");
        let set = ["--force-rpath", "--set-rpath", &path, "--set-interpreter", &loader];
        patchelf(if is_library { &set[..3] } else { &set }, &file).run()?;
    }

    // What this toolchain links starts in the same way.
    let (prefix_text, there_text) = (prefix.display(), there.display());
    let flags = format!(
        "--sysroot={prefix_text}\n-fuse-ld=lld\n-Wl,--dynamic-linker={there_text}/{LOADER}\n\
         -Wl,--disable-new-dtags\n-Wl,-rpath,{there_text}\n"
    );
    for name in ["clang.cfg", "clang++.cfg"] {
        shell.write_file(root.join(HOME).join("bin").join(name), &flags)?;
    }
    // With SDKROOT the folder is the compiler's system; this file only quiets a warning.
    shell.write_file(root.join("SDKSettings.json"), SDK_SETTINGS)?;
    link(shell, "../libexec/swift/lib/swift", &root.join("usr/lib/swift"))?;
    shell.remove_path(root.join("usr/bin"))?;
    for program in PROGRAMS {
        let script = format!(
            "#!/bin/sh\nexport SDKROOT={prefix_text}\nexec {prefix_text}/{HOME}/bin/{program} \"$@\"\n"
        );
        let path = root.join("usr/bin").join(program);
        shell.write_file(&path, script)?;
        cmd!(shell, "chmod 755 {path}").quiet().run()?;
    }
    Ok(())
}

/// Programs and shared libraries; an object file begins alike, and is linked as it is.
fn loaded(shell: &Shell, root: &Path) -> Result<Vec<PathBuf>> {
    let folders = ["bin", "lib", "libexec"].map(|folder| root.join(HOME).join(folder));
    let kind =
        ["-type", "f", "(", "-perm", "-u+x", "-o", "-name", "*.so", "-o", "-name", "*.so.*", ")"];
    let found = cmd!(shell, "find {folders...} {kind...}").quiet().read()?;
    let begins_as_elf = |path: &PathBuf| {
        let mut start = [0; 4];
        let read = File::open(path).and_then(|mut file| file.read_exact(&mut start));
        read.is_ok() && start == *b"\x7fELF"
    };
    Ok(found.lines().map(PathBuf::from).filter(begins_as_elf).collect())
}

/// Compiles and runs something, and looks where its libraries are from.
fn check(shell: &Shell, stage: &Path, prefix: &Path) -> Result<()> {
    let compiler = prefix.join("usr/bin/swiftc");
    let version = cmd!(shell, "{compiler} --version").quiet().ignore_stderr().read()?;
    ensure!(version.contains("Swift version 6."), "want Swift 6, got {version}");
    let (source, program) = (stage.join("check/main.swift"), stage.join("check/main"));
    shell.write_file(&source, PROGRAM)?;
    must(cmd!(shell, "{compiler} -swift-version 6 {source} -o {program}"))?;
    ensure!(cmd!(shell, "{program}").quiet().read()? == "ok 2 AQ==", "the toolchain does not work");
    let loader = prefix.join(LIBRARIES).join(LOADER);
    let manager = prefix.join(HOME).join("bin/swift-package");
    let libraries = cmd!(shell, "{loader} --list {manager}").quiet().read()?;
    let ours = prefix.display().to_string();
    let strange =
        libraries.lines().find(|line| !line.contains(&ours) && !line.contains("linux-vdso"));
    match strange {
        Some(line) => bail!("a library from elsewhere: {}", line.trim()),
        None => Ok(()),
    }
}

fn link(shell: &Shell, target: &str, at: &Path) -> Result<()> {
    Ok(cmd!(shell, "ln -s {target} {at}").quiet().run()?)
}

fn must(command: xshell::Cmd<'_>) -> Result<()> {
    let name = command.to_string();
    ensure!(watch(command, &[])?.success, "failed: {name}");
    Ok(())
}

const RECIPE: &str = ".recipe";
const SUITE: &str = "trixie";
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";
const WANTED: &[&str] = &["swiftlang", "libc6-dev", "libstdc++-14-dev", "patchelf"];
const HOME: &str = "usr/libexec/swift";
const LIBRARIES: &str = "usr/lib/x86_64-linux-gnu";
const LOADER: &str = "ld-linux-x86-64.so.2";
const PROGRAMS: &[&str] = &[
    "swift",
    "swiftc",
    "swift-build",
    "swift-test",
    "swift-run",
    "swift-package",
    "swift-format",
    "swift-frontend",
    "swift-demangle",
];

const APT: &[&str] = &[
    "Dir::Etc::sourceparts=/dev/null",
    "Dir::Etc::preferences=/dev/null",
    "Dir::Etc::preferencesparts=/dev/null",
    "APT::Architecture=amd64",
    "APT::Architectures=amd64",
    "APT::Sandbox::User=root",
    "Acquire::Languages=none",
    "Acquire::Retries=3",
    "Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false",
    "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false",
];

const DROPPED: &[&str] = &[
    "gcc",
    "cpp",
    "debconf",
    "tzdata",
    "netbase",
    "media-types",
    "rpcsvc-proto",
    "libc-dev-bin",
    "readline-common",
    "openssl-provider-legacy",
    "libsasl2-modules-db",
];
const DROPPED_BEGINNINGS: &[&str] = &["gcc-14", "cpp-14", "gcc-x86-64", "cpp-x86-64"];
/// By the names after `lib`.
const DROPPED_LIBRARIES: &[&str] = &[
    "python", "readline", "db5", "asan", "tsan", "lsan", "hwasan", "ubsan", "itm", "quadmath",
    "gomp", "cc1", "isl", "mpc", "mpfr", "ctf", "gprofng", "sframe", "jansson",
];
/// The debugger, the language server, what is for embedded systems, documentation.
const EXCLUDED: &[&str] = &[
    "usr/share/*",
    "*.swiftdoc",
    "usr/libexec/swift/bin/lldb*",
    "usr/libexec/swift/bin/repl_swift",
    "usr/libexec/swift/bin/clangd",
    "usr/libexec/swift/bin/sourcekit-lsp",
    "usr/libexec/swift/bin/docc",
    "usr/libexec/swift/lib/liblldb*",
    "usr/libexec/swift/lib/libsourcekitdInProc*",
    "usr/libexec/swift/lib/libLTO*",
    "usr/libexec/swift/lib/swift_static",
    "usr/libexec/swift/lib/swift/embedded",
    "usr/libexec/swift/lib/swift/FrameworkABIBaseline",
    "usr/libexec/swift/share/docc",
];

const SDK_SETTINGS: &str = r#"{"CanonicalName":"linux","DisplayName":"Debian","Version":"13.0","MaximumDeploymentTarget":"13.0","VersionMap":{},"SupportedTargets":{}}
"#;

const PROGRAM: &str = "\
import Foundation
import Observation
@Observable final class Counter { var value = 1 }
let counter = Counter()
counter.value += 1
print(\"ok\", counter.value, Data([1]).base64EncodedString())
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mirror_is_that_of_this_release() {
        let uris = "'https://a.example/debian-security/dists/bookworm-security/InRelease' a 0 \n\
                    'https://a.example/debian/dists/bookworm/InRelease' b 0 \n";
        assert_eq!(mirror_of(uris, "bookworm").as_deref(), Some("https://a.example/debian"));
        assert_eq!(mirror_of(uris, "trixie"), None);
    }

    #[test]
    fn other_compilers_are_not_fetched() {
        for package in
            ["gcc", "gcc-14-base", "binutils-common", "libbinutils", "libasan8", "libpython3.13"]
        {
            assert!(is_dropped(package), "{package}");
        }
        for package in
            ["swiftlang", "libc6", "libstdc++-14-dev", "libgcc-14-dev", "libxml2", "libcurl4t64"]
        {
            assert!(!is_dropped(package), "{package}");
        }
    }

    #[test]
    fn another_place_is_another_recipe() {
        assert_ne!(recipe_of(Path::new("/a")), recipe_of(Path::new("/b")));
    }
}
