//! Errors and erasures of one block (ISO/IEC 18004:2015 §7.5.2 and Annex B; Blahut, *Algebraic Codes
//! for Data Transmission*, §7.4–7.5).

use super::field::{inverse, power, product};

/// What is left of a block when the codeword nearest to it is taken away; all zero if it is one.
pub(super) struct Syndromes {
    values: [u8; MOST_ECC],
    ecc: usize,
    length: usize,
}

impl Syndromes {
    /// Those of a block of at most 255 codewords, the last `ecc` of which are for correction.
    pub(super) fn of(block: &[u8], ecc: usize) -> Self {
        let mut values = [0; MOST_ECC];
        let ecc = ecc.min(MOST_ECC);
        for (exponent, value) in values.iter_mut().enumerate().take(ecc) {
            let root = power(exponent);
            *value = block.iter().fold(0, |sum, &codeword| product(sum, root) ^ codeword);
        }
        Self { values, ecc, length: block.len().min(255) }
    }

    pub(super) fn are_zero(&self) -> bool {
        self.values.iter().all(|&value| value == 0)
    }

    /// The correction that changes fewest codewords besides the `erased` places; none unless
    /// 2 · errors + erasures + `spare` is at most the number of codewords for correction.
    ///
    /// What is spared keeps an accident from looking like a success: a block of random codewords
    /// passes about once in 256 to the power of `spare` where all else is erasures.
    pub(super) fn correction(&self, erased: &[u8], spare: usize) -> Option<Correction> {
        let most = self.ecc.checked_sub(spare)?;
        if erased.len() > most {
            return None;
        }
        let (locator, degree) = self.locator(erased);
        if 2 * (degree - erased.len()) + erased.len() > most || locator[degree] == 0 {
            return None;
        }
        // What each place is wrong by (Forney), from the roots of the locator (Chien).
        let mut evaluator = [0; MOST_ECC];
        for (at, value) in evaluator.iter_mut().enumerate().take(self.ecc) {
            for (back, &factor) in locator.iter().enumerate().take(degree.min(at) + 1) {
                *value ^= product(factor, self.values[at - back]);
            }
        }
        let mut correction =
            Correction { places: [(0, 0); MOST_ECC], count: 0, errors: degree - erased.len() };
        for place in 0..self.length {
            let locate = power(self.length - 1 - place);
            let root = inverse(locate);
            if value_at(&locator[..=degree], root) != 0 {
                continue;
            }
            let mut slope = [0; MOST_ECC];
            for at in (1..=degree).step_by(2) {
                slope[at - 1] = locator[at];
            }
            let slope = value_at(&slope[..degree], root);
            if slope == 0 || correction.count == degree {
                return None;
            }
            let top = product(locate, value_at(&evaluator[..self.ecc], root));
            correction.places[correction.count] = (place as u8, product(top, inverse(slope)));
            correction.count += 1;
        }
        (correction.count == degree).then_some(correction)
    }

    /// The polynomial whose roots say where errors and erasures are, and its degree (Berlekamp and
    /// Massey, begun with the erasures).
    fn locator(&self, erased: &[u8]) -> ([u8; MOST_ECC + 2], usize) {
        let mut locator = [0; MOST_ECC + 2];
        locator[0] = 1;
        for &place in erased {
            let root = power(self.length + 509 - usize::from(place));
            for at in (1..locator.len()).rev() {
                locator[at] ^= product(locator[at - 1], root);
            }
        }
        let (mut before, mut degree) = (locator, erased.len());
        for step in erased.len() + 1..=self.ecc {
            let mut discrepancy = 0;
            for (back, &factor) in locator.iter().enumerate().take(step) {
                discrepancy ^= product(factor, self.values[step - 1 - back]);
            }
            before.copy_within(..MOST_ECC + 1, 1);
            before[0] = 0;
            if discrepancy == 0 {
                continue;
            }
            let old = locator;
            for (value, &shifted) in locator.iter_mut().zip(&before) {
                *value ^= product(discrepancy, shifted);
            }
            if 2 * degree < step + erased.len() {
                let scale = inverse(discrepancy);
                before = old.map(|value| product(value, scale));
                degree = step + erased.len() - degree;
            }
        }
        (locator, degree)
    }
}

