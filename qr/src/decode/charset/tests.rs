use encoding_rs as peer;

use super::*;

fn text(set: Charset, bytes: &[u8]) -> String {
    let mut text = String::new();
    set.append(bytes, &mut text);
    text
}

/// Compares every pair of bytes; how many characters both have. We have none that the peer has not.
fn in_common(set: Charset, peer: &'static peer::Encoding) -> usize {
    let mut same = 0;
    let trails = |lead| (0x40..=0xFE).map(move |trail| [lead, trail]);
    for bytes in (0x81..=0xFE).flat_map(trails) {
        let ours = character(set.pair(bytes[0], bytes[1]));
        if ours != char::REPLACEMENT_CHARACTER {
            let theirs = peer.decode_without_bom_handling(&bytes).0;
            assert_eq!(theirs, ours.to_string(), "{bytes:X?}");
            same += 1;
        }
    }
    same
}

#[test]
fn shift_jis_is_that_of_browsers() {
    // What they have more is for private use and a second copy of IBM's additions.
    assert_eq!(in_common(Charset::ShiftJis, peer::SHIFT_JIS), 7_336);
}

#[test]
fn chinese_and_korean_are_the_common_part_of_what_browsers_have() {
    assert_eq!(in_common(Charset::Gb2312, peer::GB18030), 7_445);
    assert!(in_common(Charset::KsX1001, peer::EUC_KR) > 8_200);
    assert!(in_common(Charset::Big5, peer::BIG5) > 13_400);
}

#[test]
fn single_byte_sets_are_those_of_browsers() {
    for (number, peer) in [
        (4, peer::ISO_8859_2),
        (5, peer::ISO_8859_3),
        (6, peer::ISO_8859_4),
        (7, peer::ISO_8859_5),
        (8, peer::ISO_8859_6),
        (9, peer::ISO_8859_7),
        (10, peer::ISO_8859_8),
        (12, peer::ISO_8859_10),
        (15, peer::ISO_8859_13),
        (16, peer::ISO_8859_14),
        (17, peer::ISO_8859_15),
        (18, peer::ISO_8859_16),
        (21, peer::WINDOWS_1250),
        (22, peer::WINDOWS_1251),
        (23, peer::WINDOWS_1252),
        (24, peer::WINDOWS_1256),
    ] {
        let set = Charset::designated(number).unwrap();
        for byte in 0xA0..=0xFF {
            let bytes = [byte];
            let theirs = peer.decode_without_bom_handling(&bytes).0;
            assert_eq!(text(set, &[byte]), theirs, "{number} {byte:X}");
        }
    }
}

#[test]
fn what_means_nothing_is_replaced() {
    assert_eq!(text(Charset::ShiftJis, b"\x81"), "\u{FFFD}");
    assert_eq!(text(Charset::ShiftJis, b"\x85\x41a"), "\u{FFFD}Aa");
    assert_eq!(text(Charset::Gb2312, b"\xFE\xFEa"), "\u{FFFD}a");
    assert_eq!(text(Charset::Utf16 { little: false }, b"\0a\xD8\0\0"), "a\u{FFFD}\u{FFFD}");
    assert_eq!(text(Charset::Utf8, b"a\xFFb"), "a\u{FFFD}b");
}

#[test]
fn every_number_of_a_set_is_safe() {
    for number in 0..1_000_000 {
        if let Some(set) = Charset::designated(number) {
            for byte in 0..=255 {
                text(set, &[byte, byte, byte]);
            }
        }
    }
}
