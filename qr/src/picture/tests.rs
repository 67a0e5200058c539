use image::{GrayImage, ImageFormat, Luma, LumaA, Rgba};
use qrcode::QrCode;

use super::*;

const TEXT: &str = "otpauth://totp/Example:a?secret=GEZDGNBVGY3TQOJQ";

/// The code at three pixels a module, with this luma for dark and light.
fn code(dark: u8, light: u8) -> GrayImage {
    let code = QrCode::new(TEXT).unwrap();
    let (size, colours) = (code.width(), code.to_colors());
    let side = (size as u32 + 8) * 3;
    GrayImage::from_fn(side, side, |x, y| {
        let module = |at: u32| (at as usize / 3).wrapping_sub(4);
        let inside = module(x) < size && module(y) < size;
        let ink = inside && colours[module(y) * size + module(x)] == qrcode::Color::Dark;
        Luma([if ink { dark } else { light }])
    })
}

fn file(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    image.write_to(&mut out, format).unwrap();
    out.into_inner()
}

fn texts(bytes: &[u8]) -> Result<Vec<String>, PictureError> {
    Ok(scan_picture(bytes)?.iter().map(|payload| payload.text().to_owned()).collect())
}

fn reads(bytes: &[u8]) {
    assert_eq!(texts(bytes), Ok(vec![TEXT.to_owned()]));
}

#[test]
fn the_three_formats_read_in_each_kind_of_pixel() {
    let grey = DynamicImage::from(code(0, 255));
    reads(&file(&grey, ImageFormat::Jpeg));
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        reads(&file(&grey.to_rgb8().into(), format));
        reads(&file(&grey.to_rgba8().into(), format));
    }
    reads(&file(&grey, ImageFormat::Png));
    reads(&file(&grey.to_luma_alpha8().into(), ImageFormat::Png));
    reads(&file(&grey.to_luma16().into(), ImageFormat::Png));
    reads(&file(&grey.to_rgba16().into(), ImageFormat::Png));
}

#[test]
fn a_picture_is_explained_as_it_is_scanned() {
    let explained = |image: DynamicImage| explain_picture(&file(&image, ImageFormat::Png)).unwrap();
    let grey = code(0, 255);
    let told = explained(grey.clone().into());
    assert_eq!((&told.luma, told.shrink), (grey.as_raw(), 1));
    assert!(is_read(&told));
    assert!(!format!("{told:?} {:?}", told.looks).contains("true, true"));
    // White ink shows on black only.
    let (width, height) = grey.dimensions();
    let ink = image::GrayAlphaImage::from_fn(width, height, |x, y| {
        LumaA([255, 255 - grey.get_pixel(x, y).0[0]])
    });
    let told = explained(ink.into());
    assert!(is_read(&told) && told.luma[0] == 0);
    assert!(!is_read(&explained(GrayImage::from_pixel(64, 64, Luma([90])).into())));
    assert_eq!(explain_picture(b"GIF89a").unwrap_err(), PictureError::UnknownFormat);
}

#[test]
fn what_is_transparent_is_paper_of_the_other_colour() {
    for ink in [0, 255] {
        let coverage = code(255, 0);
        let at = |x, y| coverage.get_pixel(x, y).0[0];
        let (width, height) = coverage.dimensions();
        let grey = image::GrayAlphaImage::from_fn(width, height, |x, y| LumaA([ink, at(x, y)]));
        let colour =
            image::RgbaImage::from_fn(width, height, |x, y| Rgba([ink, ink, ink, at(x, y)]));
        reads(&file(&grey.into(), ImageFormat::Png));
        reads(&file(&colour.clone().into(), ImageFormat::Png));
        reads(&file(&colour.into(), ImageFormat::WebP));
    }
}

#[test]
fn only_the_three_formats_are_looked_at() {
    for bytes in [&b""[..], b"GIF89a\x01\0\x01\0", b"BM", b"\x89PN", b"RIFF\0\0\0\0WAVE", b"<svg/>"]
    {
        assert_eq!(texts(bytes), Err(PictureError::UnknownFormat));
    }
}

#[test]
fn a_large_header_is_refused_before_anything_is_decoded() {
    for (width, height) in [(30_000, 30_000), (u32::MAX, u32::MAX), (70_000, 1), (7_200, 7_200)] {
        let bomb = png(width, height, 8, 0, &[(b"IDAT", b"x")]);
        assert!(bomb.len() < 100);
        assert_eq!(texts(&bomb), Err(PictureError::TooLarge));
    }
    // Few pixels, but eight bytes each.
    assert_eq!(texts(&png(7_000, 7_000, 16, 6, &[(b"IDAT", b"x")])), Err(PictureError::TooLarge));
    assert_eq!(texts(&png(0, 5, 8, 0, &[(b"IDAT", b"x")])), Err(PictureError::Unreadable));
    let mut jpeg = file(&code(0, 255).into(), ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|marker| marker == [0xFF, 0xC0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xEA, 0x60, 0xEA, 0x60]);
    assert_eq!(texts(&jpeg), Err(PictureError::TooLarge));
}

#[test]
fn a_file_too_long_is_refused() {
    assert_eq!(texts(&vec![0x89; MOST_BYTES + 1]), Err(PictureError::TooLarge));
}

