//! The backends' own sessions: which conversation of theirs a thread goes on in. Owns what is still new to a session;
//! never knows what one is.

use switchboard_model::{AssistantId, Millis, ThreadId};

use crate::{Reader, Store, StoreError, db::vals, writer::Floor};

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

    /// The sessions of a thread, each with the backend of its assistant.
    pub async fn sessions_in(
        &self,
        thread: ThreadId,
    ) -> Result<Vec<(String, String, String)>, StoreError> {
        self.read(move |conn| {
            Box::pin(async move {
                let sql = "SELECT a.backend, b.home, b.session FROM backend_sessions b \
                           JOIN assistants a ON a.id = b.assistant WHERE b.thread = $1 ORDER BY b.session";
                let lines = conn.all(sql, &vals![thread]).await?;
                lines
                    .iter()
                    .map(|line| {
                        Ok((
                            line.text("backend")?,
                            line.text("home")?,
                            line.text("session")?,
                        ))
                    })
                    .collect()
            })
        })
        .await
    }
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
                let sql = "DELETE FROM backend_sessions WHERE thread = $1 AND assistant = $2";
                tx.run(sql, &vals![thread, assistant]).await?;
                Ok(())
            })
        })
        .await
    }
}
