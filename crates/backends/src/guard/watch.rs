//! One guarded program from start to the end of its last descendant. Owns the order of events: close-down
//! with grace, TERM, KILL, and what is reported when; never reads what the program prints.

use super::{
    family::Family,
    order::Order,
    start::start,
    wake::Wake,
    wire::{ExitStatus, Failure, Report, STOP_NOW, tell},
};
use rustix::process::{Pid, Signal, WaitOptions, WaitStatus, kill_process_group, wait};
use std::{
    io::{ErrorKind, Read},
    os::{fd::OwnedFd, unix::net::UnixStream},
    time::{Duration, Instant},
};

/// How long a killed process may take to go before the parent is told that it does not.
const UNKILLABLE_AFTER: Duration = Duration::from_secs(5);
/// Between two sweeps: a sweep is repeated until nobody is left.
const SWEEP_EVERY: Duration = Duration::from_millis(10);
const SWEEP_STUBBORN_EVERY: Duration = Duration::from_millis(500);

/// A running program and everything that may end it.
pub(super) struct Watch<'a> {
    control: &'a UnixStream,
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

impl<'a> Watch<'a> {
    /// Starts the program. Everything that watches it stands before it runs, so that no death goes unseen.
    pub(super) fn start(
        control: &'a UnixStream,
        order: &Order,
        stdio: [OwnedFd; 3],
    ) -> Result<Self, Failure> {
        let wake = Wake::listen(&order.instance_lock)?;
        let family = Family::found()
            .map_err(|error| Failure::of_guard("cannot become a subreaper")(error.into()))?;
        let program = start(order, stdio)?;
        let pid = program.as_raw_nonzero().get();
        tell(control, &Report::Started { pid });
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
        tell(self.control, &Report::Gone);
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
        tell(self.control, &Report::Exited(how));
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
                tell(self.control, &Report::Survivors { pids });
                self.phase = Phase::Killing { since, told: true };
            }
        }
    }

    /// Waits for the next thing that matters.
    fn sleep(&mut self) {
        let at_most = match self.phase {
            Phase::Running => None,
            Phase::Asked { until } | Phase::Terminated { until } => {
                // A millisecond more than needed, lest we wake just before it.
                Some(until.saturating_duration_since(Instant::now()) + Duration::from_millis(1))
            }
            Phase::Killing { told: false, .. } => Some(SWEEP_EVERY),
            Phase::Killing { told: true, .. } => Some(SWEEP_STUBBORN_EVERY),
        };
        let woken = self
            .wake
            .wait(self.control_open.then_some(self.control), at_most);
        if woken.heard {
            self.hear();
        }
        if woken.stop {
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
