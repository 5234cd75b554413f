//! The backends' own sessions: which conversation of theirs a thread goes on in, and which it has left. Owns what is still new to
//! a session, and whose record is not as its thread is; never knows what one is.

use switchboard_model::{AssistantId, Millis, ThreadId};

use crate::{
    Reader, Store, StoreError,
    db::{Line, vals},
    writer::{Floor, Tx},
};

/// A session, and how far its side has heard the thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptSession {
    /// The home it lives in.
    pub home: String,
    /// Its name there.
    pub session: String,
    /// The `seq` of the last message that it answered; what comes after is news to it.
    pub heard: i64,
    /// When it was last told what was new: messages that were changed since are not known to it as they read now.
    pub heard_at: Millis,
}

/// A session whose record, which is its backend's, is not as its thread is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueRecord {
    /// The thread.
    pub thread: ThreadId,
    /// The home that the session lives in.
    pub home: String,
    /// Its name there.
    pub session: String,
    /// How its record is to be.
    pub record: Record,
    /// Since when it is not so.
    pub due_at: Millis,
}

/// How the record of a session is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// There, as its thread is.
    Kept {
        /// The thread's title; may be empty.
        title: String,
        /// Whether it is archived.
        archived: bool,
        /// Whether a turn of the session's waits or runs, or may be about to.
        busy: bool,
    },
    /// Gone: its thread is deleted.
    Gone,
}

/// Where sessions stand: those that threads go on in, and those that they have left.
const BOTH: [&str; 2] = ["backend_sessions", "left_sessions"];

impl Reader {
    /// The newest session of an assistant in a thread, if a turn in it was ever answered.
    pub async fn session_of(
        &self,
        thread: ThreadId,
        assistant: AssistantId,
    ) -> Result<Option<KeptSession>, StoreError> {
        self.read(move |conn| {
            Box::pin(async move {
                // A turn that was not answered may not have reached its side: what asked for it is said again.
                let line = conn
                    .one(
                        "SELECT b.home, b.session, MAX(t.seq) AS heard, MAX(t.started_at) AS heard_at \
                         FROM (SELECT s.*, (SELECT w.queued_at FROM turns w WHERE w.id = s.turn) AS since \
                               FROM backend_sessions s WHERE s.thread = $1 AND s.assistant = $2 \
                               ORDER BY s.bound_at DESC LIMIT 1) b \
                         JOIN turns t ON t.thread = b.thread AND t.assistant = b.assistant \
                           AND t.state = 'done' AND t.queued_at >= b.since \
                         GROUP BY b.home, b.session",
                        &vals![thread, assistant],
                    )
                    .await?;
                let Some(line) = line else {
                    return Ok(None);
                };
                Ok(Some(KeptSession {
                    home: line.text("home")?,
                    session: line.text("session")?,
                    heard: line.int("heard")?,
                    heard_at: line.millis("heard_at")?,
                }))
            })
        })
        .await
    }
}

impl Reader {
    /// The newest session that was bound for an assistant in a thread, whether or not a turn in it was answered: its home
    /// and its name there.
    pub async fn bound_session(
        &self,
        thread: ThreadId,
        assistant: AssistantId,
    ) -> Result<Option<(String, String)>, StoreError> {
        self.read(move |conn| {
            Box::pin(async move {
                let sql = "SELECT home, session FROM backend_sessions WHERE thread = $1 AND assistant = $2 \
                           ORDER BY bound_at DESC LIMIT 1";
                let line = conn.one(sql, &vals![thread, assistant]).await?;
                line.map(|line| Ok((line.text("home")?, line.text("session")?)))
                    .transpose()
            })
        })
        .await
    }

    /// The sessions of this backend's assistants, also those that were left, whose records are not as their threads are; those of
    /// deleted threads first, at most `limit`. One of a deleted thread is there once nothing runs in it any more.
    pub async fn due_records(
        &self,
        backend: &str,
        limit: usize,
    ) -> Result<Vec<DueRecord>, StoreError> {
        let backend = backend.to_owned();
        self.read(move |conn| {
            Box::pin(async move {
                let sql = "SELECT * FROM \
                           (SELECT b.thread, b.home, b.session, b.due_at, t.title, t.archived_at, t.deleted_at, \
                            (SELECT COUNT(*) FROM turns w WHERE w.thread = b.thread AND w.assistant = b.assistant \
                             AND w.state IN ('queued', 'running')) AS open \
                            FROM (SELECT thread, assistant, home, session, due_at FROM backend_sessions \
                                  WHERE due_at IS NOT NULL \
                                  UNION ALL SELECT thread, assistant, home, session, due_at FROM left_sessions \
                                  WHERE due_at IS NOT NULL) b \
                            JOIN threads t ON t.id = b.thread JOIN assistants a ON a.id = b.assistant \
                            WHERE a.backend = $1) due \
                           WHERE deleted_at IS NULL OR open = 0 \
                           ORDER BY CASE WHEN deleted_at IS NULL THEN 1 ELSE 0 END, due_at, session LIMIT $2";
                let most = i64::try_from(limit).unwrap_or(i64::MAX);
                let lines = conn.all(sql, &vals![backend, most]).await?;
                lines.iter().map(due_record).collect()
            })
        })
        .await
    }
}

