//! The outline of a finder pattern: the four corners of its square, however it is slanted.

use super::binarise::Bitmap;
use super::geometry::Point;
use super::locate::Spot;

/// Points on a finder's outer edge, seen from its middle in all directions.
#[derive(Clone, Debug)]
pub(super) struct Outline {
    middle: Point,
    /// From the middle to the edge.
    edge: Vec<Point>,
}

impl Outline {
    /// Looks from the middle outwards: dark core, light ring, dark ring. Where something dark touches
    /// the outer ring, the light one tells where it must end, for they end at 5:7 in every direction.
    pub(super) fn trace(bitmap: &Bitmap<'_>, spot: &Spot) -> Option<Self> {
        let mut edge = Vec::with_capacity(RAYS);
        let mut missed = 0;
        let step = (spot.module / 8.0).clamp(0.4, 3.0);
        for ray in 0..RAYS {
            let (sine, cosine) = (ray as f32 * std::f32::consts::TAU / RAYS as f32).sin_cos();
            let way = Point::new(cosine, sine);
            if let Some(reach) = reach(bitmap, spot, way, step) {
                edge.push(way * reach);
                continue;
            }
            missed += 1;
            if missed > MOST_MISSED {
                return None;
            }
        }
        let outline = Self { middle: spot.centre, edge };
        (outline.jaggedness() < MOST_JAGGED).then_some(outline)
    }

    /// How much the reach differs from one direction to the next: a square's little, a blot's much.
    fn jaggedness(&self) -> f32 {
        let next = self.edge.iter().cycle().skip(1);
        let steps = self.edge.iter().zip(next).map(|(a, b)| (a.dot(*a) / b.dot(*b)).ln().abs());
        0.5 * steps.sum::<f32>() / self.edge.len() as f32
    }

    /// In which share of the directions the rings are those of a finder, 0 to 1.
    pub(super) fn roundness(&self) -> f32 {
        self.edge.len() as f32 / RAYS as f32
    }

    /// Whether its points lie along this square's sides.
    pub(super) fn fills(&self, square: &[Point; 4]) -> bool {
        let sides = [0, 1, 2, 3].map(|at| (square[at], square[(at + 1) % 4] - square[at]));
        let off = |point: &Point| {
            let from_side = |(corner, side): (Point, Point)| {
                side.cross(self.middle + *point - corner).abs() / side.length()
            };
            sides.into_iter().map(from_side).fold(f32::MAX, f32::min)
        };
        let module = sides.iter().map(|(_, side)| side.length()).sum::<f32>() / 28.0;
        self.edge.iter().map(off).sum::<f32>() < 0.35 * module * self.edge.len() as f32
    }

    /// The square's corners, upper left, upper right, lower right, lower left, where `right` and
    /// `down` are about the directions of its sides.
    pub(super) fn corners(&self, right: Point, down: Point) -> Option<[Point; 4]> {
        let area = right.cross(down);
        if area.abs() < 1e-6 {
            return None;
        }
        let mut sides: [Vec<Point>; 4] = Default::default();
        for &point in &self.edge {
            let (along, across) = (point.cross(down) / area, right.cross(point) / area);
            // Near a corner it is not certain which side a point is on.
            let side = match (along, across) {
                (x, y) if y < -1.2 * x.abs() => 0,
                (x, y) if x > 1.2 * y.abs() => 1,
                (x, y) if y > 1.2 * x.abs() => 2,
                (x, y) if x < -1.2 * y.abs() => 3,
                _ => continue,
            };
            sides[side].push(point);
        }
        let mut lines = [(Point::default(), Point::default()); 4];
        for (line, side) in lines.iter_mut().zip(&sides) {
            *line = fit_line(side)?;
        }
        let [top, right, bottom, left] = lines;
        let corners =
            [meet(left, top)?, meet(top, right)?, meet(right, bottom)?, meet(bottom, left)?];
        Some(corners.map(|corner| self.middle + corner))
    }
}

/// How far out the outer edge is; none where the rings are not those of a finder.
fn reach(bitmap: &Bitmap<'_>, spot: &Spot, way: Point, step: f32) -> Option<f32> {
    let [core, light, dark] = crossings(bitmap, spot, way, step)?;
    let (core, light) = (core?, light?);
    // Ink that spreads moves the inner and the outer edge alike, the middle one against them.
    let unit = (core + light) / 8.0;
    if core > 4.6 * unit || core < 1.8 * unit {
        return None;
    }
    let dark = dark.filter(|dark| (dark - 7.0 * unit).abs() < 1.3 * unit);
    Some(dark.map_or(7.0 * unit, |dark| (light + dark) * 7.0 / 12.0))
}

/// How far out the core, the light ring and the dark ring end; the last may not be seen.
fn crossings(bitmap: &Bitmap<'_>, spot: &Spot, way: Point, step: f32) -> Option<[Option<f32>; 3]> {
    let mut inside = !spot.inverted;
    let mut found = [None; 3];
    let (mut seen, mut reach) = (0, 0.0);
    while seen < 3 && reach < 7.0 * spot.module {
        reach += step;
        let at = spot.centre + way * reach;
        let Some(here) = bitmap.dark_at(at.x, at.y) else { break };
        if here != inside {
            inside = here;
            found[seen] = Some(reach - step / 2.0);
            seen += 1;
        }
    }
    (seen >= 2).then_some(found)
}

/// The straight line that lies best among the points, those far off it left out: a point on it and
/// its direction.
fn fit_line(points: &[Point]) -> Option<(Point, Point)> {
    let (at, way) = principal(points.iter().copied())?;
    let distance = |point: &Point| way.cross(*point - at).abs();
    let mean = points.iter().map(distance).sum::<f32>() / points.len() as f32;
    principal(points.iter().copied().filter(|point| distance(point) <= 1.6 * mean + 0.1))
}

/// The middle of the points and the direction in which they spread most.
fn principal(points: impl Iterator<Item = Point> + Clone) -> Option<(Point, Point)> {
    let count = points.clone().count();
    if count < 3 {
        return None;
    }
    let middle =
        points.clone().fold(Point::default(), |sum, point| sum + point) * (1.0 / count as f32);
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for point in points {
        let off = point - middle;
        (xx, xy, yy) = (xx + off.x * off.x, xy + off.x * off.y, yy + off.y * off.y);
    }
    // The longer axis of the points' ellipse.
    let apart = ((xx - yy) * (xx - yy) + 4.0 * xy * xy).sqrt();
    let way = match xx >= yy {
        true => Point::new(xx - yy + apart, 2.0 * xy),
        false => Point::new(2.0 * xy, yy - xx + apart),
    };
    (apart > 0.0).then(|| (middle, way * (1.0 / way.length())))
}

/// Where two lines meet; none where they are nearly parallel.
fn meet((a, along): (Point, Point), (b, across): (Point, Point)) -> Option<Point> {
    let turn = along.cross(across);
    (turn.abs() > 0.1).then(|| a + along * ((b - a).cross(across) / turn))
}

/// Directions in which a finder's rings may be hidden. Of finders of codes that were read, fewer are;
/// of noise that has a finder's runs, mostly more.
const MOST_MISSED: usize = 6;
/// The same limit for how jagged they are.
const MOST_JAGGED: f32 = 0.18;
/// Directions looked in.
const RAYS: usize = 40;
