//! Presence on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where one is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Whereabouts {
    /// The thread that one looks at; null is none.
    pub thread_id: Option<String>,
    /// Whether one types in it.
    #[serde(default)]
    pub typing: bool,
}

/// Where somebody else is, as far as one may know. Put it in the place of what was told of them before. After
/// `ready`, who is not told of is not here.
#[derive(Debug, Serialize, ToSchema)]
pub struct Presence {
    /// Who.
    pub person_id: String,
    /// Whether they have an event stream open.
    pub here: bool,
    /// The thread they look at, if one may see it.
    pub thread_id: Option<String>,
    /// Whether they type in it.
    pub typing: bool,
    /// When that ends, unless it is told again; null where nothing ends by itself.
    pub expires_at: Option<i64>,
}
