//! Spans of time and limits as the API writes them: `15m`, `3/1d`, `1/s`.

/// A span of time in milliseconds, written `{length}{unit}`; the length may be left out and is 1.
pub(crate) fn span(text: &str) -> Option<i64> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (length, unit) = text.split_at(digits);
    let length: i64 = if length.is_empty() { 1 } else { length.parse().ok()? };
    let unit = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => DAY,
        _ => return None,
    };
    length.checked_mul(unit).filter(|span| (1..=YEAR).contains(span))
}

/// A limit, written `{attempts}/{span}`: so many within so many milliseconds.
pub(crate) fn limit(text: &str) -> Option<(i64, i64)> {
    let (attempts, window) = text.split_once('/')?;
    let plain = attempts.bytes().all(|byte| byte.is_ascii_digit());
    let attempts = attempts.parse().ok().filter(|attempts| plain && *attempts >= 1)?;
    Some((attempts, span(window)?))
}

/// A day in milliseconds.
pub(crate) const DAY: i64 = 86_400_000;
/// The longest span that the API allows.
const YEAR: i64 = 365 * DAY;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_limits_are_read_as_the_api_writes_them() {
        assert_eq!(span("15m"), Some(900_000));
        assert_eq!(span("m"), Some(60_000));
        assert_eq!(span("250ms"), Some(250));
        assert_eq!(span("365d"), Some(YEAR));
        assert_eq!(limit("3/1d"), Some((3, DAY)));
        assert_eq!(limit("1/s"), Some((1, 1_000)));
        assert_eq!(limit("10000/12h"), Some((10_000, DAY / 2)));
    }

    #[test]
    fn what_is_no_span_and_no_limit_is_refused() {
        for text in
            ["", "15", "0m", "366d", "-1m", "1.5h", "1w", "1M", "1 m", "99999999999999999999s"]
        {
            assert_eq!(span(text), None, "{text}");
        }
        for text in ["", "3", "/1d", "0/1d", "+3/1d", "3/", "3/1", "3/1d/2", "x/1d"] {
            assert_eq!(limit(text), None, "{text}");
        }
    }
}