fn due_record(line: &Line) -> Result<DueRecord, StoreError> {
    let record = if line.opt_millis("deleted_at")?.is_some() {
        Record::Gone
    } else {
        Record::Kept {
            title: line.text("title")?,
            archived: line.opt_millis("archived_at")?.is_some(),
            busy: line.int("open")? > 0,
        }
    };
    Ok(DueRecord {
        thread: line.id("thread")?,
        home: line.text("home")?,
        session: line.text("session")?,
        record,
        due_at: line.millis("due_at")?,
    })
}

impl Store {
    /// Forgets the sessions of an assistant in a thread: the next turn there begins a new one.
    pub async fn forget_session(
        &self,
        thread: ThreadId,
        assistant: AssistantId,
    ) -> Result<(), StoreError> {
        self.write(Floor::Ignore, move |tx| {
            Box::pin(async move {
                // Not to be had is not yet gone: whatever is left of them goes with the thread.
                let sql = "INSERT INTO left_sessions (home, session, thread, assistant, due_at) \
                           SELECT home, session, thread, assistant, due_at FROM backend_sessions \
                           WHERE thread = $1 AND assistant = $2 ON CONFLICT (home, session) DO NOTHING";
                tx.run(sql, &vals![thread, assistant]).await?;
                let sql = "DELETE FROM backend_sessions WHERE thread = $1 AND assistant = $2";
                tx.run(sql, &vals![thread, assistant]).await?;
                Ok(())
            })
        })
        .await
    }

    /// A record is as its thread was when it was found due. Changes nothing if the thread has changed since.
    pub async fn record_is_kept(&self, due: DueRecord) -> Result<(), StoreError> {
        self.write(Floor::Ignore, move |tx| {
            let due = due.clone();
            Box::pin(async move {
                // It may have been left since it was found.
                for sessions in BOTH {
                    let kept = match due.record {
                        Record::Kept { .. } => format!("UPDATE {sessions} SET due_at = NULL"),
                        Record::Gone => format!("DELETE FROM {sessions}"),
                    };
                    let sql = format!(
                        "{kept} WHERE thread = $1 AND home = $2 AND session = $3 AND due_at = $4"
                    );
                    let which = vals![due.thread, &due.home, &due.session, due.due_at];
                    tx.run(&sql, &which).await?;
                }
                Ok(())
            })
        })
        .await
    }
}

/// The records of a thread's sessions are not as it is any more.
pub(crate) async fn records_due(tx: &mut Tx<'_>, thread: ThreadId) -> Result<(), StoreError> {
    // A time of its own for each change, so that who kept the one before is told apart.
    for sessions in BOTH {
        let sql = format!(
            "UPDATE {sessions} SET due_at = CASE WHEN due_at >= $2 THEN due_at + 1 ELSE $2 END WHERE thread = $1"
        );
        let which = vals![thread, tx.now()];
        tx.run(&sql, &which).await?;
    }
    Ok(())
}

/// An assistant goes on in this session of a home from here on: the one before, if it is another, is left.
pub(crate) async fn leave(
    tx: &mut Tx<'_>,
    (thread, assistant): (ThreadId, AssistantId),
    (home, session): (&str, &str),
) -> Result<(), StoreError> {
    let sql = "INSERT INTO left_sessions (home, session, thread, assistant, due_at) \
               SELECT b.home, b.session, b.thread, b.assistant, b.due_at FROM backend_sessions b \
               JOIN assistants a ON a.id = b.assistant AND a.owner = b.account \
               WHERE b.thread = $1 AND b.assistant = $2 AND b.home = $3 AND b.session <> $4 \
               ON CONFLICT (home, session) DO NOTHING";
    tx.run(sql, &vals![thread, assistant, home, session])
        .await?;
    let sql = "DELETE FROM left_sessions WHERE home = $1 AND session = $2";
    tx.run(sql, &vals![home, session]).await?;
    Ok(())
}
