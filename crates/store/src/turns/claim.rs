//! Claiming: which queued turn is next, and what its runner keeps about it. Owns fairness and the new
//! fence; never decides how a turn is run.

use switchboard_model::{
    TurnId,
    outcome::{Failure, OutcomeCode},
    room::Caps,
    settings::RanWith,
    turn::{Outcome, TurnEvent},
    usage::Usage,
};

use super::{Claimed, detached, end::end_running, hold, load_one, room};
use crate::{
    Store, StoreError, assistants,
    db::vals,
    messages,
    rows::to_json,
    sessions, threads,
    writer::{Floor, Kind, Tx},
};

impl Store {
    /// Takes the next queued turn: its thread and assistant are free, its login and person below
    /// their caps; people with fewer running turns first, then the oldest.
    pub async fn claim(&self, instance: &str, caps: Caps) -> Result<Option<Claimed>, StoreError> {
        let instance = instance.to_owned();
        self.write(Floor::Ignore, move |tx| {
            Box::pin(claim(tx, instance.clone(), caps))
        })
        .await
    }

    /// Says whose plan a claimed turn runs on.
    pub async fn set_runs_on(
        &self,
        turn: TurnId,
        fence: i64,
        runs_on: String,
    ) -> Result<bool, StoreError> {
        self.write(Floor::Ignore, move |tx| {
            let runs_on = runs_on.clone();
            Box::pin(async move {
                let Some(held) = hold(tx, turn, fence).await? else {
                    return Ok(false);
                };
                tx.run(
                    "UPDATE turns SET runs_on = $2 WHERE id = $1",
                    &vals![turn, runs_on],
                )
                .await?;
                tx.changed(Kind::Turn, turn, Some(held.thread));
                Ok(true)
            })
        })
        .await
    }

    /// Says what a claimed turn runs with and has used so far; `None` leaves what is there. Says whether the
    /// fence still holds.
    pub async fn set_facts(
        &self,
        turn: TurnId,
        fence: i64,
        ran_with: Option<RanWith>,
        used: Option<Usage>,
    ) -> Result<bool, StoreError> {
        self.write(Floor::Ignore, move |tx| {
            let ran_with = ran_with.clone();
            Box::pin(async move {
                let Some(held) = hold(tx, turn, fence).await? else {
                    return Ok(false);
                };
                tx.run(
                    "UPDATE turns SET ran_with = COALESCE($2, ran_with), used = COALESCE($3, used) \
                     WHERE id = $1",
                    &vals![
                        turn,
                        ran_with.as_ref().map(to_json).transpose()?,
                        used.as_ref().map(to_json).transpose()?
                    ],
                )
                .await?;
                tx.changed(Kind::Turn, turn, Some(held.thread));
                Ok(true)
            })
        })
        .await
    }

    /// Keeps the backend's own session for (thread, assistant, account, home) before its first
    /// request. Says whether the fence still holds.
    pub async fn bind_session(
        &self,
        turn: TurnId,
        fence: i64,
        home: String,
        session: String,
    ) -> Result<bool, StoreError> {
        self.write(Floor::Ignore, move |tx| {
            Box::pin(bind(tx, turn, fence, home.clone(), session.clone()))
        })
        .await
    }
}

/// Any number, the same for every claim of every node.
pub(super) const CLAIM_LOCK: i64 = 0x0c1a_1700;

