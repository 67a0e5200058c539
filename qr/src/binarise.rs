//! Luma to dark and light, by thresholds that follow the light.

use std::borrow::Cow;

use super::plane::Plane;

/// What is dark in a plane: that which is not lighter than the threshold of its block.
///
/// Only the rows that are searched and the places that are looked at are ever compared.
pub(super) struct Bitmap<'a> {
    luma: Cow<'a, [u8]>,
    /// Those at the right and lower edge are cut off.
    blocks: Vec<Block>,
    /// Blocks from left to right.
    across: usize,
    pub(super) width: usize,
    pub(super) height: usize,
}

/// 8 × 8 pixels.
#[derive(Clone, Copy)]
struct Block {
    /// The luma up to which a pixel is dark.
    threshold: u8,
    /// Whether all are dark, or all light, where that is known.
    all: Option<bool>,
}

impl<'a> Bitmap<'a> {
    /// With one threshold for all.
    fn uniform(luma: Cow<'a, [u8]>, threshold: u8, width: usize, height: usize) -> Self {
        let across = width.div_ceil(BLOCK);
        let block = Block { threshold, all: None };
        Self { luma, blocks: vec![block; across * height.div_ceil(BLOCK)], across, width, height }
    }

    /// Of pixels that are 0 where it is dark and else 255.
    pub(super) fn of_two_levels(luma: Vec<u8>, width: usize, height: usize) -> Self {
        Self::uniform(luma.into(), 127, width, height)
    }

    /// Whether this pixel, which there must be, is dark.
    #[inline]
    pub(super) fn is_dark(&self, x: usize, y: usize) -> bool {
        let block = self.blocks[y / BLOCK * self.across + x / BLOCK];
        self.luma[y * self.width + x] <= block.threshold
    }

    /// Whether the pixel holding this place is dark; none outside.
    pub(super) fn dark_at(&self, x: f32, y: f32) -> Option<bool> {
        let inside = x >= 0.0 && y >= 0.0 && x < self.width as f32 && y < self.height as f32;
        inside.then(|| self.is_dark(x as usize, y as usize))
    }

    /// Where the colour changes along a row, its two ends as well.
    pub(super) fn edges(&self, y: usize, edges: &mut Vec<u32>) {
        edges.clear();
        edges.push(0);
        let row = &self.luma[y * self.width..(y + 1) * self.width];
        let known = &self.blocks[y / BLOCK * self.across..];
        let mut before = u32::from(row[0] <= known[0].threshold);
        let mut push = |start: usize, dark: u32, count: usize| {
            let mut changes = (dark ^ (dark << 1 | before)) & ((1 << count) - 1);
            before = dark >> 7;
            while changes != 0 {
                edges.push(start as u32 + changes.trailing_zeros());
                changes &= changes - 1;
            }
        };
        let (blocks, rest) = row.as_chunks::<BLOCK>();
        for (at, (pixels, block)) in blocks.iter().zip(known).enumerate() {
            let dark = match block.all {
                None => not_above(*pixels, block.threshold),
                Some(dark) => 255 * u32::from(dark),
            };
            push(at * BLOCK, dark, BLOCK);
        }
        if !rest.is_empty() {
            let mut last = [0; BLOCK];
            last[..rest.len()].copy_from_slice(rest);
            let dark = not_above(last, known[blocks.len()].threshold);
            push(blocks.len() * BLOCK, dark, rest.len());
        }
        edges.push(self.width as u32);
    }
}

