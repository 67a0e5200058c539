//! Frames without a code, as a camera sees them while nobody has found the code yet.

use image::{GrayImage, Luma};

/// A kind of frame and the luma at each of its places, before the camera's noise.
pub struct Frame {
    /// What is in it.
    pub name: &'static str,
    luma: fn(u32, u32) -> f32,
    /// Standard deviation, in luma of 255.
    noise: f32,
}

impl Frame {
    /// The frame, 1280 × 720.
    #[must_use]
    pub fn picture(&self) -> GrayImage {
        GrayImage::from_fn(WIDTH, HEIGHT, |x, y| {
            // The sum of four evenly spread numbers is close enough to a bell.
            let bell: f32 = (0..4).map(|n| share(x, y, 90 + n) - 0.5).sum();
            let noise = bell * 3.0_f32.sqrt() * self.noise;
            Luma([((self.luma)(x, y) + noise).round().clamp(0.0, 255.0) as u8])
        })
    }
}

/// Every frame without a code.
pub const FRAMES: &[Frame] = &[
    Frame { name: "wall", luma: wall, noise: 4.0 },
    Frame { name: "scene", luma: scene, noise: 5.0 },
    Frame { name: "page", luma: page, noise: 4.0 },
    Frame { name: "foliage", luma: foliage, noise: 5.0 },
    Frame { name: "keyboard", luma: keyboard, noise: 5.0 },
    Frame { name: "blinds", luma: blinds, noise: 4.0 },
    Frame { name: "bar code", luma: bar_code, noise: 4.0 },
    Frame { name: "windows", luma: windows, noise: 4.0 },
    Frame { name: "dark room", luma: |_, _| 18.0, noise: 25.0 },
    Frame { name: "lens cap", luma: |_, _| 0.0, noise: 0.0 },
];

/// Shaded from corner to corner.
fn wall(x: u32, y: u32) -> f32 {
    60.0 + (x + y) as f32 * 110.0 / (WIDTH + HEIGHT) as f32
}

/// Clouds within clouds, as in most of nature.
fn scene(x: u32, y: u32) -> f32 {
    190.0 * clouds(x, y, 160.0, 0.6)
}

/// The same with hard edges: leaves against the sky.
fn foliage(x: u32, y: u32) -> f32 {
    if clouds(x, y, 40.0, 0.75) > 0.75 { 210.0 } else { 50.0 + 40.0 * clouds(x, y, 12.0, 0.7) }
}

/// Lines of strokes, with a margin and a gap between words.
fn page(x: u32, y: u32) -> f32 {
    let (column, line) = (x / 11, y / 30);
    let stroke = share(x / 3, y / 4 + 1000 * line, 1) < 0.45;
    let inside = (80..WIDTH - 80).contains(&x) && (40..HEIGHT - 40).contains(&y);
    let ink = y % 30 < 18 && x % 11 < 9 && share(column, line, 2) > 0.17;
    if inside && ink && stroke { 40.0 } else { 232.0 }
}

/// Dark keys with light edges and a letter on each.
fn keyboard(x: u32, y: u32) -> f32 {
    let (column, row) = (x / 64, y / 64);
    let (x, y) = (x % 64, y % 64);
    let letter = (20..38).contains(&x) && (18..40).contains(&y);
    let inked = letter && share(x / 5 + 64 * column, y / 5 + 64 * row, 3) < 0.5;
    match x.min(y) {
        0..4 => 150.0,
        _ if inked => 225.0,
        _ => 45.0,
    }
}

/// Stripes as wide as modules.
fn blinds(_: u32, y: u32) -> f32 {
    if (y / 7).is_multiple_of(2) { 215.0 } else { 70.0 }
}

/// A bar code in the middle: bars whose widths are like those of a finder pattern now and then.
fn bar_code(x: u32, y: u32) -> f32 {
    let inside = (400..880).contains(&x) && (260..460).contains(&y);
    if inside && share(x / 4, 0, 4) < 0.5 { 25.0 } else { 205.0 }
}

/// Squares within squares, not in proportion of a finder pattern but for a few.
fn windows(x: u32, y: u32) -> f32 {
    let (column, row) = (x / 90, y / 90);
    let ring = (x % 90).abs_diff(45).max((y % 90).abs_diff(45));
    let frame = 12 + (share(column, row, 5) * 20.0) as u32;
    let pane = frame.saturating_sub(4 + (share(column, row, 6) * 8.0) as u32);
    if ring > frame || (pane / 2..pane).contains(&ring) { 170.0 } else { 60.0 }
}

/// Five sizes of bumps, each a half of the one before and `fading` as high; 0 to about 2.
fn clouds(x: u32, y: u32, size: f32, fading: f32) -> f32 {
    let (mut sum, mut size, mut height) = (0.0, size, 0.5);
    for layer in 10..15 {
        let (u, v) = (x as f32 / size, y as f32 / size);
        let (column, row) = (u as u32, v as u32);
        let (u, v) = (u.fract(), v.fract());
        let at = |x, y| share(column + x, row + y, layer);
        let upper = at(0, 0) * (1.0 - u) + at(1, 0) * u;
        let lower = at(0, 1) * (1.0 - u) + at(1, 1) * u;
        sum += height * (upper * (1.0 - v) + lower * v);
        (size, height) = (size / 2.0, height * fading);
    }
    sum
}

/// A number between 0 and 1 for each place and purpose (the mixer of SplitMix64).
fn share(x: u32, y: u32, purpose: u32) -> f32 {
    let place = u64::from(x) << 40 ^ u64::from(y) << 16 ^ u64::from(purpose);
    let mixed = place.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((mixed ^ (mixed >> 31)) >> 40) as f32 / (1_u32 << 24) as f32
}

const WIDTH: u32 = 1280;
const HEIGHT: u32 = 720;
