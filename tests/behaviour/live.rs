//! A live camera reads what no single frame shows, and says why it does not read.

use countersign::qr::{self, Frame, Scanner, Sighting};
use countersign_cli::photo::{self, Conditions};
use image::GrayImage;

const TEXT: &str = "otpauth://totp/Example:agent.seven%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Example";

fn frame(picture: &GrayImage) -> Frame<'_> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    Frame::new(picture.as_raw(), width, height, width).unwrap()
}

/// Six frames over which a lamp's reflection moves, in a hand that is not still.
fn sequence(number: u64) -> Vec<GrayImage> {
    let code = photo::qr_picture(TEXT, 5, 4).unwrap();
    let share = |step: u64| (number * 7 + step * 5) as f32 % 12.0 / 12.0;
    let frames = (0..6_u8).map(|at| {
        let at = f32::from(at);
        // From one side to the other and a little downwards, or the other way.
        let (along, down) = (0.25 + 0.1 * at, 0.4 + 0.2 * share(1) + 0.03 * at);
        let conditions = Conditions {
            turn: 30.0 * share(2) + at,
            tilt: 20.0 * share(3) - 10.0 + 0.5 * at,
            blur: 0.8,
            noise: 6.0,
            contrast: 0.7,
            lamp: 0.14 + 0.06 * share(4),
            lamp_at: if number % 2 == 0 { (along, down) } else { (down, along) },
            ..Conditions::CLEAN
        };
        photo::photograph(&code, &conditions, number * 10 + at as u64)
    });
    frames.collect()
}

#[test]
fn a_moving_reflection_is_read_around() {
    let (mut alone, mut together) = (0, 0);
    for number in 0..12 {
        let frames = sequence(number);
        let singles: Vec<_> = frames.iter().map(|picture| qr::scan(frame(picture)).len()).collect();
        let mut scanner = Scanner::new();
        let sightings: Vec<Sighting> =
            frames.iter().map(|picture| scanner.scan(frame(picture))).collect();
        let reads: Vec<_> =
            sightings.iter().map(|s| (s.payloads().len(), s.seen().map(|s| s.hint))).collect();
        println!("{number}: {singles:?} {reads:?}");
        alone += usize::from(singles.iter().any(|&read| read > 0));
        together += usize::from(reads.iter().any(|&read| read.0 > 0));
    }
    println!("{alone} of 12 sequences read frame by frame, {together} with a memory");
    assert!(together > alone);
}
