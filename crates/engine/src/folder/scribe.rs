//! What a turn's runner hears, written into its folder as it comes. Owns the turn's records and growing files while its worker lives;
//! never decides how the turn ended.

use std::{fs::File, io};

use switchboard_model::{ThreadId, item::Item, usage::Usage};
use switchboard_store::Delta;

use super::{
    Auth, Ending, Held, Meta, Phase, State, TurnFolder, ending,
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
    /// How it ended, once its last lines are written.
    ended: Option<State>,
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

    /// Writes the end: the last lines and the record. After an error it may be tried again, with the same end.
    pub fn end(&mut self, ending: &Ending) -> io::Result<()> {
        let folder = &self.folder.path;
        self.out.append(self.text.rest().as_bytes());
        let ending = Ending {
            out_incomplete: !self.out.is_whole(),
            events_incomplete: !self.event_lines.is_whole(),
            ..ending.clone()
        };
        ending::decide(folder, &ending)?;
        if self.ended.is_none() {
            self.ended = Some(ending.state);
            self.event_lines.append_last(&events::last_lines(&ending));
            self.out.append_last(text::last_line(&ending).as_bytes());
        }
        ending::tell(folder)
    }

    /// Puts the marker there, last of all.
    pub fn mark(&mut self) -> io::Result<()> {
        match self.ended {
            Some(state) => ending::mark(&self.folder.path, state),
            None => Err(io::Error::other("a turn that has not ended has no marker")),
        }
    }

    fn note_meta(&self) {
        let path = self.folder.path.join(files::META);
        if let Err(error) = files::replace_record(&path, &self.meta) {
            tracing::warn!(%error, "meta.json of a turn cannot be written");
        }
    }
}
