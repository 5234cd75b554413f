//! What an assistant says, as its people hear it: how long after a question the first words of its answer are there,
//! and how old words are when they arrive. The scripted upstream says what it is asked to, the time among it.

use std::{
    collections::HashSet,
    io::Write as _,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use crate::{
    http::Server,
    times::Times,
    turns::{ended, handle, now},
    viewer::Viewer,
};

/// Questions before those that count.
const WARM: usize = 3;

/// What is asked for the `number`-th time, and what stands in the answer to it and nowhere else.
pub fn question(number: usize) -> (String, String) {
    (
        format!("mock: text \"answer {number:04} of many\""),
        format!("answer {number:04} of"),
    )
}

/// A question whose answer says what time it is, again and again.
pub fn clock(count: usize, every: Duration) -> String {
    format!("mock: clock {count} every={}ms", every.as_millis())
}

/// Asks one question after the other, and times the first words of each answer.
pub async fn first(server: &Server, count: usize) -> Result<Value> {
    let thread = server.thread("private").await?;
    let handle = handle(server).await?;
    let mut viewer = Viewer::open(server, 0).await?;
    let mut times = Times::default();
    for number in 0..WARM + count {
        let (question, mark) = question(number);
        let asked = Instant::now();
        let question = format!("@{handle} {question}");
        let posted = server.post(&thread, &question);
        let hear = async {
            let mut heard = None;
            while heard.is_none() {
                viewer
                    .events(|name, data| {
                        // A whole item is how words come that nobody told as they came.
                        if [b"delta".as_slice(), b"item"].contains(&name)
                            && contains(data, mark.as_bytes())
                        {
                            heard.get_or_insert_with(|| asked.elapsed());
                        }
                    })
                    .await?;
            }
            heard.context("heard")
        };
        let (posted, heard) = tokio::try_join!(posted, hear)?;
        let turn = posted["turns"][0]["id"].as_str();
        ended(server, turn.with_context(|| format!("no turn: {posted}"))?).await?;
        if number >= WARM {
            times.push(heard);
        }
    }
    Ok(times.summary())
}

/// How old the words of a long answer are when a viewer has read them.
pub async fn ages(server: &Server, count: usize, every: Duration) -> Result<Value> {
    let thread = server.thread("private").await?;
    let handle = handle(server).await?;
    let mut viewer = Viewer::open(server, 0).await?;
    let question = clock(count, every);
    server
        .post(&thread, &format!("@{handle} {question}"))
        .await?;
    let mut ages = Ages::default();
    let mut state = String::new();
    // The last words of an answer come with the whole of it, not as they were said.
    while !has_ended(&state) {
        let mut said = String::new();
        viewer
            .events(|name, data| {
                let Ok(data) = serde_json::from_slice::<Value>(data) else {
                    return;
                };
                match (name, data["text"].as_str(), data["state"].as_str()) {
                    (b"delta", Some(text), _) => said.push_str(text),
                    (b"turn", _, Some(new)) => new.clone_into(&mut state),
                    _ => {}
                }
            })
            .await?;
        ages.hear(&said)?;
    }
    ensure!(state == "done", "the turn ended as {state}");
    ages.most_of(count)
}

/// Has many turns answer at once. Says when each has begun to speak, and listens until it is killed.
pub async fn live(server: &Server, count: usize) -> Result<Value> {
    let handle = handle(server).await?;
    let mut viewer = Viewer::open(server, 0).await?;
    let question = clock(1_000_000, Duration::from_millis(200));
    for _ in 0..count {
        let thread = server.thread("private").await?;
        server
            .post(&thread, &format!("@{handle} {question}"))
            .await?;
    }
    let mut speaking = HashSet::new();
    let mut told = false;
    loop {
        let mut failed = None;
        viewer
            .events(|name, data| {
                let Ok(data) = serde_json::from_slice::<Value>(data) else {
                    return;
                };
                match name {
                    b"delta" => {
                        speaking.extend(data["turn_id"].as_str().map(str::to_owned));
                    }
                    b"turn" if has_ended(data["state"].as_str().unwrap_or_default()) => {
                        failed = Some(data);
                    }
                    _ => {}
                }
            })
            .await?;
        if let Some(failed) = failed {
            bail!("a turn ended: {failed}");
        }
        if speaking.len() == count && !told {
            told = true;
            let mut out = std::io::stdout();
            writeln!(out, "live")?;
            out.flush()?;
        }
    }
}

/// How old the times in a text are, which may be cut anywhere.
#[derive(Default)]
pub struct Ages {
    rest: String,
    pub times: Times,
}

impl Ages {
    /// Takes more of the text.
    pub fn hear(&mut self, text: &str) -> Result<()> {
        let now = now()?;
        self.rest.push_str(text);
        while let Some((word, rest)) = self.rest.split_once(' ') {
            let left =
                Duration::from_nanos(word.parse().with_context(|| format!("no time: {word:?}"))?);
            self.times.push(now.saturating_sub(left));
            self.rest = rest.to_owned();
        }
        Ok(())
    }

    /// What was heard, which has to be nearly all there was.
    pub fn most_of(self, count: usize) -> Result<Value> {
        let heard = self.times.count();
        ensure!(
            heard + 50 > count && heard <= count,
            "{heard} of {count} words were heard"
        );
        Ok(self.times.summary())
    }
}

/// Whether a turn is over that was last seen in this state; empty while nothing is known of it.
fn has_ended(state: &str) -> bool {
    !["", "queued", "running"].contains(&state)
}

fn contains(data: &[u8], mark: &[u8]) -> bool {
    data.windows(mark.len()).any(|some| some == mark)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn times_are_read_wherever_their_text_was_cut() {
        let mut ages = Ages::default();
        for some in ["1", "00 2", "00 ", "300"] {
            ages.hear(some).unwrap();
        }
        assert_eq!((ages.times.count(), ages.rest.as_str()), (2, "300"));
        assert!(ages.hear(" soon ").is_err());
    }

    #[test]
    fn an_answer_is_not_found_in_another_question() {
        let (question, mark) = question(7);
        assert!(contains(question.as_bytes(), mark.as_bytes()));
        assert!(!contains(super::question(17).0.as_bytes(), mark.as_bytes()));
    }
}
