//! Holds: why a person's queue in a thread does not go on. Owns the row that says it; what it follows from
//! is `model::queue`'s.

use switchboard_model::{
    Millis, PersonId, ThreadId,
    queue::{Hold, Why},
    turn::Turn,
};

use super::changed;
use crate::{
    StoreError,
    db::{Conn, vals},
    rows::named,
    writer::Tx,
};

/// What the end of a turn means for what its person has waiting.
pub(crate) async fn turn_ended(tx: &mut Tx<'_>, turn: &Turn) -> Result<(), StoreError> {
    match Hold::after(&turn.state) {
        Some(Hold { why, until }) => put(tx, turn.thread, turn.person, why, until).await,
        None => end_hold(tx, turn.thread, turn.person).await,
    }
}

/// Lets a queue go on.
pub(crate) async fn end_hold(
    tx: &mut Tx<'_>,
    thread: ThreadId,
    person: PersonId,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM holds WHERE thread = $1 AND person = $2";
    if tx.run(sql, &vals![thread, person]).await? > 0 {
        tell(tx, thread, person).await?;
    }
    Ok(())
}

pub(super) async fn put(
    tx: &mut Tx<'_>,
    thread: ThreadId,
    person: PersonId,
    why: Why,
    until: Option<Millis>,
) -> Result<(), StoreError> {
    tx.run(
        "INSERT INTO holds (thread, person, code, ends_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (thread, person) DO UPDATE SET code = excluded.code, ends_at = excluded.ends_at",
        &vals![thread, person, why.as_str(), until],
    )
    .await?;
    tell(tx, thread, person).await
}

pub(super) async fn of(
    conn: &mut Conn<'_>,
    thread: ThreadId,
    person: PersonId,
) -> Result<Option<Hold>, StoreError> {
    let sql = "SELECT code, ends_at FROM holds WHERE thread = $1 AND person = $2";
    let Some(line) = conn.one(sql, &vals![thread, person]).await? else {
        return Ok(None);
    };
    Ok(Some(Hold {
        why: named(&line, "code", Why::parse)?,
        until: line.opt_millis("ends_at")?,
    }))
}

/// A hold of an empty queue is nobody's news.
async fn tell(tx: &mut Tx<'_>, thread: ThreadId, person: PersonId) -> Result<(), StoreError> {
    let sql = "SELECT id FROM queued WHERE thread = $1 AND person = $2 AND gone_at IS NULL LIMIT 1";
    if tx.one(sql, &vals![thread, person]).await?.is_some() {
        changed(tx, thread, person);
    }
    Ok(())
}
