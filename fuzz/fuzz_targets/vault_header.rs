//! Arbitrary bytes, and arbitrary bytes that begin as a vault does, are read without a panic.
//!
//! The key is that of `tests/vectors/vault_v1.bin`, so that the file is a seed that opens.
#![no_main]

use countersign::vault::{DeviceKey, Keys, OpenError, Unlock, outline_of};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let device_key = DeviceKey::from_bytes(&[0x11; 32]);
    for start in [&b""[..], b"CSVAULT\x1a\x00\x01"] {
        let file = [start, bytes].concat();
        let opened = Keys::open(&file, Unlock::DeviceKey(&device_key));
        // What is told without a key and what is told with one must agree.
        match (outline_of(&file), opened) {
            (Ok(outline), Ok((keys, _))) => assert_eq!(outline.slots, keys.slots()),
            (Ok(_), Err(error)) => assert!(!matches!(error, OpenError::Format(_))),
            (Err(refused), Err(OpenError::Format(error))) => assert_eq!(refused, error),
            (Err(_), _) => panic!("a file that cannot be listed was opened"),
        }
    }
});
