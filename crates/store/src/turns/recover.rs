//! After a crash: who ran what, and putting a turn back or giving it up. Owns no judgement of which is
//! right; the engine proves that the owner is dead first.

use switchboard_model::{
    TurnId,
    outcome::Failure,
    turn::{Outcome, TurnEvent, TurnState},
};

use super::{
    Orphan, TURN,
    end::{close_talk, end, end_running, lock},
    turn,
};
use crate::{
    Reader, Store, StoreError,
    db::vals,
    writer::{Floor, Kind, Tx},
};

impl Store {
    /// Puts a dead process's turn back in the queue, its items gone; one that was to stop is cancelled
    /// instead. Says whether the fence still held.
    pub async fn revert(&self, turn: TurnId, fence: i64) -> Result<bool, StoreError> {
        self.write(Floor::Ignore, move |tx| Box::pin(revert(tx, turn, fence)))
            .await
    }

    /// Ends a dead process's turn as abandoned, or as cancelled if it was to stop. Says whether the
    /// fence still held.
    pub async fn abandon(
        &self,
        turn: TurnId,
        fence: i64,
        failure: Failure,
    ) -> Result<bool, StoreError> {
        self.write(Floor::Ignore, move |tx| {
            let event = TurnEvent::Abandoned(failure.clone());
            Box::pin(async move { Ok(end_running(tx, turn, fence, event, None).await?.is_some()) })
        })
        .await
    }
}

impl Reader {
    /// All turns that are some instance's, for recovery: those that run, and detached ones that wait.
    pub async fn running(&self) -> Result<Vec<Orphan>, StoreError> {
        self.read(|conn| {
            Box::pin(async move {
                // A permission that was granted counts as an effect: nobody knows what was done with it.
                let sql = format!(
                    "SELECT t.*, CAST(CASE WHEN EXISTS \
                       (SELECT 1 FROM items i WHERE i.turn = t.id AND i.effect = 1) OR EXISTS \
                       (SELECT 1 FROM questions q WHERE q.turn = t.id AND q.state IN ('decided', 'delivered')) \
                     THEN 1 ELSE 0 END AS BIGINT) AS had_effect \
                     FROM ({TURN} WHERE t.state = 'running' \
                       OR (t.state = 'queued' AND t.detached IS NOT NULL)) t ORDER BY t.started_at, t.id"
                );
                let mut orphans = Vec::new();
                for line in conn.all(&sql, &[]).await? {
                    orphans.push(Orphan {
                        turn: turn(&line)?,
                        fence: line.int("fence")?,
                        instance: line.opt_text("instance")?.unwrap_or_default(),
                        had_effect: line.flag("had_effect")?,
                        reverts: line.int("reverts")?,
                    });
                }
                Ok(orphans)
            })
        })
        .await
    }
}

async fn revert(tx: &mut Tx<'_>, id: TurnId, fence: i64) -> Result<bool, StoreError> {
    let Some(locked) = lock(tx, id).await? else {
        return Ok(false);
    };
    match locked.turn.state {
        TurnState::Running { fence: ours, .. } if ours == fence => {}
        _ => return Ok(false),
    }
    if locked.turn.stop_wanted || locked.thread.is_none() {
        end(tx, locked, TurnEvent::Ended(Outcome::Cancelled), None).await?;
        return Ok(true);
    }
    let turn = locked.turn;
    close_talk(tx, &turn).await?;
    tx.run("DELETE FROM items WHERE turn = $1", &vals![id])
        .await?;
    let state = turn
        .state
        .apply(TurnEvent::Reverted)
        .map_err(|why| StoreError::Corrupt(format!("turn {id}: {why}")))?;
    tx.run(
        "UPDATE turns SET state = $2, started_at = NULL, instance = NULL, runs_on = NULL, \
         reverts = reverts + 1 WHERE id = $1",
        &vals![id, state.as_str()],
    )
    .await?;
    tx.changed(Kind::Turn, id, Some(turn.thread));
    tx.changed(Kind::Thread, turn.thread, Some(turn.thread));
    Ok(true)
}
