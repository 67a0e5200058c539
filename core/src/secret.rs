//! The shared secret K of RFC 4226: read from base32, erased on drop, never printed.

use core::fmt;

use rand_core::CryptoRng;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// The shared secret K from which every code of an account is made.
///
/// It is erased from memory when dropped, and cannot be printed, copied or serialised: whoever
/// needs its bytes says so with [`Secret::expose`] or [`Secret::reveal_base32`].
///
/// ```compile_fail
/// # let secret = countersign::Secret::from_base32("JBSWY3DPEHPK3PXP").unwrap();
/// let copy = secret.clone(); // there is one copy of a secret
/// ```
///
/// ```compile_fail
/// # let secret = countersign::Secret::from_base32("JBSWY3DPEHPK3PXP").unwrap();
/// println!("{secret}"); // and it has no text
/// ```
pub struct Secret(Zeroizing<Vec<u8>>);

/// Why a text or a run of bytes is no shared secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// Nothing was given, or so little that it makes no byte.
    #[error("the key is empty")]
    Empty,
    /// A character that is not base32. Never guessed at: a wrong secret shows wrong codes.
    #[error("character {position} of the key is not base32 (A to Z and 2 to 7)")]
    BadCharacter {
        /// Which character of the text, counted from 1 and with the spaces.
        position: usize,
    },
    /// More than [`Secret::MAX_BYTES`].
    #[error("the key is longer than 128 bytes")]
    TooLong,
}

impl Secret {
    /// The longest secret accepted, in bytes: the block of HMAC-SHA512, beyond which a key is hashed.
    pub const MAX_BYTES: usize = 128;

    /// The length in bytes of a secret we make: 160 bits, as RFC 4226 §4 (R6) advises.
    pub const NEW_BYTES: usize = 20;

    /// The length in bytes below which [`Secret::is_short`]: 128 bits, RFC 4226 §4 (R6).
    pub const SHORT_BYTES: usize = 16;

    /// Takes the raw bytes of a secret.
    ///
    /// # Errors
    /// [`SecretError::Empty`] without a byte, [`SecretError::TooLong`] above 128 of them.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, SecretError> {
        let bytes = Zeroizing::new(bytes);
        match bytes.len() {
            0 => Err(SecretError::Empty),
            1..=Self::MAX_BYTES => Ok(Self(bytes)),
            _ => Err(SecretError::TooLong),
        }
    }

    /// Reads base32 (RFC 4648 §6) as people and sites write it.
    ///
    /// Either case, spaces and hyphens anywhere, padding at the end or none. Bits left over after
    /// the last whole byte are ignored, as every reader does.
    ///
    /// # Errors
    /// [`SecretError::BadCharacter`] with its position for anything else, [`SecretError::Empty`],
    /// [`SecretError::TooLong`].
    ///
    /// # Examples
    /// ```
    /// use countersign::{Secret, SecretError};
    ///
    /// let typed = Secret::from_base32("jbsw y3dp-EHPK 3PXP")?;
    /// assert_eq!(typed.expose(), b"Hello!\xDE\xAD\xBE\xEF");
    ///
    /// // The digit 1 is not base32; an I was meant, or an L. We do not guess.
    /// let error = Secret::from_base32("JBSWY3DPEHPK3PX1").unwrap_err();
    /// assert_eq!(error, SecretError::BadCharacter { position: 16 });
    /// # Ok::<(), SecretError>(())
    /// ```
    pub fn from_base32(text: &str) -> Result<Self, SecretError> {
        // Room for all of it at once: a vector that grows leaves its old block behind.
        let room = (text.len() * 5 / 8).min(Self::MAX_BYTES + 1);
        let mut bytes = Zeroizing::new(Vec::with_capacity(room));
        let mut bits: u32 = 0;
        let mut count = 0;
        let mut padded = false;
        for (index, character) in text.chars().enumerate() {
            if character.is_whitespace() || character == '-' {
                continue;
            }
            if character == '=' {
                padded = true;
                continue;
            }
            let bad = SecretError::BadCharacter { position: index + 1 };
            let value = base32_value(character).filter(|_| !padded).ok_or(bad)?;
            bits = bits << 5 | value;
            count += 5;
            if count >= 8 {
                count -= 8;
                if bytes.len() == Self::MAX_BYTES {
                    return Err(SecretError::TooLong);
                }
                bytes.push((bits >> count & 0xFF) as u8);
            }
        }
        if bytes.is_empty() { Err(SecretError::Empty) } else { Ok(Self(bytes)) }
    }

    /// Makes a new secret of 160 random bits, the length RFC 4226 §4 (R6) advises.
    pub fn generate(rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        let mut bytes = Zeroizing::new(vec![0; Self::NEW_BYTES]);
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// The bytes themselves, to key an HMAC with. Do not copy them anywhere that is not erased.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The secret as upper-case base32 without padding, to write into a payload or show on request.
    #[must_use]
    pub fn reveal_base32(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(self.0.len() * 8 / 5 + 1));
        data_encoding::BASE32_NOPAD.encode_append(&self.0, &mut text);
        text
    }

    /// Whether it has fewer than the 128 bits that RFC 4226 §4 (R6) demands.
    ///
    /// The world has such secrets and their codes work, so they are accepted, and people told.
    #[must_use]
    pub fn is_short(&self) -> bool {
        self.0.len() < Self::SHORT_BYTES
    }

    /// Whether both are the same secret, in a time that does not depend on where they differ.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

