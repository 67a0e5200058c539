//! The terminal: what is said, asked, and typed unseen.

use std::io::{self, BufRead, BufWriter, IsTerminal, Read, StdoutLock, Write};
use std::path::Path;

use rpassword::{ConfigBuilder, prompt_password_with_config};
use zeroize::Zeroizing;

use crate::failure::{Exit, Failure};

/// Where the program speaks and asks.
pub struct Console {
    out: BufWriter<StdoutLock<'static>>,
}

impl Console {
    /// The console that the program was started at.
    #[must_use]
    pub fn new() -> Self {
        Self { out: BufWriter::new(io::stdout().lock()) }
    }

    /// Writes one line, or several, to the standard output.
    ///
    /// # Errors
    /// It was closed, or its disk is full.
    pub fn line(&mut self, text: impl AsRef<str>) -> Result<(), Failure> {
        writeln!(self.out, "{}", text.as_ref()).map_err(|error| Failure::output(&error))
    }

    /// Makes sure that all lines are out.
    ///
    /// # Errors
    /// As [`line`](Self::line).
    pub fn finish(&mut self) -> Result<(), Failure> {
        self.out.flush().map_err(|error| Failure::output(&error))
    }

    /// Writes a line to the standard error: for people, not for programs.
    pub fn note(&mut self, text: &str) {
        // What was said before should be seen before. A failure of either is told by `finish`.
        let _ = self.out.flush();
        let _ = writeln!(io::stderr(), "{text}");
    }

    /// Whether the standard output is a terminal.
    #[must_use]
    pub fn shows(&self) -> bool {
        io::stdout().is_terminal()
    }

    /// Whether somebody is there to answer.
    #[must_use]
    pub fn answers(&self) -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Whether something can be typed unseen: the standard input may be taken by a picture.
    #[must_use]
    pub fn types_unseen(&self) -> bool {
        io::stdin().is_terminal() || io::stderr().is_terminal()
    }

    /// Asks for a line. What is typed is seen.
    ///
    /// # Errors
    /// The input ended.
    pub fn ask(&mut self, question: &str) -> Result<String, Failure> {
        let _ = self.out.flush();
        let _ = write!(io::stderr(), "{question} ");
        let _ = io::stderr().flush();
        let mut answer = String::new();
        let read = io::stdin().lock().take(MOST_TYPED).read_line(&mut answer);
        match read {
            Ok(0) => Err(Failure::new(Exit::Refused, "no answer was given")),
            Ok(_) => Ok(without_line_end(&answer).to_owned()),
            Err(error) => Err(Failure::io("read the answer", &error)),
        }
    }

    /// Asks a question that only `yes` or `y` agrees to.
    ///
    /// # Errors
    /// As [`ask`](Self::ask).
    pub fn agrees(&mut self, question: &str) -> Result<bool, Failure> {
        let answer = self.ask(&format!("{question} [y/N]"))?;
        Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
    }

    /// Asks for something that is typed unseen, at the terminal even where the standard input is
    /// another thing.
    ///
    /// # Errors
    /// There is no terminal.
    pub fn unseen(&mut self, question: &str) -> Result<Zeroizing<String>, Failure> {
        let _ = self.out.flush();
        prompt_password_with_config(format!("{question} "), ConfigBuilder::new().build())
            .map(Zeroizing::new)
            .map_err(|error| Failure::io("read from the terminal", &error))
    }
}

impl Default for Console {
    fn default() -> Self {
        Self::new()
    }
}

/// The first line of the standard input, for a key that no terminal is there to type.
///
/// # Errors
/// It cannot be read, is no text, or is longer than any key.
pub fn first_line_of_input() -> Result<Zeroizing<String>, Failure> {
    // Room for all of it at once: a text that grows leaves copies.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MOST_TYPED as usize));
    io::stdin()
        .lock()
        .take(MOST_TYPED)
        .read_until(b'\n', &mut bytes)
        .map_err(|error| Failure::io("read the standard input", &error))?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| Failure::new(Exit::Failed, "the standard input is no text"))?;
    Ok(Zeroizing::new(without_line_end(text).to_owned()))
}

/// A path as it may be shown: its control and direction characters can do nothing to a terminal.
#[must_use]
pub fn shown(path: &Path) -> String {
    let turns = |c| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let safe = |c: char| if c.is_control() || turns(c) { '\u{FFFD}' } else { c };
    path.to_string_lossy().chars().map(safe).collect()
}

/// The text without the end of its line, in the manner of Unix or of Windows.
#[must_use]
pub fn without_line_end(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}

const MOST_TYPED: u64 = 16 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_cannot_move_the_cursor() {
        assert_eq!(shown(Path::new("a\x1b[2Jb\u{202E}c")), "a\u{FFFD}[2Jb\u{FFFD}c");
    }

    #[test]
    fn one_line_end_is_taken_off() {
        assert_eq!(without_line_end("a\r\n"), "a");
        assert_eq!(without_line_end("a \n"), "a ");
        assert_eq!(without_line_end("a\n\n"), "a\n");
    }
}
