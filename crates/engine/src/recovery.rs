//! After a crash: finds turns whose process is provably dead and settles them. Owns the rule of what
//! may be repeated: only what cannot have had an effect, and only once.

use std::{path::PathBuf, time::Duration};

use switchboard_model::outcome::{Failure, OutcomeCode};
use switchboard_store::{Orphan, StoreError};

use crate::{
    Engine,
    instance::{self, Life},
};

/// How often to look. Another process on the same files may die at any time.
const LOOK: Duration = Duration::from_secs(2);

/// How often a turn is put back. A turn that kills its process twice is not innocent.
const REVERTS: i64 = 1;

/// Looks for orphans now and then, until this process is asked to stop.
pub(crate) async fn run(engine: Engine, run_folder: PathBuf) {
    let soft = engine.supervisor().soft();
    loop {
        if let Err(error) = once(&engine, &run_folder).await {
            tracing::warn!(%error, "cannot look for turns of dead processes yet");
        }
        tokio::select! {
            () = soft.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// Settles every turn of a provably dead process, never "all running turns".
pub(crate) async fn once(engine: &Engine, run_folder: &std::path::Path) -> Result<(), StoreError> {
    let running = engine.reader().running().await?;
    let mut needed = Vec::new();
    for orphan in running {
        if orphan.instance != engine.instance()
            && instance::life(run_folder, &orphan.instance) == Life::Dead
        {
            settle(engine, &orphan).await?;
        } else {
            needed.push(orphan.instance);
        }
    }
    instance::sweep(run_folder, &needed);
    Ok(())
}

async fn settle(engine: &Engine, orphan: &Orphan) -> Result<(), StoreError> {
    let id = orphan.turn.id;
    if orphan.turn.stop_wanted {
        let outcome = switchboard_model::turn::Outcome::Cancelled;
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
