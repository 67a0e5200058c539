//! Three finders to the grid of a code: how many modules, and where each of them is.

mod pair;

use super::align::{self, Mesh};
use super::binarise::Bitmap;
use super::geometry::{Perspective, Point};
use super::locate::{Finder, Triple};
use super::plane::Plane;

/// Where the modules of a code are in a plane.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    /// Modules along a side.
    pub(super) size: usize,
    perspective: Perspective,
    mesh: Option<Mesh>,
}

impl Grid {
    /// The pixel at a place counted in modules from the code's upper left corner.
    pub(super) fn at(&self, place: Point) -> Point {
        let flat = self.perspective.map(place);
        self.mesh.as_ref().map_or(flat, |mesh| flat + mesh.shift(place))
    }

    /// The same by the perspective alone.
    pub(super) fn flat(&self, place: Point) -> Point {
        self.perspective.map(place)
    }

    /// This grid with other bends.
    pub(super) fn bent(&self, mesh: Mesh) -> Self {
        Self { mesh: Some(mesh), ..*self }
    }

    /// The code's corners: upper left, upper right, lower right, lower left.
    pub(super) fn corners(&self) -> [Point; 4] {
        let far = self.size as f32;
        [(0.0, 0.0), (far, 0.0), (far, far), (0.0, far)].map(|(x, y)| self.at(Point::new(x, y)))
    }

    /// This grid's perspective with its four corners moved until the modules stand out most sharply:
    /// where a slant is strong, a fraction of a pixel at a finder is a module at the far end.
    pub(super) fn sharpened(&self, plane: &Plane) -> Option<Self> {
        let far = self.size as f32 - 3.5;
        let places =
            [(3.5, 3.5), (far, 3.5), (far, far), (3.5, far)].map(|(x, y)| Point::new(x, y));
        let mut corners = places.map(|place| self.flat(place));
        let units = places.map(|place| {
            let half = [Point::new(0.5, 0.0), Point::new(0.0, 0.5)];
            half.map(|half| self.flat(place + half) - self.flat(place - half))
        });
        let between = |corners| {
            let perspective = Perspective::between(places, corners)?;
            Some(Self { size: self.size, perspective, mesh: None })
        };
        let mut best = contrast(plane, &between(corners)?);
        for step in [0.8, 0.4, 0.4, 0.2, 0.2, 0.1] {
            for corner in 0..4 {
                for way in units[corner].into_iter().flat_map(|unit| [unit * step, unit * -step]) {
                    let mut moved = corners;
                    moved[corner] = moved[corner] + way;
                    let Some(grid) = between(moved) else { continue };
                    let contrast = contrast(plane, &grid);
                    if contrast > best {
                        (best, corners) = (contrast, moved);
                    }
                }
            }
        }
        between(corners)
    }

    /// The grid with its finders' middles and this fourth corner, as far in as theirs.
    fn through(size: usize, [a, b, c]: [Point; 3], fourth: Point) -> Option<Self> {
        let far = size as f32 - 3.5;
        let from = [(3.5, 3.5), (far, 3.5), (far, far), (3.5, far)].map(|(x, y)| Point::new(x, y));
        let perspective = Perspective::between(from, [a, b, fourth, c])?;
        Some(Self { size, perspective, mesh: None })
    }

    /// The same with the fourth corner's alignment pattern, three modules further in.
    fn aligned(size: usize, [a, b, c]: [Point; 3], pattern: Point) -> Option<Self> {
        let (far, align) = (size as f32 - 3.5, size as f32 - 6.5);
        let from =
            [(3.5, 3.5), (far, 3.5), (align, align), (3.5, far)].map(|(x, y)| Point::new(x, y));
        let perspective = Perspective::between(from, [a, b, pattern, c])?;
        Some(Self { size, perspective, mesh: None })
    }
}

/// Three finders measured along the code's own axes.
#[derive(Clone, Copy)]
pub(super) struct Stand {
    /// Their middles: upper left, upper right, lower left.
    middles: [Point; 3],
    /// One module to the right at each.
    right: [Point; 3],
    /// One module down at each.
    down: [Point; 3],
    /// The corners of each.
    squares: [[Point; 4]; 3],
    /// Which of them was not seen, but guessed from the other two.
    hidden: Option<usize>,
}

impl Stand {
    /// Measures the finders of a triple by their outlines, which show the perspective.
    pub(super) fn measure(triple: &Triple<'_>) -> Option<Self> {
        let [a, b, c] = triple.finders.map(|finder| finder.centre);
        let along = |way: Point| way * (1.0 / way.length());
        let (right, down) = (along(b - a), along(c - a));
        let mut stand = Self {
            middles: [a, b, c],
            right: [right; 3],
            down: [down; 3],
            squares: [[Point::default(); 4]; 3],
            hidden: None,
        };
        for (at, finder) in triple.finders.into_iter().enumerate() {
            stand.put(at, finder, right, down)?;
        }
        stand.is_square().then_some(stand)
    }

