//! Camera frame to the texts of the QR codes in it (ISO/IEC 18004).
//!
//! One straight line, a file for each stage: a luma [`Frame`] is parted into dark and light
//! (`binarise`), finder patterns are found in it and put together by threes (`locate`), their
//! modules counted and laid out as a grid (`grid`, `align`), the modules looked at (`sample`) and
//! decoded (`modules`, `decode`). `reader` runs the line at several scales until it has read
//! something, and [`explain()`] tells what it saw; a picture file becomes a frame in `picture`. A
//! live camera has a [`Scanner`], which reads its last frames together (`scanner`) and says why a
//! code that it sees is not read (`unread`, `hint`).
//!
//! Frames come from outside. Whatever one holds, nothing here panics, and the work of a call is
//! bounded: each stage hands on a bounded number of candidates, and all spend from one allowance.

mod align;
mod bend;
mod binarise;
mod budget;
mod decode;
mod explain;
mod geometry;
mod grid;
mod hint;
mod locate;
mod modules;
mod outline;
mod picture;
mod plane;
mod reader;
mod sample;
mod scanner;
mod unread;

use std::fmt;

use thiserror::Error;
use zeroize::Zeroizing;

pub use self::budget::Budget;
pub use self::explain::{Attempt, ExplainedPicture, Look, explain};
pub use self::geometry::Point;
pub use self::hint::Hint;
pub use self::picture::{PictureError, explain_picture, scan_picture};
pub use self::scanner::{Scanner, Seen, Sighting};

/// One camera image: a luma (Y) plane, borrowed.
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    luma: &'a [u8],
    width: usize,
    height: usize,
    row_stride: usize,
}

impl<'a> Frame<'a> {
    /// A frame of `width` × `height` pixels, a byte each, 0 black to 255 white, whose rows begin
    /// `row_stride` bytes apart. What lies between a row's end and the next is not looked at, and
    /// the last row need not be padded.
    ///
    /// # Errors
    /// [`FrameError::Empty`] without pixels, [`FrameError::TooLarge`] above 65,535 pixels a side or
    /// 2²⁸ in all, [`FrameError::Stride`] for a stride below the width, [`FrameError::Short`] where
    /// the plane ends before the last pixel.
    pub fn new(
        luma: &'a [u8],
        width: usize,
        height: usize,
        row_stride: usize,
    ) -> Result<Self, FrameError> {
        if width == 0 || height == 0 {
            return Err(FrameError::Empty);
        }
        if width > MOST_SIDE || height > MOST_SIDE || width.saturating_mul(height) > MOST_PIXELS {
            return Err(FrameError::TooLarge);
        }
        if row_stride < width {
            return Err(FrameError::Stride);
        }
        let needed =
            (height - 1).checked_mul(row_stride).and_then(|start| start.checked_add(width));
        match needed {
            Some(needed) if needed <= luma.len() => Ok(Self { luma, width, height, row_stride }),
            _ => Err(FrameError::Short),
        }
    }

    fn row(&self, y: usize) -> &'a [u8] {
        let start = y * self.row_stride;
        &self.luma[start..start + self.width]
    }
}

impl fmt::Debug for Frame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Frame({} × {})", self.width, self.height)
    }
}

/// Why a plane and its sizes are no frame.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum FrameError {
    /// No pixels at all.
    #[error("frame has no pixels")]
    Empty,
    /// More pixels than any camera has.
    #[error("frame is too large")]
    TooLarge,
    /// Rows that would overlap.
    #[error("frame's row stride is less than its width")]
    Stride,
    /// The plane ends before the last pixel.
    #[error("frame's plane is shorter than its sizes say")]
    Short,
}

/// What one QR code says, and where it is.
///
/// The text may hold a secret: it is erased on drop and not printed by `Debug`.
pub struct Payload {
    text: Zeroizing<String>,
    corners: [Point; 4],
}

impl Payload {
    /// The text in the code; never empty.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The code's corners in the frame: upper left, upper right, lower right, lower left as the
    /// code is read, whichever way it is turned. Some may lie outside the frame.
    #[must_use]
    pub fn corners(&self) -> [Point; 4] {
        self.corners
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Payload").field("corners", &self.corners).finish_non_exhaustive()
    }
}

