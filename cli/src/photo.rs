//! Pictures of QR codes, and bad photographs of them: for the demonstration and the tests.
//!
//! A photograph is computed, not taken: the same picture, [`Conditions`] and seed give the same
//! pixels on every machine, so a test that fails can be repeated.

mod exposure;
mod random;

use std::io::Cursor;

use image::{GrayImage, ImageFormat, Luma};
use qrcode::{Color, EcLevel, QrCode};
use thiserror::Error;

use self::random::Random;

/// What spoils a photograph. The default spoils nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Conditions {
    /// The camera held askew, in degrees clockwise.
    pub turn: f32,
    /// The camera held at a slant, in degrees, up to 60: what is farther off gets smaller.
    pub tilt: f32,
    /// Pixels in the photograph for one in the picture, 0.1 to 10.
    pub zoom: f32,
    /// Out of focus: the standard deviation of a Gaussian, in pixels of the photograph.
    pub blur: f32,
    /// A dim room: the standard deviation of each pixel's noise, in luma of 255.
    pub noise: f32,
    /// The contrast left, 1 is all of it; grey takes its place.
    pub contrast: f32,
    /// How much darker the far corner is, from 0 to 1.
    pub shade: f32,
    /// How much darker the part below a straight edge is, aslant through the middle, from 0 to 1: the
    /// shadow of whoever takes the photograph.
    pub shadow: f32,
    /// How bright a reflected lamp is, from 0 to 1; it covers about a tenth of the width.
    pub glare: f32,
    /// The radius of a lamp so bright that it leaves nothing but white, as a share of the width, 0 to
    /// 0.5; its edge fades out over half as much again.
    pub lamp: f32,
    /// Where that lamp is, as shares of the width and of the height.
    pub lamp_at: (f32, f32),
    /// Printed on something round that stands upright in the picture: how many degrees of it the
    /// picture goes around, 0 to 180.
    pub bend: f32,
    /// The hand moved: how far, in pixels of the photograph.
    pub motion: f32,
    /// Which way it moved, in degrees clockwise from the right.
    pub motion_way: f32,
    /// A screen, whose pixels beat against those of the camera: how much of the light is lost in the
    /// darkest places, 0 to 1.
    pub moire: f32,
    /// From one dark stripe of that beat to the next, in pixels of the photograph, 2 or more.
    pub moire_pitch: f32,
    /// Luma of what lies around the picture, for which else its upper left corner stands.
    pub around: Option<u8>,
    /// Light on dark.
    pub inverted: bool,
    /// Seen in a mirror, as a front camera shows it.
    pub mirrored: bool,
}

impl Default for Conditions {
    fn default() -> Self {
        Self::CLEAN
    }
}

impl Conditions {
    /// Nothing spoils it.
    pub const CLEAN: Self = Self {
        turn: 0.0,
        tilt: 0.0,
        zoom: 1.0,
        blur: 0.0,
        noise: 0.0,
        contrast: 1.0,
        shade: 0.0,
        shadow: 0.0,
        glare: 0.0,
        lamp: 0.0,
        lamp_at: (0.5, 0.5),
        bend: 0.0,
        motion: 0.0,
        motion_way: 0.0,
        moire: 0.0,
        moire_pitch: 8.0,
        around: None,
        inverted: false,
        mirrored: false,
    };

    /// A tired camera in an unsteady hand: turned, slanted, blurred, noisy and badly lit. A picture
    /// of three or more pixels a module can still be read.
    pub const BAD: Self = Self {
        turn: 17.0,
        tilt: 20.0,
        blur: 1.0,
        noise: 10.0,
        contrast: 0.6,
        shade: 0.3,
        ..Self::CLEAN
    };
}

/// A text that no QR code can carry: more than 2,331 bytes.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("text is too long for a QR code")]
pub struct TooLong;

/// A clean picture of the text's QR code, black on white, error correction level M.
///
/// `module_px` is the side of a module in pixels, `quiet_zone` the white margin in modules; the
/// standard asks for four.
///
/// # Errors
/// [`TooLong`].
pub fn qr_picture(text: &str, module_px: u32, quiet_zone: u32) -> Result<GrayImage, TooLong> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(|_| TooLong)?;
    Ok(draw(&code, module_px, quiet_zone))
}

