//! The queues of messages that wait for their author's turns. Owns which one is next, and that it is
//! posted and out of the queue in one transaction; what a post becomes is `messages`' business.

mod hold;
mod order;

use std::collections::HashMap;

use sha2::{Digest, Sha256};
use switchboard_model::{
    AttachmentId, Millis, PersonId, QueuedId, ThreadId, TurnId,
    attachment::Attachment,
    queue::{MOST, Queue, Queued, Why},
    steer::Steer,
};

use crate::{
    PostError, Reader, Store, StoreError, attachments,
    db::{Conn, Line, vals},
    threads,
    writer::{Floor, Kind, Tx},
};

pub(crate) use hold::{end_hold, turn_ended};
pub(crate) use order::put_first;

/// A message to queue.
#[derive(Debug, Clone)]
pub struct NewQueued {
    /// Where it goes.
    pub thread: ThreadId,
    /// Whose it is.
    pub person: PersonId,
    /// Checked by `model::message::text`, or empty beside attachments.
    pub text: String,
    /// Files of theirs that come with it, in order.
    pub attachments: Vec<AttachmentId>,
    /// The same id with the same text and files again is the same message, also once it is posted.
    pub client_id: Option<String>,
}

/// The entry of a queue that a post comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FromQueue {
    /// Which.
    pub id: QueuedId,
    /// Whether it has to be due.
    pub when: When,
}

/// When a message of a queue is posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// When it is the next, nothing holds it, and no turn of its author is open in the thread.
    Due,
    /// Now, because its author wants it.
    Now,
}

/// Why a message was not queued.
#[derive(Debug, Clone, thiserror::Error)]
pub enum QueueError {
    /// The thread was deleted meanwhile.
    #[error("there is no such thread")]
    NoThread,
    /// The client id was used for another message.
    #[error("this client id was used for another message")]
    ClientIdReused,
    /// As many wait as may.
    #[error("{MOST} messages of yours wait in this thread already")]
    Full,
    /// A file that was never there, is somebody else's, or came with another message already.
    #[error("there is no attachment {0} that could come with this message")]
    NoAttachment(AttachmentId),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Queues a message behind the others of its author. Says `false` beside it if the client id had
    /// queued it before.
    pub async fn queue(&self, new: NewQueued) -> Result<(Queued, bool), QueueError> {
        self.write(Floor::Respect, move |tx| Box::pin(add(tx, new.clone())))
            .await
    }

    /// Changes the text of a waiting message of this person. Says whether there is one.
    pub async fn change_queued(
        &self,
        person: PersonId,
        id: QueuedId,
        text: String,
    ) -> Result<bool, StoreError> {
        self.write(Floor::Respect, move |tx| {
            let text = text.clone();
            Box::pin(async move {
                let sql = "UPDATE queued SET text = $3 WHERE id = $1 AND person = $2 \
                           AND gone_at IS NULL RETURNING thread";
                let line = tx.one(sql, &vals![id, person, text]).await?;
                if let Some(line) = &line {
                    changed(tx, line.id("thread")?, person);
                }
                Ok(line.is_some())
            })
        })
        .await
    }

    /// Puts a waiting message of this person before another of the same queue, or at its end. Says whether
    /// both are there.
    pub async fn move_queued(
        &self,
        person: PersonId,
        id: QueuedId,
        before: Option<QueuedId>,
    ) -> Result<bool, StoreError> {
        self.write(Floor::Ignore, move |tx| {
            Box::pin(order::move_before(tx, person, id, before))
        })
        .await
    }

    /// Puts these waiting messages of this person first, in this order; the others follow as they stood. Says whether all of
    /// them wait there.
    pub async fn arrange_queue(
        &self,
        person: PersonId,
        thread: ThreadId,
        first: Vec<QueuedId>,
    ) -> Result<bool, StoreError> {
        self.write(Floor::Ignore, move |tx| {
            Box::pin(order::arrange(tx, person, thread, first.clone()))
        })
        .await
    }

    /// Sends a waiting message of this person into a running turn instead. `None` if there is no such message,
    /// it has files, or the turn does not run.
    pub async fn steer_queued(
        &self,
        person: PersonId,
        id: QueuedId,
        turn: TurnId,
    ) -> Result<Option<Steer>, StoreError> {
        self.write(Floor::Ignore, move |tx| {
            Box::pin(order::steer(tx, person, id, turn))
        })
        .await
    }

    /// Takes a waiting message of this person back. Says whether there was one.
    pub async fn take_back_queued(
        &self,
        person: PersonId,
        id: QueuedId,
    ) -> Result<bool, StoreError> {
        self.write(Floor::Ignore, move |tx| {
            Box::pin(async move {
                let Some(thread) = take(tx, id, person, None).await? else {
                    return Ok(false);
                };
                attachments::drop_reserved(tx, id).await?;
                changed(tx, thread, person);
                Ok(true)
            })
        })
        .await
    }

