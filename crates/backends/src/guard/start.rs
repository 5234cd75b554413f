//! The start of the guarded program. Owns its group, its folder and its streams, and why it may not start; the
//! environment is the guard's own, which the launcher made for it.

use super::{order::Order, wire::Failure};
use rustix::process::Pid;
use std::{
    io::ErrorKind,
    os::{fd::OwnedFd, unix::process::CommandExt},
    path::Path,
    process::{Command, Stdio},
};

/// Starts the program in a process group of its own. Our copies of its streams are closed when this returns, else
/// nobody would ever see their end.
#[expect(
    clippy::disallowed_methods,
    reason = "the guard is the door through which outside programs start"
)]
pub(super) fn start(order: &Order, [stdin, stdout, stderr]: [OwnedFd; 3]) -> Result<Pid, Failure> {
    if !order.cwd.is_dir() {
        return Err(Failure::NoFolder {
            cwd: order.cwd.clone(),
        });
    }
    let started = Command::new(&order.program)
        .args(&order.args)
        .current_dir(&order.cwd)
        .process_group(0)
        .stdin(Stdio::from(stdin))
        .stdout(Stdio::from(stdout))
        .stderr(Stdio::from(stderr))
        .spawn();
    match started {
        Ok(child) => Pid::from_raw(child.id().cast_signed()).ok_or_else(|| Failure::Guard {
            why: "the program has no process number".into(),
        }),
        // The system says "not found" also of a script whose interpreter is not.
        Err(error) if error.kind() == ErrorKind::NotFound && Path::new(&order.program).exists() => {
            Err(Failure::NotExecutable {
                why: "the interpreter it names is missing".into(),
            })
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Err(Failure::NotFound),
        Err(error) => Err(Failure::NotExecutable {
            why: error.to_string(),
        }),
    }
}
