//! For comparison: the Codex CLI's own app server with nothing between, asked the same. Speaks as much of its protocol as
//! that needs; stores nothing and shows nothing.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
};

use crate::{
    times::Times,
    words::{Ages, clock, question},
};

/// Questions before those that count.
const WARM: usize = 3;

/// What the words of an answer are told by.
const DELTA: &str = "item/agentMessage/delta";

/// Which program, and whose login it has.
#[derive(clap::Args)]
pub struct Cli {
    /// The native `codex` program
    #[arg(long, value_name = "FILE")]
    codex: PathBuf,
    /// Its `CODEX_HOME`, with a login and a `config.toml`
    #[arg(long, value_name = "DIR")]
    home: PathBuf,
}

/// Asks one question after the other, each in a thread of its own, and times the first words of each answer.
pub async fn first(cli: &Cli, count: usize) -> Result<Value> {
    let mut peer = Peer::start(cli).await?;
    let mut times = Times::default();
    for number in 0..WARM + count {
        let (question, mark) = question(number);
        let asked = Instant::now();
        peer.ask(&question, &cli.home).await?;
        peer.until(|told| {
            told["method"] == DELTA
                && told["params"]["delta"]
                    .as_str()
                    .is_some_and(|said| said.contains(&mark))
        })
        .await?;
        let heard = asked.elapsed();
        peer.until(|told| told["method"] == "turn/completed")
            .await?;
        if number >= WARM {
            times.push(heard);
        }
    }
    Ok(times.summary())
}

/// How old the words of a long answer are when the program tells them.
pub async fn ages(cli: &Cli, count: usize, every: Duration) -> Result<Value> {
    let mut peer = Peer::start(cli).await?;
    peer.ask(&clock(count, every), &cli.home).await?;
    let mut ages = Ages::default();
    loop {
        let told = peer
            .until(|told| {
                [DELTA, "turn/completed"]
                    .iter()
                    .any(|name| told["method"] == *name)
            })
            .await?;
        if told["method"] != DELTA {
            return ages.most_of(count);
        }
        ages.hear(told["params"]["delta"].as_str().unwrap_or_default())?;
    }
}

struct Peer {
    _child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    asked: u64,
}

impl Peer {
    #[expect(
        clippy::disallowed_methods,
        reason = "the alternative that is measured, with nothing of ours between"
    )]
    async fn start(cli: &Cli) -> Result<Self> {
        let mut child = Command::new(&cli.codex)
            .args(["app-server", "--listen", "stdio://"])
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", &cli.home)
            .env("CODEX_HOME", &cli.home)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {}", cli.codex.display()))?;
        let input = child.stdin.take().context("its input is piped")?;
        let output = child.stdout.take().context("its output is piped")?;
        let mut peer = Self {
            _child: child,
            input,
            output: BufReader::new(output).lines(),
            asked: 0,
        };
        let client = json!({ "clientInfo": { "name": "bench", "title": null, "version": "0" }, "capabilities": { "experimentalApi": true } });
        peer.call("initialize", client).await?;
        peer.send(&json!({ "method": "initialized" })).await?;
        Ok(peer)
    }

    /// Starts a turn in a thread that nothing is kept of.
    async fn ask(&mut self, question: &str, folder: &Path) -> Result<()> {
        let thread = json!({ "cwd": folder, "sandbox": "read-only", "ephemeral": true });
        let started = self.call("thread/start", thread).await?;
        let input = [json!({ "type": "text", "text": question, "text_elements": [] })];
        let turn = json!({ "threadId": started["thread"]["id"], "input": input });
        self.call("turn/start", turn).await?;
        Ok(())
    }

    async fn call(&mut self, method: &str, params: Value) -> Result<Value> {
        self.asked += 1;
        let id = self.asked;
        self.send(&json!({ "id": id, "method": method, "params": params }))
            .await?;
        let mut answer = self.until(|told| told["id"] == id).await?;
        ensure!(answer["error"].is_null(), "{method}: {answer}");
        Ok(answer["result"].take())
    }

    async fn send(&mut self, message: &Value) -> Result<()> {
        Ok(self
            .input
            .write_all(format!("{message}\n").as_bytes())
            .await?)
    }

    /// What it says next that is wanted.
    async fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Result<Value> {
        loop {
            let line = self.output.next_line().await?;
            let told: Value = serde_json::from_str(&line.context("codex ended")?)?;
            let failed = told["method"] == "turn/completed"
                && told["params"]["turn"]["status"] != "completed";
            ensure!(!failed, "a turn failed: {told}");
            if wanted(&told) {
                return Ok(told);
            }
        }
    }
}
