//! Agents that the assistant sets to work within a turn. They have threads and turns of their own, and what
//! they do and use is the turn's, too; what they say is a report, never the reply.

use std::collections::{HashMap, HashSet};

use serde_json::Value;
use switchboard_model::{
    item::{ItemBody, ItemEvent, ItemStatus},
    usage::Usage,
};

use super::{Heard, Translator};
use crate::codex::app::{
    counts::Tokens,
    notices::{self, Remark},
    read::{at, flag, maybe, text, texts},
};

/// Those of one turn, by their threads.
#[derive(Debug, Default)]
pub(super) struct Agents(HashMap<String, Agent>);

#[derive(Debug, Default)]
struct Agent {
    /// Its running turn.
    turn: Option<String>,
    tokens: Tokens,
    /// What it did in its turn, for its end.
    items: Vec<String>,
    /// What was said to be its doing.
    told: HashSet<String>,
    /// What it last said.
    report: String,
}

impl Translator {
    /// Whether a notification, or a request, of another thread belongs to this turn all the same: that
    /// thread is of an agent that was set to work in it. Nobody else would answer what such an agent asks.
    pub fn adopts(&mut self, params: &Value) -> bool {
        let Some(thread) = maybe(params, "threadId") else {
            return false;
        };
        if self.agents.0.contains_key(thread) {
            return true;
        }
        let turn = at(params, "turn");
        let root = maybe(turn, "rootTurnId");
        let within = root.is_some() && root == self.turn.as_deref() && root != maybe(turn, "id");
        // A review is a turn within the turn, too, but in our own thread.
        let elsewhere = self.thread.as_deref().is_some_and(|ours| ours != thread);
        if within && elsewhere {
            self.agents.0.entry(thread.to_owned()).or_default();
        }
        within && elsewhere
    }

    /// The threads of all agents that were set to work in this turn.
    pub fn agents(&self) -> impl Iterator<Item = &str> {
        self.agents.0.keys().map(String::as_str)
    }

    /// The threads of agents that are at work, each with its turn. They go on when ours is interrupted, and
    /// when it ends; whoever stops a turn stops them, too.
    pub fn at_work(&self) -> Vec<(&str, &str)> {
        let mut at_work: Vec<(&str, &str)> = self
            .agents
            .0
            .iter()
            .filter_map(|(thread, agent)| Some((thread.as_str(), agent.turn.as_deref()?)))
            .collect();
        at_work.sort_unstable();
        at_work
    }

    /// Whether an item is of what an agent does that is at work.
    pub(super) fn is_an_agents(&self, key: &str) -> bool {
        let mut agents = self.agents.0.values();
        agents.any(|agent| agent.items.iter().any(|item| item == key))
    }

    /// The agents in an item that names them.
    pub(super) fn meet(&mut self, item: &Value) {
        let named = texts(item, "receiverThreadIds");
        for thread in named.into_iter().chain(maybe(item, "agentThreadId")) {
            if self.thread.as_deref() != Some(thread) {
                self.agents.0.entry(thread.to_owned()).or_default();
            }
        }
    }

    /// The item without what its agents said before.
    pub(super) fn unreported(&mut self, item: &Value) -> Value {
        let mut item = item.clone();
        let states = item.get_mut("agentsStates").and_then(Value::as_object_mut);
        for (thread, state) in states.into_iter().flatten() {
            let Some(agent) = self.agents.0.get_mut(thread) else {
                continue;
            };
            let said = text(state, "message").to_owned();
            if said == agent.report {
                state["message"] = Value::Null;
            } else if !said.is_empty() {
                agent.report = said;
            }
        }
        item
    }

    /// Takes in what is told of an agent's thread, and says whose doing it is.
    pub(super) fn of_agent(&mut self, method: &str, params: &Value) -> Vec<Heard> {
        let thread = text(params, "threadId");
        let heard = self.agent_told(thread, method, params);
        let Some(agent) = self.agents.0.get_mut(thread) else {
            return heard;
        };
        let begun = heard.iter().filter_map(|heard| match heard {
            Heard::Item(ItemEvent::Put { key, .. }) => Some(key),
            _ => None,
        });
        // Before they begin, so that nobody ever sees one without it.
        let whose: Vec<Heard> = begun
            .filter(|key| agent.told.insert((*key).clone()))
            .map(|key| {
                let (key, agent) = (key.clone(), thread.to_owned());
                Heard::Item(ItemEvent::Of { key, agent })
            })
            .collect();
        whose.into_iter().chain(heard).collect()
    }

