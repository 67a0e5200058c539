//! The QR code of a page: read from its drawing, and drawn as the pixels of a screen.

use image::{GrayImage, Luma};
use thiserror::Error;

use crate::demo::steps::{MODULE_PIXELS, QUIET_ZONE};

/// The modules of a QR code.
pub(super) struct Drawing {
    width: usize,
    dark: Vec<bool>,
}

/// Why a drawing cannot be read. It is never quoted: it shows a secret.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub(super) enum Damaged {
    #[error("its width is none of a QR code")]
    Width,
    #[error("its path has a part that is no row of squares")]
    Path,
    #[error("a square lies outside of it")]
    Outside,
}

impl Drawing {
    /// Reads the attributes `viewBox` of the drawing and `d` of its black path, whose squares stand
    /// in rows: `M2 0h3v1h-3z` is three, from the third place of the first row.
    ///
    /// # Errors
    /// [`Damaged`].
    pub(super) fn read(view_box: &str, path: &str) -> Result<Self, Damaged> {
        let width = width_of(view_box).ok_or(Damaged::Width)?;
        let mut dark = vec![false; width * width];
        let mut rest = path;
        while !rest.is_empty() {
            let (run, after) = run(rest).ok_or(Damaged::Path)?;
            rest = after;
            let end = run.column.checked_add(run.length).filter(|end| *end <= width);
            let end = end.filter(|_| run.row < width).ok_or(Damaged::Outside)?;
            let row = run.row * width;
            dark[row + run.column..row + end].fill(true);
        }
        Ok(Self { width, dark })
    }

    /// How many modules it is wide.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// What a screen shows: black on white, with the quiet zone.
    pub(super) fn picture(&self) -> GrayImage {
        let side = (self.width as u32 + 2 * QUIET_ZONE) * MODULE_PIXELS;
        GrayImage::from_fn(side, side, |x, y| {
            let place =
                |at: u32| (at / MODULE_PIXELS).checked_sub(QUIET_ZONE).map(|at| at as usize);
            let dark = match (place(x), place(y)) {
                (Some(x), Some(y)) if x < self.width && y < self.width => {
                    self.dark[y * self.width + x]
                }
                _ => false,
            };
            Luma([if dark { 0 } else { 255 }])
        })
    }
}

/// Squares beside each other.
struct Run {
    column: usize,
    row: usize,
    length: usize,
}

/// The first row of squares, and what follows it.
fn run(path: &str) -> Option<(Run, &str)> {
    let (column, rest) = number(path.strip_prefix('M')?)?;
    let (row, rest) = number(rest.strip_prefix(' ')?)?;
    let (length, rest) = number(rest.strip_prefix('h')?)?;
    let (back, rest) = number(rest.strip_prefix("v1h-")?)?;
    let rest = rest.strip_prefix('z')?;
    (length > 0 && back == length).then_some((Run { column, row, length }, rest))
}

/// A number of at most three digits, and what follows it.
fn number(text: &str) -> Option<(usize, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at(digits);
    (1..=3).contains(&digits).then(|| number.parse().ok()).flatten().map(|number| (number, rest))
}

/// The width in modules, of a box with the quiet zone around them.
fn width_of(view_box: &str) -> Option<usize> {
    let mut parts = view_box.split(' ').map(str::parse::<i32>);
    let [left, top, width, height] = [(); 4].map(|()| parts.next().and_then(Result::ok));
    let (left, width) = (left?, width?);
    let square = parts.next().is_none() && top == Some(left) && height == Some(width);
    let modules = usize::try_from(width.checked_add(left.checked_mul(2)?)?).ok()?;
    // Versions 1 to 40, ISO/IEC 18004.
    let is_code = left <= 0 && (21..=177).contains(&modules) && modules % 4 == 1;
    (square && is_code).then_some(modules)
}

#[cfg(test)]
mod tests {
    use qrcode::{Color, EcLevel, QrCode};

    use super::*;
    use crate::photo::draw;

    const BOX: &str = "-4 -4 29 29";

    /// As the portal writes it.
    fn written(code: &QrCode) -> (String, String) {
        let width = code.width();
        let mut path = String::new();
        for (row, modules) in code.to_colors().chunks(width).enumerate() {
            for (column, _) in modules.iter().enumerate().filter(|(_, m)| **m == Color::Dark) {
                path += &format!("M{column} {row}h1v1h-1z");
            }
        }
        (format!("-4 -4 {0} {0}", width + 8), path)
    }

    #[test]
    fn a_drawing_becomes_the_picture_of_its_code() {
        for text in ["a", "otpauth://totp/Conversations:Pixel?secret=GEZDGNBVGY3TQOJQ"] {
            let code = QrCode::with_error_correction_level(text, EcLevel::M).unwrap();
            let (view_box, path) = written(&code);
            let drawing = Drawing::read(&view_box, &path).unwrap();
            assert_eq!(drawing.width(), code.width());
            assert_eq!(drawing.picture(), draw(&code, MODULE_PIXELS, QUIET_ZONE));
        }
    }

    #[test]
    fn a_damaged_path_is_refused_wherever_it_is_cut_or_changed() {
        let whole = "M2 0h3v1h-3zM0 20h21v1h-21z";
        let drawing = Drawing::read(BOX, whole).unwrap();
        assert_eq!(drawing.dark.iter().filter(|dark| **dark).count(), 24);
        for cut in (1..whole.len()).filter(|cut| *cut != 12) {
            assert_eq!(Drawing::read(BOX, &whole[..cut]).err(), Some(Damaged::Path), "{cut}");
        }
        for at in 0..whole.len() {
            // Nothing that one wrong byte makes of it is a panic.
            for byte in ["x", "-", "9", "é", "\0", " ", ""] {
                let _ = Drawing::read(BOX, &format!("{}{byte}{}", &whole[..at], &whole[at + 1..]));
            }
        }
        for path in [
            "M0 0h1v1h-2z",
            "M0 0h0v1h-0z",
            "M0 0h1v2h-1z",
            "M-1 0h1v1h-1z",
            "M0000 0h1v1h-1z",
            "M99999999999999999999 0h1v1h-1z",
            "M0 0h1v1h-1Z",
            " M0 0h1v1h-1z",
            "M٣ 0h1v1h-1z",
        ] {
            assert_eq!(Drawing::read(BOX, path).err(), Some(Damaged::Path), "{path}");
        }
        for path in ["M21 0h1v1h-1z", "M0 21h1v1h-1z", "M20 0h2v1h-2z", "M999 999h999v1h-999z"] {
            assert_eq!(Drawing::read(BOX, path).err(), Some(Damaged::Outside), "{path}");
        }
    }

    #[test]
    fn a_width_of_no_code_is_refused() {
        for view_box in [
            "",
            "-4 -4 29",
            "-4 -4 29 29 29",
            "-4 -4 29 30",
            "-4 -3 29 29",
            "-4 -4 30 30",
            "-4 -4 28 28",
            "4 4 29 29",
            "-4 -4 189 189",
            "-4 -4 -29 -29",
            "-2147483648 -2147483648 29 29",
            "0 0 2147483645 2147483645",
            "-4 -4 29.0 29.0",
        ] {
            assert_eq!(Drawing::read(view_box, "").err(), Some(Damaged::Width), "{view_box}");
        }
        assert_eq!(Drawing::read("-4 -4 185 185", "").unwrap().width(), 177);
    }
}
