//! Which character set bytes are in that do not say so.
//!
//! The second edition of the standard says ISO/IEC 8859-1, the first JIS X 0201, and nearly everyone
//! writes UTF-8.

use super::{Charset, character};

/// The set that the bytes are in. What is no text in any has each byte as a character, so that nothing
/// of it is lost.
pub(super) fn charset(bytes: &[u8]) -> Charset {
    if std::str::from_utf8(bytes).is_ok() {
        return Charset::Utf8;
    }
    let latin = !bytes.iter().any(|byte| (0x7F..0xA0).contains(byte));
    match longest_japanese_run(bytes) {
        // Three in a row are no Latin word.
        Some(run) if run > 2 || !latin => Charset::ShiftJis,
        _ => Charset::Latin1,
    }
}

/// How many characters beyond ASCII follow each other at most, if all of it can be Shift_JIS: half-width
/// katakana, or double-byte characters.
fn longest_japanese_run(bytes: &[u8]) -> Option<usize> {
    let (mut longest, mut katakana, mut double) = (0, 0, 0);
    let mut rest = bytes.iter();
    while let Some(&byte) = rest.next() {
        match byte {
            b'\t' | b'\n' | b'\r' | 0x20..0x7F => (katakana, double) = (0, 0),
            0xA1..=0xDF => (katakana, double) = (katakana + 1, 0),
            0x81..=0x9F | 0xE0..=0xEF => {
                let pair = Charset::ShiftJis.pair(byte, *rest.next()?);
                if character(pair) == char::REPLACEMENT_CHARACTER {
                    return None;
                }
                (katakana, double) = (0, double + 1);
            }
            _ => return None,
        }
        longest = longest.max(katakana).max(double);
    }
    Some(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_8_is_taken_wherever_it_can_be() {
        for text in ["plain", "Zürich", "日本語", "emoji 🔑"] {
            assert_eq!(charset(text.as_bytes()), Charset::Utf8);
        }
    }

    #[test]
    fn western_words_are_latin() {
        for text in [&b"Z\xFCrich"[..], b"\xE9t\xE9", b"Stra\xDFe 5\xBD", b"\xC4rger \xD6l \xDCbel"]
        {
            assert_eq!(charset(text), Charset::Latin1, "{text:X?}");
        }
    }

    #[test]
    fn japanese_is_told_by_its_runs() {
        let texts = [
            &b"\x93\xFA\x96\x7B\x8C\xEA"[..],            // 日本語
            b"\x82\xB1\x82\xF1\x82\xC9\x82\xBF\x82\xCD", // こんにちは
            b"abc \x83\x65\x83\x58\x83\x67 123",         // テスト among ASCII
            b"\xB6\xC0\xB6\xC5",                         // ｶﾀｶﾅ
            b"\x97\x5C",                                 // 予, whose trail is a backslash
        ];
        for text in texts {
            assert_eq!(charset(text), Charset::ShiftJis, "{text:X?}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_kept_each() {
        for bytes in [&b"\x80\x81"[..], b"\x00\x9F\xFF\xFE", b"\x82", b"\x81\x7F\x90"] {
            assert_eq!(charset(bytes), Charset::Latin1, "{bytes:X?}");
        }
    }
}
