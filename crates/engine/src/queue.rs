//! Messages that wait until their author's turns in the thread have ended. Owns when one is let go; it
//! comes in as every message does, through `chat`, and leaves the queue in the same transaction.

use switchboard_model::{
    PersonId, QueuedId, ThreadId,
    person::Person,
    queue::{Queue, Queued},
};
use switchboard_store::{FromQueue, NewQueued, Posted, QueueError, StoreError, When};

use crate::{
    Engine,
    chat::{ChatError, Incoming, checked_text},
};

/// How many queues go on in one look; what is left is seen in the next.
const AT_ONCE: usize = 32;

impl From<QueueError> for ChatError {
    fn from(error: QueueError) -> Self {
        match error {
            QueueError::NoThread => Self::NotFound("thread"),
            QueueError::ClientIdReused => Self::ClientIdReused,
            QueueError::Full => Self::QueueFull,
            QueueError::NoAttachment(id) => Self::NoAttachment(id),
            QueueError::Store(error) => Self::Store(error),
        }
    }
}

impl Engine {
    /// What waits of a person in a thread.
    pub async fn queue(&self, by: &Person, thread: ThreadId) -> Result<Queue, ChatError> {
        self.visible_thread(by, thread).await?;
        Ok(self.reader().queue(thread, by.id).await?)
    }

    /// One message that waits of a person in a thread.
    pub async fn queued_in(
        &self,
        by: &Person,
        thread: ThreadId,
        id: QueuedId,
    ) -> Result<Queued, ChatError> {
        let queued = self.own_queued(by, id).await?;
        if queued.thread == thread {
            Ok(queued)
        } else {
            Err(MISSING)
        }
    }

    /// Puts these messages of a person first in a thread's queue, in this order; the others follow as they stood.
    pub async fn arrange_queue(
        &self,
        by: &Person,
        thread: ThreadId,
        first: Vec<QueuedId>,
    ) -> Result<(), ChatError> {
        self.visible_thread(by, thread).await?;
        found(self.store().arrange_queue(by.id, thread, first).await?)
    }

    /// Takes back all that waits of a person in a thread.
    pub async fn clear_queue(&self, by: &Person, thread: ThreadId) -> Result<(), ChatError> {
        self.visible_thread(by, thread).await?;
        Ok(self.store().clear_queue(thread, by.id).await?)
    }

    /// Queues a message behind the others of its author. What could not be posted now is refused now.
    /// Says `false` beside it if the client id had queued it before.
    pub async fn enqueue(
        &self,
        by: &Person,
        thread: ThreadId,
        message: Incoming,
    ) -> Result<(Queued, bool), ChatError> {
        let post = self.plan(by, thread, message).await?;
        let new = NewQueued {
            thread,
            person: by.id,
            text: post.text,
            attachments: post.attachments,
            client_id: post.client_id,
        };
        Ok(self.store().queue(new).await?)
    }

    /// Changes the text of a message that waits, or puts it before another one; `Some(None)` puts it at the
    /// end. Says in which thread.
    pub async fn change_queued(
        &self,
        by: &Person,
        id: QueuedId,
        text: Option<&str>,
        place: Option<Option<QueuedId>>,
    ) -> Result<ThreadId, ChatError> {
        let queued = self.own_queued(by, id).await?;
        if let Some(text) = text {
            let text = checked_text(text, !queued.attachments.is_empty())?;
            found(self.store().change_queued(by.id, id, text).await?)?;
        }
        if let Some(before) = place {
            found(self.store().move_queued(by.id, id, before).await?)?;
        }
        Ok(queued.thread)
    }

    /// Takes a message back that waits.
    pub async fn take_back_queued(&self, by: &Person, id: QueuedId) -> Result<(), ChatError> {
        self.own_queued(by, id).await?;
        found(self.store().take_back_queued(by.id, id).await?)
    }

    /// Posts a message that waits now, ahead of the others and whatever holds them.
    pub async fn send_queued(&self, by: &Person, id: QueuedId) -> Result<Posted, ChatError> {
        let queued = self.own_queued(by, id).await?;
        match self.post_queued(by, queued, When::Now).await {
            // Changed since it was read, or gone.
            Err(ChatError::NotFound(_) | ChatError::ClientIdReused) => {
                let queued = self.own_queued(by, id).await?;
                self.post_queued(by, queued, When::Now).await
            }
            posted => posted,
        }
    }

    async fn own_queued(&self, by: &Person, id: QueuedId) -> Result<Queued, ChatError> {
        let queued = self.reader().queued(by.id, id).await?;
        let queued = queued.ok_or(MISSING)?;
        self.visible_thread(by, queued.thread).await?;
        Ok(queued)
    }

    /// Its client id is the entry's id: the post has the entry's place in the world, and can be told from
    /// any other.
    async fn post_queued(
        &self,
        by: &Person,
        queued: Queued,
        when: When,
    ) -> Result<Posted, ChatError> {
        let message = Incoming {
            text: queued.text,
            attachments: queued.attachments.iter().map(|file| file.id).collect(),
            client_id: Some(queued.id.to_string()),
        };
        let mut post = self.plan(by, queued.thread, message).await?;
        post.queued = Some(FromQueue {
            id: queued.id,
            when,
        });
        Ok(self.store().append_message(post).await?)
    }

    /// Posts a message whose time has come, in its author's name.
    async fn let_go(&self, queued: Queued) -> Result<(), StoreError> {
        let (thread, person): (ThreadId, PersonId) = (queued.thread, queued.person);
        let Some(by) = self.reader().person(person).await? else {
            return self.store().clear_queue(thread, person).await;
        };
        match self.visible_thread(&by, thread).await {
            Ok(_) => {}
            Err(ChatError::Store(error)) => return Err(error),
            Err(_) => return self.store().clear_queue(thread, person).await,
        }
        match self.post_queued(&by, queued, When::Due).await {
            // Or taken back, changed hands or posted by another process in this very moment.
            Ok(_) | Err(ChatError::NotFound(_)) => Ok(()),
            Err(ChatError::Store(error)) => Err(error),
            Err(refusal) => {
                tracing::info!(%thread, %refusal, "a queued message cannot be posted");
                self.store().refuse_queued(thread, person).await
            }
        }
    }
}

/// Lets every message go whose time has come.
pub(crate) async fn release(engine: &Engine) {
    let now = engine.store().ids().clock().now();
    let due = match engine.reader().due_queued(now, AT_ONCE).await {
        Ok(due) => due,
        Err(error) => {
            tracing::warn!(%error, "cannot look at the queues yet");
            return;
        }
    };
    for queued in due {
        let thread = queued.thread;
        if let Err(error) = engine.let_go(queued).await {
            tracing::warn!(%thread, %error, "cannot post a queued message yet");
        }
    }
}

const MISSING: ChatError = ChatError::NotFound("queued message");

fn found(there: bool) -> Result<(), ChatError> {
    if there { Ok(()) } else { Err(MISSING) }
}
