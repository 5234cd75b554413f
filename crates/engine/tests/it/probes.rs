//! What the last look at a backend found: believed for a while, looked at once for all who ask.

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::{
    FutureExt,
    future::{BoxFuture, join_all},
};
use switchboard_engine::{
    News, Registry, TurnIo,
    backend::{
        Backend, BackendError, Family, LoginFile, Operation, Performed, Probe, Purpose, Spec,
        TurnEnd, TurnRequest,
    },
};
use switchboard_model::{
    Millis,
    clock::FakeClock,
    outcome::{Failure, OutcomeCode},
};
use tokio::sync::Semaphore;

/// A backend that is only ever looked at.
struct Looked {
    spec: Spec,
    looks: AtomicUsize,
    /// A look takes until it gets a permit.
    gate: Semaphore,
    answer: Mutex<Result<Option<Failure>, BackendError>>,
    /// The file that holds its login, if it has one.
    login: Option<PathBuf>,
}

impl Looked {
    fn new(answer: Result<Option<Failure>, BackendError>) -> Arc<Self> {
        Self::with_login(answer, None)
    }

    fn with_login(
        answer: Result<Option<Failure>, BackendError>,
        login: Option<PathBuf>,
    ) -> Arc<Self> {
        Arc::new(Self {
            spec: Spec {
                name: "looked".into(),
                handle: "looked".into(),
                title: "Looked".into(),
                account_words: "plan".into(),
                purpose: Purpose::Work,
                capabilities: Vec::new(),
                lacks: Vec::new(),
                accepts: Vec::new(),
                note: String::new(),
                family: Family::Codex,
                seeds: Vec::new(),
                sign_ins: Vec::new(),
            },
            looks: AtomicUsize::new(0),
            gate: Semaphore::new(0),
            answer: Mutex::new(answer),
            login,
        })
    }

    fn looks(&self) -> usize {
        self.looks.load(Ordering::SeqCst)
    }
}

impl Backend for Looked {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn run_turn(
        &self,
        _turn: TurnRequest,
        _io: TurnIo,
    ) -> BoxFuture<'_, Result<TurnEnd, BackendError>> {
        async { Err(BackendError::Unsupported) }.boxed()
    }

    fn perform(&self, operation: Operation) -> BoxFuture<'_, Result<Performed, BackendError>> {
        assert_eq!(operation, Operation::Probe);
        self.looks.fetch_add(1, Ordering::SeqCst);
        async {
            self.gate.acquire().await.unwrap().forget();
            let answer = self.answer.lock().unwrap().clone();
            let login = self.login.clone().map(LoginFile::now);
            answer.map(|problem| {
                Performed::Probed(Probe {
                    program: None,
                    version: Some("1.2.3".into()),
                    problem,
                    account: None,
                    login,
                })
            })
        }
        .boxed()
    }
}

fn registry(backend: &Arc<Looked>) -> (Registry, Arc<FakeClock>) {
    let clock = Arc::new(FakeClock::at(Millis(1)));
    let backends: Vec<Arc<dyn Backend>> = vec![backend.clone()];
    (
        Registry::new(backends, clock.clone(), News::default()),
        clock,
    )
}

#[tokio::test]
async fn many_who_ask_at_once_start_one_program() {
    let backend = Looked::new(Ok(None));
    let (registry, _clock) = registry(&backend);
    let asking = join_all((0..20).map(|_| registry.probe("looked")));
    let opening = async { backend.gate.add_permits(1) };
    let (probes, ()) = tokio::join!(asking, opening);
    assert_eq!(backend.looks(), 1);
    assert!(
        probes
            .iter()
            .all(|probe| probe.version.as_deref() == Some("1.2.3"))
    );
}

#[tokio::test]
async fn a_look_is_believed_for_half_a_minute() {
    let backend = Looked::new(Ok(None));
    let (registry, clock) = registry(&backend);
    backend.gate.add_permits(10);
    registry.probe("looked").await;
    clock.advance(Duration::from_secs(29));
    registry.probe("looked").await;
    assert_eq!(backend.looks(), 1);
    clock.advance(Duration::from_secs(1));
    registry.probe("looked").await;
    assert_eq!(backend.looks(), 2);
}

#[tokio::test]
async fn a_login_that_changes_is_looked_at_at_once() {
    let home = tempfile::tempdir().unwrap();
    let login = home.path().join("auth.json");
    let backend = Looked::with_login(Ok(None), Some(login.clone()));
    let (registry, _clock) = registry(&backend);
    backend.gate.add_permits(10);
    let set = |at: u64| {
        let file = std::fs::File::create(&login).unwrap();
        let at = std::time::UNIX_EPOCH + Duration::from_secs(at);
        file.set_modified(at).unwrap();
    };
    let steps: [(&str, &dyn Fn()); 5] = [
        ("nothing yet", &|| {}),
        ("signed in", &|| set(1_000)),
        ("signed in anew", &|| set(2_000)),
        ("signed out", &|| std::fs::remove_file(&login).unwrap()),
        ("signed in again", &|| set(1_000)),
    ];
    for (looks, (what, change)) in (1..).zip(steps) {
        change();
        for _ in 0..2 {
            registry.probe("looked").await;
            assert_eq!(backend.looks(), looks, "{what}");
        }
    }
}

#[tokio::test]
async fn what_was_put_right_is_seen_once_the_last_look_is_forgotten() {
    let missing = Failure::new(OutcomeCode::NotInstalled, "it is not here");
    let backend = Looked::new(Ok(Some(missing.clone())));
    let (registry, _clock) = registry(&backend);
    backend.gate.add_permits(10);
    assert_eq!(registry.probe("looked").await.problem, Some(missing));
    *backend.answer.lock().unwrap() = Ok(None);
    assert!(
        registry.probe("looked").await.problem.is_some(),
        "still believed"
    );
    registry.forget("looked");
    assert_eq!(registry.probe("looked").await.problem, None);
    registry.probe_now("looked").await;
    assert_eq!(backend.looks(), 3);
}

#[tokio::test]
async fn a_look_that_fails_is_a_problem_and_one_that_cannot_be_had_is_none() {
    for (answer, problem) in [
        (Err(BackendError::Unsupported), None),
        (
            Err(BackendError::Protocol("nonsense".into())),
            Some(OutcomeCode::Crashed),
        ),
    ] {
        let backend = Looked::new(answer);
        let (registry, _clock) = registry(&backend);
        backend.gate.add_permits(1);
        let probe = registry.probe("looked").await;
        assert_eq!(probe.problem.map(|problem| problem.code), problem);
        let unknown = registry.probe("unheard-of").await.problem.unwrap();
        assert_eq!(unknown.code, OutcomeCode::AssistantUnavailable);
    }
}
