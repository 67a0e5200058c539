//! A code is read however badly it was photographed, and nothing is read where there is none.

use std::time::{Duration, Instant};

use countersign::qr::{self, Frame};
use countersign_cli::photo::{self, Conditions};
use countersign_tests::made::{FRAMES, SETS};
use image::{GrayImage, Luma};
use qrcode::{EcLevel, QrCode, Version};

const TEXT: &str = "otpauth://totp/Example:agent.seven%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Example";
const CLEAN: Conditions = Conditions::CLEAN;

fn picture() -> GrayImage {
    photo::qr_picture(TEXT, 4, 4).unwrap()
}

fn scan(frame: &GrayImage) -> Vec<String> {
    let (width, height) = (frame.width() as usize, frame.height() as usize);
    let frame = Frame::new(frame.as_raw(), width, height, width).unwrap();
    qr::scan(frame).iter().map(|payload| payload.text().to_owned()).collect()
}

fn scan_still(picture: &GrayImage) -> Vec<String> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let frame = Frame::new(picture.as_raw(), width, height, width).unwrap();
    qr::scan_still(frame).iter().map(|payload| payload.text().to_owned()).collect()
}

fn reads(conditions: Conditions) {
    for seed in 0..3 {
        let frame = photo::photograph(&picture(), &conditions, seed);
        assert_eq!(scan(&frame), [TEXT], "{conditions:?}, seed {seed}");
    }
}

/// How many of each set of made pictures read, at least. They go up to the hopeless, so that a better
/// reader shows; none may read wrong.
const FLOORS: [(&str, usize); 15] = [
    ("perspective", 12),
    ("blur", 4),
    ("motion", 7),
    ("noise", 11),
    ("glare", 11),
    ("low contrast", 12),
    ("uneven light", 12),
    ("inverted", 10),
    ("mirrored", 8),
    ("bent", 6),
    ("moire", 9),
    ("small", 12),
    ("damaged", 6),
    ("no quiet zone", 12),
    ("finder hidden", 8),
];

#[test]
fn of_each_set_of_made_pictures_as_many_read_as_ever() {
    let names: Vec<_> = SETS.iter().map(|set| set.name).collect();
    assert_eq!(FLOORS.map(|(name, _)| name).as_slice(), names);
    for (set, (_, floor)) in SETS.iter().zip(FLOORS) {
        let mut read = 0;
        for made in set.pictures() {
            let texts = scan_still(&made.picture);
            assert!(
                texts.iter().all(|text| made.texts.contains(text)),
                "{} {}",
                set.name,
                made.name
            );
            read += usize::from(texts == made.texts);
        }
        assert!(read >= floor, "{}: {read} read, {floor} did", set.name);
    }
}

#[test]
fn made_frames_without_a_code_read_nothing() {
    for frame in FRAMES {
        let frame = (frame.name, frame.picture());
        assert!(scan(&frame.1).is_empty() && scan_still(&frame.1).is_empty(), "{}", frame.0);
    }
}

#[test]
fn each_condition_alone_reads() {
    for tilt in [-45.0, -25.0, 25.0, 45.0] {
        reads(Conditions { tilt, ..CLEAN });
    }
    for blur in [0.5, 1.0, 1.5, 2.0] {
        reads(Conditions { blur, ..CLEAN });
    }
    for noise in [10.0, 30.0, 50.0] {
        reads(Conditions { noise, ..CLEAN });
    }
    for contrast in [0.5, 0.2, 0.08] {
        reads(Conditions { contrast, ..CLEAN });
    }
    for shade in [0.5, 0.9] {
        reads(Conditions { shade, ..CLEAN });
    }
    for zoom in [0.4, 0.7, 1.7, 6.0] {
        reads(Conditions { zoom, ..CLEAN });
    }
    reads(Conditions { glare: 0.5, ..CLEAN });
    reads(Conditions { inverted: true, ..CLEAN });
    reads(Conditions { mirrored: true, ..CLEAN });
}

#[test]
fn every_turn_reads() {
    for turn in (0..360_u16).step_by(15) {
        for conditions in [CLEAN, Conditions::BAD] {
            let conditions = Conditions { turn: turn.into(), ..conditions };
            let frame = photo::photograph(&picture(), &conditions, turn.into());
            assert_eq!(scan(&frame), [TEXT], "{conditions:?}");
        }
    }
}

#[test]
fn conditions_together_read() {
    for inverted in [false, true] {
        for mirrored in [false, true] {
            reads(Conditions { inverted, mirrored, ..Conditions::BAD });
            reads(Conditions {
                inverted,
                mirrored,
                turn: 200.0,
                tilt: -30.0,
                zoom: 2.5,
                ..Conditions::BAD
            });
        }
    }
}