/// What is to be changed in a block.
pub(super) struct Correction {
    places: [(u8, u8); MOST_ECC],
    count: usize,
    /// How many of them had not been erased.
    pub(super) errors: usize,
}

impl Correction {
    pub(super) fn apply(&self, block: &mut [u8]) {
        for &(place, wrong_by) in &self.places[..self.count] {
            if let Some(codeword) = block.get_mut(usize::from(place)) {
                *codeword ^= wrong_by;
            }
        }
    }
}

/// A polynomial, lowest power first, at `x`.
fn value_at(polynomial: &[u8], x: u8) -> u8 {
    polynomial.iter().rev().fold(0, |sum, &factor| product(sum, x) ^ factor)
}

/// The most codewords for correction in a block.
pub(super) const MOST_ECC: usize = 30;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use qrcode::ec::create_error_correction_code;

    use super::*;

    fn block(data: &[u8], ecc: usize) -> Vec<u8> {
        [data, &create_error_correction_code(data, ecc)].concat()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn errors_and_erasures_within_the_bound_are_corrected(
            data in prop::collection::vec(any::<u8>(), 9..124),
            ecc in 7_usize..=30,
            share in 0.0..=1.0,
            fewer in 0_usize..4,
            places in Just((0..150_u8).collect::<Vec<_>>()).prop_shuffle(),
            wrong in prop::collection::vec(1..=255_u8, 30),
        ) {
            let whole = block(&data, ecc);
            let places: Vec<_> =
                places.into_iter().filter(|&place| usize::from(place) < whole.len()).collect();
            let erasures = (share * ecc as f64) as usize;
            let errors = ((ecc - erasures) / 2).saturating_sub(fewer).min(places.len() - erasures.min(places.len()));
            let erasures = erasures.min(places.len());
            let mut damaged = whole.clone();
            for (&place, &wrong) in places.iter().zip(&wrong).take(erasures + errors) {
                // An erased codeword may be right by chance.
                damaged[usize::from(place)] ^= if place % 8 == 0 && errors == 0 { 0 } else { wrong };
            }
            let spare = ecc - 2 * errors - erasures;
            let syndromes = Syndromes::of(&damaged, ecc);
            let correction = syndromes.correction(&places[..erasures], spare);
            correction.unwrap().apply(&mut damaged);
            prop_assert_eq!(damaged, whole);
        }

        #[test]
        fn no_block_makes_it_panic(
            block in prop::collection::vec(any::<u8>(), 0..300),
            ecc in 0_usize..=40,
            erased in prop::collection::vec(any::<u8>(), 0..40),
            spare in 0_usize..40,
        ) {
            let mut block = block;
            let syndromes = Syndromes::of(&block, ecc);
            if let Some(correction) = syndromes.correction(&erased, spare) {
                correction.apply(&mut block);
            }
        }
    }

    #[test]
    fn a_whole_block_has_no_syndromes() {
        let mut block = block(b"a block", 10);
        assert!(Syndromes::of(&block, 10).are_zero());
        block[3] ^= 1;
        assert!(!Syndromes::of(&block, 10).are_zero());
    }

    #[test]
    fn one_error_too_many_is_not_made_up_for() {
        let mut block = block(&[7; 40], 16);
        for place in 0..9 {
            block[5 * place] ^= 0x55;
        }
        assert!(Syndromes::of(&block, 16).correction(&[], 0).is_none());
    }

    #[test]
    fn what_must_be_spared_is_not_spent() {
        let mut block = block(&[7; 40], 16);
        for place in 0..7 {
            block[5 * place] ^= 0x55;
        }
        let syndromes = Syndromes::of(&block, 16);
        assert!(syndromes.correction(&[], 2).is_some());
        assert!(syndromes.correction(&[], 3).is_none());
        assert!(syndromes.correction(&[0, 5, 10, 15, 20, 25, 30], 9).is_some());
        assert!(syndromes.correction(&[0, 5, 10, 15, 20, 25, 30], 10).is_none());
    }
}