/// Which of eight pixels are not above the threshold, the first in the lowest bit: all at once, in
/// one machine word.
#[inline]
fn not_above(pixels: [u8; BLOCK], threshold: u8) -> u32 {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    const EACH: u64 = 0x0101_0101_0101_0101;
    let (luma, most) = (u64::from_le_bytes(pixels), u64::from(threshold) * EACH);
    // The lower seven bits of each are compared by a difference that borrows from no neighbour, the
    // highest bits by themselves.
    let low = (most | HIGH) - (luma & !HIGH);
    let not_above = ((most & !luma) | (!(most ^ luma) & low)) & HIGH;
    // The product moves each of the eight bits into the highest byte.
    ((not_above >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u32
}

/// A way to set thresholds. None is best for every picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Threshold {
    /// By blocks of 8 × 8 pixels, each with the mean of the 5 × 5 around it; blocks with little
    /// contrast follow their neighbours, so that plain surfaces do not turn to noise (as ZXing).
    Blocks,
    /// By the mean of a window, one eighth of the shorter side: for modules larger than blocks.
    Window,
    /// One for the whole plane, where it parts the luma best (Otsu 1979): for strong noise.
    Global,
}

impl Threshold {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Blocks => "blocks",
            Self::Window => "window",
            Self::Global => "global",
        }
    }
}

/// Parts the plane into dark and light.
pub(super) fn binarise(plane: &Plane, threshold: Threshold) -> Bitmap<'_> {
    let small = plane.width < 5 * BLOCK || plane.height < 5 * BLOCK;
    match threshold {
        Threshold::Blocks if !small => by_blocks(plane),
        Threshold::Window => by_window(plane),
        Threshold::Blocks | Threshold::Global => {
            let threshold = otsu(&histogram(plane));
            Bitmap::uniform((&plane.luma).into(), threshold, plane.width, plane.height)
        }
    }
}

fn by_blocks(plane: &Plane) -> Bitmap<'_> {
    let luma = stretch(plane);
    let (columns, rows) = (plane.width / BLOCK, plane.height / BLOCK);
    let ranges = ranges(&luma, plane.width, columns, rows);
    let points = black_points(&ranges, columns);
    let (across, down) = (plane.width.div_ceil(BLOCK), plane.height.div_ceil(BLOCK));
    let mut blocks = Vec::with_capacity(across * down);
    let mut sums = vec![0_u16; columns];
    for row in 0..down {
        let top = row.clamp(2, rows - 3) - 2;
        // Five in a column, then five of these sums.
        sums.fill(0);
        for points in points[top * columns..].chunks_exact(columns).take(5) {
            sums.iter_mut().zip(points).for_each(|(sum, &point)| *sum += u16::from(point));
        }
        blocks.extend((0..across).map(|column| {
            let left = column.clamp(2, columns - 3) - 2;
            let threshold = (sums[left..left + 5].iter().sum::<u16>() / 25) as u8;
            let whole = row < rows && column < columns;
            let all = whole.then(|| ranges[row * columns + column].parted_by(threshold));
            Block { threshold, all: all.flatten() }
        }));
    }
    Bitmap { luma, blocks, across, width: plane.width, height: plane.height }
}

/// The luma in a block.
struct Range {
    mean: u8,
    min: u8,
    max: u8,
}

impl Range {
    /// Whether all of it is dark, or light; none where it has both.
    fn parted_by(&self, threshold: u8) -> Option<bool> {
        if self.min > threshold {
            Some(false)
        } else if self.max <= threshold {
            Some(true)
        } else {
            None
        }
    }
}

/// The luma in each whole block.
fn ranges(luma: &[u8], width: usize, columns: usize, rows: usize) -> Vec<Range> {
    let mut ranges = Vec::with_capacity(columns * rows);
    let wide = columns * BLOCK;
    let (mut sums, mut mins, mut maxs) = (vec![0_u16; wide], vec![0_u8; wide], vec![0_u8; wide]);
    for lines in luma.chunks_exact(BLOCK * width).take(rows) {
        // First down each column, which the compiler does for many at once.
        sums.fill(0);
        mins.fill(255);
        maxs.fill(0);
        for line in lines.chunks_exact(width) {
            sums.iter_mut().zip(line).for_each(|(sum, &luma)| *sum += u16::from(luma));
            mins.iter_mut().zip(line).for_each(|(min, &luma)| *min = luma.min(*min));
            maxs.iter_mut().zip(line).for_each(|(max, &luma)| *max = luma.max(*max));
        }
        let parts = mins.as_chunks::<BLOCK>().0.iter().zip(maxs.as_chunks::<BLOCK>().0);
        let parts = sums.as_chunks::<BLOCK>().0.iter().zip(parts);
        ranges.extend(parts.map(|(sums, (mins, maxs))| Range {
            mean: (sums.iter().sum::<u16>() / (BLOCK * BLOCK) as u16) as u8,
            min: mins.iter().fold(255, |min, &luma| luma.min(min)),
            max: maxs.iter().fold(0, |max, &luma| luma.max(max)),
        }));
    }
    ranges
}

