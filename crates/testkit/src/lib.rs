//! For tests only: a whole Switchboard as a child process, a client that speaks to it as a program
//! would, and databases of a test's own. Replaces nothing but the paid servers (crate `upstream`).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

pub mod client;
pub mod database;
pub mod events;
pub mod house;
pub mod processes;
pub mod program;
pub mod server;
pub mod tools;
pub mod until;

pub use client::{Answer, Client};
pub use events::{Event, Events};
pub use house::{Codex, Gemini, House, Options, Over, codex};
pub use server::{Server, Stop};
pub use until::until;
