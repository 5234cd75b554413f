//! One guarded program from start to the end of its last descendant. Owns the order of events: close-down
//! with grace, TERM, KILL, and what is reported when; never reads what the program prints.

use super::{
    family::Family,
    order::Order,
    wire::{ExitStatus, Failure, Report, STOP_NOW, tell},
};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    process::{Pid, Signal, WaitOptions, WaitStatus, kill_process_group, wait},
};
use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use std::{
    fs::{File, TryLockError},
    io::{self, ErrorKind, Read, Write},
    os::{
        fd::OwnedFd,
        unix::{net::UnixStream, process::CommandExt},
    },
    path::Path,
    process::{Command, Stdio},
    sync::{Arc, atomic::AtomicBool},
    thread,
    time::{Duration, Instant},
};

/// How long a killed process may take to go before the parent is told that it does not.
const UNKILLABLE_AFTER: Duration = Duration::from_secs(5);
/// Between two sweeps: a sweep is repeated until nobody is left.
const SWEEP_EVERY: Duration = Duration::from_millis(10);
const SWEEP_STUBBORN_EVERY: Duration = Duration::from_millis(500);

/// A running program and everything that may end it.
pub(super) struct Watch {
    control: UnixStream,
    /// False once the parent hung up; then there is nobody to hear from.
    control_open: bool,
    wake: Wake,
    family: Family,
    program: Pid,
    /// Whether the program itself was seen to end.
    exited: bool,
    stdin_grace: Duration,
    term_grace: Duration,
    phase: Phase,
}

/// How far the close-down is. It only ever moves forward.
#[derive(Clone, Copy)]
enum Phase {
    Running,
    /// The parent closed standard input, or is dead; TERM follows.
    Asked {
        until: Instant,
    },
    /// TERM was sent; KILL follows.
    Terminated {
        until: Instant,
    },
    /// Sweeping, since then.
    Killing {
        since: Instant,
        told: bool,
    },
}

/// Readable ends of what can wake us besides the parent.
struct Wake {
    child: UnixStream,
    term: UnixStream,
    owner_died: UnixStream,
}

impl Watch {
    /// Starts the program. Everything that watches it stands before it runs, so that no death goes unseen.
    pub(super) fn start(
        control: io::Result<UnixStream>,
        order: &Order,
        stdio: [OwnedFd; 3],
    ) -> Result<Self, Failure> {
        let control = control.map_err(guard_failure("cannot copy the control channel"))?;
        let wake = Wake {
            child: on_signal(SIGCHLD).map_err(guard_failure("cannot hear of ended children"))?,
            term: on_signal(SIGTERM).map_err(guard_failure("cannot hear TERM"))?,
            owner_died: on_release(&order.instance_lock)?,
        };
        // A handler that does nothing, not "ignore": ignoring is inherited by the program. Whether a
        // hang-up or a Ctrl-C ends anything is for the parent to decide.
        for signal in [SIGHUP, SIGINT, SIGQUIT] {
            let unread = Arc::new(AtomicBool::new(false));
            signal_hook::flag::register(signal, unread)
                .map_err(guard_failure("cannot hold out against signals"))?;
        }
        let family =
            Family::found().map_err(|e| guard_failure("cannot become a subreaper")(e.into()))?;
        let program = start(order, stdio)?;
        tell(
            &control,
            &Report::Started {
                pid: program.as_raw_nonzero().get(),
            },
        );
        Ok(Self {
            control,
            control_open: true,
            wake,
            family,
            program,
            exited: false,
            stdin_grace: order.stdin_grace,
            term_grace: order.term_grace,
            phase: Phase::Running,
        })
    }

    /// Returns when the program and all its descendants are gone.
    pub(super) fn until_nobody_is_left(mut self) {
        while self.reap() == Left::Somebody {
            self.advance(Instant::now());
            self.sleep();
        }
        tell(&self.control, &Report::Gone);
    }

    /// Buries the dead. Orphans fall to us as their subreaper, so "no child" means "no descendant".
    fn reap(&mut self) -> Left {
        loop {
            match wait(WaitOptions::NOHANG) {
                Ok(Some((pid, status))) if pid == self.program && !self.exited => {
                    self.program_ended(status);
                }
                Ok(Some(_)) | Err(rustix::io::Errno::INTR) => {}
                Ok(None) => return Left::Somebody,
                Err(_) => return Left::Nobody,
            }
        }
    }

    fn program_ended(&mut self, status: WaitStatus) {
        let how = match (status.exit_status(), status.terminating_signal()) {
            (Some(code), _) => ExitStatus::Code(code),
            (None, Some(signal)) => ExitStatus::Signal(signal),
            (None, None) => return,
        };
        self.exited = true;
        tell(&self.control, &Report::Exited(how));
        if !matches!(self.phase, Phase::Killing { .. }) {
            self.family.terminate(self.program);
        }
        if matches!(self.phase, Phase::Running | Phase::Asked { .. }) {
            self.phase = Phase::Terminated {
                until: Instant::now() + self.term_grace,
            };
        }
    }

    fn ask(&mut self) {
        if matches!(self.phase, Phase::Running) {
            self.phase = Phase::Asked {
                until: Instant::now() + self.stdin_grace,
            };
        }
    }

