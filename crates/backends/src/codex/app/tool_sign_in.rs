//! Signing in to MCP servers with OAuth, as Codex leads through it: a link, and where the browser is sent back to. Owns
//! that there is one try for each server, and how many there may be; never sees a token, which Codex keeps in its house home under the server's label.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde_json::{Value, json};
use switchboard_engine::backend::{BackendError, Home, SignIn, SignInState, SignInWay, ToolSignIn};
use switchboard_model::{
    mcp::{McpServer, Transport},
    outcome::{Failure, OutcomeCode},
};

use super::{
    attempt::{Attempt, LIFETIME, Lead, View, nobody_waits},
    pool::Pool,
    routes::Listener,
    server::{Lease, unload},
    tools::Tools,
    turn::ANSWER,
};
use crate::{codex::Setup, homes::TurnFolder, jsonrpc::Incoming};

/// How long Codex may take to find out where the server has people sign in.
const BEGIN: Duration = Duration::from_secs(30);

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

/// One try, as it runs.
struct Running {
    setup: Setup,
    pool: Arc<Pool>,
    lead: Lead,
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
            ToolSignIn::Paste(pasted) => {
                let newest = self.newest(&label).ok_or_else(nobody_waits)?;
                newest.paste(&pasted).await?;
            }
            ToolSignIn::Cancel => self.cancel(&label).await,
        }
        Ok(self.newest(&label).map(|newest| newest.state()))
    }

    /// Lets go of what it holds.
    pub(super) fn stop(&self) {
        self.lock().clear();
    }

    fn newest(&self, label: &str) -> Option<View> {
        let newest = self.lock();
        newest.get(label).map(|attempt| attempt.view.clone())
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
        let (setup, pool) = (self.setup.clone(), self.pool.clone());
        let (now, news) = (setup.clock.now(), setup.news.clone());
        let label = server.label.clone();
        let view = {
            let mut newest = self.lock();
            let waits = |attempt: &Attempt| !attempt.view.is_over();
            if newest.len() >= REMEMBERED {
                newest.retain(|_, attempt| waits(attempt));
            }
            if newest.values().filter(|attempt| waits(attempt)).count() >= AT_ONCE {
                return Err(BackendError::Unavailable(Failure::new(
                    OutcomeCode::AssistantUnavailable,
                    "several people sign in to tools right now; try again in a moment",
                )));
            }
            let attempt = Attempt::begin(SignInWay::Browser, now, &news, |lead| {
                Running {
                    setup,
                    pool,
                    lead,
                    server,
                }
                .run()
            });
            let view = attempt.view.clone();
            newest.insert(label, attempt);
            view
        };
        view.settled().await;
        Ok(())
    }

    /// Takes the newest try back, and returns once nothing of it is left.
    async fn cancel(&self, label: &str) {
        if let Some(earlier) = self.newest(label) {
            earlier.give_up();
            earlier.gone().await;
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
        self.lead.ended(end);
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
        let led = self.led(lease, thread, &mut listener);
        let end = self.lead.within(LIFETIME, led).await;
        if let (SignInState::Cancelled | SignInState::Expired, Some(callback)) =
            (&end, self.lead.callback())
        {
            // Else Codex would wait there for the rest of its time.
            callback.refuse().await;
        }
        let _ = unload(peer, thread).await;
        lease.server.forget(thread);
        end
    }

    /// Asks Codex to begin, and hears how it ends.
    async fn led(&self, lease: &Lease, thread: &str, listener: &mut Listener) -> SignInState {
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
        self.lead.waits(Some(url), None, CALLBACK);
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
