//! What forks carry over: a transcript as it was when the fork was made. Owns that it never changes afterwards; how much of
//! a conversation it holds is `model::carried`'s.

use switchboard_model::{ThreadId, carried::CarriedLine};

use crate::{
    Reader, StoreError,
    db::{Conn, Line, vals},
    rows::{json, to_json},
    writer::Tx,
};

/// Where a fork comes from, and what it carries over from there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// The thread that was forked; it may be gone, or closed to those who are in the fork.
    pub source: ThreadId,
    /// Its last message that is carried over, by `seq`; 0 if none was.
    pub seq: i64,
    /// Its title then.
    pub title: String,
    /// What was said there, oldest first.
    pub lines: Vec<CarriedLine>,
    /// How many older messages are not among them.
    pub left_out: i64,
}

/// The same in short, for lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarriedFrom {
    /// The title of the thread that was forked, as it was.
    pub title: String,
    /// How many messages are carried over.
    pub messages: i64,
    /// How many older ones are not.
    pub left_out: i64,
}

impl Reader {
    /// What a thread carries over; `None` if it is no fork.
    pub async fn carried(&self, thread: ThreadId) -> Result<Option<Carried>, StoreError> {
        self.read(move |conn| Box::pin(load(conn, thread))).await
    }
}

async fn load(conn: &mut Conn<'_>, thread: ThreadId) -> Result<Option<Carried>, StoreError> {
    let sql = "SELECT source, seq, title, lines, left_out FROM carried WHERE thread = $1";
    let Some(line) = conn.one(sql, &vals![thread]).await? else {
        return Ok(None);
    };
    Ok(Some(Carried {
        source: line.id("source")?,
        seq: line.int("seq")?,
        title: line.text("title")?,
        lines: json("lines", &line.text("lines")?)?,
        left_out: line.int("left_out")?,
    }))
}

/// Writes down what a new thread carries over.
pub(crate) async fn keep(
    tx: &mut Tx<'_>,
    thread: ThreadId,
    carried: &Carried,
) -> Result<(), StoreError> {
    tx.run(
        "INSERT INTO carried (thread, source, seq, title, lines, count, left_out) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &vals![
            thread,
            carried.source,
            carried.seq,
            &carried.title,
            to_json(&carried.lines)?,
            carried.lines.len() as i64,
            carried.left_out
        ],
    )
    .await?;
    Ok(())
}

/// From the columns `carried_title`, `carried_count` and `carried_left_out` of a thread's line.
pub(crate) fn in_short(line: &Line) -> Result<Option<CarriedFrom>, StoreError> {
    let Some(title) = line.opt_text("carried_title")? else {
        return Ok(None);
    };
    Ok(Some(CarriedFrom {
        title,
        messages: line.int("carried_count")?,
        left_out: line.int("carried_left_out")?,
    }))
}
