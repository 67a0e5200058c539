use proptest::prelude::*;
use qrcode::bits::Bits;
use qrcode::{Color, EcLevel, QrCode, Version};

use super::*;
use crate::modules::Module;

/// A code's modules, each by what `module` makes of its column, its row and whether it is dark.
pub(super) fn modules_of(code: &QrCode, module: impl Fn(usize, usize, bool) -> Module) -> Modules {
    let size = code.width();
    let modules = code.to_colors().into_iter().enumerate();
    let modules =
        modules.map(|(at, colour)| module(at % size, at / size, colour == Color::Dark)).collect();
    Modules::new(size, modules).unwrap()
}

fn certain(dark: bool) -> Module {
    Module { dark, confidence: 255, glare: false }
}

fn read(modules: &Modules) -> Option<String> {
    decode(modules).map(|decoded| decoded.text.to_string())
}

/// What comes out of a code made with that content.
fn read_bits(version: i16, content: impl Fn(&mut Bits)) -> Option<String> {
    let mut bits = Bits::new(Version::Normal(version));
    content(&mut bits);
    bits.push_terminator(EcLevel::L).unwrap();
    let code = QrCode::with_bits(bits, EcLevel::L).unwrap();
    read(&modules_of(&code, |_, _, dark| certain(dark)))
}

fn read_by_rqrr(modules: &Modules) -> Option<String> {
    let grid = rqrr::SimpleGrid::from_func(modules.size(), |x, y| modules.at(x, y).dark);
    rqrr::Grid::new(grid).decode().ok().map(|(_, text)| text)
}

/// Numbers that look random and are the same in each run.
fn numbers(seed: u64) -> impl FnMut() -> usize {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as usize
    }
}

/// Turns over modules of so many codewords of the code's first block, its last, all of that
/// confidence.
fn damaged(code: &QrCode, codewords: usize, confidence: u8) -> Modules {
    let version = (code.width() - 17) / 4;
    let whole = modules_of(code, |_, _, dark| certain(dark));
    let format = format::formats(&whole)[0];
    let (mut spoilt, mut next) = (std::collections::HashSet::new(), numbers(7));
    let blocks = blocks::in_code(version, format.level);
    let layout = Layout::of(version);
    let last = layout.read(&whole, format).values.len() - blocks;
    for codeword in 0..codewords {
        let places = layout.module_places(last - codeword * blocks);
        spoilt.insert(places[0]);
        spoilt.extend(places.iter().filter(|_| next() % 2 == 0));
    }
    modules_of(code, |column, row, dark| {
        let hit = spoilt.contains(&(column as u8, row as u8));
        Module { dark: dark ^ hit, confidence: if hit { confidence } else { 255 }, glare: false }
    })
}

const LEVELS: [EcLevel; 4] = [EcLevel::L, EcLevel::M, EcLevel::Q, EcLevel::H];

#[test]
fn every_version_and_level_reads_either_way_round_and_as_rqrr_reads_it() {
    for (version, level) in (1..=40).flat_map(|version| LEVELS.map(|level| (version, level))) {
        let mut text = String::new();
        // As long as it can be, in bytes.
        let mut next = numbers(version as u64);
        let mut code = None;
        for step in [1000, 100, 10, 1] {
            loop {
                let mut longer = text.clone();
                longer.extend((0..step).map(|_| char::from(b'a' + (next() % 26) as u8)));
                match QrCode::with_version(&longer, Version::Normal(version), level) {
                    Ok(made) => (text, code) = (longer, Some(made)),
                    Err(_) => break,
                }
            }
        }
        let code = code.unwrap();
        let modules = modules_of(&code, |_, _, dark| certain(dark));
        let decoded = decode(&modules).unwrap();
        assert_eq!((decoded.text.as_str(), decoded.mirrored), (&*text, false));
        assert_eq!(read_by_rqrr(&modules), Some(text.clone()));
        let size = modules.size();
        let behind = (0..size * size).map(|at| modules.at(at / size, at % size)).collect();
        let decoded = decode(&Modules::new(size, behind).unwrap()).unwrap();
        assert_eq!((decoded.text.as_str(), decoded.mirrored), (&*text, true));
    }
}

