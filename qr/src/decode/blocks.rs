//! The blocks of codewords (ISO/IEC 18004:2015 §7.5.1, Table 9), put apart and corrected.

use zeroize::Zeroizing;

use super::format::Level;
use super::layout::Codewords;
use super::reed_solomon::{Correction, MOST_ECC, Syndromes};

/// The data of a code.
pub(super) struct Data {
    pub(super) bytes: Zeroizing<Vec<u8>>,
    /// How many codewords of padding must follow the text before it is believed; none where little
    /// was corrected, and then it does not matter what follows.
    pub(super) least_padding: Option<usize>,
}

/// How far correction goes.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Patience {
    /// Errors alone.
    Errors,
    /// Where those are too many, the least sure codewords are taken for erased, in growing numbers
    /// (generalised minimum distance decoding, Forney 1966): an erasure costs half of an error.
    Erasures,
}

/// Corrects all blocks; nothing if one cannot be.
pub(super) fn correct(
    codewords: &Codewords,
    version: usize,
    level: Level,
    patience: Patience,
) -> Option<Data> {
    let blocks = Blocks::of(codewords.values.len(), version, level)?;
    let mut bytes = Zeroizing::new(vec![0; codewords.values.len() - blocks.count * blocks.ecc]);
    let (mut least_padding, mut done) = (None, 0);
    let mut block = Zeroizing::new([0; MOST_IN_BLOCK]);
    for number in 0..blocks.count {
        let data = blocks.short + usize::from(number >= blocks.short_count);
        let length = data + blocks.ecc;
        let block = block.get_mut(..length)?;
        let place = |at: usize| blocks.place(number, at, data);
        for (at, codeword) in block.iter_mut().enumerate() {
            *codeword = codewords.values[place(at)];
        }
        let syndromes = Syndromes::of(block, blocks.ecc);
        if !syndromes.are_zero() {
            let full =
                |correction: &Correction| 2 * correction.errors + blocks.spare + 1 >= blocks.ecc;
            let (correction, padding) = match syndromes.correction(&[], blocks.spare) {
                Some(correction) if full(&correction) => (correction, Some(0)),
                Some(correction) => (correction, None),
                None => match syndromes.correction(&[], 0) {
                    // What the standard spares may be spent if padding tells right from wrong instead.
                    Some(correction) => (correction, Some(LEAST_PADDING)),
                    None if patience == Patience::Errors => return None,
                    None => (blocks.by_confidence(codewords, number, &syndromes)?, Some(0)),
                },
            };
            least_padding = least_padding.max(padding);
            correction.apply(block);
        }
        bytes.get_mut(done..done + data)?.copy_from_slice(&block[..data]);
        done += data;
    }
    Some(Data { bytes, least_padding })
}

/// How the codewords of a version and level are parted.
struct Blocks {
    count: usize,
    /// Codewords for correction in each.
    ecc: usize,
    /// Codewords of data in the short ones, which come first; the others have one more.
    short: usize,
    short_count: usize,
    /// Codewords for correction that only tell right from wrong.
    spare: usize,
}

impl Blocks {
    fn of(codewords: usize, version: usize, level: Level) -> Option<Self> {
        let (ecc, count) = match level {
            Level::L => (&ECC_L, &BLOCKS_L),
            Level::M => (&ECC_M, &BLOCKS_M),
            Level::Q => (&ECC_Q, &BLOCKS_Q),
            Level::H => (&ECC_H, &BLOCKS_H),
        };
        let at = version.checked_sub(1)?;
        let (ecc, count) = (usize::from(*ecc.get(at)?), usize::from(*count.get(at)?));
        let spare = match (version, level) {
            (1, Level::L) => 3,
            (1, Level::M) | (2, Level::L) => 2,
            (1, _) | (3, Level::L) => 1,
            _ => 0,
        };
        let short = (codewords / count).checked_sub(ecc)?;
        Some(Self { count, ecc, short, short_count: count - codewords % count, spare })
    }

    /// Where the codeword `at` of a block with so much data is among the interleaved ones.
    fn place(&self, block: usize, at: usize, data: usize) -> usize {
        if at < self.short {
            at * self.count + block
        } else if at < data {
            self.short * self.count + block - self.short_count
        } else {
            let all = self.short * self.count + self.count - self.short_count;
            all + (at - data) * self.count + block
        }
    }