/// The contrast up to which a block is plain: a little above what noise alone has, which is seen
/// where the picture is plainest.
fn plain_range(ranges: &[Range]) -> u8 {
    let mut counts = [0_usize; 256];
    for range in ranges {
        counts[usize::from(range.max - range.min)] += 1;
    }
    let mut left = ranges.len() / 5;
    let noise = counts.iter().position(|&count| {
        let here = left < count;
        left = left.saturating_sub(count);
        here
    });
    (noise.unwrap_or(0) * 3 / 2).clamp(LEAST_PLAIN, MOST_PLAIN) as u8
}

/// The luma that parts dark from light in each block.
fn black_points(ranges: &[Range], columns: usize) -> Vec<u8> {
    let mut points: Vec<u8> = Vec::with_capacity(ranges.len());
    let plain = plain_range(ranges);
    for (at, range) in ranges.iter().enumerate() {
        let mut point = range.mean;
        if range.max - range.min <= plain {
            // Plain: light, unless what lies above and to the left says that it is dark here.
            point = range.min / 2;
            if at >= columns && at % columns > 0 {
                let above = u16::from(points[at - columns]);
                let left = u16::from(points[at - 1]);
                let corner = u16::from(points[at - columns - 1]);
                let neighbours = ((above + 2 * left + corner) / 4) as u8;
                if range.min < neighbours {
                    point = neighbours;
                }
            }
        }
        points.push(point);
    }
    points
}

/// The plane with its contrast made full where it is low: what is plain in it can then be told.
fn stretch(plane: &Plane) -> Cow<'_, [u8]> {
    let histogram = histogram(plane);
    let total: u32 = histogram.iter().sum();
    let at = |percent: u32| {
        let mut left = total * percent / 100;
        let found = histogram.iter().position(|&count| {
            let here = left < count;
            left = left.saturating_sub(count);
            here
        });
        found.unwrap_or(255) as u8
    };
    let (low, high) = (at(1), at(99));
    if high - low < 8 || high - low > 100 {
        return Cow::Borrowed(&plane.luma);
    }
    let range = high - low;
    // In 256ths: what fits two bytes, the compiler does for many at once.
    let scale = 255 * 256 / u16::from(range);
    let stretched =
        |&luma: &u8| (u16::from(luma.saturating_sub(low).min(range)) * scale / 256) as u8;
    plane.luma.iter().map(stretched).collect()
}

/// How often each luma is seen, from about 65,000 pixels.
fn histogram(plane: &Plane) -> [u32; 256] {
    let mut counts = [0_u32; 256];
    // An odd step does not fall in with the rows of common widths.
    let step = (plane.luma.len() >> 16) | 1;
    for &luma in plane.luma.iter().step_by(step) {
        counts[usize::from(luma)] += 1;
    }
    counts
}

