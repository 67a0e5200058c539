//! The desktop's key store, which holds the device key of a vault.
//!
//! There is one entry for each vault, named by what the vault says of itself, so that two vaults
//! cannot overwrite each other's keys and a vault that is moved keeps its own. An entry is never
//! overwritten. A store can hang, and prompt for as long as nobody looks, so every call has a
//! deadline; what a store says of an error can hold the key, so none of it is kept.
//! `docs/decisions/0006-key-store.md` says why this is here and not in the core.

use std::fmt::Write;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use countersign::vault::DeviceKey;
use keyring::{Entry, Error};
use zeroize::Zeroizing;

/// Why a key store gave or took no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyStoreError {
    /// There is no key store here, as on a server.
    Absent,
    /// It is locked, and was not unlocked.
    Locked,
    /// It is open and holds no key for this vault.
    NoEntry,
    /// It did not answer in time.
    TimedOut,
    /// It refused, or gave something that is no key.
    Failed,
}

impl KeyStoreError {
    /// What is the matter, to read on after "the key store".
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Absent => "is not to be found on this machine",
            Self::Locked => "is locked; unlock it and try again",
            Self::NoEntry => "holds no key for this vault",
            Self::TimedOut => "did not answer within 10 seconds; is it asking somewhere?",
            Self::Failed => "refused, or gave something that is no key",
        }
    }
}

/// The device key that the store holds for the vault of this identity.
///
/// # Errors
/// [`KeyStoreError`]. Only `NoEntry` says that there is none.
pub fn device_key(identity: &[u8; 32]) -> Result<DeviceKey, KeyStoreError> {
    let name = entry_name(identity);
    let bytes = within(DEADLINE, move || get(&name))?;
    bytes.as_slice().try_into().map(DeviceKey::from_bytes).map_err(|_| KeyStoreError::Failed)
}

/// Gives the store a new key to hold, and makes sure that it does. An entry that is there stays.
///
/// # Errors
/// [`KeyStoreError`]: then the key must not be relied on.
pub fn keep(identity: &[u8; 32], key: &DeviceKey) -> Result<(), KeyStoreError> {
    let name = entry_name(identity);
    let bytes = Zeroizing::new(key.expose().to_vec());
    within(DEADLINE, move || {
        match get(&name) {
            Err(KeyStoreError::NoEntry) => {}
            Err(error) => return Err(error),
            Ok(_) => return Err(KeyStoreError::Failed),
        }
        entry(&name)?.set_secret(&bytes).map_err(|error| kind_of(&error))?;
        // Some stores take an entry into a collection that is gone at the next login.
        if *get(&name)? == *bytes { Ok(()) } else { Err(KeyStoreError::Failed) }
    })
}

fn get(name: &str) -> Result<Zeroizing<Vec<u8>>, KeyStoreError> {
    entry(name)?.get_secret().map(Zeroizing::new).map_err(|error| kind_of(&error))
}

fn entry(name: &str) -> Result<Entry, KeyStoreError> {
    if Entry::store_status().is_err() {
        return Err(KeyStoreError::Absent);
    }
    Entry::new(SERVICE, name).map_err(|error| kind_of(&error))
}

/// The kind alone: the rest can carry raw bytes, and is erased with the error.
fn kind_of(error: &Error) -> KeyStoreError {
    match error {
        Error::NoEntry => KeyStoreError::NoEntry,
        Error::NoStorageAccess(_) => KeyStoreError::Locked,
        Error::NoDefaultStore => KeyStoreError::Absent,
        _ => KeyStoreError::Failed,
    }
}

/// The name of a vault's entry: half of its identity is more than enough to be the only one.
fn entry_name(identity: &[u8; 32]) -> String {
    let mut name = String::from("vault ");
    for byte in identity.iter().take(16) {
        let _ = write!(name, "{byte:02x}");
    }
    name
}

/// Does `work` on a thread of its own, and waits for it no longer than `deadline`. A thread that is
/// late ends with the program.
fn within<T: Send + 'static>(
    deadline: Duration,
    work: impl FnOnce() -> Result<T, KeyStoreError> + Send + 'static,
) -> Result<T, KeyStoreError> {
    let (sender, receiver) = mpsc::sync_channel(1);
    let worker = thread::Builder::new().name("key store".to_owned()).spawn(move || {
        let _ = sender.send(work());
    });
    worker.map_err(|_| KeyStoreError::Failed)?;
    receiver.recv_timeout(deadline).unwrap_or_else(|error| {
        Err(match error {
            mpsc::RecvTimeoutError::Timeout => KeyStoreError::TimedOut,
            mpsc::RecvTimeoutError::Disconnected => KeyStoreError::Failed,
        })
    })
}

/// Long enough to type a password at the store's own prompt when one is quick, short enough not to
/// look dead.
const DEADLINE: Duration = Duration::from_secs(10);

const SERVICE: &str = "countersign";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_that_hangs_is_given_up() {
        let hang = || {
            thread::sleep(Duration::from_secs(60));
            Ok(())
        };
        assert_eq!(within(Duration::from_millis(20), hang), Err(KeyStoreError::TimedOut));
    }

    #[test]
    fn a_locked_store_is_not_an_empty_one() {
        assert_eq!(kind_of(&Error::NoEntry), KeyStoreError::NoEntry);
        assert_eq!(kind_of(&Error::NoStorageAccess("".into())), KeyStoreError::Locked);
        assert_eq!(kind_of(&Error::BadEncoding(b"key".to_vec())), KeyStoreError::Failed);
    }

    #[test]
    fn two_vaults_have_two_entries() {
        assert_eq!(entry_name(&[0xAB; 32]), format!("vault {}", "ab".repeat(16)));
        assert_ne!(entry_name(&[0; 32]), entry_name(&[1; 32]));
    }
}
