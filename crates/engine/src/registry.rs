//! Names to backends. Owns which backends there are in this process and what their last probe found, and rings when that
//! is something else; never knows what is behind a name.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use switchboard_model::{
    Clock, Millis,
    outcome::{Failure, OutcomeCode},
};

use crate::{
    backend::{Backend, BackendError, LoginFile, Operation, Performed, Probe, Purpose, Spec},
    news::News,
};

/// How long a probe is believed. Short, so that an install is noticed; a login or a logout is noticed at once where its
/// file tells.
const BELIEVED: Duration = Duration::from_secs(30);

/// The longest a probe may take.
const PROBE_DEADLINE: Duration = Duration::from_secs(10);

/// What the last probe of one backend found, and when. Held while one is under way, so that many who
/// ask at the same time start one program and not one each.
type Slot = Arc<tokio::sync::Mutex<Option<(Millis, Probe)>>>;

/// The backends of this process. Cheap to clone.
#[derive(Clone)]
pub struct Registry {
    backends: Arc<HashMap<String, Arc<dyn Backend>>>,
    probes: Arc<Mutex<HashMap<String, Slot>>>,
    /// What was found last, also once it is not believed any more.
    found: Arc<Mutex<HashMap<String, Probe>>>,
    news: News,
    clock: Arc<dyn Clock>,
}

impl Registry {
    /// A registry of these backends, by the name in their spec. `news` is rung when a probe finds something else.
    pub fn new(backends: Vec<Arc<dyn Backend>>, clock: Arc<dyn Clock>, news: News) -> Self {
        let backends = backends
            .into_iter()
            .map(|backend| (backend.spec().name.clone(), backend))
            .collect();
        Self {
            backends: Arc::new(backends),
            probes: Arc::default(),
            found: Arc::default(),
            news,
            clock,
        }
    }

    /// The backend of that name.
    pub fn get(&self, name: &str) -> Option<Arc<dyn Backend>> {
        self.backends.get(name).cloned()
    }

    /// The bell of what is known of them.
    pub fn news(&self) -> &News {
        &self.news
    }

    /// What all that reach models are and can do, by name.
    pub fn specs(&self) -> Vec<Spec> {
        let mut specs = self.offers();
        specs.retain(|spec| spec.purpose == Purpose::Work);
        specs
    }

    /// The same with what is there to be shown only: all that an admin can register.
    pub fn offers(&self) -> Vec<Spec> {
        let mut specs: Vec<Spec> = self
            .backends
            .values()
            .map(|backend| backend.spec().clone())
            .collect();
        specs.sort_by(|a, b| a.name.cmp(&b.name));
        specs
    }

    /// What stands in the way of a turn on that backend, if anything does. Believes a recent probe.
    pub async fn probe(&self, name: &str) -> Probe {
        let slot = self.slot(name);
        let mut last = slot.lock().await;
        match &*last {
            Some((at, probe)) if self.believes(*at, probe) => probe.clone(),
            _ => {
                let probe = self.look(name).await;
                *last = Some((self.clock.now(), probe.clone()));
                self.note(name, &probe);
                probe
            }
        }
    }

    /// The same without believing an earlier probe.
    pub async fn probe_now(&self, name: &str) -> Probe {
        self.forget(name);
        self.probe(name).await
    }

    /// Forgets what a probe found, because a turn found otherwise. One that is under way counts for
    /// those only who wait for it already.
    pub fn forget(&self, name: &str) {
        self.lock().remove(name);
    }

    fn note(&self, name: &str, probe: &Probe) {
        // Held for a note only; a panic cannot leave it half changed.
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let before = found.insert(name.to_owned(), probe.clone());
        if before.as_ref() != Some(probe) {
            self.news.ring();
        }
    }

    fn believes(&self, at: Millis, probe: &Probe) -> bool {
        let same_login = probe.login.as_ref().is_none_or(LoginFile::is_as_it_was);
        same_login && self.clock.now().since(at) < BELIEVED
    }

    async fn look(&self, name: &str) -> Probe {
        match self.get(name) {
            None => problem(Failure::new(
                OutcomeCode::AssistantUnavailable,
                format!("this Switchboard has no backend named {name}"),
            )),
            Some(backend) => {
                match tokio::time::timeout(PROBE_DEADLINE, backend.perform(Operation::Probe)).await
                {
                    Ok(Ok(Performed::Probed(probe))) => probe,
                    // A backend that cannot be probed is taken at its word when the turn runs.
                    Ok(Ok(_) | Err(BackendError::Unsupported)) => Probe {
                        program: None,
                        version: None,
                        problem: None,
                        account: None,
                        login: None,
                    },
                    Ok(Err(error)) => problem(error.into_failure()),
                    Err(_) => problem(Failure::new(
                        OutcomeCode::AssistantUnavailable,
                        "the assistant's program does not answer",
                    )),
                }
            }
        }
    }

    fn slot(&self, name: &str) -> Slot {
        self.lock().entry(name.to_owned()).or_default().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Slot>> {
        // Held for a lookup only; a panic cannot leave it half changed.
        self.probes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn problem(failure: Failure) -> Probe {
    Probe {
        program: None,
        version: None,
        problem: Some(failure),
        account: None,
        login: None,
    }
}
