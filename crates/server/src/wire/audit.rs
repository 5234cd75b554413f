//! The audit on the wire.

use serde::Serialize;
use switchboard_store as store;
use utoipa::ToSchema;

use super::ToWire;

/// Who did what.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditEntry {
    /// When.
    pub at: i64,
    /// Who; null is Switchboard itself.
    pub actor: Option<String>,
    /// What, as `noun.verb`.
    pub action: String,
    /// To what.
    pub object: String,
    /// More.
    pub detail: String,
}

impl ToWire for store::AuditEntry {
    type Wire = AuditEntry;

    fn to_wire(&self) -> AuditEntry {
        AuditEntry {
            at: self.at.0,
            actor: self.actor.map(|id| id.to_string()),
            action: self.action.clone(),
            object: self.object.clone(),
            detail: self.detail.clone(),
        }
    }
}
