//! Killing part of a tree: those below a process of ours that carry a mark in their environment. Owns finding them; for
//! whole trees there is the guard.

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use std::{collections::BTreeSet, fs};

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
    let Some(pid_of) = i32::try_from(pid).ok().and_then(Pid::from_raw) else {
        return false;
    };
    let Ok(held) = pidfd_open(pid_of, PidfdFlags::empty()) else {
        return false;
    };
    carries(pid, mark) && pidfd_send_signal(&held, Signal::KILL).is_ok()
}
