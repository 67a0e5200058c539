//! A text as an SMSC takes it, and how many messages to a phone it is.

use rusmpp::values::DataCoding;

/// A text as an SMSC takes it.
pub(super) struct Encoded {
    pub(super) coding: DataCoding,
    pub(super) bytes: Vec<u8>,
    /// Whether it fits into one message to the phone: 160 letters of GSM 03.38, or 140 octets.
    pub(super) is_short: bool,
}

/// In the SMSC's own alphabet where that is ASCII in every SMSC; as ASCII where the letters are in
/// GSM 03.38 but elsewhere, so that the line for autofill with its `@` costs no second message; else in
/// UCS-2.
pub(super) fn encoded(text: &str) -> Encoded {
    let is_plain = |byte: u8| byte.is_ascii_graphic() || b" \n\r".contains(&byte);
    // An accent that GSM 03.38 has not.
    if !text.bytes().all(|byte| is_plain(byte) && byte != b'`') {
        let bytes: Vec<_> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let is_short = bytes.len() <= 140;
        return Encoded { coding: DataCoding::Ucs2, bytes, is_short };
    }
    let escaped = escaped(text);
    let moved = escaped > 0 || text.bytes().any(|byte| b"@$_".contains(&byte));
    let coding = if moved { DataCoding::Ia5 } else { DataCoding::McSpecific };
    let is_short = text.len() + escaped <= 160;
    Encoded { coding, bytes: text.as_bytes().to_vec(), is_short }
}

/// How many messages to a phone a text is: of 160 letters or 70 characters of UCS-2, or, where they are
/// joined, of 153 or 67 (3GPP TS 23.040 §9.2.3.24.1).
pub(crate) fn parts(text: &str) -> i64 {
    let Encoded { coding, bytes, is_short } = encoded(text);
    let parts = match coding {
        _ if is_short => 1,
        DataCoding::Ucs2 => bytes.len().div_ceil(134),
        _ => (bytes.len() + escaped(text)).div_ceil(153),
    };
    i64::try_from(parts).unwrap_or(i64::MAX)
}

/// How many letters of a text GSM 03.38 writes as two.
fn escaped(text: &str) -> usize {
    text.bytes().filter(|byte| b"[]{}\\^~|".contains(byte)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_in_the_narrowest_alphabet_that_has_it() {
        let told = |text: &str| {
            let Encoded { coding, bytes, is_short } = encoded(text);
            (coding, bytes.len(), is_short)
        };
        assert_eq!(told("123456 is your PIN"), (DataCoding::McSpecific, 18, true));
        assert_eq!(told("1\n\n@portal.example #1"), (DataCoding::Ia5, 21, true));
        assert_eq!(told("Šifra: 1"), (DataCoding::Ucs2, 16, true));
        assert_eq!(told("`1`"), (DataCoding::Ucs2, 6, true));
        assert_eq!(told(&"a".repeat(160)), (DataCoding::McSpecific, 160, true));
        assert_eq!(told(&"a".repeat(161)), (DataCoding::McSpecific, 161, false));
        assert_eq!(told(&"{".repeat(81)), (DataCoding::Ia5, 81, false), "each is two letters");
        assert_eq!(told(&"č".repeat(71)), (DataCoding::Ucs2, 142, false));
        assert_eq!(told("🙂"), (DataCoding::Ucs2, 4, true));
    }

    #[test]
    fn a_long_text_is_several_messages() {
        for (letter, count, expected) in
            [("a", 160, 1), ("a", 161, 2), ("a", 307, 3), ("{", 81, 2), ("č", 70, 1), ("č", 135, 3)]
        {
            assert_eq!(parts(&letter.repeat(count)), expected, "{count} {letter}");
        }
    }
}
