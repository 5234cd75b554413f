//! Turns that wait for a login: which there are, trying one again, and taking that back. Owns that each is tried again once,
//! whoever notices the login; never judges whether there is one.

use switchboard_model::{PersonId, ThreadId, TurnId, turn::Turn};

use super::{
    TURN,
    end::{Locked, lock},
    turn,
    wish::{Again, attempt},
};
use crate::{
    Reader, Store, StoreError,
    db::vals,
    writer::{Floor, Kind, Tx},
};

impl Reader {
    /// The parked turns of this backend's assistants, those that wait longest first, at most `limit`.
    pub async fn parked(&self, backend: &str, limit: usize) -> Result<Vec<Turn>, StoreError> {
        let backend = backend.to_owned();
        self.read(move |conn| {
            Box::pin(async move {
                let sql = format!(
                    "{TURN} JOIN assistants a ON a.id = t.assistant \
                     WHERE t.parked_at IS NOT NULL AND a.backend = $1 \
                     ORDER BY t.parked_at, t.seq, t.id LIMIT $2"
                );
                let most = i64::try_from(limit).unwrap_or(i64::MAX);
                let lines = conn.all(&sql, &vals![backend, most]).await?;
                lines.iter().map(turn).collect()
            })
        })
        .await
    }
}

impl Store {
    /// Tries a parked turn again, in the name of whoever asked. `None`: it is not parked any more.
    pub async fn go_on(&self, id: TurnId) -> Result<Option<Turn>, StoreError> {
        self.write(Floor::Respect, move |tx| Box::pin(go_on(tx, id)))
            .await
    }

    /// Leaves a parked turn as it ended.
    pub async fn unpark(&self, id: TurnId) -> Result<(), StoreError> {
        self.write(Floor::Ignore, move |tx| {
            Box::pin(async move {
                if let Some(mut locked) = lock(tx, id).await? {
                    leave(tx, &mut locked).await?;
                }
                Ok(())
            })
        })
        .await
    }
}

async fn go_on(tx: &mut Tx<'_>, id: TurnId) -> Result<Option<Turn>, StoreError> {
    let Some(locked) = lock(tx, id).await? else {
        return Ok(None);
    };
    if locked.thread.is_none() || locked.turn.parked_at.is_none() {
        return Ok(None);
    }
    attempt(tx, locked.turn, Again::ByItself).await.map(Some)
}

/// Leaves a locked turn as it ended. Says whether it was parked.
pub(super) async fn leave(tx: &mut Tx<'_>, locked: &mut Locked) -> Result<bool, StoreError> {
    if locked.turn.parked_at.take().is_none() {
        return Ok(false);
    }
    let sql = "UPDATE turns SET parked_at = NULL WHERE id = $1";
    tx.run(sql, &vals![locked.turn.id]).await?;
    tx.changed(Kind::Turn, locked.turn.id, Some(locked.turn.thread));
    Ok(true)
}

/// Leaves the turns as they ended that the message at this place asked for: it says something else now. The caller holds the
/// thread.
pub(crate) async fn leave_asked_at(
    tx: &mut Tx<'_>,
    thread: ThreadId,
    seq: i64,
) -> Result<(), StoreError> {
    let sql = "UPDATE turns SET parked_at = NULL WHERE thread = $1 AND seq = $2 AND parked_at IS NOT NULL RETURNING id";
    for line in tx.all(sql, &vals![thread, seq]).await? {
        tx.changed(Kind::Turn, line.text("id")?, Some(thread));
    }
    Ok(())
}

/// Leaves everything as it ended that a person asked for.
pub(crate) async fn leave_all_of(tx: &mut Tx<'_>, person: PersonId) -> Result<(), StoreError> {
    let sql =
        "SELECT id FROM turns WHERE person = $1 AND parked_at IS NOT NULL ORDER BY thread, id";
    for line in tx.all(sql, &vals![person]).await? {
        if let Some(mut locked) = lock(tx, line.id("id")?).await? {
            leave(tx, &mut locked).await?;
        }
    }
    Ok(())
}
