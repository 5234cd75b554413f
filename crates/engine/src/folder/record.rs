//! The two records of a detached turn, `meta.json` and `result.json`, and the states that they and the lock amount to. Owns their
//! fields, which programs read; a field that is not known here is left alone.

use std::{fmt, path::Path};

use serde::{Deserialize, Serialize};
use switchboard_model::{
    Millis, ThreadId, TurnId,
    outcome::{Failure, OutcomeCode},
    turn::Outcome,
    usage::Usage,
};

use super::{exit, moment};

/// How a turn is run: `meta.json`. Written by its worker alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// Whose it is.
    pub turn_id: TurnId,
    /// The thread that its assistant's program has for it, once that is known.
    pub thread_id: Option<String>,
    /// When its folder was made.
    #[serde(with = "moment")]
    pub started_at: Millis,
    /// Where it works.
    pub cwd: String,
    /// The model that was asked for.
    pub model: Option<String>,
    /// Its worker's. Proves nothing: the lock does.
    pub pid: Option<u32>,
    /// The thread that it goes on with.
    pub resumed_from: Option<String>,
    /// How far it is, while its worker lives.
    #[serde(default)]
    pub phase: Phase,
    /// How hard the model was asked to think.
    #[serde(default)]
    pub effort: Option<String>,
    /// What it may touch.
    #[serde(default)]
    pub sandbox: Option<String>,
    /// Who answers, by handle.
    #[serde(default)]
    pub assistant: Option<String>,
    /// Whether it may work outside a git repository.
    #[serde(default)]
    pub skip_git_check: bool,
    /// How many seconds it may take in all.
    #[serde(default)]
    pub timeout: Option<u64>,
    /// How many seconds it may be silent.
    #[serde(default)]
    pub idle_timeout: Option<u64>,
    /// Whether the answer has to fit a schema.
    #[serde(default)]
    pub schema: bool,
    /// How many images came with the prompt.
    #[serde(default)]
    pub images: usize,
    /// The thread in which it stands on the page.
    #[serde(default)]
    pub conversation: Option<ThreadId>,
    /// The machine that it runs on.
    #[serde(default)]
    pub host: Option<String>,
    /// Of Switchboard.
    #[serde(default)]
    pub version: Option<String>,
    /// On whose account it runs, once that is known.
    #[serde(default)]
    pub auth: Option<Auth>,
    /// When it began to wait for its place.
    #[serde(default, with = "moment::maybe")]
    pub queued_at: Option<Millis>,
    /// What it waits for, while that is another program.
    #[serde(default)]
    pub waits_for: Option<String>,
    /// Over which of its program's ways it runs, once that is known.
    #[serde(default)]
    pub over: Option<String>,
}

/// How far a turn is whose worker lives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// It waits for its place.
    Queued,
    /// Its program is being started.
    #[default]
    Starting,
    /// It works.
    Running,
    /// It waits until somebody decides a question.
    WaitingApproval,
}

/// The login that a turn runs on, as its program says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Auth {
    /// Its kind: `chatgpt`, `api_key`, …
    pub mode: String,
    /// The plan, where the program says which.
    pub plan: Option<String>,
}

/// What a turn used of its model, in the words of thread events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    /// Given to the model.
    pub input_tokens: i64,
    /// Of these, how many it had kept from before.
    pub cached_input_tokens: i64,
    /// Said by the model, its thoughts included.
    pub output_tokens: i64,
    /// Of these, how many were thoughts.
    pub reasoning_output_tokens: i64,
}

/// How a turn ended: `result.json`. Written once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// Whose it is.
    pub turn_id: TurnId,
    /// The thread that its assistant's program has for it.
    pub thread_id: Option<String>,
    /// One of those that are an end.
    pub state: State,
    /// What went wrong, by the name of its outcome code.
    pub code: Option<String>,
    /// The same in words.
    pub reason: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
    /// The final message, whole.
    pub answer: Option<String>,
    /// What it used.
    pub usage: Option<Tokens>,
    /// On whose account it ran.
    pub auth: Option<Auth>,
    /// When its folder was made.
    #[serde(default, with = "moment::maybe")]
    pub started_at: Option<Millis>,
    /// When it ended; of one that was found dead, when it was last heard of.
    #[serde(with = "moment")]
    pub ended_at: Millis,
    /// What `switchboard wait` exits with.
    pub exit_code: u8,
    /// Whether something is missing in `out.txt`: the disk was full, or it was too much.
    #[serde(default)]
    pub out_incomplete: bool,
    /// The same of `events.jsonl`.
    #[serde(default)]
    pub events_incomplete: bool,
}

/// Where a turn stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It waits for its place.
    Queued,
    /// Its program is being started.
    Starting,
    /// It works.
    Running,
    /// It waits until somebody decides a question.
    WaitingApproval,
    /// It ended with an answer.
    Complete,
    /// It ended otherwise.
    Failed,
    /// Somebody stopped it.
    Cancelled,
    /// It took, or was silent for, too long.
    TimedOut,
    /// Its worker died before it ended.
    Abandoned,
    /// There is no such turn.
    Missing,
}