/// Says that there is a secret, and nothing about it.
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

fn base32_value(character: char) -> Option<u32> {
    match character {
        'A'..='Z' => Some(character as u32 - 'A' as u32),
        'a'..='z' => Some(character as u32 - 'a' as u32),
        '2'..='7' => Some(character as u32 - '2' as u32 + 26),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;
    use serde_json::Value;

    use super::*;

    #[test]
    fn every_base32_vector_has_its_verdict() {
        let vectors = include_str!("../../tests/vectors/base32.json");
        let vectors: Vec<Value> = serde_json::from_str(vectors).unwrap();
        assert_eq!(vectors.len(), 26);
        for vector in vectors {
            let input = vector["input"].as_str().unwrap();
            let read = Secret::from_base32(input);
            match vector["verdict"].as_str().unwrap() {
                "ok" => {
                    let bytes = data_encoding::HEXLOWER
                        .decode(vector["hex"].as_str().unwrap().as_bytes())
                        .unwrap();
                    assert_eq!(read.unwrap().expose(), bytes, "{input:?}");
                }
                // Sixteen sevens are ten bytes of ones; a seventeenth adds no whole byte.
                "ok16" => assert_eq!(read.unwrap().expose(), [0xFF; 10], "{input:?}"),
                "refuse" => assert!(read.is_err(), "{input:?}"),
                verdict => panic!("unknown verdict {verdict}"),
            }
        }
    }

    #[test]
    fn a_bad_character_is_named_by_its_place_as_typed() {
        let position = |text| match Secret::from_base32(text) {
            Err(SecretError::BadCharacter { position }) => position,
            other => panic!("{other:?}"),
        };
        assert_eq!(position("0BSW"), 1);
        assert_eq!(position("JB SW!"), 6);
        assert_eq!(position("ÀB"), 1);
        assert_eq!(position("JBSWY3DP=A"), 10, "nothing follows padding");
    }

    #[test]
    fn a_secret_has_1_to_128_bytes() {
        assert_eq!(Secret::from_bytes(vec![]).unwrap_err(), SecretError::Empty);
        assert!(Secret::from_bytes(vec![0; 1]).is_ok());
        assert!(Secret::from_bytes(vec![0; 128]).is_ok());
        assert_eq!(Secret::from_bytes(vec![0; 129]).unwrap_err(), SecretError::TooLong);
        let text = "A".repeat(205); // 128 bytes and one bit
        assert_eq!(Secret::from_base32(&text).unwrap().expose().len(), 128);
        let text = "A".repeat(207);
        assert_eq!(Secret::from_base32(&text).unwrap_err(), SecretError::TooLong);
    }

    #[test]
    fn a_new_secret_has_160_bits_and_a_short_one_says_so() {
        let secret = Secret::generate(&mut ChaCha20Rng::from_seed([7; 32]));
        assert_eq!(secret.expose().len(), 20);
        assert!(!secret.is_short());
        assert!(Secret::from_bytes(vec![1; 15]).unwrap().is_short());
        assert!(!Secret::from_bytes(vec![1; 16]).unwrap().is_short());
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Secret::from_base32("GEZDGNBV").unwrap()), "Secret(..)");
    }

    proptest! {
        #[test]
        fn what_is_revealed_reads_back(bytes in proptest::collection::vec(any::<u8>(), 1..=128)) {
            let secret = Secret::from_bytes(bytes).unwrap();
            let again = Secret::from_base32(&secret.reveal_base32()).unwrap();
            prop_assert!(secret.same_as(&again));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,300}") {
            let _ = Secret::from_base32(&text);
        }
    }
}
