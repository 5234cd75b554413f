//! Answers that nobody may read again: passwords and the like that an assistant asked for. Owns them in memory, from the
//! person's hand to the backend's; they are never written.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use switchboard_model::QuestionId;

/// The secret answers on their way. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Secrets(Arc<Mutex<HashMap<QuestionId, String>>>);

impl Secrets {
    /// Keeps an answer until its turn takes it.
    pub(crate) fn put(&self, question: QuestionId, answer: String) {
        self.lock().insert(question, answer);
    }

    /// Hands it over, once.
    pub(crate) fn take(&self, question: QuestionId) -> Option<String> {
        self.lock().remove(&question)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<QuestionId, String>> {
        // Held for a lookup only; a panic cannot leave it half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
