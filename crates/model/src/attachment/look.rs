//! What a file is, found in its bytes as they arrive. Owns the signatures, the sizes of images and the
//! check that a text is one; keeps a few bytes at a time, and never believes a name or a label.

use super::{Format, SIDE_LIMIT};

/// All signatures and the sizes of all images but JPEG are within so many bytes.
const HEAD: usize = 32;

/// What a file turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Its format.
    pub format: Format,
    /// Width and height in pixels, of images.
    pub dimensions: Option<(u32, u32)>,
}

/// Why a file is not taken. The text says what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unsupported {
    /// Nothing is in it.
    #[error("the file is empty")]
    Empty,
    /// It is none of ours.
    #[error("this is not a PNG, JPEG, GIF or WebP image, a PDF, or text in UTF-8")]
    Unknown,
    /// It begins like an image and is none, or is cut off.
    #[error("the image is damaged: its size cannot be read, or its end is missing")]
    Damaged,
    /// Wider or higher than [`SIDE_LIMIT`].
    #[error("the image has more than {SIDE_LIMIT} pixels a side")]
    TooWide,
}

/// Looks at a file while it passes by.
#[derive(Debug, Default)]
pub struct Look {
    head: Vec<u8>,
    size: u64,
    /// The last bytes seen, for the mark at the end of an image.
    tail: Vec<u8>,
    text: Utf8,
    jpeg: Jpeg,
}

impl Look {
    /// The next bytes.
    pub fn feed(&mut self, bytes: &[u8]) {
        let room = HEAD - self.head.len();
        self.head.extend_from_slice(&bytes[..room.min(bytes.len())]);
        self.size += bytes.len() as u64;
        self.tail
            .extend_from_slice(&bytes[bytes.len().saturating_sub(HEAD)..]);
        self.tail.drain(..self.tail.len().saturating_sub(HEAD));
        self.text.feed(bytes);
        self.jpeg.feed(bytes);
    }

    /// How many bytes there were so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// What it was, once all of it was seen.
    pub fn finish(self) -> Result<Found, Unsupported> {
        let head = &self.head[..];
        if head.is_empty() {
            return Err(Unsupported::Empty);
        }
        let image = |format, dimensions: Option<(u32, u32)>, whole| match dimensions {
            Some((width, height)) if whole && width > 0 && height > 0 => {
                if width.max(height) > SIDE_LIMIT {
                    Err(Unsupported::TooWide)
                } else {
                    Ok(Found {
                        format,
                        dimensions: Some((width, height)),
                    })
                }
            }
            _ => Err(Unsupported::Damaged),
        };
        let plain = |format| {
            Ok(Found {
                format,
                dimensions: None,
            })
        };
        if head.starts_with(b"\x89PNG\r\n\x1A\n") {
            let whole = self.tail.windows(4).any(|word| word == b"IEND");
            return image(Format::Png, png(head), whole);
        }
        if head.starts_with(b"\xFF\xD8\xFF") {
            return image(Format::Jpeg, self.jpeg.dimensions, self.jpeg.ended);
        }
        if head.starts_with(b"GIF87a") || head.starts_with(b"GIF89a") {
            let whole = self.tail.contains(&b';');
            return image(Format::Gif, gif(head), whole);
        }
        if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
            let stated = le(head, 4, 4).map(|size| u64::from(size) + 8);
            let whole = stated.is_some_and(|stated| self.size >= stated);
            return image(Format::Webp, webp(head), whole);
        }
        if head.starts_with(b"%PDF-") {
            return plain(Format::Pdf);
        }
        if self.text.holds() {
            return plain(Format::Text);
        }
        Err(Unsupported::Unknown)
    }
}

fn png(head: &[u8]) -> Option<(u32, u32)> {
    (head.get(12..16)? == b"IHDR").then_some(())?;
    Some((be(head, 16, 4)?, be(head, 20, 4)?))
}

fn gif(head: &[u8]) -> Option<(u32, u32)> {
    Some((le(head, 6, 2)?, le(head, 8, 2)?))
}

