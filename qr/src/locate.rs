//! Finder patterns: the three squares in a code's corners, and which three belong together.
//!
//! A line through a finder's middle crosses dark, light, dark, light, dark in lengths 1:1:3:1:1,
//! whatever its direction (ISO/IEC 18004 §5.3.3). Colours may be swapped.

use super::binarise::Bitmap;
use super::geometry::Point;
use super::outline::Outline;

/// A finder pattern, seen all around.
#[derive(Clone, Debug)]
pub(super) struct Finder {
    /// Its middle, in the bitmap.
    pub(super) centre: Point,
    /// The length of one module, about: a slant makes it longer one way than the other.
    pub(super) module: f32,
    /// Whether its dark parts are light and the reverse.
    pub(super) inverted: bool,
    /// Its square.
    pub(super) outline: Outline,
    /// How little it is like one, 0 to 1.
    pub(super) doubt: f32,
}

/// A place where rows, columns and a diagonal have a finder's runs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot {
    pub(super) centre: Point,
    pub(super) module: f32,
    pub(super) inverted: bool,
    /// How many rows agreed on it.
    hits: u32,
}

/// Three finders that may belong to one code.
#[derive(Clone, Copy, Debug)]
pub(super) struct Triple<'a> {
    /// Those at the code's upper left, upper right and lower left, as it would be read; in a mirrored
    /// code the last two are swapped.
    pub(super) finders: [&'a Finder; 3],
    /// How far from a right angle with equal legs and equal modules; 0 is perfect.
    pub(super) misfit: f32,
}

/// The finder patterns of the bitmap, at most [`MOST_FINDERS`], and how many places were looked at.
pub(super) fn find(bitmap: &Bitmap<'_>, row_step: usize) -> (Vec<Finder>, usize) {
    let mut spots: Vec<Spot> = Vec::new();
    let mut edges: Vec<u32> = Vec::with_capacity(bitmap.width + 2);
    // Noise has a finder's runs everywhere. Each row has so many tries more, that what lies above a
    // code does not take them all.
    let (mut tries, mut tried) = (LEAST_TRIES, 0);
    for y in (row_step / 2..bitmap.height).step_by(row_step) {
        tries += bitmap.width * row_step / PIXELS_A_TRY;
        bitmap.edges(y, &mut edges);
        for six in edges.windows(6) {
            let runs = [
                six[1] - six[0],
                six[2] - six[1],
                six[3] - six[2],
                six[4] - six[3],
                six[5] - six[4],
            ];
            if finder_length(runs).is_none() {
                continue;
            }
            if tries == 0 {
                break;
            }
            tries -= 1;
            tried += 1;
            let middle = (six[2] + six[3]) / 2;
            let Some(spot) = confirm(bitmap, middle as usize, y, runs[2] as usize) else {
                continue;
            };
            if let Some(known) = spots.iter_mut().find(|known| same(known, &spot)) {
                merge(known, &spot);
                continue;
            }
            if spots.len() == MOST_KEPT {
                // What one row alone took for a finder, and no later row can confirm, was noise.
                let below = |spot: &Spot| spot.centre.y + 2.0 * spot.module > y as f32;
                spots.retain(|spot| spot.hits > 1 || below(spot));
            }
            if spots.len() < MOST_KEPT {
                spots.push(spot);
            }
        }
    }
    let spots = strongest(spots, row_step);
    (spots.iter().filter_map(|spot| outlined(bitmap, spot, row_step)).collect(), tried)
}

/// Which three finders may be one code's, the most regular first, at most [`MOST_TRIPLES`].
pub(super) fn triples(finders: &[Finder]) -> Vec<Triple<'_>> {
    let mut triples = Vec::new();
    for (i, a) in finders.iter().enumerate() {
        for (j, b) in finders.iter().enumerate().skip(i + 1) {
            if !alike(a, b) {
                continue;
            }
            for c in &finders[j + 1..] {
                if alike(a, c) && alike(b, c) {
                    triples.extend(codes([a, b, c]));
                }
            }
        }
    }
    let by_misfit = |a: &Triple<'_>, b: &Triple<'_>| a.misfit.total_cmp(&b.misfit);
    if triples.len() > MOST_TRIPLES {
        // A wall of finders has many thousands; only the best are put in order.
        triples.select_nth_unstable_by(MOST_TRIPLES, by_misfit);
        triples.truncate(MOST_TRIPLES);
    }
    triples.sort_by(by_misfit);
    triples
}

