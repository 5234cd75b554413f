//! People and authors on the wire.

use serde::{Deserialize, Serialize};
use switchboard_model::person as model;
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
}

/// What a person may do in the workspace.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Invites people, opens assistants to others, reads the audit.
    Admin,
    /// Writes in threads and uses what was opened to them.
    Member,
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

impl ToWire for model::Person {
    type Wire = Person;

    fn to_wire(&self) -> Person {
        Person {
            id: self.id.to_string(),
            handle: self.handle.clone(),
            name: self.name.clone(),
            role: match self.role {
                model::Role::Admin => Role::Admin,
                model::Role::Member => Role::Member,
            },
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
