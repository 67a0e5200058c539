//! The keys that seal what the database must not know: they come from the environment or a file.
//!
//! One key a line, `id:base64 of 32 random bytes`. The first seals; all of them open, so a new key is
//! put on top, `countersign-portal reseal` is run, and the old one is taken away.

use std::fmt;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use countersign::Secret;
use data_encoding::BASE64;
use getrandom::SysRng;
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use rand_core::TryRng as _;
use sha2::Sha256;
use zeroize::Zeroizing;

/// The sealing keys, the first of which seals.
pub struct Keys(Vec<Key>);

struct Key {
    id: String,
    bytes: Zeroizing<[u8; 32]>,
}

impl Keys {
    /// Reads keys from their text.
    ///
    /// # Errors
    /// There is none, or one is malformed or weak. The text is not repeated.
    pub fn read(text: &str) -> anyhow::Result<Self> {
        let mut keys: Vec<Key> = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let key = Key::read(line).with_context(|| format!("key {} (line)", index + 1))?;
            ensure!(
                keys.iter().all(|known| known.id != key.id),
                "two keys have the id “{}”",
                key.id
            );
            keys.push(key);
        }
        ensure!(!keys.is_empty(), "there is no key");
        Ok(Self(keys))
    }

    /// The text of a new key.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn generate(id: &str) -> anyhow::Result<Zeroizing<String>> {
        let mut bytes = Zeroizing::new([0; 32]);
        SysRng.try_fill_bytes(&mut *bytes).context("this system gives no random numbers")?;
        let text = Zeroizing::new(BASE64.encode(&*bytes));
        Ok(Zeroizing::new(format!("{id}:{}\n", *text)))
    }

    /// Writes a new key to a new file that its owner alone may read.
    ///
    /// # Errors
    /// The file is there already, or cannot be written.
    pub fn create_file(path: &Path) -> anyhow::Result<()> {
        let text = Self::generate("k1")?;
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file =
            options.open(path).with_context(|| format!("failed to make {}", path.display()))?;
        file.write_all(text.as_bytes())
            .and_then(|()| file.sync_all())
            .with_context(|| format!("failed to write {}", path.display()))
    }

    /// The id of the key that seals.
    #[must_use]
    pub fn sealing_id(&self) -> &str {
        self.0.first().map_or("", |key| &key.id)
    }

    /// Whether there is a key with this id.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.0.iter().any(|key| key.id == id)
    }

    /// Seals a device's secret for this device alone.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn seal(&self, secret: &Secret, device_id: &str) -> anyhow::Result<Vec<u8>> {
        self.seal_bytes(secret.expose(), device_id)
    }

    /// Opens a sealed secret.
    ///
    /// # Errors
    /// Its key is not here any more, or it was altered, or it belongs to another device.
    pub fn open(&self, sealed: &[u8], key_id: &str, device_id: &str) -> anyhow::Result<Secret> {
        Ok(Secret::from_bytes(std::mem::take(&mut *self.open_bytes(sealed, key_id, device_id)?))?)
    }

    /// Seals what belongs to the row with this id.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn seal_bytes(&self, bytes: &[u8], id: &str) -> anyhow::Result<Vec<u8>> {
        let key = self.0.first().context("there is no key")?;
        let mut nonce = [0; NONCE];
        SysRng.try_fill_bytes(&mut nonce).context("this system gives no random numbers")?;
        let payload = Payload { msg: bytes, aad: id.as_bytes() };
        let sealed = key.cipher().encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.ok().context("a secret is too long to be sealed")?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what belongs to the row with this id.
    ///
    /// # Errors
    /// Its key is not here any more, or it was altered, or it belongs to another row.
    pub fn open_bytes(
        &self,
        sealed: &[u8],
        key_id: &str,
        id: &str,
    ) -> anyhow::Result<Zeroizing<Vec<u8>>> {
        let Some(key) = self.0.iter().find(|key| key.id == key_id) else {
            bail!("the key “{key_id}” that seals something is not among the keys");
        };
        let (nonce, sealed) =
            sealed.split_at_checked(NONCE).context("a sealed secret is cut off")?;
        let nonce: [u8; NONCE] = nonce.try_into().context("a sealed secret is cut off")?;
        let payload = Payload { msg: sealed, aad: id.as_bytes() };
        let bytes = key.cipher().decrypt(&XNonce::from(nonce), payload);
        let bytes = bytes.ok().context("a sealed secret was altered, or its key is another")?;
        Ok(Zeroizing::new(bytes))
    }

    /// A keyed hash of something too short to be hashed alone, by the key of this id.
    #[must_use]
    pub fn keyed_hash(&self, key_id: &str, purpose: &str, parts: &[&[u8]]) -> Option<[u8; 32]> {
        let key = self.0.iter().find(|key| key.id == key_id)?;
        let mut derived = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(None, &*key.bytes).expand(purpose.as_bytes(), &mut *derived).ok()?;
        let mut mac = Hmac::<Sha256>::new_from_slice(&*derived).ok()?;
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        Some(mac.finalize().into_bytes().into())
    }
}

