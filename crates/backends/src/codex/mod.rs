//! Codex: the OpenAI assistant behind the `codex` command-line program. `exec` runs a turn over
//! `codex exec`; `login` and `install` look at what is there; `items`, `wire` and `errors` translate.

pub mod errors;
pub mod exec;
pub mod install;
pub mod items;
pub mod login;
pub mod wire;

pub use exec::{CodexExec, Setup};
