//! A live camera: frame after frame, with a memory.

mod memory;

use std::fmt;

use self::memory::Memory;
use super::budget::Budget;
use super::decode;
use super::geometry::Point;
use super::hint::{self, Hint};
use super::reader;
use super::{Frame, Payload};

/// Reads the QR codes in the frames of a live camera, as [`scan`](crate::scan) does in one of them.
///
/// It remembers the last frames in which a code was seen but not read: what a reflection hides in
/// one frame, the next may show, and together they are read. Frames that do not surely show the same
/// code are kept apart; codes that differ in a character or two cannot be told so, and there the
/// error correction stands alone.
///
/// The memory is bounded. What is in it is as secret as the texts are: it is erased with frames
/// that are thirty frames old, by [`forget`](Self::forget) and on drop, and not printed by `Debug`.
#[derive(Default)]
pub struct Scanner {
    memory: Memory,
    budget: Budget,
}

impl Scanner {
    /// A scanner that has seen nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One that may do so much work at each frame, instead of [`Budget::FRAME`].
    #[must_use]
    pub fn within(budget: Budget) -> Self {
        Self { budget, ..Self::default() }
    }

    /// Reads what the frame shows, alone or together with the frames before it.
    pub fn scan(&mut self, frame: Frame<'_>) -> Sighting {
        let (mut payloads, unread) = reader::watch(frame, self.budget);
        self.memory.pass();
        let Some(unread) = unread else {
            if !payloads.is_empty() {
                self.forget();
            }
            return Sighting { payloads, seen: None };
        };
        let mut corners = unread.corners();
        let hint = hint::hint(&frame, &unread);
        let combined = self.memory.add(unread.modules);
        let Some(decoded) = combined.and_then(|modules| decode::decode(&modules)) else {
            return Sighting { payloads, seen: Some(Seen { corners, hint }) };
        };
        self.forget();
        if decoded.mirrored {
            corners.swap(1, 3);
        }
        if !payloads.iter().any(|payload| payload.text == decoded.text) {
            payloads.push(Payload { text: decoded.text, corners });
        }
        Sighting { payloads, seen: None }
    }

    /// Forgets and erases what the frames before have shown, for a new enrollment.
    pub fn forget(&mut self) {
        self.memory = Memory::default();
    }
}

impl fmt::Debug for Scanner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scanner").finish_non_exhaustive()
    }
}

/// What a [`Scanner`] makes of a frame.
#[derive(Debug)]
pub struct Sighting {
    payloads: Vec<Payload>,
    seen: Option<Seen>,
}

impl Sighting {
    /// The codes that were read, each text once; as a rule none or one.
    #[must_use]
    pub fn payloads(&self) -> &[Payload] {
        &self.payloads
    }

    /// The same, to be kept.
    #[must_use]
    pub fn into_payloads(self) -> Vec<Payload> {
        self.payloads
    }

    /// The code that is seen most clearly of those that could not be read.
    #[must_use]
    pub fn seen(&self) -> Option<Seen> {
        self.seen
    }

    /// Where to draw brackets: around the first code that was read, else around the one that is
    /// seen. Upper left, upper right, lower right, lower left as the code is read.
    #[must_use]
    pub fn corners(&self) -> Option<[Point; 4]> {
        self.payloads.first().map(Payload::corners).or(self.seen.map(|seen| seen.corners))
    }
}

/// A code that is seen but not read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// Its corners in the frame: upper left, upper right, lower right, lower left as its finder
    /// patterns stand. Some may lie outside the frame.
    pub corners: [Point; 4],
    /// Why it is not read, where that is certain: what to tell the user.
    pub hint: Option<Hint>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scanner_can_be_sent_to_the_cameras_thread() {
        fn is_send<T: Send>() {}
        is_send::<Scanner>();
        is_send::<Sighting>();
    }

    #[test]
    fn nothing_is_seen_where_nothing_is() {
        let mut scanner = Scanner::new();
        for luma in [0, 128, 255] {
            let plane = [luma; 60 * 40];
            let sighting = scanner.scan(Frame::new(&plane, 60, 40, 60).unwrap());
            assert!(sighting.payloads().is_empty() && sighting.seen().is_none());
            assert!(sighting.corners().is_none());
        }
    }
}
