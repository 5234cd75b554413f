//! Writing messages: the place in the thread, the thread's own row, and what a post owes. Owns the
//! promise that the same client id is the same post.

use sha2::{Digest, Sha256};
use switchboard_model::{
    DeliveryId, MessageId, PersonId, ThreadId, TurnId,
    message::{Message, Speaker},
    thread::{Thread, TitledBy, title_from},
};

use super::{MESSAGE, Post, PostError, Posted, all, load_one};
use crate::{
    StoreError, attachments,
    blobs::Stowed,
    db::vals,
    marks, queue, search, threads, turns,
    writer::{Kind, Tx},
};

/// A message about to be written.
pub(crate) struct Draft {
    pub role: Speaker,
    pub author: PersonId,
    pub text: Stowed,
    /// Set on replies: the turn, and the debt that it pays.
    pub paid: Option<(TurnId, DeliveryId)>,
    /// With the hash of the text, to tell a repeat from a reuse.
    pub client_id: Option<(String, [u8; 32])>,
}

/// Writes the next message of a thread that this transaction holds.
pub(crate) async fn add(
    tx: &mut Tx<'_>,
    thread: &Thread,
    draft: Draft,
) -> Result<Message, StoreError> {
    let id: MessageId = tx.ids().make();
    let now = tx.now();
    let seq = thread.last_seq + 1;
    let (turn, delivery) = draft.paid.unzip();
    let (client_id, body_hash) = draft.client_id.unzip();
    draft.text.claim(tx).await?;
    tx.run(
        "INSERT INTO messages (id, thread, seq, role, author, text, blob, turn, delivery, client_id, \
         body_hash, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        &vals![
            id,
            thread.id,
            seq,
            draft.role.as_str(),
            draft.author,
            &draft.text.text,
            draft.text.blob.as_ref(),
            turn,
            delivery,
            client_id,
            body_hash,
            now
        ],
    )
    .await?;
    if draft.role != Speaker::Note {
        search::add_message(tx, thread.id, id, draft.text.words()).await?;
    }
    if draft.role != Speaker::Assistant {
        marks::pass_own(tx, thread.id, draft.author, seq).await?;
    }
    let title = match thread.titled_by {
        TitledBy::Auto if thread.title.is_empty() => {
            let title = title_from(&draft.text.text);
            search::set_title(tx, thread.id, thread.created_at, &title).await?;
            title
        }
        TitledBy::Auto | TitledBy::Person => thread.title.clone(),
    };
    tx.run(
        "UPDATE threads SET last_seq = $2, last_message_at = $3, title = $4 WHERE id = $1",
        &vals![thread.id, seq, now, title],
    )
    .await?;
    tx.changed(Kind::Message, id, Some(thread.id));
    tx.changed(Kind::Thread, thread.id, Some(thread.id));
    written(tx, id).await
}

/// Writes down, in the thread itself, that somebody changed something about it.
pub(crate) async fn note(
    tx: &mut Tx<'_>,
    thread: &Thread,
    by: PersonId,
    words: String,
) -> Result<(), StoreError> {
    let draft = Draft {
        role: Speaker::Note,
        author: by,
        text: Stowed::inline(words),
        paid: None,
        client_id: None,
    };
    add(tx, thread, draft).await?;
    Ok(())
}

async fn written(tx: &mut Tx<'_>, id: MessageId) -> Result<Message, StoreError> {
    let added = load_one(&mut tx.conn, id).await?;
    added.ok_or_else(|| StoreError::Corrupt("a message without an author".to_owned()))
}

/// A thread that begins with files and no words is called after the first of them.
async fn title_by_file(
    tx: &mut Tx<'_>,
    thread: &Thread,
    message: &Message,
) -> Result<(), StoreError> {
    let wordless = title_from(&message.text).is_empty();
    if let (TitledBy::Auto, "", true, Some(file)) = (
        thread.titled_by,
        &*thread.title,
        wordless,
        message.attachments.first(),
    ) {
        let title = title_from(&file.name);
        let sql = "UPDATE threads SET title = $2 WHERE id = $1";
        tx.run(sql, &vals![thread.id, &title]).await?;
        search::set_title(tx, thread.id, thread.created_at, &title).await?;
    }
    Ok(())
}

/// What was posted, to tell a repeat from a reuse.
fn body_hash(post: &Post) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(&post.text);
    for id in &post.attachments {
        // No text holds a zero byte.
        hash.update(format!("\0{id}"));
    }
    hash.finalize().into()
}

pub(crate) async fn append(tx: &mut Tx<'_>, post: Post, text: Stowed) -> Result<Posted, PostError> {
    let thread = threads::lock(tx, post.thread)
        .await?
        .ok_or(PostError::NoThread)?;
    let hash = body_hash(&post);
    if let Some(client_id) = &post.client_id
        && let Some(posted) = repeated(tx, post.thread, post.author, client_id, hash).await?
    {
        return Ok(posted);
    }
    if let Some(from) = post.queued {
        queue::post_from(tx, from, thread.id, post.author, &post.text).await?;
    }
    // Whoever writes again has seen what went wrong.
    queue::end_hold(tx, thread.id, post.author).await?;
    let draft = Draft {
        role: Speaker::User,
        author: post.author,
        text,
        paid: None,
        client_id: post.client_id.clone().map(|client_id| (client_id, hash)),
    };
    let mut message = add(tx, &thread, draft).await?;
    if !post.attachments.is_empty() {
        let place = (thread.id, message.id);
        let entry = post.client_id.as_deref();
        let refused = attachments::give(tx, post.author, &post.attachments, place, entry).await?;
        if let Some(id) = refused {
            return Err(PostError::NoAttachment(id));
        }
        message = written(tx, message.id).await?;
        title_by_file(tx, &thread, &message).await?;
    }
    let mut owed = Vec::new();
    for (place, addressed) in (1..).zip(&post.addressed) {
        owed.push(turns::owe(tx, &message, place, addressed).await?);
    }
    Ok(Posted {
        message,
        turns: owed,
        repeated: false,
    })
}

/// The post that used this client id, if it is the same.
async fn repeated(
    tx: &mut Tx<'_>,
    thread: ThreadId,
    author: PersonId,
    client_id: &str,
    hash: [u8; 32],
) -> Result<Option<Posted>, PostError> {
    let sql = format!("{MESSAGE} WHERE m.thread = $1 AND m.author = $2 AND m.client_id = $3");
    let Some(line) = tx.one(&sql, &vals![thread, author, client_id]).await? else {
        return Ok(None);
    };
    if line.opt_bytes("body_hash")?.as_deref() != Some(&hash[..]) {
        return Err(PostError::ClientIdReused);
    }
    let found = all(&mut tx.conn, &[line]).await?.pop();
    let message =
        found.ok_or_else(|| StoreError::Corrupt("a line became no message".to_owned()))?;
    let turns = turns::newest_of(&mut tx.conn, &message).await?;
    Ok(Some(Posted {
        message,
        turns,
        repeated: true,
    }))
}