/// Which two finders may be one code's whose third is hidden, the surest first, at most
/// [`MOST_PAIRS`].
pub(super) fn pairs(finders: &[Finder]) -> Vec<(&Finder, &Finder)> {
    let mut pairs = Vec::new();
    for (i, a) in finders.iter().enumerate() {
        for b in &finders[i + 1..] {
            if alike(a, b) && a.doubt + b.doubt < MOST_PAIR_DOUBT {
                pairs.push((a, b));
            }
        }
    }
    let doubt = |pair: &(&Finder, &Finder)| pair.0.doubt + pair.1.doubt;
    pairs.sort_by(|one, other| doubt(one).total_cmp(&doubt(other)));
    pairs.truncate(MOST_PAIRS);
    pairs
}

/// The codes that three finders may belong to: each of them may be the one at the right angle, which
/// a slant makes any angle.
fn codes<'a>(finders: [&'a Finder; 3]) -> impl Iterator<Item = Triple<'a>> {
    (0..3).filter_map(move |at| {
        let [a, b, c] = [finders[at], finders[(at + 1) % 3], finders[(at + 2) % 3]];
        let (right, down) = (b.centre - a.centre, c.centre - a.centre);
        let cosine = (right.dot(down) / (right.length() * down.length())).abs();
        let mean = (a.module + b.module + c.module) / 3.0;
        let shortest = right.length().min(down.length());
        let longest = right.length().max(down.length());
        // No number at all where two of them are in one place.
        let likely = cosine < 0.9
            && longest < 3.3 * shortest
            && shortest > 6.0 * mean
            && longest < 240.0 * mean;
        if !likely {
            return None;
        }
        let legs = (longest / shortest).ln();
        let sizes = [a, b, c].map(|finder| (finder.module / mean).ln().abs()).iter().sum::<f32>();
        let doubt = [a, b, c].iter().map(|finder| finder.doubt).sum::<f32>();
        let finders = if right.cross(down) >= 0.0 { [a, b, c] } else { [a, c, b] };
        Some(Triple { finders, misfit: cosine + legs + 0.7 * sizes + doubt })
    })
}

fn alike(a: &Finder, b: &Finder) -> bool {
    a.inverted == b.inverted && close(a.module, b.module)
}

/// Whether two lengths may be one module's, seen from near and from afar.
fn close(a: f32, b: f32) -> bool {
    a < 2.6 * b && b < 2.6 * a
}

fn same(a: &Spot, b: &Spot) -> bool {
    let reach = 2.0 * a.module.min(b.module);
    (a.centre.x - b.centre.x).abs() < reach
        && (a.centre.y - b.centre.y).abs() < reach
        && a.inverted == b.inverted
        && close(a.module, b.module)
}

fn merge(known: &mut Spot, spot: &Spot) {
    let weight = 1.0 / (known.hits + 1) as f32;
    known.centre = known.centre + (spot.centre - known.centre) * weight;
    known.module += (spot.module - known.module) * weight;
    known.hits += 1;
}

/// The spots seen in most rows.
fn strongest(mut spots: Vec<Spot>, row_step: usize) -> Vec<Spot> {
    if spots.len() > CROWD {
        // Noise or foliage: a fifth of the rows through a finder's core must have agreed.
        spots.retain(|spot| spot.hits > 1 && seen(spot, row_step) >= 0.2);
    }
    spots.sort_by_key(|spot| std::cmp::Reverse(spot.hits));
    spots.truncate(MOST_FINDERS);
    spots
}

/// The share of the rows through a finder's core that agreed on it, 0 to 1.
fn seen(spot: &Spot, row_step: usize) -> f32 {
    (spot.hits as f32 * row_step as f32 / (3.0 * spot.module)).min(1.0)
}

fn outlined(bitmap: &Bitmap<'_>, spot: &Spot, row_step: usize) -> Option<Finder> {
    let outline = Outline::trace(bitmap, spot)?;
    let doubt = 1.0 - (seen(spot, row_step) + outline.roundness()) / 2.0;
    let Spot { centre, module, inverted, .. } = *spot;
    Some(Finder { centre, module, inverted, outline, doubt })
}

