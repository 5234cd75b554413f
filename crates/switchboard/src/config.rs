//! Configuration: `config.toml`, then `SWITCHBOARD_*` variables, then flags; the last one wins. The
//! only reader of configuration files and of the environment. Remembers where each value came from.

mod providers;
mod variables;

pub use providers::{Over, Providers};

use std::{
    ffi::{OsStr, OsString},
    net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs as _},
    path::PathBuf,
};

use anyhow::{Context as _, Result, bail};
use etcetera::BaseStrategy as _;
use figment::{
    Figment, Metadata, Source,
    providers::{Format as _, Serialized, Toml},
};
use serde::{Deserialize, Serialize};
use switchboard_backends::process::Passes;
use switchboard_engine::{Places, folder::Turns};
use switchboard_server::{PublicUrl, Setting};
use switchboard_store::Database;

/// The port people know.
pub const PORT: u16 = 4747;

/// New posts are refused while less than this is free: 256 MiB.
const DISK_FLOOR: u64 = 256 * 1024 * 1024;

/// Everything that can be configured, after merging.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// `sqlite:PATH` or `postgres://…`; a SQLite file in the home folder if missing.
    pub database: Option<String>,
    /// Where to listen.
    #[serde(deserialize_with = "resolved")]
    pub listen: SocketAddr,
    /// The address people use, if a proxy stands in front: `https://chat.example.org`.
    pub public_url: Option<String>,
    /// Allow plain http on an address other than loopback.
    pub insecure_http: bool,
    /// Allow listening on an address other than loopback.
    pub expose: bool,
    /// The workspace's name, shown in the page.
    pub workspace: String,
    /// New posts are refused while less than this is free, in bytes.
    pub disk_floor: u64,
    /// How much runs at once.
    pub limits: Limits,
    /// Where providers are, for tests and self-hosted stand-ins.
    pub providers: Providers,
}

/// How much runs at once.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Running turns per login.
    pub per_login: u32,
    /// Running turns per asking person.
    pub per_person: u32,
    /// Running turns in all.
    pub most: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            database: None,
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), PORT),
            public_url: None,
            insecure_http: false,
            expose: false,
            workspace: "Switchboard".into(),
            disk_floor: DISK_FLOOR,
            limits: Limits::default(),
            providers: Providers::default(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        let engine = switchboard_engine::Settings::default();
        Self {
            per_login: engine.per_login,
            per_person: engine.per_person,
            most: engine.most,
        }
    }
}

/// What flags may set; `None` leaves it to file and environment.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Flags {
    /// `--database`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    /// `--listen`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<SocketAddr>,
    /// `--public-url`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    /// `--insecure-http`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insecure_http: Option<bool>,
    /// `--expose`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expose: Option<bool>,
}

/// Whose accounts the assistants use, in the words of their cards.
#[derive(Debug, Clone, Copy)]
pub struct Accounts {
    /// As in "runs on Mara's ChatGPT plan".
    pub chatgpt: &'static str,
    /// As in "runs on Mara's Gemini account".
    pub gemini: &'static str,
}

/// What answers for ChatGPT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    /// The Codex CLI.
    Codex,
    /// The bundled script, in a demo on a machine without the Codex CLI.
    Script,
}

/// The configuration of this process.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where everything lives.
    pub home: PathBuf,
    /// Whether somebody said so, by flag or variable.
    pub home_named: bool,
    /// The values.
    pub settings: Settings,
    /// Name, value and origin of everything that is not a default.
    pub origins: Vec<(String, String, String)>,
    /// Variables that look like settings and are none: likely misspelt.
    pub strangers: Vec<String>,
    /// The person's Codex home.
    pub codex_home: PathBuf,
    /// The person's home of Claude Code, where its skills are.
    pub claude_home: PathBuf,
    /// The person's `.gemini`.
    pub gemini_home: PathBuf,
    /// What answers for ChatGPT.
    pub answers: Answers,
    /// Whose accounts the assistants use.
    pub accounts: Accounts,
    /// The local user's name.
    pub user: String,
    /// This process's environment, from which those of child processes are chosen.
    pub env: Vec<(OsString, OsString)>,
    /// How they are chosen.
    pub passes: Passes,
    /// What this process is there for.
    pub runs: Runs,
}

