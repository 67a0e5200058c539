//! Grey pictures: the same pixels for every reader, as binary PGM files.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use image::{ImageReader, Rgba};

/// Rows of luma without padding, 0 black to 255 white.
pub(crate) struct Picture {
    pub(crate) luma: Vec<u8>,
    pub(crate) width: usize,
    pub(crate) height: usize,
}

/// Any picture file in grey (ITU-R BT.709), what is transparent as white.
pub(crate) fn from_file(path: &Path) -> Result<Picture> {
    let picture = ImageReader::open(path)?.with_guessed_format()?.decode()?;
    let picture = if picture.color().has_alpha() {
        let mut picture = picture.into_rgba8();
        for Rgba([red, green, blue, alpha]) in picture.pixels_mut() {
            for colour in [red, green, blue] {
                let over = u16::from(*colour) * u16::from(*alpha);
                *colour = ((over + 255 * (255 - u16::from(*alpha)) + 127) / 255) as u8;
            }
            *alpha = 255;
        }
        picture.into()
    } else {
        picture
    };
    let picture = picture.into_luma8();
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    Ok(Picture { luma: picture.into_raw(), width, height })
}

impl Picture {
    /// Opens what [`Picture::save`] wrote.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let bytes = fs::read(path).with_context(|| format!("failed to read {}", path.display()))?;
        let mut words = bytes.splitn(5, |byte| byte.is_ascii_whitespace());
        let mut word = || words.next().and_then(|word| str::from_utf8(word).ok());
        ensure!(word() == Some("P5"), "{} is not a binary PGM", path.display());
        let (width, height) = (word().context("no width")?, word().context("no height")?);
        let (width, height) = (width.parse()?, height.parse()?);
        ensure!(word() == Some("255"), "{} is not of 8 bits", path.display());
        let luma = words.next().context("no pixels")?.to_vec();
        ensure!(luma.len() == width * height, "{} is cut short", path.display());
        Ok(Self { luma, width, height })
    }

    pub(crate) fn save(&self, path: &Path) -> Result<()> {
        path.parent().map(fs::create_dir_all).transpose()?;
        let mut bytes = format!("P5\n{} {}\n255\n", self.width, self.height).into_bytes();
        bytes.extend(&self.luma);
        fs::write(path, bytes).with_context(|| format!("failed to write {}", path.display()))
    }

    /// From dark on the left to light on the right.
    pub(crate) fn ramp(width: usize, height: usize) -> Self {
        let luma = (0..width * height).map(|at| (at % width * 256 / width) as u8).collect();
        Self { luma, width, height }
    }
}