    fn agent_told(&mut self, thread: &str, method: &str, params: &Value) -> Vec<Heard> {
        let item = at(params, "item");
        match (method, text(item, "type")) {
            ("item/started" | "item/completed", "userMessage" | "reasoning" | "plan")
            | ("item/started", "agentMessage")
            | (
                "item/agentMessage/delta"
                | "item/plan/delta"
                | "item/reasoning/summaryTextDelta"
                | "item/reasoning/textDelta"
                | "turn/diff/updated"
                | "thread/compacted",
                _,
            ) => Vec::new(),
            ("turn/plan/updated", _) => {
                let body = ItemBody::Plan {
                    steps: notices::steps(params),
                };
                let key = format!("plan/{thread}");
                let words = text(params, "explanation");
                self.items.replace(&key, body, words, ItemStatus::Open)
            }
            ("turn/started", _) => {
                if let Some(agent) = self.agents.0.get_mut(thread) {
                    agent.turn = maybe(at(params, "turn"), "id").map(str::to_owned);
                }
                Vec::new()
            }
            ("item/completed", "agentMessage") => self.report(thread, item),
            ("item/started" | "item/completed", _) => {
                if let Some(agent) = self.agents.0.get_mut(thread) {
                    agent.items.push(text(item, "id").to_owned());
                }
                self.hear(method, params)
            }
            ("thread/tokenUsage/updated", _) => {
                let agent = self.agents.0.get_mut(thread);
                let changed = agent.and_then(|agent| agent.tokens.take(params));
                changed
                    .map(|_| Heard::Usage(self.used()))
                    .into_iter()
                    .collect()
            }
            ("error", _) if flag(params, "willRetry") => Vec::new(),
            ("error", _) => self.agent_failed(at(params, "error")),
            ("turn/completed", _) => {
                let turn = at(params, "turn");
                let agent = self.agents.0.get_mut(thread);
                let items = agent.map(|agent| {
                    agent.turn = None;
                    std::mem::take(&mut agent.items)
                });
                let plan = format!("plan/{thread}");
                let mut heard: Vec<Heard> = items
                    .into_iter()
                    .flatten()
                    .filter_map(|key| self.items.close(&key, ItemStatus::Cut))
                    .collect();
                heard.extend(self.items.close(&plan, ItemStatus::Done));
                heard.extend(self.agent_failed(at(turn, "error")));
                heard
            }
            _ => self.hear(method, params),
        }
    }

    /// What the turn used, its agents included; how full the conversation is counts for ours alone.
    pub(super) fn used(&self) -> Usage {
        let ours = self.tokens.sum();
        let mut all = ours;
        for agent in self.agents.0.values() {
            all.add(agent.tokens.sum());
        }
        Usage {
            context: ours.context,
            window: ours.window,
            ..all
        }
    }

    fn report(&mut self, thread: &str, item: &Value) -> Vec<Heard> {
        let words = text(item, "text");
        let Some(agent) = self.agents.0.get_mut(thread) else {
            return Vec::new();
        };
        if words.is_empty() || agent.report == words {
            return Vec::new();
        }
        words.clone_into(&mut agent.report);
        let body = ItemBody::Subagent {
            tool: "report".into(),
            agents: vec![thread.to_owned()],
        };
        let words = Some(words.to_owned());
        vec![
            self.items
                .put(text(item, "id"), body, words, ItemStatus::Done),
        ]
    }

    fn agent_failed(&mut self, error: &Value) -> Vec<Heard> {
        let words = match maybe(error, "message") {
            Some(message) => format!("agent_failed: {message}"),
            None => String::new(),
        };
        self.remark(Remark { key: None, words })
    }
}
