//! The live table at a terminal: every account with its code and how long it lasts.
//!
//! `state` is what the table holds and what the keys change in it, `shown` what is to be seen of an
//! account at a time, `draw` turns that into cells, and here is the loop around them. Codes are asked for when one of them ends and not for
//! each drawing.

mod draw;
mod shown;
mod state;

use std::io::{self, IsTerminal as _};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use countersign::ClockError;
use countersign::vault::AccountId;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::event::{self, Event, KeyEventKind};
use ratatui::crossterm::terminal::disable_raw_mode;
use ratatui::{Terminal, TerminalOptions, Viewport};
use zeroize::Zeroizing;

pub use self::draw::LiveTable;
pub(crate) use self::shown::grouped;
use self::state::{Action, Offers};
pub use self::state::{Row, State, rows_of};
use crate::clock::Clock;

/// Whoever has the accounts.
pub trait Source {
    /// What there is to show at `unix_time`; [`rows_of`] makes it of a vault. Asked for when the
    /// first of the codes ends, so it may look at the disk again.
    fn rows(&mut self, unix_time: u64) -> Vec<Row>;

    /// Makes the next code of an account that counts. The advanced counter is on the disk when it
    /// returns: a code whose counter was lost would be shown a second time, and refused.
    ///
    /// # Errors
    /// A message for the user, who is shown no code then.
    fn next_code(&mut self, id: AccountId) -> anyhow::Result<Zeroizing<String>>;

    /// Puts a code on the clipboard and says what happens to it there.
    ///
    /// # Errors
    /// A message for the user.
    fn copy(&mut self, code: &str) -> anyhow::Result<String>;

    /// Whether there is a clipboard.
    fn can_copy(&self) -> bool {
        true
    }

    /// By what the codes are corrected, to tell the user where it is worth telling.
    fn clock_error(&self) -> ClockError {
        ClockError::default()
    }
}

/// How much of the terminal the table takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Space {
    /// All of it; what was there comes back at the end.
    Whole,
    /// This many lines below what is there, which stays readable.
    Lines(u16),
}

/// Whether there is a terminal to show the table at, with somebody to quit it.
#[must_use]
pub fn can_run() -> bool {
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    io::stdin().is_terminal() && io::stdout().is_terminal() && !dumb
}

/// Shows the table until somebody quits. The terminal is put back as it was, after a panic too, and
/// no code stays on it.
///
/// # Errors
/// The terminal cannot be drawn on or read from. Call it only where it [`can_run`].
pub fn run(source: &mut dyn Source, space: Space) -> io::Result<()> {
    // Set first of all, so that a terminal half prepared is put back as well.
    let restored = Restored(space);
    let mut terminal = match space {
        Space::Whole => ratatui::try_init()?,
        Space::Lines(lines) => {
            let viewport = Viewport::Inline(lines);
            ratatui::try_init_with_options(TerminalOptions { viewport })?
        }
    };
    let watched = watch(&mut terminal, source);
    let top = terminal.get_frame().area().as_position();
    let cleared = terminal.clear().and_then(|()| terminal.set_cursor_position(top));
    drop(terminal); // shows the cursor again
    drop(restored);
    watched.and(cleared)
}

/// Puts the terminal back when it goes.
struct Restored(Space);

impl Drop for Restored {
    fn drop(&mut self) {
        match self.0 {
            // The panic hook of ratatui did it, before the message was printed.
            _ if std::thread::panicking() => {}
            Space::Whole => ratatui::restore(),
            // Leaving a screen that was not entered would move the cursor.
            Space::Lines(_) => drop(disable_raw_mode()),
        }
    }
}

