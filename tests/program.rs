//! The programs of the workspace, as processes of their own.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The terminal program.
pub(crate) fn path() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| built("countersign-cli", "countersign"))
}

/// A program, built as these tests were. Cargo builds a package's programs for that package's own
/// tests only, so it is asked here, unless `COUNTERSIGN_BUILT` says that this was done.
pub(crate) fn built(package: &str, program: &str) -> PathBuf {
    let test = env::current_exe().expect("a test knows where it lies");
    let profile = test.parent().and_then(Path::parent).expect("tests lie in deps/");
    let path = profile.join(format!("{program}{}", env::consts::EXE_SUFFIX));
    if env::var_os("COUNTERSIGN_BUILT").is_some() {
        return path;
    }
    let release = profile.ends_with("release").then_some("--release");
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--locked", "--package", package])
        .args(release)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .status()
        .expect("cargo starts");
    assert!(status.success(), "{program} does not build");
    path
}
