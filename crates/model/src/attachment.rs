//! Attachments: files that come with a message. Owns which kinds there are, how large they may be and what
//! they are called; what a file is, is found out in `look`. Never touches a file.

mod look;

pub use look::{Found, Look, Unsupported};

use crate::{clock::Millis, ids::AttachmentId};

/// The largest file: 10 MiB.
pub const FILE_LIMIT: u64 = 10 * 1024 * 1024;

/// The most files of one message.
pub const PER_MESSAGE: usize = 10;

/// The files of one message together: 25 MiB.
pub const MESSAGE_LIMIT: u64 = 25 * 1024 * 1024;

/// The longest side of an image, in pixels.
pub const SIDE_LIMIT: u32 = 8192;

/// The longest name, in characters.
pub const NAME_LIMIT: usize = 120;

/// What a message and the texts attached to it may have together, if an assistant is to read them: 768 KiB.
/// They reach it whole or not at all.
pub const READABLE_LIMIT: u64 = 768 * 1024;

/// What a file is to a reader, person or assistant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A picture.
    Image,
    /// UTF-8 text, whatever it is called.
    Text,
    /// A PDF document.
    Pdf,
}

impl Kind {
    /// The name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Text => "text",
            Self::Pdf => "pdf",
        }
    }

    /// What files of it are called.
    pub fn words(self) -> &'static str {
        match self {
            Self::Image => "pictures",
            Self::Text => "texts",
            Self::Pdf => "PDFs",
        }
    }
}

/// The formats that are taken. Found in the bytes, never believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// GIF.
    Gif,
    /// WebP.
    Webp,
    /// UTF-8 text without U+0000.
    Text,
    /// PDF.
    Pdf,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 6] = [
        Self::Png,
        Self::Jpeg,
        Self::Gif,
        Self::Webp,
        Self::Text,
        Self::Pdf,
    ];

    /// The media type in SQL and JSON. All texts are plain, also those that a browser would run.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
            Self::Text => "text/plain",
            Self::Pdf => "application/pdf",
        }
    }

    /// The format of that media type.
    pub fn parse(media_type: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|format| format.media_type() == media_type)
    }

    /// What it is to a reader.
    pub fn kind(self) -> Kind {
        match self {
            Self::Png | Self::Jpeg | Self::Gif | Self::Webp => Kind::Image,
            Self::Text => Kind::Text,
            Self::Pdf => Kind::Pdf,
        }
    }

    /// How the name of such a file ends, for programs that go by it.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Gif => "gif",
            Self::Webp => "webp",
            Self::Text => "txt",
            Self::Pdf => "pdf",
        }
    }
}

/// A file that comes with a message, or is about to. Never changed once stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Which.
    pub id: AttachmentId,
    /// As its uploader called it, made harmless by [`file_name`].
    pub name: String,
    /// In bytes.
    pub size: u64,
    /// What it is.
    pub format: Format,
    /// Width and height in pixels, of images.
    pub dimensions: Option<(u32, u32)>,
    /// When it was stored.
    pub created_at: Millis,
}

/// A name that is only a name: no folders, no control characters, none that turn text around or cannot be
/// seen, at most [`NAME_LIMIT`] characters. What is left of a name without any is `file`.
pub fn file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let visible: String = last.chars().filter(|c| !is_treacherous(*c)).collect();
    let words = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    // A name that begins with a dot is hidden where it is saved.
    let name = words.trim_start_matches('.').trim();
    if name.is_empty() {
        return "file".to_owned();
    }
    shortened(name)
}

/// At most [`NAME_LIMIT`] characters, with the ending that says what it is.
fn shortened(name: &str) -> String {
    let count = name.chars().count();
    if count <= NAME_LIMIT {
        return name.to_owned();
    }
    let ending: String = match name.rfind('.') {
        Some(dot) if name[dot..].chars().count() <= 12 => name[dot..].to_owned(),
        _ => String::new(),
    };
    let keep = NAME_LIMIT - ending.chars().count();
    name.chars().take(keep).chain(ending.chars()).collect()
}

/// Characters that a name has no honest use for: controls, marks that turn the direction of text, and
/// those without width. The joiners stay: scripts and emoji are written with them.
fn is_treacherous(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{061C}'
                | '\u{200B}'
                | '\u{200E}'
                | '\u{200F}'
                | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}'
                | '\u{FEFF}'
                | '\u{FFF9}'..='\u{FFFB}'
                | '\u{E0000}'..='\u{E007F}'
        )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_file_name_is_only_a_name() {
        for (given, kept) in [
            ("p95-by-route.csv", "p95-by-route.csv"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\mara\\plan.pdf", "plan.pdf"),
            ("..", "file"),
            ("", "file"),
            ("  \t ", "file"),
            (".bashrc", "bashrc"),
            ("a\0b\r\nSet-Cookie: x.png", "abSet-Cookie: x.png"),
            ("invoice\u{202E}fdp.exe", "invoicefdp.exe"),
            ("\u{200B}\u{FEFF}x.txt", "x.txt"),
            ("two   words\u{A0}here.md", "two words here.md"),
            ("naïve 写真.png", "naïve 写真.png"),
            ("<script>alert(1)</script>", "script>"),
            ("\"; filename=\"x.html", "\"; filename=\"x.html"),
        ] {
            assert_eq!(file_name(given), kept, "{given:?}");
        }
    }

    #[test]
    fn a_long_file_name_keeps_its_ending() {
        let name = file_name(&format!("{}.png", "é".repeat(500)));
        assert_eq!(name.chars().count(), NAME_LIMIT);
        assert!(name.ends_with("é.png"));
        let endless = file_name(&format!("x.{}", "y".repeat(500)));
        assert_eq!(endless.chars().count(), NAME_LIMIT);
    }

    #[test]
    fn every_format_is_read_back_by_its_media_type_and_none_of_them_runs_in_a_browser() {
        for format in Format::ALL {
            assert_eq!(Format::parse(format.media_type()), Some(format));
            assert!(!format.media_type().contains("html") && !format.media_type().contains("xml"));
        }
        assert_eq!(Format::parse("image/svg+xml"), None);
    }
}