impl Key {
    fn read(line: &str) -> anyhow::Result<Self> {
        let (id, text) = line.split_once(':').context("is not written id:base64")?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        ensure!((1..=32).contains(&id.len()) && id.bytes().all(plain), "has no short, plain id");
        let decoded =
            Zeroizing::new(BASE64.decode(text.trim().as_bytes()).ok().context("is not base64")?);
        let bytes: [u8; 32] = decoded.as_slice().try_into().ok().context("is not of 32 bytes")?;
        let bytes = Zeroizing::new(bytes);
        let mut seen = [false; 256];
        bytes.iter().for_each(|byte| seen[usize::from(*byte)] = true);
        // Of 32 random bytes fewer than 20 differ once in some 10^9 keys; of words, many do.
        let differ = seen.iter().filter(|seen| **seen).count();
        let typed = bytes.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ');
        ensure!(differ >= 20 && !typed, "is weak: it does not look like 32 random bytes");
        Ok(Self { id: id.to_owned(), bytes })
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.bytes).into())
    }
}

/// Says how many there are, and no more.
impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({} ..)", self.0.len())
    }
}

const NONCE: usize = 24;

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(ids: &[&str]) -> Zeroizing<String> {
        Zeroizing::new(ids.iter().map(|id| Keys::generate(id).unwrap().to_string()).collect())
    }

    #[test]
    fn a_secret_is_sealed_for_one_device_and_under_one_key() {
        let old = keys(&["old"]);
        let secret = Secret::from_bytes(b"12345678901234567890".to_vec()).unwrap();
        let sealed = Keys::read(&old).unwrap().seal(&secret, "device").unwrap();
        let both = Keys::read(&format!("{}{}", *keys(&["new"]), *old)).unwrap();
        assert_eq!(both.sealing_id(), "new");
        assert!(both.open(&sealed, "old", "device").unwrap().same_as(&secret));
        assert!(both.open(&sealed, "old", "other").is_err());
        assert!(both.open(&sealed, "new", "device").is_err());
        assert!(both.open(&sealed, "gone", "device").is_err());
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert!(both.open(&altered, "old", "device").is_err(), "{at}");
        }
        assert!(both.open(&sealed[..20], "old", "device").is_err());
    }

    #[test]
    fn weak_keys_are_refused_without_repeating_them() {
        let words = BASE64.encode(b"correct horse battery staple etc");
        for text in [
            "",
            "k1",
            "k1:",
            "k1:####",
            &format!("k1:{}", BASE64.encode(&[7; 32])),
            &format!("k1:{}", BASE64.encode(&[7; 31])),
            &format!("k1:{words}"),
            &format!("a b:{words}"),
        ] {
            let error = format!("{:#}", Keys::read(text).unwrap_err());
            assert!(!error.contains("Y29y") && !error.contains("correct"), "{error}");
        }
        let twice = keys(&["k", "k"]);
        assert!(Keys::read(&twice).is_err());
    }

    #[test]
    fn a_new_key_never_replaces_a_file() {
        let folder = std::env::temp_dir().join(crate::store::new_id().unwrap());
        fs::create_dir(&folder).unwrap();
        let path = folder.join("key");
        Keys::create_file(&path).unwrap();
        let made = fs::read_to_string(&path).unwrap();
        assert!(Keys::read(&made).is_ok());
        assert!(Keys::create_file(&path).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), made);
        fs::remove_dir_all(&folder).unwrap();
    }
}
