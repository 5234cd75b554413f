//! The Codex app server: one warm process for a login and a home, in which many threads work. `pool`, `server` and `routes` keep it
//! running and heard, `turn` drives one turn on it, `start` says how; all else translates its protocol, which nobody
//! outside knows.

pub mod asks;
mod attempt;
mod callback;
mod catalogue;
pub mod counts;
pub mod diffs;
pub mod draw;
pub mod ends;
pub mod grants;
pub mod heard;
mod hearing;
pub mod items;
mod keep;
pub mod known;
pub mod notices;
mod pool;
pub mod read;
pub mod record;
mod refusals;
mod routes;
mod server;
mod sign_in;
pub(in crate::codex) mod start;
mod starting;
mod test;
mod tool_sign_in;
pub mod tools;
mod turn;
pub(in crate::codex) mod way;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::{FutureExt as _, future::BoxFuture};
use serde_json::json;
use switchboard_engine::{
    TurnIo,
    backend::{
        Backend, BackendError, Capability, Family, Fresh, Home, Operation, Performed, Probe,
        Purpose, Recovered, SessionRef, SignInWay, Spec, Stop, TurnEnd, TurnRequest,
    },
};
use switchboard_model::{
    ThreadId, TurnId,
    attachment::Format,
    outcome::{Failure, OutcomeCode},
    provider::Model,
    usage::Limit,
};

use self::{
    pool::Pool, record::Came, server::Lease, sign_in::SignIns, tool_sign_in::ToolSignIns,
    tools::Tools, turn::Drive,
};
use super::{
    Setup, install,
    login::{self, Login},
};
use crate::{
    process::{self, child_env},
    turns::folder_failed,
    versions::Versions,
};

/// An app server that is well answers questions about its account within this.
const ANSWER: Duration = Duration::from_secs(20);

/// The backend.
pub struct CodexApp {
    spec: Spec,
    setup: Setup,
    pool: Arc<Pool>,
    sign_ins: SignIns,
    tool_sign_ins: ToolSignIns,
    versions: Versions,
    known: Mutex<Known>,
    /// Room for MCP servers that are being tried.
    tests: tokio::sync::Semaphore,
}

/// What was heard of the account.
#[derive(Default)]
struct Known {
    /// Whose it is; of another one nothing is known.
    login: Option<Login>,
    models: Vec<Model>,
    limits: Vec<Limit>,
}

/// What Codex can do over its app server.
pub fn spec(account_words: &str) -> Spec {
    let lacks = vec![(
        Capability::RemoteControl,
        "is not led from afar, which only Claude's own program is",
    )];
    let mut capabilities = Capability::ALL.to_vec();
    capabilities.retain(|capability| lacks.iter().all(|(lacking, _)| lacking != capability));
    Spec {
        name: "codex".into(),
        handle: "chatgpt".into(),
        title: "ChatGPT".into(),
        account_words: account_words.into(),
        purpose: Purpose::Work,
        capabilities,
        lacks,
        accepts: vec![
            Format::Png,
            Format::Jpeg,
            Format::Gif,
            Format::Webp,
            Format::Text,
        ],
        note: "asks before it runs a command".into(),
        family: Family::Codex,
        seeds: catalogue::seeds(),
        sign_ins: vec![SignInWay::Browser, SignInWay::Device, SignInWay::ApiKey],
    }
}

impl CodexApp {
    /// A backend over this setup. Starts nothing yet.
    pub fn new(setup: Setup) -> Self {
        let spec = spec(&setup.account_words);
        let pool = Arc::new(Pool::new(setup.clone()));
        Self {
            spec,
            sign_ins: SignIns::new(setup.clone(), pool.clone()),
            tool_sign_ins: ToolSignIns::new(setup.clone(), pool.clone()),
            pool,
            setup,
            versions: Versions::default(),
            known: Mutex::default(),
            tests: tokio::sync::Semaphore::new(test::AT_ONCE),
        }
    }

    /// Whether a turn in this home would have an app server; starts it.
    pub(super) async fn stands_ready(&self, home: Home) -> Result<(), Failure> {
        self.pool.lease(home).await.map(drop)
    }

