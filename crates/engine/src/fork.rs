//! Branching off: a new thread that carries over what was said up to a message, and one's own message asked once more.
//! Owns what a fork begins with; what was answered is never overwritten.

use std::path::Path;

use switchboard_model::{
    MessageId, ThreadId,
    carried::{self, CARRIED_LINES, CarriedLine},
    home::Home,
    message::Message,
    person::Person,
    settings::{Permission, ThreadSettings},
    thread::{TITLE_LIMIT, Thread, Visibility},
};
use switchboard_store::{
    AgainError, AskAgain, Carried, EditError, NewThread, Posted, StoreError, ThreadRow,
};

use crate::{
    Engine,
    chat::{ChatError, Incoming, checked_client_id, checked_text},
    folders::lies_below,
};

/// What the title of a fork begins with.
const FORK_OF: &str = "Fork of ";

impl Engine {
    /// Opens a private thread of this person's that carries over what was said up to a message, and that works as the
    /// other does. Says `false` beside it if the client id had opened it before.
    pub async fn fork(
        &self,
        by: &Person,
        thread: ThreadId,
        message: MessageId,
        client_id: Option<String>,
    ) -> Result<(ThreadRow, bool), ChatError> {
        let row = self.visible_thread(by, thread).await?;
        let message = self.visible_message(by, message).await?;
        if message.thread != thread {
            return Err(ChatError::NotFound("message"));
        }
        self.branch(by, &row.thread, message.seq, client_id).await
    }

    /// Has one's own message say something else and asks again: in its place if it was not answered, else in a fork that
    /// begins before it, so that nothing is overwritten. The message says in which thread it stands.
    pub async fn resend(
        &self,
        by: &Person,
        id: MessageId,
        text: &str,
        client_id: Option<String>,
    ) -> Result<Posted, ChatError> {
        let message = self.visible_message(by, id).await?;
        if message.author.id != by.id {
            return Err(EditError::NotYours.into());
        }
        let row = self.visible_thread(by, message.thread).await?;
        let text = checked_text(text, !message.attachments.is_empty())?;
        let client_id = checked_client_id(client_id)?;
        let addressed = self.addressed(by, &row.thread, &text).await?;
        self.all_can_take(&addressed, &text, &message.attachments)
            .await?;
        let again = AskAgain {
            person: by.id,
            message: id,
            text: text.clone(),
            addressed,
            client_id: client_id.clone(),
        };
        match self.store().ask_again(again).await {
            Ok(posted) => Ok(posted),
            Err(AgainError::Edit(error)) => Err(error.into()),
            Err(AgainError::Answered) => {
                self.ask_in_fork(by, &row.thread, &message, text, client_id)
                    .await
            }
        }
    }

    /// Both steps are the same if they are repeated, so that a crash between them leaves nothing half done for good.
    async fn ask_in_fork(
        &self,
        by: &Person,
        source: &Thread,
        message: &Message,
        text: String,
        client_id: Option<String>,
    ) -> Result<Posted, ChatError> {
        let before = message.seq - 1;
        let (fork, _) = self.branch(by, source, before, client_id.clone()).await?;
        let fork = fork.thread.id;
        let files = message.attachments.iter().map(|file| file.id).collect();
        let copies = self
            .store()
            .copy_attachments(by.id, files, fork.to_string());
        let incoming = Incoming {
            text,
            attachments: copies.await?,
            client_id,
        };
        self.post(by, fork, incoming).await
    }

    async fn branch(
        &self,
        by: &Person,
        source: &Thread,
        seq: i64,
        client_id: Option<String>,
    ) -> Result<(ThreadRow, bool), ChatError> {
        let new = NewThread {
            created_by: by.id,
            title: Some(title_of_fork(&source.title)),
            visibility: Visibility::Private,
            assistant: source.assistant,
            settings: self.settings_of_fork(by, source).await?,
            carried: Some(self.carried_over(source, seq).await?),
            client_id: checked_client_id(client_id)?,
        };
        Ok(self.store().create_thread(new).await?)
    }

    /// As the other thread works, as far as this person may have it so without being asked once more.
    async fn settings_of_fork(
        &self,
        by: &Person,
        source: &Thread,
    ) -> Result<ThreadSettings, StoreError> {
        let mut settings = source.settings.clone();
        if settings.home == Home::Own
            && self
                .may_choose_own_home(by, source.assistant)
                .await
                .is_err()
        {
            settings.home = Home::House;
        }
        if settings.permission == Permission::Full {
            settings.permission = Permission::Standard;
        }
        if let Some(folder) = &settings.folder {
            let allowed = self.reader().folders(by.id).await?;
            if !lies_below(Path::new(folder), &allowed) {
                settings.folder = None;
            }
        }
        Ok(settings)
    }

    /// What was said up to a place, with what that thread carries over itself.
    async fn carried_over(&self, source: &Thread, seq: i64) -> Result<Carried, StoreError> {
        let reader = self.reader();
        let said = reader.context(source.id, seq + 1, CARRIED_LINES).await?;
        let mut lines: Vec<_> = said.iter().map(CarriedLine::from).collect();
        // A thread begins with something that was said; notes come later.
        let older = said.first().map_or(0, |first| first.seq - 1);
        let mut all = older + lines.len() as i64;
        if let Some(before) = reader.carried(source.id).await? {
            all += before.left_out + before.lines.len() as i64;
            if older == 0 {
                lines.splice(0..0, before.lines);
            }
        }
        let lines = carried::newest(lines);
        Ok(Carried {
            source: source.id,
            seq,
            title: source.title.clone(),
            left_out: all - lines.len() as i64,
            lines,
        })
    }
}

/// A fork of a fork is called after what was forked first.
fn title_of_fork(title: &str) -> String {
    let title = title.strip_prefix(FORK_OF).unwrap_or(title);
    let title = if title.is_empty() { "a thread" } else { title };
    let room = TITLE_LIMIT - FORK_OF.len();
    if title.chars().count() <= room {
        return format!("{FORK_OF}{title}");
    }
    let cut: String = title.chars().take(room - 1).collect();
    format!("{FORK_OF}{cut}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fork_is_called_after_its_source_and_stays_within_the_limit() {
        for (title, fork) in [
            ("Sums", "Fork of Sums"),
            ("Fork of Sums", "Fork of Sums"),
            ("", "Fork of a thread"),
        ] {
            assert_eq!(title_of_fork(title), fork);
        }
        let long = title_of_fork(&"é".repeat(TITLE_LIMIT));
        assert_eq!(long.chars().count(), TITLE_LIMIT);
    }
}
