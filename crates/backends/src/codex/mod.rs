//! Codex: the OpenAI assistant behind the `codex` command-line program. `app` runs turns over its app server, `exec` over
//! `codex exec` where that cannot be, `detached` over either; `home`, `house`, `login`, `install`, `native`, `sessions` and `held` look
//! at what is there; `items`, `wire` and `errors` translate what `exec` says.

pub mod app;
pub mod detached;
pub mod errors;
pub mod exec;
mod held;
pub mod home;
pub mod house;
pub mod install;
pub mod items;
pub mod login;
pub mod native;
pub mod sessions;
pub mod wire;

use std::{ffi::OsString, path::PathBuf, sync::Arc};

use switchboard_engine::News;
use switchboard_model::Clock;

pub use app::CodexApp;
pub use detached::CodexDetached;
pub use exec::CodexExec;

use crate::process::{Finder, Launcher, Passes};

/// What the composition root knows and this backend needs.
#[derive(Clone)]
pub struct Setup {
    /// How to start programs.
    pub launcher: Launcher,
    /// How to find them.
    pub finder: Finder,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// Rung when a sign-in moved on, or more of a plan is used.
    pub news: News,
    /// A program named by configuration; else it is searched for.
    pub program: Option<PathBuf>,
    /// The person's own Codex home, whose login is used, and in which turns work that may.
    pub codex_home: PathBuf,
    /// Where house homes are.
    pub homes: PathBuf,
    /// Where the private folders of this process's turns are.
    pub work: PathBuf,
    /// Where the folders of threads are that chose none of a person's.
    pub threads: PathBuf,
    /// Codex's `chatgpt_base_url`, if not the built-in one.
    pub backend_url: Option<String>,
    /// Codex's `openai_base_url`, if not the built-in one.
    pub responses_url: Option<String>,
    /// The environment of this process, from which the child's is chosen.
    pub env: Vec<(OsString, OsString)>,
    /// How it is chosen.
    pub passes: Passes,
    /// Whose account it uses, as in "Mara's ChatGPT plan".
    pub account_words: String,
}