    /// Measures the finder that is in this place, whose sides run about so.
    fn put(&mut self, at: usize, finder: &Finder, right: Point, down: Point) -> Option<()> {
        let [a, b, c, d] = finder.outline.corners(right, down)?;
        let (right, down) = ((b - a + c - d) * (1.0 / 14.0), (c - b + d - a) * (1.0 / 14.0));
        let sane = |side: Point| {
            side.length() > 0.3 * finder.module && side.length() < 2.0 * finder.module
        };
        (self.right[at], self.down[at]) = (right, down);
        self.middles[at] = (a + b + c + d) * 0.25;
        self.squares[at] = [a, b, c, d];
        (sane(right) && sane(down)).then_some(())
    }

    /// Whether the first finder's own axes lead to the other two, equally far.
    fn is_square(&self) -> bool {
        let (right, down) = (self.right[0], self.down[0]);
        let area = right.cross(down);
        let lead = |to: usize| {
            let way = self.middles[to] - self.middles[0];
            (way.cross(down) / area, right.cross(way) / area)
        };
        let ((x, aside), (below, y)) = (lead(1), lead(2));
        let straight = aside.abs() < 0.4 * x && below.abs() < 0.4 * y;
        straight && x > 9.0 && y > 9.0 && x < 2.2 * y && y < 2.2 * x
    }

    /// The grid of this size through the finders' outlines and what else is known of it.
    fn fitted(&self, size: usize, more: &[(Point, Point)]) -> Option<Grid> {
        let far = size as f32 - 7.0;
        let mut pairs = Vec::with_capacity(12 + more.len());
        let corners = [(0.0, 0.0), (far, 0.0), (0.0, far)].into_iter().zip(self.squares);
        for (at, ((x, y), square)) in corners.enumerate() {
            if self.hidden == Some(at) && !more.is_empty() {
                continue; // a guess is of use only where there is nothing better
            }
            let places = [(x, y), (x + 7.0, y), (x + 7.0, y + 7.0), (x, y + 7.0)];
            pairs.extend(places.map(|(x, y)| Point::new(x, y)).into_iter().zip(square));
        }
        pairs.extend_from_slice(more);
        let perspective = Perspective::fit(&pairs)?;
        Some(Grid { size, perspective, mesh: None })
    }

    /// How many modules a side the code may have, the likeliest first.
    pub(super) fn sizes(&self, bitmap: &Bitmap<'_>) -> Vec<usize> {
        let legs = [(1, &self.right), (2, &self.down)];
        // Under perspective a module shrinks along a leg: its geometric mean is the exact one.
        let distances = legs.map(|(to, module)| {
            let leg = self.middles[0].distance(self.middles[to]);
            leg / (module[0].length() * module[to].length()).sqrt()
        });
        let measured = (distances[0] + distances[1]) / 2.0 + 7.0;
        let nearest = 17 + 4 * (((measured - 17.0) / 4.0).round() as usize).clamp(1, 40);
        let [a, b, c] = self.middles;
        let row = a + self.right[0] * 3.0 + self.down[0] * 3.0;
        // Enough to see the smallest of modules, where perspective makes some half as long.
        let looks = (6.0 * measured) as usize;
        let across = steps(bitmap, row, b - self.right[1] * 3.0 + self.down[1] * 3.0, looks);
        let down = steps(bitmap, row, c + self.right[2] * 3.0 - self.down[2] * 3.0, looks);
        let counted = [across, down].map(|steps| steps + 13);
        let mut sizes = Vec::with_capacity(5);
        let mut offer = |size: usize| {
            // A count far from the measure has run over something else.
            let close = (size as f32 - measured).abs() < 4.0 + measured / 6.0;
            if size % 4 == 1 && (21..=177).contains(&size) && close && !sizes.contains(&size) {
                sizes.push(size);
            }
        };
        if counted[0] == counted[1] {
            offer(counted[0]);
        }
        offer(nearest);
        counted.into_iter().for_each(&mut offer);
        offer(nearest + 4);
        offer(nearest - 4);
        sizes
    }

    /// How surely the code has this size: the correlation of what is seen where the timing patterns
    /// would be with dark and light in turn, -1 to 1.
    pub(super) fn promise(&self, plane: &Plane, size: usize) -> f32 {
        // On a bent code the outlines mislead, and the middles alone are nearer.
        let fitted = self.fitted(size, &[]).map_or(-1.0, |grid| self.timing(plane, &grid));
        if fitted > 0.6 || self.hidden.is_some() {
            return fitted;
        }
        let [fourth, _] = self.fourths();
        let through = Grid::through(size, self.middles, fourth);
        through.map_or(-1.0, |grid| self.timing(plane, &grid)).max(fitted)
    }