fn webp(head: &[u8]) -> Option<(u32, u32)> {
    match head.get(12..16)? {
        b"VP8 " => {
            (head.get(23..26)? == b"\x9D\x01\x2A").then_some(())?;
            Some((le(head, 26, 2)? & 0x3FFF, le(head, 28, 2)? & 0x3FFF))
        }
        b"VP8L" => {
            (*head.get(20)? == 0x2F).then_some(())?;
            let bits = le(head, 21, 4)?;
            Some(((bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1))
        }
        b"VP8X" => Some((le(head, 24, 3)? + 1, le(head, 27, 3)? + 1)),
        _ => None,
    }
}

fn be(bytes: &[u8], at: usize, length: usize) -> Option<u32> {
    let bytes = bytes.get(at..at + length)?;
    Some(
        bytes
            .iter()
            .fold(0, |number, byte| number << 8 | u32::from(*byte)),
    )
}

fn le(bytes: &[u8], at: usize, length: usize) -> Option<u32> {
    let bytes = bytes.get(at..at + length)?;
    Some(
        bytes
            .iter()
            .rev()
            .fold(0, |number, byte| number << 8 | u32::from(*byte)),
    )
}

/// Whether all that was seen is text: UTF-8 without U+0000.
#[derive(Debug, Default)]
struct Utf8 {
    broken: bool,
    /// The beginning of a character whose end is still to come.
    rest: Vec<u8>,
}

impl Utf8 {
    fn feed(&mut self, bytes: &[u8]) {
        if self.broken {
            return;
        }
        if bytes.contains(&0) {
            self.broken = true;
            return;
        }
        let mut bytes = bytes;
        while !self.rest.is_empty() {
            let Some((first, others)) = bytes.split_first() else {
                return;
            };
            self.rest.push(*first);
            bytes = others;
            match std::str::from_utf8(&self.rest) {
                Ok(_) => self.rest.clear(),
                Err(error) if error.error_len().is_none() => {}
                Err(_) => {
                    self.broken = true;
                    return;
                }
            }
        }
        if let Err(error) = std::str::from_utf8(bytes) {
            self.broken = error.error_len().is_some();
            self.rest = bytes[error.valid_up_to()..].to_vec();
        }
    }

    fn holds(&self) -> bool {
        !self.broken && self.rest.is_empty()
    }
}

/// Goes from one segment of a JPEG to the next until it meets the one with the size, which may come late:
/// cameras put whole previews before it. Then looks for the mark of the end.
#[derive(Debug, Default)]
struct Jpeg {
    /// Bytes of a segment that hold nothing for us.
    skip: usize,
    /// What was seen of the segment's beginning.
    open: Vec<u8>,
    dimensions: Option<(u32, u32)>,
    /// The last byte seen behind the size.
    last: u8,
    ended: bool,
    lost: bool,
}

impl Jpeg {
    fn feed(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() && !self.lost && !self.ended {
            if self.skip > 0 {
                let step = self.skip.min(bytes.len());
                self.skip -= step;
                bytes = &bytes[step..];
            } else if self.dimensions.is_some() {
                // Within compressed data FF is always followed by 00, so FF D9 is the end and nothing else.
                for byte in bytes {
                    self.ended |= self.last == 0xFF && *byte == 0xD9;
                    self.last = *byte;
                }
                return;
            } else {
                self.open.push(bytes[0]);
                bytes = &bytes[1..];
                self.step();
            }
        }
    }

    /// Looks at the beginning of a segment: FF, its name, two bytes of length, and in the one that begins
    /// a frame a byte of precision, the height and the width.
    fn step(&mut self) {
        match self.open[..] {
            [0xFF] | [0xFF, 0xFF, ..] if self.open.len() <= 2 => self.open.truncate(1),
            [0xFF, 0xD8 | 0x01 | 0xD0..=0xD7] => self.open.clear(),
            [0xFF, 0xD9 | 0xDA | 0x00] | [0..=0xFE, ..] => self.lost = true,
            [0xFF, 0xC0..=0xCF, _, _, _, high, low, wide, thin]
                if !matches!(self.open[1], 0xC4 | 0xC8 | 0xCC) =>
            {
                let number = |high: u8, low: u8| u32::from(high) << 8 | u32::from(low);
                self.dimensions = Some((number(wide, thin), number(high, low)));
            }
            [0xFF, name, high, low]
                if !matches!(name, 0xC0..=0xCF) || matches!(name, 0xC4 | 0xC8 | 0xCC) =>
            {
                let length = usize::from(high) << 8 | usize::from(low);
                self.lost = length < 2;
                self.skip = length.saturating_sub(2);
                self.open.clear();
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const IMAGES: [(&str, Format, (u32, u32)); 5] = [
        (
            "89504e470d0a1a0a0000000d494844520000000300000002080200000012160fd30000000049454e44ae426082",
            Format::Png,
            (3, 2),
        ),
        (
            "ffd8ffe000104a46494600010100000100010000ffc4000401ffffc0000b080002000301011100ffda0008010100003f00ff00ffd9",
            Format::Jpeg,
            (3, 2),
        ),
        (
            "474946383961030002000000002c00000000030002000002028c5f003b",
            Format::Gif,
            (3, 2),
        ),
        (
            "524946461600000057454250565038200a0000003001009d012a03000200",
            Format::Webp,
            (3, 2),
        ),
        (
            "524946461a000000574542505650384c0d0000002f0240000007100000000000000000",
            Format::Webp,
            (3, 2),
        ),
    ];

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
            .collect()
    }

    fn look(bytes: &[u8]) -> Result<Found, Unsupported> {
        let mut look = Look::default();
        look.feed(bytes);
        look.finish()
    }

    /// The same in pieces of every size: what arrives is cut anywhere.
    fn look_in_pieces(bytes: &[u8], piece: usize) -> Result<Found, Unsupported> {
        let mut look = Look::default();
        for bytes in bytes.chunks(piece) {
            look.feed(bytes);
        }
        assert_eq!(look.size(), bytes.len() as u64);
        look.finish()
    }

    #[test]
    fn images_are_known_by_their_bytes_however_they_arrive() {
        for (hex, format, dimensions) in IMAGES {
            let bytes = bytes(hex);
            let found = Ok(Found {
                format,
                dimensions: Some(dimensions),
            });
            for piece in 1..=bytes.len() {
                assert_eq!(
                    look_in_pieces(&bytes, piece),
                    found,
                    "{format:?} by {piece}"
                );
            }
        }
    }

    #[test]
    fn an_image_whose_end_is_missing_is_refused() {
        for (hex, format, _) in IMAGES {
            let bytes = bytes(hex);
            for length in 8..bytes.len() - 8 {
                assert!(look(&bytes[..length]).is_err(), "{format:?} to {length}");
            }
        }
    }

    #[test]
    fn an_image_of_more_than_8192_pixels_a_side_is_refused() {
        for (width, expected) in [(8192, true), (8193, false), (u32::MAX, false)] {
            let mut png = bytes(IMAGES[0].0);
            png[16..20].copy_from_slice(&u32::to_be_bytes(width));
            let found = look(&png);
            assert_eq!(found.is_ok(), expected, "{width}: {found:?}");
        }
        let mut nothing = bytes(IMAGES[0].0);
        nothing[16..20].fill(0);
        assert_eq!(look(&nothing), Err(Unsupported::Damaged));
    }

    #[test]
    fn a_preview_before_the_size_of_a_photo_is_not_its_size() {
        let preview = bytes(IMAGES[1].0);
        let length = u16::try_from(preview.len() + 2).unwrap();
        let mut photo = vec![0xFF, 0xD8, 0xFF, 0xE1];
        photo.extend(length.to_be_bytes());
        photo.extend(&preview);
        photo.extend([0xFF, 0xC2, 0, 11, 8, 0, 7, 0, 9, 1, 1, 0x11, 0]);
        photo.extend([0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 0x3F, 0, 1, 2, 0xFF, 0xD9]);
        let found = look(&photo).unwrap();
        assert_eq!(found.dimensions, Some((9, 7)));
    }

    #[test]
    fn text_is_what_is_utf_8_whatever_it_is_called() {
        let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
        for text in [
            "a,b\n1,2\n",
            "naïve 写真 🦀",
            svg,
            "<!doctype html><script>",
            "\u{FEFF}x",
        ] {
            for piece in 1..=text.len() {
                let found = look_in_pieces(text.as_bytes(), piece).unwrap();
                assert_eq!(
                    (found.format, found.dimensions),
                    (Format::Text, None),
                    "{text}"
                );
            }
        }
    }

    #[test]
    fn what_is_no_text_and_no_image_is_refused() {
        for (bytes, why) in [
            (&b""[..], Unsupported::Empty),
            (b"MZ\x90\0", Unsupported::Unknown),
            (b"PK\x03\x04\xFF\xFF", Unsupported::Unknown),
            (b"text with a \0 in it", Unsupported::Unknown),
            (b"caf\xE9 in Latin-1", Unsupported::Unknown),
            (b"\xFF\xFEu\0t\0f\0", Unsupported::Unknown),
            (b"cut off \xF0\x9F", Unsupported::Unknown),
            (b"\x89PNG\r\n\x1A\n", Unsupported::Damaged),
            (b"\xFF\xD8\xFF\xD9", Unsupported::Damaged),
            (b"GIF89a<script>alert(1)</script>", Unsupported::Damaged),
            (b"RIFF\xFF\xFF\xFF\xFFWEBPVP8 ", Unsupported::Damaged),
        ] {
            assert_eq!(look(bytes), Err(why), "{bytes:?}");
        }
        assert_eq!(look(b"%PDF-1.7\n\xFF\0").unwrap().format, Format::Pdf);
    }
}
