//! Gemini: Google's assistant behind the `gemini` command-line program. `exec` runs a turn over it; `home` lays out the
//! folder that a turn works in; `login` and `install` look at what is there; `items`, `wire`, `finish` and `errors`
//! translate; `output` knows which programs are too old to stream.

pub mod errors;
pub mod exec;
pub mod finish;
pub mod home;
pub mod install;
pub mod items;
pub mod login;
pub mod output;
pub mod wire;

pub use exec::{GeminiExec, Setup};
