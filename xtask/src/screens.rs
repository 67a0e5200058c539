//! `cargo xtask screens`: the app's screens, drawn anew into `docs/screens`. Look at them before they are committed.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::report::Report;
use crate::run::watch;
use crate::{Arguments, bindgen, maven, setup};

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
    let pictures = shell.read_dir(&folder)?;
    let small =
        cmd!(shell, "pngquant --force --ext .png --skip-if-larger --strip 96 {pictures...}");
    report.step("their size", watch(small, &[]));
    Ok(())
}
