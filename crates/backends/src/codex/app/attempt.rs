//! One try of a person to sign in, somewhere and with something: where it stands, how long it may take, taking it back, and
//! handing over where their browser ended up. Owns that its end is told once nothing of it is left; never knows what is signed
//! in to, nor how many there may be.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use switchboard_engine::{
    News,
    backend::{BackendError, SignIn, SignInState, SignInWay},
};
use switchboard_model::Millis;
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use super::callback::{Callback, NotTaken};

/// How long a person has.
pub(super) const LIFETIME: Duration = Duration::from_mins(10);

/// How long somebody who pasted an address waits for what comes of it.
const PASTED: Duration = Duration::from_secs(30);

/// One try, for as long as it is remembered. What leads through it ends by itself, or with this.
pub(super) struct Attempt {
    pub(super) view: View,
    _task: JoinSet<()>,
}

/// One try, as others see it. Cheap to clone.
#[derive(Clone)]
pub(super) struct View {
    seen: watch::Receiver<SignIn>,
    taken_back: CancellationToken,
    /// Where its browser is sent back to, once it is known.
    callback: Arc<OnceLock<Callback>>,
}

/// One try, as whoever leads through it has it.
pub(super) struct Lead {
    told: watch::Sender<SignIn>,
    taken_back: CancellationToken,
    callback: Arc<OnceLock<Callback>>,
    /// Rung at each step.
    news: News,
}

impl Attempt {
    /// Begins one. It goes on also if nobody waits for it.
    pub(super) fn begin<F>(
        way: SignInWay,
        now: Millis,
        news: &News,
        lead: impl FnOnce(Lead) -> F,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (told, seen) = watch::channel(SignIn {
            way,
            state: SignInState::Starting,
            url: None,
            code: None,
            expires_at: Some(now.plus(LIFETIME)),
        });
        let view = View {
            seen,
            taken_back: CancellationToken::new(),
            callback: Arc::default(),
        };
        let mut task = JoinSet::new();
        task.spawn(lead(Lead {
            told,
            taken_back: view.taken_back.clone(),
            callback: view.callback.clone(),
            news: news.clone(),
        }));
        news.ring();
        Self { view, _task: task }
    }
}

impl View {
    /// Where it stands.
    pub(super) fn state(&self) -> SignIn {
        self.seen.borrow().clone()
    }

    /// Whether it has ended.
    pub(super) fn is_over(&self) -> bool {
        is_over(&self.seen.borrow().state)
    }

    /// Takes it back, if it is still on its way.
    pub(super) fn give_up(&self) {
        self.taken_back.cancel();
    }

    /// Returns once nothing of it is left.
    pub(super) async fn gone(mut self) {
        // Nobody tells any more once it is gone.
        while self.seen.changed().await.is_ok() {}
    }

    /// Returns when it waits for the person, or has ended.
    pub(super) async fn settled(mut self) {
        let settled = |seen: &SignIn| {
            let waits = seen.state == SignInState::Waiting && seen.way != SignInWay::ApiKey;
            waits || is_over(&seen.state)
        };
        let _ = self.seen.wait_for(settled).await;
    }

    /// Hands over where the browser ended up, and waits for what comes of it.
    pub(super) async fn paste(mut self, pasted: &str) -> Result<(), BackendError> {
        let waits = self.seen.borrow().state == SignInState::Waiting;
        let Some(callback) = self.callback.get().filter(|_| waits).cloned() else {
            return Err(nobody_waits());
        };
        if let Err(not_taken) = callback.go_on(pasted).await {
            // It may have ended while it was asked.
            if !(self.is_over() && matches!(not_taken, NotTaken::NobodyWaits(_))) {
                return Err(BackendError::Invalid(not_taken.to_string()));
            }
        }
        let over = self.seen.wait_for(|seen| is_over(&seen.state));
        let _ = timeout(PASTED, over).await;
        Ok(())
    }
}

impl Lead {
    /// What comes of this within the time that there is, unless it is taken back.
    pub(super) async fn within(
        &self,
        lifetime: Duration,
        led: impl Future<Output = SignInState>,
    ) -> SignInState {
        tokio::select! {
            () = self.taken_back.cancelled() => SignInState::Cancelled,
            () = sleep(lifetime) => SignInState::Expired,
            end = led => end,
        }
    }

    /// What comes of this; `None` if it is taken back first.
    pub(super) async fn unless_taken_back<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            () = self.taken_back.cancelled() => None,
            done = work => Some(done),
        }
    }

    /// It is the person's turn now: to open this, or to type that code there. A browser that opens it is sent back to an
    /// address with this path.
    pub(super) fn waits(&self, url: Option<String>, code: Option<String>, path: &str) {
        let callback = url.as_deref().and_then(|url| Callback::of(url, path));
        if let Some(callback) = callback {
            let _ = self.callback.set(callback);
        }
        self.told.send_modify(|seen| {
            seen.state = SignInState::Waiting;
            (seen.url, seen.code) = (url, code);
        });
        self.news.ring();
    }

    /// Where the browser is sent back to, if that is known.
    pub(super) fn callback(&self) -> Option<&Callback> {
        self.callback.get()
    }

    /// Tells how it ended. Others go on once this is dropped.
    pub(super) fn ended(&self, state: SignInState) {
        self.told.send_modify(|seen| {
            // Nothing is left to open or to type.
            (seen.url, seen.code, seen.expires_at) = (None, None, None);
            seen.state = state;
        });
        self.news.ring();
    }
}

/// What somebody is told who pastes an address that nobody waits for.
pub(super) fn nobody_waits() -> BackendError {
    BackendError::Invalid(
        "no sign-in waits for an address; begin one in the browser first".to_owned(),
    )
}

fn is_over(state: &SignInState) -> bool {
    !matches!(state, SignInState::Starting | SignInState::Waiting)
}
