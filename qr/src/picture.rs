//! A picture file to a frame: PNG, JPEG or WebP, with limits before anything is decoded.

mod webp;

use std::borrow::Cow;
use std::io::Cursor;

use image::codecs::jpeg::JpegDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::{ColorType, DynamicImage, GenericImageView, ImageDecoder, ImageError, Limits};
use thiserror::Error;

use super::budget::Budget;
use super::explain::ExplainedPicture;
use super::reader;
use super::{Frame, Payload};

/// Reads the QR codes in a picture file: PNG, JPEG or WebP, of an animation the first image.
///
/// What is transparent counts as white paper, or as black where that shows nothing. Takes longer
/// than [`scan`](super::scan): a picture that somebody chose has no next frame. How the picture is
/// turned does not matter. None found is an empty list.
///
/// # Errors
/// [`PictureError`], before anything is decoded where the file's header says enough.
pub fn scan_picture(bytes: &[u8]) -> Result<Vec<Payload>, PictureError> {
    let image = decode(bytes)?;
    let shrink = shrink(&image);
    let mut found = read(&image, shrink, 255);
    if found.is_empty() && image.color().has_alpha() {
        found = read(&image, shrink, 0);
    }
    for payload in &mut found {
        payload.corners = payload.corners.map(|corner| corner * shrink as f32);
    }
    Ok(found)
}

/// Reads a picture file as [`scan_picture`] does and tells what was seen on the way.
///
/// Of a picture that is partly transparent it tells the try on white paper, or the one on black where
/// only that was read.
///
/// # Errors
/// As [`scan_picture`].
pub fn explain_picture(bytes: &[u8]) -> Result<ExplainedPicture, PictureError> {
    let image = decode(bytes)?;
    let shrink = shrink(&image);
    let on_white = explain(&image, shrink, 255);
    if image.color().has_alpha() && !is_read(&on_white) {
        let on_black = explain(&image, shrink, 0);
        if is_read(&on_black) {
            return Ok(on_black);
        }
    }
    Ok(on_white)
}

/// Why a picture file cannot be looked at.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum PictureError {
    /// More than 64 MiB of file, 50 million pixels, or 256 MiB in memory.
    #[error("picture is too large")]
    TooLarge,
    /// Neither PNG, JPEG nor WebP.
    #[error("picture is not PNG, JPEG or WebP")]
    UnknownFormat,
    /// Damaged, cut off, or of a rare kind.
    #[error("picture is damaged")]
    Unreadable,
}

impl From<ImageError> for PictureError {
    /// Keeps the kind alone: the rest may repeat what is in the file.
    fn from(error: ImageError) -> Self {
        match error {
            ImageError::Limits(_) => Self::TooLarge,
            _ => Self::Unreadable,
        }
    }
}

fn decode(bytes: &[u8]) -> Result<DynamicImage, PictureError> {
    if bytes.len() > MOST_BYTES {
        return Err(PictureError::TooLarge);
    }
    match bytes {
        [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => {
            let mut limits = Limits::no_limits();
            limits.max_alloc = Some(MOST_METADATA);
            // Refused before the chunks after the header are looked at: they may unpack to a lot.
            let size = |at: usize| bytes.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes);
            let (width, height) = size(16).zip(size(20)).ok_or(PictureError::Unreadable)?;
            check_pixels(width, height)?;
            finish(PngDecoder::with_limits(Cursor::new(bytes), limits)?)
        }
        [0xFF, 0xD8, 0xFF, ..] => {
            let decoder = JpegDecoder::new(Cursor::new(bytes))?;
            let (width, height) = decoder.dimensions();
            check_pixels(width, height)?;
            // All coefficients of a progressive picture are held at once, six bytes a pixel.
            if u64::from(width) * u64::from(height) > MOST_PROGRESSIVE && is_progressive(bytes) {
                return Err(PictureError::TooLarge);
            }
            finish(decoder)
        }
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => {
            let still = webp::still(bytes).ok_or(PictureError::Unreadable)?;
            check_pixels(still.width, still.height)?;
            finish(WebPDecoder::new(Cursor::new(still.bytes))?)
        }
        _ => Err(PictureError::UnknownFormat),
    }
}

fn check_pixels(width: u32, height: u32) -> Result<(), PictureError> {
    let pixels = u64::from(width) * u64::from(height);
    let sides = width <= MOST_SIDE && height <= MOST_SIDE;
    if sides && pixels <= MOST_PIXELS { Ok(()) } else { Err(PictureError::TooLarge) }
}

fn finish(decoder: impl ImageDecoder) -> Result<DynamicImage, PictureError> {
    let (width, height) = decoder.dimensions();
    check_pixels(width, height)?;
    if decoder.total_bytes() > MOST_MEMORY {
        return Err(PictureError::TooLarge);
    }
    let image = DynamicImage::from_decoder(decoder)?;
    if pixels(&image) == 0 { Err(PictureError::Unreadable) } else { Ok(image) }
}

