//! What admins and owners do with assistants, from the page and the command line alike. Owns who may,
//! and what makes sense; never makes a secret.

use std::time::Duration;

use switchboard_model::{
    AssistantId, PersonId,
    assistant::{Access, Assistant, Limits},
    person::Person,
};
use switchboard_store::{AssistantPatch, HandleTaken, NewAssistant};

use crate::{Engine, backend::Spec, chat::ChatError, people::admins_only};

/// The longest limit that can be set.
const LONGEST: Duration = Duration::from_hours(24);

/// What to change on an assistant; `None` leaves it.
#[derive(Debug, Clone, Default)]
pub struct AssistantChange {
    /// Whether mentions are answered.
    pub enabled: Option<bool>,
    /// Who may use it.
    pub access: Option<Access>,
    /// The people, with [`Access::Named`].
    pub people: Option<Vec<PersonId>>,
    /// What bounds its turns, all of it.
    pub limits: Option<Limits>,
}

impl From<HandleTaken> for ChatError {
    fn from(error: HandleTaken) -> Self {
        match error {
            HandleTaken::Taken(handle) => Self::HandleTaken(handle),
            HandleTaken::Store(error) => Self::Store(error),
        }
    }
}

impl Engine {
    /// Registers the assistant of that handle on somebody's account. Says `false` if it was before.
    pub async fn add_assistant(
        &self,
        by: &Person,
        handle: &str,
        owner: &Person,
    ) -> Result<(Assistant, bool), ChatError> {
        admins_only(by, "only an admin registers assistants")?;
        let spec = self.spec_of(handle)?;
        let new = NewAssistant {
            handle: spec.handle,
            name: spec.title,
            backend: spec.name,
            owner: owner.id,
        };
        Ok(self.store().add_assistant(Some(by.id), new).await?)
    }

    /// Switches an assistant, opens it, limits it.
    pub async fn change_assistant(
        &self,
        by: &Person,
        id: AssistantId,
        change: AssistantChange,
    ) -> Result<Assistant, ChatError> {
        let old = self.governed(by, id).await?;
        let patch = AssistantPatch {
            enabled: change.enabled,
            access: self
                .checked_access(&old, change.access, change.people)
                .await?,
            limits: change.limits.map(checked_limits).transpose()?,
        };
        if !self.store().change_assistant(by.id, id, patch).await? {
            return Err(ChatError::NotFound("assistant"));
        }
        let changed = self.reader().assistant(id).await?;
        changed.ok_or(ChatError::NotFound("assistant"))
    }

    /// Gives an assistant a client pair; an older one is of no use from then on.
    pub async fn set_client_pair(
        &self,
        by: &Person,
        id: AssistantId,
        client_id: String,
        secret: [u8; 32],
    ) -> Result<(), ChatError> {
        self.governed(by, id).await?;
        let store = self.store();
        if store.set_client_pair(by.id, id, client_id, secret).await? {
            Ok(())
        } else {
            Err(ChatError::NotFound("assistant"))
        }
    }

    /// Removes an assistant; what it wrote stays.
    pub async fn remove_assistant(&self, by: &Person, id: AssistantId) -> Result<(), ChatError> {
        self.governed(by, id).await?;
        if self.store().remove_assistant(by.id, id).await? {
            Ok(())
        } else {
            Err(ChatError::NotFound("assistant"))
        }
    }

    fn spec_of(&self, handle: &str) -> Result<Spec, ChatError> {
        let wanted = handle.trim().trim_start_matches('@').to_lowercase();
        let specs = self.registry().offers();
        let known: Vec<&str> = specs.iter().map(|spec| spec.handle.as_str()).collect();
        let found = specs.iter().find(|spec| spec.handle == wanted).cloned();
        found.ok_or_else(|| {
            ChatError::Invalid(format!(
                "there is no assistant named {handle}; known are: {}",
                known.join(", ")
            ))
        })
    }

    /// An assistant that this person may change: its owner and admins. Everyone sees that it is there.
    async fn governed(&self, by: &Person, id: AssistantId) -> Result<Assistant, ChatError> {
        let found = self.reader().assistant(id).await?;
        let assistant = found.ok_or(ChatError::NotFound("assistant"))?;
        if by.is_admin() || assistant.owner == by.id {
            Ok(assistant)
        } else {
            Err(ChatError::NotAllowed(
                "only its owner, or an admin, changes an assistant",
            ))
        }
    }

    async fn checked_access(
        &self,
        old: &Assistant,
        access: Option<Access>,
        people: Option<Vec<PersonId>>,
    ) -> Result<Option<(Access, Vec<PersonId>)>, ChatError> {
        let wanted = match (access, &people) {
            (None, None) => return Ok(None),
            (Some(access), _) => access,
            (None, Some(_)) => old.access,
        };
        let people = people.unwrap_or_default();
        if (wanted == Access::Named) == people.is_empty() {
            return Err(ChatError::Invalid(
                "name people for the access `named`, and only for that".to_owned(),
            ));
        }
        for person in &people {
            if self.reader().person(*person).await?.is_none() {
                return Err(ChatError::Invalid(format!("there is no person {person}")));
            }
        }
        Ok(Some((wanted, people)))
    }
}

fn checked_limits(limits: Limits) -> Result<Limits, ChatError> {
    let all = [limits.mention_deadline, limits.direct_deadline, limits.idle];
    let fits = |limit: &Duration| (Duration::from_secs(1)..=LONGEST).contains(limit);
    if all.iter().flatten().all(fits) {
        Ok(limits)
    } else {
        Err(ChatError::Invalid(
            "a limit is at least a second and at most a day".to_owned(),
        ))
    }
}
