//! What one running turn needs of the house, and nothing more. The runner knows only this. Owns the
//! fence: after the first refused write the turn is somebody else's.

use std::time::Duration;

use switchboard_model::{
    IdSource, Millis, PersonId, QuestionId, SteerId, ThreadId, TurnId,
    approval::{Asking, Decision, Question, QuestionState, SECRET_ANSWER},
    carried::CarriedLine,
    home::Strangers,
    item::Item,
    mcp::{KnownServer, Seen},
    message::Message,
    person::Person,
    settings::RanWith,
    steer::{Steer, SteerState},
    turn::{Outcome, TurnEvent, TurnState},
    usage::Usage,
};
use switchboard_store::{
    Audit, BackendRow, Claimed, Delta, Finished, Kept, KeptSession, Store, StoreError, WhoseServers,
};
use tokio::{sync::watch, time::timeout};

use crate::{
    backend::{Company, SessionRef},
    detached::Files,
    folder::Phase,
    secrets::Secrets,
    strangers::{company, strangers},
};

/// How often to look without having heard the bell.
const LOOK: Duration = Duration::from_secs(1);

/// What went wrong at the desk.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum DeskError {
    /// The turn is not ours any more.
    #[error("the turn is not ours any more")]
    Lost,
    /// The database failed; nothing was written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The desk of one turn, over this process's store.
#[derive(Clone)]
pub(crate) struct Desk {
    store: Store,
    /// Answers that are never written.
    secrets: Secrets,
    turn: TurnId,
    fence: i64,
    /// Of a detached turn: all that is heard of it stands there too.
    files: Option<Files>,
}

impl Desk {
    pub(crate) fn new(store: Store, secrets: Secrets, claimed: &Claimed) -> Self {
        Self {
            store,
            secrets,
            turn: claimed.turn.id,
            fence: claimed.fence,
            files: None,
        }
    }

    /// The same, with the files of a detached turn.
    pub(crate) fn with_files(self, files: Files) -> Self {
        Self {
            files: Some(files),
            ..self
        }
    }

    pub(crate) fn ids(&self) -> &IdSource {
        self.store.ids()
    }

    pub(crate) fn now(&self) -> Millis {
        self.store.ids().clock().now()
    }

    /// The messages before the one that asked, oldest first.
    pub(crate) async fn context(
        &self,
        asked: &Message,
        limit: usize,
    ) -> Result<Vec<Message>, StoreError> {
        self.store
            .reader()
            .context(asked.thread, asked.seq, limit)
            .await
    }

    /// What the turn's thread carries over, if it is a fork.
    pub(crate) async fn carried(&self, thread: ThreadId) -> Result<Vec<CarriedLine>, StoreError> {
        let carried = self.store.reader().carried(thread).await?;
        Ok(carried.map(|carried| carried.lines).unwrap_or_default())
    }

    /// The messages that a session has heard and that were changed since, oldest first.
    pub(crate) async fn changed(
        &self,
        asked: &Message,
        kept: &KeptSession,
        limit: usize,
    ) -> Result<Vec<Message>, StoreError> {
        let reader = self.store.reader();
        let changed = reader.changed_since(asked.thread, kept.heard, kept.heard_at, limit);
        let mut changed = changed.await?;
        changed.retain(|message| message.id != asked.id);
        Ok(changed)
    }

    /// The files that came with the message that asked, in order; `None` if one of them is gone.
    pub(crate) async fn attachments(
        &self,
        asked: &Message,
    ) -> Result<Option<Vec<Kept>>, StoreError> {
        let ids: Vec<_> = asked.attachments.iter().map(|file| file.id).collect();
        let kept = self.store.reader().attachments(&ids).await?;
        Ok((kept.len() == ids.len()).then_some(kept))
    }

    /// Notes that a process is about to start. No note, no process.
    pub(crate) async fn audit(&self, audit: Audit) -> Result<(), StoreError> {
        self.store.audit(audit).await
    }

    /// Says whose plan the turn runs on.
    pub(crate) async fn runs_on(&self, words: String) -> Result<(), DeskError> {
        held(self.store.set_runs_on(self.turn, self.fence, words).await?)
    }

    /// Says what the turn runs with and has used.
    pub(crate) async fn facts(
        &self,
        ran_with: Option<RanWith>,
        used: Option<Usage>,
    ) -> Result<(), DeskError> {
        if let Some(files) = &self.files {
            if let Some(ran_with) = &ran_with {
                files.runs_with(ran_with);
            }
            if let Some(used) = used {
                files.used(used);
            }
        }
        held(
            self.store
                .set_facts(self.turn, self.fence, ran_with, used)
                .await?,
        )
    }

