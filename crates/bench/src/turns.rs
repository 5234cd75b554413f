//! One mention at a time: how long from the post until the assistant's program runs. The program is a
//! stand-in (`src/bin/stand_in.rs`) that notes when it started; both clocks are the system's.

use std::{
    collections::HashMap,
    fs,
    path::Path,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{http::Server, times::Times};

/// Turns before those that count.
const WARM: usize = 3;

/// Nobody asks how a turn stands while its program starts: the two would share the machine.
const QUIET: Duration = Duration::from_millis(60);

pub async fn run(server: &Server, count: usize, starts: &Path) -> Result<Value> {
    let thread = server.thread("private").await?;
    let handle = handle(server).await?;
    let mut asked = Vec::new();
    for number in 0..WARM + count {
        let sent = now()?;
        let posted = server
            .post(&thread, &format!("@{handle} number {number}"))
            .await?;
        let acknowledged = now()?;
        let turn = posted["turns"][0]["id"]
            .as_str()
            .with_context(|| format!("no turn: {posted}"))?;
        ended(server, turn).await?;
        if number >= WARM {
            asked.push((turn.to_owned(), sent, acknowledged));
        }
    }
    let notes = fs::read_to_string(starts).context("the program never started")?;
    let started: HashMap<&str, u64> = notes
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(turn, at)| Some((turn, at.parse().ok()?)))
        .collect();
    let (mut from_post, mut from_ack) = (Times::default(), Times::default());
    for (turn, sent, acknowledged) in asked {
        let at = started
            .get(turn.as_str())
            .with_context(|| format!("the program of turn {turn} did not start"))?;
        let at = Duration::from_nanos(*at);
        from_post.push(at.saturating_sub(sent));
        // The program may well be quicker than the acknowledgement.
        from_ack.push(at.saturating_sub(acknowledged));
    }
    Ok(json!({ "from_post": from_post.summary(), "from_ack": from_ack.summary() }))
}

/// The first assistant's handle.
pub async fn handle(server: &Server) -> Result<String> {
    let assistants = server.call("GET", "/api/assistants", &Value::Null).await?;
    let handle = assistants["items"][0]["handle"].as_str();
    Ok(handle.context("no assistant is registered")?.to_owned())
}

/// Waits until a turn has ended well.
pub async fn ended(server: &Server, turn: &str) -> Result<()> {
    let path = format!("/api/turns/{turn}");
    for _ in 0..500 {
        sleep(QUIET).await;
        let turn = server.call("GET", &path, &Value::Null).await?;
        let state = turn["state"].as_str().unwrap_or_default();
        if !["queued", "running"].contains(&state) {
            ensure!(state == "done", "a turn failed: {turn}");
            return Ok(());
        }
    }
    anyhow::bail!("turn {turn} does not end")
}

/// The time since 1970.
#[expect(
    clippy::disallowed_methods,
    reason = "compared with what another process read from the same clock"
)]
pub fn now() -> Result<Duration> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?)
}
