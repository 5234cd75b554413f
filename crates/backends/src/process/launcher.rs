//! The door through which programs are started. Owns the wiring between us, the guard and the program;
//! never knows what any program is for.

use super::{
    child::{Child, Stop, Tree, next_report},
    frame::Frame,
    lines::Lines,
    spawn::{Spawn, SpawnError, Stdin},
    stderr::StderrTail,
    stdin::StdinPipe,
};
use crate::guard::{
    self,
    order::Order,
    wire::{self, ExitStatus, Report},
};
use rustix::process::Pid;
use std::{
    ffi::OsString,
    fs::File,
    io,
    os::{
        fd::{AsFd, OwnedFd},
        unix::net::UnixStream as Socket,
    },
    path::PathBuf,
    process::Stdio,
    time::Duration,
};
use tokio::{
    io::AsyncWriteExt,
    net::{
        UnixStream,
        unix::pipe::{Receiver, Sender},
    },
    time::timeout,
};

/// A guard that has not said by then whether the program runs never will.
const START: Duration = Duration::from_secs(15);

/// How a guard is started.
#[derive(Debug, Clone)]
pub struct GuardExe {
    program: PathBuf,
    args: Vec<OsString>,
}

impl GuardExe {
    /// This very program with the subcommand `guard`, also when its file was replaced by a newer one
    /// meanwhile.
    pub fn this_program() -> Self {
        let by_link = || "/proc/self/exe".into();
        let program = if cfg!(target_os = "linux") {
            by_link()
        } else {
            std::env::current_exe().unwrap_or_else(|_| by_link())
        };
        Self::new(program, [guard::SUBCOMMAND.into()])
    }

    /// Another program whose `main` is `guard::main`, by its absolute path, with the arguments that lead there.
    pub fn new(program: impl Into<PathBuf>, args: impl IntoIterator<Item = OsString>) -> Self {
        Self {
            program: program.into(),
            args: args.into_iter().collect(),
        }
    }
}

/// What a program said that was run to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    pub status: ExitStatus,
    /// Without the last line's ending.
    pub stdout: Vec<u8>,
    /// Its last 16 KiB, redacted.
    pub stderr: String,
}

/// Why a program did not come to its own end.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error(transparent)]
    Spawn(#[from] SpawnError),
    /// It was killed.
    #[error("no end after {} ms", deadline.as_millis())]
    TimedOut { deadline: Duration },
    /// It was killed.
    #[error("more than {limit} bytes of output")]
    TooMuchOutput { limit: u64 },
}

/// The door through which programs are started.
#[derive(Debug, Clone)]
pub struct Launcher {
    guard: GuardExe,
    instance_lock: PathBuf,
}

impl Launcher {
    /// `instance_lock` is a file that this process holds locked (`File::lock`) for life: guards take its
    /// release for our death and end what they watch.
    pub fn new(guard: GuardExe, instance_lock: impl Into<PathBuf>) -> Self {
        let given = instance_lock.into();
        // A guard works in `/`, where a relative path means something else.
        let instance_lock = std::path::absolute(&given).unwrap_or(given);
        Self {
            guard,
            instance_lock,
        }
    }

