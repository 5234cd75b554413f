//! The outside programs of this crate's tests, in one binary: the guard itself, a parent that can be
//! killed, and a hostile fake assistant. Never part of a release.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test program"
)]

mod assistant;
mod parent;

use std::{env::args_os, process::ExitCode};
use switchboard_backends::guard;

fn main() -> ExitCode {
    let role = args_os().nth(1).unwrap_or_default();
    let rest = || args_os().skip(2);
    match role.to_str() {
        Some(guard::SUBCOMMAND) => guard::main(rest()),
        Some("parent") => parent::main(rest()),
        Some("assistant") => assistant::main(rest()),
        _ => ExitCode::from(64),
    }
}
