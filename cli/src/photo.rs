//! Pictures of QR codes, and bad photographs of them: for the demonstration and the tests.
//!
//! A photograph is computed, not taken: the same picture, [`Conditions`] and seed give the same
//! pixels on every machine, so a test that fails can be repeated.

use std::f32::consts::TAU;
use std::io::Cursor;

use image::{GrayImage, ImageFormat, Luma};
use qrcode::{Color, EcLevel, QrCode};
use thiserror::Error;

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
    /// How bright a reflected lamp is, from 0 to 1; it covers about a tenth of the width.
    pub glare: f32,
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
        glare: 0.0,
        inverted: false,
        mirrored: false,
    };

    /// A tired camera in an unsteady hand: turned, slanted, blurred, noisy and badly lit. A picture
    /// of three or more pixels a module can still be read.
    pub const BAD: Self = Self {
        turn: 17.0,
        tilt: 20.0,
        zoom: 1.0,
        blur: 1.0,
        noise: 10.0,
        contrast: 0.6,
        shade: 0.3,
        glare: 0.0,
        inverted: false,
        mirrored: false,
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
/// It is large enough to show all of the picture; around it lies what its upper left corner shows.
/// The seed places the noise and the lamp.
#[must_use]
pub fn photograph(picture: &GrayImage, conditions: &Conditions, seed: u64) -> GrayImage {
    let mut random = Random(seed);
    let mut light = expose(picture, conditions);
    blur(&mut light, conditions.blur);
    illuminate(&mut light, conditions, &mut random);
    let pixels = light.luma.iter().map(|&luma| {
        let noise = if conditions.noise > 0.0 { random.normal() * conditions.noise } else { 0.0 };
        (luma + noise).round().clamp(0.0, 255.0) as u8
    });
    let pixels: Vec<u8> = pixels.collect();
    GrayImage::from_fn(light.width as u32, light.height as u32, |x, y| {
        Luma([pixels[y as usize * light.width + x as usize]])
    })
}

/// What falls on the sensor, before it is rounded to bytes.
struct Exposure {
    luma: Vec<f32>,
    width: usize,
    height: usize,
}

/// Projects the picture onto the sensor of a camera that is turned and slanted.
fn expose(picture: &GrayImage, conditions: &Conditions) -> Exposure {
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    let zoom = conditions.zoom.clamp(0.1, 10.0);
    let (turn_sin, turn_cos) = conditions.turn.to_radians().sin_cos();
    let (tilt_sin, tilt_cos) = conditions.tilt.clamp(-60.0, 60.0).to_radians().sin_cos();
    // The camera stands as far off as the picture is wide, twice.
    let distance = 2.0 * width.max(height);
    let across = width * turn_cos.abs() + height * turn_sin.abs();
    let down = width * turn_sin.abs() + height * turn_cos.abs();
    // The nearer edge grows by the slant.
    let nearer = distance / (distance - across / 2.0 * tilt_sin.abs());
    let side = |extent: f32| ((extent * nearer * zoom).ceil() as usize).max(1);
    let (out_width, out_height) = (side(across), side(down));
    let corner = f32::from(picture.get_pixel(0, 0).0[0]);
    let seen = |x: f32, y: f32| {
        // From the sensor along the ray to the slanted plane, then turned back upright.
        let (x, y) = ((x - out_width as f32 / 2.0) / zoom, (y - out_height as f32 / 2.0) / zoom);
        let u = x * distance / (distance * tilt_cos - x * tilt_sin);
        let v = y * (distance + u * tilt_sin) / distance;
        let (mut column, row) =
            (u * turn_cos + v * turn_sin + width / 2.0, v * turn_cos - u * turn_sin + height / 2.0);
        if conditions.mirrored {
            column = width - column;
        }
        let inside = column >= 0.0 && row >= 0.0 && column < width && row < height;
        let luma = if inside {
            f32::from(picture.get_pixel(column as u32, row as u32).0[0])
        } else {
            corner
        };
        if conditions.inverted { 255.0 - luma } else { luma }
    };
    // Each pixel gathers the light of 3 × 3 places, as a sensor's does.
    let places = [-1.0 / 3.0, 0.0, 1.0 / 3.0];
    let mut luma = Vec::with_capacity(out_width * out_height);
    for y in 0..out_height {
        for x in 0..out_width {
            let gather = |dy: f32| places.map(|dx| seen(x as f32 + 0.5 + dx, y as f32 + 0.5 + dy));
            luma.push(places.map(|dy| gather(dy).iter().sum::<f32>()).iter().sum::<f32>() / 9.0);
        }
    }
    Exposure { luma, width: out_width, height: out_height }
}

/// Spreads the light of each pixel over its surroundings.
fn blur(light: &mut Exposure, sigma: f32) {
    if sigma <= 0.0 {
        return;
    }
    let reach = (3.0 * sigma).ceil() as isize;
    let weights: Vec<f32> =
        (-reach..=reach).map(|at| (-(at as f32 / sigma).powi(2) / 2.0).exp()).collect();
    let total: f32 = weights.iter().sum();
    let (width, height) = (light.width as isize, light.height as isize);
    // Along the rows, then along the columns: together a round blur.
    for (dx, dy) in [(1, 0), (0, 1)] {
        let before = light.luma.clone();
        for y in 0..height {
            for x in 0..width {
                let at = |step: isize| {
                    let (x, y) =
                        ((x + dx * step).clamp(0, width - 1), (y + dy * step).clamp(0, height - 1));
                    before[(y * width + x) as usize]
                };
                let sum: f32 =
                    weights.iter().zip(-reach..).map(|(weight, step)| weight * at(step)).sum();
                light.luma[(y * width + x) as usize] = sum / total;
            }
        }
    }
}

/// Takes contrast, lets the light fall off towards the lower right, and reflects a lamp.
fn illuminate(light: &mut Exposure, conditions: &Conditions, random: &mut Random) {
    let (width, height) = (light.width as f32, light.height as f32);
    let lamp = (random.share() * width, random.share() * height);
    let radius = 0.1 * width;
    for (at, luma) in light.luma.iter_mut().enumerate() {
        let (x, y) = ((at % light.width) as f32, (at / light.width) as f32);
        let dimmed = 1.0 - conditions.shade * (x / width + y / height) / 2.0;
        let off = ((x - lamp.0).powi(2) + (y - lamp.1).powi(2)) / (radius * radius);
        *luma = (128.0 + (*luma - 128.0) * conditions.contrast) * dimmed;
        *luma += (255.0 - *luma) * conditions.glare * (-off / 2.0).exp();
    }
}

/// Numbers that look random, the same for the same seed (SplitMix64, Steele et al. 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Between 0 and 1.
    fn share(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1_u64 << 24) as f32
    }

    /// With mean 0 and standard deviation 1 (Box and Muller 1958).
    fn normal(&mut self) -> f32 {
        let radius = (-2.0 * self.share().max(f32::MIN_POSITIVE).ln()).sqrt();
        radius * (TAU * self.share()).cos()
    }
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
