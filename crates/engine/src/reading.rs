//! How far people have read. Owns the check that they may see what they say they read.

use switchboard_model::{ThreadId, person::Person};

use crate::{Engine, chat::ChatError};

impl Engine {
    /// Notes that a person has read a thread up to `seq`. It never moves back.
    pub async fn read_thread(
        &self,
        by: &Person,
        thread: ThreadId,
        seq: i64,
    ) -> Result<(), ChatError> {
        self.visible_thread(by, thread).await?;
        if self.store().mark_read(thread, by.id, seq).await? {
            Ok(())
        } else {
            Err(ChatError::NotFound("thread"))
        }
    }
}
