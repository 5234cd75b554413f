//! Files that people bring: taking them in, giving them out, and whether an assistant can take them. Owns
//! the limits on the way in and who may have a file; never knows what a format looks like.

use futures_util::{Stream, StreamExt as _};
use switchboard_model::{
    AttachmentId,
    attachment::{self, Attachment, Format, Kind, Look, Unsupported},
    message,
    person::Person,
};
use switchboard_store::{Addressed, AttachError, Kept, NewAttachment, StoreError};

use crate::{Engine, chat::ChatError};

/// A file to take in.
#[derive(Debug, Clone)]
pub struct Upload {
    /// What it is called where it comes from.
    pub name: String,
    /// The same id with the same file again is the same attachment.
    pub client_id: Option<String>,
}

/// Why a file was not taken in. Nothing of it is kept.
#[derive(Debug, Clone, thiserror::Error)]
pub enum UploadError {
    /// Larger than a file may be.
    #[error("the file is larger than {} MB", attachment::FILE_LIMIT / 1024 / 1024)]
    TooLarge,
    /// Of no kind that is taken.
    #[error(transparent)]
    Unsupported(#[from] Unsupported),
    /// It did not arrive whole.
    #[error("the file did not arrive whole")]
    BrokenOff,
    /// The request makes no sense; the text says why.
    #[error("{0}")]
    Invalid(String),
    /// It could not be kept.
    #[error(transparent)]
    Attach(#[from] AttachError),
}

impl From<StoreError> for UploadError {
    fn from(error: StoreError) -> Self {
        Self::Attach(error.into())
    }
}

impl Engine {
    /// Takes a file in, piece by piece, for its uploader to send. Says `false` beside it if the client id
    /// had brought it before. An error in `bytes` means that it broke off.
    pub async fn upload<B, E>(
        &self,
        by: &Person,
        upload: Upload,
        bytes: impl Stream<Item = Result<B, E>> + Send,
    ) -> Result<(Attachment, bool), UploadError>
    where
        B: AsRef<[u8]> + Send,
        E: Send,
    {
        if let Some(id) = &upload.client_id
            && !message::is_client_id(id)
        {
            let most = message::CLIENT_ID_LIMIT;
            return Err(UploadError::Invalid(format!(
                "a client id has 1 to {most} bytes"
            )));
        }
        let mut draft = self.store().draft_attachment().await?;
        let mut look = Look::default();
        let mut bytes = std::pin::pin!(bytes);
        while let Some(piece) = bytes.next().await {
            let piece = piece.map_err(|_| UploadError::BrokenOff)?;
            look.feed(piece.as_ref());
            if look.size() > attachment::FILE_LIMIT {
                return Err(UploadError::TooLarge);
            }
            draft.write(piece.as_ref()).await?;
        }
        let new = NewAttachment {
            person: by.id,
            name: attachment::file_name(&upload.name),
            found: look.finish()?,
            client_id: upload.client_id,
        };
        Ok(self.store().add_attachment(draft, new).await?)
    }

    /// An attachment, if this person may have it: until it is posted its uploader, then whoever may see
    /// its thread.
    pub async fn visible_attachment(
        &self,
        by: &Person,
        id: AttachmentId,
    ) -> Result<Kept, ChatError> {
        const NONE: ChatError = ChatError::NotFound("attachment");
        let kept = self.reader().attachment(id).await?.ok_or(NONE)?;
        let visible = match kept.thread {
            Some(thread) => self.reader().thread(by.id, thread).await?.is_some(),
            None => kept.person == by.id,
        };
        if visible { Ok(kept) } else { Err(NONE) }
    }

    /// Removes a file that no message has yet.
    pub async fn remove_attachment(&self, by: &Person, id: AttachmentId) -> Result<(), ChatError> {
        if self.store().remove_attachment(by.id, id).await? {
            Ok(())
        } else {
            Err(ChatError::NotFound("attachment"))
        }
    }

    /// The files that are to come with a message, as far as the limits on it allow. Whether another
    /// message has one already is for the store to say, which knows a repeat.
    pub(crate) async fn own_files(
        &self,
        by: &Person,
        ids: &[AttachmentId],
    ) -> Result<Vec<Attachment>, ChatError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        if ids.len() > attachment::PER_MESSAGE {
            return Err(ChatError::Invalid(format!(
                "a message has at most {} files",
                attachment::PER_MESSAGE
            )));
        }
        let kept = self.reader().attachments(ids).await?;
        let mut files = Vec::with_capacity(ids.len());
        for id in ids {
            let found = kept
                .iter()
                .find(|kept| kept.attachment.id == *id && kept.person == by.id);
            files.push(
                found
                    .ok_or(ChatError::NoAttachment(*id))?
                    .attachment
                    .clone(),
            );
        }
        let size: u64 = files.iter().map(|file| file.size).sum();
        if size > attachment::MESSAGE_LIMIT {
            return Err(ChatError::Invalid(format!(
                "the files of a message have at most {} MB together",
                attachment::MESSAGE_LIMIT / 1024 / 1024
            )));
        }
        Ok(files)
    }

    /// Refuses a message that an assistant would have to answer without having seen all of it.
    pub(crate) async fn all_can_take(
        &self,
        addressed: &[Addressed],
        text: &str,
        files: &[Attachment],
    ) -> Result<(), ChatError> {
        if files.is_empty() || addressed.is_empty() {
            return Ok(());
        }
        let assistants = self.reader().assistants().await?;
        for addressed in addressed {
            let Some(assistant) = assistants.iter().find(|a| a.id == addressed.assistant) else {
                continue;
            };
            // Without a backend it cannot answer at all, which its turn will say.
            let Some(backend) = self.registry().get(&assistant.backend) else {
                continue;
            };
            unfit(&backend.spec().accepts, text, files).map_or(Ok(()), |why| {
                let handle = &assistant.handle;
                Err(ChatError::UnsupportedAttachment(format!(
                    "@{handle} cannot take {why}: send it without, or do not mention @{handle}"
                )))
            })?;
        }
        Ok(())
    }
}

/// The kinds of these formats, each once.
pub(crate) fn kinds(formats: &[Format]) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = Vec::new();
    for format in formats {
        if !kinds.contains(&format.kind()) {
            kinds.push(format.kind());
        }
    }
    kinds
}

/// What of a message cannot reach an assistant that accepts these formats, in words; `None`: nothing.
pub(crate) fn unfit(accepts: &[Format], text: &str, files: &[Attachment]) -> Option<String> {
    if let Some(file) = files.iter().find(|f| !accepts.contains(&f.format)) {
        let others = kinds(accepts).contains(&file.format.kind());
        let what = match file.format {
            Format::Png if others => "PNG images",
            Format::Jpeg if others => "JPEG images",
            Format::Gif if others => "GIF images",
            Format::Webp if others => "WebP images",
            Format::Png | Format::Jpeg | Format::Gif | Format::Webp => "images",
            Format::Text => "text files",
            Format::Pdf => "PDF files",
        };
        return Some(format!("{what}, as {} is one", file.name));
    }
    let texts: Vec<_> = files
        .iter()
        .filter(|file| file.format.kind() == Kind::Text)
        .collect();
    let size = texts.iter().map(|file| file.size).sum::<u64>() + text.len() as u64;
    if texts.is_empty() || size <= attachment::READABLE_LIMIT {
        return None;
    }
    let names: Vec<_> = texts.iter().map(|file| file.name.as_str()).collect();
    Some(format!(
        "more than {} KB of text at once, as {} and the message have together",
        attachment::READABLE_LIMIT / 1024,
        names.join(", ")
    ))
}
