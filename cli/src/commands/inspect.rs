//! `inspect`: what payloads would do, one text a line.

use std::io::{self, BufRead};

use countersign::payload::{self, Parsed};
use zeroize::{Zeroize, Zeroizing};

use crate::args::Inspect;
use crate::console::Console;
use crate::describe::{self, Unread};
use crate::failure::{Exit, Failure};

/// Says of each line of the standard input what it would enroll.
///
/// A payload that is refused is an answer, not a failure.
pub(super) fn run(options: &Inspect, console: &mut Console) -> Result<Exit, Failure> {
    let mut lines = Lines::new(io::stdin().lock());
    let mut number = 0_usize;
    while let Some(line) = lines.next().map_err(|error| Failure::io("read the input", &error))? {
        number += 1;
        let Some(outcome) = judge(line) else { continue };
        if options.json {
            console.line(describe::json(&outcome, options.at))?;
        } else {
            console.line(format!("line {number}:"))?;
            console.line(describe::text(&outcome, options.at))?;
        }
        // Whoever sends a line may wait for the answer before the next.
        console.finish()?;
    }
    Ok(Exit::Done)
}

/// What one line is; nothing where it is blank.
fn judge(line: Line<'_>) -> Option<Result<Parsed, Unread>> {
    let bytes = match line {
        Line::Whole(bytes) => bytes,
        Line::TooLong => return Some(Err(Unread::TOO_LONG)),
    };
    // Some programs begin what they write with a mark of the byte order.
    let bytes = bytes.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) if text.trim().is_empty() => None,
        Ok(text) => Some(payload::parse(text).map_err(Unread::from)),
        Err(_) => Some(Err(Unread::NOT_TEXT)),
    }
}

/// Lines of bounded length, in one buffer that never grows: they hold secrets.
struct Lines<R> {
    input: R,
    buffer: Zeroizing<Vec<u8>>,
}

enum Line<'a> {
    Whole(&'a [u8]),
    TooLong,
}

impl<R: BufRead> Lines<R> {
    fn new(input: R) -> Self {
        Self { input, buffer: Zeroizing::new(Vec::with_capacity(MOST_LINE)) }
    }

    fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        self.buffer.as_mut_slice().zeroize();
        self.buffer.clear();
        let (mut any, mut whole) = (false, true);
        loop {
            let available = match self.input.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                available => available?,
            };
            if available.is_empty() {
                break;
            }
            any = true;
            let end = available.iter().position(|byte| *byte == b'\n');
            let piece = available.get(..end.unwrap_or(available.len())).unwrap_or_default();
            if whole && self.buffer.len() + piece.len() <= MOST_LINE {
                self.buffer.extend_from_slice(piece);
            } else {
                whole = false;
            }
            let used = piece.len() + usize::from(end.is_some());
            self.input.consume(used);
            if end.is_some() {
                break;
            }
        }
        Ok(match (any, whole) {
            (false, _) => None,
            (true, true) => Some(Line::Whole(&self.buffer)),
            (true, false) => Some(Line::TooLong),
        })
    }
}

/// What is longer is longer than a payload, whatever white space is around it.
const MOST_LINE: usize = 4 * payload::MAX_BYTES;

#[cfg(test)]
mod tests {
    use super::*;

    fn verdicts(input: &[u8]) -> Vec<String> {
        let mut lines = Lines::new(io::BufReader::with_capacity(7, input));
        let mut verdicts = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            verdicts.push(match judge(line) {
                None => "blank".to_owned(),
                Some(Ok(parsed)) => parsed.accounts[0].name().to_owned(),
                Some(Err(unread)) => unread.name.to_owned(),
            });
        }
        verdicts
    }

    #[test]
    fn a_bad_line_does_not_spoil_the_next() {
        let mut input = b"\xEF\xBB\xBFotpauth://totp/a?secret=MFRGGZDF\r\n\r\n  \n\xFF\n".to_vec();
        input.extend(vec![b'x'; 70_000]);
        input.extend(b"\notpauth://totp/b?secret=MFRGGZDF");
        assert_eq!(verdicts(&input), ["a", "blank", "blank", "NotUtf8", "TooLong", "b"]);
        assert!(verdicts(b"").is_empty());
    }
}
