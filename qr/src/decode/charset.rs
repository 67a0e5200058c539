//! Bytes to text: the character sets that a designator can name (AIM ECI, Part 3).
//!
//! The tables are text, one line for each first byte, as the sets' own code charts have them; they
//! become numbers when this is compiled.

mod guess;

use zeroize::Zeroizing;

/// The bytes of a code's segments, and which character set each run of them is in.
pub(super) struct Content {
    bytes: Zeroizing<Vec<u8>>,
    /// Each with where it begins.
    runs: Vec<(Charset, usize)>,
}

impl Content {
    /// Room for so many bytes, so that they never move and leave a copy behind.
    pub(super) fn with_capacity(most: usize) -> Self {
        Self { bytes: Zeroizing::new(Vec::with_capacity(most)), runs: Vec::new() }
    }

    /// What is pushed next is in this set.
    pub(super) fn switch(&mut self, charset: Charset) {
        if self.runs.last().is_none_or(|&(last, _)| last != charset) {
            self.runs.push((charset, self.bytes.len()));
        }
    }

    pub(super) fn push(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    /// All of it; none if it is empty, or in a set that is neither named nor to be guessed.
    pub(super) fn text(&self) -> Option<Zeroizing<String>> {
        let ends = self.runs.iter().skip(1).map(|run| run.1).chain([self.bytes.len()]);
        let runs = || {
            let bytes = self.runs.iter().zip(ends.clone());
            bytes.filter_map(|(&(set, start), end)| Some((set, self.bytes.get(start..end)?)))
        };
        // One guess for all that have no name, as they are of one mind.
        let mut unnamed = Zeroizing::new(Vec::with_capacity(self.bytes.len()));
        for (set, bytes) in runs() {
            if set == Charset::Unknown {
                unnamed.extend_from_slice(bytes);
            }
        }
        let guess = guess::charset(&unnamed);
        // No set makes more than three bytes of UTF-8 of one.
        let mut text = Zeroizing::new(String::with_capacity(3 * self.bytes.len()));
        for (set, bytes) in runs() {
            match set {
                Charset::Unknown => guess.append(bytes, &mut text),
                // The designator is not always true.
                Charset::Utf8 if std::str::from_utf8(bytes).is_err() => {
                    guess::charset(bytes).append(bytes, &mut text);
                }
                _ => set.append(bytes, &mut text),
            }
        }
        // A byte order mark is a signature and no part of the text (Unicode §23.8).
        if text.starts_with(MARK) {
            text.drain(..MARK.len_utf8());
        }
        (!text.is_empty()).then_some(text)
    }
}

/// A character set.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Charset {
    /// No designator was there.
    Unknown,
    Utf8,
    /// The first 256 of Unicode. Segments of digits are in it too, whatever is designated.
    Latin1,
    ShiftJis,
    Gb2312,
    KsX1001,
    Big5,
    Utf16 {
        little: bool,
    },
    /// ASCII and a line of [`SINGLE_BYTE`].
    Single(u8),
}

impl Charset {
    /// The one with that number; none if it is no character set, or none of ours.
    pub(super) fn designated(number: u32) -> Option<Self> {
        Some(match number {
            0 | 2 => Self::Single(0),
            // 899 is for bytes that are no text; 27 and 170 are parts of the first.
            1 | 3 | 27 | 170 | 899 => Self::Latin1,
            4..=13 => Self::Single(number as u8 - 3),
            15..=18 => Self::Single(number as u8 - 4),
            20 => Self::ShiftJis,
            21..=24 => Self::Single(number as u8 - 6),
            25 => Self::Utf16 { little: false },
            33 => Self::Utf16 { little: true },
            26 => Self::Utf8,
            28 => Self::Big5,
            // GB 18030 and GBK for their commonest part.
            29 | 31 | 32 => Self::Gb2312,
            30 => Self::KsX1001,
            _ => return None,
        })
    }