#[test]
fn as_many_errors_as_the_level_promises_are_corrected_and_no_more() {
    // Version, level, errors by Table 9, and one more where padding speaks for it.
    for (version, level, most) in [
        (1, EcLevel::L, 3),
        (1, EcLevel::M, 5),
        (1, EcLevel::H, 8),
        (2, EcLevel::L, 5),
        (3, EcLevel::L, 7),
        (3, EcLevel::M, 13),
        (7, EcLevel::H, 13),
        (20, EcLevel::Q, 15),
    ] {
        let code = QrCode::with_version(b"secret", Version::Normal(version), level).unwrap();
        assert_eq!(read(&damaged(&code, most, 255)).as_deref(), Some("secret"), "{version}");
        assert_eq!(read(&damaged(&code, most + 1, 255)), None, "{version}");
    }
}

#[test]
fn a_full_small_code_spares_what_the_standard_says() {
    let code = QrCode::with_version(b"seventeen letters", Version::Normal(1), EcLevel::L).unwrap();
    assert_eq!(read(&damaged(&code, 2, 255)).as_deref(), Some("seventeen letters"));
    assert_eq!(read(&damaged(&code, 3, 255)), None);
}

#[test]
fn unsure_codewords_are_corrected_beyond_the_errors_of_the_level() {
    for (version, level, most) in
        [(1, EcLevel::M, 6), (1, EcLevel::H, 13), (3, EcLevel::M, 22), (7, EcLevel::H, 22)]
    {
        let code = QrCode::with_version(b"secret", Version::Normal(version), level).unwrap();
        assert_eq!(read(&damaged(&code, most, 40)).as_deref(), Some("secret"), "{version}");
        assert_eq!(read(&damaged(&code, most, 255)), None, "{version}");
        assert_eq!(read(&damaged(&code, most + 1, 40)), None, "{version}");
    }
}

#[test]
fn a_reflection_is_read_around() {
    let code =
        QrCode::with_version(b"otpauth://totp/a?secret=GEZDGNBV", Version::Normal(5), EcLevel::H);
    let modules = |seen: bool| {
        modules_of(code.as_ref().unwrap(), |column, row, dark| {
            let glare = column > 20 && (9..28).contains(&row);
            let confidence = if glare { 255 } else { 200 };
            Module { dark: dark && !glare, confidence, glare: glare && seen }
        })
    };
    assert_eq!(read(&modules(true)).as_deref(), Some("otpauth://totp/a?secret=GEZDGNBV"));
    assert_eq!(read(&modules(false)), None);
}

#[test]
fn random_modules_never_read() {
    let mut next = numbers(1);
    let mut reads = 0;
    for round in 0..20_000 {
        let size = 21 + 4 * (round % 6);
        let modules = (0..size * size).map(|_| Module {
            dark: next().is_multiple_of(2),
            confidence: next() as u8,
            glare: false,
        });
        reads += usize::from(decode(&Modules::new(size, modules.collect()).unwrap()).is_some());
    }
    assert_eq!(reads, 0);
}

#[test]
fn modes_may_be_mixed() {
    let text = read_bits(5, |bits| {
        bits.push_numeric_data(b"0123456").unwrap();
        bits.push_alphanumeric_data(b"AB: %%C%").unwrap();
        bits.push_byte_data(b"\xE6\x97\xA5").unwrap();
        bits.push_kanji_data(b"\x93\x5F\xE4\xAA").unwrap();
    });
    assert_eq!(text.as_deref(), Some("0123456AB: %%C%日点茗"));
}

