//! A code with one finder hidden, by a reflection or a thumb: the other two tell where it would be.

use super::Stand;
use crate::geometry::Point;
use crate::locate::Finder;

impl Stand {
    /// What two finders may be of a code, whose third is guessed: side by side, with the code on
    /// either side of them and the hidden one next to either, or across from each other.
    pub(in super::super) fn guess(a: &Finder, b: &Finder) -> Vec<Self> {
        let leg = b.centre - a.centre;
        let along = leg * (1.0 / leg.length());
        let aside = turned(along);
        let back = |way: Point| way * -1.0;
        let slant = (along + aside) * std::f32::consts::FRAC_1_SQRT_2;
        // The finders in their places, the upper left one first, and the axes of the code: in the last
        // two, half a right angle off the way between the finders.
        let guesses = [
            ([Some(a), Some(b), None], along, aside),
            ([Some(b), None, Some(a)], aside, back(along)),
            ([Some(a), None, Some(b)], back(aside), along),
            ([Some(b), Some(a), None], back(along), back(aside)),
            ([None, Some(b), Some(a)], slant, turned(slant)),
            ([None, Some(a), Some(b)], back(slant), back(turned(slant))),
        ];
        let stands = guesses.into_iter();
        stands.filter_map(|(finders, right, down)| Self::guessed(finders, right, down)).collect()
    }

    /// Whether this place is within so many modules of the middle that was guessed.
    pub(in super::super) fn hidden_is_near(&self, place: Point, modules: f32) -> bool {
        self.hidden.is_some_and(|at| {
            let module = self.right[at].length().max(self.down[at].length());
            self.middles[at].distance(place) < modules * module
        })
    }

    fn guessed(finders: [Option<&Finder>; 3], right: Point, down: Point) -> Option<Self> {
        let hidden = finders.iter().position(Option::is_none)?;
        let mut stand = Self {
            middles: [Point::default(); 3],
            right: [right; 3],
            down: [down; 3],
            squares: [[Point::default(); 4]; 3],
            hidden: Some(hidden),
        };
        for (at, finder) in finders.into_iter().enumerate() {
            let Some(finder) = finder else { continue };
            stand.put(at, finder, right, down)?;
            // Sides sought half a right angle off are those of no square that is there.
            if !finder.outline.fills(&stand.squares[at]) {
                return None;
            }
        }
        // How many modules there are from one finder to the next, by the two that are seen.
        let [near, far] = match hidden {
            0 => [2, 1],
            1 => [0, 2],
            _ => [0, 1],
        };
        let way = stand.middles[far] - stand.middles[near];
        let (right, down) = (
            (stand.right[near] + stand.right[far]) * 0.5,
            (stand.down[near] + stand.down[far]) * 0.5,
        );
        let area = right.cross(down);
        let (x, y) = (way.cross(down) / area, right.cross(way) / area);
        let straight = match hidden {
            0 => (x + y).abs() < 0.15 * x.abs(),
            1 => x.abs() < 0.2 * y.abs(),
            _ => y.abs() < 0.2 * x.abs(),
        };
        let modules = x.abs().max(y.abs());
        if !straight || !(12.0..180.0).contains(&modules) {
            return None;
        }
        let (middle, right, down) = match hidden {
            // Each of the two leads there along its own sides; halfway is nearer than either.
            0 => {
                let by_right = stand.middles[1] - stand.right[1] * modules;
                let by_left = stand.middles[2] - stand.down[2] * modules;
                ((by_right + by_left) * 0.5, right, down)
            }
            1 => {
                let middle = stand.middles[0] + stand.right[0] * modules;
                (middle, stand.right[0], stand.down[0])
            }
            _ => {
                let middle = stand.middles[0] + stand.down[0] * modules;
                (middle, stand.right[0], stand.down[0])
            }
        };
        (stand.middles[hidden], stand.right[hidden], stand.down[hidden]) = (middle, right, down);
        stand.squares[hidden] = [(-3.5, -3.5), (3.5, -3.5), (3.5, 3.5), (-3.5, 3.5)]
            .map(|(x, y)| middle + right * x + down * y);
        Some(stand)
    }
}

/// A quarter turn clockwise on the screen.
fn turned(way: Point) -> Point {
    Point::new(-way.y, way.x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::binarise::Bitmap;
    use crate::locate;

    /// Finders of seven modules of four pixels, their upper left corners in these places.
    fn finders(places: &[(usize, usize)]) -> Vec<Finder> {
        const SIDE: usize = 240;
        let mut levels = vec![255; SIDE * SIDE];
        for (left, top) in places {
            for (x, y) in (0..28).flat_map(|y| (0..28).map(move |x| (x, y))) {
                let ring = [x / 4, y / 4].map(|at| 3_usize.abs_diff(at)).into_iter().max();
                let at = (top + y) * SIDE + left + x;
                levels[at] = if ring == Some(2) { 255 } else { 0 };
            }
        }
        locate::find(&Bitmap::of_two_levels(levels, SIDE, SIDE), 2).0
    }

    /// Where the two let the third be, to the nearest pixel.
    fn hidden(places: &[(usize, usize); 2]) -> Vec<(i32, i32)> {
        let finders = finders(places);
        let [a, b] = finders.as_slice() else { panic!("{} finders", finders.len()) };
        let stands = Stand::guess(a, b).into_iter();
        let middles = stands.map(|stand| stand.middles[stand.hidden.unwrap()]);
        let mut middles: Vec<_> =
            middles.map(|at| (at.x.round() as i32, at.y.round() as i32)).collect();
        middles.sort_unstable();
        middles
    }

    #[test]
    fn two_finders_side_by_side_have_the_third_above_or_below_either() {
        let middles = hidden(&[(80, 100), (160, 100)]);
        assert_eq!(middles, [(94, 34), (94, 194), (174, 34), (174, 194)]);
    }

    #[test]
    fn two_finders_across_from_each_other_have_the_third_in_either_corner() {
        assert_eq!(hidden(&[(60, 140), (140, 60)]), [(74, 74), (154, 154)]);
    }

    #[test]
    fn what_stands_askew_is_no_pair() {
        assert!(hidden(&[(60, 100), (160, 60)]).is_empty());
    }
}
