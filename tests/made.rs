//! Pictures of our own making, in sets: each set one thing that spoils a picture, twelve times, from
//! easy to hopeless. The behaviour tests read them, and `cargo xtask qr` compares readers on them.
//!
//! The same on every machine. The accounts are invented.

mod codes;
mod frames;

use countersign_cli::photo::{self, Conditions};
use image::GrayImage;

pub use self::frames::FRAMES;

/// A picture and what it says.
pub struct Made {
    /// Its name within its set.
    pub name: String,
    /// Grey, 0 black to 255 white.
    pub picture: GrayImage,
    /// The texts of the codes in it; empty for a picture without one.
    pub texts: Vec<String>,
}

/// One way of spoiling pictures.
pub struct Set {
    /// What spoils them.
    pub name: &'static str,
    /// The picture at a place of the set: 0 the easiest, [`EACH`] − 1 the hardest.
    make: fn(u8) -> Made,
}

impl Set {
    /// All pictures of the set, one after the other as they are asked for.
    pub fn pictures(&self) -> impl Iterator<Item = Made> {
        (0..EACH).map(self.make)
    }
}

/// Every set in which each picture has a code. Those without are [`FRAMES`].
pub const SETS: &[Set] = &[
    Set { name: "perspective", make: perspective },
    Set { name: "blur", make: blur },
    Set { name: "motion", make: motion },
    Set { name: "noise", make: noise },
    Set { name: "glare", make: glare },
    Set { name: "low contrast", make: low_contrast },
    Set { name: "uneven light", make: uneven_light },
    Set { name: "inverted", make: inverted },
    Set { name: "mirrored", make: mirrored },
    Set { name: "bent", make: bent },
    Set { name: "moire", make: moire },
    Set { name: "small", make: small },
    Set { name: "damaged", make: damaged },
    Set { name: "no quiet zone", make: no_quiet_zone },
    Set { name: "finder hidden", make: finder_hidden },
];

/// Pictures in a set.
pub const EACH: u8 = 12;

/// What no phone can help: a little out of focus, a little noise.
const PHONE: Conditions = Conditions { blur: 0.7, noise: 3.0, ..Conditions::CLEAN };

/// From `easy` at place 0 evenly to `hard` at the last.
fn between(place: u8, easy: f32, hard: f32) -> f32 {
    easy + (hard - easy) * f32::from(place) / f32::from(EACH - 1)
}

/// A turn that differs from picture to picture, and is never quite straight.
fn turn(place: u8) -> f32 {
    f32::from(place) * 67.0 + 4.0
}

/// A photograph of the code at a place, at four pixels a module before its `zoom`.
fn photograph(place: u8, conditions: Conditions) -> Made {
    let text = codes::text(place);
    let picture = photo::draw(&codes::code(&text, place), MODULE_PX, 4);
    taken(place, text, &picture, conditions)
}

fn taken(place: u8, text: String, picture: &GrayImage, conditions: Conditions) -> Made {
    let picture = photo::photograph(picture, &conditions, place.into());
    Made { name: format!("{place:02}"), picture, texts: vec![text] }
}

fn perspective(place: u8) -> Made {
    let tilt = between(place, 20.0, 60.0) * if place.is_multiple_of(2) { 1.0 } else { -1.0 };
    photograph(place, Conditions { tilt, turn: turn(place), ..PHONE })
}

fn blur(place: u8) -> Made {
    // In modules from a quarter to as much as leaves nothing of one.
    let blur = between(place, 0.25, 1.0) * MODULE_PX as f32;
    photograph(place, Conditions { blur, turn: turn(place) / 10.0, ..PHONE })
}

fn motion(place: u8) -> Made {
    let motion = between(place, 0.5, 2.5) * MODULE_PX as f32;
    photograph(place, Conditions { motion, motion_way: turn(place), turn: 8.0, ..PHONE })
}

fn noise(place: u8) -> Made {
    let noise = between(place, 15.0, 140.0);
    photograph(place, Conditions { noise, turn: turn(place), tilt: 10.0, ..PHONE })
}

fn glare(place: u8) -> Made {
    let (x, y) = [(0.5, 0.5), (0.7, 0.75), (0.3, 0.6), (0.75, 0.4)][usize::from(place % 4)];
    let lamp = between(place, 0.03, 0.17);
    photograph(place, Conditions { lamp, lamp_at: (x, y), glare: 0.3, tilt: 15.0, ..PHONE })
}

fn low_contrast(place: u8) -> Made {
    let contrast = 0.4 * 0.78_f32.powi(place.into());
    photograph(place, Conditions { contrast, noise: 2.0, turn: turn(place), ..PHONE })
}

fn uneven_light(place: u8) -> Made {
    let (shade, shadow) = (between(place, 0.3, 0.95), between(place, 0.3, 0.93));
    photograph(place, Conditions { shade, shadow, turn: turn(place), ..PHONE })
}

fn inverted(place: u8) -> Made {
    let (noise, blur) = (between(place, 3.0, 70.0), between(place, 0.5, 1.8));
    photograph(place, Conditions { inverted: true, noise, blur, turn: turn(place), ..PHONE })
}

fn mirrored(place: u8) -> Made {
    let (tilt, blur) = (between(place, 0.0, 48.0), between(place, 0.5, 2.2));
    photograph(place, Conditions { mirrored: true, tilt, blur, turn: turn(place), ..PHONE })
}

fn bent(place: u8) -> Made {
    let bend = between(place, 40.0, 165.0);
    photograph(place, Conditions { bend, turn: turn(place) / 8.0, zoom: 1.3, ..PHONE })
}

fn moire(place: u8) -> Made {
    let moire_pitch = [9.0, 3.0, 5.0, 16.0][usize::from(place % 4)];
    let moire = between(place, 0.25, 0.95);
    photograph(place, Conditions { moire, moire_pitch, turn: 3.0, tilt: 8.0, ..PHONE })
}

fn small(place: u8) -> Made {
    // From three pixels a module to 1.2.
    let zoom = between(place, 3.0, 1.2) / MODULE_PX as f32;
    photograph(place, Conditions { zoom, blur: 0.4, noise: 2.0, turn: turn(place) / 9.0, ..PHONE })
}

fn damaged(place: u8) -> Made {
    let text = codes::text(place);
    let mut picture = photo::draw(&codes::code(&text, place), MODULE_PX, 4);
    codes::damage(&mut picture, place, MODULE_PX);
    taken(place, text, &picture, Conditions { turn: turn(place), tilt: 10.0, ..PHONE })
}

fn finder_hidden(place: u8) -> Made {
    let text = codes::text(place);
    let mut picture = photo::draw(&codes::code(&text, place), MODULE_PX, 4);
    codes::hide_finder(&mut picture, place, MODULE_PX);
    let (tilt, blur) = (between(place, 0.0, 35.0), between(place, 0.5, 1.6));
    taken(place, text, &picture, Conditions { tilt, blur, turn: turn(place), ..PHONE })
}

fn no_quiet_zone(place: u8) -> Made {
    let text = codes::text(place);
    let quiet_zone = [2, 1, 1, 0][usize::from(place / 3)];
    let picture = photo::draw(&codes::code(&text, place), MODULE_PX, quiet_zone);
    let around = Some([160, 90, 20][usize::from(place % 3)]);
    taken(place, text, &picture, Conditions { around, turn: turn(place), tilt: 12.0, ..PHONE })
}

const MODULE_PX: u32 = 4;