/// Reads the QR codes in a camera frame: dark on light or light on dark, turned, tilted, mirrored.
///
/// Each text is given once, however many codes carry it. None found is an empty list: the next
/// frame comes soon. The work is bounded by [`Budget::FRAME`], whatever the frame holds.
#[must_use]
pub fn scan(frame: Frame<'_>) -> Vec<Payload> {
    scan_within(frame, Budget::FRAME)
}

/// The same for a frame that has no next one, a picture that somebody chose: with the patience of
/// [`Budget::PICTURE`].
#[must_use]
pub fn scan_still(frame: Frame<'_>) -> Vec<Payload> {
    scan_within(frame, Budget::PICTURE)
}

/// The same within any budget.
#[must_use]
pub fn scan_within(frame: Frame<'_>, budget: Budget) -> Vec<Payload> {
    reader::read(frame, budget)
}

/// Pixels a side: what JPEG can say.
const MOST_SIDE: usize = 65_535;
/// Pixels in all, above any camera's.
const MOST_PIXELS: usize = 1 << 28;

#[cfg(test)]
mod tests {
    use qrcode::{Color, QrCode};

    use super::*;

    /// The text's code at four pixels a module, dark on light, and its side.
    fn picture(text: &str) -> (Vec<u8>, usize) {
        let code = QrCode::new(text).unwrap();
        let (size, colours) = (code.width(), code.to_colors());
        let side = 4 * (size + 8);
        let luma = (0..side * side).map(|at| {
            let (x, y) = ((at % side / 4).wrapping_sub(4), (at / side / 4).wrapping_sub(4));
            let dark = x < size && y < size && colours[y * size + x] == Color::Dark;
            if dark { 20 } else { 230 }
        });
        (luma.collect(), side)
    }

    #[test]
    fn a_code_reads_dark_on_light_and_light_on_dark() {
        let (mut luma, side) = picture("otpauth://totp/a?secret=AAAA");
        for _ in 0..2 {
            let payloads = scan(Frame::new(&luma, side, side, side).unwrap());
            assert_eq!(payloads.len(), 1);
            assert_eq!(payloads[0].text(), "otpauth://totp/a?secret=AAAA");
            luma.iter_mut().for_each(|luma| *luma = 255 - *luma);
        }
    }

    #[test]
    fn corners_are_those_of_the_code_when_it_is_mirrored() {
        let (mut luma, side) = picture("mirrored");
        // Twice the area to the right of the way from upper left by upper right to lower right.
        let turn = |luma: &[u8]| {
            let payloads = scan(Frame::new(luma, side, side, side).unwrap());
            let [a, b, c, _] = payloads[0].corners();
            (b.x - a.x) * (c.y - b.y) - (b.y - a.y) * (c.x - b.x)
        };
        assert!(turn(&luma) > 0.0);
        luma.chunks_mut(side).for_each(<[u8]>::reverse);
        assert!(turn(&luma) < 0.0);
    }

    #[test]
    fn a_payload_does_not_print_its_text() {
        let (luma, side) = picture("canary");
        let payloads = scan(Frame::new(&luma, side, side, side).unwrap());
        assert_eq!(payloads[0].text(), "canary");
        assert!(!format!("{payloads:?}").contains("canary"));
    }

    #[test]
    fn sizes_that_do_not_fit_the_plane_are_refused() {
        let error =
            |width, height, stride| Frame::new(&[0; 100], width, height, stride).unwrap_err();
        assert_eq!(error(0, 10, 10), FrameError::Empty);
        assert_eq!(error(10, 0, 10), FrameError::Empty);
        assert_eq!(error(65_536, 1, 65_536), FrameError::TooLarge);
        assert_eq!(error(60_000, 60_000, 60_000), FrameError::TooLarge);
        assert_eq!(error(10, 10, 9), FrameError::Stride);
        assert_eq!(error(10, 11, 10), FrameError::Short);
        assert_eq!(error(10, 3, usize::MAX), FrameError::Short);
        assert_eq!(error(10, 2, usize::MAX - 5), FrameError::Short);
    }

    #[test]
    fn the_last_row_need_not_be_padded() {
        assert!(Frame::new(&[0; 94], 4, 10, 10).is_ok());
        assert!(Frame::new(&[0; 93], 4, 10, 10).is_err());
        assert!(Frame::new(&[0; 4], 4, 1, usize::MAX).is_ok());
    }
}
