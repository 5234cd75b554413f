//! What `new` and `continue` ask of a worker, checked as far as it can be without a database; and what the worker answers. Both
//! travel through pipes, so that no prompt stands in a command line.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use switchboard_model::settings::Permission;

use super::refusal::Refusal;

/// A turn to run.
#[derive(Debug, Serialize, Deserialize)]
pub struct Order {
    /// What is asked.
    pub prompt: String,
    /// Where it works, as the system calls it.
    pub cwd: PathBuf,
    /// On which model.
    pub model: Option<String>,
    /// How hard it thinks.
    pub effort: Option<String>,
    /// What it may touch.
    pub permission: Permission,
    /// The JSON Schema of its answer, as text.
    pub schema: Option<String>,
    /// The pictures that come with it.
    pub images: Vec<PathBuf>,
    /// Whether it may work outside a git repository.
    pub skip_git_check: bool,
    /// Who answers, by handle.
    pub assistant: String,
    /// How long it may take, in seconds.
    pub timeout: Option<u64>,
    /// How long it may be silent, in seconds.
    pub idle_timeout: Option<u64>,
    /// The thread of Codex's that it goes on with.
    pub resume: Option<String>,
}

/// What a worker says to whoever started it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It has the turn.
    Begun(Begun),
    /// There is no turn.
    Refused(Refusal),
}

/// A turn that was begun; the line that `new` prints.
#[derive(Debug, Serialize, Deserialize)]
pub struct Begun {
    /// Which.
    pub turn_id: String,
    /// What it says, for people.
    pub out_path: PathBuf,
    /// What happens in it, one JSON object a line.
    pub events_path: PathBuf,
    /// There once it ended well.
    pub done_marker: PathBuf,
    /// There once it ended otherwise.
    pub error_marker: PathBuf,
    /// How it is run.
    pub meta_path: PathBuf,
    /// Where all of that is.
    pub dir: PathBuf,
    /// The thread that Codex has for it, once that is known.
    pub thread_id: Option<String>,
    /// Where it stands.
    pub status: String,
}
