//! Room: which queued turns are next in their threads, and how much was begun for those who asked and on the logins they
//! would run on. Owns that SQL, for whoever claims and for whoever says why a turn waits; never decides what is too much.

use std::sync::LazyLock;

use switchboard_model::{ThreadId, TurnId, room::Begun};

use crate::{Reader, StoreError, db::vals};

/// More of them are told nothing of.
const MOST: i64 = 1_000;

/// What was begun, whose it is, and whether it waits for an answer. A login is an owner and a backend.
const BEGUN: &str = "WITH begun AS (SELECT r.person, r.instance, b.owner, b.backend, \
       (SELECT MIN(1) FROM questions q WHERE q.turn = r.id AND q.state = 'asked') AS waits \
       FROM turns r JOIN assistants b ON b.id = r.assistant WHERE r.state = 'running' AND r.detached IS NULL)";

/// Queued turns whose thread and assistant are free, beside what was begun. Those of a command line have processes of
/// their own, and their own room.
const QUEUED: &str = "FROM turns t JOIN assistants a ON a.id = t.assistant \
     LEFT JOIN (SELECT person, COUNT(*) AS held, COUNT(*) - COUNT(waits) AS works FROM begun \
                GROUP BY person) p ON p.person = t.person \
     LEFT JOIN (SELECT owner, backend, COUNT(*) AS held, COUNT(*) - COUNT(waits) AS works FROM begun \
                GROUP BY owner, backend) l ON l.owner = a.owner AND l.backend = a.backend \
     WHERE t.state = 'queued' AND t.detached IS NULL \
       AND NOT EXISTS (SELECT 1 FROM turns o WHERE o.thread = t.thread AND o.assistant = t.assistant \
                       AND o.state = 'running')";

/// The one that is to begin now: people with fewer turns at work first, then the oldest. Wants, in this order, how many may
/// be at work on a login and for a person, and how many may be open.
pub(super) static NEXT: LazyLock<String> = LazyLock::new(|| {
    format!(
        "{BEGUN} SELECT t.id {QUEUED} AND COALESCE(l.works, 0) < $1 AND COALESCE(p.works, 0) < $2 \
         AND COALESCE(l.held, 0) < $3 AND COALESCE(p.held, 0) < $4 \
         ORDER BY COALESCE(p.works, 0), t.queued_at, t.seq, t.id LIMIT 1"
    )
});

static IN_LINE: LazyLock<String> = LazyLock::new(|| {
    format!(
        "{BEGUN} SELECT t.id, t.thread, COALESCE(p.held, 0) AS person_open, COALESCE(p.works, 0) AS person_works, \
         COALESCE(l.held, 0) AS login_open, COALESCE(l.works, 0) AS login_works, \
         (SELECT COUNT(*) FROM begun h WHERE h.instance = $1) AS here \
         {QUEUED} AND NOT EXISTS (SELECT 1 FROM turns e WHERE e.thread = t.thread AND e.assistant = t.assistant \
             AND e.state = 'queued' AND (e.queued_at, e.seq, e.id) < (t.queued_at, t.seq, t.id)) \
         ORDER BY t.queued_at, t.seq, t.id LIMIT $2"
    )
});

/// A turn that nothing of its own thread keeps from beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InLine {
    /// Which.
    pub turn: TurnId,
    /// Where.
    pub thread: ThreadId,
    /// What was begun for whoever asked.
    pub person: Begun,
    /// What was begun on the login it would run on.
    pub login: Begun,
    /// How many turns the instance that was asked for has begun.
    pub here: i64,
}

impl Reader {
    /// The turns that are next in their threads, the oldest first, with what was begun beside them, by this instance too.
    pub async fn in_line(&self, instance: &str) -> Result<Vec<InLine>, StoreError> {
        let instance = instance.to_owned();
        self.read(move |conn| {
            Box::pin(async move {
                let lines = conn.all(&IN_LINE, &vals![instance, MOST]).await?;
                let begun = |line: &crate::db::Line, whose: &str| {
                    Ok::<_, StoreError>(Begun {
                        open: line.int(&format!("{whose}_open"))?,
                        at_work: line.int(&format!("{whose}_works"))?,
                    })
                };
                lines
                    .iter()
                    .map(|line| {
                        Ok(InLine {
                            turn: line.id("id")?,
                            thread: line.id("thread")?,
                            person: begun(line, "person")?,
                            login: begun(line, "login")?,
                            here: line.int("here")?,
                        })
                    })
                    .collect()
            })
        })
        .await
    }
}
