//! A grid laid over a plane to its modules.

use super::correct::Modules;
use super::geometry::Point;
use super::grid::Grid;
use super::plane::Plane;

/// The luma of each module, before it is decided which are dark.
pub(super) struct Greys {
    size: usize,
    luma: Vec<f32>,
}

impl Greys {
    /// Looks at five places in the middle of each module: noise and a grid slightly off matter less.
    pub(super) fn of(plane: &Plane, grid: &Grid) -> Self {
        let size = grid.size;
        let mut luma = Vec::with_capacity(size * size);
        for row in 0..size {
            for column in 0..size {
                let middle = Point::new(column as f32 + 0.5, row as f32 + 0.5);
                let sum =
                    AROUND.iter().map(|&offset| plane.at(grid.at(middle + offset))).sum::<f32>();
                luma.push(sum / AROUND.len() as f32);
            }
        }
        Self { size, luma }
    }

    /// Each module against its neighbourhood. `sharpen` takes that much of the four neighbours'
    /// luma out of each first, which undoes blur that mixes neighbours.
    pub(super) fn modules(&self, sharpen: f32) -> Option<Modules> {
        let size = self.size;
        let at = |column: usize, row: usize| self.luma[row * size + column];
        let mut clear = Vec::with_capacity(size * size);
        for row in 0..size {
            for column in 0..size {
                let (left, right) = (column.saturating_sub(1), (column + 1).min(size - 1));
                let (up, down) = (row.saturating_sub(1), (row + 1).min(size - 1));
                let around =
                    (at(left, row) + at(right, row) + at(column, up) + at(column, down)) / 4.0;
                clear.push(at(column, row) + sharpen * (at(column, row) - around));
            }
        }
        // Sums over rectangles from the corner give any window's mean by four of them.
        let mut sums = vec![0.0_f64; (size + 1) * (size + 1)];
        for row in 0..size {
            let mut along = 0.0;
            for column in 0..size {
                along += f64::from(clear[row * size + column]);
                sums[(row + 1) * (size + 1) + column + 1] =
                    sums[row * (size + 1) + column + 1] + along;
            }
        }
        let window = |at: usize| (at.saturating_sub(REACH), (at + REACH + 1).min(size));
        let mut dark = Vec::with_capacity(size * size);
        for row in 0..size {
            let (top, bottom) = window(row);
            for column in 0..size {
                let (left, right) = window(column);
                let sum = |row: usize, column: usize| sums[row * (size + 1) + column];
                let all = sum(bottom, right) - sum(top, right) - sum(bottom, left) + sum(top, left);
                let count = ((bottom - top) * (right - left)) as f64;
                dark.push(f64::from(clear[row * size + column]) * count < all);
            }
        }
        Modules::new(size, dark)
    }
}

/// Where a module is looked at, from its middle.
const AROUND: [Point; 5] = [
    Point::new(0.0, 0.0),
    Point::new(-0.2, -0.2),
    Point::new(0.2, -0.2),
    Point::new(-0.2, 0.2),
    Point::new(0.2, 0.2),
];
/// How far a module's neighbourhood extends, in modules.
const REACH: usize = 5;