    /// The session that the turn's assistant has in its thread, and how far it has heard it.
    pub(crate) async fn session(
        &self,
        claimed: &Claimed,
    ) -> Result<Option<KeptSession>, StoreError> {
        let turn = &claimed.turn;
        self.store
            .reader()
            .session_of(turn.thread, turn.assistant)
            .await
    }

    /// Forgets that session.
    pub(crate) async fn forget_session(&self, claimed: &Claimed) -> Result<(), StoreError> {
        let turn = &claimed.turn;
        self.store.forget_session(turn.thread, turn.assistant).await
    }

    /// Who can write in the turn's thread beside whoever asked.
    pub(crate) async fn company(&self, claimed: &Claimed) -> Result<Company, StoreError> {
        company(self.store.reader(), &claimed.thread, claimed.turn.person).await
    }

    /// Whose words are in the turn's thread beside those of whoever asked.
    pub(crate) async fn strangers(
        &self,
        claimed: &Claimed,
        company: Company,
    ) -> Result<Option<Strangers>, StoreError> {
        let person = claimed.turn.person;
        let author = Some(&claimed.message.author).filter(|author| author.id == person);
        let asker = (person, author.map(|author| author.handle.as_str()));
        strangers(self.store.reader(), &claimed.thread, company, asker).await
    }

    /// Whoever asked, as they are now.
    pub(crate) async fn person(&self, claimed: &Claimed) -> Result<Option<Person>, StoreError> {
        self.store.reader().person(claimed.turn.person).await
    }

    /// The folders in which a person's turns may work.
    pub(crate) async fn folders(&self, person: PersonId) -> Result<Vec<String>, StoreError> {
        self.store.reader().folders(person).await
    }

    /// The MCP servers that whoever asked gives the turn's assistant.
    pub(crate) async fn mcp_servers(
        &self,
        claimed: &Claimed,
    ) -> Result<Vec<KnownServer>, StoreError> {
        let whose = WhoseServers {
            person: claimed.turn.person,
            assistant: claimed.turn.assistant,
        };
        self.store.reader().mcp_servers(whose).await
    }

    /// Keeps what the turn saw of an MCP server.
    pub(crate) async fn saw(&self, label: String, seen: Seen) -> Result<(), DeskError> {
        held(
            self.store
                .turn_saw_mcp_server(self.turn, self.fence, label, seen.bounded())
                .await?,
        )
    }

    /// What is kept of a backend.
    pub(crate) async fn backend_row(&self, name: &str) -> Result<Option<BackendRow>, StoreError> {
        let rows = self.store.reader().backend_rows().await?;
        Ok(rows.into_iter().find(|row| row.name == name))
    }

    /// Keeps the backend's own session.
    pub(crate) async fn bind(&self, session: SessionRef) -> Result<(), DeskError> {
        if let Some(files) = &self.files {
            files.bound(&session.session);
        }
        held(
            self.store
                .bind_session(self.turn, self.fence, session.home, session.session)
                .await?,
        )
    }

    /// Writes items as they are now.
    pub(crate) async fn append(&self, items: Vec<Item>) -> Result<(), DeskError> {
        if let Some(files) = &self.files {
            files.items(&items);
        }
        held(self.store.put_items(self.turn, self.fence, items).await?)
    }

    /// Announces text in flight.
    pub(crate) fn announce(&self, delta: Delta) {
        if let Some(files) = &self.files {
            files.delta(&delta);
        }
        self.store.bus().send(delta);
    }

    /// Keeps a line of the turn's program in its files, if it has any.
    pub(crate) fn said(&self, line: &[u8]) {
        if let Some(files) = &self.files {
            files.raw(line);
        }
    }

    /// Stores a question.
    pub(crate) async fn ask(&self, asking: Asking) -> Result<Question, DeskError> {
        let asked = self.store.ask(self.turn, self.fence, asking).await?;
        let asked = asked.ok_or(DeskError::Lost)?;
        if let Some(files) = &self.files {
            files.asked(&asked.asking.title());
        }
        Ok(asked)
    }

    /// Nothing is open any more that stops the turn.
    pub(crate) fn goes_on(&self) {
        if let Some(files) = &self.files {
            files.phase(Phase::Running);
        }
    }

    /// It waits for its session, which this program has; or does not any more.
    pub(crate) fn waits(&self, who: Option<String>) {
        if let Some(files) = &self.files {
            files.waits(who);
        }
    }

