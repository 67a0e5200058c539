//! Luma to dark and light, by thresholds that follow the light.

use std::borrow::Cow;

use super::plane::Plane;

/// What is dark in a plane: 1 for dark, 0 for light, a byte a pixel.
pub(super) struct Bitmap {
    pub(super) dark: Vec<u8>,
    pub(super) width: usize,
    pub(super) height: usize,
}

impl Bitmap {
    /// Whether the pixel holding this place is dark; none outside.
    pub(super) fn dark_at(&self, x: f32, y: f32) -> Option<bool> {
        let inside = x >= 0.0 && y >= 0.0 && x < self.width as f32 && y < self.height as f32;
        inside.then(|| self.dark[y as usize * self.width + x as usize] == 1)
    }
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
pub(super) fn binarise(plane: &Plane, threshold: Threshold) -> Bitmap {
    let small = plane.width < 5 * BLOCK || plane.height < 5 * BLOCK;
    let dark = match threshold {
        Threshold::Blocks if !small => by_blocks(&stretch(plane)),
        Threshold::Window => by_window(plane),
        Threshold::Blocks | Threshold::Global => {
            let threshold = otsu(&histogram(plane));
            plane.luma.iter().map(|&luma| u8::from(luma <= threshold)).collect()
        }
    };
    Bitmap { dark, width: plane.width, height: plane.height }
}

fn by_blocks(plane: &Plane) -> Vec<u8> {
    let (columns, rows) = (plane.width / BLOCK, plane.height / BLOCK);
    let points = black_points(plane, columns, rows);
    let mut dark = Vec::with_capacity(plane.luma.len());
    let mut thresholds = vec![0_u8; columns];
    for (y, row) in plane.luma.chunks_exact(plane.width).enumerate() {
        if y % BLOCK == 0 && y / BLOCK < rows {
            let top = (y / BLOCK).clamp(2, rows - 3) - 2;
            for (column, threshold) in thresholds.iter_mut().enumerate() {
                let left = column.clamp(2, columns - 3) - 2;
                let sum: u32 = (top..top + 5)
                    .flat_map(|row| &points[row * columns + left..row * columns + left + 5])
                    .map(|&point| u32::from(point))
                    .sum();
                *threshold = (sum / 25) as u8;
            }
        }
        let start = dark.len();
        dark.resize(start + row.len(), 0);
        let (wide, last) = row.split_at(columns * BLOCK);
        let (wide_dark, last_dark) = dark[start..].split_at_mut(columns * BLOCK);
        let blocks = wide.as_chunks::<BLOCK>().0.iter().zip(&thresholds);
        for ((pixels, threshold), dark) in blocks.zip(wide_dark.as_chunks_mut::<BLOCK>().0) {
            // Written out over eight: the compiler makes one instruction of it.
            for (dark, luma) in dark.iter_mut().zip(pixels) {
                *dark = u8::from(*luma <= *threshold);
            }
        }
        // The last block reaches to the plane's edge.
        let threshold = thresholds[columns - 1];
        for (luma, dark) in last.iter().zip(last_dark) {
            *dark = u8::from(*luma <= threshold);
        }
    }
    dark
}

/// The luma that parts dark from light in each block.
fn black_points(plane: &Plane, columns: usize, rows: usize) -> Vec<u8> {
    let mut points = vec![0_u8; columns * rows];
    for row in 0..rows {
        for column in 0..columns {
            // Column by column, which the compiler does for eight at once.
            let (mut sums, mut mins, mut maxs) = ([0_u16; BLOCK], [255_u8; BLOCK], [0_u8; BLOCK]);
            for y in row * BLOCK..(row + 1) * BLOCK {
                let start = y * plane.width + column * BLOCK;
                let pixels = plane.luma[start..].first_chunk::<BLOCK>().unwrap_or(&[0; BLOCK]);
                for (at, &luma) in pixels.iter().enumerate() {
                    sums[at] += u16::from(luma);
                    mins[at] = mins[at].min(luma);
                    maxs[at] = maxs[at].max(luma);
                }
            }
            let sum: u32 = sums.iter().map(|&sum| u32::from(sum)).sum();
            let min = mins.iter().fold(255, |min, &luma| min.min(luma));
            let max = maxs.iter().fold(0, |max, &luma| max.max(luma));
            let mut point = (sum / (BLOCK * BLOCK) as u32) as u8;
            if max - min <= LEAST_RANGE {
                // Plain: light, unless what lies above and to the left says that it is dark here.
                point = min / 2;
                if row > 0 && column > 0 {
                    let above = u16::from(points[(row - 1) * columns + column]);
                    let left = u16::from(points[row * columns + column - 1]);
                    let corner = u16::from(points[(row - 1) * columns + column - 1]);
                    let neighbours = ((above + 2 * left + corner) / 4) as u8;
                    if min < neighbours {
                        point = neighbours;
                    }
                }
            }
            points[row * columns + column] = point;
        }
    }
    points
}

/// The plane with its contrast made full where it is low: what is plain in it can then be told.
fn stretch(plane: &Plane) -> Cow<'_, Plane> {
    let histogram = histogram(plane);
    let total: u32 = histogram.iter().sum();
    let at = |percent: u32| {
        let mut left = total * percent / 100;
        let found = histogram.iter().position(|&count| {
            let here = left < count;
            left = left.saturating_sub(count);
            here
        });
        found.unwrap_or(255)
    };
    let (low, high) = (at(1), at(99));
    if high < low + 8 || high > low + 100 {
        return Cow::Borrowed(plane);
    }
    let table: Vec<u8> = (0..=255_usize)
        .map(|luma| (luma.saturating_sub(low) * 255 / (high - low)).min(255) as u8)
        .collect();
    let luma = plane.luma.iter().map(|&luma| table[usize::from(luma)]).collect();
    Cow::Owned(Plane { luma, ..*plane })
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

fn by_window(plane: &Plane) -> Vec<u8> {
    let (width, height) = (plane.width, plane.height);
    let radius = (width.min(height) / 16).max(8);
    // Sums of each column over the window's rows slide down, then one sum slides along them.
    let mut columns = vec![0_u32; width];
    let mut dark = Vec::with_capacity(plane.luma.len());
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
        let rows = (y + radius).min(height - 1) - y.saturating_sub(radius) + 1;
        let mut sum: u64 = columns.iter().take(radius).map(|&sum| u64::from(sum)).sum();
        for (x, &luma) in row(y).iter().enumerate() {
            if x + radius < width {
                sum += u64::from(columns[x + radius]);
            }
            if x > radius {
                sum -= u64::from(columns[x - radius - 1]);
            }
            let across = (x + radius).min(width - 1) - x.saturating_sub(radius) + 1;
            // A little below the mean, or plain paper turns to noise.
            dark.push(u8::from(u64::from(luma) * (rows * across) as u64 * 100 < sum * 95));
        }
    }
    dark
}

const BLOCK: usize = 8;
/// The contrast up to which a block is plain.
const LEAST_RANGE: u8 = 24;

#[cfg(test)]
mod tests {
    use super::*;

    /// A board of squares of 10 pixels, so that they part blocks; its light falling off from left to right.
    fn board(width: usize, height: usize, light: impl Fn(usize) -> (u8, u8)) -> (Plane, Vec<u8>) {
        let is_dark = |x: usize, y: usize| (x / 10 + y / 10).is_multiple_of(2);
        let places = || (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let pick = |(x, y)| if is_dark(x, y) { light(x).0 } else { light(x).1 };
        let luma = places().map(pick).collect();
        let truth = places().map(|(x, y)| u8::from(is_dark(x, y))).collect();
        (Plane { luma, width, height }, truth)
    }

    fn wrong(plane: &Plane, truth: &[u8], threshold: Threshold) -> usize {
        let found = binarise(plane, threshold);
        found.dark.iter().zip(truth).filter(|(found, truth)| found != truth).count()
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
                assert_eq!(bitmap.dark.len(), width * height);
                assert!(bitmap.dark.iter().all(|&dark| dark == bitmap.dark[0]));
            }
        }
    }
}