    /// Returns once the program runs. Dropping the future ends what it started.
    pub async fn spawn(&self, spawn: Spawn) -> Result<Child, SpawnError> {
        let Spawn {
            program,
            args,
            env,
            cwd,
            stdin,
            limits,
        } = spawn;
        let order = Order {
            instance_lock: self.instance_lock.clone(),
            cwd,
            stdin_grace: if matches!(stdin, Stdin::Pipe) {
                limits.stdin_grace
            } else {
                Duration::ZERO
            },
            term_grace: limits.term_grace,
            program: program.clone().into_os_string(),
            args,
        };
        let wired = self
            .wire_up(&order, env, &stdin)
            .map_err(|e| SpawnError::Guard { why: e.to_string() })?;
        let Wired {
            guard,
            mut control,
            to_stdin,
            stdout,
            stderr,
        } = wired;

        let mut inbox = Vec::new();
        let first = timeout(START, next_report(&mut control, &mut inbox)).await;
        let pid = match first {
            Ok(Some(Report::Started { pid })) => Pid::from_raw(pid),
            Ok(Some(Report::Failed(failure))) => return Err(failure.about(program)),
            _ => None,
        };
        let Some(pid) = pid else {
            return Err(SpawnError::Guard {
                why: "it did not say whether the program runs".into(),
            });
        };

        let mut tree = Tree::new(guard, control, inbox, pid);
        let tail = StderrTail::default();
        tree.accompany(tail.clone().drain(stderr));
        let mut pipe = None;
        match (stdin, to_stdin) {
            (Stdin::Bytes(bytes), Some(mut to_stdin)) => tree.accompany(async move {
                // A program that does not want to hear the rest is free not to.
                let _ = to_stdin.write_all(&bytes).await;
            }),
            (Stdin::Pipe, Some(to_stdin)) => {
                let (ours, shared) = StdinPipe::new(to_stdin);
                tree.close_on_stop(shared);
                pipe = Some(ours);
            }
            _ => {}
        }
        let stdout = Lines::new(stdout, limits.line, limits.output);
        Ok(Child {
            stdin: pipe,
            stdout,
            stderr: tail,
            tree,
        })
    }

    /// Runs a program to its end, for short ones whose answer is small.
    pub async fn run(&self, spawn: Spawn, deadline: Duration) -> Result<Ran, RunError> {
        let mut child = self.spawn(spawn).await?;
        child.stdin = None;
        let listening = async {
            let mut stdout = Vec::new();
            while let Some(frame) = child.stdout.next().await {
                match frame {
                    Frame::Line(line) => {
                        stdout.extend(line);
                        stdout.push(b'\n');
                    }
                    Frame::Oversize { .. } => {}
                    Frame::TooMuchOutput { limit } => {
                        return Err(RunError::TooMuchOutput { limit });
                    }
                }
            }
            stdout.pop();
            child.tree.exited().await;
            Ok(stdout)
        };
        let heard = timeout(deadline, listening)
            .await
            .unwrap_or(Err(RunError::TimedOut { deadline }));
        if heard.is_err() {
            child.tree.stop(Stop::Now);
        }
        let exit = child.tree.wait().await;
        heard.map(|stdout| Ran {
            status: exit.status,
            stdout,
            stderr: child.stderr.text(),
        })
    }

    /// Starts the guard and gives it the far ends of the program's streams.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the door: the one place that starts a guard"
    )]
    fn wire_up(
        &self,
        order: &Order,
        env: Vec<(OsString, OsString)>,
        stdin: &Stdin,
    ) -> io::Result<Wired> {
        let (near, far) = Socket::pair()?;
        let (stdin_far, stdin_near) = match stdin {
            Stdin::Null => (OwnedFd::from(File::open("/dev/null")?), None),
            Stdin::Bytes(_) | Stdin::Pipe => {
                let (far, near) = io::pipe()?;
                (far.into(), Some(Sender::from_owned_fd(near.into())?))
            }
        };
        let (stdout_near, stdout_far) = io::pipe()?;
        let (stderr_near, stderr_far) = io::pipe()?;

        let mut command = tokio::process::Command::new(&self.guard.program);
        command
            .arg0("switchboard")
            .args(&self.guard.args)
            .args(order.to_args())
            .env_clear()
            .envs(env)
            .current_dir("/")
            // Ctrl-C in our terminal is for us to handle; the guard must live until its work is done.
            .process_group(0)
            .stdin(Stdio::from(OwnedFd::from(far)))
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let guard = command.spawn()?;
        // With the command goes our copy of the far end, so that the channel closes when the guard dies.
        drop(command);

        wire::send_stdio(
            &near,
            [stdin_far.as_fd(), stdout_far.as_fd(), stderr_far.as_fd()],
        )?;
        near.set_nonblocking(true)?;
        Ok(Wired {
            guard,
            control: UnixStream::from_std(near)?,
            to_stdin: stdin_near,
            stdout: Receiver::from_owned_fd(stdout_near.into())?,
            stderr: Receiver::from_owned_fd(stderr_near.into())?,
        })
    }
}

/// A started guard and our ends of everything.
struct Wired {
    guard: tokio::process::Child,
    control: UnixStream,
    to_stdin: Option<Sender>,
    stdout: Receiver,
    stderr: Receiver,
}
