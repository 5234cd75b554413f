//! The seam behind which assistants work. Owns what a turn is given and what may come of it; never
//! knows a particular assistant. Lives beside its consumer, the runner; implementations own their
//! processes and connections.

use std::{path::PathBuf, time::Duration};

use futures_util::future::BoxFuture;
use switchboard_model::{
    AssistantId, Millis, PersonId, ThreadId, TurnId,
    attachment::Format,
    outcome::{Failure, OutcomeCode},
};

pub use crate::attached::Attached;
use crate::turn_io::TurnIo;

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

    /// Lets go of what it holds. Idempotent.
    fn stop(&self, how: Stop) -> BoxFuture<'_, ()>;
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
    /// What it can do.
    pub capabilities: Vec<Capability>,
    /// Which attachments it can take, the kinds in the order they are told.
    pub accepts: Vec<Format>,
    /// One line for the assistant's card: "reads only, cannot write files".
    pub note: String,
}

/// Something a backend may be able to do.
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
}

impl Capability {
    /// The name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Streams => "streams",
            Self::Steps => "steps",
            Self::Approvals => "approvals",
            Self::Resumes => "resumes",
            Self::Steers => "steers",
        }
    }
}

/// One turn, as a backend is given it.
#[derive(Debug, Clone)]
pub struct TurnRequest {
    /// Which; also the marker that reaches every command of the turn.
    pub turn: TurnId,
    /// Which attempt.
    pub attempt: i64,
    /// Where its reply goes.
    pub thread: ThreadId,
    /// Who answers.
    pub assistant: AssistantId,
    /// Who asked.
    pub person: PersonId,
    /// Whose home it may use.
    pub home: Home,
    /// What to do.
    pub work: Work,
    /// The files that reach it beside the prompt, in order. Texts are in the prompt.
    pub attached: Vec<Attached>,
    /// What it may touch.
    pub policy: Policy,
    /// How long it may take in all, for backends that can tell their program.
    pub deadline: Duration,
}

/// What to do in a turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// Answer this.
    Prompt(String),
}

/// Whose home the program runs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Home {
    /// Ours: private, with the owner's login and nothing else of theirs. Required wherever others'
    /// text reaches the model.
    House,
}

/// What a turn may touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// Reads in a private empty folder; writes nothing, no network for its commands.
    ReadOnly,
}

/// How the work of a turn ended well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TurnEnd {
    /// It is done.
    Finished(TurnOutcome),
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
    /// Say what became of a turn whose process died.
    Recover {
        /// The backend's own session, if one was bound.
        session: SessionRef,
        /// Which turn.
        turn: TurnId,
    },
}

/// What an operation gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Performed {
    /// The answer to `Probe`.
    Probed(Probe),
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
}

/// What became of a turn whose process died.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recovered {
    /// It had finished with this reply.
    Finished(TurnOutcome),
    /// Nothing was done; it may be repeated.
    NothingDone,
    /// Nobody can tell.
    Unknown,
}

/// A backend's own name for a conversation, and the home it lives in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRef {
    /// The home.
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
