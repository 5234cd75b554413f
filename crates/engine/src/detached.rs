//! Detached turns in the one process that runs them: posted under its name, waited for, run to their end as any other turn, and
//! told in their folder. Owns the order of that end: the record in the folder, then the store, then the marker.

mod files;
mod schema;

use std::time::Duration;

use switchboard_model::{
    AttachmentId, ThreadId, TurnId,
    assistant::Assistant,
    detached::Detached,
    outcome::{Failure, OutcomeCode},
    person::Person,
    thread::Visibility,
    turn::{Outcome, Turn, TurnState},
};
use switchboard_store::{
    Addressed, Claimed, NewDetached, NewThread, Own, Post, PostDetached, StoreError,
};
use tokio::time::timeout;

pub use self::{files::Files, schema::Schema};
use crate::{
    ChatError, Engine, Places,
    chat::checked_text,
    desk::Desk,
    dispatch::admit,
    folder::{Phase, Turns},
    pause::Pause,
    recovery,
    runner::{Ran, Runner},
};

/// How often to look whether the turn may run, without having heard the bell.
const LOOK: Duration = Duration::from_secs(1);

/// What a turn waits for that is not the first of its thread.
const BEHIND: &str = "another turn of its thread runs, or came before it";

/// A detached turn to post.
#[derive(Debug, Clone)]
pub struct NewTurn {
    /// Which.
    pub turn: TurnId,
    /// What the assistant is asked.
    pub prompt: String,
    /// The pictures that come with it, of its author.
    pub images: Vec<AttachmentId>,
    /// The thread that it goes on in; a new one of its author's if missing.
    pub thread: Option<ThreadId>,
    /// What it is asked beyond that.
    pub detached: Detached,
}

impl Engine {
    /// Who answers to this name, on a machine where no server may have run yet.
    pub async fn answerer(&self, by: &Person, name: &str) -> Result<Assistant, ChatError> {
        let assistant = match self.assistant_named(name).await {
            Err(ChatError::Invalid(_)) => {
                let handle = name.trim().trim_start_matches('@').to_lowercase();
                // Another process may be doing the same.
                self.register_mentioned(&handle).await?;
                self.assistant_named(name).await?
            }
            known => known?,
        };
        match self.refusal(by.id, &assistant).await? {
            None => Ok(assistant),
            Some(refused) => Err(ChatError::Backend(refused)),
        }
    }

    /// Posts a turn that this process runs and no other. Says where.
    pub async fn post_detached(
        &self,
        by: &Person,
        assistant: &Assistant,
        new: NewTurn,
    ) -> Result<ThreadId, ChatError> {
        let text = checked_text(&new.prompt, false)?;
        let files = self.own_files(by, &new.images).await?;
        let open = match new.thread {
            Some(thread) => {
                self.visible_thread(by, thread).await?;
                None
            }
            None => Some(NewThread {
                created_by: by.id,
                title: None,
                visibility: Visibility::Private,
                assistant: Some(assistant.id),
                settings: new.detached.settings.clone(),
                carried: None,
                client_id: None,
            }),
        };
        let addressed = vec![Addressed {
            assistant: assistant.id,
            refused: None,
            detached: Some(NewDetached {
                turn: new.turn,
                instance: self.instance().to_owned(),
                detached: new.detached,
            }),
        }];
        self.all_can_take(&addressed, &text, &files).await?;
        let post = Post {
            // Without a thread of its own it is that of the new one.
            thread: new.thread.unwrap_or_else(|| self.store().ids().make()),
            author: by.id,
            text,
            attachments: new.images,
            client_id: None,
            addressed,
            queued: None,
        };
        let posted = self
            .store()
            .post_detached(PostDetached { open, post })
            .await?;
        Ok(posted.message.thread)
    }

    /// Waits until a posted turn of this process may run, and runs it to its end. `grace` is how long its backend may take to stop.
    pub async fn run_detached(&self, turn: TurnId, files: Files, grace: Duration) {
        let hard = self.supervisor().hard();
        let mut position = self.bus().position();
        let mut pause = Pause::new(&hard);
        let mut waited = false;
        loop {
            position.mark_unchanged();
            match self.store().claim_own(turn, self.instance()).await {
                Ok(Own::Claimed(claimed)) => {
                    return self.run_claimed(*claimed, files, grace).await;
                }
                Ok(Own::Ended(ended)) => return files.close(outcome_of(&ended), self.now()),
                Ok(Own::Gone) => return files.close(Outcome::Cancelled, self.now()),
                Ok(Own::Waits) => {
                    if !waited {
                        // What runs before it may be a dead process's, and there may be nobody else to settle that.
                        waited = true;
                        files.waits(Some(BEHIND.to_owned()));
                        self.settle_the_dead(files.places());
                    }
                    tokio::select! {
                        () = hard.cancelled() => return,
                        _ = timeout(LOOK, position.changed()) => {}
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot claim the turn yet");
                    if !pause.wait().await {
                        return;
                    }
                }
            }
        }
    }

    /// Returns when a turn of this process waits no more: somebody ended it.
    pub async fn leaves_queue(&self, turn: TurnId) {
        let mut position = self.bus().position();
        loop {
            position.mark_unchanged();
            match self.reader().turn(turn).await {
                Ok(Some(turn)) if turn.state == TurnState::Queued => {}
                Ok(_) => return,
                Err(error) => tracing::warn!(%error, "cannot read the turn yet"),
            }
            let _ = timeout(LOOK, position.changed()).await;
        }
    }

    fn settle_the_dead(&self, places: Places) {
        self.supervisor()
            .spawn("recovery", recovery::run(self.clone(), places));
    }

    async fn run_claimed(&self, claimed: Claimed, files: Files, grace: Duration) {
        files.waits(None);
        files.phase(Phase::Starting);
        let desk = Desk::new(self.store().clone(), self.secrets().clone(), &claimed);
        let runner = Runner {
            desk: desk.with_files(files),
            hard: self.supervisor().hard(),
            grace,
        };
        let seat = self.running().enter(claimed.turn.id);
        let ran = match admit(self, &claimed).await {
            Ok(backend) => runner.run(claimed, backend, seat).await,
            Err(failure) => runner.refuse(failure).await,
        };
        if ran == Ran::LetGo {
            tracing::warn!("the turn has no end that this process knows");
        }
    }

    /// Ends, in the store, a turn whose process is dead, as its folder says. Says whether it was open.
    pub async fn settle_detached(&self, turn: TurnId, turns: &Turns) -> Result<bool, StoreError> {
        recovery::settle_detached(self, turn, turns).await
    }
}

/// How a turn ended that somebody else ended.
fn outcome_of(turn: &Turn) -> Outcome {
    match &turn.state {
        TurnState::Failed(failure) | TurnState::Abandoned(failure) => {
            Outcome::Failed(failure.clone())
        }
        TurnState::Cancelled => Outcome::Cancelled,
        TurnState::Queued | TurnState::Running { .. } | TurnState::Done => Outcome::Failed(
            Failure::new(OutcomeCode::Abandoned, "another process ended the turn"),
        ),
    }
}
