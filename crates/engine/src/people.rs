//! The people of the workspace as admins and they themselves change them. Owns who may; secrets, and
//! so invitations, are `auth`'s.

use switchboard_model::{
    PersonId,
    person::{self, Person},
};
use switchboard_store::{PersonError, PersonPatch};

use crate::{Engine, chat::ChatError};

impl From<PersonError> for ChatError {
    fn from(error: PersonError) -> Self {
        match error {
            PersonError::NoPerson => Self::NotFound("person"),
            PersonError::HandleTaken(handle) => Self::HandleTaken(handle),
            PersonError::LastAdmin => Self::LastAdmin,
            PersonError::ClientIdReused => Self::ClientIdReused,
            PersonError::Store(error) => Self::Store(error),
        }
    }
}

/// Refuses everyone but admins, in these words.
pub(crate) fn admins_only(by: &Person, refusal: &'static str) -> Result<(), ChatError> {
    if by.is_admin() {
        Ok(())
    } else {
        Err(ChatError::NotAllowed(refusal))
    }
}

impl Engine {
    /// Changes a person: everyone their own name and handle, admins everyone's and their role.
    pub async fn change_person(
        &self,
        by: &Person,
        id: PersonId,
        mut patch: PersonPatch,
    ) -> Result<Person, ChatError> {
        self.reader()
            .person(id)
            .await?
            .ok_or(ChatError::NotFound("person"))?;
        if !by.is_admin() {
            if by.id != id {
                return Err(ChatError::NotAllowed("only an admin changes others"));
            }
            if patch.role.is_some_and(|role| role != by.role) {
                return Err(ChatError::NotAllowed("only an admin changes roles"));
            }
        }
        if let Some(name) = &patch.name {
            patch.name =
                Some(person::name(name).map_err(|why| ChatError::Invalid(why.to_string()))?);
        }
        if let Some(handle) = &patch.handle {
            patch.handle = Some(self.free_handle(handle)?);
        }
        Ok(self.store().change_person(by.id, id, patch).await?)
    }

    /// Removes a person. What they asked for and is not answered yet is stopped.
    pub async fn remove_person(&self, by: &Person, id: PersonId) -> Result<(), ChatError> {
        admins_only(by, "only an admin removes people")?;
        for turn in self.store().remove_person(by.id, id).await? {
            self.running().stop(turn);
        }
        Ok(())
    }

    /// A handle that a person may have, as far as it is known without looking who has it: none that an
    /// assistant gets when it is registered, because a mention of it must never reach a person instead.
    pub fn free_handle(&self, handle: &str) -> Result<String, ChatError> {
        let handle = person::handle(handle).map_err(|why| ChatError::Invalid(why.to_string()))?;
        if self
            .registry()
            .offers()
            .iter()
            .any(|spec| spec.handle == handle)
        {
            return Err(ChatError::HandleTaken(handle));
        }
        Ok(handle)
    }
}
