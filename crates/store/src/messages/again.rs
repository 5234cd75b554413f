//! Changing a message and asking it once more, in its place. Owns that nothing which was answered is ever overwritten, and that the same
//! client id is the same wish.

use switchboard_model::{MessageId, PersonId, message::Message};

use super::{Addressed, Posted, edit, load_one};
use crate::{
    EditError, Store,
    blobs::Stowed,
    db::vals,
    queue, turns,
    writer::{Floor, Tx},
};

/// A message to change and to ask again.
#[derive(Debug, Clone)]
pub struct AskAgain {
    /// Who; its author.
    pub person: PersonId,
    /// Which.
    pub message: MessageId,
    /// What it says from now on.
    pub text: String,
    /// The assistants that owe an answer to that, in order, each once.
    pub addressed: Vec<Addressed>,
    /// The same id again is the same wish.
    pub client_id: Option<String>,
}

/// Why a message was not asked again.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AgainError {
    /// It was answered: what was said stays as it is.
    #[error("this message was answered")]
    Answered,
    /// It cannot be changed.
    #[error(transparent)]
    Edit(#[from] EditError),
}

impl From<crate::StoreError> for AgainError {
    fn from(error: crate::StoreError) -> Self {
        Self::Edit(EditError::Store(error))
    }
}

impl Store {
    /// Changes a message whose turns all ended without an answer, and gives each assistant that it addresses a turn more.
    pub async fn ask_again(&self, again: AskAgain) -> Result<Posted, AgainError> {
        let text = self.stow(again.text.clone()).await?;
        self.write(Floor::Respect, move |tx| {
            Box::pin(ask_again(tx, again.clone(), text.clone()))
        })
        .await
    }
}

async fn ask_again(tx: &mut Tx<'_>, again: AskAgain, text: Stowed) -> Result<Posted, AgainError> {
    let (id, person) = (again.message, again.person);
    let (thread, seen) = edit::hold_own(tx, person, id).await?;
    if let Some(client_id) = &again.client_id {
        let sql = "SELECT id FROM turns WHERE message = $1 AND client_id = $2";
        if tx.one(sql, &vals![id, client_id]).await?.is_some() {
            return posted(tx, seen, true).await;
        }
    }
    edit::is_at_rest(tx, &seen).await?;
    let before = turns::newest_of(&mut tx.conn, &seen).await?;
    if before.iter().any(|turn| turn.reply.is_some()) {
        return Err(AgainError::Answered);
    }
    edit::rewrite(tx, &thread, &seen, text).await?;
    queue::end_hold(tx, thread.id, person).await?;
    let mut place = before.len() as i64;
    for addressed in &again.addressed {
        let old = before
            .iter()
            .find(|turn| turn.assistant == addressed.assistant);
        let turn = if let Some(old) = old {
            let wish = turns::Again::Asked {
                by: person,
                refused: addressed.refused.as_ref(),
            };
            turns::attempt(tx, old.clone(), wish).await?
        } else {
            place += 1;
            turns::owe(tx, &seen, place, addressed).await?
        };
        let sql = "UPDATE turns SET client_id = $2 WHERE id = $1";
        tx.run(sql, &vals![turn.id, again.client_id.clone()])
            .await?;
    }
    let edited = load_one(&mut tx.conn, id).await?;
    posted(tx, edited.ok_or(EditError::NoMessage)?, false).await
}

async fn posted(tx: &mut Tx<'_>, message: Message, repeated: bool) -> Result<Posted, AgainError> {
    let turns = turns::newest_of(&mut tx.conn, &message).await?;
    Ok(Posted {
        message,
        turns,
        repeated,
    })
}
