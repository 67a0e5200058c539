//! The luma plane that the stages work on: our own copy, without stride, at some scale.

use super::Frame;
use super::geometry::Point;

/// A grey picture; its rows follow each other without a gap.
#[derive(Clone)]
pub(super) struct Plane {
    pub(super) luma: Vec<u8>,
    pub(super) width: usize,
    pub(super) height: usize,
}

impl Plane {
    /// The frame at one `shrink`-th of its size: each pixel the mean of `shrink` × `shrink`, those
    /// at the right and lower edge that fill no whole square left out. None where nothing is left.
    pub(super) fn of(frame: &Frame<'_>, shrink: usize) -> Option<Self> {
        let (width, height) = (frame.width / shrink, frame.height / shrink);
        if width == 0 || height == 0 {
            return None;
        }
        let mut luma = Vec::with_capacity(width * height);
        match shrink {
            1 => (0..height).for_each(|y| luma.extend_from_slice(frame.row(y))),
            2 => shrink_by(frame, &mut luma, sum_of_two),
            3 => shrink_by(frame, &mut luma, sum_of_three),
            4 => shrink_by(frame, &mut luma, sum_of_four),
            _ => {
                // Beyond any camera: of each square, the middle of it.
                let rows = (0..height).map(|y| frame.row(y * shrink + shrink / 2));
                rows.for_each(|row| {
                    luma.extend(row.iter().skip(shrink / 2).step_by(shrink).take(width))
                });
            }
        }
        luma.resize(width * height, 255);
        Some(Self { luma, width, height })
    }

    /// This plane at half its size; none where nothing is left.
    pub(super) fn half(&self) -> Option<Self> {
        let (width, height) = (self.width / 2, self.height / 2);
        if width == 0 || height == 0 {
            return None;
        }
        let mut luma = Vec::with_capacity(width * height);
        for rows in self.luma.chunks_exact(2 * self.width).take(height) {
            let (upper, lower) = rows.split_at(self.width);
            let pairs = upper.as_chunks::<2>().0.iter().zip(lower.as_chunks::<2>().0);
            luma.extend(
                pairs.map(|(upper, lower)| ((sum_of_two(upper) + sum_of_two(lower) + 2) / 4) as u8),
            );
        }
        Some(Self { luma, width, height })
    }

    /// This plane with dark and light swapped.
    pub(super) fn inverted(&self) -> Self {
        Self { luma: self.luma.iter().map(|&luma| 255 - luma).collect(), ..*self }
    }

    /// This plane with each pixel mixed with the eight around it, 4:2:1: half the noise.
    pub(super) fn smooth(&self) -> Self {
        let width = self.width;
        let mut luma = Vec::with_capacity(self.luma.len());
        let row = |y: usize| &self.luma[y * width..(y + 1) * width];
        let mut columns = vec![0_u16; width];
        for y in 0..self.height {
            let (above, below) = (row(y.saturating_sub(1)), row((y + 1).min(self.height - 1)));
            for ((column, middle), (above, below)) in
                columns.iter_mut().zip(row(y)).zip(above.iter().zip(below))
            {
                *column = u16::from(*above) + 2 * u16::from(*middle) + u16::from(*below);
            }
            let at = |x: usize| columns[x];
            luma.extend((0..width).map(|x| {
                let sum = at(x.saturating_sub(1)) + 2 * at(x) + at((x + 1).min(width - 1));
                ((sum + 8) / 16) as u8
            }));
        }
        Self { luma, width, height: self.height }
    }

    /// This plane at twice its size, interpolated.
    pub(super) fn double(&self) -> Self {
        let (width, height) = (2 * self.width, 2 * self.height);
        let mut luma = Vec::with_capacity(width * height);
        let row = |y: usize| &self.luma[y * self.width..(y + 1) * self.width];
        // Three parts of the nearer pixel and one of the farther, along both axes.
        let mut mixed = vec![0_u16; self.width + 2];
        for y in 0..height {
            let far = if y % 2 == 0 { (y / 2).saturating_sub(1) } else { y / 2 + 1 };
            let (near, far) = (row(y / 2), row(far.min(self.height - 1)));
            for ((mixed, near), far) in mixed[1..].iter_mut().zip(near).zip(far) {
                *mixed = 3 * u16::from(*near) + u16::from(*far);
            }
            let (first, last) = (mixed[1], mixed[self.width]);
            (mixed[0], mixed[self.width + 1]) = (first, last);
            let start = luma.len();
            luma.resize(start + width, 0);
            let pairs = luma[start..].as_chunks_mut::<2>().0;
            for (pair, near) in pairs.iter_mut().zip(mixed.windows(3)) {
                *pair = [near[0], near[2]].map(|far| ((3 * near[1] + far + 8) / 16) as u8);
            }
        }
        Self { luma, width, height }
    }

