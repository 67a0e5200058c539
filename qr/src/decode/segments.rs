//! The bit stream's segments (ISO/IEC 18004:2015 §7.4) to text.

use zeroize::Zeroizing;

use super::bits::Bits;
use super::blocks::Data;
use super::charset::{Charset, Content};

/// The text of a code of that version; none if a segment breaks off or is not to be understood.
///
/// Where much was corrected, what follows the segments must also be as the standard has it (§7.4.9,
/// §7.4.10): encoders differ there, so it is not asked of all.
pub(super) fn text(data: &Data, version: usize) -> Option<Zeroizing<String>> {
    let mut bits = Bits::new(&data.bytes);
    let mut segments = Segments {
        // Digits are the densest: ten bits for three.
        content: Content::with_capacity(3 * data.bytes.len()),
        charset: Charset::Unknown,
        function: false,
        range: [10, 27].iter().filter(|&&first| version >= first).count(),
    };
    loop {
        // The terminator is cut short where the symbol is full.
        match bits.take(4) {
            None | Some(0) => break,
            Some(mode) => segments.read(mode, &mut bits)?,
        }
    }
    if data.least_padding.is_some_and(|least| !is_padding(&mut bits, least)) {
        return None;
    }
    segments.content.text()
}

/// Whether nothing follows but the codewords that fill a symbol, and so many of them.
fn is_padding(bits: &mut Bits<'_>, least: usize) -> bool {
    let rest = bits.left() % 8;
    bits.take(rest) == Some(0)
        && bits.left() / 8 >= least
        && [0xEC, 0x11].iter().cycle().take(bits.left() / 8).all(|pad| bits.take(8) == Some(*pad))
}

/// What was read, and what the segments before it say about the next.
struct Segments {
    content: Content,
    /// Of byte segments.
    charset: Charset,
    /// Whether FNC1 says what % in alphanumeric segments stands for.
    function: bool,
    /// Which of the three columns of Table 3 counts have their length from.
    range: usize,
}

impl Segments {
    /// One segment, after its mode indicator (Table 2).
    fn read(&mut self, mode: u32, bits: &mut Bits<'_>) -> Option<()> {
        let mut count = |lengths: [usize; 3]| bits.take(lengths[self.range.min(2)]);
        match mode {
            0b0001 => {
                let count = count([10, 12, 14])?;
                self.numeric(count, bits)
            }
            0b0010 => {
                let count = count([9, 11, 13])?;
                self.alphanumeric(count, bits)
            }
            0b0100 => {
                let count = count([8, 16, 16])?;
                self.content.switch(self.charset);
                (0..count).try_for_each(|_| self.push(bits.take(8)?))
            }
            0b1000 => {
                let count = count([8, 10, 12])?;
                self.content.switch(Charset::ShiftJis);
                (0..count)
                    .try_for_each(|_| self.pair(bits.take(13)?, 0xC0, [0x81, 0x40], 0x1F, 0x40))
            }
            // Chinese, by GB/T 18284: a subset, GB 2312 the only one, before the count.
            0b1101 => {
                let subset = bits.take(4)?;
                let count = bits.take([8, 10, 12][self.range.min(2)])?;
                self.content.switch(Charset::Gb2312);
                let gap = 0x05;
                (0..count)
                    .try_for_each(|_| self.pair(bits.take(13)?, 0x60, [0xA1, 0xA1], 0x0A, gap))
                    .filter(|()| subset == 1)
            }
            0b0111 => {
                self.charset = Charset::designated(designator(bits)?)?;
                Some(())
            }
            // One of several symbols that belong together: place, number and parity (§8).
            0b0011 => bits.take(16).map(|_| ()),
            0b0101 => {
                self.function = true;
                Some(())
            }
            0b1001 => {
                self.function = true;
                let indicator = bits.take(8)?;
                self.content.switch(Charset::Latin1);
                self.indicator(indicator)
            }
            _ => None,
        }
    }

    /// Three digits in ten bits (§7.4.3).
    fn numeric(&mut self, count: u32, bits: &mut Bits<'_>) -> Option<()> {
        self.content.switch(Charset::Latin1);
        let mut left = count;
        while left > 0 {
            let digits = left.min(3);
            let value = bits.take(1 + 3 * digits as usize)?;
            if value >= 10_u32.pow(digits) {
                return None;
            }
            for place in (0..digits).rev() {
                self.push(u32::from(b'0') + value / 10_u32.pow(place) % 10)?;
            }
            left -= digits;
        }
        Some(())
    }

    /// Two characters in eleven bits (§7.4.4). With FNC1, % is the separator GS and %% is % (§7.4.8.2).
    fn alphanumeric(&mut self, count: u32, bits: &mut Bits<'_>) -> Option<()> {
        self.content.switch(Charset::Latin1);
        let (mut left, mut percent) = (count, false);
        while left > 0 {
            let characters = left.min(2);
            let value = bits.take(if characters == 2 { 11 } else { 6 })?;
            let both = [value / 45, value % 45];
            for at in &both[2 - characters as usize..] {
                let character = *ALPHANUMERIC.get(*at as usize)?;
                if self.function && character == b'%' && !percent {
                    percent = true;
                    continue;
                }
                if percent && character != b'%' {
                    self.push(GROUP_SEPARATOR)?;
                }
                percent = false;
                self.push(character.into())?;
            }
            if characters == 1 && value >= 45 {
                return None;
            }
            left -= characters;
        }
        if percent { self.push(GROUP_SEPARATOR) } else { Some(()) }
    }