impl Meta {
    /// That of a turn made now, to be filled in.
    pub fn new(turn_id: TurnId, cwd: &Path, now: Millis) -> Self {
        Self {
            turn_id,
            thread_id: None,
            started_at: now,
            cwd: cwd.to_string_lossy().into_owned(),
            model: None,
            pid: None,
            resumed_from: None,
            phase: Phase::default(),
            effort: None,
            sandbox: None,
            assistant: None,
            skip_git_check: false,
            timeout: None,
            idle_timeout: None,
            schema: false,
            images: 0,
            conversation: None,
            host: None,
            version: None,
            auth: None,
            queued_at: None,
            waits_for: None,
            over: None,
        }
    }
}

impl From<Usage> for Tokens {
    fn from(usage: Usage) -> Self {
        Self {
            input_tokens: usage.input,
            cached_input_tokens: usage.cached,
            output_tokens: usage.output,
            reasoning_output_tokens: usage.reasoning,
        }
    }
}

impl Ending {
    /// The end of the turn of `meta` with `outcome`.
    pub fn new(meta: &Meta, outcome: &Outcome, usage: Option<Usage>, ended_at: Millis) -> Self {
        let (state, answer, failure) = match outcome {
            Outcome::Replied { text } => (State::Complete, Some(text.clone()), None),
            Outcome::Cancelled => (State::Cancelled, None, None),
            Outcome::Failed(failure) => (State::of_failure(failure.code), None, Some(failure)),
        };
        let mut ending = Self::bare(meta.turn_id, state, ended_at);
        ending.about(meta);
        ending.answer = answer;
        ending.usage = usage.map(Tokens::from);
        if let Some(failure) = failure {
            ending.blame(failure);
        }
        ending
    }

    /// That of a turn whose worker is dead and wrote none.
    pub(super) fn abandoned(turn_id: TurnId, meta: Option<&Meta>, last_heard: Millis) -> Self {
        let mut ending = Self::bare(turn_id, State::Abandoned, last_heard);
        if let Some(meta) = meta {
            ending.about(meta);
        }
        let failure = Failure::new(OutcomeCode::Abandoned, "its worker died")
            .hint("safe to leave; look at what it did, then start it again with `switchboard new`");
        ending.blame(&failure);
        ending
    }

    /// How the turn ended, as its thread knows it; `None` if nobody knows.
    pub fn outcome(&self) -> Option<Outcome> {
        match self.state {
            State::Complete => Some(Outcome::Replied {
                text: self.answer.clone().unwrap_or_default(),
            }),
            State::Cancelled => Some(Outcome::Cancelled),
            State::Failed | State::TimedOut => {
                let code = self.code.as_deref().and_then(OutcomeCode::parse);
                let code = code.unwrap_or(OutcomeCode::Crashed);
                let failure = Failure::new(code, self.reason.clone().unwrap_or_default());
                Some(Outcome::Failed(match &self.hint {
                    Some(hint) => failure.hint(hint.clone()),
                    None => failure,
                }))
            }
            _ => None,
        }
    }

    fn bare(turn_id: TurnId, state: State, ended_at: Millis) -> Self {
        Self {
            turn_id,
            thread_id: None,
            state,
            code: None,
            reason: None,
            hint: None,
            answer: None,
            usage: None,
            auth: None,
            started_at: None,
            ended_at,
            exit_code: state.exit_code(),
            out_incomplete: false,
            events_incomplete: false,
        }
    }

    fn about(&mut self, meta: &Meta) {
        self.thread_id.clone_from(&meta.thread_id);
        self.auth.clone_from(&meta.auth);
        self.started_at = Some(meta.started_at);
    }

    fn blame(&mut self, failure: &Failure) {
        self.code = Some(failure.code.as_str().to_owned());
        self.reason = Some(failure.message.clone());
        self.hint = Some(failure.hint.clone());
        let by_state = self.state.exit_code();
        self.exit_code = exit::of_failure(failure.code).unwrap_or(by_state);
    }

    /// What the last line says went wrong.
    pub(super) fn complaint(&self) -> String {
        match (&self.reason, self.state) {
            (Some(reason), _) => reason.clone(),
            (None, State::Cancelled) => "cancelled".into(),
            (None, state) => state.as_str().into(),
        }
    }
}

impl State {
    /// The name in records and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Starting => "starting",
            Self::Running => "running",
            Self::WaitingApproval => "waiting-approval",
            Self::Complete => "complete",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::TimedOut => "timed-out",
            Self::Abandoned => "abandoned",
            Self::Missing => "missing",
        }
    }

    /// Whether nothing more happens to the turn.
    pub fn is_over(self) -> bool {
        match self {
            Self::Queued | Self::Starting | Self::Running | Self::WaitingApproval => false,
            Self::Complete
            | Self::Failed
            | Self::Cancelled
            | Self::TimedOut
            | Self::Abandoned
            | Self::Missing => true,
        }
    }

    fn of_failure(code: OutcomeCode) -> Self {
        match code {
            OutcomeCode::TimedOut => Self::TimedOut,
            OutcomeCode::Abandoned => Self::Abandoned,
            _ => Self::Failed,
        }
    }
}

impl From<Phase> for State {
    fn from(phase: Phase) -> Self {
        match phase {
            Phase::Queued => Self::Queued,
            Phase::Starting => Self::Starting,
            Phase::Running => Self::Running,
            Phase::WaitingApproval => Self::WaitingApproval,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
