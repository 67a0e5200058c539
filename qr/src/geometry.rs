//! Points and the perspective that carries a code's grid into the frame.

use std::ops::{Add, Mul, Sub};

/// A place in a frame, in pixels from its upper left corner.
///
/// The middle of the first pixel is at (0.5, 0.5). A place may lie outside the frame.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// Pixels to the right.
    pub x: f32,
    /// Pixels down.
    pub y: f32,
}

impl Point {
    pub(super) const fn new(x: f32, y: f32) -> Self {
        Self { x, y }
    }

    pub(super) fn length(self) -> f32 {
        self.dot(self).sqrt()
    }

    pub(super) fn distance(self, other: Self) -> f32 {
        (self - other).length()
    }

    pub(super) fn dot(self, other: Self) -> f32 {
        self.x * other.x + self.y * other.y
    }

    /// Positive where `other` lies clockwise of `self` on the screen (y grows downwards).
    pub(super) fn cross(self, other: Self) -> f32 {
        self.x * other.y - self.y * other.x
    }

    pub(super) fn is_finite(self) -> bool {
        self.x.is_finite() && self.y.is_finite()
    }
}

impl Add for Point {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self::new(self.x + other.x, self.y + other.y)
    }
}

impl Sub for Point {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self::new(self.x - other.x, self.y - other.y)
    }
}

impl Mul<f32> for Point {
    type Output = Self;
    fn mul(self, factor: f32) -> Self {
        Self::new(self.x * factor, self.y * factor)
    }
}

/// Whether `point` lies in the quadrilateral with these corners, in either sense of rotation.
pub(super) fn inside(corners: &[Point; 4], point: Point) -> bool {
    let side = |from: Point, to: Point| (to - from).cross(point - from);
    let [a, b, c, d] = *corners;
    let sides = [side(a, b), side(b, c), side(c, d), side(d, a)];
    sides.iter().all(|&side| side >= 0.0) || sides.iter().all(|&side| side <= 0.0)
}

/// A perspective: straight lines stay straight, parallels may meet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Perspective {
    rows: [[f32; 3]; 3],
}

impl Perspective {
    /// The perspective that carries each point of `from` to the one of `to`; none where three
    /// points lie on a line.
    pub(super) fn between(from: [Point; 4], to: [Point; 4]) -> Option<Self> {
        let back = inverse(&square_to(from)?)?;
        let rows = product(&square_to(to)?, &back);
        let rows = rows.map(|row| row.map(|value| value as f32));
        rows.iter().flatten().all(|value| value.is_finite()).then_some(Self { rows })
    }

    /// The perspective that carries the first point of each pair nearest to the second; none where
    /// the points do not tell.
    pub(super) fn fit(pairs: &[(Point, Point)]) -> Option<Self> {
        // Both sides about the origin and of size one, or the sums below lose their precision.
        let frame = |points: &mut dyn Iterator<Item = Point>| {
            let points: Vec<_> = points.collect();
            let count = points.len() as f32;
            let middle = points.iter().fold(Point::default(), |sum, &p| sum + p) * (1.0 / count);
            let reach = points.iter().map(|p| p.distance(middle)).sum::<f32>() / count;
            (f64::from(middle.x), f64::from(middle.y), f64::from(reach.max(1e-6)))
        };
        let (fx, fy, fs) = frame(&mut pairs.iter().map(|pair| pair.0));
        let (tx, ty, ts) = frame(&mut pairs.iter().map(|pair| pair.1));
        let mut sums = [[0.0_f64; 9]; 8];
        for (from, to) in pairs {
            let (x, y) = ((f64::from(from.x) - fx) / fs, (f64::from(from.y) - fy) / fs);
            let (u, v) = ((f64::from(to.x) - tx) / ts, (f64::from(to.y) - ty) / ts);
            let rows = [
                [x, y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y, u],
                [0.0, 0.0, 0.0, x, y, 1.0, -v * x, -v * y, v],
            ];
            for row in rows {
                for (sum, &left) in sums.iter_mut().zip(&row) {
                    sum.iter_mut().zip(&row).for_each(|(sum, right)| *sum += left * right);
                }
            }
        }
        let [a, b, c, d, e, f, g, h] = solve(sums)?;
        let flat = [[a, b, c], [d, e, f], [g, h, 1.0]];
        let before = [[1.0 / fs, 0.0, -fx / fs], [0.0, 1.0 / fs, -fy / fs], [0.0, 0.0, 1.0]];
        let after = [[ts, 0.0, tx], [0.0, ts, ty], [0.0, 0.0, 1.0]];
        let rows = product(&after, &product(&flat, &before));
        let rows = rows.map(|row| row.map(|value| value as f32));
        rows.iter().flatten().all(|value| value.is_finite()).then_some(Self { rows })
    }

