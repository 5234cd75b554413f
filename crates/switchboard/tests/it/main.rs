//! The flows: a whole server as a child process, the real Codex CLI, and the scripted upstream instead
//! of the paid servers. The core flows run on SQLite and, where one is given, on PostgreSQL.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "tests"
)]

mod app;
mod attachments;
mod commands;
mod demo;
mod detached;
mod doctor;
mod failures;
mod gemini;
mod hostile;
mod kills;
mod listener;
mod mention;
mod reconnect;
mod scenarios;
mod sessions;
mod skill_lines;
mod skills;
mod stop;
mod support;
mod turn_folders;