/// The luma up to which a pixel is dark, so that dark and light differ most.
fn otsu(histogram: &[u32; 256]) -> u8 {
    let weigh = |luma: usize, count: u32| luma as f64 * f64::from(count);
    let total: f64 = histogram.iter().map(|&count| f64::from(count)).sum();
    let sum: f64 = histogram.iter().enumerate().map(|(luma, &count)| weigh(luma, count)).sum();
    let (mut count_below, mut sum_below, mut best, mut first, mut last) = (0.0, 0.0, -1.0, 0, 0);
    for (luma, &count) in histogram.iter().enumerate() {
        count_below += f64::from(count);
        sum_below += weigh(luma, count);
        let count_above = total - count_below;
        if count_below == 0.0 || count_above == 0.0 {
            continue;
        }
        let apart = sum_below / count_below - (sum - sum_below) / count_above;
        let between = count_below * count_above * apart * apart;
        if between > best {
            (best, first) = (between, luma);
        }
        if between == best {
            last = luma;
        }
    }
    // Between two clean levels every threshold is as good: the middle stays clear of both.
    ((first + last) / 2) as u8
}

fn by_window(plane: &Plane) -> Bitmap<'static> {
    let (width, height) = (plane.width, plane.height);
    let radius = (width.min(height) / 16).max(8);
    // Sums of each column over the window's rows slide down, then one sum slides along them.
    let mut columns = vec![0_u32; width];
    let mut sums = vec![0_u32; width + 1];
    let mut levels = Vec::with_capacity(plane.luma.len());
    let row = |y: usize| &plane.luma[y * width..(y + 1) * width];
    for y in 0..radius.min(height) {
        columns.iter_mut().zip(row(y)).for_each(|(sum, &luma)| *sum += u32::from(luma));
    }
    for y in 0..height {
        if y + radius < height {
            let entering = row(y + radius);
            columns.iter_mut().zip(entering).for_each(|(sum, &luma)| *sum += u32::from(luma));
        }
        if y > radius {
            let leaving = row(y - radius - 1);
            columns.iter_mut().zip(leaving).for_each(|(sum, &luma)| *sum -= u32::from(luma));
        }
        // Added up from left to right: a window's sum is then a difference.
        let mut sum = 0;
        for (sum_to, &column) in sums[1..].iter_mut().zip(&columns) {
            sum += column;
            *sum_to = sum;
        }
        let rows = ((y + radius).min(height - 1) - y.saturating_sub(radius) + 1) as u32;
        let window = |x: usize| (x.saturating_sub(radius), (x + radius + 1).min(width));
        // A little below the mean, or plain paper turns to noise.
        let level = |luma: u8, sum: u32, count: u32| {
            if u32::from(luma) * count * 20 < sum * 19 { 0 } else { 255 }
        };
        let one = |x: usize| {
            let (from, to) = window(x);
            level(row(y)[x], sums[to] - sums[from], rows * (to - from) as u32)
        };
        let whole = 2 * radius + 1;
        if width < whole {
            levels.extend((0..width).map(one));
            continue;
        }
        levels.extend((0..radius).map(one));
        let spans = sums.iter().zip(&sums[whole..]).zip(&row(y)[radius..]);
        levels.extend(spans.map(|((from, to), &luma)| level(luma, to - from, rows * whole as u32)));
        levels.extend((width - radius..width).map(one));
    }
    Bitmap::of_two_levels(levels, width, height)
}

const BLOCK: usize = 8;
/// A block of less contrast is plain in any picture.
const LEAST_PLAIN: usize = 24;
/// A block of more contrast is plain in none.
const MOST_PLAIN: usize = 70;

#[cfg(test)]
mod tests {
    use super::*;

