//! One server process: started, asked to end, or killed. Dropping it kills it.

use std::{
    fs::File,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::Instant,
};

use rustix::process::{Pid, Signal, kill_process};

use crate::until::PATIENCE;

/// How a server is asked to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// One signal: running turns may end.
    Gently,
    /// Two signals: at once.
    Now,
}

/// A running server.
pub struct Server {
    child: Child,
    base: String,
}

impl Server {
    /// Runs `command`, which must serve, and waits until it says where it listens.
    pub(crate) fn start(command: &mut Command, log: &Path) -> Self {
        let errors = File::options().create(true).append(true).open(log).unwrap();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next().and_then(Result::ok).unwrap_or_default();
        let base = first.strip_prefix("listening on ").unwrap_or_else(|| {
            let log = std::fs::read_to_string(log).unwrap_or_default();
            panic!("the first line is {first:?}\n{log}")
        });
        let base = base.to_owned();
        // Whoever writes to a closed pipe fails; so the rest is read and forgotten.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, base }
    }

    /// Where it is: `http://127.0.0.1:PORT`.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// SIGTERM.
    pub fn ask_to_end(&self) {
        let pid = i32::try_from(self.child.id()).unwrap();
        kill_process(Pid::from_raw(pid).unwrap(), Signal::TERM).unwrap();
    }

    /// Waits until it has ended by itself; whether it ended well.
    pub fn ended_well(mut self) -> bool {
        let give_up = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.success();
            }
            assert!(Instant::now() < give_up, "the server does not end");
            // tidy: sleeps because it polls with a deadline
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended before; then there is nothing to kill and nothing to wait for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
