//! One panel: the frame in grey, and over it what the reader saw.

use countersign::qr::{Attempt, ExplainedPicture, Look, Point};
use image::{Rgb, RgbImage};

use super::outcome;

/// What a stroke is drawn in.
pub(super) type Colour = Rgb<u8>;

/// A frame's panel. All that is drawn over it is given in the frame's pixels.
#[derive(Clone)]
pub(super) struct Drawing {
    pixels: RgbImage,
    /// Pixels of the panel for one of the frame's.
    scale: f32,
}

impl Drawing {
    /// The frame, enlarged so that its modules can be seen, or made smaller so that a sheet of
    /// panels can be looked at.
    pub(super) fn of(told: &ExplainedPicture) -> Self {
        let (width, height) = (told.width, told.height);
        let longest = width.max(height).max(1);
        let scale = match LEAST_SIDE.div_ceil(longest) {
            1 => (MOST_SIDE as f32 / longest as f32).min(1.0),
            times => times as f32,
        };
        let side = |side: usize| ((side as f32 * scale) as u32).max(1);
        let pixels = RgbImage::from_fn(side(width), side(height), |x, y| {
            let span = |at: u32, most: usize| {
                let from = ((at as f32 / scale) as usize).min(most.saturating_sub(1));
                from..(((at + 1) as f32 / scale) as usize).clamp(from + 1, most.max(from + 1))
            };
            let (columns, rows) = (span(x, width), span(y, height));
            let pixels = rows.len() * columns.len();
            let row_sum = |row: usize| {
                let row = told.luma.get(row * width + columns.start..row * width + columns.end);
                row.unwrap_or_default().iter().map(|&luma| usize::from(luma)).sum::<usize>()
            };
            Rgb([few_greys((rows.map(row_sum).sum::<usize>() / pixels) as u8); 3])
        });
        Self { pixels, scale }
    }

    /// The panel, to be put on a sheet.
    pub(super) fn pixels(&self) -> &RgbImage {
        &self.pixels
    }

    /// The same with less contrast, so that colours stand out.
    pub(super) fn dimmed(&self) -> Self {
        let mut dimmed = self.clone();
        for pixel in dimmed.pixels.pixels_mut() {
            pixel.0 = pixel.0.map(|luma| 96 + luma / 2);
        }
        dimmed
    }

    /// Colours what was dark.
    pub(super) fn tint(&mut self, look: &Look) {
        let rows = look.dark.len() / look.width.max(1);
        let to_look = 1.0 / (self.scale * look.shrink);
        for (x, y, pixel) in self.pixels.enumerate_pixels_mut() {
            let column = ((x as f32 + 0.5) * to_look) as usize;
            let row = ((y as f32 + 0.5) * to_look) as usize;
            if column < look.width && row < rows && look.dark[row * look.width + column] {
                *pixel = DARK;
            }
        }
    }

    /// A square of seven modules, upright, about each finder pattern.
    pub(super) fn finders(&mut self, look: &Look) {
        for &(middle, module) in &look.finders {
            let corner =
                |x: f32, y: f32| Point { x: middle.x + x * module, y: middle.y + y * module };
            let corners = [(-3.5, -3.5), (3.5, -3.5), (3.5, 3.5), (-3.5, 3.5)];
            self.round(&corners.map(|(x, y)| corner(x, y)), FINDER);
        }
    }

    /// The grid's outline, and a dot in the middle of each module.
    pub(super) fn grid(&mut self, attempt: &Attempt) {
        self.outline(attempt);
        let (_, colour) = outcome(attempt);
        for &middle in &attempt.modules {
            self.dot(middle, colour);
        }
    }

    /// The outline of the grid, which is bent where the grid is.
    pub(super) fn outline(&mut self, attempt: &Attempt) {
        let size = attempt.size;
        if size < 2 || attempt.modules.len() != size * size {
            return;
        }
        let at = |column: usize, row: usize| attempt.modules[row * size + column];
        // The edge lies half a module farther out than the middles of the outermost modules.
        let edge = |column: usize, row: usize| {
            let inward = |at: usize| if at == 0 { 1 } else { at.min(size - 2) };
            let (outer, inner) = (at(column, row), at(inward(column), inward(row)));
            Point { x: 1.5 * outer.x - 0.5 * inner.x, y: 1.5 * outer.y - 0.5 * inner.y }
        };
        let last = size - 1;
        let around: Vec<_> = (0..last)
            .map(|at| edge(at, 0))
            .chain((0..last).map(|at| edge(last, at)))
            .chain((0..last).map(|at| edge(last - at, last)))
            .chain((0..last).map(|at| edge(0, last - at)))
            .collect();
        self.round(&around, outcome(attempt).1);
    }

