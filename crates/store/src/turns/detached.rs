//! Detached turns: their post, their claim by the one process that they belong to, and their end as it stands in their folder.
//! Owns that nobody else claims them; never touches a folder.

use switchboard_model::{
    PersonId, ThreadId, TurnId,
    detached::{Detached, KeptIn},
    turn::{Outcome, Turn, TurnEvent, TurnState},
};

use super::{
    Claimed, Finished,
    claim::{CLAIM_LOCK, claimed, take},
    end::{end, lock},
    load_one,
};
use crate::{
    NewThread, Post, PostError, Posted, Reader, Store, StoreError,
    db::vals,
    messages,
    rows::{json, to_json},
    threads,
    writer::{Floor, Kind, Tx},
};

/// A turn that belongs to the process that asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDetached {
    /// Which: its folder is there before it is.
    pub turn: TurnId,
    /// Whose: the only instance that may claim it.
    pub instance: String,
    /// What it is asked beyond its message.
    pub detached: Detached,
}

/// A detached turn to post: its thread, its message and itself.
#[derive(Debug, Clone)]
pub struct PostDetached {
    /// The thread to open for it; `None` if it goes on in the post's.
    pub open: Option<NewThread>,
    /// Its message; the thread counts only without one to open.
    pub post: Post,
}

/// What a process finds when it wants to claim its own turn.
#[derive(Debug, Clone)]
pub enum Own {
    /// It runs it now.
    Claimed(Box<Claimed>),
    /// Another turn of the same thread and assistant runs, or came before.
    Waits,
    /// It has ended without ever running: somebody stopped it.
    Ended(Box<Turn>),
    /// It is gone, or not its own.
    Gone,
}

impl Store {
    /// Posts a detached turn, with its thread if that is new, in one transaction.
    pub async fn post_detached(&self, new: PostDetached) -> Result<Posted, PostError> {
        let text = self.stow(new.post.text.clone()).await?;
        self.write(Floor::Respect, move |tx| {
            let (new, text) = (new.clone(), text.clone());
            Box::pin(async move {
                let mut post = new.post;
                if let Some(open) = new.open {
                    post.thread = threads::open(tx, open).await?;
                }
                messages::append(tx, post, text).await
            })
        })
        .await
    }

    /// Claims a turn of this instance's own, as soon as its thread and assistant are free.
    pub async fn claim_own(&self, turn: TurnId, instance: &str) -> Result<Own, StoreError> {
        let instance = instance.to_owned();
        self.write(Floor::Ignore, move |tx| {
            Box::pin(claim_own(tx, turn, instance.clone()))
        })
        .await
    }

    /// Ends a detached turn as its folder says, whether it runs or never did. A stop that was wanted meanwhile changes nothing any
    /// more: the folder has told everybody.
    pub async fn end_detached(
        &self,
        turn: TurnId,
        event: TurnEvent,
    ) -> Result<Finished, StoreError> {
        let reply = match &event {
            TurnEvent::Ended(Outcome::Replied { text }) => Some(self.stow(text.clone()).await?),
            _ => None,
        };
        self.write(Floor::Ignore, move |tx| {
            let (event, reply) = (event.clone(), reply.clone());
            Box::pin(async move {
                match lock(tx, turn).await? {
                    Some(locked) if !locked.turn.state.is_ended() && locked.turn.detached => {
                        let (event, reply) = match (&locked.thread, &locked.turn.state) {
                            // It was deleted, or an answer came to what never ran.
                            (None, _) | (_, TurnState::Queued) if reply.is_some() => {
                                (TurnEvent::Ended(Outcome::Cancelled), None)
                            }
                            _ => (event, reply),
                        };
                        let ended = end(tx, locked, event, reply).await?;
                        Ok(Finished::Stored(Box::new(ended)))
                    }
                    _ => Ok(Finished::Zombie),
                }
            })
        })
        .await
    }
}

/// A session of a backend's that a detached turn goes on in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Which backend's.
    pub backend: String,
    /// Which one.
    pub session: KeptIn,
}

/// How many are looked at; of those that wait behind others more is seen later.
const WANTED: i64 = 256;

