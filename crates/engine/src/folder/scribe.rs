//! What a turn's runner hears, written into its folder as it comes. Owns the turn's records and growing files while its worker lives;
//! never decides how the turn ended.

use std::{fs::File, io};

use switchboard_model::{ThreadId, item::Item, usage::Usage};
use switchboard_store::Delta;

use super::{
    Auth, Ending, Held, Meta, Phase, TurnFolder, ending,
    events::{self, Events},
    files,
    raw::Raw,
    stream::Stream,
    text::{self, Text},
};

/// How long `out.txt` and `events.jsonl` may each get. All text of a turn is far less, but a plan may change without end.
const MOST: u64 = 64 << 20;

/// What stands in `out.txt` where something is missing.
const OUT_REST: &[u8] =
    b"[warning] something is missing here: it was too much, or the disk was full\n";

/// The same in `events.jsonl`.
const EVENTS_REST: &[u8] =
    b"{\"type\":\"error\",\"message\":\"something is missing here: it was too much, or the disk was full\"}\n";

/// Writes one turn's folder. Its calls are short and block; what cannot be written because the disk is full never ends the turn.
#[derive(Debug)]
pub struct Scribe {
    folder: TurnFolder,
    meta: Meta,
    text: Text,
    out: Stream,
    events: Events,
    event_lines: Stream,
    raw: Raw,
    used: Option<Usage>,
    /// How it ended, once that is decided and its last lines are written.
    ended: Option<Ending>,
    /// Proof of life.
    _lock: File,
}

impl Scribe {
    /// Of the folder that was made with `meta`.
    pub fn new(held: Held, meta: Meta) -> Self {
        let Held {
            folder,
            streams,
            lock,
        } = held;
        Self {
            folder,
            meta,
            text: Text::default(),
            out: Stream::new(streams.out, MOST, OUT_REST),
            events: Events::default(),
            event_lines: Stream::new(streams.events, MOST, EVENTS_REST),
            raw: Raw::new(streams.raw),
            used: None,
            ended: None,
            _lock: lock,
        }
    }

    /// Where it writes.
    pub fn folder(&self) -> &TurnFolder {
        &self.folder
    }

    /// How the turn is run, as far as is known.
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// What it used so far.
    pub fn usage(&self) -> Option<Usage> {
        self.used
    }

    /// How far it is.
    pub fn phase(&mut self, phase: Phase) {
        if phase == Phase::Running {
            self.event_lines.append(&self.events.turn_started());
        }
        if self.meta.phase != phase {
            self.meta.phase = phase;
            self.note_meta();
        }
    }

    /// It waits for its session, which this program has; or does not any more.
    pub fn waits(&mut self, who: Option<String>) {
        if self.meta.waits_for == who {
            return;
        }
        self.meta.phase = match who {
            Some(_) => Phase::Queued,
            None => Phase::Starting,
        };
        self.meta.waits_for = who;
        self.note_meta();
    }

    /// On whose account it runs.
    pub fn auth(&mut self, auth: Auth) {
        if self.meta.auth.as_ref() != Some(&auth) {
            self.meta.auth = Some(auth);
            self.note_meta();
        }
    }

    /// It stands in this thread on the page.
    pub fn conversation(&mut self, thread: ThreadId) {
        self.meta.conversation = Some(thread);
        self.note_meta();
    }

    /// Which model answers, where none was asked for.
    pub fn model(&mut self, model: &str) {
        if self.meta.model.as_deref() != Some(model) {
            self.meta.model = Some(model.to_owned());
            self.note_meta();
        }
    }

    /// Over which of its program's ways it runs.
    pub fn over(&mut self, way: &str) {
        if self.meta.over.as_deref() != Some(way) {
            self.meta.over = Some(way.to_owned());
            self.note_meta();
        }
    }

    /// Its assistant's program has this thread for it.
    pub fn bound(&mut self, thread: &str) {
        self.event_lines.append(&self.events.thread_started(thread));
        if self.meta.thread_id.as_deref() != Some(thread) {
            self.meta.thread_id = Some(thread.to_owned());
            self.note_meta();
        }
    }

    /// Text in flight.
    pub fn delta(&mut self, delta: &Delta) {
        self.out.append(self.text.delta(delta).as_bytes());
    }

    /// Items as they are now; those that changed, or more.
    pub fn items(&mut self, items: &[Item]) {
        for item in items {
            self.out.append(self.text.item(item).as_bytes());
            self.event_lines.append(&self.events.item(item));
        }
    }

    /// A line of its program's.
    pub fn raw(&mut self, line: &[u8]) {
        self.raw.keep(line);
    }

    /// What it used so far, in all.
    pub fn used(&mut self, usage: Usage) {
        self.used = Some(usage);
    }

    /// It waits until somebody decides this.
    pub fn asked(&mut self, title: &str) {
        let answer_with = self.folder.answer_with();
        let question = self.text.question(title, &answer_with);
        self.out.append(question.as_bytes());
        self.phase(Phase::WaitingApproval);
    }

    /// Something that whoever reads along should know.
    pub fn warn(&mut self, words: &str) {
        self.out.append(self.text.warning(words).as_bytes());
        self.event_lines.append(&self.events.warning(words));
    }