/// Whether a JPEG file's frame header is one of the progressive kinds (ITU T.81 §B.2.2).
fn is_progressive(bytes: &[u8]) -> bool {
    let mut rest = &bytes[2..];
    while let [0xFF, marker, after @ ..] = rest {
        match (marker, after) {
            (0xC2 | 0xC6 | 0xCA | 0xCE, _) => return true,
            (0xFF, _) => rest = &rest[1..],
            (0x01 | 0xD0..=0xD8, _) => rest = after,
            (0xC0 | 0xC1 | 0xDA, _) => return false,
            (_, [high, low, ..]) => {
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                rest = after.get(length..).unwrap_or_default();
            }
            _ => return false,
        }
    }
    // A header that cannot be followed is not trusted to be small.
    true
}

fn pixels(image: &DynamicImage) -> usize {
    image.width() as usize * image.height() as usize
}

/// By how much the picture is shrunk before it is looked at.
fn shrink(image: &DynamicImage) -> usize {
    (1..).find(|shrink| pixels(image) / (shrink * shrink) <= MOST_SCANNED).unwrap_or(1)
}

/// Reads the picture laid on a plain ground of this luma, shrunk.
fn read(image: &DynamicImage, shrink: usize, ground: u32) -> Vec<Payload> {
    let luma = luma(image, shrink, ground);
    let (width, height) = (image.width() as usize / shrink, image.height() as usize / shrink);
    match Frame::new(&luma, width, height, width) {
        Ok(frame) => reader::read(frame, Budget::PICTURE),
        // Narrower than what was shrunk together: nothing to see.
        Err(_) => Vec::new(),
    }
}

/// The same, telling what was seen.
fn explain(image: &DynamicImage, shrink: usize, ground: u32) -> ExplainedPicture {
    let luma = luma(image, shrink, ground).into_owned();
    let (width, height) = (image.width() as usize / shrink, image.height() as usize / shrink);
    let looks = Frame::new(&luma, width, height, width)
        .map(|frame| reader::explain(frame, Budget::PICTURE))
        .unwrap_or_default();
    ExplainedPicture { luma, width, height, shrink, looks }
}

fn is_read(explained: &ExplainedPicture) -> bool {
    explained.looks.iter().flat_map(|look| &look.attempts).any(|attempt| attempt.read)
}

/// The picture's luma on a plain ground, each pixel the mean of `shrink` × `shrink`.
fn luma(image: &DynamicImage, shrink: usize, ground: u32) -> Cow<'_, [u8]> {
    if let (DynamicImage::ImageLuma8(grey), 1) = (image, shrink) {
        return Cow::Borrowed(grey.as_raw());
    }
    let (width, height) = (image.width() as usize / shrink, image.height() as usize / shrink);
    let mut sums = vec![0_u32; width];
    let mut out = Vec::with_capacity(width * height);
    let count = (shrink * shrink) as u32;
    for y in 0..height {
        sums.fill(0);
        for row in y * shrink..(y + 1) * shrink {
            add_row(image, row, ground, |x, luma| {
                if let Some(sum) = sums.get_mut(x / shrink) {
                    *sum += luma;
                }
            });
        }
        out.extend(sums.iter().map(|&sum| ((sum + count / 2) / count) as u8));
    }
    Cow::Owned(out)
}

/// Calls `add` with each pixel's column and luma.
fn add_row(image: &DynamicImage, row: usize, ground: u32, mut add: impl FnMut(usize, u32)) {
    let width = image.width() as usize;
    let bytes = image.as_bytes();
    let line = |channels: usize| {
        bytes[row * width * channels..(row + 1) * width * channels].chunks_exact(channels)
    };
    let over = |luma: u32, alpha: u32| (luma * alpha + ground * (255 - alpha) + 127) / 255;
    match image.color() {
        ColorType::L8 => line(1).enumerate().for_each(|(x, p)| add(x, u32::from(p[0]))),
        ColorType::La8 => {
            line(2).enumerate().for_each(|(x, p)| add(x, over(p[0].into(), p[1].into())))
        }
        ColorType::Rgb8 => line(3).enumerate().for_each(|(x, p)| add(x, grey(p[0], p[1], p[2]))),
        ColorType::Rgba8 => {
            line(4)
                .enumerate()
                .for_each(|(x, p)| add(x, over(grey(p[0], p[1], p[2]), p[3].into())));
        }
        // Sixteen bits a channel: rare, so it may be slow.
        _ => (0..width).for_each(|x| {
            let [r, g, b, alpha] = image.get_pixel(x as u32, row as u32).0;
            add(x, over(grey(r, g, b), alpha.into()));
        }),
    }
}

/// The luma of a colour (ITU-R BT.601, as cameras have it), in 256ths.
fn grey(red: u8, green: u8, blue: u8) -> u32 {
    (77 * u32::from(red) + 150 * u32::from(green) + 29 * u32::from(blue) + 128) >> 8
}

const MOST_BYTES: usize = 64 << 20;
const MOST_SIDE: u32 = 65_535;
const MOST_PIXELS: u64 = 50_500_000;
const MOST_PROGRESSIVE: u64 = 25_000_000;
const MOST_MEMORY: u64 = 256 << 20;
const MOST_METADATA: u64 = 8 << 20;
/// Pixels handed on; larger pictures are shrunk while their luma is taken.
const MOST_SCANNED: usize = 4_200_000;

#[cfg(test)]
mod tests;
