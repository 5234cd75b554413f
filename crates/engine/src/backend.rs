//! The seam behind which assistants work. Owns what a turn is given and what may come of it; never
//! knows a particular assistant. Lives beside its consumer, the runner; implementations own their
//! processes and connections.

mod login_file;
mod sign_in;

use std::{path::PathBuf, time::Duration};

use futures_util::future::BoxFuture;
use switchboard_model::{
    AssistantId, Millis, PersonId, ThreadId, TurnId,
    attachment::{Format, Kind},
    mcp::{McpServer, Seen},
    outcome::{Failure, OutcomeCode},
    provider::Model,
    settings::Permission,
    usage::Limit,
};

pub use switchboard_model::home::Home;

pub use self::login_file::LoginFile;
pub use self::sign_in::{SignIn, SignInState, SignInWay, ToolSignIn};
pub use crate::attached::Attached;
use crate::{attachments::kinds, turn_io::TurnIo};

/// A way of having an assistant work.
///
/// Dropping the future of `run_turn` is safe at any await: what it started belongs to the guard.
pub trait Backend: Send + Sync + 'static {
    /// What it is and can do, as data.
    fn spec(&self) -> &Spec;

    /// Works on one turn until it ends. Reports through `io`.
    fn run_turn(
        &self,
        turn: TurnRequest,
        io: TurnIo,
    ) -> BoxFuture<'_, Result<TurnEnd, BackendError>>;

    /// Does something between turns. The spec lists what it can; everything else is `Unsupported`.
    fn perform(&self, operation: Operation) -> BoxFuture<'_, Result<Performed, BackendError>>;

    /// Lets go of what it holds. Idempotent. Without one it holds nothing between turns.
    fn stop(&self, _how: Stop) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

/// What a backend is and can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spec {
    /// Its name in the registry and in the assistants' rows.
    pub name: String,
    /// The handle and name its assistant gets when `serve` registers it by itself.
    pub handle: String,
    /// As shown.
    pub title: String,
    /// Whose account it uses, as in "Mara's ChatGPT plan".
    pub account_words: String,
    /// What it is there for.
    pub purpose: Purpose,
    /// What it can do.
    pub capabilities: Vec<Capability>,
    /// What it cannot do, each with why, in words that follow its title. With what it can do, that is every one.
    pub lacks: Vec<(Capability, &'static str)>,
    /// Which attachments it can take, the kinds in the order they are told.
    pub accepts: Vec<Format>,
    /// One line for the assistant's card: "reads only, cannot write files".
    pub note: String,
    /// Which of the two switches over backends it hangs on.
    pub family: Family,
    /// Models to begin with, until an account has listed its own.
    pub seeds: Vec<Model>,
    /// The ways to sign in that it can lead through, the first being the usual one.
    pub sign_ins: Vec<SignInWay>,
}

/// What a backend is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// It reaches models, on somebody's account.
    Work,
    /// It shows what an answer looks like and reaches nothing. So there is nothing to set of it, and it is there only where
    /// an admin asked for it.
    Demo,
}

/// Which switch a backend hangs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Codex, natively.
    Codex,
    /// Reached with a key or at an endpoint.
    Providers,
}

/// Something a backend may be able to do. What a person can choose or do hangs on these: a control whose capability is missing is
/// shown with the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Capability {
    /// Text arrives while it is written.
    Streams,
    /// Whole items arrive while it works.
    Steps,
    /// It asks before it acts.
    Approvals,
    /// It goes on with an earlier session.
    Resumes,
    /// It takes words while it works.
    Steers,
    /// It sums up its session when asked.
    Compacts,
    /// It plans before it works.
    Plans,
    /// It works on files, as far as it is allowed to.
    Edits,
    /// Its models can be chosen.
    Models,
    /// How hard it thinks can be chosen.
    Efforts,
    /// A faster tier can be chosen, where a model has one.
    Fast,
    /// It is led from afar, in a session that its own program shares.
    RemoteControl,
    /// It uses MCP servers of whoever asks.
    Tools,
    /// It works in the own home of whoever asks, where that may be.
    OwnHome,
}

