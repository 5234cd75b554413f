//! The guard: the small process that stands between us and one outside program. Owns the promise that no
//! descendant of that program outlives its end, a stop or our own death; never reads the program's output
//! and uses no tokio.
//!
//! Why a process of its own: a process group misses what double-forks, and `PR_SET_PDEATHSIG` fires when
//! the forking *thread* ends. The guard is a child subreaper, so whatever the program starts, however it
//! detaches, stays below it in the process tree and can be found. The main process never becomes one: it
//! would inherit strangers' orphans.
//!
//! Its limit: a program that kills its guard with SIGKILL escapes to init. The parent notices that the
//! control channel closed without a last word and kills the program's process group, which is the best that
//! is left.

mod family;
pub(crate) mod order;
mod start;
mod wake;
mod watch;
pub(crate) mod wire;

use order::Order;
use std::{ffi::OsString, process::ExitCode};
use watch::Watch;

/// The word after the program's name that makes it a guard.
pub const SUBCOMMAND: &str = "guard";

/// The body of the hidden subcommand `guard`; `args` are those after the word itself.
///
/// Call it before anything else in `main`: the environment it runs in is the outside program's, not ours,
/// and a runtime or a log subscriber would only slow the start of every program.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    // Its standard input is the control channel; without one it was typed by hand and has nobody
    // to report to.
    let Ok((control, stdio)) = wire::receive_stdio() else {
        return ExitCode::from(2);
    };
    let started = Order::parse(args).and_then(|order| Watch::start(&control, &order, stdio));
    match started {
        Ok(watch) => {
            watch.until_nobody_is_left();
            ExitCode::SUCCESS
        }
        Err(failure) => {
            wire::tell(&control, &wire::Report::Failed(failure));
            ExitCode::FAILURE
        }
    }
}
