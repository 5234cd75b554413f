//! `serve --demo`: the same server against the bundled scripted upstream, with data of its own and a
//! made-up login. Changes where things are, never what is done with them; without its upstream the
//! demo's turns fail. And the same script for the one assistant that a real server can have as a demo.

use std::{
    ffi::OsStr,
    fs,
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use anyhow::{Context as _, Result};
use futures_util::FutureExt as _;
use switchboard_backends::{
    gemini::login::KEY,
    homes::private_folder,
    process::find,
    scripted::{Connection, Dial},
};
use switchboard_upstream::{Inside, Options, Persona, Running, Upstream, auth};

use crate::config::{Accounts, Answers, Config, Providers};

/// Where codex asks for a fresh login; the real place must not hear of a made-up one.
const REFRESH: &str = "CODEX_REFRESH_TOKEN_URL_OVERRIDE";

/// Where codex signs somebody in: the demo's own page, so that this, too, can be tried.
const ISSUER: &str = "CODEX_APP_SERVER_LOGIN_ISSUER";

/// Keeps the demo's upstream running. Dropping it ends the upstream, and with it all answers.
pub struct DemoGuard {
    _upstream: Running,
}

/// The script within this process, on no port. It begins with the first question, and a server that is never asked one
/// has none.
pub fn inside() -> Dial {
    let upstream: Arc<OnceLock<Inside>> = Arc::default();
    Arc::new(move || {
        let upstream = upstream.clone();
        async move {
            let upstream = upstream.get_or_init(|| Inside::start(Persona::Guest));
            let connection = upstream.connect().await?;
            Ok(Box::new(connection) as Box<dyn Connection>)
        }
        .boxed()
    })
}

/// Turns a configuration into that of the demo, and starts what it needs.
pub async fn prepare(config: &mut Config) -> Result<DemoGuard> {
    let upstream = Upstream::start(Options::default())
        .await
        .context("cannot start the demo's scripted upstream")?;
    config.home = home(config).context("cannot make the demo's home")?;
    if config.settings.database.take().is_some() {
        tracing::warn!(
            "the demo keeps its data in a file of its own; the configured database is not used"
        );
    }
    config.origins.retain(|(name, ..)| name != "database");

    let Providers { chatgpt, gemini } = &mut config.settings.providers;
    for (name, setting, url) in [
        (
            "chatgpt.backend",
            &mut chatgpt.backend,
            upstream.backend_url(),
        ),
        (
            "chatgpt.responses",
            &mut chatgpt.responses,
            upstream.responses_url(),
        ),
        (
            "gemini.base_url",
            &mut gemini.base_url,
            upstream.gemini_url(),
        ),
    ] {
        let name = format!("providers.{name}");
        config.origins.retain(|(known, ..)| *known != name);
        config.origins.push((name, url.clone(), "--demo".into()));
        *setting = Some(url);
    }
    // The upstream is on this machine: no proxy of the person's would find it.
    config
        .env
        .retain(|(name, _)| name != REFRESH && name != ISSUER && name != KEY && !is_proxy(name));
    config.env.push((
        REFRESH.into(),
        format!("{}/oauth/token", upstream.origin()).into(),
    ));
    config.env.push((ISSUER.into(), upstream.origin().into()));
    config.env.push((KEY.into(), "scripted-demo".into()));

    config.accounts = Accounts {
        chatgpt: "scripted demo",
        gemini: "scripted demo",
    };
    config.codex_home = config.home.join("codex-home");
    config.gemini_home = config.home.join("gemini-home");
    write_login(&config.codex_home).with_context(|| {
        format!(
            "cannot write the demo's login into {}",
            config.codex_home.display()
        )
    })?;
    let program = config.settings.providers.chatgpt.program.as_deref();
    let found = match program {
        Some(program) => find::is_executable(program),
        None => !find::programs("codex", &config.env).is_empty(),
    };
    config.answers = if found {
        Answers::Codex
    } else {
        Answers::Script
    };
    Ok(DemoGuard {
        _upstream: upstream,
    })
}

/// The file that marks a home as a demo's.
const MARK: &str = "this-is-a-demo";

/// Where the demo lives: in a named home that is empty or a demo's already, else beside the real data,
/// so that scripted answers never mix with it.
fn home(config: &Config) -> io::Result<PathBuf> {
    let mark = config.home.join(MARK);
    if config.home_named && (mark.exists() || !config.own_database().exists()) {
        private_folder(&config.home)?;
        fs::write(
            mark,
            "Answers in this home come from `switchboard serve --demo`.\n",
        )?;
        return Ok(config.home.clone());
    }
    Ok(config.home.join("demo"))
}

/// Lets the other commands find the demo of somebody who has nothing else yet. Says where it is.
pub fn follow(config: &mut Config) -> Option<PathBuf> {
    let demo = config.home.join("demo");
    let only = config.settings.database.is_none() && !config.own_database().exists();
    if !only || !demo.join("switchboard.db").exists() {
        return None;
    }
    config.home.clone_from(&demo);
    Some(demo)
}

fn is_proxy(name: &OsStr) -> bool {
    name.to_string_lossy()
        .to_ascii_lowercase()
        .ends_with("_proxy")
}

/// A made-up login, where codex looks for a real one. In one step, as an earlier demo may still run.
fn write_login(folder: &Path) -> io::Result<()> {
    private_folder(folder)?;
    let fresh = folder.join(format!(".auth.json.{}", std::process::id()));
    let mut file = fs::File::options()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&fresh)?;
    write!(file, "{:#}", auth::fake_login())?;
    file.sync_all()?;
    fs::rename(fresh, folder.join("auth.json"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::config::Flags;

    #[tokio::test]
    async fn the_demo_keeps_to_itself() {
        let home = tempfile::tempdir().unwrap();
        let flags = Flags {
            database: Some("postgres://real@db/data".into()),
            ..Flags::default()
        };
        let mut config = Config::read(Some(home.path().into()), flags).unwrap();
        config
            .env
            .push(("HTTPS_PROXY".into(), "http://proxy.test:1".into()));
        config.env.push((KEY.into(), "a-persons-own".into()));
        let _guard = prepare(&mut config).await.unwrap();

        assert_eq!(config.home, home.path());
        let database = config.database().unwrap();
        assert_eq!(
            database,
            switchboard_store::Database::Sqlite(home.path().join("switchboard.db"))
        );
        assert!(
            config
                .settings
                .providers
                .chatgpt
                .responses
                .unwrap()
                .starts_with("http://127.0.0.1:")
        );
        assert!(!config.env.iter().any(|(name, _)| name == "HTTPS_PROXY"));
        let keys: Vec<_> = config.env.iter().filter(|(name, _)| name == KEY).collect();
        assert_eq!(keys, [&(KEY.into(), "scripted-demo".into())]);
        let login = fs::metadata(config.codex_home.join("auth.json")).unwrap();
        assert_eq!(login.permissions().mode() & 0o777, 0o600);
    }

    #[tokio::test]
    async fn scripted_answers_never_mix_with_real_data() {
        let home = tempfile::tempdir().unwrap();
        let read = || Config::read(Some(home.path().into()), Flags::default()).unwrap();
        fs::write(home.path().join("switchboard.db"), "real").unwrap();
        let mut config = read();
        let _guard = prepare(&mut config).await.unwrap();
        assert_eq!(config.home, home.path().join("demo"));
        fs::write(config.own_database(), "scripted").unwrap();

        let mut commands = read();
        assert_eq!(
            follow(&mut commands),
            None,
            "commands are about the real data"
        );
        fs::remove_file(home.path().join("switchboard.db")).unwrap();
        assert_eq!(follow(&mut commands), Some(home.path().join("demo")));
    }

    #[tokio::test]
    async fn a_script_answers_only_where_no_codex_is_found() {
        let home = tempfile::tempdir().unwrap();
        for (program, expected) in [
            ("/bin/sh", Answers::Codex),
            ("/nonexistent/codex", Answers::Script),
        ] {
            let mut config = Config::read(Some(home.path().into()), Flags::default()).unwrap();
            config.settings.providers.chatgpt.program = Some(program.into());
            let _guard = prepare(&mut config).await.unwrap();
            assert_eq!(config.answers, expected, "{program}");
        }
    }
}
