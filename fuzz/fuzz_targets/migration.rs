//! Any bytes as the message of an `otpauth-migration` URI. Each account that is accepted can be
//! written as an `otpauth` URI and read again.
#![no_main]

use countersign::payload::{self, otpauth};
use data_encoding::BASE64;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|message: &[u8]| {
    // `+` would be read as a space, and `/` and `=` are escaped by those who write such URIs.
    let base64 = BASE64.encode(message);
    let escaped = base64.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let text = format!("otpauth-migration://offline?data={escaped}");
    let Ok(parsed) = payload::parse(&text) else { return };
    for account in &parsed.accounts {
        let written = otpauth::format(account);
        let again = payload::parse(&written).expect("what we write can be read");
        assert_eq!(again.accounts.len(), 1);
    }
});
