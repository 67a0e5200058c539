//! A phone number: is it one, whose is it, may it be sent to, what does that cost?

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, anyhow};
use phonenumber::{Mode, Type, metadata::DATABASE};

/// A number by the world's numbering plans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Number {
    /// Digits alone, with the country code and no prefix of dialling within it: one number, one MSISDN.
    pub(crate) msisdn: String,
    /// The country, as ISO 3166 writes it; the code that is dialled where a number is of none.
    pub(crate) country: String,
    /// Whether the plans have such a number, and it can get messages.
    pub(crate) can_get_messages: bool,
}

impl Number {
    /// Reads a number as people and programs write it, in the international form; `None` is no number.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > 32 || !text.bytes().all(|b| b.is_ascii_digit() || b"+ -().".contains(&b)) {
            return None;
        }
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let digits = digits.strip_prefix("00").unwrap_or(&digits);
        if !(5..=15).contains(&digits.len()) {
            return None;
        }
        // North America's prefix of long distance, which no number there begins with.
        let digits =
            digits.strip_prefix('1').filter(|rest| rest.starts_with('1')).unwrap_or(digits);
        let Ok(number) = phonenumber::parse(None, format!("+{digits}")) else { return None };
        let kind = number.number_type(&DATABASE);
        let has_messages =
            matches!(kind, Type::Mobile | Type::FixedLineOrMobile | Type::PersonalNumber);
        let msisdn = number.format().mode(Mode::E164).to_string();
        Some(Self {
            country: number.country().id().map_or_else(
                || number.country().code().to_string(),
                |country| country.as_ref().to_owned(),
            ),
            can_get_messages: number.is_valid() && has_messages,
            msisdn: msisdn.trim_start_matches('+').to_owned(),
        })
    }
}

/// Whether a number has one of these prefixes; no prefix at all is all of them.
pub(crate) fn is_allowed(msisdn: &str, prefixes: &str) -> bool {
    let mut prefixes = prefixes.split_whitespace().peekable();
    prefixes.peek().is_none()
        || prefixes.any(|prefix| msisdn.starts_with(prefix.trim_start_matches('+')))
}

/// What a message costs, by the longest prefix that fits; in thousandths.
#[derive(Debug, Default)]
pub(crate) struct Prices(BTreeMap<String, i64>);

impl Prices {
    /// From a file with a prefix and a price a line, `41 0.055`, and `*` for all other prefixes; without a
    /// file all are free.
    pub(crate) fn read(path: Option<&Path>) -> anyhow::Result<Self> {
        let Some(path) = path else { return Ok(Self::default()) };
        let text = fs::read_to_string(path)
            .with_context(|| format!("failed to read the prices in {}", path.display()))?;
        Self::parse(&text).map_err(|line| {
            let path = path.display();
            anyhow!("line {line} of {path} is no prefix and price, like `41 0.055`")
        })
    }

    /// Each line of the list, or the number of the first that is wrong.
    fn parse(list: &str) -> Result<Self, usize> {
        let mut prices = BTreeMap::new();
        for (index, line) in list.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default().trim();
            if line.is_empty() {
                continue;
            }
            let read = line.split_once(char::is_whitespace).and_then(|(prefix, price)| {
                let price: f64 = price.trim().parse().ok()?;
                let prefix = if prefix == "*" { "" } else { prefix };
                let plain = prefix.bytes().all(|byte| byte.is_ascii_digit());
                (plain && (0.0..=1_000.0).contains(&price)).then_some((prefix, price))
            });
            let (prefix, price) = read.ok_or(index + 1)?;
            prices.insert(prefix.to_owned(), (price * 1_000.0).round() as i64);
        }
        Ok(Self(prices))
    }

    /// The price for a number. One that the list does not have is as dear as the dearest: nothing that
    /// somebody forgot gets past a ceiling.
    pub(crate) fn of(&self, msisdn: &str) -> i64 {
        let listed = (0..=msisdn.len()).rev().find_map(|end| self.0.get(&msisdn[..end]));
        listed.or_else(|| self.0.values().max()).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_written() {
        for text in ["41793026727", "+41 79 302 67 27", "0041793026727", "+41-79-302.67.27"] {
            let number = Number::read(text).unwrap();
            assert_eq!(
                (number.msisdn.as_str(), number.country.as_str()),
                ("41793026727", "CH"),
                "{text}"
            );
            assert!(number.can_get_messages);
        }
        // As people write them: each is one number, however it is dialled within its country.
        for (text, msisdn) in [
            ("+41 (0)79 302 67 27", "41793026727"),
            ("00410793026727", "41793026727"),
            ("+1 1 650 253 0000", "16502530000"),
            ("+385 (0)91 123 4567", "385911234567"),
            ("+44 (0)7400 123456", "447400123456"),
            // The zero of Italy belongs to the number.
            ("+39 06 6982 1234", "390669821234"),
            ("+39 312 345 6789", "393123456789"),
        ] {
            let number = Number::read(text).unwrap();
            assert_eq!(number.msisdn, msisdn, "{text}");
            assert_eq!(Number::read(msisdn).unwrap(), number, "{text}, read again");
        }
        // Of countries that share a code, each is one.
        for (text, country) in
            [("+16502530000", "US"), ("+18765551234", "JM"), ("+16135550123", "CA")]
        {
            assert_eq!(Number::read(text).unwrap().country, country, "{text}");
        }
        // Of the right form, and of nobody: too long for its plan, a fixed line, an unknown plan.
        for text in ["4179302672712", "41442345678", "+385 1 1234 567"] {
            assert!(Number::read(text).is_none_or(|number| !number.can_get_messages), "{text}");
        }
        for text in ["", "ana", "41x93026727", "1234", "+99999999999999999", "41793026727; drop"] {
            assert!(Number::read(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_price_list_is_read_or_its_line_is_named() {
        let list = "# price list\n\n* 0.09\n41 0.05 # Switzerland\n4179\t0.0551\n";
        let prices = Prices::parse(list).unwrap();
        let of = ["41793026727", "41763026727", "385911234567"].map(|number| prices.of(number));
        assert_eq!(of, [55, 50, 90]);
        for line in ["41", "41 x", "+41 0.05", "41 -1", "41 1001", "ch 0.05", "41 NaN"] {
            assert_eq!(Prices::parse(&format!("* 0.09\n{line}\n")).unwrap_err(), 2, "{line}");
        }
    }

    #[test]
    fn prefixes_and_prices_go_by_the_longest() {
        assert!(is_allowed("41793026727", "") && is_allowed("41793026727", "385 +41"));
        assert!(!is_allowed("41793026727", "385 44"));
        let prices = Prices([("".into(), 90), ("41".into(), 50), ("4179".into(), 55)].into());
        assert_eq!(prices.of("41793026727"), 55);
        assert_eq!(prices.of("41763026727"), 50);
        assert_eq!(prices.of("385911234567"), 90);
        let prices = Prices([("41".into(), 50), ("4179".into(), 55)].into());
        assert_eq!(prices.of("385911234567"), 55, "as the dearest");
        assert_eq!(Prices::default().of("385911234567"), 0);
    }
}
