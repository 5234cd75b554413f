//! From the app server's notifications to the items of one turn. Pure: one notification in, what it
//! changes out, with all that is known of the turn so far. Owns which items are open and closes them when
//! the turn ends; never does anything itself and never asks anybody.

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
};

use serde_json::Value;
use switchboard_model::item::{FileChange, ItemBody, ItemStatus};

use super::{
    counts::{Limits, Tokens},
    diffs, draw,
    known::{Items, Known},
    notices,
    read::{at, flag, list, maybe, number, text, texts},
};

pub use super::heard::{EndStatus, Ended, Heard, TurnError};

mod agents;
mod hooks;
mod late;
use agents::Agents;

/// One turn, as far as it is known.
#[derive(Debug)]
pub struct Translator {
    cwd: PathBuf,
    /// Learned from the first notification of the turn, so that other threads of the process do not mix in.
    thread: Option<String>,
    turn: Option<String>,
    items: Items,
    /// The ids of all that began, also of what has no words yet.
    begun: HashSet<String>,
    /// What the assistant said, by item, in order.
    speech: Vec<Speech>,
    /// The plan that it proposes.
    proposal: String,
    /// The part that a thought was last heard of.
    parts: HashMap<String, i64>,
    /// How often each hook ran.
    hooks: HashMap<String, usize>,
    /// Remarks that were told already.
    told: HashSet<String>,
    /// Those that it set to work.
    agents: Agents,
    tokens: Tokens,
    limits: Limits,
    /// The last error that is not tried again.
    failed: Option<TurnError>,
    ended: bool,
    /// The commands that went on after its end are being ended by us.
    swept: bool,
}

#[derive(Debug)]
struct Speech {
    key: String,
    text: String,
    last_word: bool,
    complete: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Phase {
    Started,
    Completed,
}

const RETRY: &str = "retry";
const PLAN: &str = "plan";
const TURN_DIFF: &str = "turn-diff";

impl Translator {
    /// For one turn that works in this folder. Made before the call that begins it, and before the one that
    /// resumes its thread, so that it hears what follows them.
    pub fn new(cwd: &Path) -> Self {
        Self {
            cwd: cwd.to_owned(),
            thread: None,
            turn: None,
            items: Items::default(),
            begun: HashSet::new(),
            speech: Vec::new(),
            proposal: String::new(),
            parts: HashMap::new(),
            hooks: HashMap::new(),
            told: HashSet::new(),
            agents: Agents::default(),
            tokens: Tokens::default(),
            limits: Limits::default(),
            failed: None,
            ended: false,
            swept: false,
        }
    }

    /// Says which turn it is. Before that, everything of the thread counts, but for its tokens, which a
    /// resumed thread tells again.
    pub fn begin(&mut self, turn_id: &str) {
        self.turn = Some(turn_id.to_owned());
    }

    /// What the thread used up to now, for [`Translator::count_from`] of its next turn.
    pub fn count(&self) -> &Value {
        self.tokens.count()
    }

    /// Says what the thread had used before this turn. Without it, and without the count that a resumed
    /// thread tells by itself, a request of an earlier turn may be counted again.
    pub fn count_from(&mut self, count: Value) {
        self.tokens.count_from(count);
    }

    /// The reply: what the assistant last said to its end, preferring what it called its last word; else
    /// what it last began to say, or the plan that it proposes instead.
    pub fn reply(&self) -> &str {
        let complete = || self.speech.iter().rev().filter(|said| said.complete);
        complete()
            .find(|said| said.last_word)
            .or_else(|| complete().next())
            .or_else(|| self.speech.last().filter(|said| !said.text.is_empty()))
            .map_or(self.proposal.as_str(), |said| said.text.as_str())
    }

    /// The changes of a `fileChange` item, for who is to approve of them.
    pub fn changes(&self, item_id: &str) -> Option<&[FileChange]> {
        match &self.items.get(item_id)?.body {
            ItemBody::FileChange { changes } => Some(changes),
            _ => None,
        }
    }

    /// The command of a `commandExecution` item, and where it runs.
    pub fn command(&self, item_id: &str) -> Option<(&str, Option<&str>)> {
        match &self.items.get(item_id)?.body {
            ItemBody::Command { command, cwd, .. } => Some((command, cwd.as_deref())),
            _ => None,
        }
    }

    /// The last error that Codex did not try again after; the turn's end says it too, if it comes.
    pub fn failure(&self) -> Option<&TurnError> {
        self.failed.as_ref()
    }

    /// Takes in one notification.
    pub fn take(&mut self, method: &str, params: &Value) -> Vec<Heard> {
        if self.adopts(params) {
            return self.of_agent(method, params);
        }
        if !self.concerns(method, params) {
            return Vec::new();
        }
        self.hear(method, params)
    }

