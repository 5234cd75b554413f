//! After a crash: finds turns whose process is provably dead and settles them. Owns the rule of what
//! may be repeated: only what cannot have had an effect, and only once.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    time::Duration,
};

use switchboard_model::{
    TurnId,
    outcome::{Failure, OutcomeCode},
    turn::Outcome,
};
use switchboard_store::{Orphan, StoreError};

use crate::{Engine, instance};

/// How often to look. Another process on the same files may die at any time.
const LOOK: Duration = Duration::from_secs(2);

/// How often a turn is put back. A turn that kills its process twice is not innocent.
const REVERTS: i64 = 1;

/// Claims of this process that had no runner when they were last looked at, each with its fence.
type Unattended = HashSet<(TurnId, i64)>;

/// Looks for orphans now and then, until this process is asked to stop.
pub(crate) async fn run(engine: Engine, run_folder: PathBuf) {
    let soft = engine.supervisor().soft();
    let mut unattended = Unattended::new();
    loop {
        if let Err(error) = once(&engine, &run_folder, &mut unattended).await {
            tracing::warn!(%error, "cannot look for turns of dead processes yet");
        }
        tokio::select! {
            () = soft.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// Settles every turn of a provably dead process, never "all running turns".
async fn once(
    engine: &Engine,
    run_folder: &Path,
    unattended: &mut Unattended,
) -> Result<(), StoreError> {
    // Who is dead comes before what runs: the dead claim nothing more, so once the turns seen
    // after this are settled nothing of theirs is left, and their lock files may go.
    let mut dead = instance::dead(run_folder);
    let mut alone = Unattended::new();
    for orphan in engine.reader().running().await? {
        let claim = (orphan.turn.id, orphan.fence);
        let lost = if orphan.instance == engine.instance() {
            // The answer to our claim was lost, or its runner fell over. A claim is durable a moment
            // before its runner is there, so only the second look counts.
            !engine.running().has(orphan.turn.id) && {
                alone.insert(claim);
                unattended.contains(&claim)
            }
        } else {
            // In a restored copy a turn is nobody's.
            orphan.instance.is_empty() || dead.contains(&orphan.instance)
        };
        if lost && let Err(error) = settle(engine, &orphan).await {
            tracing::warn!(turn.id = %orphan.turn.id, %error, "cannot settle a turn whose process died yet");
            dead.retain(|id| *id != orphan.instance);
        }
    }
    *unattended = alone;
    for id in &dead {
        instance::forget(run_folder, id);
    }
    Ok(())
}

async fn settle(engine: &Engine, orphan: &Orphan) -> Result<(), StoreError> {
    let id = orphan.turn.id;
    if orphan.turn.stop_wanted {
        let outcome = Outcome::Cancelled;
        engine.store().finish(id, orphan.fence, outcome).await?;
    } else if may_repeat(orphan) {
        tracing::info!(turn.id = %id, "put back a turn whose process died");
        engine.store().revert(id, orphan.fence).await?;
    } else {
        tracing::info!(turn.id = %id, "abandoned a turn whose process died");
        let failure = Failure::new(
            OutcomeCode::Abandoned,
            "Switchboard stopped while this turn ran",
        );
        engine.store().abandon(id, orphan.fence, failure).await?;
    }
    Ok(())
}

fn may_repeat(orphan: &Orphan) -> bool {
    !orphan.had_effect && orphan.reverts < REVERTS
}
