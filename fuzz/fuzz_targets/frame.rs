//! Frames of any size and stride: no panic, and an end in bounded time.
#![no_main]

use countersign::qr::{Budget, Frame, scan_within};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let [w0, w1, h0, h1, padding, milliseconds, pixels @ ..] = bytes else { return };
    let budget = Budget::milliseconds(u32::from(*milliseconds % 64));
    let (width, height) = (u16::from_le_bytes([*w0, *w1]), u16::from_le_bytes([*h0, *h1]));
    // Bounded by the fuzzer's memory, not by what a frame may be.
    let (width, height) = (usize::from(width % 2048), usize::from(height % 2048));
    let stride = width + usize::from(*padding);
    let luma: Vec<u8> = pixels.iter().copied().cycle().take(stride * height).collect();
    if let Ok(frame) = Frame::new(&luma, width, height, stride) {
        let _ = scan_within(frame, budget);
    }
    // The same with sizes that the plane may not have.
    if let Ok(frame) = Frame::new(pixels, width, height, stride) {
        let _ = scan_within(frame, budget);
    }
});
