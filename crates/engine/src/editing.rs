//! Changing what was said. It asks nobody anything; whoever wants another answer retries the turn or
//! writes again.

use switchboard_model::{MessageId, message::Message, person::Person};
use switchboard_store::EditError;

use crate::{
    Engine,
    chat::{ChatError, checked_text},
};

impl From<EditError> for ChatError {
    fn from(error: EditError) -> Self {
        match error {
            EditError::NoMessage => Self::NotFound("message"),
            EditError::NotYours => Self::NotAllowed("only its author changes a message"),
            EditError::TurnOpen => Self::TurnOpen,
            EditError::Store(error) => Self::Store(error),
        }
    }
}

impl Engine {
    /// Changes the text of one's own message, unless a turn that it asked for is open.
    pub async fn edit_message(
        &self,
        by: &Person,
        id: MessageId,
        text: &str,
    ) -> Result<Message, ChatError> {
        let message = self.visible_message(by, id).await?;
        let text = checked_text(text, !message.attachments.is_empty())?;
        Ok(self.store().edit_message(by.id, id, text).await?)
    }
}
