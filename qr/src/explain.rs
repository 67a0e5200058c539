//! What a reader saw on its way, stage by stage: for the person who asks why a code was not read.

use super::Frame;
use super::geometry::Point;
use super::reader::{self, Effort};

/// One look at a frame, at one scale and with one way to set thresholds.
#[derive(Clone, Debug)]
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

/// Reads a frame as [`scan_still`](crate::scan_still) does and tells each step. The texts are left
/// out: they may be secret.
#[must_use]
pub fn explain(frame: Frame<'_>) -> Vec<Look> {
    reader::explain(frame, &Effort::PICTURE)
}
