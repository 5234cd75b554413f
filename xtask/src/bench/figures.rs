//! The figures, one function each: which load, how often, beside what. Owns the targets.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::Extent;
use super::house::{Assistant, Companion, House, Programs, address, seen};
use super::report::{Figure, Row};
use crate::shell;

/// How long a server is left alone before its memory is looked at.
const IDLE: Duration = Duration::from_secs(10);

/// How long viewers that only listen are left alone.
const LISTENING: Duration = Duration::from_secs(5);

const VIEWERS: usize = 1000;
const POSTS: u32 = 200;
const EVENTS: u32 = 100;

/// About what a short message takes with its ids and times.
const POST_BYTES: usize = 512;

pub fn start(programs: &Programs, extent: Extent) -> Result<Figure> {
    let other = "`switchboard --version`";
    let mut first = Row::new("first start: until it answers", "ms", Some(300.0)).against(other);
    let mut listening = Row::new("first start: until it listens", "ms", None);
    let mut again = Row::new("a later start: until it answers", "ms", None).against(other);
    for _ in 0..extent.starts {
        let mut house = House::with(programs, Assistant::StandIn)?;
        for (row, line) in [(&mut first, Some(&mut listening)), (&mut again, None)] {
            let started = house.serve()?;
            house.stop()?;
            row.push_pair(ms(started.answering), ms(version(programs)?));
            if let Some(line) = line {
                line.push(ms(started.listening));
            }
        }
    }
    Ok(Figure {
        title: "Cold start to ready".into(),
        method: format!(
            "{} times: a home that does not exist yet (so the database is made, the assistant on this machine found \
             and asked for its version; a stand-in answers at once, a real program adds the time of its own \
             `--version`), from the start of the process to the first 200 of `/healthz`. Then the same home again. \
             The largest of twenty is their p99. The program's file is in the system's cache.",
            extent.starts
        ),
        rows: vec![first, listening, again],
    })
}

/// The same program doing nothing: what loading it costs.
fn version(programs: &Programs) -> Result<Duration> {
    let start = Instant::now();
    shell::read(programs.server().arg("--version"))?;
    Ok(start.elapsed())
}

pub fn memory(programs: &Programs, extent: Extent) -> Result<Figure> {
    let mut row = Row::new("resident memory", "MB", Some(40.0));
    for _ in 0..extent.runs {
        let house = House::serving(programs, Assistant::StandIn)?;
        std::thread::sleep(IDLE);
        row.push(house.resident_kb()? / 1024.0);
    }
    Ok(Figure {
        title: "Memory of an idle server".into(),
        method: format!(
            "`VmRSS` of the server's process {} s after it answered, with a fresh home. Pages of the program's file \
             are counted.",
            IDLE.as_secs()
        ),
        rows: vec![row],
    })
}

pub fn post(programs: &Programs, extent: Extent) -> Result<Figure> {
    let other = "bare append";
    let mut p50 = Row::new("p50", "ms", None).against(other);
    let mut p99 = Row::new("p99", "ms", Some(25.0)).against(other);
    let seconds = extent.posting.to_string();
    let rate = POSTS.to_string();
    let load = ["--rate", &rate, "--seconds", &seconds];
    for _ in 0..extent.runs {
        let house = House::serving(programs, Assistant::StandIn)?;
        let ours = house.load("post", &house.tokens(1)?, &load)?;
        let mut append = programs.load(&["append", "--bytes", &POST_BYTES.to_string()]);
        append.arg("--folder").arg(house.folder()).args(load);
        let bare = seen(&mut append)?;
        for (row, which) in [(&mut p50, "p50_ms"), (&mut p99, "p99_ms")] {
            row.push_pair(figure(&ours, which)?, figure(&bare, which)?);
        }
    }
    Ok(Figure {
        title: format!("Acknowledged posts at {POSTS} a second"),
        method: format!(
            "{POSTS} posts a second into one thread for {seconds} s after 2 s of warm-up, each on any free connection. \
             An acknowledged post is on the disk: SQLite with `synchronous=FULL`. The alternative appends {POST_BYTES} \
             bytes to a file on the same disk at the same rate and calls `fdatasync` each time."
        ),
        rows: vec![p50, p99],
    })
}

