//! How far each person has read, and how much is new to them. Owns the mark's rule: it only ever moves
//! on, and what one wrote oneself is read.

use std::collections::HashMap;

use switchboard_model::{PersonId, ThreadId};

use crate::{
    Reader, Store, StoreError,
    db::vals,
    rows::in_list,
    threads,
    writer::{Floor, Kind, Tx},
};

/// Nobody counts further.
pub const MOST_UNREAD: i64 = 1000;

/// Where a person stands in a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Mark {
    /// The `seq` up to which they have read.
    pub read_seq: i64,
    /// How many messages of others come after it, at most [`MOST_UNREAD`]; none in a thread that they
    /// are no member of.
    pub unread: i64,
}

/// The marks of some people in some threads.
pub type Marks = HashMap<(ThreadId, PersonId), Mark>;

impl Store {
    /// Notes that a person has read up to `seq`, at most to the thread's end. It never moves back. Says
    /// whether there is such a thread.
    pub async fn mark_read(
        &self,
        thread: ThreadId,
        person: PersonId,
        seq: i64,
    ) -> Result<bool, StoreError> {
        self.write(Floor::Ignore, move |tx| {
            Box::pin(async move {
                let Some(row) = threads::lock(tx, thread).await? else {
                    return Ok(false);
                };
                let moved = tx
                    .run(
                        "INSERT INTO marks (thread, person, seq) VALUES ($1, $2, $3) \
                         ON CONFLICT (thread, person) DO UPDATE SET seq = excluded.seq \
                         WHERE marks.seq < excluded.seq",
                        &vals![thread, person, seq.clamp(0, row.last_seq)],
                    )
                    .await?;
                if moved > 0 {
                    tx.changed(Kind::Mark, format!("{thread}/{person}"), Some(thread));
                }
                Ok(true)
            })
        })
        .await
    }
}

impl Reader {
    /// Where each of these people stands in each of these threads. Threads that are gone are left out.
    pub async fn marks(
        &self,
        threads: &[ThreadId],
        people: &[PersonId],
    ) -> Result<Marks, StoreError> {
        if threads.is_empty() || people.is_empty() {
            return Ok(Marks::new());
        }
        let threads: Vec<String> = threads.iter().map(ToString::to_string).collect();
        let people: Vec<String> = people.iter().map(ToString::to_string).collect();
        self.read(move |conn| {
            Box::pin(async move {
                let (threads, mut vals) = in_list(&threads, 1);
                let (people, more) = in_list(&people, vals.len() + 1);
                vals.extend(more);
                let sql = format!(
                    "SELECT t.id AS thread, p.id AS person, COALESCE(r.seq, 0) AS seq, \
                     CASE WHEN v.person IS NULL THEN 0 ELSE \
                       (SELECT COUNT(*) FROM (SELECT m.seq FROM messages m WHERE m.thread = t.id \
                        AND m.seq > COALESCE(r.seq, 0) AND m.author <> p.id LIMIT {MOST_UNREAD}) n) \
                     END AS unread \
                     FROM threads t CROSS JOIN people p \
                     LEFT JOIN members v ON v.thread = t.id AND v.person = p.id \
                     LEFT JOIN marks r ON r.thread = t.id AND r.person = p.id \
                     WHERE t.deleted_at IS NULL AND t.id IN ({threads}) AND p.id IN ({people})"
                );
                let lines = conn.all(&sql, &vals).await?;
                lines
                    .iter()
                    .map(|line| {
                        let mark = Mark {
                            read_seq: line.int("seq")?,
                            unread: line.int("unread")?,
                        };
                        Ok(((line.id("thread")?, line.id("person")?), mark))
                    })
                    .collect()
            })
        })
        .await
    }
}

/// Moves an author's mark past the message they just wrote, if they had read all before it.
pub(crate) async fn pass_own(
    tx: &mut Tx<'_>,
    thread: ThreadId,
    author: PersonId,
    seq: i64,
) -> Result<(), StoreError> {
    let sql = if seq == 1 {
        "INSERT INTO marks (thread, person, seq) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
    } else {
        "UPDATE marks SET seq = $3 WHERE thread = $1 AND person = $2 AND seq = $3 - 1"
    };
    tx.run(sql, &vals![thread, author, seq]).await?;
    Ok(())
}
