//! Format information: which level of correction, which mask, and whether the code is mirrored
//! (ISO/IEC 18004:2015 §7.9 and Annex C).

use crate::modules::Modules;

/// What the format information says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Format {
    pub(super) level: Level,
    /// The data mask pattern, 0 to 7.
    pub(super) mask: u8,
    /// Whether the code is seen from behind: rows and columns change places.
    pub(super) mirrored: bool,
}

/// How much can be corrected: about 7, 15, 25 or 30 of a hundred codewords.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Level {
    L,
    M,
    Q,
    H,
}

/// What the format information may say, the likeliest first, at most [`MOST`].
///
/// It stands in the code twice, and each copy may have three wrong bits. The two are weighed together;
/// where they disagree both are given, and so are the readings of a mirrored code.
pub(super) fn formats(modules: &Modules) -> Vec<Format> {
    let mut found = Vec::with_capacity(64);
    for mirrored in [false, true] {
        let copies = copies(modules, mirrored);
        for data in 0..32 {
            let [one, other] = copies.map(|copy| (copy ^ sequence(data)).count_ones());
            let least = one.min(other);
            if least <= MOST_WRONG {
                let level = match data >> 3 {
                    0 => Level::M,
                    1 => Level::L,
                    2 => Level::H,
                    _ => Level::Q,
                };
                let format = Format { level, mask: (data & 7) as u8, mirrored };
                found.push((least + one + other, format));
            }
        }
    }
    found.sort_by_key(|&(wrong, _)| wrong);
    found.into_iter().take(MOST).map(|(_, format)| format).collect()
}

/// The two copies, 15 bits each, the most significant first as Figure 25 numbers them.
fn copies(modules: &Modules, mirrored: bool) -> [u16; 2] {
    let size = modules.size();
    let bit = |word: u16, (column, row): (usize, usize)| {
        let module = if mirrored { modules.at(row, column) } else { modules.at(column, row) };
        word << 1 | u16::from(module.dark)
    };
    let along = (0..6).chain([7]).map(|column| (column, 8));
    let corner = along.chain([(8, 8), (8, 7)]).chain((0..6).rev().map(|row| (8, row)));
    let up = (size - 7..size).rev().map(|row| (8, row));
    let edges = up.chain((size - 8..size).map(|column| (column, 8)));
    [corner.fold(0, bit), edges.fold(0, bit)]
}

/// Five bits with ten more that protect them, BCH (15, 5), masked so that they are never all light.
fn sequence(data: u16) -> u16 {
    let mut rest = data << 10;
    for at in (10..15).rev() {
        if rest >> at & 1 == 1 {
            rest ^= 0x537 << (at - 10);
        }
    }
    (data << 10 | rest) ^ 0x5412
}

/// Wrong bits that a copy can have and still be told from the others.
const MOST_WRONG: u32 = 3;
/// Readings worth trying: both copies, either way round.
const MOST: usize = 4;

#[cfg(test)]
mod tests {
    use super::super::tests::modules_of;
    use super::*;
    use crate::modules::Module;
    use qrcode::{EcLevel, QrCode};

    #[test]
    fn sequences_are_those_of_annex_c() {
        assert_eq!(sequence(0), 0x5412);
        assert_eq!(sequence(0b00101), 0x40CE);
        assert_eq!(sequence(31), 0x2BED);
        for (a, b) in (0..32).flat_map(|a| (0..a).map(move |b| (a, b))) {
            assert!((sequence(a) ^ sequence(b)).count_ones() >= 7);
        }
    }

    #[test]
    fn one_copy_is_enough() {
        for (level, expected) in [
            (EcLevel::L, Level::L),
            (EcLevel::M, Level::M),
            (EcLevel::Q, Level::Q),
            (EcLevel::H, Level::H),
        ] {
            let code = QrCode::with_error_correction_level("copies", level).unwrap();
            let size = code.width();
            let damaged = |spoil: fn(usize, usize, usize) -> bool| {
                modules_of(&code, |column, row, dark| {
                    let dark = if spoil(column, row, size) { column % 2 == 0 } else { dark };
                    Module { dark, confidence: 255, glare: false }
                })
            };
            let whole = formats(&damaged(|_, _, _| false))[0];
            assert_eq!((whole.level, whole.mirrored), (expected, false));
            let corner = damaged(|column, row, _| column < 9 && row < 9);
            assert!(formats(&corner).contains(&whole));
            let edges = damaged(|column, row, size| {
                column > size - 9 && row == 8 || row > size - 9 && column == 8
            });
            assert!(formats(&edges).contains(&whole));
        }
    }
}
