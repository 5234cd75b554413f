//! After a crash: finds turns whose process is provably dead and settles them. Owns the rule of what may be repeated:
//! only what cannot have had an effect, and only once. Where a backend keeps a record of its own, it is asked first, and
//! nobody else waits for its answer.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use switchboard_model::{
    TurnId,
    outcome::{Failure, OutcomeCode},
    settings::Permission,
    turn::{Outcome, TurnEvent},
};
use switchboard_store::{Finished, Orphan, StoreError};
use tokio::{sync::Semaphore, time::timeout};

use crate::{
    Engine, Places,
    backend::{
        Backend, BackendError, Capability, Operation, Performed, Recovered, SessionRef, TurnEnd,
    },
    folder::Turns,
    instance,
    runner::outcome_of,
};

/// How often to look. Another process on the same files may die at any time.
const LOOK: Duration = Duration::from_secs(2);

/// How often a turn is put back. A turn that kills its process twice is not innocent.
const REVERTS: i64 = 1;

/// How long a backend may take to say what became of a turn. It may have to start its program for it.
const ANSWER: Duration = Duration::from_secs(40);

/// How many turns are asked about at the same time.
const AT_ONCE: usize = 4;

/// A turn under the fence that its process held.
type Claim = (TurnId, i64);

/// Looks for orphans now and then, until this process is asked to stop.
pub(crate) async fn run(engine: Engine, places: Places) {
    let soft = engine.supervisor().soft();
    let mut recovery = Recovery {
        engine,
        places,
        unattended: HashSet::new(),
        asked: Asked::default(),
        room: Arc::new(Semaphore::new(AT_ONCE)),
    };
    loop {
        if let Err(error) = recovery.once().await {
            tracing::warn!(%error, "cannot look for turns of dead processes yet");
        }
        tokio::select! {
            () = soft.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

struct Recovery {
    engine: Engine,
    places: Places,
    /// Claims of this process that had no runner when they were last looked at.
    unattended: HashSet<Claim>,
    /// Claims whose backend is being asked; they are not settled yet.
    asked: Asked,
    room: Arc<Semaphore>,
}

#[derive(Clone, Default)]
struct Asked(Arc<Mutex<HashSet<Claim>>>);

/// Whether a turn is settled.
#[derive(PartialEq)]
enum Settled {
    Now,
    /// Its backend is asked.
    Later,
}

impl Recovery {
    /// Settles every turn of a provably dead process, never "all running turns".
    async fn once(&mut self) -> Result<(), StoreError> {
        // Who is dead comes before what runs: the dead claim nothing more, so once the turns seen
        // after this are settled nothing of theirs is left, and their lock files may go.
        let engine = self.engine.clone();
        let dead = instance::dead(&self.places.run);
        if !dead.is_empty() {
            // Nothing more but what they had asked the database for, which may still be doing it.
            engine.store().commits_of_the_dead().await?;
        }
        let (mut alone, mut unsettled) = (HashSet::new(), HashSet::new());
        for orphan in engine.reader().running().await? {
            let claim = (orphan.turn.id, orphan.fence);
            let lost = if orphan.instance == engine.instance() && orphan.turn.detached {
                // Its process waits for it, runs it, and is this one.
                false
            } else if orphan.instance == engine.instance() {
                // The answer to our claim was lost, or its runner fell over. A claim is durable a moment
                // before its runner is there, so only the second look counts.
                !engine.running().has(orphan.turn.id) && {
                    alone.insert(claim);
                    self.unattended.contains(&claim)
                }
            } else {
                // In a restored copy a turn is nobody's.
                orphan.instance.is_empty() || dead.contains(&orphan.instance)
            };
            if !lost {
                continue;
            }
            match self.settle(&orphan).await {
                Ok(Settled::Now) => {}
                Ok(Settled::Later) => {
                    unsettled.insert(orphan.instance);
                }
                Err(error) => {
                    tracing::warn!(turn.id = %orphan.turn.id, %error, "cannot settle a turn whose process died yet");
                    unsettled.insert(orphan.instance);
                }
            }
        }
        self.unattended = alone;
        for id in dead.iter().filter(|id| !unsettled.contains(*id)) {
            instance::forget(&self.places.run, id);
        }
        Ok(())
    }

    async fn settle(&self, orphan: &Orphan) -> Result<Settled, StoreError> {
        let claim = (orphan.turn.id, orphan.fence);
        if orphan.turn.detached {
            settle_detached(&self.engine, orphan.turn.id, &self.places.turns).await?;
            return Ok(Settled::Now);
        }
        if orphan.turn.stop_wanted {
            let outcome = Outcome::Cancelled;
            self.engine
                .store()
                .finish(claim.0, claim.1, outcome)
                .await?;
            return Ok(Settled::Now);
        }
        if self.asked.has(claim) {
            return Ok(Settled::Later);
        }
        let Some(witness) = Witness::of(&self.engine, orphan).await? else {
            settle_as(&self.engine, orphan, by_rows(orphan)).await?;
            return Ok(Settled::Now);
        };
        self.ask(orphan.clone(), witness);
        Ok(Settled::Later)
    }

    /// Has a turn settled by what its backend says of it. What cannot be settled now is seen again in the next look.
    fn ask(&self, orphan: Orphan, witness: Witness) {
        let (engine, room) = (self.engine.clone(), self.room.clone());
        let entry = self.asked.enter((orphan.turn.id, orphan.fence));
        let soft = engine.supervisor().soft();
        self.engine.supervisor().spawn("recover", async move {
            let _entry = entry;
            let said = async {
                let _place = room.acquire().await;
                timeout(ANSWER, witness.says(orphan.turn.id)).await
            };
            let said = tokio::select! {
                () = soft.cancelled() => return,
                said = said => said,
            };
            let what = match said {
                Ok(said) => verdict(&orphan, said, &witness.handle),
                Err(_) => Verdict::GiveUp,
            };
            if let Err(error) = settle_as(&engine, &orphan, what).await {
                tracing::warn!(turn.id = %orphan.turn.id, %error, "cannot settle a turn whose process died yet");
            }
        });
    }
}

/// Ends a detached turn whose process is dead as its folder says: with its end, if that stands there, else as abandoned. It is never
/// repeated by itself, as whoever started it has been told so. Says whether it was open.
pub(crate) async fn settle_detached(
    engine: &Engine,
    turn: TurnId,
    turns: &Turns,
) -> Result<bool, StoreError> {
    let ended = turns.of(turn).look().result;
    let event = match ended.and_then(|ending| ending.outcome()) {
        Some(outcome) => TurnEvent::Ended(outcome),
        None => TurnEvent::Abandoned(Failure::new(
            OutcomeCode::Abandoned,
            "the process of this turn died while it ran",
        )),
    };
    let ended = engine.store().end_detached(turn, event).await?;
    Ok(matches!(ended, Finished::Stored(_)))
}

/// A backend that keeps a record of its own of a turn, and the session in which to look.
struct Witness {
    backend: Arc<dyn Backend>,
    session: SessionRef,
    /// Who answers.
    handle: String,
}

impl Witness {
    async fn of(engine: &Engine, orphan: &Orphan) -> Result<Option<Self>, StoreError> {
        let turn = &orphan.turn;
        let bound = engine.reader().bound_session(turn.thread, turn.assistant);
        let Some((home, session)) = bound.await? else {
            return Ok(None);
        };
        let Some(assistant) = engine.reader().assistant(turn.assistant).await? else {
            return Ok(None);
        };
        let backend = engine.registry().get(&assistant.backend);
        let keeps = |backend: &Arc<dyn Backend>| backend.spec().has(Capability::Resumes);
        Ok(backend.filter(keeps).map(|backend| Self {
            backend,
            session: SessionRef { home, session },
            handle: assistant.handle,
        }))
    }

    async fn says(&self, turn: TurnId) -> Result<Performed, BackendError> {
        let session = self.session.clone();
        self.backend
            .perform(Operation::Recover { session, turn })
            .await
    }
}

/// What is to become of a turn.
#[derive(Debug, PartialEq)]
enum Verdict {
    /// It ended with this before its process died.
    End(Outcome),
    /// It is run again.
    PutBack,
    /// A person decides whether it is repeated.
    GiveUp,
}

/// By what the backend says. Who cannot be asked at all leaves it to the rows.
fn verdict(orphan: &Orphan, said: Result<Performed, BackendError>, handle: &str) -> Verdict {
    match said {
        Ok(Performed::Recovered(Recovered::Finished(reply))) => {
            let ended = Some(Ok(TurnEnd::Finished(reply)));
            Verdict::End(outcome_of(ended, handle))
        }
        // Where more than reading was allowed, a command may have begun that no record tells of yet.
        Ok(Performed::Recovered(Recovered::OnlySaid)) if !only_read(orphan) => Verdict::GiveUp,
        Ok(Performed::Recovered(Recovered::NothingDone | Recovered::OnlySaid))
        | Err(BackendError::LoginRequired(_) | BackendError::Unsupported) => by_rows(orphan),
        Ok(_) => Verdict::GiveUp,
        Err(error) => {
            tracing::info!(turn.id = %orphan.turn.id, %error, "nobody can tell what became of a turn");
            Verdict::GiveUp
        }
    }
}

fn by_rows(orphan: &Orphan) -> Verdict {
    if !orphan.had_effect && orphan.reverts < REVERTS {
        Verdict::PutBack
    } else {
        Verdict::GiveUp
    }
}

fn only_read(orphan: &Orphan) -> bool {
    let ran_with = orphan.turn.ran_with.as_ref();
    ran_with.is_some_and(|ran_with| ran_with.permission == Permission::ReadOnly)
}

async fn settle_as(engine: &Engine, orphan: &Orphan, what: Verdict) -> Result<(), StoreError> {
    let (id, store) = (orphan.turn.id, engine.store());
    match what {
        Verdict::End(outcome) => {
            tracing::info!(turn.id = %id, "adopted the end of a turn whose process died");
            store.finish(id, orphan.fence, outcome).await?;
        }
        Verdict::PutBack => {
            tracing::info!(turn.id = %id, "put back a turn whose process died");
            store.revert(id, orphan.fence).await?;
        }
        Verdict::GiveUp => {
            tracing::info!(turn.id = %id, "abandoned a turn whose process died");
            let failure = Failure::new(
                OutcomeCode::Abandoned,
                "Switchboard stopped while this turn ran",
            );
            store.abandon(id, orphan.fence, failure).await?;
        }
    }
    Ok(())
}

impl Asked {
    fn has(&self, claim: Claim) -> bool {
        self.lock().contains(&claim)
    }

    /// Holds a claim until the entry is dropped.
    fn enter(&self, claim: Claim) -> Entry {
        self.lock().insert(claim);
        Entry(self.clone(), claim)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashSet<Claim>> {
        // Held for a lookup only; a panic cannot leave it half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Entry(Asked, Claim);

impl Drop for Entry {
    fn drop(&mut self) {
        self.0.lock().remove(&self.1);
    }
}