fn watch(
    terminal: &mut Terminal<CrosstermBackend<io::Stdout>>,
    source: &mut dyn Source,
) -> io::Result<()> {
    let coloured = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let mut watch = Watch::new(source, coloured);
    let ended = ended_from_outside();
    while !ended.load(Ordering::Relaxed) {
        let now = Clock::System.now();
        watch.refresh(now);
        terminal.draw(|frame| {
            watch.state.fit(frame.area());
            frame.render_widget(LiveTable::new(&watch.state, now), frame.area());
        })?;
        let mut wait = watch.wait(Clock::System.now());
        // What was typed meanwhile is taken before the next drawing, but no flood of it keeps a code
        // on the screen that has ended.
        for _ in 0..MOST_KEYS {
            if !event::poll(wait)? {
                break;
            }
            let now = Clock::System.now();
            if watch.on(&event::read()?, now).is_break() {
                return Ok(());
            }
            wait = Duration::ZERO;
        }
    }
    Ok(())
}

/// Becomes true when the program is told to end: no code stays on the screen for it, and a
/// demonstration tidies up first.
pub(crate) fn ended_from_outside() -> Arc<AtomicBool> {
    let ended = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&ended);
    // Where it cannot be set, somebody else has one already, and the program ends by that.
    let _ = ctrlc::set_handler(move || told.store(true, Ordering::Relaxed));
    ended
}

/// The table with its source: what happens, without a terminal.
struct Watch<'s> {
    source: &'s mut dyn Source,
    state: State,
    /// When the rows were asked for and when they have to be again, in Unix time.
    current: Option<(u64, u64)>,
    /// When a code was last requested.
    requested: Option<Duration>,
}

impl<'s> Watch<'s> {
    fn new(source: &'s mut dyn Source, coloured: bool) -> Self {
        let state = State::new(Offers { copy: source.can_copy(), colour: coloured });
        Self { source, state, current: None, requested: None }
    }

    /// Asks for the rows where those that are here have come to their end, or the clock was set back.
    fn refresh(&mut self, now: Duration) {
        let now = now.as_secs();
        if self.current.is_some_and(|(since, until)| since <= now && now < until) {
            return;
        }
        self.state.set_rows(self.source.rows(now), self.source.clock_error());
        let until = self.state.first_end().unwrap_or(u64::MAX);
        // A source that goes on giving codes that have ended is not asked all the time.
        self.current = Some((now, until.max(now.saturating_add(1))));
    }

    /// How long nothing changes but by a key: a step of the bars, and never past the end of a code.
    fn wait(&self, now: Duration) -> Duration {
        if self.state.first_end().is_none() {
            return REST;
        }
        let until = self.current.map_or(0, |(_, until)| until);
        Duration::from_secs(until).saturating_sub(now).min(STEP)
    }

    fn on(&mut self, event: &Event, now: Duration) -> ControlFlow<()> {
        let Event::Key(key) = event else { return ControlFlow::Continue(()) };
        if key.kind == KeyEventKind::Release {
            return ControlFlow::Continue(());
        }
        match self.state.press(*key) {
            Action::Quit => return ControlFlow::Break(()),
            Action::NextCode(id) => self.next_code(id, now),
            Action::Copy => self.copy(now),
            Action::None => {}
        }
        ControlFlow::Continue(())
    }

    /// A key that is held down repeats, and would run the counter out of the verifier's reach.
    fn next_code(&mut self, id: AccountId, now: Duration) {
        let held = self.requested.is_some_and(|last| now.saturating_sub(last) < HELD);
        self.requested = Some(now);
        if held {
            return;
        }
        match self.source.next_code(id) {
            Ok(code) => {
                self.state.set_made(id, code);
                self.current = None; // the counter of the row has moved on
            }
            Err(error) => self.state.tell(format!("! {error:#}")),
        }
    }

    fn copy(&mut self, now: Duration) {
        self.refresh(now);
        let told = match self.state.selected_code(now) {
            Some(code) => self.source.copy(&code),
            None => Ok("there is no code to copy here".to_owned()),
        };
        self.state.tell(told.unwrap_or_else(|error| format!("! {error:#}")));
    }
}

/// Taken between two drawings.
const MOST_KEYS: u32 = 100;
/// Between two drawings while a bar is moving.
const STEP: Duration = Duration::from_millis(100);
/// And while none is.
const REST: Duration = Duration::from_secs(1);
/// The longest pause between the repeats of a key that is held down.
const HELD: Duration = Duration::from_millis(700);

#[cfg(test)]
mod tests;
