//! `out.txt`: what happens in a turn, for whoever reads along. Owns the forms of its lines, that an answer grows as it comes, that no
//! piece is torn by another, and that nothing in it moves the reader's terminal; never writes the file.

use std::{
    collections::{HashMap, HashSet},
    fmt::Write as _,
};

use switchboard_model::{
    ItemId,
    item::{FileChange, Item, ItemBody, ItemStatus, PlanStep},
};
use switchboard_store::Delta;

use super::record::{Ending, State};

/// How many lines of a command's output are shown, the last ones.
const OUTPUT_LINES: usize = 20;

/// How many bytes of it.
const OUTPUT_BYTES: usize = 4 << 10;

/// How much of a command, a query or a warning is shown.
const WORDS: usize = 4 << 10;

/// How much waits for the end of a line that somebody else is writing.
const WAITING: usize = 64 << 10;

/// What is told of a turn, and what is still to be told.
#[derive(Debug, Default)]
pub(super) struct Text {
    /// Answers and thoughts that are not told to their end, oldest first.
    speeches: Vec<Speech>,
    /// Which of them is being written. Another's words wait until it has ended.
    floor: Option<ItemId>,
    /// Blocks that wait until its line has ended.
    waiting: String,
    /// Whether what was told last does not end its line.
    in_line: bool,
    /// Items of which everything is told.
    told: HashSet<ItemId>,
    plans: HashMap<ItemId, Vec<PlanStep>>,
}

#[derive(Debug)]
struct Speech {
    item: ItemId,
    label: String,
    heard: String,
    /// How many bytes of what was heard are told.
    told: usize,
    ended: bool,
    /// It is told from its beginning: for the first time, or because it was said otherwise in the end.
    begins: bool,
    /// A carriage return that was told last: nothing, if the line ends now.
    carriage: bool,
}

impl Text {
    /// Words that were added to an answer or a thought. What else grows is told when it is complete.
    pub(super) fn delta(&mut self, delta: &Delta) -> String {
        let mut told = String::new();
        let speech = self.speeches.iter_mut().find(|s| s.item == delta.item);
        let Some(speech) = speech.filter(|speech| !speech.ended) else {
            return told;
        };
        // The item may have been heard further than its deltas, or may be about to be.
        let known = speech.heard.len() as u64;
        let new = known
            .checked_sub(delta.offset)
            .and_then(|skip| delta.text.get(usize::try_from(skip).ok()?..));
        speech.heard.push_str(new.unwrap_or_default());
        self.speak(&mut told);
        told
    }

    /// An item as it is now. May be told of it again and again.
    pub(super) fn item(&mut self, item: &Item) -> String {
        let mut told = String::new();
        if self.told.contains(&item.id) {
            return told;
        }
        let over = item.status != ItemStatus::Open;
        match &item.body {
            ItemBody::Text | ItemBody::Proposal => self.hear(item, whose(item)),
            ItemBody::Reasoning | ItemBody::RawReasoning => {
                self.hear(item, format!("\n{}[reasoning] ", whose(item)));
            }
            ItemBody::Plan { steps } => {
                if self.plans.get(&item.id) != Some(steps) && !steps.is_empty() {
                    self.plans.insert(item.id, steps.clone());
                    self.block(&todo(&whose(item), steps), &mut told);
                }
            }
            body if over => {
                if let Some(block) = block(body, item) {
                    self.block(&block, &mut told);
                }
            }
            _ => return told,
        }
        let speaks = self.speeches.iter().any(|speech| speech.item == item.id);
        if over && !speaks {
            self.told.insert(item.id);
        }
        self.speak(&mut told);
        told
    }

    /// A question that stops the turn. Does not wait for anything.
    pub(super) fn question(&mut self, title: &str, answer_with: &str) -> String {
        let mut told = String::new();
        self.break_line(&mut told);
        let title = clip(title, WORDS);
        let block = format!("[question] {title}\n  answer it with: {answer_with}\n");
        self.push(&safe(&block), &mut told);
        told
    }

    /// Something that whoever reads along should know.
    pub(super) fn warning(&mut self, words: &str) -> String {
        let mut told = String::new();
        self.block(&warning(words), &mut told);
        told
    }

    /// Everything that was heard and not told.
    pub(super) fn rest(&mut self) -> String {
        let mut told = String::new();
        for speech in &mut self.speeches {
            speech.ended = true;
        }
        self.speak(&mut told);
        self.break_line(&mut told);
        told
    }

