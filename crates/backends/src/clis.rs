//! What `doctor` and `serve` say about the assistants' programs on this machine: where each is, its
//! version, whether it is signed in, and the fix if not. Looks only; never signs in, never asks a
//! program anything that could reach a model or open a browser.

use std::{
    ffi::{OsStr, OsString},
    fmt, fs,
    path::{Path, PathBuf},
    time::Duration,
};

use switchboard_model::outcome::{Failure, OutcomeCode};

use crate::{
    codex::{install, login, native::native_codex},
    gemini::{self, install::GEMINI},
    process::{ExitStatus, Finder, Launcher, Spawn, child_env},
};

/// Node-based programs take a second to say their version on a slow machine.
const VERSION_DEADLINE: Duration = Duration::from_secs(8);

/// More installations of one program than that are not listed.
const OTHERS: usize = 5;

/// A sandboxed `true` takes a tenth of a second.
const SANDBOX_DEADLINE: Duration = Duration::from_secs(8);

/// One program, as found.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The command: `codex`.
    pub command: &'static str,
    /// Whose it is, for people: "Codex CLI (ChatGPT)".
    pub title: &'static str,
    /// Where it is.
    pub program: Option<PathBuf>,
    /// What it says its version is.
    pub version: Option<String>,
    /// The versions that the tests have seen working; `None` for a program that no assistant uses.
    pub tested: Option<Tested>,
    /// The account, in words.
    pub account: Option<String>,
    /// What stands in the way of using it.
    pub problem: Option<Failure>,
    /// Programs of the same name that were found too and are not used.
    pub others: Vec<Seen>,
    /// Whether it is a script that node runs.
    pub needs_node: bool,
}

impl Finding {
    /// Looks for the login of a program that is there.
    fn signed_in(&mut self, login: impl FnOnce() -> Result<String, Failure>) {
        if self.program.is_some() {
            match login() {
                Ok(account) => self.account = Some(account),
                Err(problem) => self.problem = Some(problem),
            }
        }
    }
}

/// Versions that the tests have seen working, and those in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tested {
    /// The oldest.
    pub from: &'static str,
    /// The newest.
    pub to: &'static str,
}

impl Tested {
    const fn only(version: &'static str) -> Self {
        Self {
            from: version,
            to: version,
        }
    }
}

impl fmt::Display for Tested {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.from == self.to {
            out.write_str(self.to)
        } else {
            write!(out, "{} to {}", self.from, self.to)
        }
    }
}

/// The oldest Node.js that the programs which need one run on.
pub const NODE: &str = "20.0.0";

/// A program that is not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Where it is.
    pub program: PathBuf,
    /// What it says its version is.
    pub version: Option<String>,
}

/// What the looking needs to know.
#[derive(Clone)]
pub struct Machine {
    /// How to start programs.
    pub launcher: Launcher,
    /// How to find them.
    pub finder: Finder,
    /// The environment of this process.
    pub env: Vec<(OsString, OsString)>,
    /// The person's Codex home.
    pub codex_home: PathBuf,
    /// A `codex` named by configuration.
    pub codex_program: Option<PathBuf>,
    /// The person's `.gemini`.
    pub gemini_home: PathBuf,
    /// A `gemini` named by configuration.
    pub gemini_program: Option<PathBuf>,
}

impl Machine {
    /// All programs that Switchboard knows, side by side.
    pub async fn findings(&self) -> Vec<Finding> {
        let (codex, gemini, claude) = tokio::join!(self.codex(), self.gemini(), self.claude());
        vec![codex, gemini, claude]
    }

    async fn codex(&self) -> Finding {
        let found = install::find(&self.finder, self.codex_program.as_deref()).await;
        let mut finding = self.look("codex", "Codex CLI (ChatGPT)", found).await;
        finding.tested = Some(Tested::only(install::TESTED));
        finding.signed_in(|| login::read(&self.codex_home).plan(&self.codex_home));
        finding
    }

    async fn gemini(&self) -> Finding {
        let found = GEMINI
            .find(&self.finder, self.gemini_program.as_deref())
            .await;
        let mut finding = self.look("gemini", "Gemini CLI", found).await;
        finding.tested = Some(Tested::only(gemini::install::TESTED));
        let key = self.var(gemini::login::KEY);
        finding.signed_in(|| gemini::login::read(key, &self.gemini_home).account());
        finding
    }

    /// No assistant uses it, so whether it is signed in is nobody's business.
    async fn claude(&self) -> Finding {
        let found = self.finder.find("claude").await.ok_or_else(|| {
            Failure::new(
                OutcomeCode::NotInstalled,
                "Claude Code was not found on this machine",
            )
        });
        self.look("claude", "Claude Code", found).await
    }

    async fn look(
        &self,
        command: &'static str,
        title: &'static str,
        found: Result<PathBuf, Failure>,
    ) -> Finding {
        let (program, problem) = match found {
            Ok(program) => (Some(program), None),
            Err(problem) => (None, Some(problem)),
        };
        let (version, others) = match &program {
            Some(program) => tokio::join!(self.version(program), self.others(command, program)),
            None => (None, Vec::new()),
        };
        let needs_node = program
            .as_ref()
            .is_some_and(|program| self.finder.path_for(program).is_some());
        Finding {
            command,
            title,
            program,
            version,
            tested: None,
            account: None,
            problem,
            others,
            needs_node,
        }
    }

