//! Posts at a fixed rate into one private thread, each timed from the moment it was due until its
//! acknowledgement came. As many connections as it takes.

use std::time::Instant;

use anyhow::Result;
use serde_json::Value;
use tokio::task::JoinSet;

use crate::{http::Server, pace::Load, times::Times, viewer};

pub async fn run(server: Server, load: Load) -> Result<Value> {
    let thread = server.thread("private").await?;
    let mut told = load.tell(Instant::now());
    let mut posts = JoinSet::new();
    while let Some(due) = told.recv().await {
        let (server, thread) = (server.clone(), thread.clone());
        posts.spawn(async move {
            server.post(&thread, &viewer::text(due.number)).await?;
            anyhow::Ok(due.counts.then(|| due.at.elapsed()))
        });
    }
    let mut times = Times::default();
    while let Some(post) = posts.join_next().await {
        if let Some(time) = post?? {
            times.push(time);
        }
    }
    Ok(times.summary())
}
