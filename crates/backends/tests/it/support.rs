//! What the tests of outside programs share: a house with an instance lock, fake assistants in it, and a
//! way to see who of them still lives.

use rustix::process::{Pid, Signal, kill_process};
use std::{
    env,
    ffi::OsString,
    fs::{self, File},
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};
use switchboard_backends::{
    guard,
    process::{Child, Frame, GuardExe, Launcher, Spawn, SpawnError},
};

pub const PROGRAMS: &str = env!("CARGO_BIN_EXE_backends-test-programs");

pub const NOBODY: [i32; 0] = [];

/// Longer than every grace period, and than a busy machine takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// One instance: its lock, a folder, and a tag that all its fake assistants carry.
pub struct House {
    pub folder: tempfile::TempDir,
    pub tag: String,
    pub lock: Option<File>,
    pub launcher: Launcher,
}

impl House {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let tag = format!(
            "tag-{}-{}-end",
            process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let folder = tempfile::tempdir().unwrap();
        let lock_path = folder.path().join("instance.lock");
        let lock = File::create(&lock_path).unwrap();
        lock.lock().unwrap();
        let launcher = Launcher::new(guard_exe(), lock_path);
        Self {
            folder,
            tag,
            lock: Some(lock),
            launcher,
        }
    }

    pub fn lock_path(&self) -> PathBuf {
        self.folder.path().join("instance.lock")
    }

    /// The order to start a fake assistant with these steps.
    pub fn assistant(&self, steps: &[&str]) -> Spawn {
        let mut spawn = Spawn::new(PROGRAMS, self.folder.path());
        spawn.args = ["assistant", &self.tag]
            .iter()
            .chain(steps)
            .map(OsString::from)
            .collect();
        spawn
    }

    pub async fn start(&self, steps: &[&str]) -> Child {
        self.spawn(self.assistant(steps)).await.unwrap()
    }

    pub async fn spawn(&self, spawn: Spawn) -> Result<Child, SpawnError> {
        self.launcher.spawn(spawn).await
    }

    /// All processes of this machine with our tag on their command line, guards and test parents included.
    /// The dead that nobody has buried yet have no command line and don't count.
    pub fn living(&self) -> Vec<i32> {
        let all = fs::read_dir("/proc").unwrap().flatten();
        all.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .filter(|pid: &i32| {
                let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
                line.split(|byte| *byte == 0)
                    .any(|word| word == self.tag.as_bytes())
            })
            .collect()
    }

    pub async fn nobody_lives(&self) {
        eventually("everybody is gone", || self.living().is_empty()).await;
    }
}

/// A failed test leaves nobody behind for the others to trip over.
impl Drop for House {
    fn drop(&mut self) {
        for pid in self.living() {
            let _ = kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL);
        }
    }
}

pub fn guard_exe() -> GuardExe {
    GuardExe::new(PROGRAMS, [guard::SUBCOMMAND.into()])
}

/// The processor time that a process has used, in hundredths of a second, while it lives.
pub fn ticks_of(pid: Pid) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let living = fields.next() != Some("Z");
    let used: u64 = fields
        .skip(10)
        .take(2)
        .map(|ticks| ticks.parse::<u64>().unwrap())
        .sum();
    living.then_some(used)
}

/// The parent of a process.
pub fn parent_of(pid: u32) -> Pid {
    let stat = fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat")).unwrap();
    let parent = stat
        .rsplit_once(')')
        .unwrap()
        .1
        .split_whitespace()
        .nth(1)
        .unwrap();
    Pid::from_raw(parent.parse().unwrap()).unwrap()
}

pub async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        // tidy: sleeps because what lives in /proc is announced to nobody; it looks again until a deadline.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Waits with a limit, so that a test that hangs says where.
pub async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    let done = tokio::time::timeout(PATIENCE, future).await;
    done.unwrap_or_else(|_| panic!("waited in vain: {what}"))
}

/// The next frame, which must be a line of text.
pub async fn line(child: &mut Child) -> String {
    match soon("a line of output", child.stdout.next()).await {
        Some(Frame::Line(line)) => String::from_utf8(line).unwrap(),
        other => panic!(
            "no line but {other:?}; standard error: {}",
            child.stderr.text()
        ),
    }
}

/// Everything up to the end of the output.
pub async fn frames(child: &mut Child) -> Vec<Frame> {
    let mut frames = Vec::new();
    while let Some(frame) = soon("the end of the output", child.stdout.next()).await {
        frames.push(frame);
    }
    frames
}
