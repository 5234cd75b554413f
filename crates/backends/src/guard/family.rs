//! Everybody who descends from the guard. Owns finding them and signalling them without ever hitting a
//! stranger whose number was reused; never decides when.

pub(super) use imp::Family;

#[cfg(target_os = "linux")]
mod imp {
    use rustix::process::{
        Pid, PidfdFlags, Signal, getpid, kill_process, pidfd_open, pidfd_send_signal,
        set_child_subreaper,
    };
    use std::{
        collections::{BTreeMap, BTreeSet, btree_map::Entry},
        fs,
        os::fd::OwnedFd,
    };

    /// Rounds of stopping before we kill what we have. A process that is stopped cannot fork, so a few
    /// suffice; the caller comes back until nobody is left anyway.
    const STOPPING_ROUNDS: usize = 50;

    /// All descendants of this process, which adopts every orphan among them.
    pub(crate) struct Family {
        root: Pid,
        children_files: bool,
    }

    impl Family {
        /// Makes this process the one that its descendants' orphans fall back to.
        pub(crate) fn found() -> rustix::io::Result<Self> {
            let root = getpid();
            set_child_subreaper(Some(root))?;
            let probe = format!("/proc/self/task/{}/children", root.as_raw_nonzero());
            Ok(Self {
                root,
                children_files: fs::exists(probe).unwrap_or(false),
            })
        }

        pub(crate) fn members(&self) -> Vec<Pid> {
            let below: Box<dyn Fn(Pid) -> Vec<Pid>> = if self.children_files {
                Box::new(children)
            } else {
                let parents = parents();
                Box::new(move |of| {
                    parents
                        .iter()
                        .filter(|(_, parent)| *parent == of)
                        .map(|(pid, _)| *pid)
                        .collect()
                })
            };
            let (mut found, mut seen, mut next) = (
                Vec::new(),
                BTreeSet::from([raw(self.root)]),
                vec![self.root],
            );
            while let Some(parent) = next.pop() {
                for child in below(parent) {
                    if seen.insert(raw(child)) {
                        found.push(child);
                        next.push(child);
                    }
                }
            }
            found
        }

        /// Asks all of them to end.
        pub(crate) fn terminate(&self, _leader: Pid) {
            let held: Vec<Held> = self.members().into_iter().filter_map(Held::open).collect();
            let still: BTreeSet<i32> = self.members().into_iter().map(raw).collect();
            for member in held.iter().filter(|held| still.contains(&raw(held.pid))) {
                member.signal(Signal::TERM);
            }
        }

        /// Kills all of them: first everybody is stopped, so that nobody forks while we look.
        pub(crate) fn kill(&self, _leader: Pid) {
            let mut held: BTreeMap<i32, (Held, bool)> = BTreeMap::new();
            for _ in 0..STOPPING_ROUNDS {
                let mut settled = true;
                for pid in self.members() {
                    match held.entry(raw(pid)) {
                        Entry::Vacant(free) => {
                            if let Some(member) = Held::open(pid) {
                                free.insert((member, false));
                                settled = false;
                            }
                        }
                        // Seen again while we hold it: what we hold is a descendant, not somebody with its
                        // number.
                        Entry::Occupied(known) => {
                            let (member, confirmed) = known.into_mut();
                            if !*confirmed {
                                member.signal(Signal::STOP);
                                *confirmed = true;
                                settled = false;
                            }
                        }
                    }
                }
                if settled {
                    break;
                }
            }
            for (member, _) in held.values().filter(|(_, confirmed)| *confirmed) {
                member.signal(Signal::KILL);
            }
        }
    }

    /// One process, held so that its number cannot come to mean another one.
    struct Held {
        pid: Pid,
        /// `None` on a kernel before 5.3, where the number is all there is.
        pidfd: Option<OwnedFd>,
    }

    impl Held {
        fn open(pid: Pid) -> Option<Self> {
            match pidfd_open(pid, PidfdFlags::empty()) {
                Ok(pidfd) => Some(Self {
                    pid,
                    pidfd: Some(pidfd),
                }),
                Err(rustix::io::Errno::NOSYS | rustix::io::Errno::PERM) => {
                    Some(Self { pid, pidfd: None })
                }
                Err(_) => None,
            }
        }

        /// A process that ended meanwhile, or is not ours to signal, is left to the next look.
        fn signal(&self, signal: Signal) {
            let _ = match &self.pidfd {
                Some(pidfd) => pidfd_send_signal(pidfd, signal),
                None => kill_process(self.pid, signal),
            };
        }
    }

    fn raw(pid: Pid) -> i32 {
        pid.as_raw_nonzero().get()
    }

    /// Any thread may have forked, so each task of a process has its own list.
    fn children(of: Pid) -> Vec<Pid> {
        let Ok(tasks) = fs::read_dir(format!("/proc/{}/task", raw(of))) else {
            return Vec::new();
        };
        tasks
            .flatten()
            .filter_map(|task| fs::read_to_string(task.path().join("children")).ok())
            .flat_map(|list| {
                list.split_whitespace()
                    .filter_map(parse)
                    .collect::<Vec<_>>()
            })
            .collect()
    }

    /// The slow way, for kernels without `children` files: everybody's parent.
    fn parents() -> Vec<(Pid, Pid)> {
        let Ok(all) = fs::read_dir("/proc") else {
            return Vec::new();
        };
        all.flatten()
            .filter_map(|entry| {
                let pid = parse(entry.file_name().to_str()?)?;
                let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
                // The name in parentheses may hold spaces and parentheses itself; state and parent follow
                // the last one.
                let parent = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?;
                Some((pid, parse(parent)?))
            })
            .collect()
    }

    fn parse(text: &str) -> Option<Pid> {
        Pid::from_raw(text.parse().ok()?)
    }

    #[cfg(test)]
    mod tests {
        #![allow(clippy::unwrap_used)]
        use super::*;

        #[test]
        fn a_child_is_found_with_and_without_children_files() {
            #[expect(clippy::disallowed_methods, reason = "the guard is what is under test")]
            let mut child = std::process::Command::new("sleep")
                .arg("60")
                .spawn()
                .unwrap();
            for children_files in [true, false] {
                let family = Family {
                    root: getpid(),
                    children_files,
                };
                let found = family
                    .members()
                    .into_iter()
                    .any(|pid| raw(pid) == child.id().cast_signed());
                assert!(found, "children_files: {children_files}");
            }
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod imp {
    //! Without a subreaper only the program's process group can be reached; `doctor` says so.

    use rustix::process::{Pid, Signal, kill_process_group};

    /// The process group of the program, as it cannot be listed here.
    pub(crate) struct Family;

    impl Family {
        #[expect(clippy::unnecessary_wraps, reason = "the Linux twin can fail")]
        pub(crate) fn found() -> rustix::io::Result<Self> {
            Ok(Self)
        }

        pub(crate) fn members(&self) -> Vec<Pid> {
            Vec::new()
        }

        pub(crate) fn terminate(&self, leader: Pid) {
            let _ = kill_process_group(leader, Signal::TERM);
        }

        pub(crate) fn kill(&self, leader: Pid) {
            let _ = kill_process_group(leader, Signal::KILL);
        }
    }
}
