//! `cargo xtask fuzz`: every target of `fuzz/fuzz_targets`, for a bounded while each.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::report::Report;
use crate::run::watch;
use crate::{Arguments, setup};

pub(crate) fn run(shell: &Shell, mut arguments: Arguments, report: &mut Report) -> Result<()> {
    let seconds = arguments.number()?.unwrap_or(30).to_string();
    arguments.finish()?;
    let nightly = cmd!(shell, "rustup run nightly rustc --version").quiet().ignore_stderr();
    if let Err(error) = nightly.read() {
        let how = "it needs the nightly compiler: `rustup toolchain install nightly`";
        report.skip("fuzz", &format!("{how} ({error})"));
        return Ok(());
    }
    let cargo_fuzz = match setup::cargo_tool(shell, "cargo-fuzz", CARGO_FUZZ) {
        Ok(cargo_fuzz) => cargo_fuzz,
        Err(error) => {
            report.skip("fuzz", &format!("{error:#}"));
            return Ok(());
        }
    };

    let files = shell.read_dir("fuzz/fuzz_targets")?;
    let targets: Vec<_> = files.iter().filter_map(|file| file.file_stem()?.to_str()).collect();
    if targets.is_empty() {
        report.fail("fuzz", "no target was found");
    }
    for target in targets {
        seed(shell, target)?;
        // One input that takes ten seconds or a gigabyte is a finding as much as a panic is.
        let limits = [&format!("-max_total_time={seconds}"), "-timeout=10", "-rss_limit_mb=1024"];
        let command = cmd!(shell, "rustup run nightly {cargo_fuzz} run {target} -- {limits...}");
        report.step(&format!("fuzz {target}"), watch(command, &[]));
    }
    Ok(())
}

/// Begins with what is known to be well formed, since a fuzzer does not come upon it by chance.
fn seed(shell: &Shell, target: &str) -> Result<()> {
    let corpus = format!("fuzz/corpus/{target}");
    shell.create_dir(&corpus)?;
    match target {
        "payload" => {
            for file in ["otpauth_uris.json", "otpauth_uris_more.json"] {
                let vectors = shell.read_file(format!("tests/vectors/{file}"))?;
                let uris =
                    vectors.lines().filter_map(|line| line.trim().strip_prefix("\"uri\": \""));
                for (number, uri) in uris.enumerate() {
                    let uri = uri.trim_end_matches(['"', ',']);
                    shell.write_file(format!("{corpus}/{file}-{number}"), uri)?;
                }
            }
        }
        "vault_header" => shell.copy_file("tests/vectors/vault_v1.bin", &corpus)?,
        "picture" => {
            for picture in ["docs/enrollment-code.png", "tests/cli/vault.in/alice.png"] {
                shell.copy_file(picture, &corpus)?;
            }
        }
        _ => {}
    }
    Ok(())
}

const CARGO_FUZZ: &str = "0.13.2";
