//! Signing in and out in the person's own Codex home, over an app server that lives for nothing else. Owns that there is
//! one sign-in at a time, how long it may take, and that its end is told; never sees a token, and keeps no key.

use std::{
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};

use serde_json::{Value, json};
use switchboard_engine::backend::{BackendError, Home, Secret, SignIn, SignInState, SignInWay};
use switchboard_model::outcome::Failure;
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    callback::{Callback, NotTaken},
    pool::Pool,
    refusals::{self, not_kept},
    server::{Key, Server},
};
use crate::{
    codex::{Setup, install, login},
    homes::private_folder,
    jsonrpc::CallError,
    process,
    turns::folder_failed,
};

/// How long a person has.
const LIFETIME: Duration = Duration::from_mins(10);

/// How long the program may take to begin a sign-in: it asks the issuer for a code, or waits for a port to be free.
const BEGIN: Duration = Duration::from_secs(30);

/// How long it may take to end one, or to sign out, which it tells the issuer.
const END: Duration = Duration::from_secs(20);

/// How long somebody who pasted an address waits for what comes of it.
const PASTED: Duration = Duration::from_secs(30);

/// Where a browser is sent back to.
const CALLBACK: &str = "/auth/callback";

/// The sign-ins of this process.
pub(super) struct SignIns {
    setup: Setup,
    pool: Arc<Pool>,
    /// Held while one is begun, taken back or undone: there is one at a time.
    door: tokio::sync::Mutex<()>,
    newest: Mutex<Option<Attempt>>,
}

/// One sign-in, as others see it.
struct Attempt {
    seen: watch::Receiver<SignIn>,
    taken_back: CancellationToken,
    /// Where its browser is sent back to, once it is known.
    callback: Arc<OnceLock<Callback>>,
    /// What runs it; it ends by itself, or with this.
    _task: JoinSet<()>,
}

/// One sign-in, as it runs.
struct Running {
    setup: Setup,
    pool: Arc<Pool>,
    told: watch::Sender<SignIn>,
    taken_back: CancellationToken,
    callback: Arc<OnceLock<Callback>>,
    way: SignInWay,
    key: Option<Secret>,
}

impl SignIns {
    pub(super) fn new(setup: Setup, pool: Arc<Pool>) -> Self {
        Self {
            setup,
            pool,
            door: tokio::sync::Mutex::default(),
            newest: Mutex::default(),
        }
    }

    /// Where the newest one stands.
    pub(super) fn state(&self) -> Option<SignIn> {
        let newest = self.lock();
        newest.as_ref().map(|attempt| attempt.seen.borrow().clone())
    }