/// What a process is there for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Runs {
    /// Whatever is asked.
    #[default]
    Anything,
    /// One detached turn.
    OneTurn,
}

impl Config {
    /// Reads file and environment, and lays the flags over them.
    pub fn read(home: Option<PathBuf>, flags: Flags) -> Result<Self> {
        let env: Vec<(OsString, OsString)> = std::env::vars_os().collect();
        let var = |name: &str| {
            env.iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.clone())
        };
        let named = |name: &str| {
            var(name)
                .map(PathBuf::from)
                .filter(|path| !path.as_os_str().is_empty())
        };
        let home = home.or_else(|| named("SWITCHBOARD_HOME"));
        let home_named = home.is_some();
        let home = home_folder(home)?;
        let file = home.join("config.toml");
        let mut figment = Figment::from(Serialized::defaults(Settings::default()));
        // A missing file is no mistake; one that cannot be read is.
        if file.exists() {
            figment = figment.merge(Toml::file_exact(&file));
        }
        let figment = figment
            .merge(variables::settings())
            .merge(Serialized::defaults(flags));
        let settings: Settings = figment.extract().map_err(unreadable)?;
        check(&settings)?;
        let strangers = variables::strangers(&env);
        for name in &strangers {
            tracing::warn!("{name} is not a setting and changes nothing");
        }
        let user_home = var("HOME").map(PathBuf::from).unwrap_or_default();
        Ok(Self {
            origins: origins(&figment, &settings),
            codex_home: match named("CODEX_HOME") {
                Some(home) => std::path::absolute(home)?,
                None => user_home.join(".codex"),
            },
            claude_home: match named("CLAUDE_CONFIG_DIR") {
                Some(home) => std::path::absolute(home)?,
                None => user_home.join(".claude"),
            },
            gemini_home: match named("GEMINI_CLI_HOME") {
                Some(home) => std::path::absolute(home)?,
                None => user_home,
            }
            .join(".gemini"),
            answers: Answers::Codex,
            accounts: Accounts {
                chatgpt: "ChatGPT plan",
                gemini: "Gemini account",
            },
            user: ["USER", "LOGNAME"]
                .iter()
                .find_map(|name| var(name)?.into_string().ok())
                .unwrap_or_else(|| "admin".into()),
            home,
            home_named,
            settings,
            strangers,
            env,
            passes: Passes::default(),
            runs: Runs::default(),
        })
    }

    /// Which database.
    pub fn database(&self) -> Result<Database> {
        match &self.settings.database {
            Some(url) => Ok(url.parse()?),
            None => Ok(Database::Sqlite(self.own_database())),
        }
    }

    /// The database file of this home.
    pub fn own_database(&self) -> PathBuf {
        self.home.join("switchboard.db")
    }

    /// A command line for this home: names it where a plain `switchboard` would find another.
    pub fn command(&self, words: &str) -> String {
        let plain = self
            .var("SWITCHBOARD_HOME")
            .map(PathBuf::from)
            .or_else(|| default_home().ok());
        if plain.is_some_and(|plain| plain == self.home) {
            format!("switchboard {words}")
        } else {
            format!("switchboard --home {} {words}", self.home.display())
        }
    }

    /// All settings as they hold, each with where it comes from; no secrets.
    pub fn settings_told(&self) -> Vec<Setting> {
        let mut all = Vec::new();
        if let Ok(values) = figment::value::Value::serialize(&self.settings) {
            collect("", &values, &mut all);
        }
        let home = Setting {
            name: "home".into(),
            value: Some(self.home.display().to_string()),
            origin: if self.home_named {
                "--home or SWITCHBOARD_HOME".into()
            } else {
                "default".into()
            },
        };
        let settings = all.into_iter().map(|(name, value)| {
            let origin = self.origins.iter().find(|(known, ..)| *known == name);
            Setting {
                value: (value != "null" && value != "[]")
                    .then(|| value.trim_matches('"').to_owned()),
                origin: origin.map_or_else(|| "default".into(), |(.., origin)| origin.clone()),
                name,
            }
        });
        std::iter::once(home).chain(settings).collect()
    }

    /// A variable of this process's environment.
    pub fn var(&self, name: &str) -> Option<&OsStr> {
        let found = self
            .env
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_os_str());
        found.filter(|value| !value.is_empty())
    }

    /// Where the instance locks are.
    pub fn run_folder(&self) -> PathBuf {
        self.home.join("run")
    }

    /// Where what is left of dead processes is found.
    pub fn places(&self) -> Places {
        Places {
            run: self.run_folder(),
            turns: Turns::new(&self.home),
        }
    }

    /// Where the private folders of turns are, in a folder for each instance.
    pub fn work_folder(&self) -> PathBuf {
        self.home.join("work")
    }
}

