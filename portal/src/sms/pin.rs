//! A PIN: made, hashed with a key, compared in constant time.

use anyhow::Context as _;
use getrandom::SysRng;
use rand_core::TryRng as _;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use crate::keys::Keys;

/// Of what a PIN is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum PinType {
    /// Digits.
    Numeric,
    /// Letters.
    Alpha,
    /// Hexadecimal digits.
    Hex,
    /// Letters and digits.
    Alphanumeric,
}

impl PinType {
    /// A new PIN of this length, each character as likely as every other.
    pub(crate) fn generate(self, length: usize) -> anyhow::Result<Zeroizing<String>> {
        let alphabet = self.alphabet();
        // Bytes above the last whole multiple would make the first characters likelier.
        let fair = 256 - 256 % alphabet.len();
        let mut pin = Zeroizing::new(String::with_capacity(length));
        let mut bytes = Zeroizing::new([0; 64]);
        while pin.len() < length {
            SysRng.try_fill_bytes(&mut *bytes).context("this system gives no random numbers")?;
            for byte in bytes.iter().map(|byte| usize::from(*byte)).filter(|byte| *byte < fair) {
                if pin.len() < length {
                    pin.push(char::from(alphabet[byte % alphabet.len()]));
                }
            }
        }
        Ok(pin)
    }

    fn alphabet(self) -> &'static [u8] {
        match self {
            Self::Numeric => b"0123456789",
            Self::Alpha => b"ABCDEFGHIJKLMNOPQRSTUVWXYZ",
            Self::Hex => b"0123456789ABCDEF",
            Self::Alphanumeric => b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        }
    }
}

/// The keyed hash of a PIN for one id: without the key, all PINs could be tried in a second.
pub(crate) fn hash(keys: &Keys, key_id: &str, pin_id: &str, pin: &str) -> anyhow::Result<[u8; 32]> {
    let hash = keys.keyed_hash(key_id, "countersign pin", &[pin_id.as_bytes(), pin.as_bytes()]);
    hash.with_context(|| format!("the key “{key_id}” of a PIN is not among the keys"))
}

/// Whether the typed PIN has this hash. Letters may be typed in either case; what is longer than any PIN
/// is none.
pub(crate) fn is_right(
    keys: &Keys,
    key_id: &str,
    pin_id: &str,
    typed: &str,
    expected: &[u8],
) -> anyhow::Result<bool> {
    if typed.len() > MOST_TYPED {
        return Ok(false);
    }
    let typed = Zeroizing::new(typed.trim().to_ascii_uppercase());
    Ok(hash(keys, key_id, pin_id, &typed)?.ct_eq(expected).into())
}

const MOST_TYPED: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_have_their_length_and_every_character_of_their_kind() {
        for kind in [PinType::Numeric, PinType::Alpha, PinType::Hex, PinType::Alphanumeric] {
            let mut seen = [0_u32; 256];
            for _ in 0..400 {
                let pin = kind.generate(32).unwrap();
                assert_eq!(pin.len(), 32);
                pin.bytes().for_each(|byte| seen[usize::from(byte)] += 1);
            }
            let expected = 400 * 32 / kind.alphabet().len() as u32;
            for byte in 0..=255_u8 {
                let count = seen[usize::from(byte)];
                let known = kind.alphabet().contains(&byte);
                let fair = (expected / 2..=expected * 2).contains(&count);
                assert!(if known { fair } else { count == 0 }, "{kind:?} {byte} {count}");
            }
        }
    }

    #[test]
    fn a_hash_is_of_one_pin_of_one_id_under_one_key() {
        let keys = Keys::read(&Keys::generate("k1").unwrap()).unwrap();
        let expected = hash(&keys, "k1", "id", "AB12").unwrap();
        assert!(is_right(&keys, "k1", "id", " ab12 ", &expected).unwrap());
        assert!(!is_right(&keys, "k1", "id", "AB13", &expected).unwrap());
        assert!(!is_right(&keys, "k1", "other", "AB12", &expected).unwrap());
        let other = Keys::read(&Keys::generate("k1").unwrap()).unwrap();
        assert!(!is_right(&other, "k1", "id", "AB12", &expected).unwrap());
        assert!(is_right(&keys, "k2", "id", "AB12", &expected).is_err());
    }
}