async fn claim(
    tx: &mut Tx<'_>,
    instance: String,
    caps: Caps,
) -> Result<Option<Claimed>, StoreError> {
    let mut next = room::NEXT.clone();
    if tx.conn.is_postgres() {
        // The caps count other claims, so claims go one after the other; a turn that is being
        // stopped right now is not waited for.
        tx.run("SELECT pg_advisory_xact_lock($1)", &vals![CLAIM_LOCK])
            .await?;
        next.push_str(" FOR NO KEY UPDATE OF t SKIP LOCKED");
    }
    let [login, person] = caps.open();
    let caps = vals![
        i64::from(caps.per_login),
        i64::from(caps.per_person),
        login,
        person
    ];
    while let Some(line) = tx.one(&next, &caps).await? {
        let id: TurnId = line.id("id")?;
        let (fence, reverts) = take(tx, id, &instance).await?;
        match claimed(tx, id, fence, reverts).await {
            Ok(claimed) => {
                let thread = Some(claimed.turn.thread);
                tx.changed(Kind::Turn, id, thread);
                tx.changed(Kind::Thread, claimed.turn.thread, thread);
                return Ok(Some(claimed));
            }
            // Whatever is wrong with this one, those behind it are not to wait for it.
            Err(StoreError::Corrupt(why)) => {
                let failure = Failure::new(
                    OutcomeCode::AssistantUnavailable,
                    "what the turn was asked cannot be read",
                )
                .hint("post the message again; run `switchboard doctor` to look at the database")
                .detail(why);
                let event = TurnEvent::Ended(Outcome::Failed(failure));
                end_running(tx, id, fence, event, None).await?;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// Makes a queued turn this instance's; its new fence, and how often it was put back.
pub(super) async fn take(
    tx: &mut Tx<'_>,
    id: TurnId,
    instance: &str,
) -> Result<(i64, i64), StoreError> {
    let now = tx.now();
    let line = tx
        .one(
            "UPDATE turns SET state = 'running', fence = fence + 1, started_at = $2, instance = $3 \
             WHERE id = $1 RETURNING fence, reverts",
            &vals![id, now, instance],
        )
        .await?;
    let line = line.ok_or_else(|| StoreError::Corrupt(format!("turn {id} has no row")))?;
    Ok((line.int("fence")?, line.int("reverts")?))
}

/// All that the runner of a turn is given.
pub(super) async fn claimed(
    tx: &mut Tx<'_>,
    id: TurnId,
    fence: i64,
    reverts: i64,
) -> Result<Claimed, StoreError> {
    let gone = |what: &str| StoreError::Corrupt(format!("turn {id} has no {what}"));
    let turn = load_one(&mut tx.conn, id)
        .await?
        .ok_or_else(|| gone("row"))?;
    let assistant = assistants::load_one(&mut tx.conn, turn.assistant).await?;
    let message = messages::load_one(&mut tx.conn, turn.message).await?;
    let thread = threads::load_rows(&mut tx.conn, &[turn.thread.to_string()]).await?;
    let detached = detached::asked(tx, &turn).await?;
    Ok(Claimed {
        fence,
        reverts,
        detached,
        assistant: assistant.ok_or_else(|| gone("assistant"))?,
        message: message.ok_or_else(|| gone("message"))?,
        thread: thread
            .into_iter()
            .next()
            .ok_or_else(|| gone("thread"))?
            .thread,
        turn,
    })
}

async fn bind(
    tx: &mut Tx<'_>,
    turn: TurnId,
    fence: i64,
    home: String,
    session: String,
) -> Result<bool, StoreError> {
    let Some(held) = hold(tx, turn, fence).await? else {
        return Ok(false);
    };
    let now = tx.now();
    sessions::leave(tx, (held.thread, held.assistant), (&home, &session)).await?;
    // A new session's record has no title yet, and one of an archived thread is taken out of the archive for its turn.
    tx.run(
        "INSERT INTO backend_sessions (thread, assistant, account, home, session, turn, bound_at, due_at) \
         SELECT $1, a.id, a.owner, $3, $4, $5, $6, $6 FROM assistants a WHERE a.id = $2 \
         ON CONFLICT (thread, assistant, account, home) \
         DO UPDATE SET session = excluded.session, bound_at = excluded.bound_at, \
         due_at = CASE WHEN backend_sessions.session = excluded.session AND EXISTS \
                       (SELECT 1 FROM threads t WHERE t.id = $1 AND t.archived_at IS NULL) \
                  THEN backend_sessions.due_at ELSE excluded.due_at END, \
         turn = CASE WHEN backend_sessions.session = excluded.session THEN backend_sessions.turn \
                ELSE excluded.turn END",
        &vals![held.thread, held.assistant, home, session, turn, now],
    )
    .await?;
    Ok(true)
}
