//! One-time password values: HOTP (RFC 4226), TOTP (RFC 6238) and Steam's letters.

use core::fmt;
use core::num::NonZeroU32;

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use zeroize::Zeroizing;

use crate::secret::Secret;

/// How an account makes its codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Otp {
    /// Codes that change with time, RFC 6238.
    Totp {
        /// The hash in the HMAC.
        algorithm: Algorithm,
        /// How long a code is.
        digits: Digits,
        /// How many seconds one code lasts.
        step: TimeStep,
    },
    /// Codes that change with each use, RFC 4226.
    Hotp {
        /// The hash in the HMAC.
        algorithm: Algorithm,
        /// How long a code is.
        digits: Digits,
        /// The moving factor C of the next code.
        counter: u64,
    },
    /// Steam Guard: TOTP with SHA1 and 30 seconds, written in five of 26 letters and digits.
    Steam,
    /// Yandex Key, whose codes need a PIN: kept and exported, but it shows no codes here.
    Yandex,
}

/// The hash function in the HMAC, RFC 6238 §1.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Algorithm {
    /// HMAC-SHA-1, what nearly every site uses. Its known collisions do not weaken an HMAC.
    #[default]
    Sha1,
    /// HMAC-SHA-256.
    Sha256,
    /// HMAC-SHA-512.
    Sha512,
}

/// How many decimal digits a code has: 6 to 10.
///
/// RFC 4226 §5.3 asks for 6 and allows 7 and 8; a few sites use 9 or 10, the most that the 31 bits
/// of a truncated HMAC can fill. Fewer than 6 are too easily guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Digits(u8);

/// The time step X in seconds, RFC 6238 §4.1: 1 second to one year; `period` on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeStep(NonZeroU32);

impl Otp {
    /// What nearly every site uses: TOTP with SHA1, six digits and 30 seconds.
    pub const DEFAULT: Self =
        Self::Totp { algorithm: Algorithm::Sha1, digits: Digits::SIX, step: TimeStep::DEFAULT };

    /// The name of this kind on the wire: `totp`, `hotp`, `steam` or `yandex`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Totp { .. } => "totp",
            Self::Hotp { .. } => "hotp",
            Self::Steam => "steam",
            Self::Yandex => "yandex",
        }
    }

    /// The hash function; where the kind fixes it or has none, the Key URI format's default.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        match self {
            Self::Totp { algorithm, .. } | Self::Hotp { algorithm, .. } => *algorithm,
            Self::Steam | Self::Yandex => Algorithm::Sha1,
        }
    }

    /// How many characters a code has, from 5 to 10.
    #[must_use]
    pub fn code_length(&self) -> u8 {
        match self {
            Self::Totp { digits, .. } | Self::Hotp { digits, .. } => digits.count(),
            Self::Steam => STEAM_LENGTH,
            Self::Yandex => 8,
        }
    }

    /// The time step of a kind whose codes change with time, and nothing for a counter.
    #[must_use]
    pub fn time_step(&self) -> Option<TimeStep> {
        match self {
            Self::Totp { step, .. } => Some(*step),
            Self::Steam | Self::Yandex => Some(TimeStep::DEFAULT),
            Self::Hotp { .. } => None,
        }
    }

    /// The counter of the next code, for a kind that counts.
    #[must_use]
    pub fn counter(&self) -> Option<u64> {
        match self {
            Self::Hotp { counter, .. } => Some(*counter),
            _ => None,
        }
    }

    /// Whether codes of this kind can be shown here.
    #[must_use]
    pub fn makes_codes(&self) -> bool {
        !matches!(self, Self::Yandex)
    }

    /// The code for one moving factor: a counter (RFC 4226) or a number of time steps (RFC 6238).
    ///
    /// Nothing for a kind that [makes no codes](Self::makes_codes).
    ///
    /// # Examples
    /// ```
    /// use countersign::{Otp, Secret};
    ///
    /// let secret = Secret::from_bytes(b"12345678901234567890".to_vec())?;
    /// assert_eq!(Otp::DEFAULT.value(&secret, 1).unwrap().as_str(), "287082"); // RFC 4226, appendix D
    /// # Ok::<(), countersign::SecretError>(())
    /// ```
    #[must_use]
    pub fn value(&self, secret: &Secret, moving_factor: u64) -> Option<Zeroizing<String>> {
        let truncated = || truncate(&self.algorithm().hmac(secret, moving_factor));
        match self {
            Self::Totp { digits, .. } | Self::Hotp { digits, .. } => {
                Some(decimal(truncated(), *digits))
            }
            Self::Steam => Some(steam_letters(truncated())),
            Self::Yandex => None,
        }
    }
}

