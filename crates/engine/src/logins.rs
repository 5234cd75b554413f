//! Watches the logins of backends: notices that somebody signed in or out, whatever way they went, asks the account for its
//! models, and lets the turns go on that waited for it. Owns when that is looked at; what is found is the registry's, and which
//! turn waits is `model::parked`'s.

use std::{
    collections::HashMap,
    time::{Duration, UNIX_EPOCH},
};

use switchboard_model::{
    Millis,
    parked::{Next, next},
    turn::Turn,
};
use switchboard_store::StoreError;
use tokio::time::MissedTickBehavior;

use crate::{
    Engine,
    backend::{Capability, Probe, Spec},
    chat::ChatError,
};

/// How often to look. Where nothing changed, that is a look at the time of a file.
const LOOK: Duration = Duration::from_secs(1);

/// How many turns of a backend are let go in one look; what is left is seen in the next.
const AT_ONCE: usize = 32;

/// File systems tell the time more coarsely than clocks do.
const COARSE: Duration = Duration::from_millis(20);

/// Runs until this process is asked to stop.
pub(crate) async fn run(engine: Engine) {
    let soft = engine.supervisor().soft();
    let mut news = engine.registry().news().listen();
    let mut look = tokio::time::interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut seen: HashMap<String, Seen> = HashMap::new();
    loop {
        tokio::select! {
            () = soft.cancelled() => return,
            _ = look.tick() => {}
            rung = news.changed() => if rung.is_err() { return },
        }
        for spec in engine.registry().specs() {
            let probe = engine.registry().probe(&spec.name).await;
            let before = seen.get(&spec.name);
            let now = Seen::after(before, probe, engine.now());
            if now.login_at.is_some() && before.and_then(|before| before.login_at) != now.login_at {
                ask_for_models(&engine, &spec);
            }
            if let Err(error) = let_go(&engine, &spec.name, now.login_at).await {
                tracing::warn!(%error, "cannot look at the turns that wait for a login yet");
            }
            seen.insert(spec.name, now);
        }
    }
}

/// Asks the account that is signed in now which models it has, in the background: a list takes its time, and those who choose
/// see it without asking.
fn ask_for_models(engine: &Engine, spec: &Spec) {
    if !spec.has(Capability::Models) {
        return;
    }
    let (engine, spec) = (engine.clone(), spec.clone());
    engine.clone().supervisor().spawn("models", async move {
        let soft = engine.supervisor().soft();
        let asked = tokio::select! {
            () = soft.cancelled() => return,
            asked = engine.list_models(&spec.name) => asked,
        };
        if let Err(error) = asked {
            tracing::warn!(%error, "{} does not list its models", spec.title);
        }
    });
}

/// What was seen of a backend's login.
struct Seen {
    looked_at: Millis,
    probe: Probe,
    /// When the login was made with which turns can run; `None` while there is none.
    login_at: Option<Millis>,
}

impl Seen {
    fn after(before: Option<&Self>, probe: Probe, now: Millis) -> Self {
        let login_at = match before {
            _ if probe.problem.is_some() => None,
            // It was made before this process, or came with it, as a key in the environment does.
            None => Some(made_at(&probe).unwrap_or(now)),
            Some(before) if before.is_as(&probe) => before.login_at.or(Some(now)),
            // A file that is older than the last look was made elsewhere, and brought here since.
            Some(before) => {
                let made_at = made_at(&probe).filter(|at| *at >= before.looked_at);
                Some(made_at.unwrap_or(now))
            }
        };
        Self {
            looked_at: now,
            probe,
            login_at,
        }
    }

    fn is_as(&self, probe: &Probe) -> bool {
        (&self.probe.login, &self.probe.account) == (&probe.login, &probe.account)
    }
}

/// When the login was made that a probe found, as its file tells. A turn that renewed it and was refused all the same ended after
/// that, so it does not take its own token for a login.
fn made_at(probe: &Probe) -> Option<Millis> {
    let changed_at = probe.login.as_ref()?.changed_at()?;
    let since = changed_at.duration_since(UNIX_EPOCH).ok()?;
    Some(Millis(0).plus(since).plus(COARSE))
}

/// Settles the turns that wait for a login of this backend: tries those again that can go on, and leaves those that should not.
async fn let_go(
    engine: &Engine,
    backend: &str,
    login_at: Option<Millis>,
) -> Result<(), StoreError> {
    let parked = engine.reader().parked(backend, AT_ONCE).await?;
    if parked.is_empty() {
        return Ok(());
    }
    let login_at = match engine.off(backend).await? {
        Some(_) => None,
        None => login_at,
    };
    for turn in parked {
        let since = turn.parked_at.unwrap_or(turn.queued_at);
        match next(since, login_at, engine.now()) {
            Next::Waits => {}
            Next::GoesOn if may_go_on(engine, &turn).await? => {
                if engine.store().go_on(turn.id).await?.is_some() {
                    tracing::info!(turn.id = %turn.id, "tries a turn again that waited for a login");
                }
            }
            Next::GoesOn | Next::IsOver => engine.store().unpark(turn.id).await?,
        }
    }
    Ok(())
}

/// Whether whoever asked may still be answered there.
async fn may_go_on(engine: &Engine, turn: &Turn) -> Result<bool, StoreError> {
    let Some(person) = engine.reader().person(turn.person).await? else {
        return Ok(false);
    };
    match engine.visible_thread(&person, turn.thread).await {
        Ok(_) => {}
        Err(ChatError::Store(error)) => return Err(error),
        Err(_) => return Ok(false),
    }
    match engine.reader().assistant(turn.assistant).await? {
        Some(assistant) => Ok(engine.refusal(turn.person, &assistant).await?.is_none()),
        None => Ok(false),
    }
}
