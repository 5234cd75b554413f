//! Killing part of a tree: those below a process of ours that carry a mark in their environment. Owns finding them; for
//! whole trees there is the guard.

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use std::{collections::BTreeSet, fs, os::fd::OwnedFd};

/// Rounds of looking: a process that is killed cannot fork, so a few suffice.
const ROUNDS: usize = 10;

/// Kills every descendant of `root` that has `NAME=VALUE` in its environment. Who cannot be looked at or signalled is not
/// ours.
pub fn kill_below(root: u32, mark: &str) {
    for _ in 0..ROUNDS {
        let found: Vec<u32> = below(root)
            .into_iter()
            .filter(|pid| carries(*pid, mark))
            .collect();
        let killed = found.into_iter().filter(|pid| kill(*pid, mark)).count();
        if killed == 0 {
            return;
        }
    }
}

/// Processes that are to be killed later.
#[derive(Debug)]
pub struct Held(Vec<(u32, OwnedFd)>);

/// Those that [`kill_below`] would kill now. What carries the mark from now on is not among them.
pub fn hold_below(root: u32, mark: &str) -> Held {
    let held = below(root)
        .into_iter()
        .filter_map(|pid| Some((pid, open(pid)?)))
        .filter(|(pid, _)| carries(*pid, mark));
    Held(held.collect())
}

impl Held {
    /// Kills them and what carries the mark below them.
    pub fn kill(self, mark: &str) {
        for (pid, held) in self.0 {
            let children = below(pid);
            // Its number has not come to mean somebody else as long as it is there.
            if pidfd_send_signal(&held, Signal::KILL).is_ok() {
                for child in children {
                    kill(child, mark);
                }
            }
        }
    }
}

fn below(root: u32) -> BTreeSet<u32> {
    let (mut found, mut next) = (BTreeSet::new(), vec![root]);
    while let Some(parent) = next.pop() {
        let Ok(tasks) = fs::read_dir(format!("/proc/{parent}/task")) else {
            continue;
        };
        for task in tasks.flatten() {
            let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
            for child in children.split_whitespace().flat_map(str::parse) {
                if found.insert(child) {
                    next.push(child);
                }
            }
        }
    }
    found
}

fn carries(pid: u32, mark: &str) -> bool {
    let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    environment
        .split(|byte| *byte == 0)
        .any(|word| word == mark.as_bytes())
}

/// Whether it was there to be killed. Held while it is looked at once more, so that its number cannot have come to mean
/// somebody else.
fn kill(pid: u32, mark: &str) -> bool {
    open(pid)
        .is_some_and(|held| carries(pid, mark) && pidfd_send_signal(&held, Signal::KILL).is_ok())
}

fn open(pid: u32) -> Option<OwnedFd> {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw)?;
    pidfd_open(pid, PidfdFlags::empty()).ok()
}