impl Algorithm {
    /// The name on the wire: `SHA1`, `SHA256` or `SHA512`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Sha512 => "SHA512",
        }
    }

    /// The algorithm of that name, spelled as on the wire.
    pub(crate) fn by_name(name: &str) -> Option<Self> {
        [Self::Sha1, Self::Sha256, Self::Sha512].into_iter().find(|known| known.name() == name)
    }

    /// The HMAC (RFC 2104) of the moving factor as eight bytes, RFC 4226 §5.3 step 1.
    fn hmac(self, secret: &Secret, moving_factor: u64) -> Zeroizing<Vec<u8>> {
        let message = moving_factor.to_be_bytes();
        match self {
            Self::Sha1 => mac::<Hmac<Sha1>>(secret, &message),
            Self::Sha256 => mac::<Hmac<Sha256>>(secret, &message),
            Self::Sha512 => mac::<Hmac<Sha512>>(secret, &message),
        }
    }
}

impl Digits {
    /// Six digits, what nearly every site uses.
    pub const SIX: Self = Self(6);

    /// Eight digits, the most that RFC 4226 §5.3 names.
    pub const EIGHT: Self = Self(8);

    /// That many digits, if they are 6 to 10.
    #[must_use]
    pub fn new(count: u8) -> Option<Self> {
        (6..=10).contains(&count).then_some(Self(count))
    }

    /// The number of digits.
    #[must_use]
    pub fn count(self) -> u8 {
        self.0
    }
}

impl TimeStep {
    /// 30 seconds, the default of RFC 6238 §4.1.
    pub const DEFAULT: Self = Self(NonZeroU32::new(30).unwrap());

    /// The longest time step accepted, in seconds: a year. More is a mistake, not a period.
    pub const MAX_SECONDS: u32 = 365 * 24 * 60 * 60;

    /// That many seconds, if they are at least 1 and at most [`Self::MAX_SECONDS`].
    #[must_use]
    pub fn new(seconds: u32) -> Option<Self> {
        NonZeroU32::new(seconds).filter(|s| s.get() <= Self::MAX_SECONDS).map(Self)
    }

    /// The length of a step in seconds.
    #[must_use]
    pub fn seconds(self) -> u32 {
        self.0.get()
    }

    /// The number T of the step that holds `unix_time`, RFC 6238 §4.2 with T0 = 0.
    #[must_use]
    pub fn number_at(self, unix_time: u64) -> u64 {
        unix_time / u64::from(self.0.get())
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

fn mac<M: Mac + KeyInit>(secret: &Secret, message: &[u8]) -> Zeroizing<Vec<u8>> {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length, RFC 2104 §2")]
    let mut mac = <M as KeyInit>::new_from_slice(secret.expose()).expect("a key of any length");
    mac.update(message);
    Zeroizing::new(mac.finalize().into_bytes().to_vec())
}

/// Dynamic truncation to 31 bits, RFC 4226 §5.3 step 2.
fn truncate(hmac: &[u8]) -> u32 {
    let offset = hmac.last().map_or(0, |last| usize::from(last & 0x0F));
    // Every HMAC here has 20 bytes or more, so the four at an offset of 0 to 15 are there.
    hmac.iter().skip(offset).take(4).fold(0, |bits, byte| bits << 8 | u32::from(*byte))
        & 0x7FFF_FFFF
}

/// The last digits of the truncated value, RFC 4226 §5.3 step 3.
fn decimal(truncated: u32, digits: Digits) -> Zeroizing<String> {
    let width = usize::from(digits.count());
    // Ten digits are more than 32 bits can be divided by.
    let value = u64::from(truncated) % 10_u64.pow(u32::from(digits.count()));
    Zeroizing::new(format!("{value:0width$}"))
}

/// Steam's five characters, least significant first.
fn steam_letters(mut truncated: u32) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(usize::from(STEAM_LENGTH)));
    for _ in 0..STEAM_LENGTH {
        text.push(char::from(STEAM_ALPHABET[truncated as usize % STEAM_ALPHABET.len()]));
        truncated /= STEAM_ALPHABET.len() as u32;
    }
    text
}