    /// A character of two bytes in thirteen bits: the base of the lower range, and from which lead
    /// on how many leads are skipped (§7.4.6).
    fn pair(&mut self, value: u32, row: u32, base: [u32; 2], from: u32, gap: u32) -> Option<()> {
        let lead = value / row;
        self.push(base[0] + lead + if lead >= from { gap } else { 0 })?;
        self.push(base[1] + value % row)
    }

    /// The application indicator of FNC1 in second position: two digits or a letter (§7.4.8.3).
    fn indicator(&mut self, indicator: u32) -> Option<()> {
        match indicator {
            0..=99 => {
                self.push(u32::from(b'0') + indicator / 10)?;
                self.push(u32::from(b'0') + indicator % 10)
            }
            165..=190 | 197..=222 => self.push(indicator - 100),
            _ => None,
        }
    }

    fn push(&mut self, byte: u32) -> Option<()> {
        self.content.push(u8::try_from(byte).ok()?);
        Some(())
    }
}

/// The number of a character set, in one to three bytes (§7.4.2.2).
fn designator(bits: &mut Bits<'_>) -> Option<u32> {
    let first = bits.take(8)?;
    match first {
        0..0x80 => Some(first),
        0x80..0xC0 => Some((first & 0x3F) << 8 | bits.take(8)?),
        0xC0..0xE0 => Some((first & 0x1F) << 16 | bits.take(16)?),
        _ => None,
    }
}

const ALPHANUMERIC: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const GROUP_SEPARATOR: u32 = 0x1D;

#[cfg(test)]
mod tests {
    use super::*;

    /// The text of the bits, given as their values and lengths, in version 1.
    fn read(fields: &[(u32, usize)], least_padding: Option<usize>) -> Option<String> {
        let bits: Vec<_> = fields
            .iter()
            .flat_map(|&(value, length)| (0..length).rev().map(move |bit| value >> bit & 1))
            .collect();
        let bytes = bits.chunks(8).map(|byte| {
            byte.iter().enumerate().fold(0, |sum, (at, &bit)| sum | (bit as u8) << (7 - at))
        });
        let data = Data { bytes: Zeroizing::new(bytes.collect()), least_padding };
        text(&data, 1).map(|text| text.to_string())
    }

    const A: [(u32, usize); 3] = [(4, 4), (1, 8), (b'a' as u32, 8)];
    const PADDING: [(u32, usize); 2] = [(0xEC, 8), (0x11, 8)];

    #[test]
    fn a_part_of_a_structured_append_is_its_own_text() {
        let header = [(3, 4), (1, 4), (2, 4), (0x5A, 8)];
        assert_eq!(read(&[&header[..], &A].concat(), None).as_deref(), Some("a"));
    }

    #[test]
    fn chinese_segments_name_their_subset() {
        // 日 is C8 D5: row C8 - A6, column D5 - A1.
        let fields =
            |subset| [(13, 4), (subset, 4), (1, 8), ((0xC8 - 0xA6) * 0x60 + 0x34, 13), (0, 7)];
        assert_eq!(read(&fields(1), None).as_deref(), Some("日"));
        assert_eq!(read(&fields(2), None), None);
    }

    #[test]
    fn a_segment_that_breaks_off_is_no_text() {
        assert_eq!(read(&[(4, 4), (3, 8), (0x61, 8), (0, 4)], None), None);
        assert_eq!(read(&[(1, 4), (3, 10), (1_000, 10)], None), None);
        assert_eq!(read(&[(2, 4), (1, 9), (45, 6), (0, 5)], None), None);
        assert_eq!(read(&[(15, 4), (0, 4)], None), None);
    }

    #[test]
    fn a_terminator_may_be_missing_at_the_end() {
        assert_eq!(read(&[(1, 4), (1, 10), (7, 4), (0, 6)], None).as_deref(), Some("7"));
        assert_eq!(read(&[(1, 4), (4, 10), (123, 10), (4, 4)], None).as_deref(), Some("1234"));
    }

    #[test]
    fn padding_is_looked_at_only_where_it_is_asked_for() {
        let good = [&A[..], &[(0, 4)], &PADDING].concat();
        let bad = [&A[..], &[(0, 4)], &[(0, 16)]].concat();
        assert_eq!(read(&good, Some(2)).as_deref(), Some("a"));
        assert_eq!(read(&good, Some(3)), None);
        assert_eq!(read(&bad, Some(0)), None);
        assert_eq!(read(&bad, None).as_deref(), Some("a"));
    }

    #[test]
    fn designators_have_one_to_three_bytes() {
        for fields in [&[(26, 8)][..], &[(0x80, 8), (26, 8)], &[(0xC0, 8), (26, 16)]] {
            let all = [&[(7, 4)], fields, &[(4, 4), (2, 8), (0xC3A9, 16)]].concat();
            assert_eq!(read(&all, None).as_deref(), Some("é"));
        }
        assert_eq!(read(&[&[(7, 4), (0xE0, 8)], &A[..]].concat(), None), None);
    }
}
