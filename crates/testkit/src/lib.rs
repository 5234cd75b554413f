//! For tests only: a whole Switchboard as a child process, a client that speaks to it as a program
//! would, and databases of a test's own. Replaces nothing but the paid servers (crate `upstream`).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

pub mod client;
pub mod database;
pub mod events;
pub mod house;
pub mod until;

pub use client::{Answer, Client};
pub use events::Events;
pub use house::{House, Options};
