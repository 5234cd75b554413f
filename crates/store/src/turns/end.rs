//! Ending turns: the outcome, the reply, and everything that was still open. Owns the one transaction
//! in which a debt is settled.

use switchboard_model::{
    Millis, TurnId,
    message::Speaker,
    parked::TRIES,
    thread::Thread,
    turn::{Outcome, Turn, TurnEvent, TurnState},
};

use super::{Finished, failure, load_one};
use crate::{
    Store, StoreError,
    blobs::Stowed,
    db::vals,
    messages, queue,
    rows::for_update,
    threads,
    writer::{Floor, Kind, Tx},
};

impl Store {
    /// Ends a turn: state, reply message, open items closed, open questions voided, steers that nobody
    /// confirmed marked as unsure, delivery settled, in one transaction.
    pub async fn finish(
        &self,
        turn: TurnId,
        fence: i64,
        outcome: Outcome,
    ) -> Result<Finished, StoreError> {
        let reply = match &outcome {
            Outcome::Replied { text } => Some(self.stow(text.clone()).await?),
            Outcome::Failed(_) | Outcome::Cancelled => None,
        };
        self.write(Floor::Ignore, move |tx| {
            let event = TurnEvent::Ended(outcome.clone());
            let reply = reply.clone();
            Box::pin(async move {
                Ok(match end_running(tx, turn, fence, event, reply).await? {
                    Some(turn) => Finished::Stored(Box::new(turn)),
                    None => Finished::Zombie,
                })
            })
        })
        .await
    }
}

/// A turn with all that its end writes to, kept as it is until this transaction ends.
pub(super) struct Locked {
    pub turn: Turn,
    /// `None`: it was deleted.
    pub thread: Option<Thread>,
}

/// Locks in the order that everyone follows: thread, delivery, turn.
pub(super) async fn lock(tx: &mut Tx<'_>, id: TurnId) -> Result<Option<Locked>, StoreError> {
    let Some(seen) = load_one(&mut tx.conn, id).await? else {
        return Ok(None);
    };
    let thread = threads::lock(tx, seen.thread).await?;
    let held = for_update(&tx.conn, "d");
    let delivery = format!("SELECT d.id FROM deliveries d WHERE d.id = $1{held}");
    tx.one(&delivery, &vals![seen.delivery]).await?;
    let held = for_update(&tx.conn, "t");
    let turn = format!("SELECT t.id FROM turns t WHERE t.id = $1{held}");
    tx.one(&turn, &vals![id]).await?;
    // Read again: it may have moved on while we waited for it.
    let turn = load_one(&mut tx.conn, id).await?;
    Ok(turn.map(|turn| Locked { turn, thread }))
}

/// Ends a running turn if the fence is still the one it runs under. A stop that somebody asked for
/// wins over whatever else happened.
pub(super) async fn end_running(
    tx: &mut Tx<'_>,
    id: TurnId,
    fence: i64,
    event: TurnEvent,
    reply: Option<Stowed>,
) -> Result<Option<Turn>, StoreError> {
    let Some(locked) = lock(tx, id).await? else {
        return Ok(None);
    };
    match locked.turn.state {
        TurnState::Running { fence: ours, .. } if ours == fence => {}
        _ => return Ok(None),
    }
    let ended = if locked.turn.stop_wanted || locked.thread.is_none() {
        end(tx, locked, TurnEvent::Ended(Outcome::Cancelled), None).await?
    } else {
        end(tx, locked, event, reply).await?
    };
    Ok(Some(ended))
}

/// Ends the queued turns whose `column` has this value, without ever running them.
pub(crate) async fn end_queued(
    tx: &mut Tx<'_>,
    column: &str,
    value: String,
    outcome: &Outcome,
) -> Result<(), StoreError> {
    let sql = format!(
        "SELECT id FROM turns WHERE state = 'queued' AND {column} = $1 ORDER BY thread, id"
    );
    for line in tx.all(&sql, &vals![value]).await? {
        if let Some(locked) = lock(tx, line.id("id")?).await?
            && locked.turn.state == TurnState::Queued
        {
            end(tx, locked, TurnEvent::Ended(outcome.clone()), None).await?;
        }
    }
    Ok(())
}

