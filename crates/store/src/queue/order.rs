//! The order of a queue, and leaving it for a running turn. Owns the places; what a post becomes is not its business.

use switchboard_model::{PersonId, QueuedId, ThreadId, TurnId, steer::Steer};

use super::{changed, take};
use crate::{StoreError, attachments, db::vals, steers, threads, turns, writer::Tx};

/// Puts an entry before another one, or at the end.
pub(super) async fn move_before(
    tx: &mut Tx<'_>,
    person: PersonId,
    id: QueuedId,
    before: Option<QueuedId>,
) -> Result<bool, StoreError> {
    let sql = "SELECT thread FROM queued WHERE id = $1 AND person = $2 AND gone_at IS NULL";
    let Some(line) = tx.one(sql, &vals![id, person]).await? else {
        return Ok(false);
    };
    let thread: ThreadId = line.id("thread")?;
    threads::lock(tx, thread).await?;
    let mut order = standing(tx, thread, person).await?;
    order.retain(|other| *other != id);
    let place = match before {
        None => order.len(),
        Some(before) => match order.iter().position(|other| *other == before) {
            Some(place) => place,
            None => return Ok(false),
        },
    };
    order.insert(place, id);
    put(tx, thread, person, order).await?;
    Ok(true)
}

/// Puts these entries first, in this order; the others follow as they stood. Says whether all of them wait there.
pub(super) async fn arrange(
    tx: &mut Tx<'_>,
    person: PersonId,
    thread: ThreadId,
    first: Vec<QueuedId>,
) -> Result<bool, StoreError> {
    threads::lock(tx, thread).await?;
    let mut rest = standing(tx, thread, person).await?;
    for id in &first {
        let Some(place) = rest.iter().position(|waiting| waiting == id) else {
            return Ok(false);
        };
        rest.remove(place);
    }
    let order = first.into_iter().chain(rest).collect();
    put(tx, thread, person, order).await?;
    Ok(true)
}

/// What waits, as it stands.
async fn standing(
    tx: &mut Tx<'_>,
    thread: ThreadId,
    person: PersonId,
) -> Result<Vec<QueuedId>, StoreError> {
    let sql = "SELECT id FROM queued WHERE thread = $1 AND person = $2 AND gone_at IS NULL ORDER BY place";
    let lines = tx.all(sql, &vals![thread, person]).await?;
    lines.iter().map(|line| line.id("id")).collect()
}

async fn put(
    tx: &mut Tx<'_>,
    thread: ThreadId,
    person: PersonId,
    order: Vec<QueuedId>,
) -> Result<(), StoreError> {
    for (place, id) in (1_i64..).zip(order) {
        tx.run(
            "UPDATE queued SET place = $2 WHERE id = $1",
            &vals![id, place],
        )
        .await?;
    }
    changed(tx, thread, person);
    Ok(())
}

/// Takes an entry out of its queue and into a running turn of its thread.
pub(super) async fn steer(
    tx: &mut Tx<'_>,
    person: PersonId,
    id: QueuedId,
    turn: TurnId,
) -> Result<Option<Steer>, StoreError> {
    let sql = "SELECT thread, text FROM queued WHERE id = $1 AND person = $2 AND gone_at IS NULL";
    let Some(line) = tx.one(sql, &vals![id, person]).await? else {
        return Ok(None);
    };
    let (thread, text): (ThreadId, String) = (line.id("thread")?, line.text("text")?);
    threads::lock(tx, thread).await?;
    let files = attachments::of_queue(&mut tx.conn, &[id.to_string()]).await?;
    let runs = turns::hold_running(tx, turn).await?;
    if !files.is_empty() || runs.is_none_or(|turn| turn.thread != thread) {
        return Ok(None);
    }
    if take(tx, id, person, None).await?.is_none() {
        return Ok(None);
    }
    changed(tx, thread, person);
    steers::insert(tx, turn, thread, person, text)
        .await
        .map(Some)
}

/// Puts words before all else that a person has waiting in a thread: those of a steer that no turn took. However
/// many wait already, they are not lost.
pub(crate) async fn put_first(
    tx: &mut Tx<'_>,
    thread: ThreadId,
    person: PersonId,
    text: String,
) -> Result<(), StoreError> {
    let sql = "SELECT COALESCE(MIN(place), 1) AS first FROM queued \
               WHERE thread = $1 AND person = $2 AND gone_at IS NULL";
    let line = tx.one(sql, &vals![thread, person]).await?;
    let first = line
        .ok_or_else(|| StoreError::Corrupt("no first place".to_owned()))?
        .int("first")?;
    let id: QueuedId = tx.ids().make();
    let now = tx.now();
    tx.run(
        "INSERT INTO queued (id, thread, person, place, text, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        &vals![id, thread, person, first - 1, text, now],
    )
    .await?;
    changed(tx, thread, person);
    Ok(())
}