impl Reader {
    /// The sessions that detached turns of other processes than this one go on in, now or as soon as they run.
    pub async fn wanted_sessions(&self, instance: &str) -> Result<Vec<Wanted>, StoreError> {
        let instance = instance.to_owned();
        self.read(move |conn| {
            Box::pin(async move {
                let sql = "SELECT a.backend, t.detached FROM turns t JOIN assistants a ON a.id = t.assistant \
                           WHERE t.detached IS NOT NULL AND t.state IN ('queued', 'running') AND t.instance <> $1 \
                           ORDER BY t.queued_at, t.id LIMIT $2";
                let mut wanted: Vec<Wanted> = Vec::new();
                for line in conn.all(sql, &vals![instance, WANTED]).await? {
                    let asked: Detached = json("detached", &line.text("detached")?)?;
                    if let Some(session) = asked.session {
                        let backend = line.text("backend")?;
                        wanted.push(Wanted { backend, session });
                    }
                }
                Ok(wanted)
            })
        })
        .await
    }

    /// The thread in which a person goes on with a session of a backend's, with the home that the session lives in.
    pub async fn thread_of_session(
        &self,
        person: PersonId,
        session: String,
    ) -> Result<Option<(ThreadId, String)>, StoreError> {
        self.read(move |conn| {
            Box::pin(async move {
                let sql = "SELECT b.thread, b.home FROM backend_sessions b \
                           JOIN threads t ON t.id = b.thread AND t.deleted_at IS NULL \
                           WHERE b.session = $1 AND t.created_by = $2 ORDER BY b.bound_at DESC LIMIT 1";
                let line = conn.one(sql, &vals![session, person]).await?;
                line.map(|line| Ok((line.id("thread")?, line.text("home")?)))
                    .transpose()
            })
        })
        .await
    }
}

/// Writes down whose a new turn is, and what it is asked.
pub(super) async fn give(tx: &mut Tx<'_>, own: &NewDetached) -> Result<(), StoreError> {
    let sql = "UPDATE turns SET detached = $2, instance = $3 WHERE id = $1";
    let row = vals![own.turn, to_json(&own.detached)?, &own.instance];
    tx.run(sql, &row).await?;
    Ok(())
}

/// What a turn is asked beyond its message.
pub(super) async fn asked(tx: &mut Tx<'_>, turn: &Turn) -> Result<Option<Detached>, StoreError> {
    if !turn.detached {
        return Ok(None);
    }
    let sql = "SELECT detached FROM turns WHERE id = $1";
    let line = tx.one(sql, &vals![turn.id]).await?;
    let text = line.map_or(Ok(None), |line| line.opt_text("detached"))?;
    text.map(|text| json("detached", &text)).transpose()
}

/// Whether a turn is next in its thread: nothing runs there, and no other process's turn came before. One that waits for a
/// server is not waited for, as there may be none.
const FREE: &str = "SELECT t.id FROM turns t WHERE t.id = $1 AND NOT EXISTS \
     (SELECT 1 FROM turns o WHERE o.thread = t.thread AND o.assistant = t.assistant AND (o.state = 'running' \
      OR (o.state = 'queued' AND o.detached IS NOT NULL AND (o.queued_at, o.seq, o.id) < (t.queued_at, t.seq, t.id))))";

async fn claim_own(tx: &mut Tx<'_>, id: TurnId, instance: String) -> Result<Own, StoreError> {
    if tx.conn.is_postgres() {
        tx.run("SELECT pg_advisory_xact_lock($1)", &vals![CLAIM_LOCK])
            .await?;
    }
    let sql = "SELECT id FROM turns WHERE id = $1 AND instance = $2";
    let ours = tx.one(sql, &vals![id, &instance]).await?;
    let Some(turn) = load_one(&mut tx.conn, id).await?.filter(|_| ours.is_some()) else {
        return Ok(Own::Gone);
    };
    if turn.state != TurnState::Queued {
        return Ok(Own::Ended(Box::new(turn)));
    }
    if tx.one(FREE, &vals![id]).await?.is_none() {
        return Ok(Own::Waits);
    }
    let (fence, reverts) = take(tx, id, &instance).await?;
    let claimed = claimed(tx, id, fence, reverts).await?;
    let thread = Some(claimed.turn.thread);
    tx.changed(Kind::Turn, id, thread);
    tx.changed(Kind::Thread, claimed.turn.thread, thread);
    Ok(Own::Claimed(Box::new(claimed)))
}
