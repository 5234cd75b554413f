//! The store from outside, on real databases: a file in a temporary folder, and PostgreSQL.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::print_stdout
)]

#[macro_use]
mod world;

mod assistants;
mod attachments;
mod backends;
mod cancelled;
mod children;
mod claims;
mod deletion;
mod detached;
mod edits;
mod endings;
mod failures;
mod faults;
mod feed;
mod forks;
mod identity;
mod look;
mod marks;
mod mcp;
mod members;
mod messages;
mod open;
mod parked;
mod people;
mod queue;
mod records;
mod search;
mod snapshot;
mod stops;
mod story;
mod talk;
mod threads;
mod turns;
