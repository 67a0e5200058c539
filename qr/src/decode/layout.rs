//! Where the codewords are among the modules (ISO/IEC 18004:2015 §6.3 and §7.7.3), and the mask over
//! them (§7.8.2).

use zeroize::Zeroizing;

use super::format::Format;
use crate::modules::Modules;

/// The codewords of a code as they stand in it, blocks interleaved.
pub(super) struct Codewords {
    pub(super) values: Zeroizing<Vec<u8>>,
    /// How sure each is: as sure as its least sure module.
    pub(super) confidence: Vec<u8>,
    /// Which of them have a module in an area that a reflection may be over.
    pub(super) glare: Vec<bool>,
}

/// The places of the modules that carry codewords, in their order.
pub(super) struct Layout {
    places: Vec<(u8, u8)>,
}

impl Layout {
    /// That of a version, 1 to 40.
    pub(super) fn of(version: usize) -> Self {
        let size = 17 + 4 * version;
        let taken = taken(version, size);
        let mut places = Vec::with_capacity(size * size);
        // Pairs of columns from the right, up and down in turn; the timing pattern's is left out.
        let pairs = (0..size / 2).map(|pair| if pair < 3 { 2 * pair + 1 } else { 2 * pair + 2 });
        for (turn, right) in pairs.rev().enumerate() {
            for step in 0..size {
                let row = if turn % 2 == 0 { size - 1 - step } else { step };
                for column in [right, right - 1] {
                    if !taken[row * size + column] {
                        places.push((column as u8, row as u8));
                    }
                }
            }
        }
        // Up to seven remainder bits are not part of a codeword.
        places.truncate(places.len() / 8 * 8);
        Self { places }
    }

    /// The places themselves.
    pub(super) fn places(self) -> Vec<(u8, u8)> {
        self.places
    }

    /// Reads the codewords, unmasked.
    pub(super) fn read(&self, modules: &Modules, format: Format) -> Codewords {
        let count = self.places.len() / 8;
        let mut values = Zeroizing::new(Vec::with_capacity(count));
        let (mut confidence, mut glare) = (Vec::with_capacity(count), Vec::with_capacity(count));
        let mask = mask(format.mask);
        for places in self.places.chunks_exact(8) {
            let (mut value, mut least, mut any) = (0_u8, 255, false);
            for &(column, row) in places {
                let (column, row) = (usize::from(column), usize::from(row));
                let module =
                    if format.mirrored { modules.at(row, column) } else { modules.at(column, row) };
                value = value << 1 | u8::from(module.dark != mask(column, row));
                least = module.confidence.min(least);
                any |= module.glare;
            }
            values.push(value);
            confidence.push(least);
            glare.push(any);
        }
        Codewords { values, confidence, glare }
    }
}

#[cfg(test)]
impl Layout {
    /// The modules of a codeword.
    pub(super) fn module_places(&self, codeword: usize) -> &[(u8, u8)] {
        &self.places[8 * codeword..8 * codeword + 8]
    }
}

/// Which modules are taken by patterns, format and version information.
fn taken(version: usize, size: usize) -> Vec<bool> {
    let mut taken = vec![false; size * size];
    let mut take = |left: usize, top: usize, width: usize, height: usize| {
        for row in top..top + height {
            taken[row * size + left..row * size + left + width].fill(true);
        }
    };
    take(0, 0, 9, 9);
    take(size - 8, 0, 8, 9);
    take(0, size - 8, 9, 8);
    take(6, 0, 1, size);
    take(0, 6, size, 1);
    let centres = alignment(version);
    for (i, &column) in centres.iter().enumerate() {
        for (j, &row) in centres.iter().enumerate() {
            let last = centres.len() - 1;
            // Three corners belong to the finders.
            if !matches!((i, j), (0, 0)) && (i, j) != (0, last) && (i, j) != (last, 0) {
                take(column - 2, row - 2, 5, 5);
            }
        }
    }
    if version >= 7 {
        take(size - 11, 0, 3, 6);
        take(0, size - 11, 6, 3);
    }
    taken
}

/// The rows and columns of the middles of alignment patterns (Annex E): evenly apart, but for the
/// first gap, which takes what is left.
fn alignment(version: usize) -> Vec<usize> {
    if version == 1 {
        return Vec::new();
    }
    let gaps = version / 7 + 1;
    let last = 4 * version + 10;
    // Version 32 alone does not follow the rule of the others.
    let apart = if version == 32 { 26 } else { (4 * version + 4).div_ceil(2 * gaps) * 2 };
    std::iter::once(6).chain((0..gaps).rev().map(|back| last - back * apart)).collect()
}

/// Whether a mask pattern turns the module over (Table 10).
fn mask(pattern: u8) -> fn(usize, usize) -> bool {
    match pattern {
        0 => |column, row| (row + column) % 2 == 0,
        1 => |_, row| row % 2 == 0,
        2 => |column, _| column % 3 == 0,
        3 => |column, row| (row + column) % 3 == 0,
        4 => |column, row| (row / 2 + column / 3) % 2 == 0,
        5 => |column, row| row * column % 6 == 0,
        6 => |column, row| (row * column % 2 + row * column % 3) % 2 == 0,
        _ => |column, row| ((row + column) % 2 + row * column % 3) % 2 == 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alignment_patterns_are_where_annex_e_has_them() {
        assert_eq!(alignment(2), [6, 18]);
        assert_eq!(alignment(7), [6, 22, 38]);
        assert_eq!(alignment(15), [6, 26, 48, 70]);
        assert_eq!(alignment(32), [6, 34, 60, 86, 112, 138]);
        assert_eq!(alignment(36), [6, 24, 50, 76, 102, 128, 154]);
        assert_eq!(alignment(39), [6, 26, 54, 82, 110, 138, 166]);
        assert_eq!(alignment(40), [6, 30, 58, 86, 114, 142, 170]);
    }

    #[test]
    fn the_right_modules_are_free_in_every_version() {
        for number in 1..=40_u8 {
            let version = qrcode::Version::Normal(i16::from(number));
            let size = 17 + 4 * usize::from(number);
            let taken = taken(usize::from(number), size);
            for (column, row) in
                (0..size).flat_map(|row| (0..size).map(move |column| (column, row)))
            {
                // The peer does not count version information.
                let (near, far) = (column.min(row), column.max(row));
                let told = number >= 7 && near < 6 && (size - 11..size - 8).contains(&far);
                let theirs =
                    qrcode::canvas::is_functional(version, size as i16, column as i16, row as i16);
                let expected = told || theirs;
                assert_eq!(taken[row * size + column], expected, "{number}: {column}, {row}");
            }
        }
    }
}