pub fn fanout(programs: &Programs, extent: Extent) -> Result<Figure> {
    let other = "bare broadcast";
    let mut p50 = Row::new("p50", "ms", None).against(other);
    let mut p99 = Row::new("p99", "ms", Some(50.0)).against(other);
    let mut lost = Row::new("lost or doubled", "", Some(0.0));
    let (viewers, rate) = (VIEWERS.to_string(), EVENTS.to_string());
    let seconds = extent.telling.to_string();
    let load = [
        "--rate",
        &rate,
        "--seconds",
        &seconds,
        "--viewers",
        &viewers,
    ];
    for _ in 0..extent.runs {
        let house = House::serving(programs, Assistant::StandIn)?;
        let tokens = house.tokens(VIEWERS)?;
        let ours = house.load("fanout", &tokens, &load)?;
        let bare = {
            let (_relay, line) = Companion::start(&mut programs.load(&["relay"]))?;
            let mut load_on = programs.load(&["fanout", "--server"]);
            load_on
                .arg(address(Ok(line))?)
                .arg("--tokens")
                .arg(&tokens)
                .args(load);
            seen(&mut load_on)?
        };
        for (row, which) in [(&mut p50, "p50_ms"), (&mut p99, "p99_ms")] {
            row.push_pair(figure(&ours, which)?, figure(&bare, which)?);
        }
        lost.push(figure(&ours, "lost")? + figure(&ours, "doubled")?);
    }
    Ok(Figure {
        title: format!("{EVENTS} events a second to {VIEWERS} viewers"),
        method: format!(
            "{EVENTS} posts a second for {seconds} s after 2 s of warm-up into an open thread, heard by {VIEWERS} event \
             streams of 32 people. From the moment a post was due until a viewer has read it: the way to the disk is \
             part of it. One process posts and reads all streams. The alternative passes the posted text on and does \
             nothing else: axum and a broadcast channel, nothing stored, nobody asked who they are."
        ),
        rows: vec![p50, p99, lost],
    })
}

pub fn viewers(programs: &Programs, extent: Extent) -> Result<Figure> {
    let mut row = Row::new("resident memory per viewer", "kB", Some(30.0));
    for _ in 0..extent.runs {
        let house = House::serving(programs, Assistant::StandIn)?;
        let tokens = house.tokens(VIEWERS)?;
        std::thread::sleep(LISTENING);
        let before = house.resident_kb()?;
        let mut viewers = house.viewers(&tokens, VIEWERS)?;
        std::thread::sleep(LISTENING);
        let with = house.resident_kb()?;
        ensure!(viewers.runs()?, "a viewer's stream ended");
        row.push((with - before) / VIEWERS as f64);
    }
    Ok(Figure {
        title: "Memory of an idle viewer".into(),
        method: format!(
            "`VmRSS` with {VIEWERS} idle event streams, {} s after the last one opened, less what it was before, by \
             their number.",
            LISTENING.as_secs()
        ),
        rows: vec![row],
    })
}

pub fn turns(programs: &Programs, extent: Extent) -> Result<Figure> {
    let other = "bare spawn";
    let mut post = Row::new("from the post, p50", "ms", Some(10.0)).against(other);
    let mut post_p99 = Row::new("from the post, p99", "ms", None);
    let mut ack = Row::new("from its acknowledgement, p50", "ms", None);
    let count = extent.turns.to_string();
    for _ in 0..extent.runs {
        let house = House::serving(programs, Assistant::StandIn)?;
        let starts = house.folder().join("starts");
        let starts = starts.to_str().context("a folder that is text")?;
        let tokens = house.tokens(1)?;
        let ours = house.load("turns", &tokens, &["--count", &count, "--starts", starts])?;
        post.push_pair(
            figure(&ours["from_post"], "p50_ms")?,
            ms(house.bare_start(extent.turns)?),
        );
        post_p99.push(figure(&ours["from_post"], "p99_ms")?);
        ack.push(figure(&ours["from_ack"], "p50_ms")?);
    }
    Ok(Figure {
        title: "From a mention to the assistant's program".into(),
        method: format!(
            "{count} mentions one after the other in one thread. From the moment before the post is sent until the \
             assistant's program runs: a stand-in for the Codex CLI whose first act is to note the time. Between lie the \
             post's commit, the claim of the turn, its audit row, the private folder, and the guard that the program \
             runs under. The alternative starts the same program with no guard and nothing written down."
        ),
        rows: vec![post, post_p99, ack],
    })
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// One of the numbers that a load saw.
pub fn figure(seen: &Value, name: &str) -> Result<f64> {
    seen[name]
        .as_f64()
        .with_context(|| format!("the load does not say {name}: {seen}"))
}
