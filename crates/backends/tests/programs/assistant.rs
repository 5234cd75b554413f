//! A fake assistant that does what no assistant should: it takes its behaviour, step by step, from its
//! arguments.
//!
//! `assistant TAG STEP..`: the tag does nothing, but every process that descends from this one carries it on
//! its command line. That is how a test finds those that still live, whatever they did to their environment,
//! group or session.

use rustix::process::{Signal, getpid, getppid, kill_process, setsid};
use std::{
    env::{args_os, current_dir, current_exe, vars},
    ffi::OsString,
    io::{Read, Write, stderr, stdin, stdout},
    process::{Child, Command, ExitCode, Stdio},
    sync::{Arc, atomic::AtomicBool},
    thread::{park, sleep},
    time::Duration,
};

/// A bomb that no guard stops must not take the machine with it.
const GENERATIONS: u32 = 4_000;

pub fn main(args: impl Iterator<Item = OsString>) -> ExitCode {
    let words: Vec<String> = args.map(|arg| arg.into_string().unwrap()).collect();
    let [tag, steps @ ..] = words.as_slice() else {
        return ExitCode::from(64);
    };
    for step in steps {
        let (verb, with) = step.split_once(':').unwrap_or((step, ""));
        if let Some(code) = perform(verb, with, tag) {
            return code;
        }
    }
    ExitCode::SUCCESS
}

fn perform(verb: &str, with: &str, tag: &str) -> Option<ExitCode> {
    match verb {
        "say" => say(format!("{with}\n").as_bytes()),
        "moan" => stderr().write_all(format!("{with}\n").as_bytes()).unwrap(),
        // No line ending, as a program that dies in the middle of one.
        "cut" => say(with.as_bytes()),
        "bytewise" => {
            for byte in with.bytes().chain(*b"\n") {
                say(&[byte]);
            }
        }
        "nul" => say(b"a\0b\r\n"),
        "latin1" => say(b"{\"text\":\"\xfc\"}\n"),
        "line-of" => say(&[vec![b'x'; number(with)], b"\n".to_vec()].concat()),
        "flood" => flood(&mut stdout(), number(with)),
        "flood-stderr" => flood(&mut stderr(), number(with)),
        "env" => vars().for_each(|(name, value)| say(format!("{name}={value}\n").as_bytes())),
        "cwd" => say(format!("{}\n", current_dir().unwrap().display()).as_bytes()),
        "open-files" => say(open_files().as_bytes()),
        "repeat-input" => {
            let mut input = Vec::new();
            stdin().read_to_end(&mut input).unwrap();
            say(&input);
        }
        "count-input" => say(format!(
            "{}\n",
            std::io::copy(&mut stdin(), &mut std::io::sink()).unwrap()
        )
        .as_bytes()),
        "ignore-term" => {
            signal_hook::flag::register(
                signal_hook::consts::SIGTERM,
                Arc::new(AtomicBool::new(false)),
            )
            .unwrap();
        }
        "child" => drop(again(tag, &["stall"], Stdio::null())),
        "child-with-output" => drop(again(tag, &["ignore-term", "stall"], Stdio::inherit())),
        // The classic daemon: a new session, no environment, an intermediate that is gone at once.
        "double-fork" => {
            again(tag, &["new-session", "stubborn-child"], Stdio::null())
                .wait()
                .unwrap();
        }
        "stubborn-child" => drop(again(tag, &["ignore-term", "stall"], Stdio::null())),
        "new-session" => drop(setsid().unwrap()),
        // Two lines of descent that never stand still: each process makes its successor and is gone.
        "bomb" => {
            for _ in 0..2 {
                drop(again(tag, &[&format!("flee:{GENERATIONS}")], Stdio::null()));
            }
        }
        "flee" => {
            let left: u32 = number(with);
            if left > 0 {
                // tidy: sleeps because a program that flees is slow enough to be seen and quick enough to escape.
                sleep(Duration::from_millis(1));
                drop(again(
                    tag,
                    &["new-session", &format!("flee:{}", left - 1)],
                    Stdio::null(),
                ));
            }
        }
        "kill-parent" => kill_process(getppid().unwrap(), Signal::KILL).unwrap(),
        "signal" => kill_process(getpid(), signal(with)).unwrap(),
        "exit" => return Some(ExitCode::from(number::<u8>(with))),
        "stall" => loop {
            park();
        },
        _ => return Some(ExitCode::from(64)),
    }
    None
}

fn say(bytes: &[u8]) {
    // Whoever closed our output does not want to know.
    let _ = stdout().write_all(bytes).and_then(|()| stdout().flush());
}

fn flood(into: &mut dyn Write, mut bytes: usize) {
    let line = [vec![b'f'; 1023], b"\n".to_vec()].concat();
    while bytes > 0 {
        let now = bytes.min(line.len());
        if into.write_all(&line[..now]).is_err() {
            return;
        }
        bytes -= now;
    }
}

/// What every fake inherits must be exactly its three streams; the listing itself takes one number more.
fn open_files() -> String {
    let mut open: Vec<String> = std::fs::read_dir("/proc/self/fd")
        .unwrap()
        .flatten()
        .filter_map(|entry| Some((entry.file_name(), std::fs::read_link(entry.path()).ok()?)))
        .filter(|(_, target)| !target.starts_with("/proc"))
        .map(|(number, _)| number.into_string().unwrap())
        .collect();
    open.sort_unstable();
    format!("{}\n", open.join(" "))
}

/// This program once more, with other steps and nothing of our environment.
#[expect(
    clippy::disallowed_methods,
    reason = "an outside program does not ask for our permission"
)]
fn again(tag: &str, steps: &[&str], output: Stdio) -> Child {
    let role = args_os().nth(1).unwrap();
    Command::new(current_exe().unwrap())
        .arg(role)
        .arg(tag)
        .args(steps)
        .env_clear()
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn number<T: std::str::FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().unwrap()
}

fn signal(text: &str) -> Signal {
    Signal::from_named_raw(number(text)).unwrap()
}
