//! Second processes: the test program starts itself again for one test, which sees that it is the
//! child and plays its part.

use std::{
    io::{BufRead, BufReader},
    process::{ChildStdin, ChildStdout, Command, Stdio},
};

const ASKED: &str = "SWITCHBOARD_TEST_CHILD";

/// What the parent asked of this process, if it is a child.
pub fn asked_of_child() -> Option<String> {
    std::env::var(ASKED).ok()
}

/// Says something to the parent.
pub fn say(text: &str) {
    println!("{MARK}{text}");
}

/// Marks lines that are meant for the parent; the test harness prints others.
const MARK: &str = ">> ";

/// A process that runs one test as a child.
pub struct Child {
    process: std::process::Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
}

impl Child {
    pub fn start(test: &str, ask: &str) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture", "--test-threads=1"])
            .env(ASKED, ask)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdin = process.stdin.take();
        let stdout = BufReader::new(process.stdout.take().unwrap());
        Self {
            process,
            stdin,
            stdout,
        }
    }

    /// The next thing it says.
    pub fn hear(&mut self) -> String {
        let mut line = String::new();
        loop {
            line.clear();
            assert!(
                self.stdout.read_line(&mut line).unwrap() > 0,
                "the child ended without a word"
            );
            if let Some(said) = line.trim_end().split_once(MARK) {
                return said.1.to_owned();
            }
        }
    }

    /// Waits for it to succeed.
    pub fn end(mut self) {
        drop(self.stdin.take());
        let mut rest = String::new();
        while self.stdout.read_line(&mut rest).unwrap() > 0 {}
        assert!(
            self.process.wait().unwrap().success(),
            "the child failed:\n{rest}"
        );
    }
}
