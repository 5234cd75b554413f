//! Signing in to MCP servers with OAuth, as Codex leads through it: a link, and where the browser is sent back to. Owns
//! that there is one try for each server, how long it may take, and that its end is told; never sees a token, which
//! Codex keeps in its house home under the server's label.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};

use serde_json::{Value, json};
use switchboard_engine::backend::{BackendError, Home, SignIn, SignInState, SignInWay, ToolSignIn};
use switchboard_model::{
    mcp::{McpServer, Transport},
    outcome::{Failure, OutcomeCode},
};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    callback::{Callback, NotTaken},
    pool::Pool,
    routes::Listener,
    server::{Lease, unload},
    tools::Tools,
    turn::ANSWER,
};
use crate::{codex::Setup, homes::TurnFolder, jsonrpc::Incoming};

/// How long a person has.
const LIFETIME: Duration = Duration::from_mins(10);

/// How long Codex may take to find out where the server has people sign in.
const BEGIN: Duration = Duration::from_secs(30);

/// How long somebody who pasted an address waits for what comes of it.
const PASTED: Duration = Duration::from_secs(30);

/// How many may be on their way at once: each takes the place of a turn on its app server.
const AT_ONCE: usize = 8;

/// How many ends are remembered for who looks again.
const REMEMBERED: usize = 256;

/// Where a browser is sent back to, with a word behind it that only this try knows.
const CALLBACK: &str = "/callback";

/// The tries of this process, by the label of their server.
pub(super) struct ToolSignIns {
    setup: Setup,
    pool: Arc<Pool>,
    newest: Mutex<HashMap<String, Attempt>>,
}

/// One try, as others see it.
struct Attempt {
    seen: watch::Receiver<SignIn>,
    taken_back: CancellationToken,
    /// Where its browser is sent back to, once it is known.
    callback: Arc<OnceLock<Callback>>,
    /// What runs it; it ends by itself, or with this.
    _task: JoinSet<()>,
}

/// One try, as it runs.
struct Running {
    setup: Setup,
    pool: Arc<Pool>,
    told: watch::Sender<SignIn>,
    taken_back: CancellationToken,
    callback: Arc<OnceLock<Callback>>,
    server: McpServer,
}

impl ToolSignIns {
    pub(super) fn new(setup: Setup, pool: Arc<Pool>) -> Self {
        Self {
            setup,
            pool,
            newest: Mutex::default(),
        }
    }

    /// Takes a step, and says where the server's newest try stands.
    pub(super) async fn step(
        &self,
        server: McpServer,
        step: ToolSignIn,
    ) -> Result<Option<SignIn>, BackendError> {
        let label = server.label.clone();
        match step {
            ToolSignIn::Look => {}
            ToolSignIn::Begin => self.begin(server).await?,
            ToolSignIn::Paste(pasted) => self.paste(&label, &pasted).await?,
            ToolSignIn::Cancel => self.cancel(&label).await,
        }
        Ok(self.state(&label))
    }

    /// Lets go of what it holds.
    pub(super) fn stop(&self) {
        self.lock().clear();
    }

    fn state(&self, label: &str) -> Option<SignIn> {
        let newest = self.lock();
        newest
            .get(label)
            .map(|attempt| attempt.seen.borrow().clone())
    }

    /// Returns when it waits for the person, or has ended; it goes on also if nobody waits for that.
    async fn begin(&self, server: McpServer) -> Result<(), BackendError> {
        if !matches!(server.transport, Transport::Http { bearer: None, .. }) {
            return Err(BackendError::Invalid(
                "only a server at an address is signed in to, and only one without a bearer token"
                    .into(),
            ));
        }
        self.cancel(&server.label).await;
        let (told, mut seen) = watch::channel(SignIn {
            way: SignInWay::Browser,
            state: SignInState::Starting,
            url: None,
            code: None,
            expires_at: Some(self.setup.clock.now().plus(LIFETIME)),
        });
        let running = Running {
            setup: self.setup.clone(),
            pool: self.pool.clone(),
            told,
            taken_back: CancellationToken::new(),
            callback: Arc::default(),
            server,
        };
        let (label, taken_back) = (running.server.label.clone(), running.taken_back.clone());
        let callback = running.callback.clone();
        {
            let mut newest = self.lock();
            let waits = |attempt: &Attempt| !is_over(&attempt.seen.borrow().state);
            if newest.len() >= REMEMBERED {
                newest.retain(|_, attempt| waits(attempt));
            }
            if newest.values().filter(|attempt| waits(attempt)).count() >= AT_ONCE {
                return Err(BackendError::Unavailable(Failure::new(
                    OutcomeCode::AssistantUnavailable,
                    "several people sign in to tools right now; try again in a moment",
                )));
            }
            let mut task = JoinSet::new();
            task.spawn(running.run());
            let attempt = Attempt {
                seen: seen.clone(),
                taken_back,
                callback,
                _task: task,
            };
            newest.insert(label, attempt);
        }
        let _ = seen
            .wait_for(|seen| seen.state != SignInState::Starting)
            .await;
        Ok(())
    }

