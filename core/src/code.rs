//! A code, when it is valid, and the clock that says so.

use core::fmt;
use std::time::UNIX_EPOCH;

use zeroize::Zeroizing;

use crate::otp::TimeStep;

/// What an account has to show at one moment.
#[derive(Debug)]
pub enum CodeNow {
    /// A code that changes with time.
    Timed(Code),
    /// A code that changes with each use: it is made on request, by
    /// `Vault::next_code`.
    OnRequest {
        /// The counter of the code that the next request makes.
        next: u64,
    },
    /// A kind of account that is kept, but whose codes cannot be made here.
    Unsupported,
}

/// A code with its validity and the code after it.
///
/// Draw it from `valid_from` to `valid_until` and ask again then: nothing changes before, and a
/// code is never to be shown after. No call is needed for each frame of an animation.
pub struct Code {
    text: Zeroizing<String>,
    next_text: Zeroizing<String>,
    valid_from: u64,
    valid_until: u64,
}

/// By how many seconds a clock is wrong, measured against another that is right.
///
/// Codes are made for the right time and their validity is told in the time of the wrong clock, so
/// whoever draws them needs to know nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ClockError {
    /// What to add to the wrong clock to have the right time, in seconds.
    correction: i64,
}

impl Code {
    /// The code of one time step. Times are in seconds since the Unix epoch.
    pub(crate) fn new(
        text: Zeroizing<String>,
        next_text: Zeroizing<String>,
        step_number: u64,
        step: TimeStep,
    ) -> Self {
        let seconds = u64::from(step.seconds());
        let valid_from = step_number.saturating_mul(seconds);
        Self { text, next_text, valid_from, valid_until: valid_from.saturating_add(seconds) }
    }

    /// The characters to type: decimal digits, or five letters and digits for Steam.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The code that is valid after this one, for somebody who is running out of time.
    #[must_use]
    pub fn next_text(&self) -> &str {
        &self.next_text
    }

    /// The first second in which it is valid.
    #[must_use]
    pub fn valid_from(&self) -> u64 {
        self.valid_from
    }

    /// The first second in which it is valid no more.
    #[must_use]
    pub fn valid_until(&self) -> u64 {
        self.valid_until
    }
}

/// Says when it is valid, and not what it is.
impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Code({} to {})", self.valid_from, self.valid_until)
    }
}

impl ClockError {
    /// An error of this many seconds and more is worth telling people: a code is then shown noticeably
    /// early or late. Less is within what a `Date` header and a slow network allow to measure.
    pub const WORTH_TELLING: u64 = 5;

    /// The greatest error that is believed, in seconds: a week. A device whose clock were further off
    /// could trust no certificate, and so no answer.
    pub const MAX_SECONDS: u64 = 7 * 24 * 60 * 60;

    /// Measures a clock by the `Date` header of an HTTP answer (RFC 9110 §6.6.1) that arrived when
    /// the clock showed `unix_time`.
    ///
    /// Nothing where the header is no date, or so far off that it cannot be meant.
    ///
    /// ```
    /// use countersign::ClockError;
    ///
    /// let error = ClockError::measure("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777 - 90).unwrap();
    /// assert_eq!(error.seconds_behind(), 90);
    /// assert!(error.is_worth_telling());
    /// ```
    #[must_use]
    pub fn measure(date_header: &str, unix_time: u64) -> Option<Self> {
        let date = httpdate::parse_http_date(date_header.trim()).ok()?;
        let right = date.duration_since(UNIX_EPOCH).ok()?.as_secs();
        let distance = i64::try_from(right.abs_diff(unix_time)).ok()?;
        let correction = if right >= unix_time { distance } else { -distance };
        Self::by_seconds(correction)
    }

    /// An error that somebody measured otherwise: `correction` seconds must be added to the clock.
    #[must_use]
    pub fn by_seconds(correction: i64) -> Option<Self> {
        (correction.unsigned_abs() <= Self::MAX_SECONDS).then_some(Self { correction })
    }

