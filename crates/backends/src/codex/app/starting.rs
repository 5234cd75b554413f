//! How a turn waits for the MCP servers of a thread that was just loaded. Owns for how long, and what is said of it meanwhile.

use std::time::Duration;

use switchboard_engine::backend::BackendError;
use switchboard_model::usage::Limit;
use tokio::time::{Instant, sleep_until};

use super::{hearing::Hearing, notices::Remark, tools::started, turn::Loaded};
use crate::jsonrpc::Incoming;

/// MCP servers of a thread that was loaded say within this that they start; 1 ms is usual.
const STARTS: Duration = Duration::from_secs(2);

/// So long a turn waits for its MCP servers, of which most start within a second. It then goes on without.
const STARTED: Duration = Duration::from_secs(10);

/// Whoever waits longer than this is told for what.
const UNTOLD: Duration = Duration::from_secs(1);

/// One remark, which changes.
const KEY: &str = "tools-start";

impl Hearing<'_> {
    /// Hears how they start, until all did or failed to: Codex offers a model none that starts only after the first request.
    pub(super) async fn hear_tools_start(
        &mut self,
        loaded: &mut Loaded,
        limits: &mut Vec<Limit>,
    ) -> Result<(), BackendError> {
        let drive = self.drive;
        let mut starting = drive.tools.starting();
        let began = Instant::now();
        // Which of them said that they start, and until when they have time.
        let (mut at_work, mut until) = (false, began + STARTS);
        let mut told = false;
        while !starting.is_empty() {
            tokio::select! {
                biased;
                _ = drive.io.stopping() => return Ok(()),
                () = sleep_until(until) => break,
                () = sleep_until(began + UNTOLD), if at_work && !told => {
                    told = true;
                    let words = format!("tools_starting: waits for {} to start", self.names(&starting));
                    self.say(words, limits).await?;
                }
                said = loaded.listener.next() => match said {
                    // Who begins the turn is told.
                    None => return Ok(()),
                    Some(said) => {
                        if let Incoming::Told { method, params } = &said {
                            match started(method, params) {
                                Some((label, true)) => starting.retain(|one| *one != label),
                                Some((_, false)) => (at_work, until) = (true, Instant::now() + STARTED),
                                None => {}
                            }
                        }
                        self.early(said, limits).await?;
                    }
                },
            }
        }
        if !told {
            return Ok(());
        }
        let seconds = began.elapsed().as_secs_f64().round();
        let words = if starting.is_empty() {
            format!("tools_started: {seconds} s went by until all tools had started")
        } else {
            let names = self.names(&starting);
            format!("tools_slow: began without {names}, which had not started after {seconds} s")
        };
        self.say(words, limits).await
    }

    fn names(&self, labels: &[&str]) -> String {
        let names: Vec<_> = labels
            .iter()
            .map(|label| self.drive.tools.name(label))
            .collect();
        names.join(", ")
    }

    async fn say(&mut self, words: String, limits: &mut Vec<Limit>) -> Result<(), BackendError> {
        let remark = Remark {
            key: Some(KEY.into()),
            words,
        };
        let heard = self.translator.remark(remark);
        self.pass_on(heard, limits).await.map(|_| ())
    }
}
