//! What is to be seen of one account at one moment, in words and numbers.

use std::time::Duration;

use countersign::{Code, CodeNow};
use ratatui::style::Style;
use ratatui::text::Span;

use super::state::{Row, State};

/// What is to be seen of an account beside its names.
pub(super) struct Shown {
    /// The code in its groups, or as many dots.
    pub(super) code: Option<String>,
    pub(super) lasts: Option<Lasts>,
    /// The next code, or words.
    pub(super) below: String,
}

/// For how long a code is valid yet.
pub(super) struct Lasts {
    /// Of its whole time, from 0 to 1.
    pub(super) share: f64,
    pub(super) left: String,
    /// So short that the next code is worth showing.
    pub(super) ending: bool,
}

impl Shown {
    pub(super) fn of(row: &Row, selected: bool, state: &State, now: Duration) -> Self {
        match &row.code {
            CodeNow::Timed(code) => Self::timed(code, state.hidden, now),
            CodeNow::OnRequest { next } => match state.made_of(row.id) {
                Some(made) => Self {
                    code: Some(veiled(made, state.hidden)),
                    lasts: None,
                    below: format!("counter {}, for one use", next.saturating_sub(1)),
                },
                None if selected => Self::words("press Enter/space for the next code"),
                None => Self::words("a code on request"),
            },
            CodeNow::Unsupported => Self::words("its codes cannot be made here"),
        }
    }

    fn timed(code: &Code, hidden: bool, now: Duration) -> Self {
        let (from, until) =
            (Duration::from_secs(code.valid_from()), Duration::from_secs(code.valid_until()));
        if !(from..until).contains(&now) {
            // Past its time, and the next one is about to come.
            return Self::words("…");
        }
        let (left, whole) = (until - now, until - from);
        let ending = left <= ENDING.min(whole / 3);
        let below = if ending {
            format!("next {}", veiled(code.next_text(), hidden))
        } else {
            String::new()
        };
        let share = left.as_secs_f64() / whole.as_secs_f64();
        let lasts = Lasts { share, left: time_left(left), ending };
        Self { code: Some(veiled(code.text(), hidden)), lasts: Some(lasts), below }
    }

    fn words(words: &str) -> Self {
        Self { code: None, lasts: None, below: words.to_owned() }
    }
}

fn veiled(code: &str, hidden: bool) -> String {
    let code = grouped(code);
    if !hidden {
        return code;
    }
    code.chars().map(|c| if c == ' ' { ' ' } else { '•' }).collect()
}

/// In groups that can be kept in mind: `123 456`, `123 4567`, `1234 5678`. Letters stay together.
pub(crate) fn grouped(code: &str) -> String {
    let gaps: &[usize] = match code.len() {
        _ if !code.bytes().all(|byte| byte.is_ascii_digit()) => &[],
        6 | 7 => &[3],
        8 => &[4],
        9 => &[3, 6],
        10 => &[5],
        _ => &[],
    };
    let mut grouped = String::with_capacity(code.len() + 2);
    for (place, character) in code.chars().enumerate() {
        if gaps.contains(&place) {
            grouped.push(' ');
        }
        grouped.push(character);
    }
    grouped
}

/// The first cells of a text with an ellipsis, where it is too wide.
pub(super) fn shortened(text: &str, width: usize) -> String {
    if Span::raw(text).width() <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut left = width.saturating_sub(1);
    for grapheme in Span::raw(text).styled_graphemes(Style::new()) {
        let wide = Span::raw(grapheme.symbol).width();
        if wide > left {
            break;
        }
        left -= wide;
        kept.push_str(grapheme.symbol);
    }
    if width > 0 {
        kept.push('…');
    }
    kept
}

/// In the largest unit that is still exact enough to act on; a begun second counts.
fn time_left(left: Duration) -> String {
    let seconds = left.as_secs() + u64::from(left.subsec_nanos() > 0);
    match seconds {
        0..=120 => format!("{seconds} s"),
        121..=7_200 => format!("{} min", seconds.div_ceil(60)),
        7_201..=172_800 => format!("{} h", seconds.div_ceil(3_600)),
        _ => format!("{} d", seconds.div_ceil(86_400)),
    }
}

/// The time left to a code in which its colour changes and the next is shown.
const ENDING: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_and_letters_are_not() {
        let codes = ["123456", "1234567", "12345678", "123456789", "1234567890", "PYXWG", "", "é1"];
        let expected =
            ["123 456", "123 4567", "1234 5678", "123 456 789", "12345 67890", "PYXWG", "", "é1"];
        assert_eq!(codes.map(grouped), expected);
    }

    #[test]
    fn a_name_is_cut_between_characters_as_people_see_them() {
        assert_eq!(shortened("ana", 3), "ana");
        assert_eq!(shortened("anam", 3), "an…");
        assert_eq!(shortened("名前前", 4), "名…");
        assert_eq!(shortened("e\u{301}e\u{301}e\u{301}", 2), "e\u{301}…");
        assert_eq!(shortened("ana", 0), "");
    }

    #[test]
    fn a_begun_second_counts() {
        let left = |millis| time_left(Duration::from_millis(millis));
        assert_eq!([left(1), left(1_000), left(1_001)], ["1 s", "1 s", "2 s"]);
        assert_eq!([left(120_000), left(120_001)], ["120 s", "3 min"]);
        assert_eq!([left(7_200_001), left(31_536_000_000)], ["3 h", "365 d"]);
    }
}