/// No vowels, and nothing that reads like something else.
const STEAM_ALPHABET: &[u8; 26] = b"23456789BCDFGHJKMNPQRTVWXY";
const STEAM_LENGTH: u8 = 5;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn read(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    fn totp(algorithm: Algorithm, digits: u8) -> Otp {
        let digits = Digits::new(digits).unwrap();
        Otp::Totp { algorithm, digits, step: TimeStep::DEFAULT }
    }

    #[test]
    fn all_of_rfc_4226_appendix_d() {
        let file = read(include_str!("../../tests/vectors/rfc4226.json"));
        let secret = Secret::from_base32(file["secret_base32"].as_str().unwrap()).unwrap();
        let vectors = file["vectors"].as_array().unwrap();
        assert_eq!(vectors.len(), 10);
        for vector in vectors {
            let count = vector["count"].as_u64().unwrap();
            let hmac = Algorithm::Sha1.hmac(&secret, count);
            assert_eq!(data_encoding::HEXLOWER.encode(&hmac), vector["hmac_hex"]);
            assert_eq!(truncate(&hmac), vector["truncated_dec"].as_u64().unwrap() as u32);
            assert_eq!(Otp::DEFAULT.value(&secret, count).unwrap().as_str(), vector["hotp"]);
        }
    }

    #[test]
    fn all_of_rfc_6238_appendix_b() {
        let file = read(include_str!("../../tests/vectors/rfc6238.json"));
        let vectors = file["vectors"].as_array().unwrap();
        assert_eq!(vectors.len(), 18);
        for vector in vectors {
            let algorithm = match vector["algorithm"].as_str().unwrap() {
                "SHA1" => Algorithm::Sha1,
                "SHA256" => Algorithm::Sha256,
                "SHA512" => Algorithm::Sha512,
                other => panic!("{other}"),
            };
            let seed = file["seeds"][algorithm.name()]["base32"].as_str().unwrap();
            let secret = Secret::from_base32(seed).unwrap();
            let step = TimeStep::DEFAULT.number_at(vector["time"].as_u64().unwrap());
            assert_eq!(format!("{step:016X}"), vector["t_hex"]);
            for digits in 6..=8 {
                let value = totp(algorithm, digits).value(&secret, step).unwrap();
                assert_eq!(value.as_str(), vector[format!("digits{digits}")]);
            }
        }
    }

    #[test]
    fn all_steam_vectors() {
        let file = read(include_str!("../../tests/vectors/steam.json"));
        assert_eq!(file["alphabet"].as_str().unwrap().as_bytes(), STEAM_ALPHABET);
        let vectors = file["vectors"].as_array().unwrap();
        assert_eq!(vectors.len(), 4);
        for vector in vectors {
            let secret = Secret::from_base32(vector["secret_base32"].as_str().unwrap()).unwrap();
            let step = TimeStep::DEFAULT.number_at(vector["time"].as_u64().unwrap());
            assert_eq!(Otp::Steam.value(&secret, step).unwrap().as_str(), vector["code"]);
        }
    }

    #[test]
    fn the_last_counter_has_a_code() {
        let secret = Secret::from_bytes(b"12345678901234567890".to_vec()).unwrap();
        let value = Otp::DEFAULT.value(&secret, u64::MAX).unwrap();
        assert_eq!(value.as_str(), "094451"); // oathtool --hotp -c 18446744073709551615
    }

    #[test]
    fn ranges_are_checked_when_made() {
        assert_eq!(
            [0, 5, 6, 10, 11].map(|n| Digits::new(n).is_some()),
            [false, false, true, true, false]
        );
        assert!(TimeStep::new(0).is_none());
        assert!(TimeStep::new(1).is_some());
        assert!(TimeStep::new(TimeStep::MAX_SECONDS).is_some());
        assert!(TimeStep::new(TimeStep::MAX_SECONDS + 1).is_none());
    }

    fn oracle(algorithm: Algorithm, digits: u8, secret: &[u8], step: u64) -> String {
        let algorithm = match algorithm {
            Algorithm::Sha1 => totp_rs::Algorithm::SHA1,
            Algorithm::Sha256 => totp_rs::Algorithm::SHA256,
            Algorithm::Sha512 => totp_rs::Algorithm::SHA512,
        };
        totp_rs::Builder::new()
            .with_algorithm(algorithm)
            .with_digits(digits)
            .with_secret(secret.to_vec())
            .build_noncompliant()
            .generate(step * 30)
            .to_string()
    }

    proptest! {
        #[test]
        fn totp_rs_agrees(
            secret in proptest::collection::vec(any::<u8>(), 16..=128),
            step in 0_u64..=u32::MAX.into(),
            digits in 6_u8..=8,
            algorithm in prop_oneof![Just(Algorithm::Sha1), Just(Algorithm::Sha256), Just(Algorithm::Sha512)],
        ) {
            let expected = oracle(algorithm, digits, &secret, step);
            let secret = Secret::from_bytes(secret).unwrap();
            let value = totp(algorithm, digits).value(&secret, step).unwrap();
            prop_assert_eq!(value.as_str(), expected);
        }
    }
}
