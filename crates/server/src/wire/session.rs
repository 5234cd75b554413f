//! Signing in, sessions and tokens on the wire. Never holds a secret longer than the one answer that
//! hands it out.

use serde::{Deserialize, Serialize};
use switchboard_model::SessionId;
use switchboard_store as store;
use utoipa::ToSchema;

use super::{Person, ToWire};

/// Who is asking, and where.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Me {
    /// Who is signed in.
    pub person: Person,
    /// Where.
    pub workspace: Workspace,
    /// Whether assistants answer from a script here.
    pub demo: bool,
    /// Of this server.
    pub version: String,
}

/// The workspace that this server holds.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Workspace {
    /// As shown.
    pub name: String,
}

/// What a sign-in link carries after the `#`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// Good for one sign-in, until it expires.
    pub secret: String,
}

/// A signed-in browser.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Session {
    /// Which.
    pub id: String,
    /// When it signed in.
    pub created_at: i64,
    /// When it was last used.
    pub last_seen_at: i64,
    /// What the browser said it is.
    pub user_agent: String,
    /// Whether it is the one that asks.
    pub current: bool,
}

impl Session {
    /// A session as the one with the id `current` sees it.
    pub fn seen_by(session: &store::Session, current: Option<SessionId>) -> Self {
        Self {
            id: session.id.to_string(),
            created_at: session.created_at.0,
            last_seen_at: session.last_seen_at.0,
            user_agent: session.user_agent.clone(),
            current: current == Some(session.id),
        }
    }
}

/// A token to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// What to call it.
    pub name: String,
    /// Makes one token at most: the same id again is refused. `Idempotency-Key` means the same.
    #[serde(default)]
    pub client_id: Option<String>,
}

/// A token, as listed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Token {
    /// Which.
    pub id: String,
    /// What its maker calls it.
    pub name: String,
    /// When it was made.
    pub created_at: i64,
    /// When it was last used.
    pub last_used_at: Option<i64>,
}

/// A token, this once with its secret.
#[derive(Serialize, ToSchema)]
pub struct TokenMade {
    /// Which.
    pub id: String,
    /// What its maker calls it.
    pub name: String,
    /// What goes after `Authorization: Bearer`. It is not shown again.
    pub token: String,
}

impl ToWire for store::Token {
    type Wire = Token;

    fn to_wire(&self) -> Token {
        Token {
            id: self.id.to_string(),
            name: self.name.clone(),
            created_at: self.created_at.0,
            last_used_at: self.last_used_at.map(|at| at.0),
        }
    }
}
