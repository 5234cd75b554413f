//! What people want of a turn: that it stops, or that it is tried again. Owns the checks; the runner
//! does the stopping.

use switchboard_model::{
    PersonId, TurnId,
    outcome::Failure,
    turn::{Outcome, Turn, TurnEvent, TurnState},
};

use super::{
    RetryError, StopError,
    end::{end, lock},
    insert,
    parked::leave,
};
use crate::{
    Store, StoreError,
    db::vals,
    queue,
    writer::{Floor, Kind, Tx},
};

impl Store {
    /// Wants a turn to stop. A queued one is cancelled at once; one that waits for a login waits no more.
    pub async fn request_stop(&self, turn: TurnId) -> Result<Turn, StopError> {
        self.write(Floor::Ignore, move |tx| Box::pin(stop(tx, turn)))
            .await
    }

    /// A new attempt of a failed, cancelled or abandoned turn, queued, in the name of `person`.
    pub async fn retry(&self, turn: TurnId, person: PersonId) -> Result<Turn, RetryError> {
        self.write(Floor::Respect, move |tx| Box::pin(retry(tx, turn, person)))
            .await
    }
}

async fn stop(tx: &mut Tx<'_>, id: TurnId) -> Result<Turn, StopError> {
    let mut locked = lock(tx, id).await?.ok_or(StopError::NoTurn)?;
    match locked.turn.state {
        TurnState::Queued => Ok(end(tx, locked, TurnEvent::Ended(Outcome::Cancelled), None).await?),
        TurnState::Running { .. } => {
            if !locked.turn.stop_wanted {
                tx.run("UPDATE turns SET stop_wanted = 1 WHERE id = $1", &vals![id])
                    .await?;
                tx.changed(Kind::Turn, id, Some(locked.turn.thread));
                locked.turn.stop_wanted = true;
            }
            Ok(locked.turn)
        }
        _ => {
            let was_parked = leave(tx, &mut locked).await?;
            let turn = locked.turn;
            if was_parked {
                Ok(turn)
            } else {
                Err(StopError::Ended(Box::new(turn)))
            }
        }
    }
}

/// Wants everything to stop that a person asked for, in all threads. Queued turns are cancelled at
/// once; the running ones are returned.
pub(crate) async fn stop_all_of(
    tx: &mut Tx<'_>,
    person: PersonId,
) -> Result<Vec<TurnId>, StoreError> {
    let sql = "SELECT id FROM turns WHERE person = $1 AND state IN ('queued', 'running') \
               ORDER BY thread, id";
    let mut running = Vec::new();
    for line in tx.all(sql, &vals![person]).await? {
        let id = line.id("id")?;
        match stop(tx, id).await {
            Ok(turn) if turn.state == TurnState::Cancelled => {}
            Ok(_) => running.push(id),
            // Gone or ended while we waited for it.
            Err(StopError::NoTurn | StopError::Ended(_)) => {}
            Err(StopError::Store(error)) => return Err(error),
        }
    }
    Ok(running)
}

async fn retry(tx: &mut Tx<'_>, id: TurnId, person: PersonId) -> Result<Turn, RetryError> {
    let locked = lock(tx, id).await?.ok_or(RetryError::NoTurn)?;
    let (old, Some(_)) = (locked.turn, locked.thread) else {
        return Err(RetryError::NoTurn);
    };
    let ended_badly = matches!(
        old.state,
        TurnState::Failed(_) | TurnState::Cancelled | TurnState::Abandoned(_)
    );
    if !ended_badly || !is_newest(tx, &old).await? {
        return Err(RetryError::NotRetryable);
    }
    let wish = Again::Asked {
        by: person,
        refused: None,
    };
    Ok(attempt(tx, old, wish).await?)
}

/// Why there is one attempt more.
pub(crate) enum Again<'a> {
    /// A person wants it; what is known to be refused fails at once.
    Asked {
        by: PersonId,
        refused: Option<&'a Failure>,
    },
    /// Nobody asked for it: what it waited for has come.
    ByItself,
}

/// One attempt more at what a turn that has ended did not answer.
pub(crate) async fn attempt(
    tx: &mut Tx<'_>,
    old: Turn,
    again: Again<'_>,
) -> Result<Turn, StoreError> {
    let gone = || StoreError::Corrupt(format!("turn {} has no row", old.id));
    let line = tx
        .one("SELECT seq, tries FROM turns WHERE id = $1", &vals![old.id])
        .await?
        .ok_or_else(gone)?;
    let (seq, tries) = (line.int("seq")?, line.int("tries")?);
    if old.parked_at.is_some() {
        let sql = "UPDATE turns SET parked_at = NULL WHERE id = $1";
        tx.run(sql, &vals![old.id]).await?;
        tx.changed(Kind::Turn, old.id, Some(old.thread));
    }
    let (person, refused, tries) = match again {
        Again::Asked { by, refused } => (by, refused, 0),
        Again::ByItself => (old.person, None, tries + 1),
    };
    let now = tx.now();
    let ended_at = refused.map(|_| now);
    let turn = Turn {
        id: tx.ids().make(),
        attempt: old.attempt + 1,
        person,
        state: refused
            .cloned()
            .map_or(TurnState::Queued, TurnState::Failed),
        open_questions: 0,
        stop_wanted: false,
        runs_on: None,
        // Whoever wants it once more wants it from whoever is there now.
        detached: false,
        number: None,
        queued_at: now,
        started_at: None,
        ended_at,
        parked_at: None,
        reply: None,
        ran_with: None,
        used: None,
        ..old
    };
    insert(tx, &turn, seq).await?;
    tx.run(
        "UPDATE turns SET tries = $2 WHERE id = $1",
        &vals![turn.id, tries],
    )
    .await?;
    tx.run(
        "UPDATE deliveries SET settled_at = $2 WHERE id = $1",
        &vals![turn.delivery, ended_at],
    )
    .await?;
    if turn.state.is_ended() {
        queue::turn_ended(tx, &turn).await?;
    }
    Ok(turn)
}

async fn is_newest(tx: &mut Tx<'_>, turn: &Turn) -> Result<bool, StoreError> {
    let newer = tx
        .one(
            "SELECT id FROM turns WHERE delivery = $1 AND attempt > $2",
            &vals![turn.delivery, turn.attempt],
        )
        .await?;
    Ok(newer.is_none())
}