    /// Begins one, and takes an earlier one back. Returns when it waits for the person, or has ended; it goes on also
    /// if nobody waits for that.
    pub(super) async fn begin(
        &self,
        way: SignInWay,
        key: Option<Secret>,
    ) -> Result<Option<SignIn>, BackendError> {
        let key = match (way, key) {
            (SignInWay::ApiKey, Some(key)) => Some(usable(&key)?),
            (SignInWay::ApiKey, None) => return Err(invalid("give the API key to sign in with")),
            (_, Some(_)) => return Err(invalid("a key is only for signing in with an API key")),
            (_, None) => None,
        };
        self.give_up();
        let _door = self.door.lock().await;
        self.take_back().await;
        let (told, mut seen) = watch::channel(SignIn {
            way,
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
            way,
            key,
        };
        let (taken_back, callback) = (running.taken_back.clone(), running.callback.clone());
        let mut task = JoinSet::new();
        task.spawn(running.run());
        *self.lock() = Some(Attempt {
            seen: seen.clone(),
            taken_back,
            callback,
            _task: task,
        });
        self.setup.news.ring();
        let settled = |seen: &SignIn| {
            let waits = seen.state == SignInState::Waiting && seen.way != SignInWay::ApiKey;
            waits || is_over(&seen.state)
        };
        let _ = seen.wait_for(settled).await;
        Ok(self.state())
    }

    /// Hands over where the browser ended up, and waits for what comes of it.
    pub(super) async fn paste(&self, pasted: &str) -> Result<Option<SignIn>, BackendError> {
        let waiting = self.lock().as_ref().and_then(|attempt| {
            let waits = attempt.seen.borrow().state == SignInState::Waiting;
            let callback = attempt.callback.get().filter(|_| waits)?;
            Some((callback.clone(), attempt.seen.clone()))
        });
        let Some((callback, mut seen)) = waiting else {
            return Err(invalid(
                "no sign-in waits for an address; begin one in the browser first",
            ));
        };
        if let Err(not_taken) = callback.go_on(pasted).await {
            // It may have ended while it was asked.
            let ended = is_over(&seen.borrow().state);
            if !(ended && matches!(not_taken, NotTaken::NobodyWaits(_))) {
                return Err(BackendError::Invalid(not_taken.to_string()));
            }
        }
        let over = seen.wait_for(|seen| is_over(&seen.state));
        let _ = timeout(PASTED, over).await;
        Ok(self.state())
    }

    /// Takes the newest one back, if it is still on its way.
    pub(super) async fn cancel(&self) -> Option<SignIn> {
        // Not behind the door: it may be on its way in.
        self.give_up();
        let _door = self.door.lock().await;
        self.take_back().await;
        self.state()
    }

    /// Signs out. Who is not signed in is content.
    pub(super) async fn sign_out(&self) -> Result<(), BackendError> {
        self.give_up();
        let _door = self.door.lock().await;
        self.take_back().await;
        *self.lock() = None;
        let home = &self.setup.codex_home;
        if !home.join("auth.json").exists() {
            return Ok(());
        }
        let server = start(&self.setup).await.map_err(BackendError::Rejected)?;
        let asked = server.peer.call("account/logout", Value::Null, END).await;
        server.ended().await;
        self.pool.retire_all().await;
        self.setup.news.ring();
        asked
            .map(drop)
            .map_err(|error| BackendError::Protocol(error.to_string()))
    }

    /// Lets go of what it holds.
    pub(super) async fn stop(&self, how: process::Stop) {
        if matches!(how, process::Stop::Gently) {
            self.cancel().await;
        }
        *self.lock() = None;
    }

    fn give_up(&self) {
        if let Some(attempt) = &*self.lock() {
            attempt.taken_back.cancel();
        }
    }

    /// Returns once nothing of an earlier one is left.
    async fn take_back(&self) {
        self.give_up();
        let earlier = self.lock().as_ref().map(|attempt| attempt.seen.clone());
        if let Some(mut seen) = earlier {
            // Nobody tells any more once it is gone.
            while seen.changed().await.is_ok() {}
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Attempt>> {
        // Held for a lookup only; a panic cannot leave it half changed.
        self.newest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Running {
    async fn run(mut self) {
        let taken_back = self.taken_back.clone();
        let started = tokio::select! {
            () = taken_back.cancelled() => return self.tell(SignInState::Cancelled),
            started = start(&self.setup) => started,
        };
        let server = match started {
            Ok(server) => server,
            Err(failure) => return self.tell(SignInState::Failed(failure)),
        };
        let mut began = None;
        let lifetime = match self.way {
            SignInWay::Browser | SignInWay::Device => LIFETIME,
            SignInWay::ApiKey => END,
        };
        let end = tokio::select! {
            () = taken_back.cancelled() => SignInState::Cancelled,
            () = sleep(lifetime) => SignInState::Expired,
            end = self.lead(&server, &mut began) => end,
        };
        if let (SignInState::Cancelled | SignInState::Expired, Some(id)) = (&end, began) {
            let params = json!({ "loginId": id });
            let _ = server.peer.call("account/login/cancel", params, END).await;
        }
        if end == SignInState::Done {
            // Whoever is answered next is answered with the new login.
            self.pool.retire_all().await;
        }
        self.tell(end);
        server.ended().await;
    }

    /// Asks the program to begin, and hears how it ends.
    async fn lead(&mut self, server: &Server, began: &mut Option<String>) -> SignInState {
        let params = match (self.way, self.key.take()) {
            (SignInWay::Device, _) => json!({ "type": "chatgptDeviceCode" }),
            (SignInWay::ApiKey, Some(Secret(key))) => json!({ "type": "apiKey", "apiKey": key }),
            (SignInWay::Browser | SignInWay::ApiKey, _) => json!({ "type": "chatgpt" }),
        };
        let asked = server.peer.call("account/login/start", params, BEGIN).await;
        let told = match asked {
            Ok(told) => told,
            // How it ended says more than that it did.
            Err(CallError::Gone { .. }) => {
                let gone = server.signed_in().await;
                return refusals::ended(&gone.error.unwrap_or_default());
            }
            Err(error) => return refusals::ended(&error.to_string()),
        };
        let text = |name: &str| told[name].as_str().map(str::to_owned);
        *began = text("loginId");
        let url = text("authUrl").or_else(|| text("verificationUrl"));
        if let Some(callback) = text("authUrl").and_then(|url| Callback::of(&url, CALLBACK)) {
            let _ = self.callback.set(callback);
        }
        self.told.send_modify(|seen| {
            seen.state = SignInState::Waiting;
            seen.url = url;
            seen.code = text("userCode");
        });
        self.setup.news.ring();
        match server.signed_in().await.error {
            Some(error) => refusals::ended(&error),
            None => self.kept(),
        }
    }

    /// The program says that it is done; what counts is what turns will find.
    fn kept(&self) -> SignInState {
        match (login::read(&self.setup.codex_home), self.way) {
            (login::Login::Plan { .. }, SignInWay::Browser | SignInWay::Device)
            | (login::Login::ApiKey, SignInWay::ApiKey) => SignInState::Done,
            _ => SignInState::Failed(not_kept(&self.setup.codex_home)),
        }
    }

    fn tell(&self, state: SignInState) {
        self.told.send_modify(|seen| {
            // Nothing is left to open or to type.
            (seen.url, seen.code, seen.expires_at) = (None, None, None);
            seen.state = state;
        });
        self.setup.news.ring();
    }
}

/// An app server in the person's own home, which is made if it is not there.
async fn start(setup: &Setup) -> Result<Server, Failure> {
    let program = install::find(&setup.finder, setup.program.as_deref()).await?;
    let home = &setup.codex_home;
    private_folder(home).map_err(|error| folder_failed(home, &error).into_failure())?;
    let key = Key {
        program,
        login: login::read(home),
        home: Home::Own,
    };
    // Turns know the login by its file, and nothing else of the person's is needed for signing in.
    let mut config: Vec<String> = [
        "cli_auth_credentials_store=\"file\"",
        "check_for_update_on_startup=false",
        "analytics.enabled=false",
        "features.plugins=false",
        "features.apps=false",
        "features.hooks=false",
    ]
    .map(Into::into)
    .into();
    if let Some(url) = &setup.backend_url {
        let url = toml::Value::from(url.as_str());
        config.push(format!("chatgpt_base_url={url}"));
    }
    Server::start(setup, key, home, &config).await
}

fn is_over(state: &SignInState) -> bool {
    !matches!(state, SignInState::Starting | SignInState::Waiting)
}

/// The key without what came along when it was copied.
fn usable(key: &Secret) -> Result<Secret, BackendError> {
    let bare = key.0.trim();
    let is_one =
        !bare.is_empty() && bare.len() <= 4096 && bare.chars().all(|c| c.is_ascii_graphic());
    if is_one {
        Ok(Secret(bare.to_owned()))
    } else {
        Err(invalid(
            "this is not an API key; paste it as the provider shows it",
        ))
    }
}

fn invalid(what: &str) -> BackendError {
    BackendError::Invalid(what.to_owned())
}
