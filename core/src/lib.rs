//! A mobile authenticator core: enrollment QR codes in, one-time passwords out.
//!
//! From a camera frame to six digits it is one straight line:
//!
//! | step | module | gives |
//! |---|---|---|
//! | a camera frame or a picture | [`qr`] | the texts of the codes in it |
//! | the text of a code | [`payload`] | [`Account`]s, and what had to be assumed |
//! | events of screen, camera and network | [`enroll`] | the view to draw, the effects to carry out |
//! | accounts | [`vault`] | one sealed file that any of its slots opens |
//! | a vault and the time | [`vault::Vault::codes_at`] | [`Code`]s, each with its validity |
//!
//! The other side, which checks what was typed, is [`verify`].
//!
//! The core has no clock, no random source, no network and no threads: time and randomness are
//! arguments. Only [`vault::VaultFile`] touches the disk. Nothing panics on input, and no error or
//! `Debug` text holds a secret or the input that held one.
//!
//! A program that uses it should have an allocator that erases what is freed, as ours do; the
//! types here erase themselves, but a text that grew on its way here did not.
//!
//! # Example
//!
//! ```
//! # use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
//! # fn system_rng() -> ChaCha20Rng { ChaCha20Rng::from_seed([0; 32]) }
//! use countersign::vault::{KdfCost, Unlock, Vault};
//! use countersign::{CodeNow, payload};
//!
//! // What a QR code said: `qr::scan` reads it from a camera frame, `qr::scan_picture` from a file.
//! let parsed = payload::parse(
//!     "otpauth://totp/Conversations:Ana%27s%20Pixel%208?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
//! )?;
//! assert!(parsed.warnings.is_empty(), "nothing had to be assumed");
//!
//! let mut rng = system_rng();
//! let unlock = Unlock::Passphrase(b"correct horse battery staple");
//! # let cost = KdfCost::MINIMUM;
//! # /*
//! let cost = KdfCost::DEFAULT;
//! # */
//! let mut vault = Vault::create(unlock, cost, &mut rng)?;
//! for account in parsed.accounts {
//!     vault.add(account)?;
//! }
//! let sealed = vault.seal(&mut rng)?; // to be saved by `vault::VaultFile`
//!
//! let vault = Vault::open(&sealed, unlock)?;
//! for (_, code) in vault.codes_at(1_741_011_292) {
//!     let CodeNow::Timed(code) = code else { continue };
//!     assert_eq!(code.text(), "675797");
//!     assert_eq!(code.valid_until(), 1_741_011_300); // sleep until then, and ask again
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod account;
pub mod code;
pub mod enroll;
pub mod otp;
pub mod payload;
pub mod secret;
pub mod vault;
pub mod verify;

/// A camera frame or a picture to the texts of the QR codes in it: a crate of its own, which knows
/// nothing of one-time passwords.
pub use countersign_qr as qr;

pub use account::{Account, NameError};
pub use code::{ClockError, Code, CodeNow};
pub use otp::{Algorithm, Digits, Otp, TimeStep};
pub use secret::{Secret, SecretError};
