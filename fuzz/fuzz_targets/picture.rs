//! Picture files of any content: no panic, and an end in bounded time and memory.
#![no_main]

use countersign::qr::scan_picture;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = scan_picture(bytes);
});
