//! A live camera reads what no single frame shows, and says why it does not read.

use countersign::qr::{self, Frame, Hint, Scanner};
use countersign_cli::photo::{self, Conditions};
use countersign_tests::made::FRAMES;
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
            lamp_at: if number.is_multiple_of(2) { (along, down) } else { (down, along) },
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
        let read_alone = frames.iter().filter(|picture| !qr::scan(frame(picture)).is_empty());
        let read_alone = read_alone.count();
        let mut scanner = Scanner::new();
        let read = frames.iter().filter(|picture| {
            let sighting = scanner.scan(frame(picture));
            assert!(sighting.payloads().iter().all(|payload| payload.text() == TEXT));
            !sighting.payloads().is_empty()
        });
        let read = read.count();
        assert!(read >= read_alone, "sequence {number}");
        alone += usize::from(read_alone > 0);
        together += usize::from(read > 0);
    }
    println!("{alone} of 12 sequences read frame by frame, {together} with a memory");
    assert!(together > alone && together >= 12);
}

/// The text's code with a reflection that hides too much of it for one frame, to the left or right.
fn lit(text: &str, right: bool, seed: u64) -> GrayImage {
    let code = photo::qr_picture(text, 5, 4).unwrap();
    let lamp_at = if right { (0.68, 0.55) } else { (0.45, 0.6) };
    let conditions = Conditions { lamp: 0.19, lamp_at, noise: 4.0, ..Conditions::CLEAN };
    photo::photograph(&code, &conditions, seed)
}

#[test]
fn forgetting_forgets() {
    fn unread(scanner: &mut Scanner, picture: &GrayImage) -> bool {
        scanner.scan(frame(picture)).payloads().is_empty()
    }
    let mut told = 0;
    for number in 0..12 {
        let frames = sequence(number);
        if frames.iter().any(|picture| !qr::scan(frame(picture)).is_empty()) {
            continue;
        }
        // The frame that reads with the memory of those before it, and not without.
        let mut scanner = Scanner::new();
        let Some(last) = frames.iter().position(|picture| !unread(&mut scanner, picture)) else {
            continue;
        };
        let mut scanner = Scanner::new();
        assert!(frames[..last].iter().all(|picture| unread(&mut scanner, picture)));
        scanner.forget();
        assert!(unread(&mut scanner, &frames[last]), "sequence {number}");
        told += 1;
    }
    assert!(told > 0, "every sequence reads without a memory, or none with it");
}

#[test]
fn codes_in_turn_never_give_a_third_text() {
    for pair in 0..6_u64 {
        let texts =
            [0, 1].map(|last| TEXT.replace("QGEZ", &format!("QAB{}", (b'C' + last) as char)));
        let others =
            [TEXT.replace("agent.seven", "agent.eight"), texts[(pair % 2) as usize].clone()];
        let (mut scanner, mut unread) = (Scanner::new(), 0);
        for step in 0..6_u64 {
            let texts = if pair < 3 { &texts } else { &others };
            let picture = lit(&texts[(step % 2) as usize], step % 4 < 2, pair * 6 + step);
            let sighting = scanner.scan(frame(&picture));
            unread += usize::from(sighting.seen().is_some());
            for payload in sighting.payloads() {
                assert!(texts.iter().any(|text| text == payload.text()), "{}", payload.text());
            }
        }
        assert!(unread > 0);
    }
}

#[test]
fn a_code_that_is_not_read_says_why() {
    let code = photo::qr_picture(TEXT, 5, 4).unwrap();
    let noise = Conditions { noise: 4.0, ..Conditions::CLEAN };
    let turned = photo::photograph(&code, &Conditions { turn: 45.0, ..noise }, 1);
    let (width, height) = turned.dimensions();
    let cut = image::imageops::crop_imm(&turned, 0, 0, width, height * 6 / 10).to_image();
    let take = |conditions: Conditions| photo::photograph(&code, &conditions, 1);
    for (picture, hint) in [
        (cut, Hint::CutOff),
        (take(Conditions { zoom: 0.24, blur: 0.5, ..noise }), Hint::TooSmall),
        (take(Conditions { lamp: 0.25, lamp_at: (0.55, 0.6), ..noise }), Hint::TooBright),
        (take(Conditions { blur: 3.0, ..noise }), Hint::TooBlurred),
    ] {
        let sighting = Scanner::new().scan(frame(&picture));
        assert!(sighting.payloads().is_empty(), "{hint:?}");
        assert_eq!(sighting.seen().unwrap().hint, Some(hint));
        assert_eq!(sighting.corners(), Some(sighting.seen().unwrap().corners));
    }
}

#[test]
fn nothing_is_seen_where_there_is_no_code() {
    for made in FRAMES {
        let picture = made.picture();
        assert_eq!(Scanner::new().scan(frame(&picture)).seen(), None, "{}", made.name);
    }
}

#[test]
fn brackets_stand_around_the_code_read_or_not() {
    let clean = photo::qr_picture(TEXT, 5, 4).unwrap();
    for picture in [clean, lit(TEXT, true, 2)] {
        let corners = Scanner::new().scan(frame(&picture)).corners().unwrap();
        let (near, far) = (20.0, picture.width() as f32 - 20.0);
        for (corner, at) in corners.iter().zip([(near, near), (far, near), (far, far), (near, far)])
        {
            // Where the light hides the fourth corner, it is told less well.
            assert!((corner.x - at.0).abs() < 15.0 && (corner.y - at.1).abs() < 15.0, "{corner:?}");
        }
    }
}

#[test]
fn a_scanner_prints_nothing_of_what_it_saw() {
    let mut scanner = Scanner::new();
    let before = format!("{scanner:?}");
    let sighting = scanner.scan(frame(&lit(TEXT, true, 1)));
    assert_eq!(format!("{scanner:?}"), before);
    assert!(!format!("{sighting:?}").contains("modules"));
    let read = scanner.scan(frame(&photo::qr_picture(TEXT, 5, 4).unwrap()));
    assert_eq!(read.payloads()[0].text(), TEXT);
    assert!(!format!("{read:?}").contains("agent"));
}