    fn hear(&mut self, method: &str, params: &Value) -> Vec<Heard> {
        let id = text(params, "itemId");
        let delta = text(params, "delta");
        match method {
            "item/started" => self.item(params, Phase::Started),
            "item/completed" => self.item(params, Phase::Completed),
            "item/agentMessage/delta" => self.say(id, delta),
            "item/reasoning/summaryTextDelta" => self.think(
                id,
                ItemBody::Reasoning,
                number(params, "summaryIndex"),
                delta,
            ),
            "item/reasoning/textDelta" => self.think(
                &raw(id),
                ItemBody::RawReasoning,
                number(params, "contentIndex"),
                delta,
            ),
            "item/plan/delta" => self.items.grow(id, ItemBody::Proposal, delta),
            "item/commandExecution/outputDelta" => {
                let body = ItemBody::Command {
                    command: String::new(),
                    cwd: None,
                    exit_code: None,
                    took: None,
                };
                self.items.grow(id, body, delta)
            }
            "item/fileChange/outputDelta" => self.items.grow(
                id,
                ItemBody::FileChange {
                    changes: Vec::new(),
                },
                delta,
            ),
            "item/fileChange/patchUpdated" => {
                let changes = diffs::changes(params, &self.cwd);
                self.items.facts(id, ItemBody::FileChange { changes })
            }
            "item/mcpToolCall/progress" => self.progress(id, text(params, "message")),
            "turn/started" => {
                // A review has a turn of its own within the turn that was asked for.
                let turn = at(params, "turn");
                if self.turn.is_none()
                    && let Some(id) = maybe(turn, "rootTurnId").or_else(|| maybe(turn, "id"))
                {
                    self.begin(id);
                }
                Vec::new()
            }
            "turn/plan/updated" => {
                let body = ItemBody::Plan {
                    steps: notices::steps(params),
                };
                let words = text(params, "explanation");
                self.items.replace(PLAN, body, words, self.going_on())
            }
            "turn/diff/updated" => {
                let words = text(params, "diff");
                self.items
                    .replace(TURN_DIFF, ItemBody::TurnDiff, words, self.going_on())
            }
            "turn/completed" => {
                let turn = at(params, "turn");
                // The end of a turn within ours is not our end.
                if self.turn.is_some() && self.turn.as_deref() != maybe(turn, "id") {
                    return Vec::new();
                }
                self.end(turn)
            }
            "thread/compacted" => self.compacted(),
            "hook/started" | "hook/completed" => self.hook(at(params, "run")),
            "thread/tokenUsage/updated" => {
                if self.turn.is_none() {
                    self.tokens.before(params);
                    return Vec::new();
                }
                let changed = self.tokens.take(params);
                changed
                    .map(|_| Heard::Usage(self.used()))
                    .into_iter()
                    .collect()
            }
            "account/rateLimits/updated" => self
                .limits
                .take(params)
                .map(Heard::Limits)
                .into_iter()
                .collect(),
            "account/updated" | "account/login/completed" => vec![Heard::Account],
            "error" => {
                let error = at(params, "error");
                if flag(params, "willRetry") {
                    let words = notices::retry(error);
                    return vec![self.items.put(
                        RETRY,
                        ItemBody::Notice,
                        Some(words),
                        ItemStatus::Done,
                    )];
                }
                self.failed = Some(TurnError::read(error));
                Vec::new()
            }
            method if notices::CHATTER.contains(&method) => Vec::new(),
            method => match notices::remark(method, params) {
                Some(remark) => self.remark(remark),
                None => vec![Heard::Unseen(method.to_owned())],
            },
        }
    }

    /// Whether a notification is about this turn: it names no other thread and no other turn, or an item
    /// that is known, such as a command that outlives its turn.
    fn concerns(&mut self, method: &str, params: &Value) -> bool {
        let (thread, turn) = (maybe(params, "threadId"), at(params, "turn"));
        if let (Some(ours), Some(theirs)) = (self.thread.as_deref(), thread)
            && ours != theirs
        {
            return false;
        }
        let turns = [
            maybe(params, "turnId"),
            maybe(turn, "id"),
            maybe(turn, "rootTurnId"),
        ];
        let item = maybe(params, "itemId").or_else(|| maybe(at(params, "item"), "id"));
        let Some(ours) = self.turn.as_deref() else {
            // What did not begin here is late word of an earlier turn.
            return method == "item/started" || item.is_none_or(|id| self.begun.contains(id));
        };
        if turns.contains(&Some(ours)) {
            if self.thread.is_none() && turns[..2].contains(&Some(ours)) {
                self.thread = thread.map(str::to_owned);
            }
            return true;
        }
        turns.iter().all(Option::is_none) || item.is_some_and(|id| self.begun.contains(id))
    }

