//! A turn over `codex exec`: one child per turn, in its home and an empty private folder, prompt
//! on standard input, JSON lines on standard output. Owns that child from start to end; never falls
//! back to an API key.

mod start;

use std::path::{Path, PathBuf};

use futures_util::{FutureExt, future::BoxFuture};
use switchboard_engine::{
    TurnIo,
    backend::{
        Backend, BackendError, Capability, Family, Operation, Performed, Probe, Purpose, Session,
        SessionRef, Spec, TurnEnd, TurnOutcome, TurnRequest, Work,
    },
    turn_io::LeaseLost,
};
use switchboard_model::{
    attachment::Format,
    item::{ItemBody, ItemEvent, ItemStatus},
    outcome::{Failure, OutcomeCode},
    settings::RanWith,
};

use super::{
    Setup, errors,
    held::Wait,
    home,
    house::environment,
    install::{self, CODEX},
    items::{Progress, Step},
    login, sessions,
    wire::{Counted, Event},
};
use crate::{
    attached,
    homes::{TurnFolder, read_bounded},
    process::{ExitStatus, Spawn, Stdin, child_env},
    turns::{Ended, Said, folder_failed},
    versions::Versions,
};

/// A provider that refuses the login is asked this often before we stop waiting for Codex to give up.
const REFUSALS: u32 = 3;

/// The backend.
pub struct CodexExec {
    spec: Spec,
    setup: Setup,
    versions: Versions,
}

/// What Codex can do as a process for each turn.
pub fn spec(account_words: &str) -> Spec {
    Spec {
        name: "codex".into(),
        handle: "chatgpt".into(),
        title: "ChatGPT".into(),
        account_words: account_words.into(),
        purpose: Purpose::Work,
        capabilities: vec![Capability::Steps, Capability::OwnHome],
        lacks: vec![
            (
                Capability::Streams,
                "gives its text whole, without the app server",
            ),
            (Capability::Approvals, "asks nothing, because it only reads"),
            (
                Capability::Resumes,
                "is told the thread anew with every message",
            ),
            (
                Capability::Steers,
                "hears the next message when it has answered",
            ),
            (Capability::Compacts, "keeps no session to sum up"),
            (
                Capability::Plans,
                "has no plan mode, without the app server",
            ),
            (Capability::Edits, "reads only, without the app server"),
            (
                Capability::Models,
                "runs on its own default model, without the app server",
            ),
            (Capability::Efforts, "thinks as hard as its model does"),
            (Capability::Fast, "has no fast mode, without the app server"),
            (
                Capability::RemoteControl,
                "is not led from afar, which only Claude's own program is",
            ),
            (
                Capability::Tools,
                "takes no MCP servers, without the app server",
            ),
        ],
        accepts: vec![
            Format::Png,
            Format::Jpeg,
            Format::Gif,
            Format::Webp,
            Format::Text,
        ],
        note: "reads only, cannot write files".into(),
        family: Family::Codex,
        seeds: Vec::new(),
        sign_ins: Vec::new(),
    }
}

impl CodexExec {
    /// A backend over this setup. Touches nothing yet.
    pub fn new(setup: Setup) -> Self {
        Self {
            spec: spec(&setup.account_words),
            setup,
            versions: Versions::default(),
        }
    }

    async fn find(&self) -> Result<PathBuf, Failure> {
        install::find(&self.setup.finder, self.setup.program.as_deref()).await
    }

    /// The account in words, or the failure that says how to sign in.
    fn account(&self) -> Result<String, Failure> {
        login::read(&self.setup.codex_home).plan(&self.setup.codex_home)
    }

