//! Deliveries and turns: claiming, ending, stopping, retrying. Owns the fence: every write of a
//! running turn carries it, and a write with an old one changes nothing.

mod claim;
mod detached;
mod end;
mod failure;
mod failures;
mod list;
mod parked;
mod recover;
mod room;
mod wish;

use switchboard_model::{
    DeliveryId, Millis, PersonId, ThreadId, TurnId,
    assistant::Assistant,
    detached::Detached,
    message::Message,
    thread::Thread,
    turn::{Turn, TurnState},
};

use crate::{
    Addressed, Reader, StoreError,
    db::{Conn, Line, vals},
    queue,
    rows::{for_update, json, of_ids},
    writer::{Kind, Tx},
};

pub use detached::{NewDetached, Own, PostDetached, Wanted};
pub(crate) use end::end_queued;
pub use list::{AskedBy, TurnRow, TurnsThat};
pub(crate) use parked::{leave_all_of, leave_asked_at};
pub use room::InLine;
pub(crate) use wish::{Again, attempt, stop_all_of};

/// A turn that is now ours, with what its runner needs to know.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// The turn, running.
    pub turn: Turn,
    /// To be carried by every write of it.
    pub fence: i64,
    /// How often it was put back before.
    pub reverts: i64,
    /// What it is asked beyond its message, if it is a detached turn.
    pub detached: Option<Detached>,
    /// Who answers.
    pub assistant: Assistant,
    /// The message that asked.
    pub message: Message,
    /// Where.
    pub thread: Thread,
}

/// What became of an ending.
#[derive(Debug, Clone, PartialEq)]
pub enum Finished {
    /// It is stored; with a stop wanted, as cancelled whatever the outcome was.
    Stored(Box<Turn>),
    /// The fence was not ours any more: nothing was changed.
    Zombie,
}

/// A running turn and the instance that runs it.
#[derive(Debug, Clone)]
pub struct Orphan {
    /// The turn.
    pub turn: Turn,
    /// Its fence.
    pub fence: i64,
    /// The instance that claimed it; empty in a restored copy, where nobody runs it.
    pub instance: String,
    /// Whether an item of it may have had an effect outside the conversation.
    pub had_effect: bool,
    /// How often it was put back already.
    pub reverts: i64,
}

/// Why a turn cannot be stopped.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StopError {
    /// There is no such turn.
    #[error("there is no such turn")]
    NoTurn,
    /// It ended before.
    #[error("the turn has ended already")]
    Ended(Box<Turn>),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a turn cannot be tried again.