    /// Takes back all that a person has waiting in a thread, because they cannot post there any more.
    pub async fn clear_queue(&self, thread: ThreadId, person: PersonId) -> Result<(), StoreError> {
        self.write(Floor::Ignore, move |tx| Box::pin(clear(tx, thread, person)))
            .await
    }

    /// Holds a queue until its person posts, because its next message cannot be posted as it is.
    pub async fn refuse_queued(
        &self,
        thread: ThreadId,
        person: PersonId,
    ) -> Result<(), StoreError> {
        self.write(Floor::Ignore, move |tx| {
            Box::pin(hold::put(tx, thread, person, Why::Refused, None))
        })
        .await
    }
}

impl Reader {
    /// What waits of a person in a thread.
    pub async fn queue(&self, thread: ThreadId, person: PersonId) -> Result<Queue, StoreError> {
        self.read(move |conn| {
            Box::pin(async move {
                let sql = format!(
                    "{QUEUED} WHERE q.thread = $1 AND q.person = $2 AND q.gone_at IS NULL \
                     ORDER BY q.place"
                );
                let lines = conn.all(&sql, &vals![thread, person]).await?;
                Ok(Queue {
                    items: all(conn, &lines).await?,
                    held: hold::of(conn, thread, person).await?,
                })
            })
        })
        .await
    }

    /// A message of this person that waits.
    pub async fn queued(
        &self,
        person: PersonId,
        id: QueuedId,
    ) -> Result<Option<Queued>, StoreError> {
        self.read(move |conn| {
            Box::pin(async move {
                let sql =
                    format!("{QUEUED} WHERE q.id = $1 AND q.person = $2 AND q.gone_at IS NULL");
                let lines = conn.all(&sql, &vals![id, person]).await?;
                Ok(all(conn, &lines).await?.pop())
            })
        })
        .await
    }

    /// The messages whose time has come, one of each queue at most, the oldest first.
    pub async fn due_queued(&self, now: Millis, limit: usize) -> Result<Vec<Queued>, StoreError> {
        self.read(move |conn| {
            Box::pin(async move {
                let sql = format!("{QUEUED} WHERE {DUE} ORDER BY q.created_at, q.id LIMIT $2");
                let lines = conn.all(&sql, &vals![now, limit as i64]).await?;
                all(conn, &lines).await
            })
        })
        .await
    }
}

const QUEUED: &str = "SELECT q.id, q.thread, q.person, q.text, q.created_at FROM queued q";

/// Whether entry `q` is next, and nothing holds it at `$1`.
const DUE: &str = "q.gone_at IS NULL \
     AND NOT EXISTS (SELECT 1 FROM queued e WHERE e.thread = q.thread AND e.person = q.person \
                     AND e.gone_at IS NULL AND e.place < q.place) \
     AND NOT EXISTS (SELECT 1 FROM turns o WHERE o.thread = q.thread AND o.person = q.person \
                     AND o.state IN ('queued', 'running')) \
     AND NOT EXISTS (SELECT 1 FROM holds h WHERE h.thread = q.thread AND h.person = q.person \
                     AND (h.ends_at IS NULL OR h.ends_at > $1))";

async fn add(tx: &mut Tx<'_>, new: NewQueued) -> Result<(Queued, bool), QueueError> {
    let NewQueued {
        thread,
        person,
        ref text,
        ..
    } = new;
    threads::lock(tx, thread)
        .await?
        .ok_or(QueueError::NoThread)?;
    let hash = body_hash(&new);
    if let Some(client_id) = &new.client_id {
        let sql = "SELECT id, body_hash, created_at FROM queued \
                   WHERE thread = $1 AND person = $2 AND client_id = $3";
        if let Some(line) = tx.one(sql, &vals![thread, person, client_id]).await? {
            if line.opt_bytes("body_hash")?.as_deref() != Some(&hash[..]) {
                return Err(QueueError::ClientIdReused);
            }
            return Ok((there(tx, &new, &line).await?, false));
        }
    }
    let sql = "SELECT COUNT(*) AS waiting, COALESCE(MAX(place), 0) AS last FROM queued \
               WHERE thread = $1 AND person = $2 AND gone_at IS NULL";
    let line = tx.one(sql, &vals![thread, person]).await?;
    let line = line.ok_or_else(|| StoreError::Corrupt("no count".to_owned()))?;
    if line.int("waiting")? >= MOST as i64 {
        return Err(QueueError::Full);
    }
    let id: QueuedId = tx.ids().make();
    let (place, now) = (line.int("last")? + 1, tx.now());
    tx.run(
        "INSERT INTO queued (id, thread, person, place, text, client_id, body_hash, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &vals![id, thread, person, place, text, new.client_id, hash, now],
    )
    .await?;
    if let Some(id) = attachments::reserve(tx, person, &new.attachments, id).await? {
        return Err(QueueError::NoAttachment(id));
    }
    changed(tx, thread, person);
    let sql = format!("{QUEUED} WHERE q.id = $1");
    let lines = tx.all(&sql, &vals![id]).await?;
    let added = all(&mut tx.conn, &lines).await?.pop();
    let added = added.ok_or_else(|| StoreError::Corrupt("an entry vanished".to_owned()))?;
    Ok((added, true))
}

