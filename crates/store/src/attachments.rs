//! Attachments: a file becomes a row of its uploader's, then part of one message. Owns who holds a file,
//! and reading its bytes in pieces; what a file may be is `model::attachment`'s.

mod queued;

use std::{collections::HashMap, sync::Arc, time::Duration};

use switchboard_model::{
    AttachmentId, MessageId, PersonId, ThreadId,
    attachment::{Attachment, Format, Found},
};

use crate::{
    Reader, Store, StoreError,
    blobs::{self, BlobDraft, Sealed},
    db::{Conn, Line, vals},
    rows::{named, of_ids},
    writer::{Floor, Tx},
};

pub(crate) use queued::{drop_reserved, of_queue, reserve};

/// How long a file waits for its message.
pub(crate) const UNPOSTED: Duration = Duration::from_hours(24);

/// How many files of one person may wait for a message. A composer holds ten.
const WAITING: i64 = 100;

/// How much is read at once.
const PIECE: usize = 256 * 1024;

/// A file to keep.
#[derive(Debug, Clone)]
pub struct NewAttachment {
    /// Who brought it.
    pub person: PersonId,
    /// Made harmless by `model::attachment::file_name`.
    pub name: String,
    /// What its bytes say that it is.
    pub found: Found,
    /// The same id with the same file and name again is the same attachment.
    pub client_id: Option<String>,
}

/// Why a file was not kept.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AttachError {
    /// The client id was used for another file.
    #[error("this client id was used for another file")]
    ClientIdReused,
    /// This person uploaded too many files without sending them.
    #[error("{WAITING} files of yours wait for a message: send or remove some first")]
    TooMany,
    /// The database or the disk failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An attachment, and what decides who may have it.
#[derive(Debug, Clone)]
pub struct Kept {
    /// What people see.
    pub attachment: Attachment,
    /// Who brought it.
    pub person: PersonId,
    /// Where it was posted; until then only its uploader may have it.
    pub thread: Option<ThreadId>,
    /// Its bytes.
    pub contents: Contents,
}

/// The bytes of an attachment, read when they are wanted. Cheap to clone.
#[derive(Clone)]
pub struct Contents {
    reader: Reader,
    hash: Arc<str>,
    size: u64,
}

impl std::fmt::Debug for Contents {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Contents({}, {} bytes)", self.hash, self.size)
    }
}

impl Contents {
    /// The next bytes from `at` on; none at the end. A file that is gone or shorter than it was is
    /// [`StoreError::Corrupt`].
    pub async fn piece(&self, at: u64) -> Result<Vec<u8>, StoreError> {
        let left = self.size.saturating_sub(at);
        if left == 0 {
            return Ok(Vec::new());
        }
        let most = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
        let hash = Arc::clone(&self.hash);
        let piece = self
            .reader
            .read(move |conn| Box::pin(async move { blobs::piece(conn, &hash, at, most).await }))
            .await?;
        if piece.is_empty() {
            return Err(StoreError::Corrupt(format!(
                "the blob {} is shorter than it was",
                self.hash
            )));
        }
        Ok(piece)
    }

    /// All of it.
    pub async fn whole(&self) -> Result<Vec<u8>, StoreError> {
        let mut whole = Vec::new();
        loop {
            let piece = self.piece(whole.len() as u64).await?;
            if piece.is_empty() {
                return Ok(whole);
            }
            whole.extend(piece);
        }
    }
}

impl Store {
    /// A place for the bytes of a file that arrives. Refused below the disk floor.
    pub async fn draft_attachment(&self) -> Result<BlobDraft, StoreError> {
        self.inner.disk.check()?;
        BlobDraft::new(&self.inner.reader.blobs, self.ids()).await
    }

