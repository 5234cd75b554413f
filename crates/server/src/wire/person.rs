//! People and authors on the wire.

use serde::{Deserialize, Serialize};
use switchboard_model::person as model;
use switchboard_store as store;
use utoipa::ToSchema;

use super::ToWire;

/// Somebody who signs in, or in whose name a token acts.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Person {
    /// Who.
    pub id: String,
    /// The name after the `@`.
    pub handle: String,
    /// As shown.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Set while they were invited and never signed in. Admins see it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub invited: bool,
}

/// What a person may do in the workspace.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Invites people, opens assistants to others, reads the audit.
    Admin,
    /// Writes in threads and uses what was opened to them.
    Member,
}

/// Somebody to invite. One of the two names will do.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    /// As shown.
    pub name: Option<String>,
    /// The name after the `@`; made from the name if it is left out.
    pub handle: Option<String>,
    /// Member unless said otherwise.
    pub role: Option<Role>,
    /// The same id again, with the same body, is the same person with another link. `Idempotency-Key`
    /// means the same.
    pub client_id: Option<String>,
}

/// Somebody who was invited, and the way in to be sent to them.
#[derive(Serialize, ToSchema)]
pub struct Invited {
    /// Who.
    pub person: Person,
    /// Opens the page signed in as them, once. It is in this answer and nowhere else.
    pub link: String,
    /// Of no use from then on.
    pub expires_at: i64,
}

/// A way in for somebody, to be sent to them.
#[derive(Serialize, ToSchema)]
pub struct PersonLink {
    /// Opens the page signed in as them, once. It is in this answer and nowhere else.
    pub link: String,
    /// Of no use from then on.
    pub expires_at: i64,
}

/// What to change on a person; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PersonPatch {
    /// As shown.
    pub name: Option<String>,
    /// The name after the `@`.
    pub handle: Option<String>,
    /// What they may do; for admins to give.
    pub role: Option<Role>,
}

/// A person as they are now, or that they are gone.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum PersonEvent {
    /// As they are now, for the one who listens.
    Changed(Person),
    /// Gone: what they wrote stays.
    Removed(Removed),
}

/// Somebody is gone.
#[derive(Debug, Serialize, ToSchema)]
pub struct Removed {
    /// Who.
    pub id: String,
    /// Always true.
    pub removed: bool,
}

/// Who is in a thread now.
#[derive(Debug, Serialize, ToSchema)]
pub struct Members {
    /// Which thread.
    pub thread_id: String,
    /// All of them, by handle.
    pub members: Vec<Author>,
}

/// Who wrote something, or owns it: a person or an assistant.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Author {
    /// Who.
    pub id: String,
    /// Without the `@`.
    pub handle: String,
    /// As shown.
    pub name: String,
}

/// Somebody to add to a thread.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMember {
    /// A person's id or handle.
    pub person: String,
}

impl Person {
    /// A person as somebody of this role sees them.
    pub fn seen_by(role: model::Role, person: &model::Person) -> Self {
        Self {
            invited: person.invited && role == model::Role::Admin,
            id: person.id.to_string(),
            handle: person.handle.clone(),
            name: person.name.clone(),
            role: match person.role {
                model::Role::Admin => Role::Admin,
                model::Role::Member => Role::Member,
            },
        }
    }
}

impl From<Role> for model::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Admin => Self::Admin,
            Role::Member => Self::Member,
        }
    }
}

impl From<PersonPatch> for store::PersonPatch {
    fn from(patch: PersonPatch) -> Self {
        Self {
            name: patch.name,
            handle: patch.handle,
            role: patch.role.map(Into::into),
        }
    }
}

impl ToWire for model::Author {
    type Wire = Author;

    fn to_wire(&self) -> Author {
        Author {
            id: self.id.to_string(),
            handle: self.handle.clone(),
            name: self.name.clone(),
        }
    }
}

impl Author {
    /// A person as others see them.
    pub fn of(person: &model::Person) -> Self {
        Self {
            id: person.id.to_string(),
            handle: person.handle.clone(),
            name: person.name.clone(),
        }
    }
}
