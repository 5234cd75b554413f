//! Detached turns from the command line: how soon `new` is back, how soon the others answer among many old turns, and what a turn costs
//! beside `codex exec` by itself. Owns planting old turns and the targets; starts no server.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::Extent;
use super::house::{Assistant, House, Programs};
use super::report::{Figure, Row};
use crate::shell;
use crate::test::install;

/// How many turns there were before.
const OLD: u32 = 10_000;

/// A turn that is left speaking while its worker is looked at.
const SPEAKS: &str = "mock: deltas 40 every=50ms";

/// An answer at once.
const ANSWERS: &str = "mock: text \"ok\"";

pub fn detached(programs: &Programs, extent: Extent) -> Result<Figure> {
    let exec = "`codex exec`";
    let mut p50 = Row::new("`switchboard new`, p50", "ms", Some(15.0));
    let mut p99 = Row::new("`switchboard new`, p99", "ms", Some(40.0));
    let mut status = Row::new("`switchboard status TURN`, p50", "ms", Some(8.0));
    let mut list = Row::new("`switchboard list-turns`, p50", "ms", Some(30.0));
    let mut whole = Row::new("`new` and `wait` to the end, p50", "ms", None).against(exec);
    let mut over = Row::new("over `codex exec` by itself, p50", "ms", Some(50.0));
    let mut resident = Row::new("a worker's memory", "MB", Some(20.0));
    for _ in 0..extent.runs {
        let house = House::with(programs, Assistant::Codex { over: "app_server" })?;
        plant(&house.folder().join("home/turns"))?;
        let folder = house
            .folder()
            .to_str()
            .context("a folder has a name")?
            .to_owned();
        let new = |prompt: &str| {
            let (took, line) =
                timed(|| house.run(&["new", "--skip-git-check", "--cwd", &folder, prompt]))?;
            let line: Value = serde_json::from_str(&line)?;
            Ok::<_, anyhow::Error>((took, line["turn_id"].as_str().context("no id")?.to_owned()))
        };
        // The database is made by the first.
        house.run(&["wait", &new(ANSWERS)?.1])?;
        let (mut news, mut wholes, mut execs) = (Vec::new(), Vec::new(), Vec::new());
        let (mut looks, mut lists) = (Vec::new(), Vec::new());
        for _ in 0..extent.questions {
            let start = Instant::now();
            let (took, turn) = new(ANSWERS)?;
            house.run(&["wait", &turn])?;
            wholes.push(ms(start.elapsed()));
            news.push(ms(took));
            execs.push(ms(timed(|| bare(&house))?.0));
            looks.push(ms(timed(|| house.run(&["status", &turn]))?.0));
            let (took, listed) = timed(|| house.run(&["list-turns"]))?;
            ensure!(listed.contains(&turn), "it lists others");
            lists.push(ms(took));
        }
        p50.push(at(&mut news, 0.50));
        p99.push(at(&mut news, 0.99));
        let (ours, other) = (at(&mut wholes, 0.50), at(&mut execs, 0.50));
        whole.push_pair(ours, other);
        over.push(ours - other);
        status.push(at(&mut looks, 0.50));
        list.push(at(&mut lists, 0.50));
        let (_, turn) = new(SPEAKS)?;
        resident.push(worker_mb(&house, &turn)?);
        house.run(&["wait", &turn])?;
    }
    Ok(Figure {
        title: format!("Detached turns, among {OLD} old ones"),
        method: format!(
            "{} turns one after the other in each run, with the real Codex CLI and the scripted upstream, which answers at once; \
             each command from the start of its process to its end. The alternative is `codex exec` with the same question in the same \
             home. The worker's memory is its `VmRSS` while its turn speaks, without Codex's own.",
            extent.questions
        ),
        rows: vec![p50, p99, status, list, whole, over, resident],
    })
}

/// The same question to the Codex CLI with nothing between.
fn bare(house: &House) -> Result<String> {
    let mut codex = shell::program(install::codex()?);
    codex
        .args([
            "exec",
            "--skip-git-repo-check",
            "--sandbox",
            "read-only",
            "--json",
            ANSWERS,
        ])
        .current_dir(house.folder())
        .env("CODEX_HOME", house.codex_home())
        .stdin(std::process::Stdio::null());
    shell::read(&mut codex)
}

/// What the worker of a turn holds once its turn runs.
fn worker_mb(house: &House, turn: &str) -> Result<f64> {
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        let status: Value = serde_json::from_str(&house.run(&["status", turn])?)?;
        if status["state"] == "running" {
            let pid = status["pid"].as_u64().context("a worker has a number")?;
            let text = fs::read_to_string(format!("/proc/{pid}/status"))?;
            let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
            let kb: f64 = line
                .and_then(|line| line.split_whitespace().next())
                .context("a process has memory")?
                .parse()?;
            return Ok(kb / 1024.0);
        }
        ensure!(Instant::now() < until, "the turn does not run: {status}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Writes the folders of turns that ended long ago.
fn plant(turns: &Path) -> Result<()> {
    for number in 0..OLD {
        let id = format!("01900000-0000-7000-8000-{number:012x}");
        let folder = turns.join(&id);
        fs::create_dir_all(&folder)?;
        let at = "2026-01-01T00:00:00.000Z";
        let meta = json!({
            "turn_id": id, "thread_id": null, "started_at": at, "cwd": "/srv/project", "model": null, "pid": 1, "resumed_from": null,
        });
        let result = json!({
            "turn_id": id, "thread_id": null, "state": "complete", "code": null, "reason": null, "hint": null, "answer": "ok",
            "usage": null, "auth": null, "started_at": at, "ended_at": at, "exit_code": 0,
        });
        fs::write(folder.join("meta.json"), meta.to_string())?;
        fs::write(folder.join("result.json"), result.to_string())?;
        fs::write(folder.join("out.txt"), "ok\n")?;
        fs::write(folder.join("done"), "")?;
    }
    Ok(())
}

/// The value below which this part of them lies.
fn at(values: &mut [f64], part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    let place = (part * last as f64).round();
    values.get(place as usize).copied().unwrap_or_default()
}

fn timed<T>(act: impl FnOnce() -> Result<T>) -> Result<(Duration, T)> {
    let start = Instant::now();
    let done = act()?;
    Ok((start.elapsed(), done))
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