#[derive(Debug, Clone, thiserror::Error)]
pub enum RetryError {
    /// There is no such turn.
    #[error("there is no such turn")]
    NoTurn,
    /// It has not ended, was answered, or a newer attempt exists.
    #[error("this turn cannot be retried: it is open, was answered, or has a newer attempt")]
    NotRetryable,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Reader {
    /// One turn.
    pub async fn turn(&self, id: TurnId) -> Result<Option<Turn>, StoreError> {
        self.read(move |conn| Box::pin(load_one(conn, id))).await
    }

    /// How many turns wait before this one for the same thread and assistant; `None` unless queued.
    pub async fn queue_position(&self, id: TurnId) -> Result<Option<i64>, StoreError> {
        self.read(move |conn| {
            Box::pin(async move {
                let line = conn
                    .one(
                        "SELECT (SELECT COUNT(*) FROM turns b WHERE b.thread = t.thread \
                         AND b.assistant = t.assistant AND b.state = 'queued' \
                         AND (b.queued_at, b.seq, b.id) < (t.queued_at, t.seq, t.id)) AS before \
                         FROM turns t WHERE t.id = $1 AND t.state = 'queued'",
                        &vals![id],
                    )
                    .await?;
                line.map(|line| line.int("before")).transpose()
            })
        })
        .await
    }

    /// The queued and running turns of a thread, oldest first.
    pub async fn open_turns(&self, thread: ThreadId) -> Result<Vec<Turn>, StoreError> {
        // No message lies between 1 and 0, so what is left is what is open.
        self.read(move |conn| Box::pin(of_messages(conn, thread, 1, 0)))
            .await
    }

    /// How many turns are queued and running, for metrics: (queued, running).
    pub async fn turn_counts(&self) -> Result<(i64, i64), StoreError> {
        self.read(|conn| {
            Box::pin(async move {
                let line = conn
                    .one(
                        "SELECT (SELECT COUNT(*) FROM turns WHERE state = 'queued') AS queued, \
                         (SELECT COUNT(*) FROM turns WHERE state = 'running') AS running",
                        &[],
                    )
                    .await?;
                let line = line.ok_or_else(|| StoreError::Corrupt("no counts".to_owned()))?;
                Ok((line.int("queued")?, line.int("running")?))
            })
        })
        .await
    }
}

const TURN: &str = "SELECT t.id, t.delivery, t.attempt, t.thread, t.message, t.seq, t.assistant, t.person, \
     t.state, t.failure, t.fence, t.instance, t.stop_wanted, t.runs_on, t.detached, t.reverts, t.queued_at, \
     t.started_at, t.ended_at, t.parked_at, t.reply, t.ran_with, t.used, \
     (SELECT COUNT(*) FROM questions q WHERE q.turn = t.id AND q.state = 'asked') AS open_questions, \
     CASE WHEN t.state = 'running' THEN (SELECT COUNT(*) FROM turns n WHERE n.thread = t.thread \
          AND (n.queued_at, n.seq, n.id) <= (t.queued_at, t.seq, t.id)) END AS number \
     FROM turns t";

/// The newest attempt of a delivery.
const NEWEST: &str =
    "t.attempt = (SELECT MAX(a.attempt) FROM turns a WHERE a.delivery = t.delivery)";

/// Turns of living threads by their ids, in no order. One that still runs in a deleted thread is
/// nobody's business but its runner's.
pub(crate) async fn load(conn: &mut Conn<'_>, ids: &[String]) -> Result<Vec<Turn>, StoreError> {
    let living = "JOIN threads h ON h.id = t.thread AND h.deleted_at IS NULL";
    let lines = of_ids(conn, &format!("{TURN} {living} WHERE t.id"), ids).await?;
    lines.iter().map(turn).collect()
}

async fn load_one(conn: &mut Conn<'_>, id: TurnId) -> Result<Option<Turn>, StoreError> {
    let line = conn
        .one(&format!("{TURN} WHERE t.id = $1"), &vals![id])
        .await?;
    line.as_ref().map(turn).transpose()
}

/// How many attempts at one answer a page of messages has: what was tried before stays visible.
const ATTEMPTS: i64 = 5;

/// The last attempts at what the messages `first` to `last` of a thread are owed, and the thread's
/// open turns; in the order of the messages, then of the mentions, then of the attempts.
pub(crate) async fn of_messages(
    conn: &mut Conn<'_>,
    thread: ThreadId,
    first: i64,
    last: i64,
) -> Result<Vec<Turn>, StoreError> {
    let sql = format!(
        "{TURN} LEFT JOIN deliveries d ON d.id = t.delivery WHERE t.thread = $1 \
         AND (t.state IN ('queued', 'running') OR (t.seq BETWEEN $2 AND $3 \
         AND t.attempt > (SELECT MAX(a.attempt) FROM turns a WHERE a.delivery = t.delivery) - {ATTEMPTS})) \
         ORDER BY t.seq, d.place, t.attempt, t.id"
    );
    let lines = conn.all(&sql, &vals![thread, first, last]).await?;
    lines.iter().map(turn).collect()
}

/// The newest attempt of every delivery of one message, in the order of the mentions.
pub(crate) async fn newest_of(
    conn: &mut Conn<'_>,
    message: &Message,
) -> Result<Vec<Turn>, StoreError> {
    let sql = format!(
        "{TURN} JOIN deliveries d ON d.id = t.delivery WHERE d.message = $1 AND {NEWEST} ORDER BY d.place"
    );
    let lines = conn.all(&sql, &vals![message.id]).await?;
    lines.iter().map(turn).collect()
}

/// Writes down that an assistant owes an answer, and the first turn that is to give it.
pub(crate) async fn owe(
    tx: &mut Tx<'_>,
    message: &Message,
    place: i64,
    addressed: &Addressed,
) -> Result<Turn, StoreError> {
    let now = tx.now();
    let delivery: DeliveryId = tx.ids().make();
    let settled = addressed.refused.is_some().then_some(now);
    tx.run(
        "INSERT INTO deliveries (id, message, assistant, thread, place, created_at, settled_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &vals![
            delivery,
            message.id,
            addressed.assistant,
            message.thread,
            place,
            now,
            settled
        ],
    )
    .await?;
    let own = addressed.detached.as_ref();
    let turn = Turn {
        id: own.map_or_else(|| tx.ids().make(), |own| own.turn),
        delivery,
        attempt: 1,
        thread: message.thread,
        message: message.id,
        assistant: addressed.assistant,
        person: message.author.id,
        state: match &addressed.refused {
            Some(failure) => TurnState::Failed(failure.clone()),
            None => TurnState::Queued,
        },
        open_questions: 0,
        stop_wanted: false,
        runs_on: None,
        detached: own.is_some(),
        number: None,
        queued_at: now,
        started_at: None,
        ended_at: settled,
        parked_at: None,
        reply: None,
        ran_with: None,
        used: None,
    };
    insert(tx, &turn, message.seq).await?;
    if let Some(own) = own {
        detached::give(tx, own).await?;
    }
    if turn.state.is_ended() {
        queue::turn_ended(tx, &turn).await?;
    }
    Ok(turn)
}