    async fn run(&self, turn: TurnRequest, io: TurnIo) -> Result<TurnEnd, BackendError> {
        let lease = self.pool.lease(turn.home).await.map_err(not_leased)?;
        let models = self.models(&lease).await;
        let driven = Drive {
            sessions: turn.home.of_sessions(&self.spec.name),
            tools: Tools::of(&turn.tools, &self.setup.env, &start::user(&turn)),
            setup: &self.setup,
            lease: &lease,
            models: &models,
            now: self.setup.clock.now(),
            turn,
            io,
        }
        .run()
        .await;
        let told = lease.server.limits().map(|limits| counts::limits(&limits));
        let limits = told.unwrap_or(driven.limits);
        if !limits.is_empty() {
            self.known(&lease.server.key.login).limits = limits;
            self.setup.news.ring();
        }
        if matches!(driven.ended, Err(BackendError::LoginRequired(_))) {
            // Whoever signs in anew does not mend those that run with the old login.
            self.pool.retire_all().await;
        }
        driven.ended
    }

    /// The account's models, asked for once; none if it does not say.
    async fn models(&self, lease: &Lease) -> Vec<Model> {
        let login = &lease.server.key.login;
        let known = self.known(login).models.clone();
        if !known.is_empty() {
            return known;
        }
        match catalogue::models(&lease.server.peer, ANSWER).await {
            Ok(models) => {
                self.known(login).models.clone_from(&models);
                models
            }
            Err(error) => {
                tracing::warn!(%error, "codex does not list its models");
                Vec::new()
            }
        }
    }

    async fn probe(&self) -> Probe {
        let file = login::file(&self.setup.codex_home);
        let program = match install::find(&self.setup.finder, self.setup.program.as_deref()).await {
            Ok(program) => program,
            Err(problem) => {
                return Probe {
                    program: None,
                    version: None,
                    problem: Some(problem),
                    account: None,
                    login: Some(file),
                };
            }
        };
        let env = child_env(self.setup.env.iter().cloned());
        let version = self.versions.of(&self.setup.launcher, &program, &env).await;
        let account = login::read(&self.setup.codex_home).plan(&self.setup.codex_home);
        let (account, problem) = match account {
            Ok(account) => (Some(account), None),
            Err(problem) => (None, Some(problem)),
        };
        Probe {
            program: Some(program),
            version,
            problem,
            account,
            login: Some(file),
        }
    }

    async fn list_models(&self) -> Result<Vec<Model>, BackendError> {
        let lease = self.pool.lease(Home::House).await.map_err(not_leased)?;
        let models = catalogue::models(&lease.server.peer, ANSWER).await;
        let models = models.map_err(|error| BackendError::Protocol(error.to_string()))?;
        let login = &lease.server.key.login;
        self.known(login).models.clone_from(&models);
        Ok(models)
    }

    async fn read_limits(&self) -> Result<Vec<Limit>, BackendError> {
        let lease = self.pool.lease(Home::House).await.map_err(not_leased)?;
        let told = lease
            .server
            .peer
            .call("account/rateLimits/read", json!(null), ANSWER)
            .await
            .map_err(|error| BackendError::Protocol(error.to_string()))?;
        let limits = counts::limits(&told["rateLimits"]);
        let login = &lease.server.key.login;
        self.known(login).limits.clone_from(&limits);
        self.setup.news.ring();
        Ok(limits)
    }