    /// Corrects a block with its least sure codewords erased; if that fails, with those that a
    /// reflection may be over erased first.
    fn by_confidence(
        &self,
        codewords: &Codewords,
        block: usize,
        syndromes: &Syndromes,
    ) -> Option<Correction> {
        let data = self.short + usize::from(block >= self.short_count);
        let length = data + self.ecc;
        let sure = |at: usize| codewords.confidence[self.place(block, at, data)];
        let glare = |at: usize| codewords.glare[self.place(block, at, data)];
        self.by_erasing(syndromes, length, sure).or_else(|| {
            let seen = |at: usize| if glare(at) { 0 } else { sure(at).max(1) };
            (0..length).any(glare).then(|| self.by_erasing(syndromes, length, seen)).flatten()
        })
    }

    /// Corrects with the least sure codewords erased.
    fn by_erasing(
        &self,
        syndromes: &Syndromes,
        length: usize,
        sure: impl Fn(usize) -> u8,
    ) -> Option<Correction> {
        let mut order = [0; MOST_IN_BLOCK];
        let order = order.get_mut(..length)?;
        for (place, at) in (0..=255).zip(order.iter_mut()) {
            *at = place;
        }
        order.sort_unstable_by_key(|&at| (sure(usize::from(at)), at));
        let spare = self.spare.max(SPARE);
        let most = self.ecc.saturating_sub(spare).min(MOST_ECC);
        // An odd number corrects no more errors than the even one below it, but for the last.
        (2..most)
            .step_by(2)
            .chain([most])
            .find_map(|erased| syndromes.correction(order.get(..erased)?, spare))
    }
}

/// Codewords for correction that erasures must leave: with these a block of random codewords passes
/// once in four thousand million, as rarely as the standard's own bound lets it for errors alone. A
/// camera shows the same unreadable code hundreds of times.
const SPARE: usize = 4;
/// Codewords of padding that make up for what the standard spares in small codes.
const LEAST_PADDING: usize = 2;
/// The most codewords in a block: 123 of data and 30 for correction.
const MOST_IN_BLOCK: usize = 153;

// Table 9 by level, for versions 1 to 40: codewords for correction in a block, and blocks.
const ECC_L: [u8; 40] = [
    7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28, 28, 28, 30, 30,
    26, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
];
const ECC_M: [u8; 40] = [
    10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, 26, 28, 28, 28,
    28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28,
];
const ECC_Q: [u8; 40] = [
    13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24, 20, 30, 24, 28, 28, 26, 30, 28, 30, 30, 30,
    30, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
];
const ECC_H: [u8; 40] = [
    17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22, 24, 24, 30, 28, 28, 26, 28, 30, 24, 30, 30,
    30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
];
const BLOCKS_L: [u8; 40] = [
    1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8, 8, 9, 9, 10, 12, 12, 12, 13, 14,
    15, 16, 17, 18, 19, 19, 20, 21, 22, 24, 25,
];
const BLOCKS_M: [u8; 40] = [
    1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16, 17, 17, 18, 20, 21, 23, 25,
    26, 28, 29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49,
];
const BLOCKS_Q: [u8; 40] = [
    1, 1, 2, 2, 4, 4, 6, 6, 8, 8, 8, 10, 12, 16, 12, 17, 16, 18, 21, 20, 23, 23, 25, 27, 29, 34,
    34, 35, 38, 40, 43, 45, 48, 51, 53, 56, 59, 62, 65, 68,
];
const BLOCKS_H: [u8; 40] = [
    1, 1, 2, 4, 4, 4, 5, 6, 8, 8, 11, 11, 16, 16, 18, 16, 19, 21, 25, 25, 25, 34, 30, 32, 35, 37,
    40, 42, 45, 48, 51, 54, 57, 60, 63, 66, 70, 74, 77, 81,
];

/// How many blocks a code has.
#[cfg(test)]
pub(super) fn in_code(version: usize, level: Level) -> usize {
    Blocks::of(4_000, version, level).map_or(0, |blocks| blocks.count)
}