/// Whether the person lets terminals have colours (no-color.org).
pub fn colours_allowed() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// The home folder alone, for commands that need no setting: nothing is read.
pub fn home(flag: Option<PathBuf>) -> Result<PathBuf> {
    let named = || std::env::var_os("SWITCHBOARD_HOME").filter(|home| !home.is_empty());
    home_folder(flag.or_else(|| named().map(PathBuf::from)))
}

fn home_folder(named: Option<PathBuf>) -> Result<PathBuf> {
    match named {
        Some(home) => Ok(std::path::absolute(home)?),
        None => default_home(),
    }
}

fn default_home() -> Result<PathBuf> {
    let base = etcetera::choose_base_strategy()
        .context("cannot find your home folder: set SWITCHBOARD_HOME")?;
    let state = base.state_dir().unwrap_or_else(|| base.data_dir());
    Ok(state.join("switchboard"))
}

/// What is wrong where, once, in the words a person would look for it with.
fn unreadable(error: figment::Error) -> anyhow::Error {
    let lines = error.into_iter().map(|error| {
        let what = match &error.kind {
            figment::error::Kind::UnknownField(_, known) => {
                format!("there is no such setting; there are {}", known.join(", "))
            }
            other => other.to_string().trim_end().to_owned(),
        };
        let key = error.path.join(".");
        let place = error.metadata.as_ref();
        let place = place.and_then(|metadata| Some((origin(&key, metadata)?, &metadata.source)));
        match place {
            Some((file, Some(Source::File(_)))) if key.is_empty() => format!("{file}: {what}"),
            Some((file, Some(Source::File(_)))) => format!("{file}: {key}: {what}"),
            Some((variable, _)) => format!("{variable}: {what}"),
            None => format!("{key}: {what}"),
        }
    });
    let lines = lines.collect::<Vec<_>>().join("\n");
    anyhow::anyhow!("cannot read the configuration: {lines}")
}

/// An address from `HOST:PORT`; a name is looked up, and IPv4 is taken where it has both.
pub fn resolve(text: &str) -> Result<SocketAddr, String> {
    let found: Vec<SocketAddr> = text
        .to_socket_addrs()
        .map_err(|error| format!("{text:?} is not HOST:PORT, as in 127.0.0.1:4747 ({error})"))?
        .collect();
    let first = found.iter().find(|address| address.is_ipv4());
    first
        .or(found.first())
        .copied()
        .ok_or_else(|| format!("{text:?} has no address"))
}

fn resolved<'de, D: serde::Deserializer<'de>>(value: D) -> Result<SocketAddr, D::Error> {
    let text = String::deserialize(value)?;
    resolve(&text).map_err(serde::de::Error::custom)
}

fn check(settings: &Settings) -> Result<()> {
    if let Some(url) = &settings.public_url {
        let parsed: Result<PublicUrl, _> = url.parse();
        parsed.with_context(|| format!("public_url {url:?} cannot be used"))?;
    }
    settings.providers.check()?;
    if !settings.listen.ip().is_loopback() {
        if !settings.expose {
            bail!(
                "{} is reachable from other machines; add --expose if that is what you want, or listen on 127.0.0.1 \
                 behind a reverse proxy with --public-url https://…",
                settings.listen
            );
        }
        if !settings.insecure_http {
            bail!(
                "plain http on {} sends tokens and session cookies in clear; listen on 127.0.0.1 behind a proxy with \
                 TLS, or add --insecure-http if you trust every network in between",
                settings.listen
            );
        }
    }
    Ok(())
}

/// Where each value that is not a default came from.
fn origins(figment: &Figment, settings: &Settings) -> Vec<(String, String, String)> {
    let Ok(all) = figment::value::Value::serialize(settings) else {
        return Vec::new();
    };
    let mut names = Vec::new();
    collect("", &all, &mut names);
    names
        .into_iter()
        .filter_map(|(name, value)| {
            let place = origin(&name, figment.find_metadata(&name)?)?;
            Some((name, value, place))
        })
        .collect()
}

