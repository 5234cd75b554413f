//! Signing in and out in the person's own Codex home, over an app server that lives for nothing else. Owns that there is
//! one sign-in at a time, and that what counts of it is what turns will find; never sees a token, and keeps no key.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde_json::{Value, json};
use switchboard_engine::backend::{BackendError, Home, Secret, SignIn, SignInState, SignInWay};
use switchboard_model::outcome::Failure;

use super::{
    attempt::{Attempt, LIFETIME, Lead, View, nobody_waits},
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

/// How long the program may take to begin a sign-in: it asks the issuer for a code, or waits for a port to be free.
const BEGIN: Duration = Duration::from_secs(30);

/// How long it may take to end one, or to sign out, which it tells the issuer.
const END: Duration = Duration::from_secs(20);

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

/// One sign-in, as it runs.
struct Running {
    setup: Setup,
    pool: Arc<Pool>,
    lead: Lead,
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
        self.newest().map(|newest| newest.state())
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
        let (setup, pool) = (self.setup.clone(), self.pool.clone());
        let (now, news) = (setup.clock.now(), setup.news.clone());
        let attempt = Attempt::begin(way, now, &news, |lead| {
            Running {
                setup,
                pool,
                lead,
                way,
                key,
            }
            .run()
        });
        let view = attempt.view.clone();
        *self.lock() = Some(attempt);
        view.settled().await;
        Ok(self.state())
    }

    /// Hands over where the browser ended up, and waits for what comes of it.
    pub(super) async fn paste(&self, pasted: &str) -> Result<Option<SignIn>, BackendError> {
        let newest = self.newest().ok_or_else(nobody_waits)?;
        newest.paste(pasted).await?;
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
        if let Some(newest) = self.newest() {
            newest.give_up();
        }
    }

    /// Returns once nothing of an earlier one is left.
    async fn take_back(&self) {
        self.give_up();
        if let Some(earlier) = self.newest() {
            earlier.gone().await;
        }
    }

    fn newest(&self) -> Option<View> {
        self.lock().as_ref().map(|attempt| attempt.view.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Option<Attempt>> {
        // Held for a lookup only; a panic cannot leave it half changed.
        self.newest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Running {
    async fn run(mut self) {
        let server = match self.lead.unless_taken_back(start(&self.setup)).await {
            Some(Ok(server)) => server,
            Some(Err(failure)) => return self.lead.ended(SignInState::Failed(failure)),
            None => return self.lead.ended(SignInState::Cancelled),
        };
        let mut began = None;
        let lifetime = match self.way {
            SignInWay::Browser | SignInWay::Device => LIFETIME,
            SignInWay::ApiKey => END,
        };
        let key = self.key.take();
        let led = self.led(&server, key, &mut began);
        let end = self.lead.within(lifetime, led).await;
        if let (SignInState::Cancelled | SignInState::Expired, Some(id)) = (&end, began) {
            let params = json!({ "loginId": id });
            let _ = server.peer.call("account/login/cancel", params, END).await;
        }
        if end == SignInState::Done {
            // Whoever is answered next is answered with the new login.
            self.pool.retire_all().await;
        }
        self.lead.ended(end);
        server.ended().await;
    }

    /// Asks the program to begin, and hears how it ends.
    async fn led(
        &self,
        server: &Server,
        key: Option<Secret>,
        began: &mut Option<String>,
    ) -> SignInState {
        let params = match (self.way, key) {
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
        self.lead.waits(url, text("userCode"), CALLBACK);
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
