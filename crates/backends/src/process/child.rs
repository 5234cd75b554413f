//! A running program and everything below it. Owns talking to its guard: how it ended, stopping it, and
//! what is left to do when the guard itself was killed; never reads the program's output.

use super::{lines::Lines, stderr::StderrTail, stdin};
use crate::guard::wire::{ExitStatus, Report, STOP_GENTLY, STOP_NOW};
use rustix::process::{Pid, Signal, kill_process_group};
use std::time::Duration;
use tokio::{io::AsyncReadExt, net::UnixStream, task::JoinSet, time::timeout};

/// After everybody is gone the last words are still in the pipe; somebody outside the tree may hold it open
/// for ever.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// A running program, in parts that can be moved to where they are used.
#[derive(Debug)]
pub struct Child {
    /// Only with `Stdin::Pipe`.
    pub stdin: Option<stdin::StdinPipe>,
    /// Must be read, or the program is held up when its pipe is full.
    pub stdout: Lines,
    /// Drained in the background.
    pub stderr: StderrTail,
    /// Its end, and the means to bring it about.
    pub tree: Tree,
}

/// How urgently a program is to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Standard input is closed, then TERM, then KILL, with the grace periods of its `Limits`.
    Gently,
    /// KILL.
    Now,
}

/// The end of a program and of all its descendants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exit {
    /// How the program itself ended.
    pub status: ExitStatus,
    /// Descendants that could not be killed within five seconds. Normally nobody.
    pub survivors: Vec<u32>,
}

/// A program with its descendants. Dropping it ends them all, gently, without anybody having to wait.
#[derive(Debug)]
pub struct Tree {
    control: UnixStream,
    /// Reports of the guard that are not read yet.
    inbox: Vec<u8>,
    guard: tokio::process::Child,
    program: Pid,
    stdin: Option<stdin::Shared>,
    /// Feeds standard input, drains standard error.
    tasks: JoinSet<()>,
    status: Option<ExitStatus>,
    survivors: Vec<u32>,
    gone: bool,
}

impl Tree {
    /// For a program that its guard reports as started.
    pub(super) fn new(
        guard: tokio::process::Child,
        control: UnixStream,
        inbox: Vec<u8>,
        program: Pid,
    ) -> Self {
        Self {
            control,
            inbox,
            guard,
            program,
            stdin: None,
            tasks: JoinSet::new(),
            status: None,
            survivors: Vec::new(),
            gone: false,
        }
    }

    pub(super) fn close_on_stop(&mut self, stdin: stdin::Shared) {
        self.stdin = Some(stdin);
    }

    /// Runs `task` until it ends or the tree is dropped.
    pub(crate) fn accompany(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(task);
    }

    /// The program's process number, for people who read logs.
    pub fn pid(&self) -> u32 {
        self.program.as_raw_nonzero().get().cast_unsigned()
    }

    /// The guard's process number: whoever was left by its parent in the tree is its child.
    pub fn guard_pid(&self) -> Option<u32> {
        self.guard.id()
    }

    /// Asks for the end and returns at once; `wait` tells when it has come. May be repeated and made more
    /// urgent.
    pub fn stop(&mut self, how: Stop) {
        self.close_stdin();
        let word = match how {
            Stop::Gently => STOP_GENTLY,
            Stop::Now => STOP_NOW,
        };
        // A guard that cannot be told is gone, which `wait` finds out.
        let _ = rustix::io::write(&self.control, &[word]);
    }

    /// Resolves when the program itself has ended; descendants may still be ending. Nothing is lost when
    /// dropped.
    pub async fn exited(&mut self) -> ExitStatus {
        while self.status.is_none() && !self.gone {
            self.hear().await;
        }
        self.status.unwrap_or(ExitStatus::Unknown)
    }

    /// Resolves when the program and all its descendants are gone. Nothing is lost when dropped; may be
    /// called again.
    pub async fn wait(&mut self) -> Exit {
        while !self.gone && self.survivors.is_empty() {
            self.hear().await;
        }
        if self.gone {
            let all_said = async { while self.tasks.join_next().await.is_some() {} };
            if timeout(LAST_WORDS, all_said).await.is_err() {
                self.tasks.abort_all();
            }
            let _ = self.guard.wait().await;
        }
        Exit {
            status: self.status.unwrap_or(ExitStatus::Unknown),
            survivors: self.survivors.clone(),
        }
    }

    fn close_stdin(&self) {
        if let Some(stdin) = &self.stdin {
            stdin.close();
        }
    }

    async fn hear(&mut self) {
        match next_report(&mut self.control, &mut self.inbox).await {
            Some(Report::Exited(status)) => self.status = Some(status),
            Some(Report::Survivors { pids }) => {
                self.survivors = pids.into_iter().map(i32::cast_unsigned).collect();
            }
            Some(Report::Gone) => self.gone = true,
            Some(Report::Started { .. } | Report::Failed(_)) => {}
            None => {
                // The guard was killed: its orphans went to init and cannot be found any more, but for
                // those who stayed in the program's group.
                let _ = kill_process_group(self.program, Signal::KILL);
                self.gone = true;
            }
        }
    }
}

/// The control channel closes with us, which the guard takes for a gentle stop.
impl Drop for Tree {
    fn drop(&mut self) {
        self.close_stdin();
    }
}

/// The guard's next word; `None` when it has gone, or talks nonsense. Keeps what it has read when dropped.
pub(super) async fn next_report(control: &mut UnixStream, inbox: &mut Vec<u8>) -> Option<Report> {
    loop {
        if let Some(end) = inbox.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = inbox.drain(..=end).collect();
            return serde_json::from_slice(&line).ok();
        }
        match control.read_buf(inbox).await {
            Ok(count) if count > 0 => {}
            _ => return None,
        }
    }
}