#[test]
fn every_version_reads() {
    for version in 1_u8..=40 {
        let text = "7".repeat(2 + 15 * usize::from(version));
        let code =
            QrCode::with_version(&text, Version::Normal(version.into()), EcLevel::L).unwrap();
        for module_px in [2, 3] {
            assert_eq!(
                scan(&photo::draw(&code, module_px, 4)),
                std::slice::from_ref(&text),
                "version {version}"
            );
        }
        let turned = Conditions { turn: 10.0, tilt: 10.0, ..CLEAN };
        let frame = photo::photograph(&photo::draw(&code, 4, 4), &turned, 1);
        assert_eq!(scan(&frame), [text], "version {version}, turned");
    }
}

#[test]
fn corners_are_those_of_the_code_in_reading_order() {
    let frame = photo::photograph(&picture(), &Conditions { turn: 90.0, ..CLEAN }, 0);
    let side = frame.width() as usize;
    let payloads = qr::scan(Frame::new(frame.as_raw(), side, side, side).unwrap());
    let (near, far) = (16.0, side as f32 - 16.0);
    let turned = [(far, near), (far, far), (near, far), (near, near)];
    for (corner, (x, y)) in payloads[0].corners().iter().zip(turned) {
        assert!((corner.x - x).abs() < 2.0 && (corner.y - y).abs() < 2.0, "{corner:?}");
    }
}

#[test]
fn a_row_stride_wider_than_the_frame_reads() {
    let picture = picture();
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let stride = width + 61;
    let mut luma = vec![0xA5; stride * (height - 1) + width];
    for (y, row) in picture.as_raw().chunks(width).enumerate() {
        luma[y * stride..y * stride + width].copy_from_slice(row);
    }
    let payloads = qr::scan(Frame::new(&luma, width, height, stride).unwrap());
    assert_eq!(payloads[0].text(), TEXT);
}

#[test]
fn several_codes_in_a_frame_read_and_equal_texts_count_once() {
    let mut frame = GrayImage::from_pixel(1280, 720, Luma([255]));
    let texts = ["first code", "second code", TEXT, "fourth code"];
    for (place, text) in (0..6).zip(texts.into_iter().chain(["first code", TEXT])) {
        let code = photo::qr_picture(text, 4 + place % 3, 4).unwrap();
        let (left, top) = (20 + i64::from(place % 3) * 420, 10 + i64::from(place / 3) * 350);
        image::imageops::replace(&mut frame, &code, left, top);
    }
    let mut found = scan(&frame);
    found.sort();
    let mut expected = texts.map(str::to_owned);
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn dark_and_light_codes_share_a_frame() {
    let mut frame = GrayImage::from_pixel(800, 400, Luma([255]));
    let dark = photo::qr_picture("dark on light", 4, 4).unwrap();
    let light = photo::qr_picture("light on dark", 4, 4).unwrap();
    let light = photo::photograph(&light, &Conditions { inverted: true, ..CLEAN }, 0);
    image::imageops::replace(&mut frame, &dark, 40, 40);
    image::imageops::replace(&mut frame, &light, 450, 90);
    let mut found = scan(&frame);
    found.sort();
    assert_eq!(found, ["dark on light", "light on dark"]);
}

#[test]
fn frames_without_a_code_read_nothing() {
    for luma in [0, 128, 255] {
        assert!(scan(&GrayImage::from_pixel(640, 480, Luma([luma]))).is_empty());
    }
    for (seed, contrast) in (0..8).zip([1.0, 0.0].repeat(4)) {
        let plain = GrayImage::from_fn(640, 480, |x, _| Luma([(x / 3) as u8]));
        let noise = Conditions { noise: 60.0, contrast, ..CLEAN };
        assert!(scan(&photo::photograph(&plain, &noise, seed)).is_empty());
    }
}

#[test]
fn sizes_of_any_kind_read_nothing_and_end() {
    for (width, height) in [(1, 1), (3, 3), (1, 60_000), (60_000, 1), (7, 4000), (65_535, 65)] {
        let frame = GrayImage::from_fn(width, height, |x, y| {
            Luma([if (x ^ y) % 3 == 0 { 0 } else { 255 }])
        });
        assert!(scan(&frame).is_empty(), "{width} × {height}");
    }
}

#[test]
fn a_picture_of_30000_by_30000_in_100_bytes_is_refused_in_milliseconds() {
    let mut bomb = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x75\x30\0\0\x75\x30\x08\0\0\0\0".to_vec();
    bomb.resize(100, 0);
    let started = Instant::now();
    assert_eq!(qr::scan_picture(&bomb).unwrap_err(), qr::PictureError::TooLarge);
    assert!(started.elapsed() < Duration::from_millis(50), "{:?}", started.elapsed());
}

#[test]
fn a_wall_of_finder_patterns_ends() {
    for pitch in [8, 9] {
        let side = 40 * pitch + 4;
        let wall = GrayImage::from_fn(side, side, |x, y| {
            let ring = (x % pitch).abs_diff(3).max((y % pitch).abs_diff(3));
            Luma([if matches!(ring, 0 | 1 | 3) { 0 } else { 255 }])
        });
        let started = Instant::now();
        assert!(scan(&wall).is_empty());
        let png = photo::png(&wall).unwrap();
        assert!(qr::scan_picture(&png).unwrap().is_empty());
        assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    }
}