#[test]
fn metadata_that_unpacks_to_a_lot_does_no_harm() {
    // 16 MB of nothing, as a colour profile and as a text; the picture itself is small.
    let nothing = file(&GrayImage::new(4000, 4000).into(), ImageFormat::Png);
    let packed = chunk(&nothing, b"IDAT");
    let picture = file(&code(0, 255).into(), ImageFormat::Png);
    let data = chunk(&picture, b"IDAT");
    let side = code(0, 255).width();
    for name in [b"iCCP", b"zTXt"] {
        let metadata = [b"Raw profile type iptc\0\0".as_slice(), &packed].concat();
        let bomb =
            png(side, side, 8, 0, &[(name, metadata.as_slice()), (b"IDAT", data.as_slice())]);
        if let Ok(found) = texts(&bomb) {
            assert_eq!(found, [TEXT]);
        }
    }
}

#[test]
fn an_animation_shows_its_first_image() {
    let still = file(&DynamicImage::from(code(0, 255)).to_rgb8().into(), ImageFormat::WebP);
    let lossless = &still[12..];
    let frame = [&[0; 6][..], &[0xFF, 0, 0, 0xFF, 0, 0, 0, 0, 0, 0], lossless].concat();
    let animation =
        riff(&[(b"VP8X", &[2, 0, 0, 0, 0, 0, 0, 0, 0, 0]), (b"ANIM", &[0; 6]), (b"ANMF", &frame)]);
    reads(&animation);
    let picture = file(&code(0, 255).into(), ImageFormat::Png);
    let side = code(0, 255).width();
    let mut control = [0; 26];
    control[4..8].copy_from_slice(&side.to_be_bytes());
    control[8..12].copy_from_slice(&side.to_be_bytes());
    let data = chunk(&picture, b"IDAT");
    reads(&png(
        side,
        side,
        8,
        0,
        &[(b"acTL", &[0, 0, 0, 1, 0, 0, 0, 0]), (b"fcTL", &control), (b"IDAT", &data)],
    ));
}

#[test]
fn a_header_that_disagrees_with_the_image_inside_is_not_believed() {
    let still = file(&DynamicImage::from(code(0, 255)).to_rgb8().into(), ImageFormat::WebP);
    let inner = (b"VP8L", &still[20..]);
    reads(&riff(&[(b"VP8X", &[0, 0, 0, 0, 9, 9, 9, 9, 9, 9]), inner]));
    // A lossy image that says 16,383 × 16,383 in a file that says 1 × 1.
    let large = [0x10, 0, 0, 0x9D, 0x01, 0x2A, 0xFF, 0x3F, 0xFF, 0x3F, 0, 0];
    let file = riff(&[(b"VP8X", &[0; 10]), (b"VP8 ", &large)]);
    assert_eq!(texts(&file), Err(PictureError::TooLarge));
    assert_eq!(texts(&riff(&[(b"VP8X", &[0; 10])])), Err(PictureError::Unreadable));
}

#[test]
fn damaged_files_end_in_an_error_or_a_list() {
    let image = DynamicImage::from(code(0, 255));
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        let whole = file(&image.to_rgb8().into(), format);
        for length in (0..whole.len()).step_by(whole.len() / 40) {
            let _ = texts(&whole[..length]);
        }
        for at in (0..whole.len()).step_by(1 + whole.len() / 150) {
            let mut damaged = whole.clone();
            damaged[at] ^= 1 << (at % 8);
            let _ = texts(&damaged);
        }
    }
}

#[test]
fn odd_shapes_read_nothing() {
    for (width, height) in [(1, 1), (1, 60_000), (60_000, 1), (3, 700)] {
        let picture = GrayImage::from_fn(width, height, |x, y| Luma([((x * 7) ^ (y * 13)) as u8]));
        assert_eq!(texts(&file(&picture.into(), ImageFormat::Png)), Ok(vec![]));
    }
}

#[test]
fn progressive_files_are_told_by_their_frame_header() {
    let start = [0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF];
    assert!(is_progressive(&[&start[..], &[0xC2, 0, 3, 0]].concat()));
    assert!(!is_progressive(&[&start[..], &[0xC0, 0, 3, 0]].concat()));
    assert!(is_progressive(&[&start[..], &[0xFF, 0xC2, 0]].concat()));
    assert!(is_progressive(&start));
}

#[test]
fn an_error_keeps_nothing_of_the_file() {
    for error in [PictureError::TooLarge, PictureError::UnknownFormat, PictureError::Unreadable] {
        assert!(error.to_string().starts_with("picture is "));
    }
}

/// A PNG file with these chunks after its header.
fn png(width: u32, height: u32, depth: u8, colour: u8, chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([depth, colour, 0, 0, 0]);
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let all = [(b"IHDR", header.as_slice())].into_iter().chain(chunks.iter().copied());
    for (name, data) in all.chain([(b"IEND", &[][..])]) {
        out.extend((data.len() as u32).to_be_bytes());
        out.extend(name);
        out.extend(data);
        out.extend(crc([&name[..], data].concat()).to_be_bytes());
    }
    out
}

/// All data of the chunks of this name.
fn chunk(png: &[u8], wanted: &[u8; 4]) -> Vec<u8> {
    let (mut rest, mut out) = (&png[8..], Vec::new());
    while rest.len() > 8 {
        let length = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
        if &rest[4..8] == wanted {
            out.extend(&rest[8..8 + length]);
        }
        rest = &rest[12 + length..];
    }
    out
}

fn crc(bytes: Vec<u8>) -> u32 {
    !bytes.iter().fold(!0, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 * (crc & 1)))
    })
}

fn riff(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut body = b"WEBP".to_vec();
    for (name, data) in chunks {
        body.extend(*name);
        body.extend((data.len() as u32).to_le_bytes());
        body.extend(*data);
        body.resize(body.len().next_multiple_of(2), 0);
    }
    [b"RIFF".as_slice(), &(body.len() as u32).to_le_bytes(), &body].concat()
}