    /// Appends what the bytes say; the replacement character for what they cannot mean.
    fn append(self, bytes: &[u8], text: &mut String) {
        match self {
            Self::Unknown | Self::Latin1 => text.extend(bytes.iter().map(|&byte| char::from(byte))),
            Self::Utf8 => {
                for chunk in bytes.utf8_chunks() {
                    text.push_str(chunk.valid());
                    if !chunk.invalid().is_empty() {
                        text.push(char::REPLACEMENT_CHARACTER);
                    }
                }
            }
            Self::Utf16 { little } => {
                let units = bytes.chunks(2).map(|pair| match (pair, little) {
                    ([a, b], false) | ([b, a], true) => u16::from_be_bytes([*a, *b]),
                    _ => REPLACEMENT,
                });
                let characters = char::decode_utf16(units);
                text.extend(characters.map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
            }
            Self::Single(line) => text.extend(bytes.iter().map(|&byte| match byte {
                0..0x80 => char::from(byte),
                _ => character(
                    SINGLE_BYTE.get(128 * usize::from(line) + usize::from(byte - 0x80)).copied(),
                ),
            })),
            Self::ShiftJis | Self::Gb2312 | Self::KsX1001 | Self::Big5 => {
                self.append_pairs(bytes, text);
            }
        }
    }

    /// The sets in which some characters have two bytes.
    fn append_pairs(self, bytes: &[u8], text: &mut String) {
        let mut rest = bytes;
        while let [lead, after @ ..] = rest {
            let one = match (self, lead) {
                (_, 0..0x80) => Some(char::from(*lead)),
                (Self::ShiftJis, 0xA1..=0xDF) => char::from_u32(0xFF61 + u32::from(*lead - 0xA1)),
                _ => None,
            };
            let two = after.first().map(|&trail| character(self.pair(*lead, trail)));
            rest = after;
            match (one, two) {
                (Some(one), _) => text.push(one),
                (_, Some(char::REPLACEMENT_CHARACTER) | None) => {
                    text.push(char::REPLACEMENT_CHARACTER);
                    // A trail that is ASCII may stand for itself.
                    rest = if after.first().is_some_and(u8::is_ascii) {
                        after
                    } else {
                        after.get(1..).unwrap_or(&[])
                    };
                }
                (_, Some(two)) => {
                    text.push(two);
                    rest = &after[1..];
                }
            }
        }
    }

    /// The character of two bytes; none or the replacement where the set has none.
    fn pair(self, lead: u8, trail: u8) -> Option<u16> {
        let (lead, trail) = (usize::from(lead), usize::from(trail));
        let square = |table: &[u16; 94 * 94]| {
            let column = trail.checked_sub(0xA1).filter(|&column| column < 94)?;
            table.get(lead.checked_sub(0xA1)? * 94 + column).copied()
        };
        match self {
            // JIS X 0208 folded: two rows to a lead, and no byte that ASCII control has (JIS X 0208,
            // Annex 1).
            Self::ShiftJis => {
                let row = match lead {
                    0x81..=0x9F => lead - 0x81,
                    0xE0..=0xEF => lead - 0xC1,
                    _ => return None,
                };
                let column = match trail {
                    0x40..=0x7E => trail - 0x40,
                    0x80..=0xFC => trail - 0x41,
                    _ => return None,
                };
                JIS_X_0208.get(row * 188 + column).copied()
            }
            Self::Gb2312 => square(&GB_2312),
            Self::KsX1001 => square(&KS_X_1001),
            Self::Big5 => {
                let column = match trail {
                    0x40..=0x7E => trail - 0x40,
                    0xA1..=0xFE => trail - 0x62,
                    _ => return None,
                };
                BIG5.get(lead.checked_sub(0xA1)? * 157 + column).copied()
            }
            _ => None,
        }
    }
}

fn character(unit: Option<u16>) -> char {
    unit.and_then(|unit| char::from_u32(unit.into())).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// The characters of a table, lines joined; the replacement character where it ends early.
const fn table<const N: usize>(text: &str) -> [u16; N] {
    let (bytes, mut table) = (text.as_bytes(), [REPLACEMENT; N]);
    let (mut at, mut count) = (0, 0);
    while at < bytes.len() {
        let first = bytes[at] as u16;
        if first == b'\n' as u16 {
            at += 1;
            continue;
        }
        let (length, mut unit) = match first {
            0..0x80 => (1, first),
            0x80..0xE0 => (2, first & 0x1F),
            _ => (3, first & 0x0F),
        };
        let mut next = 1;
        while next < length {
            unit = unit << 6 | (bytes[at + next] & 0x3F) as u16;
            next += 1;
        }
        table[count] = unit;
        count += 1;
        at += length;
    }
    table
}

const MARK: char = '\u{FEFF}';
const REPLACEMENT: u16 = 0xFFFD;
/// Rows and columns ("kuten"), with NEC's and IBM's additions as Windows code page 932 has them.
static JIS_X_0208: [u16; 94 * 94] = table(include_str!("charset/jis_x_0208.txt"));
static GB_2312: [u16; 94 * 94] = table(include_str!("charset/gb_2312.txt"));
static KS_X_1001: [u16; 94 * 94] = table(include_str!("charset/ks_x_1001.txt"));
/// As Windows code page 950 has it.
static BIG5: [u16; 89 * 157] = table(include_str!("charset/big5.txt"));
/// The upper halves of code page 437, ISO/IEC 8859-2 to -11 and -13 to -16, Windows code pages 1250,
/// 1251, 1252 and 1256.
static SINGLE_BYTE: [u16; 19 * 128] = table(include_str!("charset/single_byte.txt"));

#[cfg(test)]
mod tests;