    /// Notes how far an answer or a thought has come.
    fn hear(&mut self, item: &Item, label: String) {
        let ended = item.status != ItemStatus::Open;
        let Some(speech) = self.speeches.iter_mut().find(|s| s.item == item.id) else {
            // Without words there is nothing to wait for.
            if !(ended && item.text.is_empty()) {
                self.speeches.push(Speech {
                    item: item.id,
                    label,
                    heard: item.text.clone(),
                    told: 0,
                    ended,
                    begins: true,
                    carriage: false,
                });
            }
            return;
        };
        speech.ended = ended;
        if let Some(more) = item.text.strip_prefix(&speech.heard) {
            speech.heard.push_str(more);
        } else if !speech.heard.starts_with(&item.text) || ended {
            // It was said otherwise in the end: what is told cannot be taken back, so it is said again.
            let same = item.text.starts_with(&speech.heard[..speech.told]);
            speech.heard.clone_from(&item.text);
            if !same {
                speech.told = 0;
                speech.begins = true;
                speech.carriage = false;
            }
        }
    }

    /// Tells what can be told of answers and thoughts, one after the other.
    fn speak(&mut self, told: &mut String) {
        loop {
            let has_words = |s: &Speech| s.ended || !s.heard.is_empty();
            let place = match self.floor {
                Some(floor) => self.speeches.iter().position(|s| s.item == floor),
                None => self.speeches.iter().position(has_words),
            };
            let Some(place) = place else { return };
            let speech = &mut self.speeches[place];
            let (item, ended) = (speech.item, speech.ended);
            let words = speech.next_words();
            if !words.is_empty() && std::mem::take(&mut speech.begins) {
                let label = speech.label.clone();
                self.break_line(told);
                self.push(&label, told);
            }
            self.say(&words, told);
            self.floor = Some(item);
            if !ended {
                return;
            }
            self.speeches.remove(place);
            self.told.insert(item);
            self.floor = None;
            self.break_line(told);
        }
    }

    /// Tells words. A block that waits comes in where a line ends.
    fn say(&mut self, words: &str, told: &mut String) {
        match words.rfind('\n') {
            Some(end) if !self.waiting.is_empty() => {
                let (before, after) = words.split_at(end + 1);
                self.push(before, told);
                self.flush(told);
                self.push(after, told);
            }
            _ => self.push(words, told),
        }
    }

    /// Tells a block of lines, whole, where a line ends.
    fn block(&mut self, block: &str, told: &mut String) {
        self.waiting.push_str(&safe(block));
        if self.floor.is_none() || self.waiting.len() > WAITING {
            self.break_line(told);
        } else if !self.in_line {
            self.flush(told);
        }
    }

    /// Ends the line, and tells what waited for that.
    fn break_line(&mut self, told: &mut String) {
        if self.in_line {
            self.push("\n", told);
        }
        self.flush(told);
    }

    fn flush(&mut self, told: &mut String) {
        let waiting = std::mem::take(&mut self.waiting);
        self.push(&waiting, told);
    }

    fn push(&mut self, words: &str, told: &mut String) {
        told.push_str(words);
        if let Some(last) = words.chars().next_back() {
            self.in_line = last != '\n';
        }
    }
}

impl Speech {
    /// What was not told yet, fit for a terminal.
    fn next_words(&mut self) -> String {
        let mut words = String::new();
        if std::mem::take(&mut self.carriage) {
            words.push('\r');
        }
        words.push_str(&self.heard[self.told..]);
        self.told = self.heard.len();
        if !self.ended && words.ends_with('\r') {
            words.pop();
            self.carriage = true;
        }
        safe(&words)
    }
}

/// The line with which it ends.
pub(super) fn last_line(ending: &Ending) -> String {
    let line = match ending.state {
        State::Complete => {
            let used = ending.usage.unwrap_or_default();
            format!(
                "[turn.completed] input={} cached={} output={} reasoning={}\n",
                used.input_tokens,
                used.cached_input_tokens,
                used.output_tokens,
                used.reasoning_output_tokens
            )
        }
        State::Cancelled => "[turn.cancelled]\n".into(),
        _ => match &ending.hint {
            Some(hint) => format!("[turn.failed] {} ({hint})\n", ending.complaint()),
            None => format!("[turn.failed] {}\n", ending.complaint()),
        },
    };
    safe(&line)
}

/// Which agent did it, before everything else of it; nothing if the assistant itself did.
fn whose(item: &Item) -> String {
    item.agent
        .as_deref()
        .map(|agent| safe(&format!("[agent {}] ", short(agent))))
        .unwrap_or_default()
}

