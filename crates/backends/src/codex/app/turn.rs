//! One turn on an app server, from its thread to its end. Owns the order of what is said to the app server, and that
//! nothing of the turn goes on after it; never translates, and never decides what a person may.

use std::{path::PathBuf, time::Duration};

use serde_json::{Value, json};
use switchboard_engine::{
    TurnIo,
    backend::{
        BackendError, Company, Session, SessionRef, TurnEnd, TurnOutcome, TurnRequest, Work,
    },
    turn_io::LeaseLost,
};
use switchboard_model::{
    Millis,
    outcome::{Failure, OutcomeCode},
    provider::Model,
    usage::Limit,
};

use super::{
    ends,
    hearing::Hearing,
    keep,
    record::{self, Came},
    routes::Listener,
    server::{Gone, Lease},
    start::{self, Choices},
    tools::Tools,
    way::Way,
};
use crate::{
    codex::{Setup, errors, held::Wait, home},
    homes::{TurnFolder, private_folder},
    jsonrpc::CallError,
    process::marked,
    turns::folder_failed,
};

/// An app server that is well answers within milliseconds, also while it works.
pub(super) const ANSWER: Duration = Duration::from_secs(30);

/// From the wish to stop to the end of the turn; then its processes are killed.
pub(super) const STOPPING: Duration = Duration::from_secs(4);

/// A turn on its way.
pub(super) struct Drive<'a> {
    pub(super) setup: &'a Setup,
    pub(super) lease: &'a Lease,
    /// What sessions of the home that it works in are filed under.
    pub(super) sessions: String,
    pub(super) models: &'a [Model],
    pub(super) now: Millis,
    /// The MCP servers of the turn, as Codex is given them.
    pub(super) tools: Tools,
    pub(super) turn: TurnRequest,
    pub(super) io: TurnIo,
}

/// How a driven turn ended, and what was heard of the plan.
pub(super) struct Driven {
    pub(super) ended: Result<TurnEnd, BackendError>,
    pub(super) limits: Vec<Limit>,
}

/// A thread of Codex's that is loaded and listened to.
pub(super) struct Loaded {
    pub(super) thread: String,
    /// What its turns run on unless they choose.
    model: Option<String>,
    way: Way,
    /// Its MCP servers have only begun to start.
    starts_tools: bool,
    pub(super) listener: Listener,
}

