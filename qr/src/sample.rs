//! A grid laid over a plane to its modules.

use zeroize::Zeroizing;

use super::geometry::Point;
use super::grid::Grid;
use super::modules::{Module, Modules};
use super::plane::Plane;

/// The luma of each module, before it is decided which are dark.
pub(super) struct Greys {
    size: usize,
    luma: Zeroizing<Vec<f32>>,
}

impl Greys {
    /// Looks at five places in the middle of each module: noise and a grid slightly off matter less.
    pub(super) fn of(plane: &Plane, grid: &Grid) -> Self {
        let size = grid.size;
        let mut luma = Zeroizing::new(Vec::with_capacity(size * size));
        // Where modules meet, a row of corners at a time: four of them tell what is between.
        let corners = |row: usize| -> Vec<Point> {
            (0..=size).map(|column| grid.at(Point::new(column as f32, row as f32))).collect()
        };
        let mut above = corners(0);
        for row in 0..size {
            let below = corners(row + 1);
            for (upper, lower) in above.windows(2).zip(below.windows(2)) {
                let ([a, b], [c, d]) = ([upper[0], upper[1]], [lower[0], lower[1]]);
                let middle = (a + b + c + d) * 0.25;
                let (right, down) = ((b + d - a - c) * (0.5 * OFF), (c + d - a - b) * (0.5 * OFF));
                let sum = plane.at(middle)
                    + plane.at(middle - right - down)
                    + plane.at(middle + right - down)
                    + plane.at(middle - right + down)
                    + plane.at(middle + right + down);
                luma.push(sum / 5.0);
            }
            above = below;
        }
        Self { size, luma }
    }

    /// Each module against its neighbourhood. `sharpen` takes that much of the four neighbours'
    /// luma out of each first, which undoes blur that mixes neighbours.
    ///
    /// A module is as sure as it is far from its neighbourhood's mean, measured by the spread there,
    /// or by a part of the whole code's spread where the neighbourhood is flat.
    pub(super) fn modules(&self, sharpen: f32) -> Option<Modules> {
        let size = self.size;
        let at = |column: usize, row: usize| self.luma[row * size + column];
        let mut clear = Zeroizing::new(Vec::with_capacity(size * size));
        for row in 0..size {
            for column in 0..size {
                let (left, right) = (column.saturating_sub(1), (column + 1).min(size - 1));
                let (up, down) = (row.saturating_sub(1), (row + 1).min(size - 1));
                let around =
                    (at(left, row) + at(right, row) + at(column, up) + at(column, down)) / 4.0;
                clear.push(at(column, row) + sharpen * (at(column, row) - around));
            }
        }
        // Sums over rectangles from the corner give any window's mean and spread by four of them.
        let mut sums = vec![[0.0_f64; 2]; (size + 1) * (size + 1)];
        for row in 0..size {
            let mut along = [0.0; 2];
            for column in 0..size {
                let value = f64::from(clear[row * size + column]);
                along = [along[0] + value, along[1] + value * value];
                let above = sums[row * (size + 1) + column + 1];
                sums[(row + 1) * (size + 1) + column + 1] =
                    [above[0] + along[0], above[1] + along[1]];
            }
        }
        let over = |rows: (usize, usize), columns: (usize, usize)| {
            let sum = |row: usize, column: usize| sums[row * (size + 1) + column];
            [0, 1].map(|power| {
                sum(rows.1, columns.1)[power]
                    - sum(rows.0, columns.1)[power]
                    - sum(rows.1, columns.0)[power]
                    + sum(rows.0, columns.0)[power]
            })
        };
        let spread = |[all, squares]: [f64; 2], count: f64| {
            (squares / count - (all / count) * (all / count)).max(0.0).sqrt()
        };
        let whole = spread(over((0, size), (0, size)), (size * size) as f64);
        let glare = self.glare();
        let window = |at: usize| (at.saturating_sub(REACH), (at + REACH + 1).min(size));
        let mut modules = Vec::with_capacity(size * size);
        for row in 0..size {
            let rows = window(row);
            for column in 0..size {
                let columns = window(column);
                let sums = over(rows, columns);
                let count = ((rows.1 - rows.0) * (columns.1 - columns.0)) as f64;
                let value = f64::from(clear[row * size + column]);
                let spread = spread(sums, count).max(LEAST_SPREAD * whole).max(f64::EPSILON);
                let confidence = 255.0 * (value - sums[0] / count).abs() / spread;
                modules.push(Module {
                    dark: value * count < sums[0],
                    confidence: confidence.min(255.0) as u8,
                    glare: glare[row * size + column],
                });
            }
        }
        Modules::new(size, modules)
    }

    /// Which modules lie in an area of some size that is as light as can be: no mask leaves one, so
    /// that a reflection is likelier.
    fn glare(&self) -> Vec<bool> {
        let size = self.size;
        let mut glare = vec![false; size * size];
        for top in 0..=size - GLARE {
            for left in 0..=size - GLARE {
                let mut rows = (top..top + GLARE).map(|row| row * size + left);
                if rows.all(|at| self.luma[at..at + GLARE].iter().all(|&luma| luma >= SATURATED)) {
                    for row in top..top + GLARE {
                        glare[row * size + left..row * size + left + GLARE].fill(true);
                    }
                }
            }
        }
        glare
    }
}

/// How far from a module's middle it is looked at, along both axes, in modules.
const OFF: f32 = 0.2;
/// How far a module's neighbourhood extends, in modules.
const REACH: usize = 5;
/// The share of the whole code's spread below which a neighbourhood's is not believed.
const LEAST_SPREAD: f64 = 0.25;
/// Luma from which on it may have been lighter than can be said.
const SATURATED: f32 = 250.0;
/// How many modules a side an area has that may be a reflection.
const GLARE: usize = 4;