/// The same of a code made elsewhere, of any version and level.
#[must_use]
pub fn draw(code: &QrCode, module_px: u32, quiet_zone: u32) -> GrayImage {
    let (modules, colours) = (code.width(), code.to_colors());
    let module_px = module_px.max(1);
    let side = (modules as u32 + 2 * quiet_zone) * module_px;
    GrayImage::from_fn(side, side, |x, y| {
        let module = |at: u32| (at / module_px).checked_sub(quiet_zone).map(|at| at as usize);
        let dark = match (module(x), module(y)) {
            (Some(x), Some(y)) if x < modules && y < modules => {
                colours[y * modules + x] == Color::Dark
            }
            _ => false,
        };
        Luma([if dark { 0 } else { 255 }])
    })
}

/// The picture as a PNG file.
///
/// # Errors
/// Those of the encoder: a picture without pixels.
pub fn png(picture: &GrayImage) -> image::ImageResult<Vec<u8>> {
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, ImageFormat::Png)?;
    Ok(file.into_inner())
}

/// A photograph of the picture under these conditions.
///
/// It is large enough to show all of the picture; around it lies what [`Conditions::around`] says.
/// The seed places the noise and the lamp.
#[must_use]
pub fn photograph(picture: &GrayImage, conditions: &Conditions, seed: u64) -> GrayImage {
    let mut random = Random(seed);
    let mut light = exposure::expose(picture, conditions);
    exposure::blur(&mut light, conditions.blur);
    exposure::smear(&mut light, conditions);
    exposure::illuminate(&mut light, conditions, &mut random);
    let pixels = light.luma.iter().map(|&luma| {
        let noise = if conditions.noise > 0.0 { random.normal() * conditions.noise } else { 0.0 };
        (luma + noise).round().clamp(0.0, 255.0) as u8
    });
    let pixels: Vec<u8> = pixels.collect();
    GrayImage::from_fn(light.width as u32, light.height as u32, |x, y| {
        Luma([pixels[y as usize * light.width + x as usize]])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clean_photograph_is_the_picture() {
        let picture = qr_picture("otpauth://totp/a?secret=AAAA", 4, 4).unwrap();
        assert_eq!(photograph(&picture, &Conditions::default(), 1), picture);
    }

    #[test]
    fn a_seed_gives_the_same_photograph_and_another_another() {
        let picture = qr_picture("a", 4, 4).unwrap();
        let take = |seed| photograph(&picture, &Conditions::BAD, seed);
        assert_eq!(take(7), take(7));
        assert_ne!(take(7), take(8));
    }

    #[test]
    fn each_condition_changes_the_photograph() {
        let picture = qr_picture("a", 4, 4).unwrap();
        let clean = Conditions::CLEAN;
        for conditions in [
            Conditions { shadow: 0.5, ..clean },
            Conditions { lamp: 0.1, ..clean },
            Conditions { bend: 90.0, ..clean },
            Conditions { motion: 6.0, motion_way: 30.0, ..clean },
            Conditions { moire: 0.5, ..clean },
            Conditions { turn: 10.0, around: Some(40), ..clean },
        ] {
            let bare = Conditions { turn: conditions.turn, ..clean };
            let spoilt = photograph(&picture, &conditions, 1);
            assert_ne!(spoilt, photograph(&picture, &bare, 1), "{conditions:?}");
        }
    }

    #[test]
    fn a_lamp_is_white_where_it_stands_and_nowhere_else() {
        let black = GrayImage::from_pixel(100, 100, Luma([0]));
        let conditions = Conditions { lamp: 0.1, lamp_at: (0.25, 0.75), ..Conditions::CLEAN };
        let lit = photograph(&black, &conditions, 1);
        assert_eq!((lit.get_pixel(25, 75).0[0], lit.get_pixel(75, 25).0[0]), (255, 0));
    }

    #[test]
    fn a_hand_that_moves_smears_along_its_way() {
        let mut dot = GrayImage::from_pixel(41, 41, Luma([0]));
        dot.put_pixel(20, 20, Luma([255]));
        let conditions = Conditions { motion: 10.0, ..Conditions::CLEAN };
        let smeared = photograph(&dot, &conditions, 1);
        assert!(smeared.get_pixel(16, 20).0[0] > 10 && smeared.get_pixel(24, 20).0[0] > 10);
        assert_eq!(smeared.get_pixel(20, 22).0[0], 0);
    }

    #[test]
    fn a_text_too_long_is_refused() {
        assert!(qr_picture(&"x".repeat(2331), 1, 4).is_ok());
        assert_eq!(qr_picture(&"x".repeat(2332), 1, 4), Err(TooLong));
    }

    #[test]
    fn a_picture_is_a_png_file() {
        let picture = qr_picture("a", 1, 4).unwrap();
        assert_eq!(picture.dimensions(), (29, 29));
        assert!(png(&picture).unwrap().starts_with(b"\x89PNG"));
    }
}
