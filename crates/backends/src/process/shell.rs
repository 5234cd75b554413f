//! What a person's login shell has on its path. Owns asking it, seldom and with a deadline, as starting it
//! runs whatever the person put into its startup files; keeps nothing but the path.

use std::{
    ffi::{OsStr, OsString},
    os::unix::ffi::OsStrExt as _,
    time::Duration,
};

use tokio::{sync::Mutex, time::Instant};

use super::{ExitStatus, Launcher, RunError, Spawn, child_env, os::Os};

/// Startup files that take longer must do without us.
const PATIENCE: Duration = Duration::from_secs(4);

/// How long an answer is believed. Whoever installs something waits no longer for it to be noticed.
const BELIEVED: Duration = Duration::from_mins(1);

/// Stands before the path, as startup files like to say things too.
const MARK: &str = "--switchboard-path--";

/// The login shell's path, as last heard.
#[derive(Debug, Default)]
pub struct LoginShell {
    heard: Mutex<Option<(Instant, Option<OsString>)>>,
}

impl LoginShell {
    /// The path, if there is a shell that tells it. Those who ask at once share one answer.
    pub async fn path(
        &self,
        launcher: &Launcher,
        env: &[(OsString, OsString)],
    ) -> Option<OsString> {
        let mut heard = self.heard.lock().await;
        if let Some((when, path)) = heard.as_ref()
            && when.elapsed() < BELIEVED
        {
            return path.clone();
        }
        let path = ask(launcher, env).await;
        *heard = Some((Instant::now(), path.clone()));
        path
    }
}

/// Interactive first, because that is where node version managers put themselves.
async fn ask(launcher: &Launcher, env: &[(OsString, OsString)]) -> Option<OsString> {
    let shell = Os::HERE.variable(env, "SHELL")?;
    if !shell.as_bytes().starts_with(b"/") {
        return None;
    }
    for flags in [["-l", "-i"].as_slice(), &["-l"]] {
        let mut spawn = Spawn::new(shell, "/");
        // Understood by sh, bash, zsh and fish alike.
        let script = format!("echo; echo {MARK}; printenv PATH");
        spawn.args = flags.iter().map(OsString::from).collect();
        spawn.args.extend(["-c".into(), script.into()]);
        spawn.env = child_env(env.iter().cloned());
        match launcher.run(spawn, PATIENCE).await {
            Ok(ran) if ran.status == ExitStatus::Code(0) => {
                if let Some(path) = told(&ran.stdout) {
                    return Some(path);
                }
            }
            // What waits for somebody to type would wait again.
            Err(RunError::TimedOut { .. }) => return None,
            Ok(_) | Err(_) => {}
        }
    }
    None
}

/// The line after the mark.
fn told(stdout: &[u8]) -> Option<OsString> {
    let mut lines = stdout.split(|byte| *byte == b'\n');
    lines.find(|line| *line == MARK.as_bytes())?;
    let path = lines.next().filter(|path| !path.is_empty())?;
    Some(OsStr::from_bytes(path).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_startup_files_say_is_not_taken_for_the_path() {
        let rows: [(&str, Option<&str>); 4] = [
            (
                "Welcome to\n/bin/sh\n\n--switchboard-path--\n/a:/b",
                Some("/a:/b"),
            ),
            ("\n--switchboard-path--\n/a\nbye", Some("/a")),
            ("\n--switchboard-path--\n", None),
            ("/a:/b", None),
        ];
        for (said, path) in rows {
            assert_eq!(told(said.as_bytes()), path.map(OsString::from), "{said}");
        }
    }
}