    fn going_on(&self) -> ItemStatus {
        if self.ended {
            ItemStatus::Done
        } else {
            ItemStatus::Open
        }
    }

    fn item(&mut self, params: &Value, phase: Phase) -> Vec<Heard> {
        let item = at(params, "item");
        let (id, kind) = (text(item, "id"), text(item, "type"));
        if id.is_empty() || kind.is_empty() {
            return vec![Heard::Unseen("an item without a name".to_owned())];
        }
        if phase == Phase::Started {
            self.begun.insert(id.to_owned());
        }
        match kind {
            // Ours.
            "userMessage" => Vec::new(),
            "hookPrompt" if self.heard_of_hooks(item) => Vec::new(),
            "agentMessage" => self.message(id, item, phase),
            "reasoning" => {
                if phase == Phase::Started {
                    return Vec::new();
                }
                let mut heard = self.thought(id, ItemBody::Reasoning, &texts(item, "summary"));
                heard.extend(self.thought(
                    &raw(id),
                    ItemBody::RawReasoning,
                    &texts(item, "content"),
                ));
                heard
            }
            "plan" => {
                let words = text(item, "text");
                if !words.is_empty() {
                    words.clone_into(&mut self.proposal);
                }
                self.whole(id, ItemBody::Proposal, words, phase)
            }
            _ => {
                self.meet(item);
                let untold = (kind == "collabAgentToolCall").then(|| self.unreported(item));
                let mut drawn = draw::draw(kind, untold.as_ref().unwrap_or(item), &self.cwd);
                self.keep(id, &mut drawn.body);
                let status = match (drawn.status, phase) {
                    (ItemStatus::Open, Phase::Completed) => ItemStatus::Done,
                    (ItemStatus::Failed, _) if self.swept => late::cut_short(&mut drawn.body),
                    (status, _) => status,
                };
                vec![self.items.put(id, drawn.body, drawn.text, status)]
            }
        }
    }

    /// Facts that were told while it went on and are not told again at its end.
    fn keep(&self, id: &str, body: &mut ItemBody) {
        match (body, self.items.get(id).map(|known| &known.body)) {
            (ItemBody::FileChange { changes }, Some(ItemBody::FileChange { changes: known }))
                if changes.is_empty() =>
            {
                changes.clone_from(known);
            }
            (
                ItemBody::ToolCall { progress, .. },
                Some(ItemBody::ToolCall {
                    progress: known, ..
                }),
            ) => progress.clone_from(known),
            _ => {}
        }
    }

    /// The assistant began to say something, or said it to its end. What it never says a word of is no item.
    fn message(&mut self, id: &str, item: &Value, phase: Phase) -> Vec<Heard> {
        let mut heard = Vec::new();
        let mut words = text(item, "text").to_owned();
        if phase == Phase::Started {
            // A message that was cut short, by a word of ours or a lost stream, is never completed.
            let open = self
                .speech
                .last()
                .filter(|said| !said.complete && said.key != id);
            if let Some(key) = open.map(|said| said.key.clone()) {
                heard.extend(self.items.close(&key, ItemStatus::Cut));
            }
        } else {
            words.push_str(&draw::questions(item));
            if draw::moderated(item) {
                heard.push(Heard::Unseen("agentMessage.moderation".to_owned()));
            }
        }
        let said = self.speech(id);
        said.last_word |= text(item, "phase") == "final_answer";
        said.complete = phase == Phase::Completed;
        if phase == Phase::Started || !words.is_empty() {
            said.text.clone_from(&words);
        }
        heard.extend(self.whole(id, ItemBody::Text, &words, phase));
        heard
    }

    fn say(&mut self, id: &str, delta: &str) -> Vec<Heard> {
        let said = self.speech(id);
        if !said.complete {
            said.text.push_str(delta);
        }
        self.items.grow(id, ItemBody::Text, delta)
    }

    fn speech(&mut self, id: &str) -> &mut Speech {
        let known = self.speech.iter().position(|said| said.key == id);
        let at = known.unwrap_or_else(|| {
            self.speech.push(Speech {
                key: id.to_owned(),
                text: String::new(),
                last_word: false,
                complete: false,
            });
            self.speech.len() - 1
        });
        &mut self.speech[at]
    }

