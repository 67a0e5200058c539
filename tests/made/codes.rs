//! The codes in the made pictures: enrollment codes of versions 2 to 11, and damage to them.

use image::{GrayImage, Luma};
use qrcode::{EcLevel, QrCode};

/// An enrollment URI, another for each place and longer for a later one.
pub(super) fn text(place: u8) -> String {
    let (issuer, name) = ISSUERS[usize::from(place) % ISSUERS.len()];
    // From 4 letters, which no relying party should send, to as many as 512 bits need.
    let letters = [4, 16, 26, 32, 16, 32, 52, 32, 64, 52, 103, 103][usize::from(place) % 12];
    let secret: String = (0..letters)
        .map(|at: usize| BASE32[(at * at * 7 + at * 13 + usize::from(place) * 5) % 32] as char)
        .collect();
    if place == 0 {
        return format!("otpauth://totp/a?secret={secret}");
    }
    let more = if place > 9 { "&algorithm=SHA512&digits=8&period=30" } else { "" };
    format!("otpauth://totp/{issuer}:{name}?secret={secret}&issuer={issuer}{more}")
}

/// Its code, mostly at level M as most are.
pub(super) fn code(text: &str, place: u8) -> QrCode {
    let level = [EcLevel::L, EcLevel::M, EcLevel::M, EcLevel::Q][usize::from(place % 4)];
    QrCode::with_error_correction_level(text, level).unwrap_or_else(|_| unfit())
}

/// Spoils the picture of a code, with its quiet zone of four modules: blots, a scratch, and in the
/// later places a finder pattern.
pub(super) fn damage(picture: &mut GrayImage, place: u8, module_px: u32) {
    let side = picture.width();
    let harm = u32::from(place);
    let mut blot = |left: u32, top: u32, width: u32, height: u32, luma: u8| {
        for y in top..(top + height).min(side) {
            for x in left..(left + width).min(side) {
                picture.put_pixel(x, y, Luma([luma]));
            }
        }
    };
    let near = 4 * module_px;
    // In the middle, away from the patterns that say where the code is.
    let size = module_px * (2 + harm / 3);
    blot(side / 2, side * 11 / 20, size, size, [0, 255, 128][usize::from(place % 3)]);
    // A scratch from side to side.
    blot(0, side * 2 / 3, side, 1 + harm / 4, 200);
    if place >= 3 {
        // A corner of the upper left finder pattern, a module at first and then more.
        let torn = module_px * (harm - 1) / 2;
        blot(near, near, torn, torn, 255);
    }
    if place >= 6 {
        // A pen across the upper right one.
        blot(
            side - near - 7 * module_px,
            near + 3 * module_px,
            7 * module_px,
            module_px * (harm - 3) / 3,
            0,
        );
    }
    if place >= 10 {
        blot(near, side - near - 4 * module_px, 7 * module_px, 4 * module_px, 255);
    }
}

/// Hides one of the three finder patterns, each in turn, and more of what is around it the later the
/// place: by a reflection, by something dark, by something grey.
pub(super) fn hide_finder(picture: &mut GrayImage, place: u8, module_px: u32) {
    let finder = (7 + u32::from(place) / 4) * module_px;
    let (near, far) = (4 * module_px, picture.width() - 4 * module_px - finder);
    let (left, top) = [(near, near), (far, near), (near, far)][usize::from(place % 3)];
    let luma = [255, 0, 128][usize::from(place / 2 % 3)];
    for y in top..top + finder {
        for x in left..left + finder {
            picture.put_pixel(x, y, Luma([luma]));
        }
    }
}

/// None of the texts above is too long; a reader of this file is told, not the user of a program.
#[expect(clippy::panic, reason = "only tests make these pictures")]
fn unfit() -> ! {
    panic!("a made text that no code can carry")
}

const ISSUERS: &[(&str, &str)] = &[
    ("Example", "alice"),
    ("Acme", "bob@acme.example"),
    ("Bank%20of%20Nowhere", "carol"),
    ("Mail", "dave.surname@mail.example"),
    ("Git", "erin"),
];

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use qrcode::Version;

    use super::super::EACH;
    use super::*;

    #[test]
    fn texts_differ_and_codes_are_of_versions_2_to_11() {
        let texts: BTreeSet<_> = (0..EACH).map(text).collect();
        assert_eq!(texts.len(), usize::from(EACH));
        let versions = (0..EACH).map(|place| match code(&text(place), place).version() {
            Version::Normal(version) | Version::Micro(version) => version,
        });
        let versions: BTreeSet<_> = versions.collect();
        assert_eq!((versions.first(), versions.last()), (Some(&2), Some(&11)), "{versions:?}");
    }
}
