//! A code on the clipboard, for half a minute at most.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use arboard::Clipboard;
#[cfg(target_os = "macos")]
use arboard::SetExtApple as _;
#[cfg(all(unix, not(target_os = "macos")))]
use arboard::SetExtLinux as _;
#[cfg(windows)]
use arboard::SetExtWindows as _;
use zeroize::Zeroizing;

use crate::console::Console;
use crate::failure::{Exit, Failure};

/// For how many seconds a code stays on the clipboard.
pub const SECONDS: u64 = 30;

/// A code that is on the clipboard until its time is over, or this is dropped.
///
/// The program has to stay for it: on some desktops what is on the clipboard is gone with whoever
/// put it there, and a program left behind in the background is one that nobody can see or end.
pub struct Lent {
    /// Sends nothing; that it goes is the sign to clear.
    stop: Option<Sender<()>>,
    keeper: Option<JoinHandle<Returned>>,
}

/// What became of the clipboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returned {
    /// The code was still on it, and is not any more.
    Cleared,
    /// Somebody had copied something else, which stays.
    Taken,
    /// The code is on it still, and cannot be taken off.
    Stuck,
}

impl Lent {
    /// Puts a code on the clipboard, marked as nothing to be kept in a history.
    ///
    /// # Errors
    /// There is no clipboard.
    pub fn new(code: &str) -> Result<Self, Failure> {
        let mut clipboard = Clipboard::new().map_err(|_| no_clipboard())?;
        clipboard.set().exclude_from_history().text(code).map_err(|_| no_clipboard())?;
        let code = Zeroizing::new(code.to_owned());
        let (stop, stopped) = mpsc::channel::<()>();
        let keeper = thread::spawn(move || {
            let _ = stopped.recv_timeout(Duration::from_secs(SECONDS));
            // That it cannot be read is no reason to leave the code there.
            if clipboard.get_text().is_ok_and(|text| text != *code) {
                return Returned::Taken;
            }
            clipboard.clear().map_or(Returned::Stuck, |()| Returned::Cleared)
        });
        Ok(Self { stop: Some(stop), keeper: Some(keeper) })
    }

    /// Whether its time is over.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.keeper.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Ends it now, if it has not ended by itself.
    pub fn end(mut self) -> Returned {
        self.stop_and_wait()
    }

    fn stop_and_wait(&mut self) -> Returned {
        self.stop = None;
        let returned = self.keeper.take().and_then(|keeper| keeper.join().ok());
        returned.unwrap_or(Returned::Stuck)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if self.keeper.is_some() {
            self.stop_and_wait();
        }
    }
}

/// Makes sure that there is a clipboard, before a counter is advanced for a code that could not be
/// copied.
///
/// # Errors
/// There is none.
pub fn require() -> Result<(), Failure> {
    Clipboard::new().map(drop).map_err(|_| no_clipboard())
}

/// Whether there is a clipboard.
#[must_use]
pub fn is_there() -> bool {
    Clipboard::new().is_ok()
}

/// Copies a code and waits until the clipboard is cleared. Ctrl-C clears at once.
///
/// # Errors
/// There is no clipboard, or it cannot be cleared.
pub fn lend(code: &str, console: &mut Console) -> Result<(), Failure> {
    // Before there is anything to clear: Ctrl-C between the two would leave the code behind.
    let (sender, interrupted) = mpsc::channel();
    ctrlc::set_handler(move || {
        let _ = sender.send(());
    })
    .map_err(|_| Failure::new(Exit::Failed, "could not prepare to clear the clipboard"))?;
    let lent = Lent::new(code)?;
    console.note(&format!("copied; the clipboard is cleared in {SECONDS} s, or now with Ctrl-C"));
    while !lent.is_over() {
        match interrupted.recv_timeout(Duration::from_millis(100)) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(()) | Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    match lent.end() {
        Returned::Cleared => console.note("the clipboard is cleared"),
        Returned::Taken => console.note("something else was copied meanwhile, and stays"),
        Returned::Stuck => {
            return Err(Failure::new(
                Exit::Failed,
                "could not clear the clipboard; copy something else over it",
            ));
        }
    }
    Ok(())
}

fn no_clipboard() -> Failure {
    Failure::new(Exit::Failed, "there is no clipboard here, such as without a display")
}
