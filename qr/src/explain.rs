//! What a reader saw on its way, stage by stage: for the person who asks why a code was not read.

use std::fmt;

use super::Frame;
use super::budget::Budget;
use super::geometry::Point;
use super::reader;

/// One look at a frame, at one scale and with one way to set thresholds.
#[derive(Clone)]
pub struct Look {
    /// Pixels of the frame for one of the look's.
    pub shrink: f32,
    /// The way thresholds were set.
    pub threshold: &'static str,
    /// Pixels along a row of the look.
    pub width: usize,
    /// What was dark, row by row.
    pub dark: Vec<bool>,
    /// The finder patterns seen, in the frame's pixels: the middle and the length of a module.
    pub finders: Vec<(Point, f32)>,
    /// The grids laid over the frame, in order.
    pub attempts: Vec<Attempt>,
}

impl fmt::Debug for Look {
    /// Without what was dark: the code can be read from it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Look")
            .field("shrink", &self.shrink)
            .field("threshold", &self.threshold)
            .field("finders", &self.finders)
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}

/// One grid laid over what may be a code.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Modules along a side.
    pub size: usize,
    /// The middle of each module in the frame, row by row.
    pub modules: Vec<Point>,
    /// The share of the modules that are the same in every code that were as they must be, 0 to 1.
    pub regularity: f32,
    /// Whether a text came out.
    pub read: bool,
}

impl Attempt {
    /// Whether it is regular enough for decoding to be tried.
    #[must_use]
    pub fn is_regular(&self) -> bool {
        self.regularity >= reader::LEAST_REGULARITY
    }
}

/// A picture file as the reader got it, and what it saw: see
/// [`explain_picture`](crate::explain_picture).
pub struct ExplainedPicture {
    /// The frame's luma, row by row, without gaps.
    pub luma: Vec<u8>,
    /// Pixels along a row of the frame.
    pub width: usize,
    /// Rows of the frame.
    pub height: usize,
    /// Pixels of the picture along a side of one of the frame's.
    pub shrink: usize,
    /// The looks at it, in order.
    pub looks: Vec<Look>,
}

impl fmt::Debug for ExplainedPicture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ExplainedPicture({} × {})", self.width, self.height)
    }
}

/// Reads a frame as [`scan_still`](crate::scan_still) does and tells each step. The texts are left
/// out: they may be secret.
#[must_use]
pub fn explain(frame: Frame<'_>) -> Vec<Look> {
    reader::explain(frame, Budget::PICTURE)
}
