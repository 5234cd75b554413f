//! The scripted upstream as a process of its own, for as long as it is left alone, with a home for the Codex CLI that asks
//! it.

use std::{fs, io::Write as _, path::Path};

use anyhow::{Context as _, Result};
use serde_json::Value;
use switchboard_upstream::{Options, Persona, Upstream, auth};

/// Runs until it is killed; `home` becomes a `CODEX_HOME` with a made-up login.
pub async fn run(home: &Path) -> Result<Value> {
    let options = Options {
        persona: Persona::Echo,
        ..Options::default()
    };
    let running = Upstream::start(options).await?;
    // What a house home of ours switches off as well, so that both start with as much.
    let config = format!(
        "cli_auth_credentials_store = \"file\"\n\
         check_for_update_on_startup = false\n\
         chatgpt_base_url = \"{}\"\n\
         openai_base_url = \"{}\"\n\
         [analytics]\nenabled = false\n\
         [features]\nplugins = false\napps = false\nhooks = false\nmemories = false\n",
        running.backend_url(),
        running.responses_url(),
    );
    fs::create_dir_all(home)?;
    fs::write(home.join("auth.json"), auth::fake_login().to_string())?;
    fs::write(home.join("config.toml"), config)?;
    let mut out = std::io::stdout();
    writeln!(out, "listening on {}", running.origin())?;
    out.flush()?;
    tokio::signal::ctrl_c().await.context("cannot wait")?;
    running.stop().await;
    Ok(Value::Null)
}