/// An agent as the page calls it: the end of its path, or of its number.
fn short(agent: &str) -> &str {
    let end = agent.rsplit('/').next().unwrap_or(agent);
    let is_number = end.len() == 36
        && end
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    if is_number { &end[32..] } else { end }
}

fn block(body: &ItemBody, item: &Item) -> Option<String> {
    let who = whose(item);
    let text = item.text.trim_end();
    let how = match item.status {
        ItemStatus::Open | ItemStatus::Done => "",
        ItemStatus::Failed => " (failed)",
        ItemStatus::Declined => " (declined)",
        ItemStatus::Cut => " (cut short)",
    };
    let block = match body {
        ItemBody::Command {
            command, exit_code, ..
        } => {
            let how = match (item.status, exit_code) {
                (_, Some(code)) => format!(" (exit {code})"),
                (_, None) => how.to_owned(),
            };
            format!(
                "\n{who}[command] {}{how}\n{}",
                clip(command, WORDS),
                last_lines(text)
            )
        }
        ItemBody::FileChange { changes } => file_changes(&who, changes, how),
        ItemBody::ToolCall { server, tool, .. } => {
            let how = match item.status {
                ItemStatus::Done => " (ok)",
                _ => how,
            };
            format!("{who}[mcp] {server}.{tool}{how}\n")
        }
        ItemBody::WebSearch { query } => format!("{who}[web_search] {}\n", clip(query, WORDS)),
        ItemBody::Subagent { tool, agents } => {
            format!("{who}[agents] {tool} {}{how}\n", agents.join(", "))
        }
        ItemBody::Image { path } => format!("{who}[image] {path}{how}\n"),
        ItemBody::Hook { event } => format!("{who}[hook] {event}{how}\n"),
        ItemBody::Compaction => format!("{who}[compaction]\n"),
        ItemBody::Notice => format!("{who}{}", warning(text)),
        // Of the changes each is told by itself; what nobody knows stands among the raw lines.
        ItemBody::TurnDiff
        | ItemBody::Other { .. }
        | ItemBody::Text
        | ItemBody::Reasoning
        | ItemBody::RawReasoning
        | ItemBody::Proposal
        | ItemBody::Plan { .. } => return None,
    };
    Some(block)
}

fn file_changes(who: &str, changes: &[FileChange], how: &str) -> String {
    let mut block = String::new();
    for FileChange { path, change, .. } in changes {
        let _ = writeln!(block, "{who}[file_change] {change} {path}{how}");
    }
    block
}

fn todo(who: &str, steps: &[PlanStep]) -> String {
    let mut block = format!("{who}[todo]\n");
    for step in steps {
        let mark = if step.done { 'x' } else { ' ' };
        let _ = writeln!(block, "  [{mark}] {}", clip(&step.text, WORDS));
    }
    block
}

fn warning(words: &str) -> String {
    format!("[warning] {}\n", clip(words.trim_end(), WORDS))
}

/// The end of a command's output, indented.
fn last_lines(output: &str) -> String {
    let mut start = output.len().saturating_sub(OUTPUT_BYTES);
    while !output.is_char_boundary(start) {
        start += 1;
    }
    let tail = &output[start..];
    // A line of which the beginning is missing is shown only if there is no other.
    let tail = match tail.split_once('\n') {
        Some((_, whole)) if start > 0 => whole,
        _ => tail,
    };
    let lines: Vec<&str> = tail.lines().collect();
    let shown = &lines[lines.len().saturating_sub(OUTPUT_LINES)..];
    let mut block = String::new();
    let before = output.lines().count() - shown.len();
    if before > 0 {
        let _ = writeln!(block, "  … {before} lines before");
    }
    for line in shown {
        let _ = writeln!(block, "  {line}");
    }
    block
}

/// As much of `text` as fits in `most` bytes, and a sign if there was more.
fn clip(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let mut end = most;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…", &text[..end])
}

/// The same, so that showing it does nothing but show it: of what moves a terminal only ends of lines and tabs are left.
pub fn safe(text: &str) -> String {
    let is_plain = |c: char| !c.is_control() || matches!(c, '\n' | '\t');
    if text.chars().all(is_plain) {
        return text.to_owned();
    }
    let mut safe = String::with_capacity(text.len() + 16);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\n') => {}
            c if is_plain(c) => safe.push(c),
            c => {
                let _ = write!(safe, "\\x{:02x}", u32::from(c));
            }
        }
    }
    safe
}

#[cfg(test)]
mod tests;
