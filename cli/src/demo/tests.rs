//! The demonstration without a terminal, and how sure its photographs are to be read.

use super::steps::{CLEAN, PHOTO, bad_luck, read};
use super::*;
use crate::photo::{photograph, png};

fn shown(options: &Options) -> String {
    let mut out = Vec::new();
    let enrolled = enroll(options, &mut out).unwrap();
    enrolled.print_code(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn every_photograph_is_read() {
    // Unoptimised, a photograph takes its time.
    let seeds = if cfg!(debug_assertions) { 40 } else { 200 };
    for seed in 0..seeds {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let web = RelyingParty::register(DEVICE, &mut rng).unwrap();
        let (conditions, photo_seed) = bad_luck(&mut rng);
        let photo = photograph(&clean_picture(&web).unwrap(), &conditions, photo_seed);
        let text = read(&png(&photo).unwrap()).unwrap_or_else(|error| panic!("{seed}: {error}"));
        assert!(text == web.enrollment_code(), "seed {seed}");
    }
}

#[test]
fn a_seeded_demonstration_tells_every_step_and_shows_the_code_once() {
    let options = Options { seed: Some(1), ..Options::default() };
    let told = shown(&options);
    for step in [
        " 1  A relying party shows an enrollment QR code",
        " 2  Somebody photographs it badly",
        " 3  The photograph is read",
        " 4  Verify device → Scan QR",
        " 5  Continue, too early",
        " 6  The code is typed on the web",
        " 7  Continue → Device registered",
        " 8  The phone is switched off and on",
    ] {
        assert!(told.contains(&format!("\n{step}")), "{told}");
    }
    let typed = told.lines().find(|line| line.contains("from its own secret")).unwrap();
    let last = told.lines().last().unwrap();
    assert!(typed.trim().starts_with(last.trim().strip_suffix("    19 s left").unwrap()), "{told}");
    assert!(told.lines().all(|line| line.chars().count() <= 80), "{told}");
    assert_eq!(told, shown(&options), "a seed tells the same");
    assert_ne!(told, shown(&Options { seed: Some(2), ..Options::default() }));
}

#[test]
fn a_demonstration_without_a_seed_ends_well_and_with_another_code() {
    let last = || shown(&Options::default()).lines().last().unwrap().to_owned();
    let (one, other) = (last(), last());
    assert!(one.ends_with(" s left") && other.ends_with(" s left"), "{one}");
    assert_ne!(one, other, "a new secret each time");
}

#[test]
fn kept_pictures_are_the_code_and_its_photograph() {
    let folder = tempfile::tempdir().unwrap();
    let keep = folder.path().join("pictures");
    shown(&Options { keep: Some(keep.clone()), seed: Some(1), ..Options::default() });
    let texts = [CLEAN, PHOTO].map(|name| read(&fs::read(keep.join(name)).unwrap()).unwrap());
    assert!(texts[0] == texts[1] && texts[0].starts_with("otpauth://totp/"));
}

#[test]
fn a_photograph_that_is_not_read_is_an_error() {
    let blank = png(&GrayImage::from_pixel(200, 200, image::Luma([200]))).unwrap();
    assert!(read(&blank).unwrap_err().to_string().starts_with("no QR code was found"));
    assert!(read(b"no picture").is_err());
}

#[test]
fn nothing_of_it_stays_on_the_disk() {
    let mut out = Vec::new();
    let enrolled = enroll(&Options { seed: Some(1), ..Options::default() }, &mut out).unwrap();
    let folder = enrolled._folder.path().to_owned();
    assert!(folder.join("vault").exists());
    drop(enrolled);
    assert!(!folder.exists());
}
