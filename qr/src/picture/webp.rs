//! A WebP file to one that holds its first image and nothing else (RFC 9649).
//!
//! `image-webp` 0.2.4 trusts a file whose chunks disagree: it reserves memory by the inner header
//! before it compares, and in an animation indexes one image by another's size. Put together anew,
//! the file has one size, known before anything is decoded.

/// A WebP file with one image.
pub(super) struct Still {
    pub(super) bytes: Vec<u8>,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// The first image of a WebP file; none where there is none.
pub(super) fn still(file: &[u8]) -> Option<Still> {
    let (mut alpha, mut rest) = (None, file.get(12..)?);
    loop {
        let chunk = Chunk::first(rest)?;
        match &chunk.name {
            b"VP8L" => return lossless(chunk.data),
            b"VP8 " => return lossy(chunk.data, alpha),
            b"ALPH" => alpha = Some(chunk.data),
            // A frame of an animation: 16 bytes on its place, then chunks like a file's.
            b"ANMF" => {
                alpha = None;
                rest = chunk.data.get(16..)?;
                continue;
            }
            _ => {}
        }
        rest = chunk.rest;
    }
}

struct Chunk<'a> {
    name: [u8; 4],
    data: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Chunk<'a> {
    fn first(bytes: &'a [u8]) -> Option<Self> {
        let name = bytes.get(..4)?.try_into().ok()?;
        let length = u32::from_le_bytes(bytes.get(4..8)?.try_into().ok()?) as usize;
        let data = bytes.get(8..)?.get(..length)?;
        let rest = bytes.get(8 + length + length % 2..).unwrap_or_default();
        Some(Self { name, data, rest })
    }
}

fn lossless(data: &[u8]) -> Option<Still> {
    let [0x2F, bits @ ..] = data else { return None };
    let bits = u32::from_le_bytes(bits.get(..4)?.try_into().ok()?);
    let (width, height) = ((bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1);
    Some(Still { bytes: riff(&[(b"VP8L", data)]), width, height })
}

fn lossy(data: &[u8], alpha: Option<&[u8]>) -> Option<Still> {
    let &[_, _, _, 0x9D, 0x01, 0x2A, w0, w1, h0, h1, ..] = data else { return None };
    let side = |bytes| u32::from(u16::from_le_bytes(bytes) & 0x3FFF);
    let (width, height) = (side([w0, w1]), side([h0, h1]));
    let bytes = match alpha {
        _ if width == 0 || height == 0 => return None,
        None => riff(&[(b"VP8 ", data)]),
        Some(alpha) => {
            let mut extended = vec![HAS_ALPHA, 0, 0, 0];
            extended.extend_from_slice(&(width - 1).to_le_bytes()[..3]);
            extended.extend_from_slice(&(height - 1).to_le_bytes()[..3]);
            riff(&[(b"VP8X", &extended), (b"ALPH", alpha), (b"VP8 ", data)])
        }
    };
    Some(Still { bytes, width, height })
}

fn riff(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut body = b"WEBP".to_vec();
    for (name, data) in chunks {
        body.extend_from_slice(*name);
        body.extend_from_slice(&(data.len() as u32).to_le_bytes());
        body.extend_from_slice(data);
        body.resize(body.len().next_multiple_of(2), 0);
    }
    let mut file = b"RIFF".to_vec();
    file.extend_from_slice(&(body.len() as u32).to_le_bytes());
    file.extend_from_slice(&body);
    file
}

const HAS_ALPHA: u8 = 0x10;