impl Capability {
    /// Every one, in the order of tables.
    pub const ALL: [Self; 14] = [
        Self::Streams,
        Self::Steps,
        Self::Approvals,
        Self::Resumes,
        Self::Steers,
        Self::Compacts,
        Self::Plans,
        Self::Edits,
        Self::Models,
        Self::Efforts,
        Self::Fast,
        Self::RemoteControl,
        Self::Tools,
        Self::OwnHome,
    ];

    /// The name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Streams => "streams",
            Self::Steps => "steps",
            Self::Approvals => "approvals",
            Self::Resumes => "resumes",
            Self::Steers => "steers",
            Self::Compacts => "compacts",
            Self::Plans => "plans",
            Self::Edits => "edits",
            Self::Models => "models",
            Self::Efforts => "efforts",
            Self::Fast => "fast",
            Self::RemoteControl => "remote_control",
            Self::Tools => "tools",
            Self::OwnHome => "own_home",
        }
    }

    /// What it is, in words.
    pub fn title(self) -> &'static str {
        match self {
            Self::Streams => "Text as it is written",
            Self::Steps => "Steps as they happen",
            Self::Approvals => "Asks before it acts",
            Self::Resumes => "Remembers a direct thread",
            Self::Steers => "Takes words while it works",
            Self::Compacts => "Sums up a long thread",
            Self::Plans => "Plans before it works",
            Self::Edits => "Works on files",
            Self::Models => "Its model is chosen here",
            Self::Efforts => "How hard it thinks is chosen here",
            Self::Fast => "A fast mode",
            Self::RemoteControl => "Remote control",
            Self::Tools => "Uses your MCP servers",
            Self::OwnHome => "Works in your own home",
        }
    }
}

impl Spec {
    /// Whether it can do that.
    pub fn has(&self, capability: Capability) -> bool {
        self.capabilities.contains(&capability)
    }

    /// Whose account an answer uses: "Mara's ChatGPT plan".
    pub fn runs_on(&self, owner: &str) -> String {
        match self.purpose {
            Purpose::Work => format!("{owner}'s {}", self.account_words),
            Purpose::Demo => self.account_words.clone(),
        }
    }

    /// The kinds of files that it takes, each once; of each at least one format.
    pub fn takes(&self) -> Vec<Kind> {
        kinds(&self.accepts)
    }

    /// Why it cannot do that, in words: `ChatGPT reads only`; `None` if it can.
    pub fn lack(&self, capability: Capability) -> Option<String> {
        if self.has(capability) {
            return None;
        }
        let mut lacks = self.lacks.iter();
        let why = lacks.find(|(lacking, _)| *lacking == capability);
        let why = why.map_or("cannot do that", |(_, why)| why);
        Some(format!("{} {why}", self.title))
    }
}

/// One turn, as a backend is given it.
#[derive(Debug, Clone)]
pub struct TurnRequest {
    /// Which; also the marker that reaches every command of the turn.
    pub turn: TurnId,
    /// Which attempt.
    pub attempt: i64,
    /// How often it was put back after its process died: the session may hold what came of it then.
    pub reverts: i64,
    /// Where its reply goes.
    pub thread: ThreadId,
    /// Who answers.
    pub assistant: AssistantId,
    /// Who asked.
    pub person: PersonId,
    /// Whose home it runs in.
    pub home: Home,
    /// What to do.
    pub work: Work,
    /// The conversation of its own that it goes on in.
    pub session: Session,
    /// The files that reach it beside the prompt, in order. Texts are in the prompt.
    pub attached: Vec<Attached>,
    /// The MCP servers that it may use: those of whoever asked, and none where others write.
    pub tools: Vec<McpServer>,
    /// How, and what it may touch.
    pub how: How,
    /// The JSON Schema that its answer is to meet.
    pub schema: Option<serde_json::Value>,
    /// How long it may take in all, for backends that can tell their program.
    pub deadline: Duration,
    /// How long it may wait for its session, if another program has it.
    pub patience: Duration,
}

/// What to do in a turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// Answer this.
    Prompt(String),
    /// Sum up what was said so far in the session, to make room.
    Compact,
}