/// Whether runs have the lengths 1:1:3:1:1, or 1:1:3:1 and more where something dark touches the
/// outer ring: then how long the five would be.
///
/// Ink spreads and light blooms: every dark run may be longer by the same amount, every light one
/// shorter. From one edge to the next of its kind the two cancel, so these lengths are compared.
#[inline]
fn finder_length(runs: [u32; 5]) -> Option<f32> {
    // Most runs are turned away here, before anything is computed.
    let [a, b, c, d, e] = runs;
    let unlike = c <= b || c <= d || c > 8 * b.min(d) + 4 || b.abs_diff(d) > c / 2 + 2;
    if unlike || a.min(e) > c || a + b + c + d + e < 7 {
        return None;
    }
    let near = |length: f32, modules: f32, slack: f32, module: f32| {
        (length - modules * module).abs() <= slack * module + 0.6
    };
    let [a, b, c, d, e] = runs.map(|run| run as f32);
    let module = (a + 2.0 * b + 2.0 * c + 2.0 * d + e) / 12.0;
    let closed = near(a + b, 2.0, 0.65, module)
        && near(d + e, 2.0, 0.65, module)
        && near(b + c, 4.0, 0.8, module)
        && near(c + d, 4.0, 0.8, module)
        && [a, b, d, e].iter().all(|&run| run <= 2.1 * module + 0.6 && run >= 0.3 * module)
        && c >= 1.6 * module
        && c <= 4.6 * module;
    if closed {
        return Some(a + b + c + d + e);
    }
    let module = (b + 2.0 * c + d) / 8.0;
    let (near_end, far_end) = (a.min(e), a.max(e));
    let open = near(b + c, 4.0, 0.4, module)
        && near(c + d, 4.0, 0.4, module)
        && near(near_end + if a < e { b } else { d }, 2.0, 0.5, module)
        && far_end > module
        && c >= 2.2 * module
        && c <= 4.2 * module;
    open.then_some(7.0 * module)
}

/// The spot around this pixel, if the column, the row and a diagonal through it say so as well.
///
/// A `core` that is so wide here is at most [`MOST_SLANT`] times as long in any other direction.
fn confirm(bitmap: &Bitmap<'_>, x: usize, y: usize, core: usize) -> Option<Spot> {
    let column = cross(bitmap, (x, y), (0, 1), core)?;
    let y = y as f32 + 0.5 + column.shift;
    let row = cross(bitmap, (x, y as usize), (1, 0), core)?;
    let centre = Point::new(x as f32 + 0.5 + row.shift, y);
    if row.total > MOST_SLANT as f32 * column.total || column.total > MOST_SLANT as f32 * row.total
    {
        return None;
    }
    let at = (centre.x as usize, centre.y as usize);
    cross(bitmap, at, (1, 1), core).or_else(|| cross(bitmap, at, (1, -1), core))?;
    let inverted = bitmap.dark_at(centre.x, centre.y) == Some(false);
    Some(Spot { centre, module: (row.total + column.total) / 14.0, inverted, hits: 1 })
}

/// The five runs through a pixel in one direction.
struct Cross {
    /// From the pixel to the middle of the pattern, in steps.
    shift: f32,
    /// The pattern's length, in steps.
    total: f32,
}

fn cross(
    bitmap: &Bitmap<'_>,
    (x, y): (usize, usize),
    (dx, dy): (isize, isize),
    core: usize,
) -> Option<Cross> {
    // How many steps there are to the edge of the bitmap.
    let room = |place: usize, end: usize, way: isize| match way {
        0 => usize::MAX,
        1 => end - 1 - place,
        _ => place,
    };
    let side = |sign: isize| {
        let steps =
            room(x, bitmap.width, sign * dx).min(room(y, bitmap.height, sign * dy)).min(MOST_STEPS);
        runs_from(bitmap, (x, y), (sign * dx, sign * dy), steps, core)
    };
    if x >= bitmap.width || y >= bitmap.height {
        return None;
    }
    let (before, after) = (side(-1)?, side(1)?);
    let runs = [before[2], before[1], before[0] + after[0] + 1, after[1], after[2]];
    let total = finder_length(runs)?;
    // Of a ring that something touches, the inner edge tells.
    let longest = (2.0 * total / 7.0) as u32 + 1;
    let known = before[2] <= longest && after[2] <= longest;
    let edge = |side: [u32; 3]| {
        let end = if known { side[2] } else { 0 };
        (2 * side[0] + 2 * side[1] + end) as f32
    };
    Some(Cross { shift: (edge(after) - edge(before)) / 4.0, total })
}

/// The lengths of the rest of the core, the light ring and the dark ring in one direction; none as
/// soon as they are those of no finder. What is longer than any ring is not followed to its end.
fn runs_from(
    bitmap: &Bitmap<'_>,
    (mut x, mut y): (usize, usize),
    (dx, dy): (isize, isize),
    mut steps: usize,
    core: usize,
) -> Option<[u32; 3]> {
    let colour = bitmap.is_dark(x, y);
    // Goes on while the colour is this, for at most so long: how far, and whether it changed then.
    let mut follow = |like: bool, most: usize, begun: u32| {
        let mut length = begun;
        for _ in 0..most.min(steps) {
            steps -= 1;
            (x, y) = (x.wrapping_add_signed(dx), y.wrapping_add_signed(dy));
            if bitmap.is_dark(x, y) != like {
                return (length, true);
            }
            length += 1;
        }
        (length, false)
    };
    // The first pixel of each ring is the one at which the run before it ended.
    let (most_core, most_ring) = (MOST_SLANT * core / 2 + 3, MOST_SLANT * core / 3 + 3);
    let (core, true) = follow(colour, most_core, 0) else { return None };
    let (light, true) = follow(!colour, most_ring.min(3 * core as usize + 3), 1) else {
        return None;
    };
    if core > 4 * light + 3 {
        return None;
    }
    let (dark, _) = follow(colour, 3 * light as usize + 3, 1);
    Some([core, light, dark])
}