    /// Keeps a file for its uploader, until a message takes it. Says `false` beside it if it was there
    /// already.
    pub async fn add_attachment(
        &self,
        draft: BlobDraft,
        new: NewAttachment,
    ) -> Result<(Attachment, bool), AttachError> {
        let sealed = self.seal(draft, new.found.format.media_type()).await?;
        self.write(Floor::Respect, move |tx| {
            Box::pin(add(tx, new.clone(), sealed.clone()))
        })
        .await
    }

    /// Copies files of a person for a message elsewhere, in this order. Under the same key the copies are the same.
    pub async fn copy_attachments(
        &self,
        person: PersonId,
        ids: Vec<AttachmentId>,
        key: String,
    ) -> Result<Vec<AttachmentId>, StoreError> {
        self.write(Floor::Respect, move |tx| {
            let (ids, key) = (ids.clone(), key.clone());
            Box::pin(async move {
                let mut copies = Vec::with_capacity(ids.len());
                for id in ids {
                    copies.extend(copy(tx, person, id, &format!("{key}/{id}")).await?);
                }
                Ok(copies)
            })
        })
        .await
    }

    /// Removes a file that waits for its message. Says whether there was one.
    pub async fn remove_attachment(
        &self,
        person: PersonId,
        id: AttachmentId,
    ) -> Result<bool, StoreError> {
        self.write(Floor::Ignore, move |tx| {
            Box::pin(async move {
                let sql = "DELETE FROM attachments WHERE id = $1 AND person = $2 \
                           AND message IS NULL AND queued IS NULL";
                Ok(tx.run(sql, &vals![id, person]).await? > 0)
            })
        })
        .await
    }
}

impl Reader {
    /// An attachment, whoever asks: the caller decides.
    pub async fn attachment(&self, id: AttachmentId) -> Result<Option<Kept>, StoreError> {
        let sql = format!("{ATTACHMENT} WHERE id = $1");
        let line = self
            .read(move |conn| Box::pin(async move { conn.one(&sql, &vals![id]).await }))
            .await?;
        line.map(|line| self.kept(&line)).transpose()
    }

    /// Those of these attachments that there are, in the order asked for.
    pub async fn attachments(&self, ids: &[AttachmentId]) -> Result<Vec<Kept>, StoreError> {
        let texts: Vec<_> = ids.iter().map(ToString::to_string).collect();
        let lines = self
            .read(move |conn| {
                Box::pin(
                    async move { of_ids(conn, &format!("{ATTACHMENT} WHERE id"), &texts).await },
                )
            })
            .await?;
        let mut kept = lines
            .iter()
            .map(|line| self.kept(line))
            .collect::<Result<Vec<_>, _>>()?;
        kept.sort_by_key(|kept| ids.iter().position(|id| *id == kept.attachment.id));
        Ok(kept)
    }

    fn kept(&self, line: &Line) -> Result<Kept, StoreError> {
        let attachment = attachment(line)?;
        Ok(Kept {
            person: line.id("person")?,
            thread: line.opt_id("thread")?,
            contents: Contents {
                reader: self.clone(),
                hash: line.text("blob")?.into(),
                size: attachment.size,
            },
            attachment,
        })
    }
}

const ATTACHMENT: &str = "SELECT id, person, name, media_type, size, width, height, blob, created_at, \
                          thread, message, queued, place FROM attachments";