/// Writes a new turn down. `seq` is the place of the message that asked.
async fn insert(tx: &mut Tx<'_>, turn: &Turn, seq: i64) -> Result<(), StoreError> {
    tx.run(
        "INSERT INTO turns (id, delivery, attempt, thread, message, seq, assistant, person, state, failure, \
         fence, stop_wanted, reverts, queued_at, ended_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0, 0, $11, $12)",
        &vals![
            turn.id,
            turn.delivery,
            turn.attempt,
            turn.thread,
            turn.message,
            seq,
            turn.assistant,
            turn.person,
            turn.state.as_str(),
            turn.state.failure().map(failure::to_text).transpose()?,
            turn.queued_at,
            turn.ended_at
        ],
    )
    .await?;
    tx.changed(Kind::Turn, turn.id, Some(turn.thread));
    tx.changed(Kind::Thread, turn.thread, Some(turn.thread));
    Ok(())
}

/// A turn that runs under this fence, kept as it is until this transaction ends. `None`: the fence is
/// an old one, and whoever holds it must write nothing.
pub(crate) async fn hold(
    tx: &mut Tx<'_>,
    id: TurnId,
    fence: i64,
) -> Result<Option<Turn>, StoreError> {
    let held = for_update(&tx.conn, "t");
    let sql = format!("{TURN} WHERE t.id = $1 AND t.fence = $2 AND t.state = 'running'{held}");
    let line = tx.one(&sql, &vals![id, fence]).await?;
    line.as_ref().map(turn).transpose()
}

/// A turn that runs, whoever runs it, kept as it is until this transaction ends.
pub(crate) async fn hold_running(tx: &mut Tx<'_>, id: TurnId) -> Result<Option<Turn>, StoreError> {
    let held = for_update(&tx.conn, "t");
    let sql = format!("{TURN} WHERE t.id = $1 AND t.state = 'running'{held}");
    let line = tx.one(&sql, &vals![id]).await?;
    line.as_ref().map(turn).transpose()
}

/// Who asked for a turn, whatever became of it.
pub(crate) async fn started_by(
    tx: &mut Tx<'_>,
    id: TurnId,
) -> Result<Option<PersonId>, StoreError> {
    let line = tx
        .one("SELECT person FROM turns WHERE id = $1", &vals![id])
        .await?;
    line.map(|line| line.id("person")).transpose()
}

/// Whether a running turn's thread was deleted under it.
pub(crate) async fn in_deleted_thread(tx: &mut Tx<'_>, turn: &Turn) -> Result<bool, StoreError> {
    let sql = "SELECT id FROM threads WHERE id = $1 AND deleted_at IS NOT NULL";
    Ok(tx.one(sql, &vals![turn.thread]).await?.is_some())
}

fn turn(line: &Line) -> Result<Turn, StoreError> {
    Ok(Turn {
        id: line.id("id")?,
        delivery: line.id("delivery")?,
        attempt: line.int("attempt")?,
        thread: line.id("thread")?,
        message: line.id("message")?,
        assistant: line.id("assistant")?,
        person: line.id("person")?,
        state: state(line)?,
        open_questions: line.int("open_questions")?,
        stop_wanted: line.flag("stop_wanted")?,
        runs_on: line.opt_text("runs_on")?,
        detached: line.opt_text("detached")?.is_some(),
        number: line.opt_int("number")?,
        queued_at: line.millis("queued_at")?,
        started_at: line.opt_millis("started_at")?,
        ended_at: line.opt_millis("ended_at")?,
        parked_at: line.opt_millis("parked_at")?,
        reply: line.opt_id("reply")?,
        ran_with: document(line, "ran_with")?,
        used: document(line, "used")?,
    })
}

fn document<T: serde::de::DeserializeOwned>(
    line: &Line,
    column: &str,
) -> Result<Option<T>, StoreError> {
    line.opt_text(column)?
        .map(|text| json(column, &text))
        .transpose()
}

fn state(line: &Line) -> Result<TurnState, StoreError> {
    let failure = || {
        let text = line.opt_text("failure")?;
        failure::from_text(text.as_deref().unwrap_or_default())
    };
    Ok(match line.text("state")?.as_str() {
        "queued" => TurnState::Queued,
        "running" => TurnState::Running {
            fence: line.int("fence")?,
            since: line.opt_millis("started_at")?.unwrap_or(Millis(0)),
        },
        "done" => TurnState::Done,
        "failed" => TurnState::Failed(failure()?),
        "cancelled" => TurnState::Cancelled,
        "abandoned" => TurnState::Abandoned(failure()?),
        other => return Err(StoreError::Corrupt(format!("a turn that is {other:?}"))),
    })
}
