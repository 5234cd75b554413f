//! Hands queued turns to runners. Owns when to look for work and how much runs at once; never knows
//! what a turn does.

use std::{sync::Arc, time::Duration};

use switchboard_model::outcome::{Failure, OutcomeCode};
use switchboard_store::{ClaimRules, Claimed};
use tokio::{sync::Notify, time::MissedTickBehavior};

use crate::{
    Engine,
    desk::Desk,
    runner::{Ran, Runner},
};

/// A lost ring delays a turn by this much at most.
const LOOK: Duration = Duration::from_secs(1);

/// Runs until this process is asked to stop: claims what is due and starts a runner for each.
pub(crate) async fn run(engine: Engine, rules: ClaimRules, most: usize) {
    let soft = engine.supervisor().soft();
    let mut position = engine.bus().position();
    let ended = Arc::new(Notify::new());
    let mut look = tokio::time::interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        position.mark_unchanged();
        while engine.running().count() < most && !soft.is_cancelled() {
            match engine.store().claim(engine.instance(), rules).await {
                Ok(Some(claimed)) => start(&engine, claimed, ended.clone()),
                Ok(None) => break,
                Err(error) => {
                    tracing::warn!(%error, "cannot claim turns yet");
                    break;
                }
            }
        }
        tokio::select! {
            () = soft.cancelled() => return,
            changed = position.changed() => if changed.is_err() { return },
            () = ended.notified() => {}
            _ = look.tick() => {}
        }
    }
}

fn start(engine: &Engine, claimed: Claimed, ended: Arc<Notify>) {
    let runner = Runner {
        desk: Desk::new(engine.store().clone(), &claimed),
        hard: engine.supervisor().hard(),
    };
    let engine = engine.clone();
    // Entered before the task runs, so that the count above is right.
    let seat = engine.running().enter(claimed.turn.id);
    engine.clone().supervisor().spawn("turn", async move {
        let name = claimed.assistant.backend.clone();
        let ran = if let Some(backend) = engine.registry().get(&name) {
            runner.run(claimed, backend, seat).await
        } else {
            let failure = Failure::new(
                OutcomeCode::AssistantUnavailable,
                format!("this Switchboard has no backend named {name}"),
            );
            runner
                .refuse(failure.hint("run `switchboard assistants list` and remove or re-add it"))
                .await
        };
        if matches!(
            ran,
            Ran::Ended(Some(
                OutcomeCode::NotInstalled | OutcomeCode::NotSignedIn | OutcomeCode::ApiKeyLogin
            ))
        ) {
            // The next look at the assistant finds the same, or that it was put right meanwhile.
            engine.registry().forget(&name);
        }
        ended.notify_one();
    });
}