/// Which conversation of the backend's own a turn is part of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Session {
    /// One for this turn alone, of which nothing is kept: others write in the thread.
    Passing,
    /// A new one, to be bound so that later turns go on in it.
    New,
    /// This one. If it cannot be taken up, the turn fails: going on without it would look as if it had been.
    Resumed(SessionRef),
}

/// How a turn is to be done. `None` leaves a choice to the backend.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct How {
    /// On which model.
    pub model: Option<String>,
    /// How hard it thinks.
    pub effort: Option<String>,
    /// Whether to ask for the model's faster tier.
    pub speed: Speed,
    /// What it may touch.
    pub permission: Permission,
    /// Where it works; without one, in a private empty folder.
    pub folder: Option<PathBuf>,
    /// Whether it only plans.
    pub mode: Mode,
    /// Who else is in the thread: what is granted for a session is granted to all who write in it.
    pub company: Company,
    /// Whether there is anybody to ask.
    pub asks: Asks,
    /// What could not be met as chosen, for people to see.
    pub notes: Vec<String>,
}

/// How soon an answer is wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Speed {
    /// As usual.
    #[default]
    Usual,
    /// Sooner, at whatever the plan takes for it.
    Fast,
}

/// Whether an assistant works or plans.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mode {
    /// It does what is asked.
    #[default]
    Work,
    /// It proposes a plan and does nothing.
    Plan,
}

/// Whether there is anybody who answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Asks {
    /// As the permission says.
    #[default]
    Somebody,
    /// Nobody sits and waits: what would have to be asked is refused.
    Nobody,
}

/// Who can write in a thread.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Company {
    /// Whoever asked, and nobody else.
    Alone,
    /// Others too.
    #[default]
    Others,
}

/// How the work of a turn ended well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TurnEnd {
    /// It is done.
    Finished(TurnOutcome),
    /// A person ended it with an answer to what it asked.
    Cancelled,
}

/// What a finished turn leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnOutcome {
    /// The reply. Empty is a failure of its own; `empty_detail` then says how to look into it.
    pub text: String,
    /// The exact command line to run by hand, without the prompt.
    pub empty_detail: Option<String>,
}

/// Something to do between turns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// Look whether a turn could run now.
    Probe,
    /// Ask the account which models it may use.
    Models,
    /// Ask the account how much of its plan is used.
    Limits(Fresh),
    /// Begin to sign in; an earlier try is taken back.
    SignIn {
        /// Which way.
        way: SignInWay,
        /// The key, if it is one.
        key: Option<Secret>,
    },
    /// Say where the newest sign-in of this process stands.
    SignInState,
    /// Hand over where the browser ended up.
    Paste(String),
    /// Take a sign-in back.
    CancelSignIn,
    /// Sign out.
    SignOut,
    /// Try whether an MCP server works, and which tools it has.
    TestTools(McpServer),
    /// Sign in to an MCP server. Answered with where the newest try of this process stands.
    SignInToTools(McpServer, ToolSignIn),
    /// Have the record of a session bear its thread's title and lie among the archived ones, or not. Starts nothing: it can
    /// be done later.
    Keep {
        /// The session.
        session: SessionRef,
        /// The thread's title; may be empty.
        title: String,
        /// Whether the thread is archived.
        archived: bool,
    },
    /// Forget a session, and what its thread left on the disk: the thread is gone.
    Release {
        /// The session.
        session: SessionRef,
        /// The thread that went on in it.
        thread: ThreadId,
    },
    /// Let go of a session that another process wants, unless a turn of this one runs in it.
    LetGo(SessionRef),
    /// Say what became of a turn whose process died. Changes nothing.
    Recover {
        /// The session that was bound for it.
        session: SessionRef,
        /// Which turn.
        turn: TurnId,
    },
}

/// Whether something known will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fresh {
    /// What was last heard; nothing is started for it.
    Known,
    /// What is true now.
    Asked,
}

/// A key on its way to a program: never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

