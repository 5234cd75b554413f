//! The audit on the wire.

use serde::Serialize;
use switchboard_store as store;
use utoipa::ToSchema;

use super::{Author, ToWire};

/// Who did what.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditEntry {
    /// Which.
    pub id: String,
    /// When.
    pub at: i64,
    /// Who, also one who was removed since; null is Switchboard itself.
    pub actor: Option<Author>,
    /// What, as `noun.verb`.
    pub action: String,
    /// To what.
    pub object: String,
    /// To whom, where it was done to a person.
    pub whom: Option<Author>,
    /// More.
    pub detail: String,
}

/// A page of the audit, newest first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditPage {
    /// Newest first.
    pub items: Vec<AuditEntry>,
    /// What to give as `before` for the next page; null at the end.
    pub next: Option<String>,
}

impl ToWire for store::AuditEntry {
    type Wire = AuditEntry;

    fn to_wire(&self) -> AuditEntry {
        AuditEntry {
            id: self.id.to_string(),
            at: self.at.0,
            actor: self.actor.as_ref().map(ToWire::to_wire),
            action: self.action.clone(),
            object: self.object.clone(),
            whom: self.whom.as_ref().map(ToWire::to_wire),
            detail: self.detail.clone(),
        }
    }
}
