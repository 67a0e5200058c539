//! How much work a call may do, and in which order it is done.

use super::binarise::Threshold;

/// How much work a call may do, in milliseconds, about, of one core of a desktop; a phone's takes two
/// or three times as long.
///
/// It is counted in steps and not by a clock, so that a frame is read alike every time. A frame in
/// which nothing looks like a code is given up after a third of it at most.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Budget {
    milliseconds: u32,
}

impl Budget {
    /// For a frame of a live camera, which sends the next one soon: 10 ms.
    pub const FRAME: Self = Self::milliseconds(10);
    /// For a picture that somebody chose, which has no next one: 160 ms.
    pub const PICTURE: Self = Self::milliseconds(160);

    /// So many. From 50 on, there are looks with several ways to set thresholds; one look at a
    /// million pixels comes in any case, for without it nothing is seen at all.
    #[must_use]
    pub const fn milliseconds(milliseconds: u32) -> Self {
        Self { milliseconds }
    }

    /// Steps of about a nanosecond: for a frame of so many pixels in which nothing looks like a
    /// code, and in addition as soon as something does.
    pub(super) fn steps(self, pixels: usize) -> (i64, i64) {
        let all = i64::from(self.milliseconds) * 1_000_000;
        let patience = all * 65 / 100;
        // A larger frame takes longer to be seen whole.
        let whole = LEAST_STEPS + STEPS_A_PIXEL * pixels as i64;
        (whole.min(all - patience), patience)
    }

    /// Looks at the frame, in order.
    pub(super) fn looks(self) -> &'static [Way] {
        if self.milliseconds < PATIENT { FRAME } else { PICTURE }
    }
}

impl Default for Budget {
    /// [`Budget::FRAME`].
    fn default() -> Self {
        Self::FRAME
    }
}

/// How to look at the frame once.
pub(super) struct Way(pub(super) Scale, pub(super) Threshold);

/// The scale of a look. Large codes are read best from afar, small ones from close up.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Scale {
    /// As the frame is, up to [`MOST_WHOLE`] pixels.
    Whole,
    /// The same up to [`MOST_FULL`] pixels.
    Full,
    /// At most [`MOST_BASE`] pixels, where nearly every code that can be read is large enough.
    Base,
    /// The same with the noise smoothed.
    Smooth,
    Half,
    Quarter,
    /// Twice the base.
    Double,
}

const FRAME: &[Way] = &[
    Way(Scale::Half, Threshold::Blocks),
    Way(Scale::Base, Threshold::Blocks),
    Way(Scale::Full, Threshold::Blocks),
    Way(Scale::Smooth, Threshold::Blocks),
];

const PICTURE: &[Way] = &[
    Way(Scale::Half, Threshold::Blocks),
    Way(Scale::Base, Threshold::Blocks),
    Way(Scale::Full, Threshold::Blocks),
    Way(Scale::Base, Threshold::Window),
    Way(Scale::Double, Threshold::Blocks),
    Way(Scale::Half, Threshold::Window),
    Way(Scale::Smooth, Threshold::Blocks),
    Way(Scale::Quarter, Threshold::Blocks),
    Way(Scale::Base, Threshold::Global),
    Way(Scale::Full, Threshold::Window),
    Way(Scale::Whole, Threshold::Blocks),
];

/// Pixels of the largest plane looked at, a little above what a phone's photograph has.
pub(super) const MOST_WHOLE: usize = 12_600_000;
/// Pixels of the largest that is looked at early.
pub(super) const MOST_FULL: usize = 4_200_000;
/// Pixels of the plane that comes in any case.
pub(super) const MOST_BASE: usize = 1_000_000;
/// From so many milliseconds on, a picture is looked at in every way.
const PATIENT: u32 = 50;
/// Steps to see that a picture has nothing in it, and more for each of its pixels.
const LEAST_STEPS: i64 = 12_000_000;
const STEPS_A_PIXEL: i64 = 4;