    /// The luma at a place between pixels, interpolated; outside, that of the nearest edge.
    pub(super) fn at(&self, point: Point) -> f32 {
        // A float that is no number is not above 0, and becomes it.
        let within = |at: f32, side: usize| {
            let last = (side - 1) as f32;
            let at = if at > 0.0 { at } else { 0.0 };
            if at < last { at } else { last }
        };
        let (x, y) = (within(point.x - 0.5, self.width), within(point.y - 0.5, self.height));
        let (left, top) = (x as u32 as usize, y as u32 as usize);
        let right = usize::from(left + 1 < self.width);
        let below = if top + 1 < self.height { self.width } else { 0 };
        let (along, down) = (x - left as f32, y - top as f32);
        let first = top * self.width + left;
        let pixel = |at: usize| f32::from(self.luma[at]);
        let (upper, lower) = (first, first + below);
        let upper = pixel(upper) + (pixel(upper + right) - pixel(upper)) * along;
        let lower = pixel(lower) + (pixel(lower + right) - pixel(lower)) * along;
        upper + (lower - upper) * down
    }
}

/// The means of squares of `N` × `N`.
fn shrink_by<const N: usize>(
    frame: &Frame<'_>,
    luma: &mut Vec<u8>,
    sum_of: impl Fn(&[u8; N]) -> u16,
) {
    let mut sums = vec![0_u16; frame.width / N];
    for y in 0..frame.height / N {
        sums.fill(0);
        for row in (y * N..(y + 1) * N).map(|row| frame.row(row)) {
            for (sum, pixels) in sums.iter_mut().zip(row.as_chunks::<N>().0) {
                *sum += sum_of(pixels);
            }
        }
        let count = (N * N) as u16;
        luma.extend(sums.iter().map(|&sum| ((sum + count / 2) / count) as u8));
    }
}

/// Side by side in one machine word, which the compiler does for many at once.
fn sum_of_two(pixels: &[u8; 2]) -> u16 {
    let pair = u16::from_le_bytes(*pixels);
    (pair & 255) + (pair >> 8)
}

fn sum_of_three([a, b, c]: &[u8; 3]) -> u16 {
    u16::from(*a) + u16::from(*b) + u16::from(*c)
}

fn sum_of_four(pixels: &[u8; 4]) -> u16 {
    let four = u32::from_le_bytes(*pixels);
    let pairs = (four & 0x00ff_00ff) + (four >> 8 & 0x00ff_00ff);
    (pairs + (pairs >> 16)) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane() -> Plane {
        Plane { luma: vec![0, 100, 200, 40, 60, 80], width: 3, height: 2 }
    }

    #[test]
    fn luma_is_interpolated_between_pixel_centres() {
        assert_eq!(plane().at(Point::new(0.5, 0.5)), 0.0);
        assert_eq!(plane().at(Point::new(1.0, 0.5)), 50.0);
        assert_eq!(plane().at(Point::new(1.0, 1.0)), 50.0);
        assert_eq!(plane().at(Point::new(-9.0, 1e9)), 40.0);
    }

    #[test]
    fn a_place_that_is_no_number_does_not_panic() {
        assert!(plane().at(Point::new(f32::NAN, f32::INFINITY)).is_finite());
    }

    #[test]
    fn shrinking_takes_means_and_drops_the_rest() {
        let half = plane().half().unwrap();
        assert_eq!((half.width, half.height, half.luma), (1, 1, vec![50]));
        let frame = Frame::new(&[0, 100, 9, 40, 60], 2, 2, 3).unwrap();
        assert_eq!(Plane::of(&frame, 2).unwrap().luma, [50]);
        assert_eq!(Plane::of(&frame, 1).unwrap().luma, [0, 100, 40, 60]);
        assert!(Plane::of(&frame, 3).is_none());
    }

    #[test]
    fn smoothing_mixes_neighbours_and_keeps_what_is_plain() {
        let mut plane = Plane { luma: vec![100; 15], width: 5, height: 3 };
        assert_eq!(plane.smooth().luma, plane.luma);
        plane.luma[7] = 180;
        assert_eq!(plane.smooth().luma[5..10], [100, 110, 120, 110, 100]);
    }

    #[test]
    fn doubling_keeps_the_picture() {
        let double = plane().double();
        assert_eq!((double.width, double.height), (6, 4));
        assert_eq!(double.luma[0], 0);
        assert_eq!(double.luma[1], 25);
    }
}
