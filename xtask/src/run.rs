//! Running a program while showing and keeping what it says.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use xshell::Cmd;

/// What a program said on both of its outputs, in the order it came, and whether it succeeded.
pub(crate) struct Outcome {
    pub(crate) success: bool,
    pub(crate) text: String,
}

/// Runs `command` with `variables` added to its environment, printing it first as one would type it.
///
/// # Errors
/// The program cannot be started, or has not ended within [`LIMIT`]; a failure of the program itself is in the outcome.
pub(crate) fn watch(command: Cmd<'_>, variables: &[(&str, &str)]) -> Result<Outcome> {
    watch_within(LIMIT, command, variables)
}

fn watch_within(limit: Duration, command: Cmd<'_>, variables: &[(&str, &str)]) -> Result<Outcome> {
    let typed: String =
        variables.iter().map(|(name, value)| format!("{name}='{value}' ")).collect();
    say(&format!("\n$ {typed}{command}"));
    let name = command.to_string();
    let mut child = Command::from(command)
        .envs(variables.iter().copied())
        // The lines are read by this program as well, so no colour codes whatever the caller likes.
        .env("CARGO_TERM_COLOR", "never")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("failed to start {name}"))?;

    let (sender, lines) = mpsc::channel();
    if let Some(pipe) = child.stdout.take() {
        forward(pipe, sender.clone());
    }
    if let Some(pipe) = child.stderr.take() {
        forward(pipe, sender.clone());
    }
    drop(sender);

    let mut text = String::new();
    let started = Instant::now();
    let status = loop {
        if started.elapsed() > limit {
            child.kill()?;
            bail!("{name} did not end within {} s", limit.as_secs());
        }
        match lines.recv_timeout(SILENCE) {
            Ok(line) => {
                say(&line);
                text.push_str(&line);
                text.push('\n');
            }
            Err(RecvTimeoutError::Disconnected) => break child.wait()?,
            // A daemon left behind by a test keeps the pipe open after the program has ended.
            Err(RecvTimeoutError::Timeout) => {
                if let Some(status) = child.try_wait()? {
                    break status;
                }
            }
        }
    };
    Ok(Outcome { success: status.success(), text })
}

/// Prints a line; that the reader has gone away (`| head`) is no reason to stop.
pub(crate) fn say(line: &str) {
    // Our own unit tests count failures that are none; nobody should read of them in a log.
    if !cfg!(test) {
        let _ = writeln!(io::stdout(), "{line}");
    }
}

fn forward(pipe: impl Read + Send + 'static, lines: Sender<String>) {
    thread::spawn(move || {
        for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
            if lines.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                break;
            }
        }
    });
}

const SILENCE: Duration = Duration::from_millis(300);
/// Many times what any one program takes here: what hangs is to be named, and the rest still run.
const LIMIT: Duration = Duration::from_secs(25 * 60);

#[cfg(test)]
mod tests {
    use xshell::{Shell, cmd};

    use super::*;

    #[test]
    fn both_outputs_and_the_status_are_kept() {
        let shell = Shell::new().unwrap();
        let script = "echo one; echo $TWO >&2; exit 3";
        let outcome = watch(cmd!(shell, "sh -c {script}"), &[("TWO", "two")]).unwrap();
        assert!(!outcome.success);
        assert!(outcome.text.contains("one\n") && outcome.text.contains("two\n"));
    }

    #[test]
    fn a_program_that_hangs_is_ended_and_named() {
        let shell = Shell::new().unwrap();
        let limit = Duration::from_millis(500);
        let hung = watch_within(limit, cmd!(shell, "sleep 60"), &[]).err().unwrap();
        assert_eq!(hung.to_string(), "sleep 60 did not end within 0 s");
    }

    #[test]
    fn a_daemon_left_behind_is_not_waited_for() {
        let shell = Shell::new().unwrap();
        let script = "sleep 30 & echo $!";
        let started = Instant::now();
        let outcome = watch(cmd!(shell, "sh -c {script}"), &[]).unwrap();
        assert!(outcome.success && started.elapsed() < Duration::from_secs(20));
        let sleeper = outcome.text.trim().to_owned();
        cmd!(shell, "kill {sleeper}").run().unwrap();
    }
}
