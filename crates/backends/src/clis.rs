//! What `doctor` and `serve` say about the assistants' programs on this machine: where each is, its
//! version, whether it is signed in, and the fix if not. Looks only; never signs in, never asks a
//! program anything that could reach a model or open a browser.

use std::{
    ffi::{OsStr, OsString},
    fmt,
    path::{Path, PathBuf},
    time::Duration,
};

use switchboard_model::outcome::{Failure, OutcomeCode};

use crate::{
    codex::{install, login},
    gemini::{self, install::GEMINI},
    homes::read_bounded,
    process::{ExitStatus, Finder, Launcher, Spawn, child_env, find::native_codex},
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

/// Versions that the tests have seen working, and those in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tested {
    /// The oldest.
    pub from: &'static str,
    /// The newest.
    pub to: &'static str,
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
        let mut finding = Finding {
            command: "codex",
            title: "Codex CLI (ChatGPT)",
            program: None,
            version: None,
            tested: Some(Tested {
                from: install::TESTED,
                to: install::TESTED,
            }),
            account: None,
            problem: None,
            others: Vec::new(),
            needs_node: false,
        };
        match install::find(&self.finder, self.codex_program.as_deref()).await {
            Err(problem) => finding.problem = Some(problem),
            Ok(program) => {
                (finding.version, finding.others) =
                    tokio::join!(self.version(&program), self.others("codex", &program));
                finding.needs_node = self.finder.path_for(&program).is_some();
                finding.program = Some(program);
                match login::read(&self.codex_home).plan(&self.codex_home) {
                    Ok(account) => finding.account = Some(account),
                    Err(problem) => finding.problem = Some(problem),
                }
            }
        }
        finding
    }

    async fn gemini(&self) -> Finding {
        let mut finding = Finding {
            command: "gemini",
            title: "Gemini CLI",
            program: None,
            version: None,
            tested: Some(Tested {
                from: gemini::install::TESTED,
                to: gemini::install::TESTED,
            }),
            account: None,
            problem: None,
            others: Vec::new(),
            needs_node: false,
        };
        match GEMINI
            .find(&self.finder, self.gemini_program.as_deref())
            .await
        {
            Err(problem) => finding.problem = Some(problem),
            Ok(program) => {
                (finding.version, finding.others) =
                    tokio::join!(self.version(&program), self.others("gemini", &program));
                finding.needs_node = self.finder.path_for(&program).is_some();
                finding.program = Some(program);
                let key = self.var(gemini::login::KEY);
                match gemini::login::read(key, &self.gemini_home).account() {
                    Ok(account) => finding.account = Some(account),
                    Err(problem) => finding.problem = Some(problem),
                }
            }
        }
        finding
    }

    async fn claude(&self) -> Finding {
        let install = "install Claude Code: `npm install -g @anthropic-ai/claude-code`";
        let mut finding = self.plain("claude", "Claude Code", install).await;
        if finding.problem.is_none() {
            let home = self
                .home()
                .map(|home| home.join(".claude"))
                .unwrap_or_default();
            let signed_in = read_bounded(&home.join(".credentials.json"), 64 * 1024)
                .is_ok_and(|text| text.len() > 2);
            if signed_in {
                finding.account = Some("Claude login".into());
            } else {
                finding.problem = Some(
                    Failure::new(
                        OutcomeCode::NotSignedIn,
                        "Claude Code has no login that can be seen here",
                    )
                    .hint("start `claude` once and sign in"),
                );
            }
        }
        finding
    }

    async fn plain(&self, command: &'static str, title: &'static str, install: &str) -> Finding {
        let program = self.finder.find(command).await;
        let (version, others) = match &program {
            Some(program) => {
                tokio::join!(self.version(program), self.others(command, program))
            }
            None => (None, Vec::new()),
        };
        let needs_node = program
            .as_ref()
            .is_some_and(|program| self.finder.path_for(program).is_some());
        let problem = program.is_none().then(|| {
            Failure::new(
                OutcomeCode::NotInstalled,
                format!("{title} was not found on this machine"),
            )
            .hint(install)
        });
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

    fn home(&self) -> Option<&Path> {
        self.var("HOME").map(Path::new)
    }
}