#[test]
fn a_designated_character_set_is_obeyed() {
    let cases: [(u32, &[u8], &str); 12] = [
        (2, b"\x80", "Ç"),
        (3, b"\xC3\xA9", "Ã©"),
        (4, b"\xB1", "ą"),
        (7, b"\xD0", "а"),
        (17, b"\xA4", "€"),
        (20, b"\x93\xFA\\\xB1", "日\\ｱ"),
        (23, b"\x93\x80", "“€"),
        (25, b"\x00a\x65\xE5\xD8\x3D\xDD\x11", "a日🔑"),
        (26, "日本🔑".as_bytes(), "日本🔑"),
        (28, b"\xA4\xE9", "日"),
        (29, b"\xC8\xD5", "日"),
        (30, b"\xC7\xD1", "한"),
    ];
    for (number, bytes, expected) in cases {
        let text = read_bits(3, |bits| {
            bits.push_eci_designator(number).unwrap();
            bits.push_byte_data(bytes).unwrap();
        });
        assert_eq!(text.as_deref(), Some(expected), "{number}");
    }
    for unknown in [5_000, 200_000] {
        let text = read_bits(3, |bits| {
            bits.push_eci_designator(unknown).unwrap();
            bits.push_byte_data(b"a").unwrap();
        });
        assert_eq!(text, None);
    }
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_text() {
    let text = read_bits(3, |bits| bits.push_byte_data("\u{FEFF}otpauth:".as_bytes()).unwrap());
    assert_eq!(text.as_deref(), Some("otpauth:"));
    assert_eq!(read_bits(3, |bits| bits.push_byte_data("\u{FEFF}".as_bytes()).unwrap()), None);
}

#[test]
fn fnc1_makes_percent_a_separator() {
    let text = read_bits(3, |bits| {
        bits.push_fnc1_first_position().unwrap();
        bits.push_alphanumeric_data(b"01A%21%%B%").unwrap();
    });
    assert_eq!(text.as_deref(), Some("01A\u{1D}21%B\u{1D}"));
    let text = read_bits(3, |bits| {
        bits.push_fnc1_second_position(37).unwrap();
        bits.push_alphanumeric_data(b"A%B").unwrap();
    });
    assert_eq!(text.as_deref(), Some("37A\u{1D}B"));
}

#[test]
fn a_code_without_text_is_none() {
    assert_eq!(read_bits(1, |_| ()), None);
}

#[test]
fn bytes_that_are_no_text_are_characters_each() {
    let text = read_bits(1, |bits| bits.push_byte_data(b"\x80\x81").unwrap());
    assert_eq!(text.as_deref(), Some("\u{80}\u{81}"));
}

proptest! {
    #[test]
    fn no_modules_make_it_panic(
        version in 1_usize..=40,
        seed: u64,
        share in 0_usize..5,
        flat: bool,
    ) {
        let (size, mut next) = (17 + 4 * version, numbers(seed));
        let modules = (0..size * size).map(|_| Module {
            dark: next() % 5 < share,
            confidence: if flat { 0 } else { next() as u8 },
            glare: next() % 7 == 0,
        });
        let modules = Modules::new(size, modules.collect()).unwrap();
        decode(&modules);
        prop_assert!(modules.regularity() <= 1.0);
    }

    #[test]
    fn scattered_damage_never_reads_as_another_text(seed: u64, share in 0_usize..30, level in 0_usize..4) {
        let text = "otpauth://totp/a?secret=GEZDGNBV";
        let code = QrCode::with_error_correction_level(text, LEVELS[level]).unwrap();
        let next = std::cell::RefCell::new(numbers(seed));
        let modules = modules_of(&code, |_, _, dark| {
            let mut next = next.borrow_mut();
            let hit = next() % 100 < share / 2;
            let confidence = if hit { next() % 100 } else { 60 + next() % 196 } as u8;
            Module { dark: dark ^ hit, confidence, glare: false }
        });
        if let Some(read) = read(&modules) {
            prop_assert_eq!(read, text);
        }
        if let Some(peer) = read_by_rqrr(&modules) {
            prop_assert_eq!(read(&modules).unwrap_or(peer.clone()), peer);
        }
    }
}
