//! Posts at a fixed rate into an open thread that many viewers hear. Times each event at each viewer from
//! the moment its post was due, and counts what did not come or came twice.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::{Value, json};
use tokio::{sync::watch, task::JoinSet};

use crate::{
    http::Server,
    pace::Load,
    times::Times,
    viewer::{self, Viewer},
};

/// How long after the last acknowledgement an event may still come before it is lost.
const PATIENCE: Duration = Duration::from_secs(10);

pub async fn run(server: Server, load: Load, viewers: usize) -> Result<Value> {
    let thread = server.thread("open").await?;
    let open = open(&server, viewers).await?;
    let start = Instant::now();
    let (give_up, gave_up) = watch::channel(false);
    let mut hearing = JoinSet::new();
    for viewer in open {
        hearing.spawn(hear(viewer, load.clone(), start, gave_up.clone()));
    }
    let mut told = load.tell(start);
    let mut posts = JoinSet::new();
    while let Some(due) = told.recv().await {
        let (server, thread) = (server.clone(), thread.clone());
        posts.spawn(async move { server.post(&thread, &viewer::text(due.number)).await });
    }
    while let Some(post) = posts.join_next().await {
        post??;
    }
    let mut all = Heard::default();
    let patience = tokio::time::sleep(PATIENCE);
    tokio::pin!(patience);
    loop {
        tokio::select! {
            heard = hearing.join_next() => match heard {
                Some(heard) => all.append(heard?),
                None => break,
            },
            () = &mut patience, if !*give_up.borrow() => {
                give_up.send_replace(true);
            }
        }
    }
    let expected = viewers * load.count as usize;
    let mut summary = json!({
        "lost": expected.saturating_sub(all.times.count()),
        "doubled": all.doubled,
    });
    if let (Value::Object(summary), Value::Object(times)) = (&mut summary, all.times.summary()) {
        summary.extend(times);
    }
    Ok(summary)
}

/// Opens so many streams, spread over the people, some at a time.
pub async fn open(server: &Server, viewers: usize) -> Result<Vec<Viewer>> {
    const AT_ONCE: usize = 32;
    let mut open = Vec::with_capacity(viewers);
    let mut opening = JoinSet::new();
    for who in 0..viewers {
        if opening.len() == AT_ONCE
            && let Some(viewer) = opening.join_next().await
        {
            open.push(viewer??);
        }
        let server = server.clone();
        opening.spawn(async move { Viewer::open(&server, who).await });
    }
    while let Some(viewer) = opening.join_next().await {
        open.push(viewer??);
    }
    Ok(open)
}

#[derive(Default)]
struct Heard {
    times: Times,
    /// Messages that came once more.
    doubled: usize,
}

impl Heard {
    fn append(&mut self, other: Self) {
        self.times.append(other.times);
        self.doubled += other.doubled;
    }
}

async fn hear(
    mut viewer: Viewer,
    load: Load,
    start: Instant,
    mut gave_up: watch::Receiver<bool>,
) -> Heard {
    let mut heard = Heard::default();
    let mut missing = load.total();
    // Posts under way at once may come in any order.
    let mut known = vec![false; missing as usize];
    while missing > 0 {
        let more = viewer.numbers(|number| {
            match known.get_mut(number as usize) {
                Some(known) if !*known => *known = true,
                _ => {
                    heard.doubled += 1;
                    return;
                }
            }
            missing -= 1;
            let due = load.due(start, number);
            if due.counts {
                heard.times.push(due.at.elapsed());
            }
        });
        tokio::select! {
            more = more => if more.is_err() { break },
            _ = gave_up.wait_for(|given| *given) => break,
        }
    }
    heard
}