    /// The programs of that name that are not `taken`, as far as anybody wants to read of them.
    async fn others(&self, command: &str, taken: &Path) -> Vec<Seen> {
        let found = self.finder.all(command).await;
        let others = found
            .into_iter()
            .filter(|program| program != taken && native_codex(program) != taken)
            .take(OTHERS)
            .map(|program| async move {
                let version = self.version(&program).await;
                Seen { program, version }
            });
        futures_util::future::join_all(others).await
    }

    /// Whether Codex's sandbox works here, tried with its own `codex sandbox`. `None`: no Codex to try.
    pub async fn sandbox(&self) -> Option<Result<(), Failure>> {
        let program = install::find(&self.finder, self.codex_program.as_deref())
            .await
            .ok()?;
        let scratch = std::env::temp_dir();
        let mut spawn = Spawn::new(program, &scratch);
        spawn.args = ["sandbox", "--", "true"].map(OsString::from).to_vec();
        spawn.env = child_env(self.env.iter().cloned());
        // Any existing folder serves as its home: nothing is read but a missing configuration.
        spawn.env.retain(|(key, _)| key != "CODEX_HOME");
        spawn.env.push(("CODEX_HOME".into(), scratch.into()));
        let why = match self.launcher.run(spawn, SANDBOX_DEADLINE).await {
            Ok(ran) if ran.status == ExitStatus::Code(0) => return Some(Ok(())),
            Ok(ran) => ran.stderr,
            Err(error) => error.to_string(),
        };
        let failure = Failure::new(
            OutcomeCode::SandboxUnavailable,
            "Codex's sandbox does not work on this machine",
        );
        let failure = match sandbox_remedy(Path::new("/proc/sys")) {
            Some(remedy) => failure.hint(remedy),
            None => failure,
        };
        Some(Err(failure.detail(why)))
    }

    /// The version of another program on the path, such as `node`.
    pub async fn version_of(&self, command: &'static str) -> Option<String> {
        let program = self.finder.find(command).await?;
        self.version(&program).await
    }

    async fn version(&self, program: &Path) -> Option<String> {
        if let Some(version) = gemini::install::packaged_version(program) {
            return Some(version);
        }
        let mut spawn = Spawn::new(program, "/");
        spawn.args = vec!["--version".into()];
        spawn.env = child_env(self.env.iter().cloned());
        if let Some(path) = self.finder.path_for(program) {
            spawn.env.retain(|(key, _)| key != "PATH");
            spawn.env.push(("PATH".into(), path));
        }
        let ran = self.launcher.run(spawn, VERSION_DEADLINE).await.ok()?;
        let text = String::from_utf8_lossy(&ran.stdout);
        // "codex-cli 0.169.0", "2.1.0 (Claude Code)", "v20.20.2"
        text.split_whitespace()
            .map(|word| word.trim_start_matches('v'))
            .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))
            .map(str::to_owned)
    }

    fn var(&self, name: &str) -> Option<&OsStr> {
        let found = self
            .env
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_os_str());
        found.filter(|value| !value.is_empty())
    }
}

/// The switch of the kernel that keeps the sandbox from working, by its name in `sysctl`.
fn sandbox_remedy(switches: &Path) -> Option<String> {
    // Without namespaces of its own for a program without rights there is no such sandbox.
    let rows = [
        ("kernel/unprivileged_userns_clone", "0", "1"),
        ("kernel/apparmor_restrict_unprivileged_userns", "1", "0"),
        ("user/max_user_namespaces", "0", "15000"),
    ];
    let (name, _, good) = rows.into_iter().find(|(name, bad, _)| {
        fs::read_to_string(switches.join(name)).is_ok_and(|value| value.trim() == *bad)
    })?;
    let name = name.replace('/', ".");
    Some(format!(
        "allow unprivileged user namespaces: run `sysctl {name}={good}` as root, and put the same into /etc/sysctl.d to keep it"
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_switch_that_keeps_the_sandbox_from_working_is_named() {
        let switches = tempfile::tempdir().unwrap();
        let set = |name: &str, value: &str| {
            let file = switches.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, value).unwrap();
        };
        assert_eq!(sandbox_remedy(switches.path()), None);
        set("kernel/unprivileged_userns_clone", "1\n");
        assert_eq!(sandbox_remedy(switches.path()), None);
        set("kernel/apparmor_restrict_unprivileged_userns", "1\n");
        let remedy = sandbox_remedy(switches.path()).unwrap();
        assert!(remedy.contains("`sysctl kernel.apparmor_restrict_unprivileged_userns=0`"));
        set("kernel/unprivileged_userns_clone", "0\n");
        let remedy = sandbox_remedy(switches.path()).unwrap();
        assert!(remedy.contains("`sysctl kernel.unprivileged_userns_clone=1`"));
    }

    #[test]
    fn the_versions_called_tested_are_those_that_the_tests_run() {
        let pins = fs::read_to_string(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../e2e/package.json"
        ))
        .unwrap();
        let pins: serde_json::Value = serde_json::from_str(&pins).unwrap();
        for (package, tested) in [
            ("@openai/codex", install::TESTED),
            ("@google/gemini-cli", gemini::install::TESTED),
        ] {
            assert_eq!(pins["dependencies"][package], tested, "{package}");
        }
    }
}