/// Of all finders seen, those handed on.
pub(super) const MOST_FINDERS: usize = 48;
/// More finders than this are looked at with doubt.
const CROWD: usize = 16;
/// Different places at which finders are collected.
const MOST_KEPT: usize = 256;
/// Pixels for each look at what may be a finder.
const PIXELS_A_TRY: usize = 100;
/// Such looks in the smallest bitmap.
const LEAST_TRIES: usize = 5_000;
/// Pairs handed on.
const MOST_PAIRS: usize = 40;
/// Two finders that are less surely some are no pair.
const MOST_PAIR_DOUBT: f32 = 0.7;
/// Triples handed on.
const MOST_TRIPLES: usize = 200;
/// How many times as long a finder can be one way than another.
const MOST_SLANT: usize = 4;
/// The length of half a finder, in pixels; larger ones are read at a smaller scale.
const MOST_STEPS: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    const FINDER: [&str; 7] =
        ["#######", "#     #", "# ### #", "# ### #", "# ### #", "#     #", "#######"];

    fn levels(width: usize, height: usize, finders: &[(usize, usize)], scale: usize) -> Vec<u8> {
        let mut levels = vec![255; width * height];
        for (left, top) in finders {
            for y in 0..7 * scale {
                for x in 0..7 * scale {
                    let ink = FINDER[y / scale].as_bytes()[x / scale] == b'#';
                    levels[(top + y) * width + left + x] = if ink { 0 } else { 255 };
                }
            }
        }
        levels
    }

    fn bitmap(
        width: usize,
        height: usize,
        finders: &[(usize, usize)],
        scale: usize,
    ) -> Bitmap<'static> {
        Bitmap::of_two_levels(levels(width, height, finders, scale), width, height)
    }

    #[test]
    fn a_finder_is_found_at_its_middle_in_both_colours() {
        for scale in 1..5 {
            let mut levels = levels(100, 80, &[(20, 10)], scale);
            for inverted in [false, true] {
                let bitmap = Bitmap::of_two_levels(levels.clone(), 100, 80);
                let (found, _) = find(&bitmap, 1);
                assert_eq!(found.len(), 1, "scale {scale}");
                let middle = 3.5 * scale as f32;
                let centre = Point::new(20.0 + middle, 10.0 + middle);
                assert!(found[0].centre.distance(centre) < 0.3, "{found:?}");
                assert!((found[0].module - scale as f32).abs() < 0.1);
                assert_eq!(found[0].inverted, inverted);
                levels.iter_mut().for_each(|luma| *luma = !*luma);
            }
        }
    }

    #[test]
    fn three_finders_are_ordered_clockwise_from_the_right_angle() {
        let bitmap = bitmap(200, 200, &[(20, 100), (20, 20), (100, 20)], 3);
        let (finders, _) = find(&bitmap, 2);
        let triples = triples(&finders);
        let centres = triples[0].finders.map(|finder| (finder.centre.x, finder.centre.y));
        assert_eq!(centres, [(30.5, 30.5), (110.5, 30.5), (30.5, 110.5)]);
        assert!(triples[0].misfit < 0.2, "{}", triples[0].misfit);
    }

    #[test]
    fn a_wall_of_finders_gives_a_bounded_list() {
        let places: Vec<_> = (0..40).flat_map(|y| (0..40).map(move |x| (x * 9, y * 9))).collect();
        let bitmap = bitmap(364, 364, &places, 1);
        let (finders, _) = find(&bitmap, 1);
        assert_eq!(finders.len(), MOST_FINDERS);
        assert!(triples(&finders).len() <= MOST_TRIPLES);
    }

    #[test]
    fn ink_spread_does_not_hide_a_finder() {
        assert_eq!(finder_length([4, 2, 10, 2, 4]), Some(22.0));
        assert_eq!(finder_length([2, 4, 8, 4, 2]), Some(20.0));
        assert_eq!(finder_length([3, 3, 3, 3, 3]), None);
        assert_eq!(finder_length([1, 1, 1, 1, 1]), None);
    }

    #[test]
    fn what_touches_the_outer_ring_does_not_hide_a_finder() {
        assert_eq!(finder_length([90, 3, 9, 3, 3]), Some(21.0));
        assert_eq!(finder_length([3, 3, 9, 3, 90]), Some(21.0));
        assert_eq!(finder_length([90, 3, 9, 3, 90]), None);
    }
}
