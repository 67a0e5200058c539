//! A code that was seen but not read, as clearly as it was seen.

use std::fmt;

use super::geometry::{self, Point};
use super::grid::Grid;
use super::modules::Modules;

/// A grid that looks like a code's, from which no text came out.
pub(super) struct Unread {
    pub(super) modules: Modules,
    grid: Grid,
    /// Pixels of the frame for one of the grid's.
    shrink: f32,
    clarity: f32,
}

impl Unread {
    pub(super) fn new(modules: Modules, grid: &Grid, shrink: f32) -> Self {
        let size = modules.size();
        let sure = |at: usize| f32::from(modules.at(at % size, at / size).confidence) / 255.0;
        let mean = (0..size * size).map(sure).sum::<f32>() / (size * size) as f32;
        let clarity = modules.regularity() + 0.5 * mean;
        Self { modules, grid: grid.clone(), shrink, clarity }
    }

    /// How clearly a code was seen, nothing at all being 0: of two grids over one code the better
    /// has more of the fixed patterns right, and its modules stand out more.
    pub(super) fn clarity(unread: &Option<Self>) -> f32 {
        unread.as_ref().map_or(0.0, |unread| unread.clarity)
    }

    /// The pixel of the frame at a place counted in modules from the code's upper left corner.
    pub(super) fn at(&self, place: Point) -> Point {
        self.grid.at(place) * self.shrink
    }

    /// Its corners in the frame.
    pub(super) fn corners(&self) -> [Point; 4] {
        self.grid.corners().map(|corner| corner * self.shrink)
    }

    /// Whether its middle lies between those corners.
    pub(super) fn lies_in(&self, corners: &[Point; 4]) -> bool {
        let middle = self.modules.size() as f32 / 2.0;
        geometry::inside(corners, self.at(Point::new(middle, middle)))
    }
}

impl fmt::Debug for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unread({} modules a side)", self.modules.size())
    }
}
