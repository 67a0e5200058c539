//! The verifier's side: is a typed code right, has it been used, and how wrong is the device's clock?
//!
//! What a verifier must remember of a device is two numbers, the [`Seen`]; it saves those of an
//! [`Accepted`](Verdict::Accepted) verdict on the condition that nobody saved a later step in the
//! meantime, or two equal codes at one moment would both be accepted:
//!
//! ```sql
//! update devices set last_step = $step, drift = $drift where id = $id and last_step < $step
//! ```

use core::ops::RangeInclusive;

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use crate::otp::Otp;
use crate::secret::Secret;

/// What a verifier remembers of a device between two codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seen {
    /// The step of the last code accepted: neither it nor an earlier one is accepted again, RFC
    /// 6238 §5.2. For a counter, the last counter accepted.
    pub last_step: Option<u64>,
    /// By how many steps the device's clock was ahead of ours then, behind if negative, RFC 6238 §6.
    /// Always 0 for a counter.
    pub drift: i32,
}

/// How far from the expected step a code is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The validation window of RFC 6238 §5.2 in steps, either way: at most [`Self::MAX`].
    pub steps: u8,
    /// The look-ahead window s of RFC 4226 §7.4, in counters: at most [`Self::MAX`].
    pub look_ahead: u8,
}

/// What came of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Verdict {
    /// It is right, and was not used before: save this, on the condition above.
    Accepted(Seen),
    /// It is right, and was used before. Tell an attacker nothing of it: say that it is wrong. A
    /// user who just enrolled waits for the next one.
    Replayed,
    /// It is wrong.
    Rejected,
}

impl Window {
    /// One step either way, as RFC 6238 §5.2 advises, and a look-ahead of ten counters.
    pub const DEFAULT: Self = Self { steps: 1, look_ahead: 10 };

    /// The widest: each step more is a guess more that an attacker has in one.
    pub const MAX: u8 = 50;
}

/// Whether `typed` is the code of this secret at `unix_time`, for a device of which `seen` is known.
///
/// Spaces in it are passed over, nothing else is. All codes of the window are made and compared,
/// each in constant time, so the time taken tells neither which of them it was nor how much of it
/// was right. A drift is remembered up to [`MAX_DRIFT`] steps. A kind that makes no codes rejects.
///
/// # Examples
/// ```
/// use countersign::verify::{Seen, Verdict, Window, verify};
/// use countersign::{Otp, Secret};
///
/// let secret = Secret::from_bytes(b"12345678901234567890".to_vec())?;
/// let Verdict::Accepted(seen) =
///     verify(&Otp::DEFAULT, &secret, "287 082", 59, Seen::default(), Window::DEFAULT)
/// else {
///     panic!("RFC 6238, appendix B has it")
/// };
/// assert_eq!(seen, Seen { last_step: Some(1), drift: 0 });
/// let again = verify(&Otp::DEFAULT, &secret, "287082", 60, seen, Window::DEFAULT);
/// assert_eq!(again, Verdict::Replayed);
/// # Ok::<(), countersign::SecretError>(())
/// ```
pub fn verify(
    otp: &Otp,
    secret: &Secret,
    typed: &str,
    unix_time: u64,
    seen: Seen,
    window: Window,
) -> Verdict {
    let mut digits = [0; MAX_LENGTH];
    let Some(typed) = without_spaces(typed, &mut digits) else { return Verdict::Rejected };
    let (centre, steps) = expected(otp, unix_time, seen, window);

    let (mut found, mut at) = (Choice::from(0), 0);
    for step in steps {
        let Some(code) = otp.value(secret, step) else { return Verdict::Rejected };
        let same = code.as_bytes().ct_eq(typed);
        // Where two steps have one code, the earliest not yet used is meant.
        let used = Choice::from(u8::from(seen.last_step.is_some_and(|last| step <= last)));
        let at_is_used = Choice::from(u8::from(seen.last_step.is_some_and(|last| at <= last)));
        let takes = same & (!found | (at_is_used & !used));
        at.conditional_assign(&step, takes);
        found |= same;
    }
    if !bool::from(found) {
        return Verdict::Rejected;
    }
    if seen.last_step.is_some_and(|last| at <= last) {
        return Verdict::Replayed;
    }
    let drift = if otp.counter().is_some() { 0 } else { difference(at, centre) };
    Verdict::Accepted(Seen { last_step: Some(at), drift })
}

/// How far a remembered drift goes, in steps. A device that is further off is told to mend its clock.
pub const MAX_DRIFT: i32 = 10;

/// The step of our own clock, and the steps whose codes are accepted.
fn expected(otp: &Otp, unix_time: u64, seen: Seen, window: Window) -> (u64, RangeInclusive<u64>) {
    let Some(time_step) = otp.time_step() else {
        let first =
            seen.last_step.map_or(otp.counter().unwrap_or(0), |last| last.saturating_add(1));
        // The counter just used is looked at too: a double click is a replay and no wrong code.
        let from = seen.last_step.unwrap_or(first);
        let ahead = u64::from(window.look_ahead.min(Window::MAX));
        return (first, from..=first.saturating_add(ahead));
    };
    let ours = time_step.number_at(unix_time);
    let drift = i64::from(seen.drift.clamp(-MAX_DRIFT, MAX_DRIFT));
    let theirs = ours.saturating_add_signed(drift);
    let around = u64::from(window.steps.min(Window::MAX));
    (ours, theirs.saturating_sub(around)..=theirs.saturating_add(around))
}