/// What a client id queued before, as it was asked for: it may be posted by now.
async fn there(tx: &mut Tx<'_>, new: &NewQueued, line: &Line) -> Result<Queued, StoreError> {
    let id: QueuedId = line.id("id")?;
    let mut files = attachments::of_queue(&mut tx.conn, &[id.to_string()]).await?;
    Ok(Queued {
        id,
        thread: new.thread,
        person: new.person,
        text: new.text.clone(),
        attachments: files.remove(&id).unwrap_or_default(),
        created_at: line.millis("created_at")?,
    })
}

/// What was queued, to tell a repeat from a reuse.
fn body_hash(new: &NewQueued) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(&new.text);
    for id in &new.attachments {
        // No text holds a zero byte.
        hash.update(format!("\0{id}"));
    }
    hash.finalize().into()
}

/// Takes an entry out of its queue for the post that is written in the same transaction, which holds the
/// thread. What is posted has to be what waits: who posts it read it before, and it may have been changed
/// since.
pub(crate) async fn post_from(
    tx: &mut Tx<'_>,
    from: FromQueue,
    thread: ThreadId,
    person: PersonId,
    text: &str,
) -> Result<(), PostError> {
    if from.when == When::Due {
        let sql = format!("SELECT q.id FROM queued q WHERE q.id = $2 AND {DUE}");
        let due = vals![tx.now(), from.id];
        tx.one(&sql, &due).await?.ok_or(PostError::NotWaiting)?;
    }
    match take(tx, from.id, person, Some(text)).await? {
        Some(found) if found == thread => {
            changed(tx, thread, person);
            Ok(())
        }
        _ => Err(PostError::NotWaiting),
    }
}

/// Marks an entry as gone, its text forgotten, if this is its text or it does not matter. Says where it
/// was.
async fn take(
    tx: &mut Tx<'_>,
    id: QueuedId,
    person: PersonId,
    text: Option<&str>,
) -> Result<Option<ThreadId>, StoreError> {
    let sql = "UPDATE queued SET gone_at = $3, text = '' WHERE id = $1 AND person = $2 \
               AND gone_at IS NULL AND text = COALESCE($4, text) RETURNING thread";
    let gone = vals![id, person, tx.now(), text];
    let line = tx.one(sql, &gone).await?;
    line.map(|line| line.id("thread")).transpose()
}

/// Takes back all that a person has waiting in a thread.
pub(crate) async fn clear(
    tx: &mut Tx<'_>,
    thread: ThreadId,
    person: PersonId,
) -> Result<(), StoreError> {
    let sql = "SELECT id FROM queued WHERE thread = $1 AND person = $2 AND gone_at IS NULL ORDER BY place";
    let lines = tx.all(sql, &vals![thread, person]).await?;
    for line in &lines {
        let id = line.id("id")?;
        take(tx, id, person, None).await?;
        attachments::drop_reserved(tx, id).await?;
    }
    if !lines.is_empty() {
        changed(tx, thread, person);
    }
    Ok(())
}

/// Takes back all that a person has waiting anywhere, because they are gone.
pub(crate) async fn clear_all_of(tx: &mut Tx<'_>, person: PersonId) -> Result<(), StoreError> {
    let sql = "SELECT DISTINCT thread FROM queued WHERE person = $1 AND gone_at IS NULL";
    for line in tx.all(sql, &vals![person]).await? {
        clear(tx, line.id("thread")?, person).await?;
    }
    Ok(())
}

fn changed(tx: &mut Tx<'_>, thread: ThreadId, person: PersonId) {
    tx.changed(Kind::Queue, format!("{thread}/{person}"), Some(thread));
}

async fn all(conn: &mut Conn<'_>, lines: &[Line]) -> Result<Vec<Queued>, StoreError> {
    let ids = lines
        .iter()
        .map(|line| line.text("id"))
        .collect::<Result<Vec<_>, _>>()?;
    let mut files = attachments::of_queue(conn, &ids).await?;
    lines.iter().map(|line| queued(line, &mut files)).collect()
}

fn queued(
    line: &Line,
    files: &mut HashMap<QueuedId, Vec<Attachment>>,
) -> Result<Queued, StoreError> {
    let id = line.id("id")?;
    Ok(Queued {
        id,
        thread: line.id("thread")?,
        person: line.id("person")?,
        text: line.text("text")?,
        attachments: files.remove(&id).unwrap_or_default(),
        created_at: line.millis("created_at")?,
    })
}
