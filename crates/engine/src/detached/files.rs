//! A detached turn's folder as its runner's rooms share it. Owns that its end is decided once, also if it has to be written again and
//! again.

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use switchboard_model::{
    Millis,
    item::Item,
    outcome::{Failure, OutcomeCode},
    settings::RanWith,
    turn::Outcome,
    usage::Usage,
};
use switchboard_store::Delta;

use super::Schema;
use crate::{
    Places,
    folder::{Auth, Ending, Phase, Scribe},
};

/// The files of a turn that this process runs. Cheap to clone.
#[derive(Clone)]
pub struct Files(Arc<Mutex<Inner>>);

struct Inner {
    scribe: Scribe,
    schema: Option<Schema>,
    places: Places,
    /// The end as the folder tells it, once it does.
    told: Option<Outcome>,
    /// What the turn runs with as it was last told: that may change until it begins.
    ran_with: RanWith,
}

impl Files {
    /// Over what writes them, for an answer that has to meet this schema.
    pub fn new(scribe: Scribe, schema: Option<Schema>, places: Places) -> Self {
        Self(Arc::new(Mutex::new(Inner {
            scribe,
            schema,
            places,
            told: None,
            ran_with: RanWith::default(),
        })))
    }

    /// Says how far the turn is.
    pub fn phase(&self, phase: Phase) {
        self.lock().scribe.phase(phase);
    }

    /// Says on whose account it runs.
    pub fn auth(&self, auth: Auth) {
        self.lock().scribe.auth(auth);
    }

    pub(super) fn places(&self) -> Places {
        self.lock().places.clone()
    }

    pub(crate) fn runs_with(&self, ran_with: &RanWith) {
        let mut inner = self.lock();
        if let Some(model) = &ran_with.model {
            inner.scribe.model(model);
        }
        if let Some(way) = &ran_with.over {
            inner.scribe.over(way);
        }
        let before = std::mem::replace(&mut inner.ran_with, ran_with.clone());
        for note in &ran_with.notes {
            if !before.notes.contains(note) {
                inner.scribe.warn(note);
            }
        }
        inner.scribe.phase(Phase::Running);
    }

    pub(crate) fn waits(&self, who: Option<String>) {
        self.lock().scribe.waits(who);
    }

    pub(crate) fn bound(&self, session: &str) {
        self.lock().scribe.bound(session);
    }

    pub(crate) fn delta(&self, delta: &Delta) {
        self.lock().scribe.delta(delta);
    }

    pub(crate) fn items(&self, items: &[Item]) {
        self.lock().scribe.items(items);
    }

    pub(crate) fn raw(&self, line: &[u8]) {
        self.lock().scribe.raw(line);
    }

    pub(crate) fn used(&self, used: Usage) {
        self.lock().scribe.used(used);
    }

    pub(crate) fn asked(&self, title: &str) {
        self.lock().scribe.asked(title);
    }

    /// Writes the turn's end; gives it as the folder tells it from now on. Once it was written, that is the end, whatever else is
    /// given.
    pub(crate) fn end(&self, outcome: Outcome, now: Millis) -> io::Result<Outcome> {
        let mut inner = self.lock();
        if let Some(told) = &inner.told {
            return Ok(told.clone());
        }
        let outcome = inner.checked(outcome);
        let ending = Ending::new(inner.scribe.meta(), &outcome, inner.scribe.usage(), now);
        let stands = inner.scribe.end(&ending)?;
        // An earlier try may have decided another one before the disk failed.
        let outcome = match stands.outcome() {
            Some(earlier) if stands.state != ending.state => earlier,
            _ => outcome,
        };
        inner.told = Some(outcome.clone());
        Ok(outcome)
    }

    /// Puts the marker, once the store has the end too. Whoever looks puts it if that fails.
    pub(crate) fn mark(&self) {
        if let Err(error) = self.lock().scribe.mark() {
            tracing::warn!(%error, "cannot put the marker of a turn that has ended");
        }
    }

    /// Writes the end of a turn that the store knows to have ended.
    pub(super) fn close(&self, outcome: Outcome, now: Millis) {
        match self.end(outcome, now) {
            Ok(_) => self.mark(),
            Err(error) => tracing::warn!(%error, "cannot write the end of a turn"),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A panic in the middle leaves a line that is missing at worst.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// An answer that does not meet its schema is none.
    fn checked(&self, outcome: Outcome) -> Outcome {
        let Outcome::Replied { text } = &outcome else {
            return outcome;
        };
        let complaint = self
            .schema
            .as_ref()
            .and_then(|schema| schema.complaint(text));
        match complaint {
            None => outcome,
            Some(why) => {
                // It may quote all of the answer, which stands in the detail.
                let why: String = why.chars().take(300).collect();
                let message = format!("the answer does not meet the schema: {why}");
                let failure = Failure::new(OutcomeCode::SchemaMismatch, message);
                Outcome::Failed(failure.detail(text.clone()))
            }
        }
    }
}
