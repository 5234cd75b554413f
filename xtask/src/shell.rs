//! Starts outside programs for xtask: shown on the terminal, read into a string, or logged to a file
//! with a time limit. The only file of xtask that names `Command::new`; never decides what to run.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

#[expect(
    clippy::disallowed_methods,
    reason = "the developer's tool has no guard: it runs cargo, npm and apt on the developer's terminal"
)]
pub fn program(name: impl AsRef<OsStr>) -> Command {
    Command::new(name)
}

/// Runs with the terminal's own streams; an error names the command line.
pub fn show(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("cannot start {}", line(command)))?;
    if !status.success() {
        bail!("{} failed ({status})", line(command));
    }
    Ok(())
}

/// Standard output as text; standard error stays on the terminal.
pub fn read(command: &mut Command) -> Result<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start {}", line(command)))?;
    if !output.status.success() {
        bail!("{} failed ({})", line(command), output.status);
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// How a logged command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    Well,
    Badly,
    TookTooLong,
}

/// Appends both streams to `log` and waits at most `limit`; past it the command and everything it
/// started are killed.
pub fn log(command: &mut Command, log: &Path, limit: Duration) -> Result<Ended> {
    let out = File::options().create(true).append(true).open(log)?;
    let mut child = command
        // A log is read by people and by the counters: no escape sequences.
        .env("NO_COLOR", "1")
        .env_remove("FORCE_COLOR")
        .stdin(Stdio::null())
        .stderr(out.try_clone()?)
        .stdout(out)
        .spawn()
        .with_context(|| format!("cannot start {}", line(command)))?;
    match wait(&mut child, limit)? {
        Some(status) if status.success() => Ok(Ended::Well),
        Some(_) => Ok(Ended::Badly),
        None => {
            kill_tree(&mut child)?;
            Ok(Ended::TookTooLong)
        }
    }
}

/// `None` when the child still runs after `limit`.
pub fn wait(child: &mut Child, limit: Duration) -> Result<Option<ExitStatus>> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= deadline {
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The first `name` in `PATH`.
pub fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// Children are not moved to a group of their own, so that Ctrl-C reaches them like everything else
/// on the terminal; the price is that a stuck tree has to be walked.
fn kill_tree(child: &mut Child) -> Result<()> {
    let mut ids = vec![child.id()];
    let mut next = 0;
    while let Some(id) = ids.get(next).copied() {
        ids.extend(children(id));
        next += 1;
    }
    let ids = ids.iter().map(ToString::to_string);
    program("kill")
        .arg("-KILL")
        .args(ids)
        .stderr(Stdio::null())
        .status()?;
    child.wait()?;
    Ok(())
}

fn children(id: u32) -> Vec<u32> {
    let Ok(threads) = fs::read_dir(format!("/proc/{id}/task")) else {
        return Vec::new();
    };
    threads
        .flatten()
        .filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok())
        .flat_map(|list| {
            list.split_whitespace()
                .filter_map(|id| id.parse().ok())
                .collect::<Vec<_>>()
        })
        .collect()
}

/// The command line, for a message.
pub fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn sh(script: &str) -> Command {
        let mut command = program("sh");
        command.args(["-c", script]);
        command
    }

    fn log_file(name: &str) -> PathBuf {
        let file = std::env::temp_dir().join(format!("xtask-shell-{}-{name}", std::process::id()));
        let _ = fs::remove_file(&file);
        file
    }

    #[test]
    fn a_logged_command_leaves_both_streams_in_the_log() {
        let file = log_file("streams");
        let ended = log(
            &mut sh("echo out; echo err >&2; exit 3"),
            &file,
            Duration::from_secs(10),
        )
        .unwrap();
        assert_eq!(ended, Ended::Badly);
        assert_eq!(fs::read_to_string(&file).unwrap(), "out\nerr\n");
        fs::remove_file(file).unwrap();
    }

    #[test]
    fn a_command_past_its_limit_is_killed_with_its_children() {
        let file = log_file("limit");
        let ended = log(
            &mut sh("sleep 600 & echo $!; wait"),
            &file,
            Duration::from_millis(300),
        )
        .unwrap();
        assert_eq!(ended, Ended::TookTooLong);
        let grandchild = fs::read_to_string(&file).unwrap();
        // A killed process is gone only when the kernel has taken it down.
        let runs = || {
            let stat = fs::read_to_string(format!("/proc/{}/stat", grandchild.trim()));
            stat.is_ok_and(|stat| !stat.contains(") Z "))
        };
        let deadline = Instant::now() + Duration::from_secs(10);
        while runs() && Instant::now() < deadline {
            std::thread::yield_now();
        }
        assert!(!runs(), "the grandchild still runs");
        fs::remove_file(file).unwrap();
    }

    #[test]
    fn an_error_names_the_command_line() {
        let error = show(&mut sh("exit 7")).unwrap_err().to_string();
        assert!(error.contains("sh -c exit 7 failed"), "{error}");
    }
}
