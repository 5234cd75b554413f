//! A whole Switchboard as a child process, on files of a test's own, with the real Codex CLI signed
//! in with a made-up login, and the scripted upstream instead of the paid servers.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;
use switchboard_upstream::{Options as UpstreamOptions, Running as Upstream, auth};
use tempfile::TempDir;

use crate::{
    client::Client,
    database,
    processes::{self, Process},
    program,
    server::{Server, Stop},
    until::until,
};

/// What stands in the place of the `codex` program.
#[derive(Default, Clone)]
pub enum Codex {
    /// The real one.
    #[default]
    Real,
    /// Whatever is at this path below the house's folder, or nothing.
    At(&'static str),
    /// A shell script with this body behind the prelude of [`program`].
    Script(String),
}

/// Over which of its ways Codex is reached.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// The app server, as usual.
    #[default]
    AppServer,
    /// `codex exec`.
    Exec,
}

/// What stands in the place of the `gemini` program.
#[derive(Default, Clone)]
pub enum Gemini {
    /// Nothing: most tests are about one assistant.
    #[default]
    Missing,
    /// The real one, with a made-up API key.
    Real,
    /// Whatever is at this path below the house's folder, or nothing.
    At(&'static str),
    /// A shell script with this body, to which `$gemini` is the real one.
    Script(String),
}

/// What a test wants different from the usual.
#[derive(Default, Clone)]
pub struct Options {
    /// A PostgreSQL URL; else SQLite.
    pub database: Option<String>,
    /// A file also when the whole suite runs on PostgreSQL: what is tested keeps its own.
    pub own_file: bool,
    /// The contents of `auth.json`; else a made-up ChatGPT login. `Value::Null`: no file.
    pub login: Option<Value>,
    /// What stands in the place of the Codex CLI.
    pub codex: Codex,
    /// How it is reached; a script speaks the words of `codex exec` and is always reached so.
    pub over: Over,
    /// What stands in the place of the Gemini CLI.
    pub gemini: Gemini,
    /// More environment variables for the server.
    pub env: Vec<(String, String)>,
}

/// A Switchboard that may be started, killed and started again on the same files.
pub struct House {
    program: PathBuf,
    codex: PathBuf,
    gemini: PathBuf,
    folder: TempDir,
    options: Options,
    /// The stand-in for the paid servers.
    pub upstream: Upstream,
    running: Option<Server>,
}

/// The native Codex program: the one `cargo xtask test` names, else the one pinned in `e2e/`.
pub fn codex() -> PathBuf {
    let named = std::env::var_os("SWITCHBOARD_TEST_CODEX").map(PathBuf::from);
    let pinned = Path::new(env!("CARGO_MANIFEST_DIR")).join(
        "../../e2e/node_modules/@openai/codex-linux-x64/vendor/x86_64-unknown-linux-musl/bin/codex",
    );
    let codex = named.unwrap_or(pinned);
    assert!(
        codex.exists(),
        "the real Codex CLI is missing at {}: run `npm ci --ignore-scripts` in e2e/",
        codex.display()
    );
    codex
}

/// The Gemini program that is pinned in `e2e/`.
pub fn gemini() -> PathBuf {
    let gemini = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../e2e/node_modules/@google/gemini-cli/bundle/gemini.js");
    let gemini = fs::canonicalize(&gemini).unwrap_or(gemini);
    assert!(
        gemini.exists(),
        "the real Gemini CLI is missing at {}: run `npm ci --ignore-scripts` in e2e/",
        gemini.display()
    );
    gemini
}

/// The API key of a house with the real Gemini CLI.
pub const GEMINI_KEY: &str = "made-up-gemini-key";

impl House {
    /// Prepares the files and starts the upstream; not yet the server. `program` is the binary under
    /// test: `env!("CARGO_BIN_EXE_switchboard")`.
    ///
    /// With `SWITCHBOARD_TEST_FLOWS_ON=postgres` a house that does not choose its database gets one there,
    /// so that a whole suite can be run on it.
    pub async fn prepare(program: &str, mut options: Options) -> Self {
        let elsewhere = std::env::var("SWITCHBOARD_TEST_FLOWS_ON").is_ok_and(|on| on == "postgres");
        if elsewhere && options.database.is_none() && !options.own_file {
            options.database = database::fresh_postgres().await;
        }
        // Not under the system's temporary folder: Codex makes no helper links there.
        let folder = tempfile::Builder::new()
            .prefix("switchboard-test-")
            .tempdir_in("/var/tmp")
            .unwrap();
        let login = options.login.clone().unwrap_or_else(auth::fake_login);
        let codex_home = folder.path().join("person/.codex");
        fs::create_dir_all(&codex_home).unwrap();
        if !login.is_null() {
            fs::write(codex_home.join("auth.json"), login.to_string()).unwrap();
        }
        let program_path = match &options.codex {
            Codex::Real => codex(),
            Codex::At(path) => folder.path().join(path),
            Codex::Script(body) => program::write(folder.path(), body),
        };
        let gemini_path = match &options.gemini {
            Gemini::Missing => folder.path().join("no-gemini"),
            Gemini::Real => gemini(),
            Gemini::At(path) => folder.path().join(path),
            Gemini::Script(body) => {
                let real = format!("gemini='{}'\n", gemini().display());
                program::plain(folder.path(), "gemini", &(real + body))
            }
        };
        let upstream = switchboard_upstream::Upstream::start(UpstreamOptions::for_tests())
            .await
            .unwrap();
        Self {
            program: program.into(),
            codex: program_path,
            gemini: gemini_path,
            folder,
            options,
            upstream,
            running: None,
        }
    }