    /// How far the clock is behind the right time, in seconds; negative where it is ahead.
    #[must_use]
    pub fn seconds_behind(self) -> i64 {
        self.correction
    }

    /// Whether it is large enough that people should be told to set their clock.
    #[must_use]
    pub fn is_worth_telling(self) -> bool {
        self.correction.unsigned_abs() >= Self::WORTH_TELLING
    }

    /// The right time when the wrong clock shows `unix_time`.
    #[must_use]
    pub fn right_time(self, unix_time: u64) -> u64 {
        unix_time.saturating_add_signed(self.correction)
    }

    /// What the wrong clock shows at the right time.
    fn wrong_time(self, right: u64) -> u64 {
        right.saturating_add_signed(-self.correction)
    }

    /// The same code, with its validity in the time of the wrong clock.
    pub(crate) fn in_wrong_time(self, code: CodeNow) -> CodeNow {
        match code {
            CodeNow::Timed(code) => CodeNow::Timed(Code {
                valid_from: self.wrong_time(code.valid_from),
                valid_until: self.wrong_time(code.valid_until),
                ..code
            }),
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::account::Account;
    use crate::otp::Otp;
    use crate::secret::Secret;

    fn account() -> Account {
        let secret = Secret::from_base32("JBSWY3DPEHPK3PXP").unwrap();
        Account::new(None, "a", Otp::DEFAULT, secret).unwrap()
    }

    fn code_at(unix_time: u64) -> Code {
        match account().code_at(unix_time) {
            CodeNow::Timed(code) => code,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_code_changes_at_the_step_boundary() {
        let last = code_at(1_741_011_299);
        let first = code_at(1_741_011_300);
        assert_eq!(last.text(), "915760");
        assert_eq!((last.valid_from(), last.valid_until()), (1_741_011_270, 1_741_011_300));
        assert_eq!(first.valid_from(), 1_741_011_300);
        assert_eq!(last.next_text(), first.text());
        assert_ne!(last.text(), first.text());
    }

    #[test]
    fn a_clock_is_measured_by_all_three_forms_of_http_date() {
        for header in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            let error = ClockError::measure(header, 784_111_777 + 40).unwrap();
            assert_eq!(error.seconds_behind(), -40, "{header}");
        }
    }

    #[test]
    fn a_date_that_cannot_be_meant_measures_nothing() {
        assert_eq!(ClockError::measure("yesterday", 784_111_777), None);
        assert_eq!(ClockError::measure("", 784_111_777), None);
        assert_eq!(ClockError::measure("Sun, 06 Nov 1994 08:49:37 GMT", 1_741_011_292), None);
        assert_eq!(ClockError::measure("Sun, 06 Nov 1994 08:49:37 GMT", u64::MAX), None);
        assert_eq!(ClockError::by_seconds(i64::MIN), None);
    }

    #[test]
    fn a_small_error_is_not_worth_telling() {
        assert!(!ClockError::by_seconds(4).unwrap().is_worth_telling());
        assert!(ClockError::by_seconds(5).unwrap().is_worth_telling());
        assert!(ClockError::by_seconds(-5).unwrap().is_worth_telling());
    }

    #[test]
    fn debug_shows_no_code() {
        assert_eq!(format!("{:?}", code_at(59)), "Code(30 to 60)");
    }

    proptest! {
        #[test]
        fn a_code_is_valid_when_it_is_shown_whatever_the_clock(
            now in 1_000_000_000_u64..5_000_000_000,
            correction in -100_000_i64..100_000,
        ) {
            let error = ClockError::by_seconds(correction).unwrap();
            let right = error.right_time(now);
            let CodeNow::Timed(shown) = error.in_wrong_time(account().code_at(right)) else {
                panic!()
            };
            prop_assert!(shown.valid_from() <= now && now < shown.valid_until());
            let expected = code_at(right);
            prop_assert_eq!(shown.text(), expected.text());
        }
    }
}
