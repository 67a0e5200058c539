//! What falls on the sensor of a camera: a picture projected, out of focus and badly lit.

use std::f32::consts::TAU;

use image::GrayImage;

use super::{Conditions, Random};

/// What falls on the sensor, before it is rounded to bytes.
pub(super) struct Exposure {
    pub(super) luma: Vec<f32>,
    pub(super) width: usize,
    pub(super) height: usize,
}

/// Projects the picture onto the sensor of a camera that is turned and slanted.
pub(super) fn expose(picture: &GrayImage, conditions: &Conditions) -> Exposure {
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
    let around = f32::from(conditions.around.unwrap_or(picture.get_pixel(0, 0).0[0]));
    let bend = Bend::new(conditions.bend, width, distance);
    let seen = |x: f32, y: f32| {
        // From the sensor along the ray to the slanted plane, then turned back upright.
        let (x, y) = ((x - out_width as f32 / 2.0) / zoom, (y - out_height as f32 / 2.0) / zoom);
        let u = x * distance / (distance * tilt_cos - x * tilt_sin);
        let v = y * (distance + u * tilt_sin) / distance;
        let (across, down) = bend.unroll(u * turn_cos + v * turn_sin, v * turn_cos - u * turn_sin);
        let (mut column, row) = (across + width / 2.0, down + height / 2.0);
        if conditions.mirrored {
            column = width - column;
        }
        let inside = column >= 0.0 && row >= 0.0 && column < width && row < height;
        let luma = if inside {
            f32::from(picture.get_pixel(column as u32, row as u32).0[0])
        } else {
            around
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

/// The round thing that the picture goes around: a cylinder that stands upright before the camera.
struct Bend {
    /// In pixels of the picture; `None` for a flat one.
    radius: Option<f32>,
    /// From the camera to the nearest line of the cylinder.
    distance: f32,
}

impl Bend {
    fn new(degrees: f32, width: f32, distance: f32) -> Self {
        let arc = degrees.clamp(0.0, 180.0).to_radians();
        Self { radius: (arc > 0.0).then(|| width / arc), distance }
    }

    /// The place in the flat picture, from its middle, that is seen at a place from the middle.
    fn unroll(&self, x: f32, y: f32) -> (f32, f32) {
        let Some(radius) = self.radius else { return (x, y) };
        if x.abs() >= radius {
            return (f32::INFINITY, y);
        }
        let angle = (x / radius).asin();
        // What curves away is farther off, and so smaller.
        let farther = radius * (1.0 - angle.cos());
        (radius * angle, y * (self.distance + farther) / self.distance)
    }
}

/// Spreads the light of each pixel over its surroundings.
pub(super) fn blur(light: &mut Exposure, sigma: f32) {
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

/// Spreads the light along the way that the hand moved while the shutter was open.
pub(super) fn smear(light: &mut Exposure, conditions: &Conditions) {
    if conditions.motion <= 0.0 {
        return;
    }
    let (sin, cos) = conditions.motion_way.to_radians().sin_cos();
    let steps = (2.0 * conditions.motion).ceil() as usize;
    let before = light.luma.clone();
    let (width, height) = (light.width, light.height);
    let at = |x: f32, y: f32| {
        let column = x.round().clamp(0.0, width as f32 - 1.0) as usize;
        let row = y.round().clamp(0.0, height as f32 - 1.0) as usize;
        before[row * width + column]
    };
    for (place, luma) in light.luma.iter_mut().enumerate() {
        let (x, y) = ((place % width) as f32, (place / width) as f32);
        let way = (0..=steps).map(|step| conditions.motion * (step as f32 / steps as f32 - 0.5));
        let sum: f32 = way.map(|way| at(x + way * cos, y + way * sin)).sum();
        *luma = sum / (steps + 1) as f32;
    }
}

/// Takes contrast, lays a screen's beat over it, lets the light fall off towards the lower right and
/// behind a shadow's edge, and reflects the lamps.
pub(super) fn illuminate(light: &mut Exposure, conditions: &Conditions, random: &mut Random) {
    let (width, height) = (light.width as f32, light.height as f32);
    let reflection = (random.share() * width, random.share() * height);
    let radius = 0.1 * width;
    let lamp = (conditions.lamp_at.0 * width, conditions.lamp_at.1 * height);
    let lamp_radius = conditions.lamp * width;
    for (at, luma) in light.luma.iter_mut().enumerate() {
        let (x, y) = ((at % light.width) as f32, (at / light.width) as f32);
        let mut dimmed = 1.0 - conditions.shade * (x / width + y / height) / 2.0;
        if conditions.moire > 0.0 {
            dimmed *= 1.0 - conditions.moire * beat(x, y, conditions.moire_pitch.max(2.0));
        }
        // Aslant, since an edge along the rows of modules would cut no module in two.
        let below = (y - height / 2.0) - (x - width / 2.0) / 3.0;
        dimmed *= 1.0 - conditions.shadow * (below / (0.02 * height) + 0.5).clamp(0.0, 1.0);
        let off = ((x - reflection.0).powi(2) + (y - reflection.1).powi(2)) / (radius * radius);
        *luma = (128.0 + (*luma - 128.0) * conditions.contrast) * dimmed;
        *luma += (255.0 - *luma) * conditions.glare * (-off / 2.0).exp();
        if lamp_radius > 0.0 {
            let off = (x - lamp.0).hypot(y - lamp.1) / lamp_radius;
            *luma += (255.0 - *luma) * (3.0 - 2.0 * off).clamp(0.0, 1.0);
        }
    }
}

/// How dark the beat of two rasters of pixels is at a place, 0 to 1: stripes in both directions, a
/// little aslant, as no camera is held quite straight.
fn beat(x: f32, y: f32, pitch: f32) -> f32 {
    let stripe = |along: f32| (1.0 - (TAU * along / pitch).cos()) / 2.0;
    let (sin, cos) = ASLANT.sin_cos();
    stripe(x * cos + y * sin).max(stripe(y * cos - x * sin))
}

/// About seven degrees.
const ASLANT: f32 = 0.12;
