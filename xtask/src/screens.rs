//! `cargo xtask screens`: the app's screens and the portal's pages, drawn anew into `docs/screens`.
//! Look at them before they are committed.

use std::path::Path;

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::report::Report;
use crate::run::watch;
use crate::{Arguments, bindgen, maven, setup, test};

pub(crate) fn run(shell: &Shell, arguments: Arguments, report: &mut Report) -> Result<()> {
    arguments.finish()?;
    // The letters of a phone; with others the pictures would differ from machine to machine.
    setup::packages(shell, &["fonts-roboto-unhinted", "pngquant"])?;
    maven::tools(shell)?;
    bindgen::stage(shell)?;
    let folder = shell.current_dir().join("docs/screens");
    shell.remove_path(&folder)?;
    let place = format!("-Dscreens={}", folder.display());
    let only = ["-Dtest=ScreensTest", "-Dsurefire.failIfNoSpecifiedTests=false"];
    let draw = ["verify", "--projects", "ui", "--also-make", &place, only[0], only[1]];
    report.step("the screens", maven::run(shell, &draw));
    pages(shell, &folder, report)?;
    let pictures = shell.read_dir(&folder)?;
    let small =
        cmd!(shell, "pngquant --force --ext .png --skip-if-larger --strip 96 {pictures...}");
    report.step("their size", watch(small, &[]));
    Ok(())
}

/// The portal's pages, as a real browser draws them.
fn pages(shell: &Shell, folder: &Path, report: &mut Report) -> Result<()> {
    setup::packages(shell, &["chromium", "chromium-driver"])?;
    let axe = test::axe(shell)?;
    let all = shell.create_temp_dir()?;
    let (axe, keep) = (axe.display().to_string(), all.path().display().to_string());
    let draw = cmd!(shell, "cargo test --workspace --test real_parts -- every_page");
    let variables = [("COUNTERSIGN_AXE", axe.as_str()), ("COUNTERSIGN_SCREENS", keep.as_str())];
    report.step("the pages", watch(draw, &variables));
    for page in PAGES {
        let name = format!("portal-{page}.png");
        shell.copy_file(all.path().join(&name), folder.join(&name))?;
    }
    Ok(())
}

/// Of all pages in all conditions these are kept.
const PAGES: &[&str] = &[
    "sign-in-en-1000-light",
    "profile-access-mobile-new-en-360-light",
    "device-en-1000-light",
    "device-values-en-1000-dark",
    "device-ar-360-dark",
    "device-wrong-code-es-1000-light",
    "registered-en-1000-light",
    "code-de-360-dark",
    "devices-hr-360-light",
    "admin-users-en-1000-light",
    "user-en-1000-dark",
    "admin-keys-ar-1000-light",
    "admin-audit-en-1000-light",
    "profile-access-confirm-en-1000-light",
    "recovery-hr-360-light",
    "inbox-en-1000-light",
    "application-en-1000-light",
    "pin-template-en-1000-dark",
];
