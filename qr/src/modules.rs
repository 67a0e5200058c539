//! The modules of a code, as they were sampled.

use zeroize::{DefaultIsZeroes, Zeroizing};

/// One sampled module.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Module {
    pub(super) dark: bool,
    /// How sure that is: 0 no idea, 255 certain.
    pub(super) confidence: u8,
    /// Whether it lies in an area as light as the picture can say: a reflection may be over it.
    pub(super) glare: bool,
}

impl DefaultIsZeroes for Module {}

/// The modules of a code, row by row. They are its content: erased on drop.
pub(super) struct Modules {
    size: usize,
    modules: Zeroizing<Vec<Module>>,
}

impl Modules {
    /// A square of modules; none unless its size is that of a version, 1 to 40.
    pub(super) fn new(size: usize, modules: Vec<Module>) -> Option<Self> {
        let version = size.checked_sub(17)? / 4;
        let whole = size % 4 == 1 && (1..=40).contains(&version) && modules.len() == size * size;
        let modules = Zeroizing::new(modules);
        whole.then_some(Self { size, modules })
    }

    /// Modules a side.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// 1 to 40: the size says it (ISO/IEC 18004:2015 §5.3.1.2).
    pub(super) fn version(&self) -> usize {
        (self.size - 17) / 4
    }

    pub(super) fn at(&self, column: usize, row: usize) -> Module {
        self.modules[row * self.size + column]
    }

    fn dark(&self, column: usize, row: usize) -> bool {
        self.at(column, row).dark
    }

    /// How many of the modules that are the same in every code are as they must be, 0 to 1: the
    /// lesser of the share in the finders and that in the timing patterns.
    pub(super) fn regularity(&self) -> f32 {
        let far = self.size - 7;
        let (mut good, mut all) = (0, 0);
        for (left, top) in [(0, 0), (far, 0), (0, far)] {
            for (row, column) in
                (0..7_usize).flat_map(|row| (0..7_usize).map(move |column| (row, column)))
            {
                let ring = row.abs_diff(3).max(column.abs_diff(3));
                all += 1;
                good += usize::from(self.dark(left + column, top + row) == (ring != 2));
            }
        }
        let finders = good as f32 / all as f32;
        let timing = (8..self.size - 8)
            .map(|at| {
                [self.dark(at, 6), self.dark(6, at)].map(|dark| usize::from(dark == (at % 2 == 0)))
            })
            .map(|[across, down]| across + down)
            .sum::<usize>();
        finders.min(timing as f32 / (2 * (self.size - 16)) as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sizes_of_versions_are_taken() {
        for size in 0..200 {
            let whole = Modules::new(size, vec![Module::default(); size * size]).is_some();
            assert_eq!(whole, (21..=177).contains(&size) && size % 4 == 1, "{size}");
        }
        assert!(Modules::new(21, vec![Module::default(); 440]).is_none());
    }
}