    /// An item that is nothing but its text, which is given whole: it has no place until it has words, and
    /// words that were heard are not taken back for none.
    fn whole(&mut self, id: &str, body: ItemBody, words: &str, phase: Phase) -> Vec<Heard> {
        let known = self.items.has(id);
        if words.is_empty() && !known {
            return Vec::new();
        }
        let (words, status) = match phase {
            // Started again after a lost stream: what follows is the whole once more.
            Phase::Started => (Some(words), ItemStatus::Open),
            Phase::Completed => (
                Some(words).filter(|words| !words.is_empty()),
                ItemStatus::Done,
            ),
        };
        vec![self.items.put(id, body, words.map(str::to_owned), status)]
    }

    fn think(&mut self, key: &str, body: ItemBody, part: Option<i64>, delta: &str) -> Vec<Heard> {
        if delta.is_empty() {
            return Vec::new();
        }
        let part = part.unwrap_or_default();
        let before = self.parts.insert(key.to_owned(), part);
        if before.is_some_and(|before| before != part) {
            self.items.grow(key, body, &format!("\n\n{delta}"))
        } else {
            self.items.grow(key, body, delta)
        }
    }

    fn thought(&mut self, key: &str, body: ItemBody, parts: &[&str]) -> Vec<Heard> {
        let parts: Vec<&str> = parts
            .iter()
            .filter(|part| !part.is_empty())
            .copied()
            .collect();
        self.whole(key, body, &parts.join("\n\n"), Phase::Completed)
    }

    fn progress(&mut self, id: &str, words: &str) -> Vec<Heard> {
        let Some(Known {
            body:
                ItemBody::ToolCall {
                    server,
                    tool,
                    arguments,
                    ..
                },
            ..
        }) = self.items.get(id)
        else {
            return vec![Heard::Unseen("item/mcpToolCall/progress".to_owned())];
        };
        let body = ItemBody::ToolCall {
            server: server.clone(),
            tool: tool.clone(),
            arguments: arguments.clone(),
            progress: Some(words.to_owned()),
        };
        self.items.facts(id, body)
    }

    /// The older way to say it, beside an item that says it too.
    fn compacted(&mut self) -> Vec<Heard> {
        let told = self.items.any(&ItemBody::Compaction);
        if told {
            return Vec::new();
        }
        vec![
            self.items
                .put("compacted", ItemBody::Compaction, None, ItemStatus::Done),
        ]
    }

    /// A remark among its items, also one of ours; told once.
    pub fn remark(&mut self, remark: notices::Remark) -> Vec<Heard> {
        if remark.words.is_empty() || !self.told.insert(remark.words.clone()) {
            return Vec::new();
        }
        let key = remark
            .key
            .unwrap_or_else(|| format!("notice-{}", self.told.len()));
        vec![
            self.items
                .put(&key, ItemBody::Notice, Some(remark.words), ItemStatus::Done),
        ]
    }

    fn end(&mut self, turn: &Value) -> Vec<Heard> {
        if self.ended {
            return Vec::new();
        }
        self.ended = true;
        let status = match text(turn, "status") {
            "completed" => EndStatus::Completed,
            "interrupted" => EndStatus::Interrupted,
            _ => EndStatus::Failed,
        };
        let mut heard = Vec::new();
        // A summary: the last word, which may not have been heard to its end.
        for item in list(turn, "items") {
            let id = text(item, "id");
            let heard_out = self
                .speech
                .iter()
                .any(|said| said.key == id && said.complete);
            if text(item, "type") == "agentMessage" && !id.is_empty() && !heard_out {
                heard.extend(self.message(id, item, Phase::Completed));
            }
        }
        let late = self.late();
        for key in self.items.keys() {
            if late.contains(&key) {
                continue;
            }
            let closing = match &self.items.get(&key).map(|known| &known.body) {
                Some(ItemBody::Plan { .. } | ItemBody::TurnDiff | ItemBody::Notice) => {
                    ItemStatus::Done
                }
                Some(
                    ItemBody::Text
                    | ItemBody::Reasoning
                    | ItemBody::RawReasoning
                    | ItemBody::Proposal,
                ) if status == EndStatus::Completed => ItemStatus::Done,
                _ => ItemStatus::Cut,
            };
            heard.extend(self.items.close(&key, closing));
        }
        let told = Some(at(turn, "error")).filter(|error| !error.is_null());
        let error = told.map(TurnError::read).or_else(|| self.failed.clone());
        if let (EndStatus::Completed, Some(error)) = (status, &error) {
            // It went well in the end; still, something went wrong on the way.
            let words = format!("error: {}", error.message);
            heard.extend(self.remark(notices::Remark { key: None, words }));
        }
        heard.push(Heard::Ended(Ended {
            status,
            error: error.filter(|_| status != EndStatus::Completed),
        }));
        heard
    }
}

/// The key of a thought as it is, beside its summary.
fn raw(id: &str) -> String {
    format!("{id}/raw")
}

#[cfg(test)]
mod tests;
