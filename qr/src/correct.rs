//! Modules to text: the one seam to `rqrr`, which unmasks, corrects and decodes.

use rqrr::{BitGrid, Grid};
use zeroize::Zeroizing;

/// The modules of a code, dark or light, row by row.
pub(super) struct Modules {
    size: usize,
    dark: Vec<bool>,
}

impl Modules {
    /// A square of modules; none unless its size is that of a version, 1 to 40.
    pub(super) fn new(size: usize, dark: Vec<bool>) -> Option<Self> {
        let version = size.checked_sub(17)? / 4;
        let whole = size % 4 == 1 && (1..=40).contains(&version) && dark.len() == size * size;
        whole.then_some(Self { size, dark })
    }

    fn dark(&self, column: usize, row: usize) -> bool {
        self.dark[row * self.size + column]
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

/// The text that the modules carry, if their errors can be corrected; mirrored codes as well.
///
/// Texts are UTF-8 in practice. What is not may be half-width katakana (JIS X 0201, the first
/// edition's default) or ISO/IEC 8859-1 (the second's); nothing else is guessed.
///
/// `rqrr` 0.11 indexes its tables by the version alone and bounds each read of its bit stream; with
/// the size checked by [`Modules::new`] no content of the grid can make it panic.
pub(super) fn decode(modules: &Modules) -> Option<Zeroizing<String>> {
    // As long as the longest text (7,089 digits), so that it never moves and leaves a copy behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(rqrr::MAX_PAYLOAD_SIZE));
    Grid::new(modules).decode_to(&mut *bytes).ok()?;
    let mut text = Zeroizing::new(String::with_capacity(3 * bytes.len()));
    if let Ok(utf8) = std::str::from_utf8(&bytes) {
        text.push_str(utf8);
    } else if bytes.iter().any(|&byte| (0x7F..0xA0).contains(&byte)) {
        // Control characters in both: another character set.
        return None;
    } else if bytes.chunk_by(|a, b| is_katakana(*a) && is_katakana(*b)).any(|run| run.len() > 2) {
        text.extend(bytes.iter().map(|&byte| {
            match byte {
                byte if is_katakana(byte) => char::from_u32(0xFF61 + u32::from(byte - 0xA1)),
                byte => byte.is_ascii().then_some(char::from(byte)),
            }
            .unwrap_or(char::REPLACEMENT_CHARACTER)
        }));
    } else {
        text.extend(bytes.iter().map(|&byte| char::from(byte)));
    }
    (!text.is_empty()).then_some(text)
}

/// Whether JIS X 0201 has a half-width katakana for the byte. Three in a row are no Latin word.
fn is_katakana(byte: u8) -> bool {
    (0xA1..=0xDF).contains(&byte)
}

impl BitGrid for &Modules {
    fn size(&self) -> usize {
        self.size
    }

    fn bit(&self, y: usize, x: usize) -> bool {
        self.dark(x, y)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_sizes_of_versions_are_taken() {
        for size in 0..200 {
            let whole = Modules::new(size, vec![false; size * size]).is_some();
            assert_eq!(whole, (21..=177).contains(&size) && size % 4 == 1, "{size}");
        }
        assert!(Modules::new(21, vec![false; 440]).is_none());
    }

    proptest! {
        #[test]
        fn no_modules_make_it_panic(version in 1_usize..=40, seed: u64, share in 0_u64..5) {
            let size = 17 + 4 * version;
            let mut state = seed;
            let dark = (0..size * size).map(|_| {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                (state >> 33) % 5 < share
            });
            let modules = Modules::new(size, dark.collect()).unwrap();
            decode(&modules);
            prop_assert!(modules.regularity() <= 1.0);
        }
    }
}
