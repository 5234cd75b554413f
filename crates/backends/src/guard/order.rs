//! What a guard is told on its command line. Owns the flags and their meaning on both sides, so that the
//! launcher and the guard cannot drift apart; never holds anything secret, because a command line is
//! public.

use super::wire::Failure;
use std::{ffi::OsString, path::PathBuf, time::Duration};

/// One program to start and the terms on which it lives.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Order {
    /// Held by our parent for life; its release is the parent's death.
    pub instance_lock: PathBuf,
    /// Where the program works. The guard itself stays in `/`.
    pub cwd: PathBuf,
    /// From "standard input was closed" to TERM.
    pub stdin_grace: Duration,
    /// From TERM to KILL.
    pub term_grace: Duration,
    pub program: OsString,
    pub args: Vec<OsString>,
}

impl Order {
    pub(crate) fn to_args(&self) -> Vec<OsString> {
        let mut args: Vec<OsString> = vec![
            "--instance-lock".into(),
            self.instance_lock.clone().into(),
            "--cwd".into(),
            self.cwd.clone().into(),
            "--stdin-grace-ms".into(),
            self.stdin_grace.as_millis().to_string().into(),
            "--term-grace-ms".into(),
            self.term_grace.as_millis().to_string().into(),
            "--".into(),
            self.program.clone(),
        ];
        args.extend(self.args.iter().cloned());
        args
    }

    pub(super) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Self, Failure> {
        let mut args = args.into_iter();
        let (mut instance_lock, mut cwd) = (None, None);
        let (mut stdin_grace, mut term_grace) = (Duration::ZERO, Duration::ZERO);
        loop {
            let flag = args.next().ok_or_else(|| refuse("no program after --"))?;
            if flag == "--" {
                break;
            }
            let value = args
                .next()
                .ok_or_else(|| refuse("a flag without a value"))?;
            match flag.to_str() {
                Some("--instance-lock") => instance_lock = Some(PathBuf::from(value)),
                Some("--cwd") => cwd = Some(PathBuf::from(value)),
                Some("--stdin-grace-ms") => stdin_grace = millis(&value)?,
                Some("--term-grace-ms") => term_grace = millis(&value)?,
                _ => return Err(refuse("an unknown flag")),
            }
        }
        Ok(Self {
            instance_lock: instance_lock.ok_or_else(|| refuse("no --instance-lock"))?,
            cwd: cwd.ok_or_else(|| refuse("no --cwd"))?,
            stdin_grace,
            term_grace,
            program: args.next().ok_or_else(|| refuse("no program after --"))?,
            args: args.collect(),
        })
    }
}

fn millis(value: &OsString) -> Result<Duration, Failure> {
    let number = value.to_str().and_then(|text| text.parse().ok());
    number
        .map(Duration::from_millis)
        .ok_or_else(|| refuse("a grace period that is not a number"))
}

fn refuse(what: &str) -> Failure {
    Failure::Guard {
        why: format!("the guard was given {what}"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_ordered_is_what_is_understood() {
        let order = Order {
            instance_lock: "/run/a b.lock".into(),
            cwd: "/work".into(),
            stdin_grace: Duration::from_millis(500),
            term_grace: Duration::from_secs(2),
            program: "/bin/codex".into(),
            args: vec!["exec".into(), "--".into(), "--cwd".into(), "-".into()],
        };
        assert_eq!(Order::parse(order.to_args()).unwrap(), order);
    }

    #[test]
    fn an_incomplete_order_is_refused() {
        let cases: &[&[&str]] = &[
            &[],
            &["--"],
            &["--cwd", "/", "--", "sh"],
            &["--instance-lock", "/l", "--", "sh"],
            &["--instance-lock", "/l", "--cwd", "/", "--"],
            &[
                "--instance-lock",
                "/l",
                "--cwd",
                "/",
                "--term-grace-ms",
                "soon",
                "--",
                "sh",
            ],
            &["--surprise", "x", "--", "sh"],
        ];
        for case in cases {
            let refused = Order::parse(case.iter().map(OsString::from));
            assert!(matches!(refused, Err(Failure::Guard { .. })), "{case:?}");
        }
    }
}
