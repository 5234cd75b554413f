//! The control channel between a launcher and its guard. Owns the few words both sides say and the handing
//! over of the program's standard streams; never carries the program's input or output.
//!
//! The channel is a Unix socket pair, the guard's standard input. The three streams travel through it as
//! `SCM_RIGHTS` instead of being inherited: so each of them is close-on-exec in both processes at all
//! times, no other child started at the same moment can catch one, and the guard can let go of its copies,
//! which is what makes end-of-file work.

use rustix::{
    io::{FdFlags, fcntl_setfd},
    net::{
        RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
        SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
    },
};
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    io::{self, IoSlice, IoSliceMut, Write},
    mem::MaybeUninit,
    os::{
        fd::{AsFd, BorrowedFd, OwnedFd},
        unix::net::UnixStream,
    },
    path::PathBuf,
};

/// Launcher to guard: close-down with grace. End-of-file on the channel means the same.
pub(crate) const STOP_GENTLY: u8 = b'g';
/// Launcher to guard: kill everything at once.
pub(crate) const STOP_NOW: u8 = b'n';
/// Launcher to guard, once and first, with the three streams attached.
const STDIO: u8 = b's';

/// Guard to launcher, one JSON line each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Report {
    /// The program runs; its process group has the same number.
    Started { pid: i32 },
    /// The program does not run and never did. The guard's last word.
    Failed(Failure),
    /// The program itself has ended; its descendants are being swept.
    Exited(ExitStatus),
    /// These did not die of SIGKILL within five seconds; the guard goes on trying.
    Survivors { pids: Vec<i32> },
    /// Nobody is left. The guard's last word.
    Gone,
}

/// Why a program could not be started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Failure {
    NotFound,
    NotExecutable { why: String },
    NoFolder { cwd: PathBuf },
    Guard { why: String },
}

impl Failure {
    /// For `map_err` on what the guard does itself.
    pub(super) fn of_guard(what: &'static str) -> impl Fn(io::Error) -> Self {
        move |error| Self::Guard {
            why: format!("{what}: {error}"),
        }
    }
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExitStatus {
    /// It returned this code.
    Code(i32),
    /// This signal ended it.
    Signal(i32),
    /// Its guard was killed from outside, so nobody saw.
    Unknown,
}

impl fmt::Display for ExitStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "exit code {code}"),
            Self::Signal(signal) => write!(f, "signal {signal}"),
            Self::Unknown => f.write_str("unknown exit"),
        }
    }
}

/// Sends one report. A parent that is gone cannot be told, and the guard carries on without it.
pub(super) fn tell(mut control: &UnixStream, report: &Report) {
    if let Ok(mut line) = serde_json::to_vec(report) {
        line.push(b'\n');
        let _ = control.write_all(&line);
    }
}

/// Hands the program's standard input, output and error to the guard.
pub(crate) fn send_stdio(control: &UnixStream, stdio: [BorrowedFd<'_>; 3]) -> io::Result<()> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(3))];
    let mut attached = SendAncillaryBuffer::new(&mut space);
    if !attached.push(SendAncillaryMessage::ScmRights(&stdio)) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    sendmsg(
        control,
        &[IoSlice::new(&[STDIO])],
        &mut attached,
        SendFlags::empty(),
    )?;
    Ok(())
}

/// Takes the control channel from standard input and waits for the three streams on it.
pub(super) fn receive_stdio() -> io::Result<(UnixStream, [OwnedFd; 3])> {
    let control = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(3))];
    let mut attached = RecvAncillaryBuffer::new(&mut space);
    let mut word = [0];
    let got = recvmsg(
        &control,
        &mut [IoSliceMut::new(&mut word)],
        &mut attached,
        RecvFlags::empty(),
    )?;
    let mut fds: Vec<OwnedFd> = Vec::with_capacity(3);
    for message in attached.drain() {
        if let RecvAncillaryMessage::ScmRights(received) = message {
            fds.extend(received);
        }
    }
    // Not every system can do this on the way in; there is no second thread yet that could start a program.
    for fd in &fds {
        fcntl_setfd(fd, FdFlags::CLOEXEC)?;
    }
    match fds.try_into() {
        Ok(stdio) if got.bytes == 1 && word[0] == STDIO => Ok((control, stdio)),
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}
