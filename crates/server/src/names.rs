//! Who the names in a text mean. Owns one look at the people and assistants of the workspace; the
//! parser of mentions is `model`'s.

use std::collections::HashMap;

use switchboard_model::{AssistantId, PersonId};
use switchboard_store::{Reader, StoreError};

/// Every handle of the workspace at one moment.
#[derive(Debug, Clone, Default)]
pub struct Names {
    assistants: HashMap<String, AssistantId>,
    people: HashMap<String, PersonId>,
}

impl Names {
    /// Looks the names up.
    pub async fn read(reader: &Reader) -> Result<Self, StoreError> {
        let assistants = reader.assistants().await?;
        let people = reader.people().await?;
        Ok(Self {
            assistants: assistants.into_iter().map(|a| (a.handle, a.id)).collect(),
            people: people.into_iter().map(|p| (p.handle, p.id)).collect(),
        })
    }

    /// Whether anybody has this handle.
    pub fn knows(&self, handle: &str) -> bool {
        self.assistants.contains_key(handle) || self.people.contains_key(handle)
    }

    /// The assistant with this handle.
    pub fn assistant(&self, handle: &str) -> Option<AssistantId> {
        self.assistants.get(handle).copied()
    }

    /// A person's handle.
    pub fn handle(&self, person: PersonId) -> Option<&str> {
        let found = self.people.iter().find(|(_, id)| **id == person);
        found.map(|(handle, _)| handle.as_str())
    }
}
