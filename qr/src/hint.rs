//! Why a code that is seen is not read: by measuring the frame at places that are the same in every
//! code.

use super::Frame;
use super::budget::MOST_FULL;
use super::geometry::Point;
use super::unread::Unread;

/// Why a code that is seen is not read, and so what its user should do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Hint {
    /// Part of the code lies outside the frame: show all of it.
    CutOff,
    /// The code is too far away for the camera to tell its modules apart: come closer.
    TooSmall,
    /// A reflection covers part of the code: tilt the code or the camera, or turn off the lamp.
    TooBright,
    /// The code is out of focus or the camera moves: hold still, and a little farther away.
    TooBlurred,
}

/// What hinders most, in the order in which one hides the next; nothing where nothing is certain.
pub(super) fn hint(frame: &Frame<'_>, unread: &Unread) -> Option<Hint> {
    let size = unread.modules.size();
    let module = |place: Point| unread.at(place);
    if is_cut_off(frame, unread) {
        return Some(Hint::CutOff);
    }
    // What the reader shrinks before it looks has smaller modules for it.
    let pixels = frame.width * frame.height;
    let shrink = (1_usize..).find(|shrink| pixels / (shrink * shrink) <= MOST_FULL).unwrap_or(1);
    let far = size as f32 - 3.5;
    let legs = [(far, 3.5), (3.5, far)].map(|(x, y)| {
        module(Point::new(x, y)).distance(module(Point::new(3.5, 3.5))) / (size as f32 - 7.0)
    });
    if legs[0].min(legs[1]) < LEAST_MODULE * shrink as f32 {
        return Some(Hint::TooSmall);
    }
    let edges = Edges::measure(frame, unread);
    let under_glare =
        (0..size * size).filter(|at| unread.modules.at(at % size, at / size).glare).count();
    // In a code that is light on dark, what looks like glare is a shadow.
    if !edges.inverted && under_glare as f32 > MOST_GLARE * (size * size) as f32 {
        return Some(Hint::TooBright);
    }
    (edges.depth < LEAST_DEPTH).then_some(Hint::TooBlurred)
}

/// Whether a corner lies a module or more outside the frame.
fn is_cut_off(frame: &Frame<'_>, unread: &Unread) -> bool {
    let size = unread.modules.size() as f32;
    let inner = [(1.0, 1.0), (size - 1.0, 1.0), (size - 1.0, size - 1.0), (1.0, size - 1.0)];
    inner.iter().any(|&(x, y)| {
        let at = unread.at(Point::new(x, y));
        let outside = |at: f32, side: usize| !(0.0..=side as f32).contains(&at);
        outside(at.x, frame.width) || outside(at.y, frame.height)
    })
}

/// How sharp the rings of the finders are.
struct Edges {
    /// How far the luma falls from a finder's light ring to its dark one, as a share of how far it
    /// falls from the code's light parts to its dark ones; in the direction where that is less. A
    /// ring is a module wide: where edges are wider than that, nothing is left of it.
    depth: f32,
    /// Whether the code is light on dark.
    inverted: bool,
}

impl Edges {
    fn measure(frame: &Frame<'_>, unread: &Unread) -> Self {
        let size = unread.modules.size();
        let luma = |x: f32, y: f32| luma(frame, unread.at(Point::new(x, y)));
        let step = size.div_ceil(40);
        let mut all: Vec<f32> = Vec::with_capacity(40 * 40);
        for row in (0..size).step_by(step) {
            let middles = (0..size).step_by(step).map(|column| column as f32 + 0.5);
            all.extend(middles.map(|column| luma(column, row as f32 + 0.5)));
        }
        all.sort_by(f32::total_cmp);
        let range = (all[all.len() * 9 / 10] - all[all.len() / 10]).max(1.0);

        let far = size as f32 - 7.0;
        let mut falls: [Vec<f32>; 2] = [Vec::with_capacity(30), Vec::with_capacity(30)];
        for (left, top) in [(0.0, 0.0), (far, 0.0), (0.0, far)] {
            // Along the core, where the rings are straight.
            for along in [2.5, 3.0, 3.5, 4.0, 4.5] {
                for (outer, inner) in [(0.5, 1.5), (6.5, 5.5)] {
                    falls[0]
                        .push(luma(left + inner, top + along) - luma(left + outer, top + along));
                    falls[1]
                        .push(luma(left + along, top + inner) - luma(left + along, top + outer));
                }
            }
        }
        // The middle one of many: a lamp over one finder does not count.
        let [across, down] = falls.map(|mut falls| {
            falls.sort_by(f32::total_cmp);
            falls[falls.len() / 2]
        });
        let inverted = across + down < 0.0;
        let sign = if inverted { -1.0 } else { 1.0 };
        Self { depth: (sign * across).min(sign * down) / range, inverted }
    }
}

/// The luma between pixels; outside the frame, that of the nearest edge.
fn luma(frame: &Frame<'_>, at: Point) -> f32 {
    let x = (at.x - 0.5).clamp(0.0, (frame.width - 1) as f32);
    let y = (at.y - 0.5).clamp(0.0, (frame.height - 1) as f32);
    let (left, top) = (x as usize, y as usize);
    let (along, down) = (x - left as f32, y - top as f32);
    let across = |row: &[u8]| {
        let (near, far) = (f32::from(row[left]), f32::from(row[(left + 1).min(row.len() - 1)]));
        near + (far - near) * along
    };
    let (upper, lower) =
        (across(frame.row(top)), across(frame.row((top + 1).min(frame.height - 1))));
    upper + (lower - upper) * down
}

/// Pixels a module needs to be seen.
const LEAST_MODULE: f32 = 2.0;
/// The share of modules under glare that a code may have and still be read.
const MOST_GLARE: f32 = 0.05;
/// The depth of a finder's ring below which edges are wider than a module.
const LEAST_DEPTH: f32 = 0.5;
