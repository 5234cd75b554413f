//! What the app server says about tokens and limits, as our numbers. Owns telling what is new from what
//! is repeated; never asks anybody.

use serde_json::Value;
use switchboard_model::{
    Millis,
    usage::{Limit, Usage},
};

use super::read::{at, number, text};

/// The tokens of one turn.
#[derive(Debug, Default)]
pub struct Tokens {
    sum: Usage,
    total: Value,
}

impl Tokens {
    /// The count of the thread so far, from before the turn: a resumed thread tells it again.
    pub fn before(&mut self, params: &Value) {
        self.count_from(at(at(params, "tokenUsage"), "total").clone());
    }

    /// Counts on from what the thread had used before the turn. A turn whose first stream is lost, and one
    /// that only makes room, tell that number again as if it were theirs.
    pub fn count_from(&mut self, total: Value) {
        self.total = total;
    }

    /// What the thread has used so far; null if it was never told.
    pub fn count(&self) -> &Value {
        &self.total
    }

    /// What was used so far.
    pub fn sum(&self) -> Usage {
        self.sum
    }

    /// Takes in an update; the turn's sum, if it changed.
    pub fn take(&mut self, params: &Value) -> Option<Usage> {
        let usage = at(params, "tokenUsage");
        let (last, total) = (at(usage, "last"), at(usage, "total"));
        let count = |name| number(last, name).unwrap_or_default();
        let mut sum = self.sum;
        if *total == self.total {
            // No request, so nothing was used; but making room changes how full the conversation is.
            sum.add(Usage {
                context: count("totalTokens"),
                window: number(usage, "modelContextWindow"),
                ..Usage::default()
            });
        } else {
            self.total = total.clone();
            sum.add(Usage {
                input: count("inputTokens"),
                cached: count("cachedInputTokens"),
                output: count("outputTokens"),
                reasoning: count("reasoningOutputTokens"),
                context: count("totalTokens"),
                window: number(usage, "modelContextWindow"),
            });
        }
        (sum != self.sum).then(|| {
            self.sum = sum;
            sum
        })
    }
}

/// The limits of one turn's plan.
#[derive(Debug, Default)]
pub struct Limits(Vec<Limit>);

impl Limits {
    /// Takes in an update; its limits, if one is new or changed. What an update leaves out stays as it was.
    pub fn take(&mut self, params: &Value) -> Option<Vec<Limit>> {
        let told = limits(at(params, "rateLimits"));
        let mut changed = false;
        for limit in &told {
            match self.0.iter_mut().find(|known| known.id == limit.id) {
                Some(known) if known == limit => {}
                Some(known) => {
                    known.clone_from(limit);
                    changed = true;
                }
                None => {
                    self.0.push(limit.clone());
                    changed = true;
                }
            }
        }
        changed.then_some(told)
    }
}

/// The limits in a `RateLimitSnapshot`, of a notification or of an answer.
pub fn limits(snapshot: &Value) -> Vec<Limit> {
    let name = match text(snapshot, "limitId") {
        "" => "codex",
        name => name,
    };
    let mut limits = Vec::new();
    for window in ["primary", "secondary"] {
        let told = at(snapshot, window);
        if let Some(used) = at(told, "usedPercent").as_f64() {
            limits.push(Limit {
                id: format!("{name}/{window}"),
                used_percent: used,
                window_minutes: number(told, "windowDurationMins"),
                resets_at: seconds(told),
            });
        }
    }
    let own = at(snapshot, "individualLimit");
    if let Some(left) = at(own, "remainingPercent").as_f64() {
        limits.push(Limit {
            id: format!("{name}/individual"),
            used_percent: 100.0 - left,
            window_minutes: None,
            resets_at: seconds(own),
        });
    }
    limits
}

/// The source counts in seconds.
fn seconds(window: &Value) -> Option<Millis> {
    number(window, "resetsAt")
        .filter(|at| *at > 0)
        .map(|at| Millis(at.saturating_mul(1000)))
}
