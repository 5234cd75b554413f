//! Outside programs. Owns starting them, each under a guard of its own and with exactly the environment,
//! folder and input it is given, and all that is said and done until they are gone; never knows what any of
//! them is for.
//!
//! This is the only place of the project that starts a process.

#[cfg(not(unix))]
compile_error!("Switchboard needs a Unix system; on Windows use WSL 2");

mod child;
pub mod detach;
mod env;
pub mod find;
mod frame;
mod launcher;
mod lines;
pub mod marked;
pub mod os;
pub mod own;
mod places;
mod redact;
mod shell;
mod spawn;
mod stderr;
mod stdin;

pub use crate::guard::wire::ExitStatus;
pub use child::{Child, Exit, Stop, Tree};
pub use env::{Passes, child_env};
pub use find::Finder;
pub use frame::{Frame, Framer};
pub use launcher::{GuardExe, Launcher, Ran, RunError};
pub use lines::Lines;
pub use redact::redact;
pub use spawn::{Limits, Spawn, SpawnError, Stdin};
pub use stderr::StderrTail;
pub use stdin::StdinPipe;
