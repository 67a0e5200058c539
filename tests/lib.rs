//! Shared parts of the tests of the whole.

pub mod made;

use getrandom::SysRng;
use getrandom::rand_core::{CryptoRng, UnwrapErr};

/// The system's random source, for tests that save what they seal.
pub fn system_rng() -> impl CryptoRng {
    UnwrapErr(SysRng)
}

/// The device key of every vault that a test process and its child share.
pub const SHARED_DEVICE_KEY: [u8; 32] = [0x5a; 32];