/// What an operation gave.
#[derive(Debug, Clone, PartialEq)]
pub enum Performed {
    /// The answer to `Probe`.
    Probed(Probe),
    /// The answer to `Models`.
    Models(Vec<Model>),
    /// The answer to `Limits`.
    Limits(Vec<Limit>),
    /// The answer to everything about signing in.
    SignIn(Option<SignIn>),
    /// The answer to `TestTools`.
    Tools(Seen),
    /// It is done.
    Done,
    /// It is not done and can be asked for again: nothing runs that could do it.
    Later,
    /// The answer to `Recover`.
    Recovered(Recovered),
}

/// What a probe found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// The program, if it was found.
    pub program: Option<PathBuf>,
    /// Its version, as it says.
    pub version: Option<String>,
    /// What stands in the way of a turn, if anything does.
    pub problem: Option<Failure>,
    /// Whose login: an e-mail address or a plan's name, for people who may see it.
    pub account: Option<String>,
    /// The file that told it, if there is one: once it changes, this does not count any more.
    pub login: Option<LoginFile>,
}

/// What became of a turn whose process died.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recovered {
    /// It had finished with this reply.
    Finished(TurnOutcome),
    /// The session never heard of it.
    NothingDone,
    /// It was cut short, and all that came of it is words and thoughts. If it is run again, its backend takes them out
    /// of the session first.
    OnlySaid,
    /// It may have done something, or nobody can tell.
    Unknown,
}

/// A backend's own name for a conversation, and the home it lives in: it is taken up there and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRef {
    /// The home, by [`Home::of_sessions`].
    pub home: String,
    /// The session.
    pub session: String,
}

/// Why a turn is to stop, or how a backend is to let go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// A person wants it, or Switchboard is asked to end: finish the sentence, not the work.
    Gently,
    /// The total or idle deadline passed.
    Deadline,
    /// The fence is lost or Switchboard must end: nothing it reports counts any more.
    Now,
}

/// What went wrong, one variant per thing the runner does about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BackendError {
    /// A person must sign in, or install the program; the probe is forgotten so that the next
    /// mention looks again.
    #[error("{}", .0.message)]
    LoginRequired(Failure),
    /// Not now; the failure says from when on.
    #[error("{}", .0.message)]
    Unavailable(Failure),
    /// The work was refused, or ended badly, in a way that is known.
    #[error("{}", .0.message)]
    Rejected(Failure),
    /// What a person handed over cannot be used; the text says what can.
    #[error("{0}")]
    Invalid(String),
    /// The program said something that is not its protocol.
    #[error("unexpected output: {0}")]
    Protocol(String),
    /// The program ended in a way of its own.
    #[error("the program ended unexpectedly ({status})")]
    Crashed {
        /// `exit 3`, `signal 9`.
        status: String,
        /// What it last said, redacted.
        stderr_tail: String,
    },
    /// It stopped because it was told to.
    #[error("stopped")]
    Interrupted,
    /// This backend cannot do that.
    #[error("not supported")]
    Unsupported,
}

impl BackendError {
    /// The failure that people see.
    pub fn into_failure(self) -> Failure {
        match self {
            Self::LoginRequired(failure) | Self::Unavailable(failure) | Self::Rejected(failure) => {
                failure
            }
            Self::Invalid(what) => Failure::new(OutcomeCode::AssistantUnavailable, what),
            Self::Protocol(what) => Failure::new(
                OutcomeCode::Crashed,
                "the program said something unexpected",
            )
            .detail(what),
            Self::Crashed {
                status,
                stderr_tail,
            } => Failure::new(
                OutcomeCode::Crashed,
                format!("the program ended unexpectedly ({status})"),
            )
            .detail(stderr_tail),
            Self::Interrupted => Failure::new(
                OutcomeCode::Crashed,
                "the program stopped before it answered",
            ),
            Self::Unsupported => Failure::new(
                OutcomeCode::AssistantUnavailable,
                "this assistant cannot do that",
            ),
        }
    }
}

/// When a limit resets, from "seconds from now".
pub fn resets_at(now: Millis, seconds: u64) -> Millis {
    now.plus(Duration::from_secs(seconds))
}
