//! Alignment patterns: where a code bends away from the perspective of its three finders.

use super::geometry::Point;
use super::grid::Grid;
use super::plane::Plane;

/// How far the alignment patterns lie from where the perspective alone puts them.
///
/// Paper curls, bottles are round and lenses bend: between the patterns the shift is interpolated.
#[derive(Clone, Debug)]
pub(super) struct Mesh {
    /// The patterns' columns, which are their rows too, in modules.
    lines: Vec<f32>,
    /// The shift in pixels at each crossing, row by row.
    shifts: Vec<Point>,
}

impl Mesh {
    /// Shifts in pixels where lines cross, row by row; the lines in modules.
    pub(super) fn new(lines: Vec<f32>, shifts: Vec<Point>) -> Self {
        Self { lines, shifts }
    }

    /// Looks for every alignment pattern of the grid; none below version 7, which has one alone.
    pub(super) fn find(plane: &Plane, grid: &Grid) -> Option<Self> {
        let lines = lines(grid.size);
        if lines.len() < 3 {
            return None;
        }
        let count = lines.len();
        let mut shifts = vec![Point::default(); count * count];
        for row in 0..count {
            for column in 0..count {
                let known = |row: usize, column: usize| shifts[row * count + column];
                // A bend grows from one pattern to the next: expect what the neighbours show.
                let expected = match (row, column) {
                    (0, 0) => Point::default(),
                    (0, _) => known(0, column - 1),
                    (_, 0) => known(row - 1, 0),
                    _ => (known(row - 1, column) + known(row, column - 1)) * 0.5,
                };
                let corner = [(0, 0), (0, count - 1), (count - 1, 0)].contains(&(row, column));
                let place = Point::new(lines[column], lines[row]);
                shifts[row * count + column] = if corner {
                    // A finder is there instead; the perspective holds it fast.
                    Point::default()
                } else {
                    let start = grid.at(place) + expected;
                    match search(plane, grid, place, start, 2.0) {
                        Some(found) => found - grid.at(place),
                        None => expected,
                    }
                };
            }
        }
        Some(Self { lines, shifts })
    }

    /// The shift in pixels at this place of the grid.
    pub(super) fn shift(&self, place: Point) -> Point {
        let (column, along) = self.cell(place.x);
        let (row, down) = self.cell(place.y);
        let count = self.lines.len();
        let at = |row: usize, column: usize| self.shifts[row * count + column];
        let upper = at(row, column) * (1.0 - along) + at(row, column + 1) * along;
        let lower = at(row + 1, column) * (1.0 - along) + at(row + 1, column + 1) * along;
        upper * (1.0 - down) + lower * down
    }

    /// The line before a place and how far it is to the next, 0 to 1; a little more at the edges.
    fn cell(&self, at: f32) -> (usize, f32) {
        let last = self.lines.len() - 2;
        let line = self.lines[1..=last].iter().filter(|&&line| line <= at).count();
        (line, (at - self.lines[line]) / (self.lines[line + 1] - self.lines[line]))
    }
}

/// The middle of the alignment pattern that belongs at `place` of the grid, sought around `start`
/// (pixels) as far as `reach` (modules); none where nothing there looks like one.
pub(super) fn search(
    plane: &Plane,
    grid: &Grid,
    place: Point,
    start: Point,
    reach: f32,
) -> Option<Point> {
    let half = Point::new(0.5, 0.0);
    let right = grid.at(place + half) - grid.at(place - half);
    let half = Point::new(0.0, 0.5);
    let down = grid.at(place + half) - grid.at(place - half);
    if !(start.is_finite() && right.is_finite() && down.is_finite()) {
        return None;
    }
    let look = |from: Point, step: f32, steps: i32| {
        let mut best = (LEAST_LIKENESS, None);
        for (i, j) in (-steps..=steps).flat_map(|j| (-steps..=steps).map(move |i| (i, j))) {
            let offset = Point::new(i as f32 * step, j as f32 * step);
            let middle = from + right * offset.x + down * offset.y;
            let likeness = likeness(plane, middle, right, down) - 0.01 * offset.length();
            if likeness > best.0 {
                best = (likeness, Some(middle));
            }
        }
        best
    };
    // Nearly always it is close by; else over the whole reach, by half modules.
    let (likeness, found) = look(start, 0.5, 2);
    let found = if likeness > SURE_LIKENESS || reach <= 1.0 {
        found?
    } else {
        look(start, 0.5, (reach * 2.0).ceil() as i32).1?
    };
    let found = look(found, 0.25, 1).1.unwrap_or(found);
    Some(look(found, 0.08, 1).1.unwrap_or(found))
}

/// How like an alignment pattern the 5 × 5 modules around a place are: their correlation with one,
/// -1 to 1, which neither light nor contrast changes.
fn likeness(plane: &Plane, middle: Point, right: Point, down: Point) -> f32 {
    let (mut sum, mut squares, mut dark) = (0.0, 0.0, 0.0);
    for row in -2_i32..=2 {
        for column in -2_i32..=2 {
            let luma = plane.at(middle + right * column as f32 + down * row as f32);
            sum += luma;
            squares += luma * luma;
            if row.abs().max(column.abs()) != 1 {
                dark += luma;
            }
        }
    }
    // 17 of the 25 modules are dark, 8 are light.
    let light = sum - dark;
    let spread = (squares / 25.0 - (sum / 25.0) * (sum / 25.0)).max(1.0).sqrt();
    let share = (17.0_f32 * 8.0).sqrt() / 25.0;
    (light / 8.0 - dark / 17.0) * share / spread
}

/// The middles of the alignment patterns' columns, in modules (ISO/IEC 18004 Annex E).
fn lines(size: usize) -> Vec<f32> {
    let version = (size - 17) / 4;
    if version < 2 {
        return Vec::new();
    }
    let count = version / 7 + 2;
    let step = match version {
        32 => 26,
        _ => (version * 4 + count * 2 + 1) / (count * 2 - 2) * 2,
    };
    let later = (0..count - 1).rev().map(|i| size - 7 - i * step);
    std::iter::once(6).chain(later).map(|line| line as f32 + 0.5).collect()
}

/// Data modules are seldom as like a pattern as this by accident.
const LEAST_LIKENESS: f32 = 0.6;
/// What is as like as this need not be sought farther away.
const SURE_LIKENESS: f32 = 0.8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_those_of_the_standard() {
        let of = |version: usize| {
            lines(17 + 4 * version).iter().map(|line| (line - 0.5) as usize).collect::<Vec<_>>()
        };
        assert_eq!(of(1), [0; 0]);
        assert_eq!(of(2), [6, 18]);
        assert_eq!(of(7), [6, 22, 38]);
        assert_eq!(of(32), [6, 34, 60, 86, 112, 138]);
        assert_eq!(of(36), [6, 24, 50, 76, 102, 128, 154]);
        assert_eq!(of(40), [6, 30, 58, 86, 114, 142, 170]);
    }

    #[test]
    fn a_shift_is_interpolated_between_patterns() {
        let mut shifts = vec![Point::default(); 9];
        shifts[4] = Point::new(2.0, -4.0);
        let mesh = Mesh { lines: vec![6.5, 22.5, 38.5], shifts };
        assert_eq!(mesh.shift(Point::new(22.5, 22.5)), Point::new(2.0, -4.0));
        assert_eq!(mesh.shift(Point::new(14.5, 22.5)), Point::new(1.0, -2.0));
        assert_eq!(mesh.shift(Point::new(6.5, 38.5)), Point::default());
    }
}
