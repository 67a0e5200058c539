//! The readers: each at its most patient, and for QR codes alone.

use anyhow::{Result, bail};
use countersign_qr::{Frame, scan, scan_still};
use rxing::common::HybridBinarizer;
use rxing::{
    BarcodeFormat, BinaryBitmap, DecodeHints, FilteredImageReader, Luma8Source, MultiFormatReader,
};

use crate::grey::Picture;

/// A reader with whatever it keeps from picture to picture.
pub(crate) enum Reader {
    /// Ours, for a picture that somebody chose.
    Countersign,
    /// Ours, for a frame of the camera.
    CountersignLive,
    /// rqrr, which has no options.
    Rqrr,
    /// rxing's reader of one pass, as its `detect_in_luma` with a QR code asked for and inverted too.
    RxingPlain,
    /// The same behind its filter of several scales, as its `detect_in_luma_filtered`.
    RxingFiltered,
    /// zxing-cpp, trying harder, rotated, inverted and at smaller scales, as it does unless told.
    #[cfg(feature = "zxing-cpp")]
    ZxingCpp(zxingcpp::BarcodeReader),
    /// zbar looking at each line and each column, inverted too.
    #[cfg(feature = "zbar")]
    Zbar(zbar_rust::ZBarImageScanner),
}

/// Those that were built in.
pub(crate) const NAMES: &[&str] = &[
    "countersign",
    "countersign-live",
    #[cfg(feature = "zxing-cpp")]
    "zxing-cpp",
    "rxing-filtered",
    "rxing-plain",
    #[cfg(feature = "zbar")]
    "zbar",
    "rqrr",
];

impl Reader {
    pub(crate) fn new(name: &str) -> Result<Self> {
        Ok(match name {
            "countersign" => Self::Countersign,
            "countersign-live" => Self::CountersignLive,
            "rqrr" => Self::Rqrr,
            "rxing-plain" => Self::RxingPlain,
            "rxing-filtered" => Self::RxingFiltered,
            #[cfg(feature = "zxing-cpp")]
            "zxing-cpp" => Self::ZxingCpp(zxing_cpp()),
            #[cfg(feature = "zbar")]
            "zbar" => Self::Zbar(zbar()?),
            _ => bail!("there is no reader `{name}` here"),
        })
    }

    /// The texts of the codes in the picture, as far as the reader tells them.
    pub(crate) fn read(&mut self, picture: &Picture) -> Vec<String> {
        let Picture { luma, width, height } = picture;
        match self {
            Self::Countersign => countersign(picture, scan_still),
            Self::CountersignLive => countersign(picture, scan),
            Self::Rqrr => {
                let luma = |x: usize, y: usize| luma[y * width + x];
                let mut picture =
                    rqrr::PreparedImage::prepare_from_greyscale(*width, *height, luma);
                let grids = picture.detect_grids();
                grids.iter().filter_map(|grid| Some(grid.decode().ok()?.1)).collect()
            }
            Self::RxingPlain => rxing(MultiFormatReader::default(), picture),
            Self::RxingFiltered => {
                rxing(FilteredImageReader::new(MultiFormatReader::default()), picture)
            }
            #[cfg(feature = "zxing-cpp")]
            Self::ZxingCpp(reader) => {
                let (width, height) = (*width as u32, *height as u32);
                let format = zxingcpp::ImageFormat::Lum;
                let view = zxingcpp::ImageView::from_slice(luma, width, height, format);
                let codes = view.and_then(|view| reader.from(&view)).unwrap_or_default();
                codes.iter().map(zxing_cpp_text).collect()
            }
            #[cfg(feature = "zbar")]
            Self::Zbar(reader) => {
                let codes = reader.scan_grey(luma, *width as u32, *height as u32);
                let codes = codes.unwrap_or_default().into_iter();
                codes.map(|code| String::from_utf8_lossy(&code.data).into_owned()).collect()
            }
        }
    }
}

fn countersign(
    picture: &Picture,
    scan: fn(Frame<'_>) -> Vec<countersign_qr::Payload>,
) -> Vec<String> {
    let frame = Frame::new(&picture.luma, picture.width, picture.height, picture.width);
    let payloads = frame.map(scan).unwrap_or_default();
    payloads.iter().map(|payload| payload.text().to_owned()).collect()
}

fn rxing(mut reader: impl rxing::Reader, picture: &Picture) -> Vec<String> {
    let hints = DecodeHints {
        PossibleFormats: Some([BarcodeFormat::QR_CODE].into()),
        TryHarder: Some(true),
        AlsoInverted: Some(true),
        ..DecodeHints::default()
    };
    let (width, height) = (picture.width as u32, picture.height as u32);
    let source = Luma8Source::new_with_slice(&picture.luma, width, height);
    let code = source.and_then(|source| {
        reader.decode_with_hints(&mut BinaryBitmap::new(HybridBinarizer::new(source)), &hints)
    });
    code.iter().map(|code| code.getText().to_owned()).collect()
}

#[cfg(feature = "zxing-cpp")]
fn zxing_cpp() -> zxingcpp::BarcodeReader {
    zxingcpp::read()
        .formats([zxingcpp::BarcodeFormat::QRCode])
        .try_harder(true)
        .try_rotate(true)
        .try_invert(true)
        .try_downscale(true)
        .text_mode(zxingcpp::TextMode::Plain)
}

/// The text, which its wrapper cuts at a NUL; then the bytes, each a character.
#[cfg(feature = "zxing-cpp")]
fn zxing_cpp_text(code: &zxingcpp::Barcode) -> String {
    let bytes = code.bytes();
    if bytes.contains(&0) { bytes.into_iter().map(char::from).collect() } else { code.text() }
}

#[cfg(feature = "zbar")]
fn zbar() -> Result<zbar_rust::ZBarImageScanner> {
    use zbar_rust::{ZBarConfig, ZBarImageScanner, ZBarSymbolType};
    let mut reader = ZBarImageScanner::new();
    // `ZBarNone` stands for every kind of code.
    reader.set_config(ZBarSymbolType::ZBarNone, ZBarConfig::ZBarCfgEnable, 0)?;
    reader.set_config(ZBarSymbolType::ZBarQRCode, ZBarConfig::ZBarCfgEnable, 1)?;
    reader.set_config(ZBarSymbolType::ZBarNone, ZBarConfig::ZBarCfgXDensity, 1)?;
    reader.set_config(ZBarSymbolType::ZBarNone, ZBarConfig::ZBarCfgYDensity, 1)?;
    reader.set_config(ZBarSymbolType::ZBarNone, ZBarConfig::ZBarCfgTestInverted, 1)?;
    Ok(reader)
}