    /// Writes the end: the last lines and the record; gives it as it stands there. After an error it may be tried again. What was
    /// decided once is the end, whatever else is given then.
    pub fn end(&mut self, ending: &Ending) -> io::Result<Ending> {
        let ending = match &self.ended {
            Some(ended) => ended.clone(),
            None => self.decide(ending)?,
        };
        ending::tell(&self.folder.path)?;
        Ok(ending)
    }

    /// Puts the marker there, last of all.
    pub fn mark(&mut self) -> io::Result<()> {
        match &self.ended {
            Some(ended) => ending::mark(&self.folder.path, ended.state),
            None => Err(io::Error::other("a turn that has not ended has no marker")),
        }
    }

    fn decide(&mut self, ending: &Ending) -> io::Result<Ending> {
        self.out.append(self.text.rest().as_bytes());
        let ending = Ending {
            out_incomplete: !self.out.is_whole(),
            events_incomplete: !self.event_lines.is_whole(),
            ..ending.clone()
        };
        ending::decide(&self.folder.path, &ending)?;
        self.event_lines.append_last(&events::last_lines(&ending));
        self.out.append_last(text::last_line(&ending).as_bytes());
        Ok(self.ended.insert(ending).clone())
    }

    fn note_meta(&self) {
        // On a full disk the older one stays; what it lacks stands in the turn's record in the end.
        let _ = files::replace_record(&self.folder.path.join(files::META), &self.meta);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;

    use switchboard_model::{
        item::{ItemBody, ItemStatus},
        turn::Outcome,
    };

    use super::{
        super::script::{BEGAN, command, delta, home, item, made, meta, read, scribe},
        *,
    };

    const USED: Usage = Usage {
        input: 10,
        cached: 4,
        output: 3,
        reasoning: 1,
        context: 13,
        window: None,
    };

    fn replied(scribe: &Scribe) -> Ending {
        let outcome = Outcome::Replied { text: "4".into() };
        Ending::new(scribe.meta(), &outcome, scribe.usage(), BEGAN)
    }

    #[test]
    fn a_turn_is_told_for_people_and_for_programs() {
        let (_home, turns) = home();
        let mut scribe = scribe(&turns, 1);
        scribe.bound("t-1");
        scribe.phase(Phase::Running);
        scribe.items(&[item(1, command("expr 2 + 2", None), "", ItemStatus::Open)]);
        scribe.asked("run `expr 2 + 2`?");
        scribe.phase(Phase::Running);
        scribe.items(&[item(
            1,
            command("expr 2 + 2", Some(0)),
            "4\n",
            ItemStatus::Done,
        )]);
        scribe.items(&[item(2, ItemBody::Text, "It ", ItemStatus::Open)]);
        scribe.delta(&delta(2, 0, "It is"));
        scribe.delta(&delta(2, 5, " 4"));
        scribe.warn("slow");
        scribe.items(&[item(2, ItemBody::Text, "It is 4.", ItemStatus::Done)]);
        scribe.used(USED);
        scribe.raw(b"{}");
        scribe.end(&replied(&scribe)).unwrap();
        let out = "\
[question] run `expr 2 + 2`?
  answer it with: switchboard approve 019acb2e-0000-7000-8000-000000000001

[command] expr 2 + 2 (exit 0)
  4
It is 4.
[warning] slow
[turn.completed] input=10 cached=4 output=3 reasoning=1
";
        assert_eq!(read(&scribe.folder().out_path()), out);
        let events = r#"{"type":"thread.started","thread_id":"t-1"}
{"type":"turn.started"}
{"type":"item.started","item":{"id":"item_0","aggregated_output":"","command":"expr 2 + 2","exit_code":null,"status":"in_progress","type":"command_execution"}}
{"type":"item.completed","item":{"id":"item_0","aggregated_output":"4\n","command":"expr 2 + 2","exit_code":0,"status":"completed","type":"command_execution"}}
{"type":"error","message":"slow"}
{"type":"item.completed","item":{"id":"item_1","text":"It is 4.","type":"agent_message"}}
{"type":"turn.completed","usage":{"input_tokens":10,"cached_input_tokens":4,"output_tokens":3,"reasoning_output_tokens":1}}
"#;
        assert_eq!(read(&scribe.folder().events_path()), events);
        let meta = read(&scribe.folder().meta_path());
        assert!(
            meta.contains(r#""started_at": "2025-11-24T16:00:00.000Z""#),
            "{meta}"
        );
        assert!(meta.contains(r#""thread_id": "t-1""#), "{meta}");
    }

    #[test]
    fn a_disk_that_is_full_for_a_while_leaves_a_gap_and_the_end() {
        let (_home, turns) = home();
        let mut held = made(&turns, 1);
        held.streams.out = File::options().append(true).open("/dev/full").unwrap();
        let mut scribe = Scribe::new(held, meta(1));
        scribe.items(&[item(2, ItemBody::Text, "lost", ItemStatus::Done)]);
        scribe.end(&replied(&scribe)).unwrap();
        let result = scribe.folder().look().result.unwrap();
        assert_eq!(result.answer.as_deref(), Some("4"));
        assert!(result.out_incomplete && !result.events_incomplete);
        assert!(read(&scribe.folder().events_path()).ends_with("}}\n"));
        assert_eq!(fs::metadata(scribe.folder().out_path()).unwrap().len(), 0);
    }
}
