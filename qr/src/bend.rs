//! A grid that follows cloth, crumpled paper and bottles, where no pattern of the code tells how
//! they bend: every patch of modules is moved to where it stands out most sharply, from the finders
//! outwards, each beginning where its neighbours lead.

use super::align::Mesh;
use super::geometry::Point;
use super::grid::Grid;
use super::plane::Plane;

/// The grid bent so that its modules stand out.
pub(super) fn follow(plane: &Plane, grid: &Grid) -> Grid {
    let lines = lines(grid.size);
    let count = lines.len();
    let place = |node: usize| Point::new(lines[node % count], lines[node / count]);
    let far = grid.size as f32 - 3.5;
    let anchors = [(3.5, 3.5), (far, 3.5), (3.5, far)].map(|(x, y)| Point::new(x, y));
    let mut order: Vec<(f32, usize)> = (0..count * count)
        .map(|node| {
            let from = |anchor: &Point| place(node).distance(*anchor);
            (anchors.iter().map(from).fold(f32::MAX, f32::min), node)
        })
        .collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));

    // In modules, along the code's own axes.
    let mut shifts: Vec<Option<Point>> = vec![None; count * count];
    for (reach, steps) in [(0.75, 3), (0.3, 2)] {
        for &(_, node) in &order {
            let led = lead(&shifts, count, node);
            let from = match shifts[node] {
                Some(known) => (known + led) * 0.5,
                None => led,
            };
            shifts[node] = Some(sharpest(plane, grid, place(node), from, reach, steps));
        }
    }
    let shifts = shifts.into_iter().enumerate().map(|(node, shift)| {
        let place = place(node);
        grid.at(place + shift.unwrap_or_default()) - grid.flat(place)
    });
    grid.bent(Mesh::new(lines.clone(), shifts.collect()))
}

/// Where the neighbours lead: on in a straight line where two of them lie behind each other.
fn lead(shifts: &[Option<Point>], count: usize, node: usize) -> Point {
    let (column, row) = ((node % count) as isize, (node / count) as isize);
    let at = |dx: isize, dy: isize| {
        let (x, y) = (column + dx, row + dy);
        let inside = (0..count as isize).contains(&x) && (0..count as isize).contains(&y);
        if inside { shifts[y as usize * count + x as usize] } else { None }
    };
    let (mut sum, mut weight) = (Point::default(), 0.0);
    for (dx, dy) in [(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1)] {
        let Some(next) = at(dx, dy) else { continue };
        let led = match (at(2 * dx, 2 * dy), at(-dx, -dy)) {
            (_, Some(_)) | (None, _) => next,
            (Some(behind), None) => next + (next - behind) * 0.6,
        };
        let share = if dx == 0 || dy == 0 { 1.0 } else { 0.4 };
        sum = sum + led * share;
        weight += share;
    }
    if weight > 0.0 { sum * (1.0 / weight) } else { Point::default() }
}

/// The shift near `from` at which the patch of modules around a place stands out most.
fn sharpest(
    plane: &Plane,
    grid: &Grid,
    place: Point,
    from: Point,
    reach: f32,
    steps: i32,
) -> Point {
    let middle = Point::new(place.x.floor() + 0.5, place.y.floor() + 0.5);
    let at = grid.at(middle);
    let right = grid.at(middle + Point::new(0.5, 0.0)) - grid.at(middle - Point::new(0.5, 0.0));
    let down = grid.at(middle + Point::new(0.0, 0.5)) - grid.at(middle - Point::new(0.0, 0.5));
    let mut best = (f32::MIN, from);
    let last = grid.size as f32;
    let inside = |offset: i32, along: f32| (0.0..last).contains(&(along + offset as f32));
    for (i, j) in (-steps..=steps).flat_map(|j| (-steps..=steps).map(move |i| (i, j))) {
        let offset = Point::new(i as f32, j as f32) * (reach / steps as f32);
        let shift = from + offset;
        let origin = at + right * shift.x + down * shift.y;
        let (mut sum, mut squares, mut count) = (0.0, 0.0, 0.0);
        for row in (-PATCH..=PATCH).filter(|&row| inside(row, middle.y)) {
            for column in (-PATCH..=PATCH).filter(|&column| inside(column, middle.x)) {
                let module = origin + right * column as f32 + down * row as f32;
                let mut luma = plane.at(module);
                for (x, y) in [(-0.3, -0.3), (0.3, -0.3), (-0.3, 0.3), (0.3, 0.3)] {
                    luma += plane.at(module + right * x + down * y);
                }
                luma *= 0.2;
                sum += luma;
                squares += luma * luma;
                count += 1.0;
            }
        }
        let mean: f32 = sum / count;
        let contrast = (squares / count - mean * mean).max(0.0).sqrt();
        // A module to the side is as sharp: what is nearer is likelier.
        let score = contrast * (1.0 - 0.25 * offset.length() * offset.length());
        if score > best.0 {
            best = (score, shift);
        }
    }
    best.1
}

/// Where nodes lie, in modules from the upper left corner: at both edges and evenly between.
fn lines(size: usize) -> Vec<f32> {
    let parts = (size as f32 / SPACING).round().max(2.0);
    (0..=parts as usize).map(|at| at as f32 * size as f32 / parts).collect()
}

/// Modules from one node to the next, about.
const SPACING: f32 = 4.5;
/// How far a patch reaches from its middle, in modules.
const PATCH: i32 = 3;