impl Drive<'_> {
    pub(super) async fn run(self) -> Driven {
        let mut limits = Vec::new();
        let ended = self.drive(&mut limits).await;
        Driven { ended, limits }
    }

    async fn drive(&self, limits: &mut Vec<Limit>) -> Result<TurnEnd, BackendError> {
        if self.turn.work == Work::Compact && self.turn.session == Session::New {
            return Ok(finished("There is nothing to sum up yet."));
        }
        let place = self.place()?;
        let choices = Choices::of(&self.turn.how, self.models);
        let mut loaded = self.load(&choices, &place).await?;
        let mut left = Left::default();
        let ended = match self.left_before(&loaded).await {
            Ok(None) => {
                self.hear(&mut loaded, &choices, &place, (limits, &mut left))
                    .await
            }
            Ok(Some(answer)) => Ok(answer),
            Err(error) => Err(error),
        };
        self.settle(&loaded, &ended, left).await;
        ended
    }

    /// Whether others write in the session that the turn is part of.
    pub(super) fn shares_session(&self) -> bool {
        self.turn.session != Session::Passing && self.turn.how.company == Company::Others
    }

    /// Where the turn works.
    fn place(&self) -> Result<Place, BackendError> {
        let turn = &self.turn;
        let private = TurnFolder::make(&self.setup.work, &turn.turn.to_string())
            .map_err(|error| folder_failed(&self.setup.work, &error))?;
        let cwd = match (&turn.how.folder, &turn.session) {
            // As Codex knows it, which is told what not to obey there.
            (Some(folder), _) => folder.canonicalize().unwrap_or_else(|_| folder.clone()),
            (None, Session::Passing) => private.work(),
            // What a turn leaves there is the next one's to go on with.
            (None, Session::New | Session::Resumed(_)) => {
                let folder = self.setup.threads.join(turn.thread.to_string());
                private_folder(&folder).map_err(|error| folder_failed(&folder, &error))?;
                folder
            }
        };
        Ok(Place { cwd, private })
    }

    /// Starts a thread, or takes up the one that the turn goes on in.
    async fn load(&self, choices: &Choices, place: &Place) -> Result<Loaded, BackendError> {
        self.let_go_of_other_tools().await;
        let Session::Resumed(session) = &self.turn.session else {
            return self.open(choices, place).await;
        };
        self.lease.server.takes_up(&session.session);
        let opened = self.open(choices, place).await;
        if opened.is_err() {
            self.lease.server.left(&session.session);
        }
        opened
    }

    async fn open(&self, choices: &Choices, place: &Place) -> Result<Loaded, BackendError> {
        let mut way = Way::of(&self.turn.how);
        loop {
            let given = (place.cwd.as_path(), &self.tools);
            let mut params = start::thread(&self.turn, choices, &way, given);
            let method = match &self.turn.session {
                Session::Passing => {
                    // Else a copy of the conversation would stay in the home, where nobody deletes it.
                    params.insert("ephemeral".into(), json!(true));
                    "thread/start"
                }
                Session::New => "thread/start",
                Session::Resumed(session) => {
                    if session.home != self.sessions {
                        return Err(lost(&format!("it was made in {}", session.home)));
                    }
                    params.insert("threadId".into(), json!(session.session));
                    params.insert("excludeTurns".into(), json!(true));
                    "thread/resume"
                }
            };
            match self.take_up(method, Value::Object(params)).await? {
                Ok(told) => return self.loaded(choices, way, &told).await,
                Err(error) => match next_way(&way, &error) {
                    Some(next) => way = next,
                    None => return Err(self.not_loaded(error).await),
                },
            }
        }
    }

    /// Starts or takes up a thread, once no other program has it. It may lie among the archived ones.
    async fn take_up(
        &self,
        method: &str,
        params: Value,
    ) -> Result<Result<Value, CallError>, BackendError> {
        let peer = &self.lease.server.peer;
        let thread = params["threadId"].as_str().unwrap_or_default();
        let home = home::folder(self.setup, self.turn.home);
        let mut wait = Wait::new(&self.io, home, thread, self.turn.patience);
        let mut archived = false;
        loop {
            match peer.call(method, params.clone(), ANSWER).await {
                Err(CallError::Refused { error, .. }) if error.message.contains(errors::HELD) => {
                    wait.again().await?;
                }
                // Once: what is archived again meanwhile is somebody's wish.
                Err(error) if keep::is_archived(&error) && !archived => {
                    archived = true;
                    if let Err(error) = keep::unarchive(peer, thread).await {
                        return Ok(Err(error));
                    }
                }
                ended => {
                    wait.over().await?;
                    return Ok(ended);
                }
            }
        }
    }

    /// A thread that is loaded keeps the MCP servers that it was loaded with, whatever it is resumed with.
    async fn let_go_of_other_tools(&self) {
        let server = &self.lease.server;
        if let Session::Resumed(session) = &self.turn.session
            && server.has_other_tools(&session.session, &self.tools)
        {
            server.end_tools(&session.session);
            let _ = super::server::unload(&server.peer, &session.session).await;
            server.forget(&session.session);
        }
    }

    async fn loaded(
        &self,
        choices: &Choices,
        way: Way,
        told: &Value,
    ) -> Result<Loaded, BackendError> {
        let Some(thread) = told["thread"]["id"].as_str() else {
            return Err(BackendError::Protocol("a thread without an id".into()));
        };
        let listener = self.lease.server.listen(thread);
        let starts_tools = self.lease.server.has_tools(thread, &self.tools);
        if self.turn.session != Session::Passing {
            let session = SessionRef {
                home: self.sessions.clone(),
                session: thread.to_owned(),
            };
            // Durable before the first request that the other side will remember.
            self.io.bind(session).await.map_err(interrupted)?;
        }
        for (label, seen) in self.tools.missing() {
            self.io.saw(label, seen).await.map_err(interrupted)?;
        }
        let loaded = Loaded {
            thread: thread.to_owned(),
            model: told["model"].as_str().map(str::to_owned),
            way,
            starts_tools,
            listener,
        };
        self.tell_way(choices, &loaded).await?;
        Ok(loaded)
    }

    /// Says what the turn runs with.
    async fn tell_way(&self, choices: &Choices, loaded: &Loaded) -> Result<(), BackendError> {
        let with = (&loaded.way, &self.tools);
        let model = loaded.model.as_deref();
        let ran_with = start::ran_with(&self.turn, choices.clone(), with, model);
        self.io.ran_with(ran_with).await.map_err(interrupted)
    }

    /// A turn that was put back may have left words in its session before its process died, or even its answer. The words
    /// are taken out of it, so that the question stands in it once; the answer counts.
    async fn left_before(&self, loaded: &Loaded) -> Result<Option<TurnEnd>, BackendError> {
        if self.turn.reverts == 0 || !matches!(self.turn.session, Session::Resumed(_)) {
            return Ok(None);
        }
        let peer = &self.lease.server.peer;
        let came = record::came_of(peer, &loaded.thread, self.turn.turn).await;
        let taken_back = match came {
            Ok(Came::Nothing) => return Ok(None),
            Ok(Came::Answer(text)) => return Ok(Some(finished(&text))),
            Ok(Came::Words { turn }) => {
                let params = json!({ "threadId": loaded.thread, "beforeTurnId": turn });
                peer.call("thread/revert", params, ANSWER).await
            }
            Ok(Came::Deeds) => {
                return Err(BackendError::Rejected(Failure::new(
                    OutcomeCode::Abandoned,
                    "Switchboard stopped while this turn ran",
                )));
            }
            Err(error) => Err(error),
        };
        match taken_back {
            Ok(_) => Ok(None),
            Err(error) => Err(self.call_failed(error).await),
        }
    }

    /// Why there is no thread to work in.
    async fn not_loaded(&self, error: CallError) -> BackendError {
        let resumed = matches!(self.turn.session, Session::Resumed(_));
        match (self.call_failed(error).await, resumed) {
            // Whatever is wrong with it, it is not to be had.
            (BackendError::Protocol(why), true) => lost(&why),
            (error, _) => error,
        }
    }

    async fn call_failed(&self, error: CallError) -> BackendError {
        match error {
            CallError::Gone { .. } => crashed(self.lease.server.end().await),
            CallError::TimedOut { .. } => {
                // Whoever uses it besides us would wait as long.
                self.lease.server.retire();
                BackendError::Protocol(error.to_string())
            }
            CallError::Refused { error, .. } => ends::refused(error.code, &error.message, self.now),
        }
    }

    /// The chosen model's name, if it is known to take text only: Codex would leave pictures out without a word.
    fn blind_model(&self) -> Option<&str> {
        let wanted = self.turn.how.model.as_deref();
        let model = self.models.iter().find(|model| match wanted {
            Some(wanted) => model.id == wanted,
            None => model.is_default,
        })?;
        let sees = model.inputs.is_empty() || model.inputs.iter().any(|kind| kind == "image");
        (!sees).then_some(model.name.as_str())
    }

    /// What the model is given.
    async fn input(&self, place: &Place) -> Result<Vec<Value>, BackendError> {
        let Work::Prompt(prompt) = &self.turn.work else {
            return Ok(Vec::new());
        };
        if let Some(model) = self.blind_model()
            && !self.turn.attached.is_empty()
        {
            return Err(BackendError::Rejected(
                Failure::new(
                    OutcomeCode::AttachmentUnsupported,
                    format!("{model} takes no pictures"),
                )
                .hint("choose another model for this thread, or send the message without them"),
            ));
        }
        let folder = place.private.file("attached");
        let images = crate::attached::put(&self.turn.attached, &folder).await?;
        for (name, file) in images.iter().zip(&self.turn.attached) {
            crate::attached::readable(&folder.join(name), &file.attachment.name).await?;
        }
        let images = images
            .into_iter()
            .map(|name| json!({ "type": "localImage", "path": folder.join(name) }));
        let text = json!({ "type": "text", "text": prompt, "text_elements": [] });
        Ok(std::iter::once(text).chain(images).collect())
    }

    /// Starts the turn and hears it to its end.
    async fn hear(
        &self,
        loaded: &mut Loaded,
        choices: &Choices,
        place: &Place,
        (limits, left): (&mut Vec<Limit>, &mut Left),
    ) -> Result<TurnEnd, BackendError> {
        let server = &self.lease.server;
        let mut heard = Hearing::new(self, &place.cwd, server.count_of(&loaded.thread));
        if loaded.starts_tools && self.turn.work != Work::Compact {
            heard.hear_tools_start(loaded, limits).await?;
        }
        // What is said of the thread before its turn begins is about earlier ones, but for what failed to start.
        while let Some(said) = loaded.listener.at_once() {
            heard.early(said, limits).await?;
        }
        let told = self.begin(loaded, choices, place).await?;
        if let Some(turn) = told["turn"]["id"].as_str() {
            heard.begin(turn);
        }
        let mut ended = heard.listen(loaded, limits).await;
        if heard.leaves_commands() {
            self.end_commands(&loaded.thread).await;
            if let Err(error) = heard.hear_swept(loaded, limits).await {
                ended = Err(error);
            }
        }
        left.count.clone_from(heard.count());
        left.agents = heard.agents_at_work();
        left.tools_failed = heard.tools_failed();
        left.farewell = heard.farewell();
        ended
    }

    /// Has Codex begin, in the way that was chosen or the next best one: a thread it takes in any way, and of its turn it says
    /// that an administrator does not allow it.
    async fn begin(
        &self,
        loaded: &mut Loaded,
        choices: &Choices,
        place: &Place,
    ) -> Result<Value, BackendError> {
        let peer = &self.lease.server.peer;
        if self.turn.work == Work::Compact {
            let params = json!({ "threadId": loaded.thread });
            let told = peer.call("thread/compact/start", params, ANSWER).await;
            return match told {
                Ok(told) => Ok(told),
                Err(error) => Err(self.call_failed(error).await),
            };
        }
        let input = self.input(place).await?;
        loop {
            // A thread that is loaded already says what its last turn ran on.
            let model = choices.model.as_ref().or(loaded.model.as_ref());
            let names = (
                loaded.thread.as_str(),
                model.map_or("", |model| model.as_str()),
            );
            let params = start::turn(&self.turn, choices, &loaded.way, &place.cwd, names, &input);
            match peer.call("turn/start", params, ANSWER).await {
                Ok(told) => return Ok(told),
                Err(error) => match next_way(&loaded.way, &error) {
                    Some(next) => {
                        loaded.way = next;
                        self.tell_way(choices, loaded).await?;
                    }
                    None => return Err(self.call_failed(error).await),
                },
            }
        }
    }

    /// Ends the commands that the model left running, and those that an interrupt does not reach.
    async fn end_commands(&self, thread: &str) {
        let peer = &self.lease.server.peer;
        let params = json!({ "threadId": thread });
        let cleaned = peer
            .call("thread/backgroundTerminals/clean", params, STOPPING)
            .await;
        if let Err(error) = cleaned {
            tracing::debug!(%error, "no background commands to end");
        }
    }

    /// Sees to it that nothing of the turn goes on.
    async fn settle(&self, loaded: &Loaded, ended: &Result<TurnEnd, BackendError>, left: Left) {
        let server = &self.lease.server;
        let passing = self.turn.session == Session::Passing;
        if !server.is_gone() {
            // They belong to the turn that set them to work.
            for (thread, turn) in left.agents {
                let params = json!({ "threadId": thread, "turnId": turn });
                let _ = server.peer.call("turn/interrupt", params, STOPPING).await;
            }
            self.end_commands(&loaded.thread).await;
            marked::kill_below(server.root, &start::mark(&self.turn, passing));
            // A session keeps its own as long as it goes well; one that did not start is tried again by the next turn.
            if passing || left.tools_failed || !matches!(ended, Ok(TurnEnd::Finished(_))) {
                if left.farewell {
                    server.end_tools_soon(&loaded.thread);
                } else {
                    server.end_tools(&loaded.thread);
                }
            }
        }
        if passing || matches!(ended, Err(BackendError::Crashed { .. })) {
            server.forget(&loaded.thread);
            if !server.is_gone() {
                // Not waited for: it holds nobody up.
                let _ = super::server::unload(&server.peer, &loaded.thread).await;
            }
        } else {
            server.rests(&loaded.thread, left.count);
        }
    }
}

