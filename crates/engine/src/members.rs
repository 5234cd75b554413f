//! Who is in a thread: adding, leaving, removing. Never decides who may see one; that is the store's.

use switchboard_model::{PersonId, ThreadId, person::Person};
use switchboard_store::MemberError;

use crate::{
    Engine,
    chat::{ChatError, may_govern},
};

impl From<MemberError> for ChatError {
    fn from(error: MemberError) -> Self {
        match error {
            MemberError::NoMember => Self::NotFound("member"),
            MemberError::LastMember => Self::LastMember,
            MemberError::Store(error) => Self::Store(error),
        }
    }
}

impl Engine {
    /// Adds a member to a thread. Whoever may see it may.
    pub async fn add_member(
        &self,
        by: &Person,
        thread: ThreadId,
        person: PersonId,
    ) -> Result<(), ChatError> {
        self.visible_thread(by, thread).await?;
        self.reader()
            .person(person)
            .await?
            .ok_or(ChatError::NotFound("person"))?;
        Ok(self.store().add_member(by.id, thread, person).await?)
    }

    /// Takes a member out of a thread: everyone themselves, who opened it and admins everyone. What the
    /// member asked for there goes on: its answer is for those who stay.
    pub async fn remove_member(
        &self,
        by: &Person,
        thread: ThreadId,
        person: PersonId,
    ) -> Result<(), ChatError> {
        let row = self.visible_thread(by, thread).await?;
        if by.id != person && !may_govern(by, &row.thread) {
            return Err(ChatError::NotAllowed(
                "only who opened the thread, or an admin, takes others out of it",
            ));
        }
        Ok(self.store().remove_member(by.id, thread, person).await?)
    }
}