    /// Prepares and starts.
    pub async fn start(program: &str, options: Options) -> Self {
        let mut house = Self::prepare(program, options).await;
        house.serve();
        house
    }

    /// A command of the binary on these files, with the environment of the server.
    #[expect(
        clippy::disallowed_methods,
        reason = "the program under test, which no guard of ours watches"
    )]
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        let person = self.folder.path().join("person");
        command
            .args(args)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", &person)
            .env("USER", "mara")
            .env("SWITCHBOARD_HOME", self.home())
            .env("CODEX_HOME", self.codex_home())
            .env(
                "CODEX_REFRESH_TOKEN_URL_OVERRIDE",
                format!("{}/oauth/token", self.upstream.origin()),
            )
            .env(
                "SWITCHBOARD_PROVIDERS__CHATGPT__BACKEND",
                self.upstream.backend_url(),
            )
            .env(
                "SWITCHBOARD_PROVIDERS__CHATGPT__RESPONSES",
                self.upstream.responses_url(),
            )
            .env("SWITCHBOARD_PROVIDERS__CHATGPT__PROGRAM", &self.codex)
            .env("SWITCHBOARD_PROVIDERS__GEMINI__PROGRAM", &self.gemini)
            .env(
                "SWITCHBOARD_PROVIDERS__GEMINI__BASE_URL",
                self.upstream.gemini_url(),
            )
            .env("SWITCHBOARD_LOG", "info,sqlx=warn")
            .envs(
                matches!(self.options.gemini, Gemini::Real | Gemini::Script(_))
                    .then_some(("GEMINI_API_KEY", GEMINI_KEY)),
            )
            .envs(self.options.env.iter().cloned());
        if self.options.over == Over::Exec || matches!(self.options.codex, Codex::Script(_)) {
            command.env("SWITCHBOARD_PROVIDERS__CHATGPT__OVER", "exec");
        }
        if let Some(database) = &self.options.database {
            command.env("SWITCHBOARD_DATABASE", database);
        }
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs a command that must succeed; its standard output, trimmed.
    pub fn run_ok(&self, args: &[&str]) -> String {
        let output = self.run(args);
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{args:?}: {} {err}", output.status);
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// One more environment variable for what is started from now on, for values that are known only once the upstream
    /// runs.
    pub fn set_env(&mut self, name: &str, value: &str) {
        self.options.env.push((name.to_owned(), value.to_owned()));
    }

    /// Starts the server and waits until it listens.
    pub fn serve(&mut self) {
        assert!(self.running.is_none(), "already serving");
        self.running = Some(self.another_server());
    }

    /// One more server on the same files, for as long as it is held.
    pub fn another_server(&self) -> Server {
        self.another_server_with(&[])
    }

    /// The same with more flags.
    pub fn another_server_with(&self, flags: &[&str]) -> Server {
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0"]);
        Server::start(command.args(flags), &self.log_path())
    }

    /// SIGKILL, as a crash would; waits until the process is gone.
    pub fn kill(&mut self) {
        self.running = None;
    }

    /// The same, and waits until all that it had started has died of it.
    pub async fn crash(&mut self) {
        self.kill();
        until("nothing of the house runs", || async {
            self.everybody().is_empty().then_some(())
        })
        .await;
    }

    /// Asks the server to end, waits for it, and says whether it ended well.
    pub fn stop(&mut self, how: Stop) -> bool {
        let server = self.running.take().unwrap();
        server.ask_to_end();
        if how == Stop::Now {
            server.ask_to_end();
        }
        server.ended_well()
    }

    /// The server's process id.
    pub fn pid(&self) -> u32 {
        self.running.as_ref().unwrap().pid()
    }

    /// Where the server is.
    pub fn base(&self) -> &str {
        self.running.as_ref().expect("serving").base()
    }

    /// A client in the name of the local admin.
    pub fn client(&self) -> Client {
        Client::new(
            self.base(),
            &self.run_ok(&["tokens", "create", "--name", "test"]),
        )
    }

    /// A client in the name of another person, invited if needed.
    pub fn client_as(&self, handle: &str) -> Client {
        let _ = self.run(&["people", "invite", handle]);
        Client::new(
            self.base(),
            &self.run_ok(&["tokens", "create", "--name", "test", "--as", handle]),
        )
    }

    /// The folder that holds everything of this house; no other test has one of that name.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Switchboard's home.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// The person's Codex home.
    pub fn codex_home(&self) -> PathBuf {
        self.folder.path().join("person/.codex")
    }

    /// The person's home folder.
    pub fn person(&self) -> PathBuf {
        self.folder.path().join("person")
    }

    /// The processes that belong to this house, other than the server and what it keeps warm: guards,
    /// programs, and whatever these started.
    pub fn children(&self) -> Vec<Process> {
        let mut found = self.everybody();
        found.retain(|process| !is_warm(process));
        found
    }

    /// What the server keeps warm between turns: app servers, with their guards and helpers.
    pub fn warm(&self) -> Vec<Process> {
        let mut found = self.everybody();
        found.retain(is_warm);
        found
    }

    fn everybody(&self) -> Vec<Process> {
        let server = self.running.as_ref().map(Server::pid);
        let mut found = processes::of(self.folder.path());
        found.retain(|process| Some(process.pid) != server && process.pid != std::process::id());
        found
    }

    /// Waits until no process of this house is left but the server.
    pub async fn is_quiet(&self) {
        until("nothing of the house runs but the server", || async {
            self.children().is_empty().then_some(())
        })
        .await;
    }

    /// What the server logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    fn log_path(&self) -> PathBuf {
        self.folder.path().join("server.log")
    }
}

fn is_warm(process: &Process) -> bool {
    ["app-server", "codex-code-mode-host"]
        .iter()
        .any(|words| process.command.contains(words))
}

impl Drop for House {
    fn drop(&mut self) {
        let failed = std::thread::panicking();
        self.kill();
        if failed {
            let log = self.log();
            let lines: Vec<&str> = log.lines().collect();
            eprintln!(
                "--- the server's last words ---\n{}",
                lines[lines.len().saturating_sub(60)..].join("\n")
            );
        }
    }
}