/// What is left of a turn when it has ended.
#[derive(Default)]
struct Left {
    /// How much its thread has used in all.
    count: Value,
    /// Agents that it set to work and that still are, each with its turn.
    agents: Vec<(String, String)>,
    /// Whether some of its MCP servers did not start.
    tools_failed: bool,
    /// Whether one of them was given an answer with which the turn ended.
    farewell: bool,
}

/// Where a turn works, and its private folder, gone when this is dropped.
struct Place {
    cwd: PathBuf,
    private: TurnFolder,
}

pub(super) fn finished(text: &str) -> TurnEnd {
    TurnEnd::Finished(outcome(text))
}

/// An answer that is known to be whole.
pub(super) fn outcome(text: &str) -> TurnOutcome {
    TurnOutcome {
        text: text.to_owned(),
        empty_detail: None,
    }
}

pub(super) fn interrupted(_: LeaseLost) -> BackendError {
    BackendError::Interrupted
}

pub(super) fn crashed(gone: Gone) -> BackendError {
    BackendError::Crashed {
        status: gone.status,
        stderr_tail: gone.last_words,
    }
}

fn lost(why: &str) -> BackendError {
    BackendError::Rejected(
        Failure::new(
            OutcomeCode::SessionLost,
            "Codex does not have its record of this conversation any more",
        )
        .detail(why),
    )
}

/// The next best way, if Codex refused this one.
fn next_way(way: &Way, error: &CallError) -> Option<Way> {
    match error {
        CallError::Refused { error, .. } => way.after(&error.message),
        CallError::Gone { .. } | CallError::TimedOut { .. } => None,
    }
}
