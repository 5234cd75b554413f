//! Viewers that only listen. Says when all stand, and holds them until it is killed.

use std::io::Write as _;

use anyhow::{Result, bail};
use serde_json::Value;
use tokio::task::JoinSet;

use crate::{fanout, http::Server};

pub async fn run(server: &Server, viewers: usize) -> Result<Value> {
    let open = fanout::open(server, viewers).await?;
    let mut out = std::io::stdout();
    writeln!(out, "open")?;
    out.flush()?;
    let mut reading = JoinSet::new();
    for mut viewer in open {
        // Heartbeats are read, so that the server's buffers hold nothing.
        reading.spawn(async move { while viewer.numbers(|_| ()).await.is_ok() {} });
    }
    reading.join_next().await;
    bail!("the server ended the stream of an idle viewer")
}