    /// Waits until a question is decided; `None` once it is void, or nobody answered in time. Safe to drop.
    pub(crate) async fn answered(&self, id: QuestionId) -> Option<Decision> {
        let mut position = self.store.bus().position();
        loop {
            position.mark_unchanged();
            match self.store.reader().question(id).await {
                Ok(Some(question)) => match question.state {
                    QuestionState::Asked
                        if question.expires_at.is_some_and(|at| at <= self.now()) =>
                    {
                        return None;
                    }
                    QuestionState::Asked => {}
                    QuestionState::Decided | QuestionState::Delivered => {
                        return question
                            .decision
                            .and_then(|decision| self.unveil(id, decision));
                    }
                    QuestionState::Void => return None,
                },
                Ok(None) => return None,
                // A failed read is not an answer; the next ring asks again.
                Err(error) => tracing::warn!(%error, "cannot read a question"),
            }
            if !rung(&mut position).await {
                return None;
            }
        }
    }

    /// A decision with its answer, also if that is nobody's to read. `None`: it was given to a process that is gone.
    fn unveil(&self, id: QuestionId, decision: Decision) -> Option<Decision> {
        if decision.answer.as_deref() != Some(SECRET_ANSWER) {
            return Some(decision);
        }
        let answer = Some(self.secrets.take(id)?);
        Some(Decision { answer, ..decision })
    }

    /// The backend has the decision. Changes nothing if the question was settled before, as one that
    /// is asked twice can be.
    pub(crate) async fn delivered(&self, id: QuestionId) -> Result<(), StoreError> {
        self.store.delivered(id, self.fence).await.map(drop)
    }

    /// Takes a question down, unless it is down.
    pub(crate) async fn withdraw(&self, id: QuestionId) -> Result<(), StoreError> {
        self.store.void_question(id, self.fence).await.map(drop)
    }

    /// Waits until there is a steer to take; `false`: there will be none. Safe to drop.
    pub(crate) async fn steer_waits(&self) -> bool {
        let mut position = self.store.bus().position();
        loop {
            position.mark_unchanged();
            match self.store.reader().steers(self.turn).await {
                Ok(steers) if steers.iter().any(|s| s.state == SteerState::Queued) => return true,
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "cannot read steers"),
            }
            if !rung(&mut position).await {
                return false;
            }
        }
    }

    /// Takes the oldest steer that waits. Not safe to drop: it may be taken all the same.
    pub(crate) async fn take_steer(&self) -> Result<Option<Steer>, StoreError> {
        self.store.take_steer(self.turn, self.fence).await
    }

    /// Notes what became of a steer. Changes nothing if that is known already.
    pub(crate) async fn settle_steer(
        &self,
        id: SteerId,
        state: SteerState,
    ) -> Result<(), StoreError> {
        self.store
            .settle_steer(id, self.fence, state)
            .await
            .map(drop)
    }

    /// Whether a person wants it to stop, as far as the database knows; also whether it is still ours.
    pub(crate) async fn stop_wanted(&self) -> Result<bool, DeskError> {
        let turn = self.store.reader().turn(self.turn).await?;
        match turn.as_ref().map(|turn| (&turn.state, turn.stop_wanted)) {
            Some((TurnState::Running { fence, .. }, wanted)) if *fence == self.fence => Ok(wanted),
            _ => Err(DeskError::Lost),
        }
    }

    /// Ends the turn. `Zombie` changed nothing.
    pub(crate) async fn finish(&self, outcome: Outcome) -> Result<Finished, StoreError> {
        match &self.files {
            None => self.store.finish(self.turn, self.fence, outcome).await,
            Some(files) => self.finish_in(files, outcome).await,
        }
    }

    /// The folder tells the end first: it alone is one write, and whoever finds it there knows that nothing follows.
    async fn finish_in(&self, files: &Files, outcome: Outcome) -> Result<Finished, StoreError> {
        let outcome = match self.stop_wanted().await {
            Ok(true) => Outcome::Cancelled,
            Ok(false) => outcome,
            Err(DeskError::Lost) => return Ok(Finished::Zombie),
            Err(DeskError::Store(error)) => return Err(error),
        };
        let told = files.end(outcome, self.now()).map_err(|error| {
            StoreError::Unavailable(format!("the turn's folder cannot be written: {error}"))
        })?;
        let ended = self
            .store
            .end_detached(self.turn, TurnEvent::Ended(told))
            .await?;
        files.mark();
        Ok(ended)
    }
}

/// Waits for the bell, and not for long: a lost ring, or a read that failed after it, delays only.
/// `false`: it will not ring again.
async fn rung(position: &mut watch::Receiver<i64>) -> bool {
    !matches!(timeout(LOOK, position.changed()).await, Ok(Err(_)))
}

fn held(held: bool) -> Result<(), DeskError> {
    if held { Ok(()) } else { Err(DeskError::Lost) }
}
