//! The figures of work with Codex: the real program, asked through a server of ours and by itself, both with the
//! scripted upstream for the vendor's. Owns their targets.

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::Extent;
use super::figures::figure;
use super::house::{Assistant, House, Programs, seen};
use super::report::{Figure, Row};
use crate::test::install;
use crate::{repo, shell};

const WARM: Assistant = Assistant::Codex { over: "app_server" };
const EXEC: Assistant = Assistant::Codex { over: "exec" };

/// How many milliseconds lie between words whose age is measured.
const EVERY: u32 = 10;

/// How many turns are live at once.
const LIVE: usize = 100;

/// How many pieces an answer comes in that a browser shows.
const PIECES: u32 = 5000;

/// How long live turns are left alone before the memory is looked at.
const SPEAKING: std::time::Duration = std::time::Duration::from_secs(10);

pub fn words(programs: &Programs, extent: Extent) -> Result<Figure> {
    let cli = "the app server by itself";
    let mut first = Row::new("to the first words, p50", "ms", None).against(cli);
    let mut p99 = Row::new("to the first words, p99", "ms", None).against(cli);
    let mut over = Row::new(
        "over what the app server needs by itself, p50",
        "ms",
        Some(60.0),
    );
    let mut exec =
        Row::new("beside `codex exec` in the same server, p50", "ms", None).against("`codex exec`");
    let mut possible = Row::new(
        "the app server by itself beside `codex exec`, p50",
        "ms",
        None,
    )
    .against("`codex exec`");
    let count = extent.questions.to_string();
    let words = ["--count", &count];
    for _ in 0..extent.runs {
        let warm = House::serving(programs, WARM)?;
        let ours = warm.load("words", &warm.tokens(1)?, &words)?;
        let bare = by_itself(programs, &warm, "cli-words", &words)?;
        drop(warm);
        let cold = House::serving(programs, EXEC)?;
        let other = cold.load("words", &cold.tokens(1)?, &words)?;
        let (ours_p50, bare_p50) = (figure(&ours, "p50_ms")?, figure(&bare, "p50_ms")?);
        first.push_pair(ours_p50, bare_p50);
        p99.push_pair(figure(&ours, "p99_ms")?, figure(&bare, "p99_ms")?);
        over.push(ours_p50 - bare_p50);
        exec.push_pair(ours_p50, figure(&other, "p50_ms")?);
        possible.push_pair(bare_p50, figure(&other, "p50_ms")?);
    }
    Ok(Figure {
        title: "From a mention to the first words of the answer".into(),
        method: format!(
            "{count} mentions one after the other in one thread, after 3 that do not count: from the moment before the \
             post is sent until the first words of the answer have been read from the event stream. The real Codex CLI, \
             its app server warm; the scripted upstream answers at once. The first alternative is the same program on \
             the same upstream, asked over its own protocol with nothing between, a thread for each question; the second \
             is our server with `providers.chatgpt.over = \"exec\"`, a process for each question, whose words come when \
             they are complete. The last row is the ratio that no server over this program could go below."
        ),
        rows: vec![first, p99, over, exec, possible],
    })
}

pub fn ages(programs: &Programs, extent: Extent) -> Result<Figure> {
    let cli = "the app server by itself";
    let mut p50 = Row::new("p50", "ms", None).against(cli);
    let mut p99 = Row::new("p99", "ms", Some(80.0)).against(cli);
    let (count, every) = (extent.words.to_string(), EVERY.to_string());
    let words = ["--count", &count, "--every", &every];
    for _ in 0..extent.runs {
        let house = House::serving(programs, WARM)?;
        let ours = house.load("ages", &house.tokens(1)?, &words)?;
        let bare = by_itself(programs, &house, "cli-ages", &words)?;
        for (row, which) in [(&mut p50, "p50_ms"), (&mut p99, "p99_ms")] {
            row.push_pair(figure(&ours, which)?, figure(&bare, which)?);
        }
    }
    Ok(Figure {
        title: "How old words are when they arrive".into(),
        method: format!(
            "One answer of {count} pieces, one every {every} ms, each of which says when it left the upstream: from then \
             until a viewer has read it from the event stream, gathering included. The alternative reads them from the \
             same program's output with nothing between. What the program itself needs is in both."
        ),
        rows: vec![p50, p99],
    })
}

pub fn live(programs: &Programs, extent: Extent) -> Result<Figure> {
    let mut row = Row::new("resident memory, guards included", "MB", Some(80.0));
    let mut idle = Row::new("before the first of them", "MB", None);
    for _ in 0..extent.runs {
        let mut house = House::with(programs, WARM)?;
        for cap in ["PER_LOGIN", "PER_PERSON", "MOST"] {
            house.set(&format!("SWITCHBOARD_LIMITS__{cap}"), LIVE.to_string());
        }
        house.serve()?;
        let tokens = house.tokens(1)?;
        idle.push(house.resident_with_guards_kb()? / 1024.0);
        let mut turns = house.live(&tokens, LIVE)?;
        std::thread::sleep(SPEAKING);
        row.push(house.resident_with_guards_kb()? / 1024.0);
        anyhow::ensure!(turns.runs()?, "a live turn ended");
    }
    Ok(Figure {
        title: format!("Memory with {LIVE} live turns"),
        method: format!(
            "`VmRSS` of the server and the guards below it while {LIVE} turns on one app server answer at once, five \
             pieces a second each, {} s after the last one began to speak. The Codex CLI's own memory is not counted.",
            SPEAKING.as_secs()
        ),
        rows: vec![row, idle],
    })
}

pub fn page(programs: &Programs, extent: Extent) -> Result<Figure> {
    let mut longest = Row::new("longest task of the page's main thread", "ms", Some(100.0));
    let mut busy = Row::new("tasks over 100 ms", "", Some(0.0));
    let codex = install::codex()?;
    let folder = codex.parent().context("a program lies in a folder")?;
    let path = std::env::var("PATH").unwrap_or_default();
    for _ in 0..extent.runs {
        let mut node = shell::program("node");
        node.args(["measure.mjs", &PIECES.to_string()])
            .current_dir(repo::root().join("e2e"))
            .env("SWITCHBOARD_BIN", programs.folder.join("switchboard"))
            .env("PATH", format!("{}:{path}", folder.display()));
        let told: Value = serde_json::from_str(&shell::read(&mut node)?)?;
        longest.push(figure(&told, "longest_ms")?);
        busy.push(figure(&told, "over_100_ms")?);
    }
    Ok(Figure {
        title: format!("An answer of {PIECES} pieces in the browser"),
        method: format!(
            "Chromium shows an answer that leaves the upstream in {PIECES} pieces, one a millisecond, through the real \
             Codex CLI. Counted is the processor time of each task of the page's main thread, from the question until \
             the answer is complete."
        ),
        rows: vec![longest, busy],
    })
}

/// What the Codex CLI does with nothing between, in the home that the house's person has.
fn by_itself(programs: &Programs, house: &House, verb: &str, words: &[&str]) -> Result<Value> {
    let mut load = programs.load(&[verb, "--codex"]);
    load.arg(install::codex()?)
        .arg("--home")
        .arg(house.codex_home())
        .args(words);
    seen(&mut load)
}