    async fn paste(&self, label: &str, pasted: &str) -> Result<(), BackendError> {
        let waiting = self.lock().get(label).and_then(|attempt| {
            let callback = attempt.callback.get()?;
            let waits = attempt.seen.borrow().state == SignInState::Waiting;
            waits.then(|| (callback.clone(), attempt.seen.clone()))
        });
        let Some((callback, mut seen)) = waiting else {
            return Err(BackendError::Invalid(
                "no sign-in waits for an address; begin one first".into(),
            ));
        };
        if let Err(not_taken) = callback.go_on(pasted).await {
            // It may have ended while it was asked.
            let ended = is_over(&seen.borrow().state);
            if !(ended && matches!(not_taken, NotTaken::NobodyWaits(_))) {
                return Err(BackendError::Invalid(not_taken.to_string()));
            }
        }
        let _ = timeout(PASTED, seen.wait_for(|seen| is_over(&seen.state))).await;
        Ok(())
    }

    /// Takes the newest try back, and returns once nothing of it is left.
    async fn cancel(&self, label: &str) {
        let earlier = self.lock().get(label).map(|attempt| {
            attempt.taken_back.cancel();
            attempt.seen.clone()
        });
        if let Some(mut seen) = earlier {
            // Nobody tells any more once it is gone.
            while seen.changed().await.is_ok() {}
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Attempt>> {
        // Held for a lookup only; a panic cannot leave it half changed.
        self.newest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Running {
    async fn run(self) {
        let user = format!("sign-in.{}", self.server.label);
        let place = TurnFolder::make(&self.setup.work, &user);
        let end = match (place, self.pool.lease(Home::House).await) {
            (Ok(place), Ok(lease)) => self.try_on(&lease, &place, &user).await,
            (_, Err(failure)) => SignInState::Failed(failure),
            (Err(error), _) => failed("there is no room for it on the server", error),
        };
        self.told.send_modify(|seen| {
            // Nothing is left to open.
            (seen.url, seen.code, seen.expires_at) = (None, None, None);
            seen.state = end;
        });
    }

    /// A thread with this server alone, in which Codex knows it by its label.
    async fn try_on(&self, lease: &Lease, place: &TurnFolder, user: &str) -> SignInState {
        let peer = &lease.server.peer;
        let tools = Tools::of(std::slice::from_ref(&self.server), &self.setup.env, user);
        let params = json!({
            "cwd": place.work(),
            "sandbox": "read-only",
            "ephemeral": true,
            "config": { "mcp_servers": tools.config() },
        });
        let told = match peer.call("thread/start", params, ANSWER).await {
            Ok(told) => told,
            Err(error) => return failed("Codex does not take this server", error),
        };
        let Some(thread) = told["thread"]["id"].as_str() else {
            return failed("Codex does not take this server", "");
        };
        let mut listener = lease.server.listen(thread);
        let end = tokio::select! {
            () = self.taken_back.cancelled() => SignInState::Cancelled,
            () = sleep(LIFETIME) => SignInState::Expired,
            end = self.lead(lease, thread, &mut listener) => end,
        };
        if let (SignInState::Cancelled | SignInState::Expired, Some(callback)) =
            (&end, self.callback.get())
        {
            // Else Codex would wait there for the rest of its time.
            callback.refuse().await;
        }
        let _ = unload(peer, thread).await;
        lease.server.forget(thread);
        end
    }

    /// Asks Codex to begin, and hears how it ends.
    async fn lead(&self, lease: &Lease, thread: &str, listener: &mut Listener) -> SignInState {
        let params = json!({
            "name": self.server.label,
            "threadId": thread,
            "timeoutSecs": LIFETIME.as_secs(),
        });
        let asked = lease
            .server
            .peer
            .call("mcpServer/oauth/login", params, BEGIN)
            .await;
        let url = match asked {
            Ok(told) => told["authorizationUrl"].as_str().map(str::to_owned),
            Err(error) => {
                return failed("this server does not say where one signs in to it", error);
            }
        };
        // The server names it, so it may be anything; a person is to open it.
        let web = |url: &String| url.starts_with("https://") || url.starts_with("http://");
        let Some(url) = url.filter(web) else {
            return failed("the page to sign in at is none of the web", "");
        };
        if let Some(callback) = Callback::of(&url, CALLBACK) {
            let _ = self.callback.set(callback);
        }
        self.told.send_modify(|seen| {
            seen.state = SignInState::Waiting;
            seen.url = Some(url);
        });
        loop {
            match listener.next().await {
                Some(Incoming::Told { method, params }) if method == COMPLETED => {
                    if params["success"] == Value::Bool(true) {
                        return SignInState::Done;
                    }
                    let why = params["error"].as_str().unwrap_or_default().to_owned();
                    return failed("the sign-in was refused, or broke off", why);
                }
                Some(_) => {}
                None => return failed("Codex ended while it waited", ""),
            }
        }
    }
}

/// How Codex says that a sign-in ended.
const COMPLETED: &str = "mcpServer/oauthLogin/completed";

/// `detail` is for who looks closer, and may be empty.
fn failed(what: &str, detail: impl std::fmt::Display) -> SignInState {
    SignInState::Failed(
        Failure::new(OutcomeCode::UpstreamFailed, what)
            .hint("test the server, and begin again; ask whoever runs it if that does not help")
            .detail(detail.to_string()),
    )
}

fn is_over(state: &SignInState) -> bool {
    !matches!(state, SignInState::Starting | SignInState::Waiting)
}
