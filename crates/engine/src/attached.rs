//! The files of the message that asks, on their way to the assistant. Owns what goes into the prompt and
//! what beside it, and that a file which is gone ends the turn with a code; never changes a byte of them.

use std::{io, path::Path};

use switchboard_model::{
    attachment::{Attachment, Kind},
    message::Message,
    outcome::{Failure, OutcomeCode},
    prompt,
};
use switchboard_store::{Contents, Kept, StoreError};
use tokio::io::AsyncWriteExt as _;

use crate::{
    attachments::unfit,
    backend::{BackendError, Spec},
    prepare::Unprepared,
};

/// A file that reaches an assistant beside the prompt.
#[derive(Debug, Clone)]
pub struct Attached {
    /// What it is.
    pub attachment: Attachment,
    contents: Contents,
}

impl Attached {
    /// Writes it into a new file, for its owner alone.
    pub async fn save(&self, path: &Path) -> Result<(), BackendError> {
        let no_place = |error: io::Error| {
            BackendError::Rejected(
                Failure::new(
                    OutcomeCode::AssistantUnavailable,
                    format!("{} cannot be handed to the assistant", self.attachment.name),
                )
                .hint("check the free space and the permissions of Switchboard's home folder")
                .detail(format!("{}: {error}", path.display())),
            )
        };
        let mut options = tokio::fs::OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let mut file = options.open(path).await.map_err(no_place)?;
        let mut at = 0;
        loop {
            let piece = self.contents.piece(at).await;
            let piece = piece.map_err(|error| self.gone(&error))?;
            if piece.is_empty() {
                return file.flush().await.map_err(no_place);
            }
            file.write_all(&piece).await.map_err(no_place)?;
            at += piece.len() as u64;
        }
    }

    /// All of its bytes.
    pub async fn whole(&self) -> Result<Vec<u8>, BackendError> {
        let whole = self.contents.whole().await;
        whole.map_err(|error| self.gone(&error))
    }

    fn gone(&self, error: &StoreError) -> BackendError {
        BackendError::Rejected(missing(&self.attachment.name, &error.to_string()))
    }
}

/// What the prompt says of the files of a message, and what reaches the assistant beside it.
pub(crate) async fn told(
    spec: &Spec,
    message: &Message,
    kept: Option<Vec<Kept>>,
) -> Result<(Vec<prompt::Attached>, Vec<Attached>), Unprepared> {
    let kept = kept.ok_or_else(|| Unprepared::Refused(missing("a file", "its row is gone")))?;
    // It was asked when the message was sent; but another program may answer by now.
    if let Some(why) = unfit(&spec.accepts, &message.text, &message.attachments) {
        let failure = Failure::new(
            OutcomeCode::AttachmentUnsupported,
            format!("{} cannot take {why}", spec.title),
        );
        return Err(Unprepared::Refused(failure));
    }
    let (mut told, mut beside) = (Vec::new(), Vec::new());
    for Kept {
        attachment,
        contents,
        ..
    } in kept
    {
        let name = attachment.name.clone();
        let content = match attachment.format.kind() {
            Kind::Text => prompt::Content::Text(text(&attachment, &contents).await?),
            kind => {
                beside.push(Attached {
                    attachment,
                    contents,
                });
                prompt::Content::Beside(kind)
            }
        };
        told.push(prompt::Attached { name, content });
    }
    Ok((told, beside))
}

async fn text(attachment: &Attachment, contents: &Contents) -> Result<String, Unprepared> {
    let gone = |why: &str| Unprepared::Refused(missing(&attachment.name, why));
    match contents.whole().await {
        Ok(bytes) => String::from_utf8(bytes).map_err(|_| gone("it is not the text that it was")),
        Err(error @ StoreError::Corrupt(_)) => Err(gone(&error.to_string())),
        // The database is out, which is no fault of the file.
        Err(error) => Err(error.into()),
    }
}

fn missing(name: &str, why: &str) -> Failure {
    Failure::new(
        OutcomeCode::AttachmentMissing,
        format!("{name}, which came with the message, is gone from the server"),
    )
    .detail(why)
}
