//! Arithmetic in GF(2⁸) with the primitive polynomial x⁸ + x⁴ + x³ + x² + 1 and α = 2
//! (ISO/IEC 18004:2015 §7.5.2). Addition is exclusive or.

/// The product.
pub(super) fn product(a: u8, b: u8) -> u8 {
    if a == 0 || b == 0 {
        return 0;
    }
    POWERS[usize::from(LOGARITHMS[usize::from(a)]) + usize::from(LOGARITHMS[usize::from(b)])]
}

/// What times `a` is 1; 0 for 0, which has none.
pub(super) fn inverse(a: u8) -> u8 {
    if a == 0 { 0 } else { POWERS[255 - usize::from(LOGARITHMS[usize::from(a)])] }
}

/// α to the power of `exponent`.
pub(super) fn power(exponent: usize) -> u8 {
    POWERS[exponent % 255]
}

/// Twice round, so that a sum of two logarithms needs no division.
const POWERS: [u8; 512] = {
    let mut powers = [0; 512];
    let (mut at, mut value) = (0, 1_u16);
    while at < 512 {
        powers[at] = value as u8;
        value <<= 1;
        if value > 255 {
            value ^= 0x11D;
        }
        at += 1;
    }
    powers
};

const LOGARITHMS: [u8; 256] = {
    let mut logarithms = [0; 256];
    let mut at = 0;
    while at < 255 {
        logarithms[POWERS[at] as usize] = at as u8;
        at += 1;
    }
    logarithms
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_those_of_polynomials() {
        for (a, b) in (0..=255).flat_map(|a: u8| (0..=255).map(move |b: u8| (a, b))) {
            let mut slow =
                (0..8).fold(
                    0,
                    |sum, bit| {
                        if b >> bit & 1 == 1 { sum ^ u16::from(a) << bit } else { sum }
                    },
                );
            for bit in (8..16).rev() {
                if slow >> bit & 1 == 1 {
                    slow ^= 0x11D << (bit - 8);
                }
            }
            assert_eq!(u16::from(product(a, b)), slow, "{a} {b}");
        }
    }

    #[test]
    fn all_but_zero_have_an_inverse() {
        assert!((1..=255).all(|a| product(a, inverse(a)) == 1));
        assert_eq!(inverse(0), 0);
        assert_eq!(power(255), power(0));
    }
}