    /// A panel of the same size with the modules alone: a square each, as light as the frame is in
    /// its middle, from the darkest, black, to the lightest, white.
    pub(super) fn sampled(&self, told: &ExplainedPicture, attempt: &Attempt) -> Self {
        let grey = |middle: Point| {
            let inside = middle.x >= 0.0 && middle.y >= 0.0;
            let (x, y) = (middle.x as usize, middle.y as usize);
            (inside && x < told.width && y < told.height).then(|| told.luma[y * told.width + x])
        };
        let greys: Vec<_> = attempt.modules.iter().map(|&middle| grey(middle)).collect();
        let seen = || greys.iter().flatten().copied().map(u32::from);
        let (darkest, lightest) = (seen().min().unwrap_or(0), seen().max().unwrap_or(0));
        let span = (lightest - darkest).max(1);

        let (width, height) = self.pixels.dimensions();
        let mut pixels = RgbImage::from_pixel(width, height, Rgb([255; 3]));
        let size = attempt.size as u32;
        // A margin of two modules: this is a drawing, not a code to be scanned.
        let module = (width.min(height) / (size + 4)).max(1);
        let (left, top) =
            (width.saturating_sub(size * module) / 2, height.saturating_sub(size * module) / 2);
        for (at, grey) in (0_u32..).zip(greys) {
            let colour = grey.map_or(IRREGULAR, |grey| {
                Rgb([few_greys(((u32::from(grey) - darkest) * 255 / span) as u8); 3])
            });
            let corner = (left + at % size * module, top + at / size * module);
            fill(&mut pixels, corner, (module, module), colour);
        }
        Self { pixels, scale: self.scale }
    }

    /// Lines from point to point and back to the first.
    fn round(&mut self, points: &[Point], colour: Colour) {
        for (from, to) in points.iter().zip(points.iter().cycle().skip(1)) {
            let (x, y) = ((to.x - from.x) * self.scale, (to.y - from.y) * self.scale);
            // A point may lie far outside, or nowhere.
            let steps = x.abs().max(y.abs()).min(MOST_STEPS) as u32 + 1;
            for step in 0..steps {
                let part = step as f32 / steps as f32;
                let at = Point {
                    x: from.x + part * (to.x - from.x),
                    y: from.y + part * (to.y - from.y),
                };
                self.dot(at, colour);
            }
        }
    }

    /// A square of two pixels, three on a large panel.
    fn dot(&mut self, at: Point, colour: Colour) {
        let (width, height) = self.pixels.dimensions();
        let (x, y) = (at.x * self.scale, at.y * self.scale);
        if x >= 0.0 && y >= 0.0 && x < width as f32 && y < height as f32 {
            let side = if width.max(height) > 600 { 3 } else { 2 };
            let corner = |at: f32| (at as u32).saturating_sub(1);
            fill(&mut self.pixels, (corner(x), corner(y)), (side, side), colour);
        }
    }
}

/// A digit of seven strokes.
pub(super) fn digit(pixels: &mut RgbImage, left: u32, top: u32, digit: u32) {
    let strokes = SEVEN_STROKES.get(digit as usize).copied().unwrap_or_default();
    let (width, half, thick) = (14, 12, 4);
    let places = [
        ((0, 0), (width, thick)),
        ((width - thick, 0), (thick, half)),
        ((width - thick, half), (thick, half)),
        ((0, 2 * half - thick), (width, thick)),
        ((0, half), (thick, half)),
        ((0, 0), (thick, half)),
        ((0, half - thick / 2), (width, thick)),
    ];
    for (at, ((x, y), size)) in places.into_iter().enumerate() {
        if strokes >> at & 1 == 1 {
            fill(pixels, (left + x, top + y), size, Rgb([0; 3]));
        }
    }
}

/// A rectangle, as far as it lies in the picture.
fn fill(pixels: &mut RgbImage, corner: (u32, u32), size: (u32, u32), colour: Colour) {
    let (width, height) = pixels.dimensions();
    for y in corner.1..(corner.1 + size.1).min(height) {
        for x in corner.0..(corner.0 + size.0).min(width) {
            pixels.put_pixel(x, y, colour);
        }
    }
}

/// Sixteen greys are enough for a drawing, and its file is a fraction as large.
fn few_greys(luma: u8) -> u8 {
    luma / 16 * 17
}

/// Between panels, and above a panel for its number, in pixels.
pub(super) const GAP: u32 = 12;
pub(super) const HEAD: u32 = 32;
/// Pixels of a panel's longer side.
const MOST_SIDE: usize = 1_000;
const LEAST_SIDE: usize = 320;
/// Steps of a line, above a panel's longest.
const MOST_STEPS: f32 = 4_000.0;
/// Okabe's and Ito's colours, which nearly everybody can tell apart.
pub(super) const READ: Colour = Rgb([0, 114, 178]);
pub(super) const REGULAR: Colour = Rgb([240, 228, 66]);
pub(super) const IRREGULAR: Colour = Rgb([213, 94, 0]);
pub(super) const FINDER: Colour = Rgb([230, 159, 0]);
const DARK: Colour = Rgb([86, 180, 233]);
/// The strokes of each digit: top, upper right, lower right, bottom, lower left, upper left, middle.
const SEVEN_STROKES: [u8; 10] = [0x3F, 0x06, 0x5B, 0x4F, 0x66, 0x6D, 0x7D, 0x07, 0x7F, 0x6F];