    fn advance(&mut self, now: Instant) {
        match self.phase {
            Phase::Asked { until } if now >= until => {
                // The program is not reaped yet in this phase, so the group's number is still its own.
                let _ = kill_process_group(self.program, Signal::TERM);
                self.phase = Phase::Terminated {
                    until: now + self.term_grace,
                };
            }
            Phase::Terminated { until } if now >= until => {
                self.phase = Phase::Killing {
                    since: now,
                    told: false,
                };
            }
            _ => {}
        }
        if let Phase::Killing { since, told } = self.phase {
            self.family.kill(self.program);
            if !told && now >= since + UNKILLABLE_AFTER {
                let pids = self
                    .family
                    .members()
                    .into_iter()
                    .map(|pid| pid.as_raw_nonzero().get())
                    .collect();
                tell(&self.control, &Report::Survivors { pids });
                self.phase = Phase::Killing { since, told: true };
            }
        }
    }

    /// Waits for the next thing that matters.
    fn sleep(&mut self) {
        let for_at_most = match self.phase {
            Phase::Running => None,
            Phase::Asked { until } | Phase::Terminated { until } => {
                // A millisecond more than needed, lest we wake just before it.
                Some(until.saturating_duration_since(Instant::now()) + Duration::from_millis(1))
            }
            Phase::Killing { told: false, .. } => Some(SWEEP_EVERY),
            Phase::Killing { told: true, .. } => Some(SWEEP_STUBBORN_EVERY),
        };
        let timeout = for_at_most.and_then(|time| Timespec::try_from(time).ok());
        let [child, term, owner_died, heard] = {
            let mut fds = vec![
                PollFd::new(&self.wake.child, PollFlags::IN),
                PollFd::new(&self.wake.term, PollFlags::IN),
                PollFd::new(&self.wake.owner_died, PollFlags::IN),
            ];
            if self.control_open {
                fds.push(PollFd::new(&self.control, PollFlags::IN));
            }
            if poll(&mut fds, timeout.as_ref()).is_err() {
                return;
            }
            [0, 1, 2, 3].map(|at| fds.get(at).is_some_and(|fd| !fd.revents().is_empty()))
        };
        if child {
            drain(&self.wake.child);
        }
        if term {
            drain(&self.wake.term);
        }
        if owner_died {
            drain(&self.wake.owner_died);
        }
        if heard {
            self.hear();
        }
        if term || owner_died {
            self.ask();
        }
    }

    fn hear(&mut self) {
        let mut words = [0; 16];
        match self.control.read(&mut words) {
            Ok(count) if count > 0 => {
                self.ask();
                if words[..count].contains(&STOP_NOW)
                    && !matches!(self.phase, Phase::Killing { .. })
                {
                    self.phase = Phase::Killing {
                        since: Instant::now(),
                        told: false,
                    };
                }
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Ok(_) | Err(_) => {
                self.control_open = false;
                self.ask();
            }
        }
    }
}

#[derive(PartialEq, Eq)]
enum Left {
    Nobody,
    Somebody,
}

/// Starts the program in its own group. Our copies of its streams are closed when this returns, else nobody
/// would ever see their end.
#[expect(
    clippy::disallowed_methods,
    reason = "the guard is the door through which outside programs start"
)]
fn start(order: &Order, [stdin, stdout, stderr]: [OwnedFd; 3]) -> Result<Pid, Failure> {
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
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let exists = Path::new(&order.program).exists();
            Err(if exists {
                Failure::NotExecutable {
                    why: "the interpreter it names is missing".into(),
                }
            } else {
                Failure::NotFound
            })
        }
        Err(error) => Err(Failure::NotExecutable {
            why: error.to_string(),
        }),
    }
}

/// A stream that becomes readable on each arrival of `signal`.
fn on_signal(signal: i32) -> io::Result<UnixStream> {
    let (read, write) = UnixStream::pair()?;
    read.set_nonblocking(true)?;
    signal_hook::low_level::pipe::register(signal, write)?;
    Ok(read)
}

/// A stream that becomes readable when the owner of the instance lock dies.
///
/// A lock is released by the kernel whatever the owner died of, and it cannot come to mean somebody else,
/// as a pid can. Ours is shared and let go at once, so that guards are not in each other's way, nor in that
/// of a prober.
fn on_release(path: &Path) -> Result<UnixStream, Failure> {
    let lock = File::open(path).map_err(guard_failure("cannot open the instance lock"))?;
    match lock.try_lock_shared() {
        Err(TryLockError::WouldBlock) => {}
        Ok(()) => {
            return Err(Failure::Guard {
                why: "nobody holds the instance lock".into(),
            });
        }
        Err(TryLockError::Error(error)) => {
            return Err(guard_failure("cannot ask for the instance lock")(error));
        }
    }
    let (read, mut write) = UnixStream::pair().map_err(guard_failure("cannot make a channel"))?;
    read.set_nonblocking(true)
        .map_err(guard_failure("cannot make a channel"))?;
    let waiting = move || {
        while lock
            .lock_shared()
            .is_err_and(|error| error.kind() == ErrorKind::Interrupted)
        {}
        // A lock that can no longer be waited for counts as a dead owner: better a turn cut short than a
        // program nobody watches.
        let _ = write.write_all(b"d");
    };
    thread::Builder::new()
        .spawn(waiting)
        .map_err(guard_failure("cannot wait for the instance lock"))?;
    Ok(read)
}

fn drain(mut from: &UnixStream) {
    let mut scrap = [0; 64];
    while from.read(&mut scrap).is_ok_and(|count| count > 0) {}
}

fn guard_failure(what: &'static str) -> impl Fn(io::Error) -> Failure {
    move |error| Failure::Guard {
        why: format!("{what}: {error}"),
    }
}
