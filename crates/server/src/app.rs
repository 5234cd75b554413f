//! What the server is made of: given from outside as [`App`], shared by all handlers as `Shared`. Owns
//! no behaviour.

use std::{net::SocketAddr, ops::Deref, sync::Arc};

use futures_util::future::BoxFuture;
use switchboard_auth::Identity;
use switchboard_engine::{Engine, Supervisor, chat::ChatError};
use switchboard_model::person::Person;

use crate::{
    cookie::SessionCookie,
    envelope::Requests,
    gate::{Gate, PublicUrl},
    live::{Live, seats::Seats},
    metrics::Metrics,
    wire,
};

/// Uploads of one person at once: a composer sends a few, and each holds a file open.
const UPLOADS: usize = 10;

/// Uploads of all people at once.
const UPLOADS_IN_ALL: usize = 64;

/// How this server presents itself.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Where people reach it, if that is elsewhere.
    pub public_url: Option<PublicUrl>,
    /// Whether assistants answer from a script here; the page says so.
    pub demo: bool,
    /// The workspace's name.
    pub workspace: String,
    /// Of this program.
    pub version: String,
}

/// Looks at the machine and says what it found.
pub type Doctor =
    Arc<dyn Fn(Scope) -> BoxFuture<'static, Result<wire::Doctor, ChatError>> + Send + Sync>;

/// How much the doctor looks at.
#[derive(Debug, Clone)]
pub enum Scope {
    /// Everything, for admins.
    Everything,
    /// How those assistants are that this person may mention.
    AssistantsOf(Person),
}

/// What a server needs.
pub struct App {
    /// Writes, and reads through its reader.
    pub engine: Engine,
    /// Who may call us.
    pub identity: Identity,
    /// How this server presents itself.
    pub settings: Settings,
    /// Looks at the machine.
    pub doctor: Doctor,
}

/// What all handlers share. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Shared(Arc<Inside>);

pub(crate) struct Inside {
    pub(crate) engine: Engine,
    pub(crate) identity: Identity,
    pub(crate) settings: Settings,
    pub(crate) doctor: Doctor,
    pub(crate) cookie: SessionCookie,
    pub(crate) gate: Gate,
    pub(crate) live: Live,
    pub(crate) metrics: Metrics,
    pub(crate) requests: Requests,
    /// Uploads under way.
    pub(crate) uploads: Seats,
}

impl Shared {
    /// Shares the app, and starts following the changes feed.
    pub(crate) fn new(app: App, supervisor: &Supervisor) -> Self {
        let https = app
            .settings
            .public_url
            .as_ref()
            .is_some_and(PublicUrl::is_https);
        let cookie = if https {
            SessionCookie::Secure
        } else {
            SessionCookie::Plain
        };
        Self(Arc::new(Inside {
            gate: Gate::new(app.settings.listen, app.settings.public_url.clone(), cookie),
            live: Live::start(&app.engine, supervisor),
            metrics: Metrics::default(),
            requests: Requests::default(),
            uploads: Seats::new(UPLOADS, UPLOADS_IN_ALL),
            engine: app.engine,
            identity: app.identity,
            settings: app.settings,
            doctor: app.doctor,
            cookie,
        }))
    }
}

impl Deref for Shared {
    type Target = Inside;

    fn deref(&self) -> &Inside {
        &self.0
    }
}
