//! What turns use of a model and of a plan. Owns the numbers and how those of several requests add up; never asks anybody
//! for them.

use serde::{Deserialize, Serialize};

use crate::clock::Millis;

/// What one turn used, in tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Given to the model, over all its requests.
    pub input: i64,
    /// Of these, how many it had kept from before.
    pub cached: i64,
    /// Said by the model, its thoughts included.
    pub output: i64,
    /// Of these, how many were thoughts.
    pub reasoning: i64,
    /// How full the conversation was after the last request.
    pub context: i64,
    /// How much of it fits the model, where that is known.
    pub window: Option<i64>,
}

impl Usage {
    /// Adds what one more request used; how full the conversation is counts from that request on.
    pub fn add(&mut self, request: Self) {
        self.input = self.input.saturating_add(request.input);
        self.cached = self.cached.saturating_add(request.cached);
        self.output = self.output.saturating_add(request.output);
        self.reasoning = self.reasoning.saturating_add(request.reasoning);
        self.context = request.context;
        self.window = request.window.or(self.window);
    }
}

/// How much of a plan is used, in one of its windows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Limit {
    /// Its name at the source, as in `codex/primary`.
    pub id: String,
    /// 0 to 100; a provider may say more.
    pub used_percent: f64,
    /// How long the window is.
    pub window_minutes: Option<i64>,
    /// When it begins anew.
    pub resets_at: Option<Millis>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_add_up_and_the_last_one_says_how_full_it_is() {
        let request = |input, context, window| Usage {
            input,
            cached: 1,
            output: 2,
            reasoning: 1,
            context,
            window,
        };
        let mut usage = Usage::default();
        usage.add(request(10, 12, Some(100)));
        usage.add(request(20, 22, None));
        assert_eq!(
            usage,
            Usage {
                input: 30,
                cached: 2,
                output: 4,
                reasoning: 2,
                context: 22,
                window: Some(100)
            }
        );
    }
}