/// Where a value came from, in the words a person would look for it with; `None` for a default.
fn origin(name: &str, metadata: &Metadata) -> Option<String> {
    match &metadata.source {
        Some(Source::File(file)) => Some(file.display().to_string()),
        _ if metadata.name.contains("Settings") => None,
        _ if metadata.name.contains("Flags") => Some(format!("--{}", name.replace('_', "-"))),
        _ => Some(format!(
            "SWITCHBOARD_{}",
            name.to_uppercase().replace('.', "__")
        )),
    }
}

fn collect(prefix: &str, value: &figment::value::Value, names: &mut Vec<(String, String)>) {
    if let figment::value::Value::Dict(_, entries) = value {
        for (key, value) in entries {
            let name = if prefix.is_empty() {
                key.clone()
            } else {
                format!("{prefix}.{key}")
            };
            collect(&name, value, names);
        }
    } else {
        let text = serde_json::to_string(value).unwrap_or_default();
        names.push((prefix.to_owned(), without_password(&text)));
    }
}

/// A database URL may hold a password; nobody wants to see it in a report.
pub fn without_password(text: &str) -> String {
    match (text.find("://"), text.find('@')) {
        (Some(scheme), Some(at)) if at > scheme => match text[scheme + 3..at].find(':') {
            Some(colon) => format!("{}:…{}", &text[..scheme + 3 + colon], &text[at..]),
            None => text.to_owned(),
        },
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn each_value_that_is_not_a_default_says_where_it_comes_from() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("config.toml");
        std::fs::write(&file, "workspace = \"Attic\"\nlisten = \"127.0.0.1:1\"\n").unwrap();
        let flags = Flags {
            listen: Some(([127, 0, 0, 1], 2).into()),
            ..Flags::default()
        };
        let config = Config::read(Some(home.path().into()), flags).unwrap();
        let origin = |name: &str| {
            let found = config.origins.iter().find(|(known, ..)| known == name);
            found.map(|(_, value, origin)| (value.clone(), origin.clone()))
        };
        assert_eq!(
            origin("workspace"),
            Some(("\"Attic\"".into(), file.display().to_string()))
        );
        assert_eq!(
            origin("listen"),
            Some(("\"127.0.0.1:2\"".into(), "--listen".into())),
            "the flag wins"
        );
        assert_eq!(origin("disk_floor"), None, "a default");
    }

    #[test]
    fn a_mistake_in_the_file_is_told_once_with_its_place_and_its_key() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("config.toml");
        for (text, key, what) in [
            (
                "lisen = \"x\"",
                "lisen",
                "no such setting; there are database, listen",
            ),
            ("disk_floor = \"x\"", "disk_floor", "invalid type"),
            (
                "[limits]\nper_perso = 1",
                "limits.per_perso",
                "no such setting; there are per_login",
            ),
        ] {
            std::fs::write(&file, text).unwrap();
            let error = Config::read(Some(home.path().into()), Flags::default()).unwrap_err();
            let told = format!("{error:#}");
            let beginning = format!("cannot read the configuration: {}: {key}: ", file.display());
            assert!(
                told.starts_with(&beginning) && told.contains(what),
                "{told}"
            );
            assert_eq!(told.matches("config.toml").count(), 1, "{told}");
        }
    }

    #[test]
    fn a_database_password_is_not_shown() {
        let shown = without_password("postgres://mara:secret@db.example/chat");
        assert_eq!(shown, "postgres://mara:…@db.example/chat");
        assert_eq!(
            without_password("postgres://mara@db/chat"),
            "postgres://mara@db/chat"
        );
    }

    #[test]
    fn a_command_names_a_home_that_is_not_the_usual_one() {
        let home = tempfile::tempdir().unwrap();
        let mut config = Config::read(Some(home.path().into()), Flags::default()).unwrap();
        assert_eq!(
            config.command("doctor"),
            format!("switchboard --home {} doctor", home.path().display())
        );
        config
            .env
            .push(("SWITCHBOARD_HOME".into(), home.path().into()));
        config
            .env
            .retain(|(name, value)| name != "SWITCHBOARD_HOME" || value == home.path());
        assert_eq!(config.command("doctor"), "switchboard doctor");
    }
}