    /// A board of squares of 10 pixels, so that they part blocks; its light falling off from left to right.
    fn board(width: usize, height: usize, light: impl Fn(usize) -> (u8, u8)) -> (Plane, Vec<bool>) {
        let is_dark = |x: usize, y: usize| (x / 10 + y / 10).is_multiple_of(2);
        let places = || (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let pick = |(x, y)| if is_dark(x, y) { light(x).0 } else { light(x).1 };
        let luma = places().map(pick).collect();
        let truth = places().map(|(x, y)| is_dark(x, y)).collect();
        (Plane { luma, width, height }, truth)
    }

    fn pixels(bitmap: &Bitmap<'_>) -> impl Iterator<Item = bool> {
        (0..bitmap.width * bitmap.height)
            .map(|at| bitmap.is_dark(at % bitmap.width, at / bitmap.width))
    }

    fn wrong(plane: &Plane, truth: &[bool], threshold: Threshold) -> usize {
        let found = binarise(plane, threshold);
        pixels(&found).zip(truth).filter(|&(found, &truth)| found != truth).count()
    }

    #[test]
    fn even_light_is_easy_for_all() {
        let (plane, truth) = board(320, 200, |_| (40, 210));
        for threshold in [Threshold::Blocks, Threshold::Window, Threshold::Global] {
            assert!(wrong(&plane, &truth, threshold) < truth.len() / 200, "{threshold:?}");
        }
    }

    #[test]
    fn local_thresholds_follow_uneven_light() {
        let (plane, truth) = board(320, 200, |x| ((x / 3) as u8, (60 + x / 2) as u8));
        assert!(wrong(&plane, &truth, Threshold::Blocks) < truth.len() / 50);
        assert!(wrong(&plane, &truth, Threshold::Window) < truth.len() / 100);
        assert!(wrong(&plane, &truth, Threshold::Global) > truth.len() / 10);
    }

    #[test]
    fn grey_on_grey_is_parted() {
        let (plane, truth) = board(320, 200, |_| (120, 138));
        assert!(wrong(&plane, &truth, Threshold::Blocks) < truth.len() / 50);
    }

    #[test]
    fn plain_planes_of_any_size_are_all_light_or_all_dark() {
        for (width, height) in [(1, 1), (3, 3), (1, 6000), (6000, 1), (40, 40), (41, 47)] {
            let plane = Plane { luma: vec![128; width * height], width, height };
            for threshold in [Threshold::Blocks, Threshold::Window, Threshold::Global] {
                let bitmap = binarise(&plane, threshold);
                assert!(pixels(&bitmap).all(|dark| dark == bitmap.is_dark(0, 0)));
            }
        }
    }

    #[test]
    fn eight_pixels_are_compared_as_one_is() {
        let pixels = [0, 1, 126, 127, 128, 129, 254, 255];
        for threshold in 0..=255 {
            let truth =
                pixels.iter().rev().fold(0, |bits, &luma| bits << 1 | u32::from(luma <= threshold));
            assert_eq!(not_above(pixels, threshold), truth, "{threshold}");
        }
    }

    #[test]
    fn every_change_of_colour_is_an_edge() {
        for length in 1..40 {
            let is_dark = |at: usize| at * at % 7 < 3;
            let levels = (0..length).map(|at| if is_dark(at) { 0 } else { 255 }).collect();
            let bitmap = Bitmap::of_two_levels(levels, length, 1);
            let mut edges = vec![9];
            bitmap.edges(0, &mut edges);
            let changes = (1..length).filter(|&at| is_dark(at) != is_dark(at - 1));
            let truth: Vec<_> = [0].into_iter().chain(changes).chain([length]).collect();
            assert!(edges.iter().map(|&edge| edge as usize).eq(truth), "{length}");
        }
    }

    #[test]
    fn edges_are_where_neighbours_differ_whatever_is_known_of_their_blocks() {
        for width in 40..60 {
            // Plain to the left, a pattern to the right.
            let luma = |at: usize| match at % width {
                x if x < 20 => 200,
                x => (x * 37 + at / width * 91 % 256) as u8,
            };
            let plane = Plane { luma: (0..width * 48).map(luma).collect(), width, height: 48 };
            let bitmap = binarise(&plane, Threshold::Blocks);
            let mut edges = Vec::new();
            for y in 0..48 {
                bitmap.edges(y, &mut edges);
                let changed = |&x: &usize| bitmap.is_dark(x, y) != bitmap.is_dark(x - 1, y);
                let truth = [0].into_iter().chain((1..width).filter(changed)).chain([width]);
                assert!(edges.iter().map(|&edge| edge as usize).eq(truth), "{width}, row {y}");
            }
        }
    }
}
