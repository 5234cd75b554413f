//! Hands queued turns to runners, and lets queued messages go. Owns when to look for work, how much runs
//! at once and who may still be answered; never knows what a turn does.

use std::{sync::Arc, time::Duration};

use switchboard_model::outcome::{Failure, OutcomeCode};
use switchboard_store::Claimed;
use tokio::{sync::Notify, time::MissedTickBehavior};

use crate::{
    Engine, Settings,
    backend::Backend,
    desk::Desk,
    queue,
    runner::{Ran, Runner},
};

/// A lost ring delays a turn by this much at most.
const LOOK: Duration = Duration::from_secs(1);

/// Runs until this process is asked to stop: claims what is due and starts a runner for each.
pub(crate) async fn run(engine: Engine, settings: Settings) {
    let caps = settings.caps();
    let soft = engine.supervisor().soft();
    let mut position = engine.bus().position();
    let ended = Arc::new(Notify::new());
    let mut look = tokio::time::interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        position.mark_unchanged();
        while engine.running().count() < settings.most && !soft.is_cancelled() {
            match engine.store().claim(engine.instance(), caps).await {
                Ok(Some(claimed)) => start(&engine, claimed, settings.stop_grace, ended.clone()),
                Ok(None) => break,
                Err(error) => {
                    tracing::warn!(%error, "cannot claim turns yet");
                    break;
                }
            }
        }
        // After what is due already. It rings for what it posts, so that is claimed next.
        if !soft.is_cancelled() {
            queue::release(&engine).await;
        }
        tokio::select! {
            () = soft.cancelled() => return,
            changed = position.changed() => if changed.is_err() { return },
            () = ended.notified() => {}
            _ = look.tick() => {}
        }
    }
}

fn start(engine: &Engine, claimed: Claimed, grace: Duration, ended: Arc<Notify>) {
    let runner = Runner {
        desk: Desk::new(engine.store().clone(), engine.secrets().clone(), &claimed),
        hard: engine.supervisor().hard(),
        grace,
    };
    let engine = engine.clone();
    // Entered before the task runs, so that the count above is right.
    let seat = engine.running().enter(claimed.turn.id);
    engine.clone().supervisor().spawn("turn", async move {
        let name = claimed.assistant.backend.clone();
        let ran = match admit(&engine, &claimed).await {
            Ok(backend) => runner.run(claimed, backend, seat).await,
            Err(failure) => {
                let ran = runner.refuse(failure).await;
                // Left before the bell below, as a runner leaves it.
                drop(seat);
                ran
            }
        };
        if ran == Ran::LetGo && !engine.supervisor().hard().is_cancelled() {
            engine.count_zombie();
        }
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

/// What runs the turn, or why nothing does. Between the question and its turn the assistant may have
/// been switched off or closed to whoever asked: no process starts on a plan that was taken back.
pub(crate) async fn admit(engine: &Engine, claimed: &Claimed) -> Result<Arc<dyn Backend>, Failure> {
    let assistant = &claimed.assistant;
    let person = claimed.turn.person;
    let asked = tokio::try_join!(
        engine.reader().person(person),
        engine.refusal(person, assistant)
    );
    match asked {
        Ok((Some(_), None)) => {}
        // What a person asked for is stopped when they are removed; this was asked in that very moment.
        Ok((None, _)) => {
            return Err(Failure::new(
                OutcomeCode::AssistantNotAllowed,
                "who asked was removed from the workspace",
            ));
        }
        Ok((Some(_), Some(failure))) => return Err(failure),
        Err(error) => {
            let failure = Failure::new(
                OutcomeCode::AssistantUnavailable,
                "the turn could not be started",
            );
            return Err(failure
                .hint("retry; if it stays, run `switchboard doctor`")
                .detail(error.to_string()));
        }
    }
    engine.registry().get(&assistant.backend).ok_or_else(|| {
        let failure = Failure::new(
            OutcomeCode::AssistantUnavailable,
            format!(
                "this Switchboard has no backend named {}",
                assistant.backend
            ),
        );
        failure.hint("run `switchboard assistants list` and remove or re-add it")
    })
}