    async fn prepare(
        &self,
        turn: &TurnRequest,
    ) -> Result<(Spawn, TurnFolder, PathBuf), BackendError> {
        let program = self.find().await.map_err(BackendError::LoginRequired)?;
        self.account().map_err(BackendError::LoginRequired)?;
        let home = home::prepare(&self.setup, turn.home)?;
        let folder = TurnFolder::make(&self.setup.work, &turn.turn.to_string())
            .map_err(|error| folder_failed(&self.setup.work, &error))?;
        let last = folder.file("last-message.txt");
        // Beside the working folder, which stays empty; named from there, so that no comma of a path, which
        // separates images, gets into it.
        let images = attached::put(&turn.attached, &folder.file("attached")).await?;
        let Work::Prompt(prompt) = &turn.work else {
            return Err(BackendError::Unsupported);
        };
        let schema = match &turn.schema {
            None => None,
            Some(schema) => {
                let file = folder.file("schema.json");
                tokio::fs::write(&file, schema.to_string())
                    .await
                    .map_err(|error| folder_failed(&file, &error))?;
                Some(file)
            }
        };
        let mut spawn = Spawn::new(program, folder.work());
        let files = start::Files {
            images: &images,
            schema: schema.as_deref(),
            last: &last,
        };
        spawn.args = start::args(&self.setup, turn, &files);
        spawn.env = environment(&self.setup, &spawn.program, &home, folder.temp());
        if !images.is_empty() {
            spawn
                .env
                .push(("RUST_LOG".into(), errors::IMAGE_LOG.into()));
        }
        spawn.stdin = Stdin::Bytes(prompt.clone().into_bytes());
        Ok((spawn, folder, last))
    }

    /// Tries until no other program has the session: one that is refused has done nothing.
    async fn run(&self, turn: TurnRequest, io: TurnIo) -> Result<TurnEnd, BackendError> {
        let session = match &turn.session {
            Session::Resumed(session) => session.session.as_str(),
            Session::New | Session::Passing => "",
        };
        let home = home::folder(&self.setup, turn.home);
        let mut wait = Wait::new(&io, home, session, turn.patience);
        loop {
            match self.attempt(&turn, &io).await {
                Err(BackendError::Rejected(failure))
                    if failure.code == OutcomeCode::SessionInUse =>
                {
                    wait.again().await?;
                }
                ended => return ended,
            }
        }
    }

    async fn attempt(&self, turn: &TurnRequest, io: &TurnIo) -> Result<TurnEnd, BackendError> {
        let (spawn, _folder, last) = self.prepare(turn).await?;
        let by_hand = CODEX.by_hand(&spawn);
        let ran_with = RanWith {
            model: turn.how.model.clone(),
            effort: turn.how.effort.clone(),
            permission: turn.how.permission,
            folder: turn
                .how
                .folder
                .as_ref()
                .map(|folder| folder.display().to_string()),
            home: turn.home,
            over: Some("exec".to_owned()),
            notes: turn.how.notes.clone(),
            ..RanWith::default()
        };
        let mut heard = Heard {
            used_before: self.used_before(turn).await,
            ..Heard::default()
        };
        if turn.session == Session::Passing {
            let told = io.ran_with(ran_with).await;
            told.map_err(|LeaseLost| BackendError::Interrupted)?;
        } else {
            heard.begins = Some((turn.home.of_sessions(&self.spec.name), ran_with));
        }
        let program = spawn.program.clone();
        let mut progress = Progress::default();
        let launcher = &self.setup.launcher;
        let ended = CODEX
            .run(launcher, spawn, io, |line| heard.take(line, &mut progress))
            .await?;
        if heard.refused >= REFUSALS {
            return Err(errors::failed(&heard.last_refusal, self.setup.clock.now()));
        }
        ended.by_itself(&program, &CODEX)?;
        self.judge(progress, &ended, &last, by_hand)
    }

    /// What the turn came to: only terminal events and the exit decide.
    fn judge(
        &self,
        progress: Progress,
        ended: &Ended,
        last: &Path,
        by_hand: String,
    ) -> Result<TurnEnd, BackendError> {
        if let Some(sentence) = progress.failed {
            return Err(errors::failed(&sentence, self.setup.clock.now()));
        }
        if let Some(unread) = errors::unread_image(&ended.stderr) {
            return Err(unread);
        }
        if progress.completed && ended.status == ExitStatus::Code(0) {
            // Cross-check: the events and the file say the same; where events are missing, the file holds.
            let text = if progress.reply.is_empty() {
                read_bounded(last, 1024 * 1024).unwrap_or_default()
            } else {
                progress.reply
            };
            return match progress.denied {
                Some(what) if text.trim().is_empty() => {
                    Err(BackendError::Rejected(errors::denied(&what)))
                }
                _ => Ok(TurnEnd::Finished(TurnOutcome {
                    text,
                    empty_detail: Some(by_hand),
                })),
            };
        }
        let stderr = &ended.stderr;
        // Nothing was heard of a turn: the program refused to start one and said why on stderr.
        if ["Not logged in", "not logged in"]
            .iter()
            .any(|words| stderr.contains(words))
        {
            let failure = Failure::new(OutcomeCode::NotSignedIn, "the Codex CLI is not signed in");
            return Err(BackendError::LoginRequired(
                failure.hint(errors::SIGN_IN).detail(stderr.as_str()),
            ));
        }
        if let Some(no_session) = errors::of_session(stderr) {
            return Err(no_session);
        }
        if stderr.contains("exceeds the maximum length") {
            return Err(errors::too_long(stderr));
        }
        if stderr.contains("bubblewrap is unavailable") {
            return Err(errors::failed(
                "bubblewrap is unavailable",
                self.setup.clock.now(),
            ));
        }
        Err(ended.crashed())
    }

