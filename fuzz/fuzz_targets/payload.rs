//! Any text as a payload, as it is and as what follows `otpauth://totp/`. An account that is
//! accepted can be written and read again.
#![no_main]

use countersign::payload::{self, otpauth};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    read(text);
    // Almost no random text begins like this; the second reading goes straight to the parameters.
    read(&format!("otpauth://totp/{text}"));
});

fn read(text: &str) {
    let Ok(parsed) = payload::parse(text) else { return };
    for account in &parsed.accounts {
        let written = otpauth::format(account);
        let again = payload::parse(&written).expect("what we write can be read");
        assert_eq!(again.accounts.len(), 1);
        assert!(again.accounts[0].same_codes_as(account), "and makes the same codes");
    }
}
