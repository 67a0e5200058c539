//! Passwords, recovery codes and tokens: made, hashed, compared.

use std::sync::{Arc, LazyLock};

use anyhow::Context as _;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD};
use getrandom::SysRng;
use rand_core::TryRng as _;
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// The fewest characters of a password that is the only factor, NIST SP 800-63B-4 §3.1.1.2.
pub(crate) const LEAST_ALONE: usize = 15;

/// The fewest characters of a password beside a device.
pub(crate) const LEAST_BESIDE_DEVICE: usize = 8;

/// The most, in characters; a longer one is somebody's attempt to keep the portal busy.
pub(crate) const MOST: usize = 256;

/// Hashes a password with Argon2id at OWASP's first choice: 19 MiB, two passes.
///
/// # Errors
/// The system gives no random numbers.
pub(crate) async fn hash(password: Zeroizing<String>) -> anyhow::Result<String> {
    in_turn(move || {
        let mut salt = [0; 16];
        SysRng.try_fill_bytes(&mut salt).context("this system gives no random numbers")?;
        let hash = hasher().hash_password_with_salt(password.as_bytes(), &salt);
        Ok(hash.ok().context("a password could not be hashed")?.to_string())
    })
    .await
}

/// Whether the password has this hash; without one it takes as long, and is wrong.
///
/// # Errors
/// The work could not be done.
pub(crate) async fn verify(
    password: Zeroizing<String>,
    hash: Option<String>,
) -> anyhow::Result<bool> {
    in_turn(move || {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
        let hash = PasswordHash::new(&hash).ok().context("a password hash is malformed")?;
        Ok(hasher().verify_password(password.as_bytes(), &hash).is_ok() && known)
    })
    .await
}

/// A password for one use, in four groups of four: 80 random bits.
///
/// # Errors
/// The system gives no random numbers.
pub(crate) fn one_time() -> anyhow::Result<Zeroizing<String>> {
    grouped_random()
}

/// A recovery code, in four groups of four: 80 random bits.
///
/// # Errors
/// The system gives no random numbers.
pub(crate) fn recovery_code() -> anyhow::Result<Zeroizing<String>> {
    grouped_random()
}

/// The hash of a recovery code as somebody types it: case, spaces and hyphens do not matter. With 80
/// random bits behind it a plain hash is enough.
#[must_use]
pub(crate) fn recovery_hash(typed: &str) -> [u8; 32] {
    let plain: Zeroizing<String> = Zeroizing::new(
        typed.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect(),
    );
    token_hash(&plain)
}

/// A token of 256 random bits.
///
/// # Errors
/// The system gives no random numbers.
pub(crate) fn token() -> anyhow::Result<Zeroizing<String>> {
    let mut bytes = Zeroizing::new([0; 32]);
    SysRng.try_fill_bytes(&mut *bytes).context("this system gives no random numbers")?;
    Ok(Zeroizing::new(BASE64URL_NOPAD.encode(&*bytes)))
}

/// What the database knows of a token.
#[must_use]
pub(crate) fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

fn grouped_random() -> anyhow::Result<Zeroizing<String>> {
    let mut bytes = Zeroizing::new([0; 10]);
    SysRng.try_fill_bytes(&mut *bytes).context("this system gives no random numbers")?;
    Ok(in_fours(&Zeroizing::new(BASE32_NOPAD.encode(&*bytes)), '-'))
}

/// A key in groups of four, as people read and type it.
pub(crate) fn in_fours(key: &str, separator: char) -> Zeroizing<String> {
    let mut grouped = Zeroizing::new(String::with_capacity(key.len() * 2));
    for (index, character) in key.chars().enumerate() {
        if index > 0 && index % 4 == 0 {
            grouped.push(separator);
        }
        grouped.push(character);
    }
    grouped
}

fn hasher() -> Argon2<'static> {
    // OWASP's cheat sheet of password storage: 19 MiB, 2 passes, 1 lane.
    let params = Params::new(19 * 1024, 2, 1, None).unwrap_or(Params::DEFAULT);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Off the threads that answer requests, and no more at once than the machine has memory for.
async fn in_turn<T: Send + 'static>(
    work: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
) -> anyhow::Result<T> {
    static TURNS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(8)));
    let turn = TURNS.clone().acquire_owned().await.context("no more passwords are hashed")?;
    let in_turn = move || {
        let done = work();
        // The turn ends with the work, also where nobody waits for it any more.
        drop(turn);
        done
    };
    tokio::task::spawn_blocking(in_turn).await.context("hashing a password failed")?
}

/// Of no password: what an unknown login name is compared with.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
                      AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_hash_and_no_other() {
        let password = || Zeroizing::new("correct horse".to_owned());
        let made = hash(password()).await.unwrap();
        assert!(made.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{made}");
        assert!(verify(password(), Some(made.clone())).await.unwrap());
        assert!(!verify(Zeroizing::new("Correct horse".to_owned()), Some(made)).await.unwrap());
        assert!(!verify(password(), None).await.unwrap());
    }

    #[test]
    fn a_recovery_code_may_be_typed_in_any_way() {
        let code = recovery_code().unwrap();
        let sloppy = format!(" {} ", code.to_lowercase().replace('-', " "));
        assert_eq!(recovery_hash(&code), recovery_hash(&sloppy));
        assert_eq!(code.len(), 19);
        assert_ne!(recovery_hash(&code), recovery_hash(&recovery_code().unwrap()));
    }
}
