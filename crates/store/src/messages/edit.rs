//! Changing what a message says. Owns that only its author does, and never under a turn that reads it.

use switchboard_model::{
    MessageId, PersonId,
    message::{Message, Speaker},
    thread::{Thread, TitledBy, title_from},
};

use super::load_one;
use crate::{
    Store, StoreError,
    blobs::Stowed,
    db::vals,
    search, sessions, threads, turns,
    writer::{Floor, Kind, Tx},
};

/// Why a message was not changed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum EditError {
    /// There is no such message.
    #[error("there is no such message")]
    NoMessage,
    /// Somebody else said it.
    #[error("only its author changes a message")]
    NotYours,
    /// A turn that it asked for is open.
    #[error("a turn works on this message")]
    TurnOpen,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Changes the text of a message of this person. Nobody is asked for an answer by it; what is asked
    /// later reads the new text.
    pub async fn edit_message(
        &self,
        person: PersonId,
        id: MessageId,
        text: String,
    ) -> Result<Message, EditError> {
        let text = self.stow(text).await?;
        self.write(Floor::Respect, move |tx| {
            Box::pin(edit(tx, person, id, text.clone()))
        })
        .await
    }
}

async fn edit(
    tx: &mut Tx<'_>,
    person: PersonId,
    id: MessageId,
    text: Stowed,
) -> Result<Message, EditError> {
    let (thread, seen) = hold_own(tx, person, id).await?;
    is_at_rest(tx, &seen).await?;
    rewrite(tx, &thread, &seen, text).await?;
    let edited = load_one(&mut tx.conn, id).await?;
    edited.ok_or(EditError::NoMessage)
}

/// A message of this person with its thread, which this transaction holds from now on.
pub(super) async fn hold_own(
    tx: &mut Tx<'_>,
    person: PersonId,
    id: MessageId,
) -> Result<(Thread, Message), EditError> {
    let seen = load_one(&mut tx.conn, id).await?;
    let seen = seen.ok_or(EditError::NoMessage)?;
    let thread = threads::lock(tx, seen.thread).await?;
    let thread = thread.ok_or(EditError::NoMessage)?;
    if seen.role != Speaker::User || seen.author.id != person {
        return Err(EditError::NotYours);
    }
    Ok((thread, seen))
}

/// Refused while a turn reads it.
pub(super) async fn is_at_rest(tx: &mut Tx<'_>, message: &Message) -> Result<(), EditError> {
    let sql =
        "SELECT id FROM turns WHERE thread = $1 AND seq = $2 AND state IN ('queued', 'running')";
    match tx.one(sql, &vals![message.thread, message.seq]).await? {
        Some(_) => Err(EditError::TurnOpen),
        None => Ok(()),
    }
}

/// Has a message say something else.
pub(super) async fn rewrite(
    tx: &mut Tx<'_>,
    thread: &Thread,
    seen: &Message,
    text: Stowed,
) -> Result<(), StoreError> {
    turns::leave_asked_at(tx, thread.id, seen.seq).await?;
    text.claim(tx).await?;
    tx.run(
        "UPDATE messages SET text = $2, blob = $3, edited_at = $4 WHERE id = $1",
        &vals![seen.id, &text.text, text.blob.as_ref(), tx.now()],
    )
    .await?;
    search::change_message(tx, seen.id, text.words()).await?;
    let title = title_from(&text.text);
    if thread.titled_by == TitledBy::Auto && seen.seq == 1 && !title.is_empty() {
        let sql = "UPDATE threads SET title = $2 WHERE id = $1";
        tx.run(sql, &vals![thread.id, &title]).await?;
        search::set_title(tx, thread.id, thread.created_at, &title).await?;
        sessions::records_due(tx, thread.id).await?;
    }
    tx.changed(Kind::Message, seen.id, Some(thread.id));
    // A list may show its newest words.
    tx.changed(Kind::Thread, thread.id, Some(thread.id));
    Ok(())
}