async fn add(
    tx: &mut Tx<'_>,
    new: NewAttachment,
    sealed: Sealed,
) -> Result<(Attachment, bool), AttachError> {
    if let Some(client_id) = &new.client_id {
        let sql = format!("{ATTACHMENT} WHERE person = $1 AND client_id = $2");
        if let Some(line) = tx.one(&sql, &vals![new.person, client_id]).await? {
            let there = attachment(&line)?;
            return if line.text("blob")? == sealed.hash && there.name == new.name {
                Ok((there, false))
            } else {
                Err(AttachError::ClientIdReused)
            };
        }
    }
    let sql = "SELECT COUNT(*) AS waiting FROM attachments WHERE person = $1 AND message IS NULL AND queued IS NULL";
    let waiting = tx.one(sql, &vals![new.person]).await?;
    if waiting.map_or(Ok(0), |line| line.int("waiting"))? >= WAITING {
        return Err(AttachError::TooMany);
    }
    sealed.claim(tx).await?;
    let attachment = Attachment {
        id: tx.ids().make(),
        name: new.name,
        size: sealed.size,
        format: new.found.format,
        dimensions: new.found.dimensions,
        created_at: tx.now(),
    };
    let (width, height) = attachment.dimensions.unzip();
    tx.run(
        "INSERT INTO attachments (id, person, name, media_type, size, width, height, blob, client_id, \
         created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &vals![
            attachment.id,
            new.person,
            &attachment.name,
            attachment.format.media_type(),
            i64::try_from(attachment.size).unwrap_or(i64::MAX),
            width.map(i64::from),
            height.map(i64::from),
            sealed.hash,
            new.client_id,
            attachment.created_at
        ],
    )
    .await?;
    Ok((attachment, true))
}

/// A copy of a file of this person; `None` if it is gone.
async fn copy(
    tx: &mut Tx<'_>,
    person: PersonId,
    id: AttachmentId,
    client_id: &str,
) -> Result<Option<AttachmentId>, StoreError> {
    let new: AttachmentId = tx.ids().make();
    tx.run(
        "INSERT INTO attachments (id, person, name, media_type, size, width, height, blob, client_id, created_at) \
         SELECT $3, person, name, media_type, size, width, height, blob, $4, $5 FROM attachments \
         WHERE id = $1 AND person = $2 ON CONFLICT (person, client_id) DO NOTHING",
        &vals![id, person, new, client_id, tx.now()],
    )
    .await?;
    let sql = "SELECT id FROM attachments WHERE person = $1 AND client_id = $2";
    let line = tx.one(sql, &vals![person, client_id]).await?;
    line.map(|line| line.id("id")).transpose()
}

/// Gives files of a person to a message, in this order. Returns one that is not theirs to give, or was
/// given before. What waits in a queue is given to the post of that queue's entry alone.
pub(crate) async fn give(
    tx: &mut Tx<'_>,
    person: PersonId,
    ids: &[AttachmentId],
    (thread, message): (ThreadId, MessageId),
    entry: Option<&str>,
) -> Result<Option<AttachmentId>, StoreError> {
    for (place, id) in (1_i64..).zip(ids) {
        let given = tx
            .run(
                "UPDATE attachments SET thread = $3, message = $4, place = $5, queued = NULL \
                 WHERE id = $1 AND person = $2 AND message IS NULL AND (queued IS NULL OR queued = $6)",
                &vals![*id, person, thread, message, place, entry],
            )
            .await?;
        if given == 0 {
            return Ok(Some(*id));
        }
    }
    Ok(None)
}

/// The files of these messages, each message's in order.
pub(crate) async fn of_messages(
    conn: &mut Conn<'_>,
    ids: &[String],
) -> Result<HashMap<MessageId, Vec<Attachment>>, StoreError> {
    let query = format!("{ATTACHMENT} WHERE message");
    let mut lines = Vec::new();
    for line in of_ids(conn, &query, ids).await? {
        lines.push((line.int("place")?, line.id("message")?, attachment(&line)?));
    }
    lines.sort_by_key(|(place, ..)| *place);
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for (_, message, attachment) in lines {
        found.entry(message).or_default().push(attachment);
    }
    Ok(found)
}

fn attachment(line: &Line) -> Result<Attachment, StoreError> {
    let side = |column| {
        let side = line.opt_int(column)?;
        Ok::<_, StoreError>(side.and_then(|side| u32::try_from(side).ok()))
    };
    Ok(Attachment {
        id: line.id("id")?,
        name: line.text("name")?,
        size: line.int("size")?.unsigned_abs(),
        format: named(line, "media_type", Format::parse)?,
        dimensions: side("width")?.zip(side("height")?),
        created_at: line.millis("created_at")?,
    })
}
