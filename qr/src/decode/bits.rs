//! The corrected data as a stream of bits, the most significant first.

/// A place in the stream.
pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Bits<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The next bits, at most 24 of them; none if there are fewer left.
    pub(super) fn take(&mut self, count: usize) -> Option<u32> {
        if count > self.left() || count > 24 {
            return None;
        }
        let mut value = 0;
        for (byte, end) in self.bytes[self.at / 8..].iter().zip((8 - self.at % 8..).step_by(8)) {
            value = value << 8 | u32::from(*byte);
            if end >= count {
                value >>= end - count;
                break;
            }
        }
        self.at += count;
        Some(value & ((1 << count) - 1))
    }

    /// How many bits are left.
    pub(super) fn left(&self) -> usize {
        8 * self.bytes.len() - self.at
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn bits_come_in_their_order(
            bytes in prop::collection::vec(any::<u8>(), 0..40),
            counts in prop::collection::vec(0_usize..=24, 0..40),
        ) {
            let all: Vec<_> =
                bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
            let (mut bits, mut at) = (Bits::new(&bytes), 0);
            for count in counts {
                let expected = all.get(at..at + count).map(|bits| {
                    bits.iter().fold(0, |value, &bit| value << 1 | u32::from(bit))
                });
                prop_assert_eq!(bits.take(count), expected);
                at += if expected.is_some() { count } else { 0 };
                prop_assert_eq!(bits.left(), all.len() - at);
            }
        }
    }
}