/// Steps from `centre` to `at`, within what is remembered.
fn difference(at: u64, centre: u64) -> i32 {
    let steps = i32::try_from(at.abs_diff(centre)).unwrap_or(MAX_DRIFT).min(MAX_DRIFT);
    if at < centre { -steps } else { steps }
}

/// The text without its spaces; nothing where it cannot be a code for its length.
fn without_spaces<'b>(typed: &str, buffer: &'b mut [u8; MAX_LENGTH]) -> Option<&'b [u8]> {
    let mut length = 0;
    for character in typed.chars().filter(|character| !character.is_whitespace()) {
        *buffer.get_mut(length)? = u8::try_from(character).ok()?;
        length += 1;
    }
    buffer.get(..length)
}

/// The longest code, in characters.
const MAX_LENGTH: usize = 10;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::otp::{Algorithm, Digits};

    const NOW: u64 = 1_741_011_281;

    fn secret() -> Secret {
        Secret::from_bytes(b"12345678901234567890".to_vec()).unwrap()
    }

    fn code(step: u64) -> String {
        Otp::DEFAULT.value(&secret(), step).unwrap().to_string()
    }

    fn check(typed: &str, unix_time: u64, seen: Seen) -> Verdict {
        verify(&Otp::DEFAULT, &secret(), typed, unix_time, seen, Window::DEFAULT)
    }

    #[test]
    fn one_step_either_way_is_accepted_and_no_more() {
        let now = NOW / 30;
        for (off, right) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let step = now.saturating_add_signed(off);
            let verdict = check(&code(step), NOW, Seen::default());
            let accepted = Seen { last_step: Some(step), drift: off as i32 };
            let expected = if right { Verdict::Accepted(accepted) } else { Verdict::Rejected };
            assert_eq!(verdict, expected, "{off}");
        }
    }

    #[test]
    fn a_step_is_accepted_once_and_none_before_it() {
        let now = NOW / 30;
        let seen = Seen { last_step: Some(now), drift: 0 };
        assert_eq!(check(&code(now), NOW, seen), Verdict::Replayed);
        assert_eq!(check(&code(now - 1), NOW, seen), Verdict::Replayed);
        assert!(matches!(check(&code(now + 1), NOW, seen), Verdict::Accepted(_)));
    }

    #[test]
    fn a_clock_that_runs_away_is_followed_to_the_bound() {
        let (mut seen, mut followed) = (Seen::default(), 0);
        for ahead in 1..=20 {
            let unix_time = NOW + 3_000 * ahead;
            match check(&code(unix_time / 30 + ahead), unix_time, seen) {
                Verdict::Accepted(next) => (seen, followed) = (next, ahead),
                Verdict::Rejected => break,
                Verdict::Replayed => panic!("{ahead}"),
            }
        }
        // The bound is remembered, and one more step is within the window around it.
        assert_eq!((seen.drift, followed), (MAX_DRIFT, 11));
    }

    #[test]
    fn a_counter_is_looked_for_ahead_and_never_behind() {
        let otp = Otp::Hotp { algorithm: Algorithm::Sha1, digits: Digits::SIX, counter: 5 };
        let check = |counter, seen| {
            verify(&otp, &secret(), &code(counter), NOW, seen, Window { look_ahead: 2, steps: 1 })
        };
        assert_eq!(check(4, Seen::default()), Verdict::Rejected);
        for counter in 5..=7 {
            let seen = Seen { last_step: Some(counter), drift: 0 };
            assert_eq!(check(counter, Seen::default()), Verdict::Accepted(seen));
            assert_eq!(check(counter, seen), Verdict::Replayed);
        }
        assert_eq!(check(8, Seen::default()), Verdict::Rejected);
    }

    #[test]
    fn what_is_no_code_is_rejected() {
        for typed in ["", " ", "12345", "1234567", "12345678901", "２８７０８２", "\0\0\0\0\0\0"]
        {
            assert_eq!(check(typed, NOW, Seen::default()), Verdict::Rejected, "{typed:?}");
        }
        let seen = Seen { last_step: Some(u64::MAX), drift: i32::MIN };
        assert_eq!(check("000000", u64::MAX, seen), Verdict::Rejected);
        let yandex = verify(&Otp::Yandex, &secret(), "a", 0, Seen::default(), Window::DEFAULT);
        assert_eq!(yandex, Verdict::Rejected);
    }

    proptest! {
        #[test]
        fn no_code_is_accepted_twice_in_any_order(
            tries in proptest::collection::vec((0_u64..300, -3_i64..=3), 1..40),
        ) {
            let (mut seen, mut accepted) = (Seen::default(), Vec::new());
            for (later, off) in tries {
                let step = ((NOW + later) / 30).saturating_add_signed(off);
                if let Verdict::Accepted(next) = check(&code(step), NOW + later, seen) {
                    prop_assert!(!accepted.contains(&next.last_step));
                    prop_assert!(next.last_step > seen.last_step);
                    accepted.push(next.last_step);
                    seen = next;
                }
            }
        }
    }
}
