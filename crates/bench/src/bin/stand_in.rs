//! A stand-in for the Codex CLI that does nothing but note when it started, beside itself, and answer. For
//! measuring what Switchboard adds before an assistant's program runs.
#![allow(clippy::print_stdout, reason = "its protocol is on standard output")]

use std::{
    env, fs,
    io::{self, Write as _},
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::{Context as _, Result};

/// A turn as `codex exec --json` prints it.
const EVENTS: &str = r#"{"type":"thread.started","thread_id":"stand-in"}
{"type":"turn.started"}
{"type":"item.completed","item":{"id":"item_0","type":"agent_message","text":"noted"}}
{"type":"turn.completed","usage":{"input_tokens":0,"cached_input_tokens":0,"output_tokens":0}}
"#;

#[expect(
    clippy::disallowed_methods,
    reason = "compared with what another process read from the same clock"
)]
fn main() -> Result<()> {
    let started = SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos();
    let arguments: Vec<String> = env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--version") {
        println!("codex-cli 0.0.0");
        return Ok(());
    }
    let named = arguments.iter().find_map(|argument| {
        let (_, turn) = argument.split_once("SWITCHBOARD_TURN=")?;
        Some(turn.trim_matches('"'))
    });
    let folder = env::current_exe()?;
    let folder = folder.parent().context("a program lies in a folder")?;
    // One write of one line: turns that start together do not mix theirs.
    let line = format!("{} {started}\n", named.unwrap_or("-"));
    fs::File::options()
        .create(true)
        .append(true)
        .open(folder.join("starts"))?
        .write_all(line.as_bytes())?;
    io::copy(&mut io::stdin(), &mut io::sink())?;
    print!("{EVENTS}");
    Ok(())
}