    /// The correlation of the luma along the timing patterns with dark and light in turn. One that
    /// leads to a hidden finder is not where it is guessed, and left out where there is another.
    fn timing(&self, plane: &Plane, grid: &Grid) -> f32 {
        let across = |at: f32| Point::new(at, 6.5);
        let down = |at: f32| Point::new(6.5, at);
        match self.hidden {
            Some(1) => timing(plane, grid, &[down]),
            Some(2) => timing(plane, grid, &[across]),
            _ => timing(plane, grid, &[across, down]),
        }
    }

    /// Where the fourth corner may be, as far in as the finders' middles: first as the finders'
    /// sizes tell the perspective, then as if there were none.
    fn fourths(&self) -> [Point; 2] {
        let [a, b, c] = self.middles;
        // Along a leg under perspective, modules shrink by a factor (1 + g)².
        let bend =
            |near: Point, far: Point| (near.length() / far.length()).sqrt().clamp(0.6, 1.7) - 1.0;
        let (g, h) = (bend(self.right[0], self.right[1]), bend(self.down[0], self.down[2]));
        let tilted = (b * (1.0 + g) + c * (1.0 + h) - a) * (1.0 / (1.0 + g + h).max(0.2));
        [tilted, b + c - a]
    }

    /// Grids of this size, the likeliest first: each is worth a try where the one before fails.
    pub(super) fn grids(&self, plane: &Plane, size: usize) -> Vec<Grid> {
        let [tilted, flat] = self.fourths();
        let mut grids = Vec::with_capacity(6);
        if let Some(grid) = self.fitted(size, &[]) {
            if size > 21 {
                let pattern = Point::new(size as f32 - 6.5, size as f32 - 6.5);
                let reach = 4.0 + size as f32 / 20.0;
                let found = align::search(plane, &grid, pattern, grid.at(pattern), reach);
                let fitted = found.and_then(|found| self.fitted(size, &[(pattern, found); 3]));
                if let Some(mut grid) = fitted {
                    grid.mesh = Mesh::find(plane, &grid);
                    grids.push(grid);
                }
            }
            grids.push(grid);
        }
        if self.hidden.is_some() {
            return grids; // what follows stands on all three
        }
        if size > 21 {
            let pattern = Point::new(size as f32 - 6.5, size as f32 - 6.5);
            let reach = 4.0 + size as f32 / 20.0;
            for fourth in [tilted, flat] {
                let Some(grid) = Grid::through(size, self.middles, fourth) else { continue };
                let Some(found) = align::search(plane, &grid, pattern, grid.at(pattern), reach)
                else {
                    continue;
                };
                if let Some(mut grid) = Grid::aligned(size, self.middles, found) {
                    grid.mesh = Mesh::find(plane, &grid);
                    grids.push(grid);
                    break;
                }
            }
        }
        let guesses = if size > 21 { [flat, tilted] } else { [tilted, flat] };
        grids.extend(
            guesses.into_iter().filter_map(|fourth| Grid::through(size, self.middles, fourth)),
        );
        grids
    }
}

/// The correlation of the luma along these timing patterns with dark and light in turn.
fn timing(plane: &Plane, grid: &Grid, patterns: &[fn(f32) -> Point]) -> f32 {
    let (mut sum, mut squares, mut turns, mut count) = (0.0, 0.0, 0.0, 0.0);
    for at in 8..grid.size - 8 {
        for pattern in patterns {
            let luma = plane.at(grid.at(pattern(at as f32 + 0.5)));
            sum += luma;
            squares += luma * luma;
            turns += if at % 2 == 0 { -luma } else { luma };
            count += 1.0;
        }
    }
    let mean: f32 = sum / count;
    let spread = (squares / count - mean * mean).max(1.0).sqrt();
    // One module more is dark than light in each pattern.
    (turns + patterns.len() as f32 * mean) / (count * spread)
}

/// How much the luma varies over the middles of modules.
fn contrast(plane: &Plane, grid: &Grid) -> f32 {
    let step = (grid.size / 24).max(1);
    let (mut sum, mut squares, mut count) = (0.0, 0.0, 0.0);
    for row in (0..grid.size).step_by(step) {
        for column in (0..grid.size).step_by(step) {
            let luma = plane.at(grid.at(Point::new(column as f32 + 0.5, row as f32 + 0.5)));
            sum += luma;
            squares += luma * luma;
            count += 1.0;
        }
    }
    squares / count - (sum / count) * (sum / count)
}

/// How often dark and light change along a line.
fn steps(bitmap: &Bitmap<'_>, from: Point, to: Point, looks: usize) -> usize {
    let way = to - from;
    let count = ((way.length() * 2.0) as usize).clamp(1, looks.max(1));
    let mut changes = 0;
    let mut before = None;
    for at in 0..=count {
        let point = from + way * (at as f32 / count as f32);
        let here = bitmap.dark_at(point.x, point.y);
        changes += usize::from(before.is_some() && here != before);
        before = here;
    }
    changes
}
