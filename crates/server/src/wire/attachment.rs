//! Attachments on the wire.

use serde::Serialize;
use switchboard_model::attachment as model;
use utoipa::ToSchema;

use super::ToWire;

/// A file that comes with a message, or waits for one.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Attachment {
    /// Which.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// In bytes.
    pub size: u64,
    /// Its media type. Every text is `text/plain`.
    pub media_type: String,
    /// What it is to a reader.
    pub kind: AttachmentKind,
    /// In pixels, of images.
    pub width: Option<u32>,
    /// In pixels, of images.
    pub height: Option<u32>,
}

/// What a file is to a reader.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AttachmentKind {
    /// A PNG, JPEG, GIF or WebP picture.
    Image,
    /// UTF-8 text.
    Text,
    /// A PDF document.
    Pdf,
}

impl ToWire for model::Kind {
    type Wire = AttachmentKind;

    fn to_wire(&self) -> AttachmentKind {
        match self {
            Self::Image => AttachmentKind::Image,
            Self::Text => AttachmentKind::Text,
            Self::Pdf => AttachmentKind::Pdf,
        }
    }
}

impl ToWire for model::Attachment {
    type Wire = Attachment;

    fn to_wire(&self) -> Attachment {
        let (width, height) = self.dimensions.unzip();
        Attachment {
            id: self.id.to_string(),
            name: self.name.clone(),
            size: self.size,
            media_type: self.format.media_type().to_owned(),
            kind: self.format.kind().to_wire(),
            width,
            height,
        }
    }
}