    /// What the session that a turn goes on in had used before, which the program counts in. `None`: nobody knows.
    async fn used_before(&self, turn: &TurnRequest) -> Option<Counted> {
        let Session::Resumed(session) = &turn.session else {
            return Some(Counted::default());
        };
        let folder = home::prepare(&self.setup, turn.home).ok()?;
        let id = session.session.parse().ok()?;
        let read = move || sessions::find(&folder, &id).ok()??.used().ok()?;
        tokio::task::spawn_blocking(read).await.ok()?
    }

    async fn probe(&self) -> Probe {
        let file = login::file(&self.setup.codex_home);
        let program = match self.find().await {
            Ok(program) => program,
            Err(problem) => {
                return Probe {
                    program: None,
                    version: None,
                    problem: Some(problem),
                    account: None,
                    login: Some(file),
                };
            }
        };
        let env = child_env(self.setup.env.iter().cloned());
        let version = self.versions.of(&self.setup.launcher, &program, &env).await;
        let (account, problem) = match self.account() {
            Ok(account) => (Some(account), None),
            Err(problem) => (None, Some(problem)),
        };
        Probe {
            program: Some(program),
            version,
            problem,
            account,
            login: Some(file),
        }
    }
}

/// What was heard besides progress.
#[derive(Default)]
struct Heard {
    /// What to say once the conversation has a name, if it is kept: the home it lives in, and what the turn runs with.
    begins: Option<(String, RanWith)>,
    /// What the conversation had used before the turn.
    used_before: Option<Counted>,
    refused: u32,
    last_refusal: String,
    denial_told: bool,
}

impl Heard {
    /// Takes in a line.
    fn take(&mut self, line: &[u8], progress: &mut Progress) -> Said {
        let Ok(event) = serde_json::from_slice::<Event>(line) else {
            return Said::Nonsense;
        };
        if let Event::Error { message } = &event
            && message.starts_with("Reconnecting")
            && message.contains("401 Unauthorized")
        {
            // Codex tries ten times over 13 s; a refreshed login that is refused stays refused.
            self.refused += 1;
            self.last_refusal.clone_from(message);
        }
        match &event {
            Event::ThreadStarted { thread_id } => {
                return match self.begins.take() {
                    Some((home, ran_with)) => {
                        let session = thread_id.clone();
                        Said::Began(SessionRef { home, session }, ran_with)
                    }
                    None => Said::Items(Vec::new()),
                };
            }
            Event::TurnCompleted { usage } => {
                let used = self.used_before.and_then(|before| usage.since(before));
                progress.take(event);
                return used.map_or_else(|| Said::Items(Vec::new()), Said::Used);
            }
            _ => {}
        }
        let mut items = match progress.take(event) {
            Step::Nothing => Vec::new(),
            Step::Item(event) => vec![event],
        };
        if let Some(denied) = progress.denied.as_ref().filter(|_| !self.denial_told) {
            self.denial_told = true;
            items.push(ItemEvent::Put {
                key: "sandbox-denied".into(),
                body: ItemBody::Notice,
                text: Some(format!("{}: {denied}", OutcomeCode::SandboxDenied.as_str())),
                status: ItemStatus::Done,
            });
        }
        if self.refused < REFUSALS {
            Said::Items(items)
        } else {
            Said::Enough(items)
        }
    }
}

impl Backend for CodexExec {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn run_turn(
        &self,
        turn: TurnRequest,
        io: TurnIo,
    ) -> BoxFuture<'_, Result<TurnEnd, BackendError>> {
        self.run(turn, io).boxed()
    }

    fn perform(&self, operation: Operation) -> BoxFuture<'_, Result<Performed, BackendError>> {
        async move {
            match operation {
                Operation::Probe => Ok(Performed::Probed(self.probe().await)),
                _ => Err(BackendError::Unsupported),
            }
        }
        .boxed()
    }
}