/// Ends a turn that is locked and open. `reply` is the reply's text on its way into its row.
pub(super) async fn end(
    tx: &mut Tx<'_>,
    locked: Locked,
    event: TurnEvent,
    reply: Option<Stowed>,
) -> Result<Turn, StoreError> {
    let Locked { mut turn, thread } = locked;
    let now = tx.now();
    if let (Some(text), Some(thread)) = (reply, &thread) {
        let draft = messages::Draft {
            role: Speaker::Assistant,
            author: turn.assistant.0,
            text,
            paid: Some((turn.id, turn.delivery)),
            client_id: None,
        };
        turn.reply = Some(messages::add(tx, thread, draft).await?.id);
    }
    turn.state = turn
        .state
        .apply(event)
        .map_err(|why| StoreError::Corrupt(format!("turn {}: {why}", turn.id)))?;
    turn.ended_at = Some(now);
    turn.number = None;
    let wants_login =
        matches!(&turn.state, TurnState::Failed(failure) if failure.code.wants_login());
    // Whoever waits for a detached one is told to sign in and to start it again.
    let parks = thread.is_some() && wants_login && !turn.detached;
    let line = tx
        .one(
            "UPDATE turns SET state = $2, failure = $3, ended_at = $4, reply = $5, \
             parked_at = CASE WHEN $6 = 1 AND tries < $7 THEN $4 END WHERE id = $1 RETURNING parked_at",
            &vals![
                turn.id,
                turn.state.as_str(),
                turn.state.failure().map(failure::to_text).transpose()?,
                now,
                turn.reply,
                i64::from(parks),
                TRIES
            ],
        )
        .await?;
    turn.parked_at = line.map_or(Ok(None), |line| line.opt_millis("parked_at"))?;
    tx.run(
        "UPDATE deliveries SET settled_at = $2 WHERE id = $1",
        &vals![turn.delivery, now],
    )
    .await?;
    close_items(tx, &turn, now).await?;
    close_talk(tx, &turn).await?;
    turn.open_questions = 0;
    tx.changed(Kind::Turn, turn.id, Some(turn.thread));
    tx.changed(Kind::Thread, turn.thread, Some(turn.thread));
    match thread {
        Some(thread) => {
            release_steers(tx, &turn, &thread).await?;
            queue::turn_ended(tx, &turn).await?;
        }
        None => threads::sweep(tx, turn.thread).await?,
    }
    Ok(turn)
}

/// What the assistant said is complete with its reply; work whose end nobody reported is cut.
async fn close_items(tx: &mut Tx<'_>, turn: &Turn, now: Millis) -> Result<(), StoreError> {
    let said = if turn.reply.is_some() { "done" } else { "cut" };
    let closed = tx
        .all(
            "UPDATE items SET ended_at = $2, status = CASE \
             WHEN kind IN ('text', 'reasoning', 'plan') THEN $3 ELSE 'cut' END \
             WHERE turn = $1 AND status = 'open' RETURNING id",
            &vals![turn.id, now, said],
        )
        .await?;
    for item in closed {
        tx.changed(Kind::Item, item.text("id")?, Some(turn.thread));
    }
    Ok(())
}

/// Takes open questions down, and marks steers that were given to the backend and never confirmed.
/// Steers that are queued or were refused become messages, see `release_steers`.
pub(super) async fn close_talk(tx: &mut Tx<'_>, turn: &Turn) -> Result<(), StoreError> {
    for (kind, sql) in [
        (
            Kind::Question,
            "UPDATE questions SET state = 'void' WHERE turn = $1 AND state IN ('asked', 'decided') RETURNING id",
        ),
        (
            Kind::Steer,
            "UPDATE steers SET state = 'unsure' WHERE turn = $1 AND state = 'sent' RETURNING id",
        ),
    ] {
        for line in tx.all(sql, &vals![turn.id]).await? {
            tx.changed(kind, line.text("id")?, Some(turn.thread));
        }
    }
    Ok(())
}

/// Words that the turn did not take become their author's next message, in the order they were written in: nothing
/// that was said is lost.
async fn release_steers(tx: &mut Tx<'_>, turn: &Turn, thread: &Thread) -> Result<(), StoreError> {
    let left = tx
        .all(
            "SELECT s.id, s.author, s.text, p.handle FROM steers s JOIN people p ON p.id = $2 \
             WHERE s.turn = $1 AND s.state IN ('queued', 'refused') \
             ORDER BY s.created_at DESC, s.id DESC",
            &vals![turn.id, turn.assistant],
        )
        .await?;
    for line in left {
        let (id, text) = (line.text("id")?, line.text("text")?);
        tx.run(
            "UPDATE steers SET state = 'refused' WHERE id = $1",
            &vals![&id],
        )
        .await?;
        tx.changed(Kind::Steer, id, Some(turn.thread));
        // Elsewhere a message without a mention is nobody's to answer.
        let text = if thread.assistant == Some(turn.assistant) {
            text
        } else {
            format!("@{} {text}", line.text("handle")?)
        };
        queue::put_first(tx, turn.thread, line.id("author")?, text).await?;
    }
    Ok(())
}
