//! What several flows need: houses on both databases, and waiting with a limit.

use std::{
    fs,
    future::Future,
    io::ErrorKind,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::Value;
use switchboard_testkit::{Codex, Event, House, Options, Over, database, house::codex};

/// The binary under test.
pub const BINARY: &str = env!("CARGO_BIN_EXE_switchboard");

/// A running house that is as usual.
pub async fn house() -> House {
    House::start(BINARY, Options::default()).await
}

/// A running house that reaches Codex over `codex exec`.
pub async fn house_over_exec() -> House {
    House::start(BINARY, over_exec()).await
}

/// The options of such a house.
pub fn over_exec() -> Options {
    Options {
        over: Over::Exec,
        ..Options::default()
    }
}

/// A running house whose Codex is a script.
pub async fn house_with_script(body: &str) -> House {
    let codex = Codex::Script(body.to_owned());
    House::start(
        BINARY,
        Options {
            codex,
            ..Options::default()
        },
    )
    .await
}

/// The options once per database: SQLite, and PostgreSQL where a server is given.
pub async fn on_both(options: Options) -> Vec<Options> {
    let mut both = vec![options.clone()];
    if let Some(url) = database::fresh_postgres().await {
        both.push(Options {
            database: Some(url),
            ..options
        });
    }
    both
}

/// What comes in time, or a failed test.
pub async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_mins(1), future)
        .await
        .unwrap_or_else(|_| panic!("waited in vain: {what}"))
}

/// Whether an event says that this turn is in that state.
pub fn says(event: &Event, turn: &str, state: &str) -> bool {
    event.name == "turn" && event.data["id"] == turn && event.data["state"] == state
}

/// The real Codex as the house's person would type it, in their own home and in this folder.
pub fn codex_as_typed(house: &House, folder: &Path, words: &[&str]) -> Command {
    let config = format!(
        "cli_auth_credentials_store = \"file\"\nchatgpt_base_url = \"{}\"\nopenai_base_url = \"{}\"\n\
         [analytics]\nenabled = false\n[features]\nplugins = false\napps = false\n",
        house.upstream.backend_url(),
        house.upstream.responses_url()
    );
    fs::write(house.codex_home().join("config.toml"), config).unwrap();
    let mut command = Command::new(codex());
    command
        .args(words)
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("HOME", house.person())
        .env("CODEX_HOME", house.codex_home())
        .current_dir(folder)
        .stdin(Stdio::null());
    command
}

/// Runs it to its end.
pub fn codex_in(house: &House, folder: &Path, words: &[&str]) {
    let output = codex_as_typed(house, folder, words).output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words:?}: {err}");
}

/// A field of a JSON object that must be a string.
pub fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value[field]
        .as_str()
        .unwrap_or_else(|| panic!("no {field} in {value}"))
}

/// Every file in a folder and those below it, but no links. What goes while this looks, as a program's temporary files do, is none.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return files,
        entries => entries.unwrap(),
    };
    for entry in entries.flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => files.extend(files_below(&entry.path())),
            Ok(kind) if kind.is_file() => files.push(entry.path()),
            _ => {}
        }
    }
    files
}