    /// Where `point` goes. Not finite on the horizon.
    pub(super) fn map(&self, point: Point) -> Point {
        let along = |row: &[f32; 3]| row[0] * point.x + row[1] * point.y + row[2];
        let [x, y, w] = &self.rows;
        let scale = 1.0 / along(w);
        Point::new(along(x) * scale, along(y) * scale)
    }
}

/// The perspective of the unit square onto four corners (Heckbert 1989, §2.2.3).
fn square_to(corners: [Point; 4]) -> Option<[[f64; 3]; 3]> {
    let [(x0, y0), (x1, y1), (x2, y2), (x3, y3)] =
        corners.map(|point| (f64::from(point.x), f64::from(point.y)));
    let (dx1, dy1, dx2, dy2) = (x1 - x2, y1 - y2, x3 - x2, y3 - y2);
    let (sum_x, sum_y) = (x0 - x1 + x2 - x3, y0 - y1 + y2 - y3);
    let divisor = dx1 * dy2 - dx2 * dy1;
    if divisor.abs() < 1e-9 {
        return None;
    }
    let g = (sum_x * dy2 - dx2 * sum_y) / divisor;
    let h = (dx1 * sum_y - sum_x * dy1) / divisor;
    Some([
        [x1 - x0 + g * x1, x3 - x0 + h * x3, x0],
        [y1 - y0 + g * y1, y3 - y0 + h * y3, y0],
        [g, h, 1.0],
    ])
}

/// The inverse of a matrix but for a factor, which a perspective does not feel.
fn inverse(m: &[[f64; 3]; 3]) -> Option<[[f64; 3]; 3]> {
    let minor =
        |r0: usize, c0: usize, r1: usize, c1: usize| m[r0][c0] * m[r1][c1] - m[r0][c1] * m[r1][c0];
    let adjugate = [
        [minor(1, 1, 2, 2), -minor(0, 1, 2, 2), minor(0, 1, 1, 2)],
        [-minor(1, 0, 2, 2), minor(0, 0, 2, 2), -minor(0, 0, 1, 2)],
        [minor(1, 0, 2, 1), -minor(0, 0, 2, 1), minor(0, 0, 1, 1)],
    ];
    let determinant = (0..3).map(|i| m[0][i] * adjugate[i][0]).sum::<f64>();
    (determinant.abs() > 1e-12).then_some(adjugate)
}

/// Solves eight equations, each with its right side last, by elimination.
fn solve(mut rows: [[f64; 9]; 8]) -> Option<[f64; 8]> {
    for column in 0..8 {
        let pivot =
            (column..8).max_by(|&a, &b| rows[a][column].abs().total_cmp(&rows[b][column].abs()))?;
        rows.swap(column, pivot);
        let pivot = rows[column];
        if pivot[column].abs() < 1e-12 {
            return None;
        }
        for (at, row) in rows.iter_mut().enumerate() {
            if at != column {
                let factor = row[column] / pivot[column];
                row.iter_mut().zip(&pivot).for_each(|(value, pivot)| *value -= factor * pivot);
            }
        }
    }
    let mut solution = [0.0; 8];
    for (at, value) in solution.iter_mut().enumerate() {
        *value = rows[at][8] / rows[at][at];
    }
    Some(solution)
}

fn product(a: &[[f64; 3]; 3], b: &[[f64; 3]; 3]) -> [[f64; 3]; 3] {
    let mut out = [[0.0; 3]; 3];
    for (row, values) in out.iter_mut().enumerate() {
        for (column, value) in values.iter_mut().enumerate() {
            *value = (0..3).map(|i| a[row][i] * b[i][column]).sum();
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: [Point; 4] = [
        Point::new(3.5, 3.5),
        Point::new(17.5, 3.5),
        Point::new(17.5, 17.5),
        Point::new(3.5, 17.5),
    ];

    #[test]
    fn a_perspective_carries_its_four_points() {
        let to = [
            Point::new(10.0, 20.0),
            Point::new(210.0, 35.0),
            Point::new(180.0, 220.0),
            Point::new(20.0, 170.0),
        ];
        let perspective = Perspective::between(SQUARE, to).unwrap();
        for (from, to) in SQUARE.into_iter().zip(to) {
            assert!(perspective.map(from).distance(to) < 0.01);
        }
    }

    #[test]
    fn three_points_on_a_line_give_none() {
        let line = [0.0, 1.0, 2.0, 3.0].map(|x| Point::new(x, x));
        assert!(Perspective::between(SQUARE, line).is_none());
        assert!(Perspective::between(line, SQUARE).is_none());
    }

    #[test]
    fn a_point_is_inside_whichever_way_the_corners_turn() {
        let mut corners = SQUARE;
        assert!(inside(&corners, Point::new(10.0, 10.0)));
        assert!(!inside(&corners, Point::new(20.0, 10.0)));
        corners.reverse();
        assert!(inside(&corners, Point::new(10.0, 10.0)));
    }
}
