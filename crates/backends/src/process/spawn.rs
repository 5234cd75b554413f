//! What it takes to start one outside program, and why it may not start. Owns the words of the order; never
//! starts anything.

use crate::guard::wire::Failure;
use std::{ffi::OsString, path::PathBuf, time::Duration};

/// One program to start.
#[derive(Debug, Clone)]
pub struct Spawn {
    /// An absolute path, or a name that is looked up in the PATH of `env`.
    pub program: PathBuf,
    /// Seen by every user of the machine: never a prompt, never a secret.
    pub args: Vec<OsString>,
    /// All of it: nothing is inherited. Start from `child_env`.
    pub env: Vec<(OsString, OsString)>,
    /// Where it works, as an absolute path.
    pub cwd: PathBuf,
    /// What it reads.
    pub stdin: Stdin,
    /// How much it may say and how long it may take to end.
    pub limits: Limits,
}

impl Spawn {
    /// `program` in `cwd` with no arguments, no environment and nothing to read.
    pub fn new(program: impl Into<PathBuf>, cwd: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            args: Vec::new(),
            env: Vec::new(),
            cwd: cwd.into(),
            stdin: Stdin::Null,
            limits: Limits::default(),
        }
    }
}

/// What a program finds on its standard input.
#[derive(Debug, Clone)]
pub enum Stdin {
    /// Nothing.
    Null,
    /// These bytes and then the end, however slowly it reads.
    Bytes(Vec<u8>),
    /// What is written to `Child::stdin`.
    Pipe,
}

/// Bounds on one program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest line of output in bytes; longer ones are skipped.
    pub line: usize,
    /// All output together in bytes; `None` for a program that lives long.
    pub output: Option<u64>,
    /// From the closing of its standard input to TERM. Not waited where the input was closed all along.
    pub stdin_grace: Duration,
    /// From TERM to KILL.
    pub term_grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            line: 8 << 20,
            output: Some(32 << 20),
            stdin_grace: Duration::from_millis(500),
            term_grace: Duration::from_secs(2),
        }
    }
}

/// Why a program does not run.
#[derive(Debug, thiserror::Error)]
pub enum SpawnError {
    /// Install it, or say where it is.
    #[error("{} is not there", program.display())]
    NotFound { program: PathBuf },
    /// Something is there that cannot be started.
    #[error("{} cannot be started: {why}", program.display())]
    NotExecutable { program: PathBuf, why: String },
    /// The working folder is missing.
    #[error("the working folder {} is not there", cwd.display())]
    NoFolder { cwd: PathBuf },
    /// Nothing is wrong with the program; our own side failed.
    #[error("the guard could not do its work: {why}")]
    Guard { why: String },
}

impl Failure {
    pub(super) fn about(self, program: PathBuf) -> SpawnError {
        match self {
            Self::NotFound => SpawnError::NotFound { program },
            Self::NotExecutable { why } => SpawnError::NotExecutable { program, why },
            Self::NoFolder { cwd } => SpawnError::NoFolder { cwd },
            Self::Guard { why } => SpawnError::Guard { why },
        }
    }
}