    /// Deletes a conversation of Codex's, and the folder of its thread.
    async fn release(&self, session: SessionRef, thread: ThreadId) -> Result<(), BackendError> {
        let Some(home) = self.home_of(&session) else {
            return Ok(());
        };
        let folder = self.setup.threads.join(thread.to_string());
        match tokio::fs::remove_dir_all(&folder).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(folder_failed(&folder, &error));
            }
            _ => {}
        }
        let lease = self.pool.lease(home).await.map_err(not_leased)?;
        let params = json!({ "threadId": session.session });
        let deleted = lease
            .server
            .peer
            .call("thread/delete", params, ANSWER)
            .await;
        lease.server.forget(&session.session);
        match deleted {
            // It was deleted before.
            Err(error) if keep::has_no_record(&error) => Ok(()),
            deleted => deleted
                .map(drop)
                .map_err(|error| BackendError::Protocol(error.to_string())),
        }
    }

    /// Has Codex's record of a conversation be as its thread is, if an app server runs that can.
    async fn keep(
        &self,
        session: &SessionRef,
        title: &str,
        archived: bool,
    ) -> Result<Performed, BackendError> {
        // What lies in a person's own home is called and kept as they like.
        if self.home_of(session) != Some(Home::House) {
            return Ok(Performed::Done);
        }
        let Some(lease) = self.pool.warm().await else {
            return Ok(Performed::Later);
        };
        let kept = keep::keep(&lease.server, &session.session, title, archived).await;
        kept.map_err(|error| BackendError::Protocol(error.to_string()))
    }

    /// What the record of a session says of one of our turns. The session is not loaded for it, so whoever has it keeps it.
    async fn recover(&self, session: &SessionRef, turn: TurnId) -> Result<Recovered, BackendError> {
        let Some(home) = self.home_of(session) else {
            return Ok(Recovered::Unknown);
        };
        let lease = self.pool.lease(home).await.map_err(not_leased)?;
        let came = record::came_of(&lease.server.peer, &session.session, turn).await;
        let came = came.map_err(|error| BackendError::Protocol(error.to_string()))?;
        Ok(match came {
            Came::Nothing => Recovered::NothingDone,
            Came::Answer(text) => Recovered::Finished(turn::outcome(&text)),
            Came::Words { .. } => Recovered::OnlySaid,
            Came::Deeds => Recovered::Unknown,
        })
    }

    /// The home that a session of ours lives in.
    fn home_of(&self, session: &SessionRef) -> Option<Home> {
        Home::named(&session.home, &self.spec.name)
    }

    fn known(&self, login: &Login) -> MutexGuard<'_, Known> {
        // Held for a copy only; a panic cannot leave it half changed.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.login.as_ref() != Some(login) {
            *known = Known {
                login: Some(login.clone()),
                ..Known::default()
            };
        }
        known
    }
}

fn not_leased(failure: Failure) -> BackendError {
    match failure.code {
        OutcomeCode::NotInstalled | OutcomeCode::NotSignedIn | OutcomeCode::ApiKeyLogin => {
            BackendError::LoginRequired(failure)
        }
        _ => BackendError::Rejected(failure),
    }
}

impl Backend for CodexApp {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn run_turn(
        &self,
        turn: TurnRequest,
        io: TurnIo,
    ) -> BoxFuture<'_, Result<TurnEnd, BackendError>> {
        self.run(turn, io).boxed()
    }

    fn perform(&self, operation: Operation) -> BoxFuture<'_, Result<Performed, BackendError>> {
        async move {
            match operation {
                Operation::Probe => Ok(Performed::Probed(self.probe().await)),
                Operation::Models => self.list_models().await.map(Performed::Models),
                Operation::Limits(Fresh::Known) => {
                    let login = login::read(&self.setup.codex_home);
                    Ok(Performed::Limits(self.known(&login).limits.clone()))
                }
                Operation::Limits(Fresh::Asked) => self.read_limits().await.map(Performed::Limits),
                Operation::SignInToTools(server, step) => {
                    let tried = self.tool_sign_ins.step(server, step).await;
                    tried.map(Performed::SignIn)
                }
                Operation::TestTools(server) => self.test(&server).await.map(Performed::Tools),
                Operation::Keep {
                    session,
                    title,
                    archived,
                } => self.keep(&session, &title, archived).await,
                Operation::Release { session, thread } => self
                    .release(session, thread)
                    .await
                    .map(|()| Performed::Done),
                Operation::SignIn { way, key } => {
                    self.sign_ins.begin(way, key).await.map(Performed::SignIn)
                }
                Operation::SignInState => Ok(Performed::SignIn(self.sign_ins.state())),
                Operation::Paste(pasted) => {
                    self.sign_ins.paste(&pasted).await.map(Performed::SignIn)
                }
                Operation::CancelSignIn => Ok(Performed::SignIn(self.sign_ins.cancel().await)),
                Operation::SignOut => self.sign_ins.sign_out().await.map(|()| Performed::Done),
                Operation::LetGo(session) => {
                    self.pool.let_go(&session.session).await;
                    Ok(Performed::Done)
                }
                Operation::Recover { session, turn } => {
                    let recovered = self.recover(&session, turn).await;
                    recovered.map(Performed::Recovered)
                }
            }
        }
        .boxed()
    }

    fn stop(&self, how: Stop) -> BoxFuture<'_, ()> {
        let how = match how {
            Stop::Gently => process::Stop::Gently,
            Stop::Deadline | Stop::Now => process::Stop::Now,
        };
        async move {
            self.sign_ins.stop(how).await;
            self.tool_sign_ins.stop();
            self.pool.stop(how).await;
        }
        .boxed()
    }
}
