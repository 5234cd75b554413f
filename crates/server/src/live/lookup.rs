//! Who may read a thread, and who the names mean: what encoding an event needs beside the event. Owns
//! a small cache, emptied by the changes that pass; the store is the truth.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use switchboard_model::{ThreadId, thread::Visibility};
use switchboard_store::{Change, Reader, StoreError};

use super::frame::Audience;
use crate::names::Names;

/// Beyond so many threads the cache starts afresh.
const MOST_THREADS: usize = 4096;

/// The cache. Cheap to clone.
#[derive(Clone)]
pub(super) struct Lookup {
    reader: Reader,
    known: Arc<Mutex<Known>>,
}

#[derive(Default)]
struct Known {
    /// Grows with every change that makes something known untrue. What was read under an older one is
    /// not kept.
    generation: u64,
    audiences: HashMap<ThreadId, Audience>,
    names: Option<Arc<Names>>,
}

impl Lookup {
    /// An empty cache.
    pub(super) fn new(reader: Reader) -> Self {
        Self {
            reader,
            known: Arc::default(),
        }
    }

    /// Forgets what these changes make untrue. To be called before anything is encoded from them.
    pub(super) fn learn(&self, changes: &[(i64, Change)]) {
        let mut known = self.lock();
        for (_, change) in changes {
            match change {
                Change::Thread(_) | Change::ThreadDeleted(_) | Change::Member { .. } => {
                    if let Some(thread) = change.thread() {
                        known.generation += 1;
                        known.audiences.remove(&thread);
                    }
                }
                Change::Assistant(_) | Change::Person(_) => {
                    known.generation += 1;
                    known.names = None;
                }
                _ => {}
            }
        }
    }

    /// Who may read a thread, deleted ones included: their readers are to be told.
    pub(super) async fn audience(&self, thread: ThreadId) -> Result<Audience, StoreError> {
        let generation = {
            let known = self.lock();
            if let Some(audience) = known.audiences.get(&thread) {
                return Ok(audience.clone());
            }
            known.generation
        };
        let audience = match self.reader.thread_readers(thread).await? {
            None => Audience::Nobody,
            Some((Visibility::Open, _)) => Audience::Everyone,
            Some((Visibility::Private, members)) => {
                Audience::Members(Arc::new(members.into_iter().collect()))
            }
        };
        let mut known = self.lock();
        if known.generation == generation {
            if known.audiences.len() >= MOST_THREADS {
                known.audiences.clear();
            }
            known.audiences.insert(thread, audience.clone());
        }
        Ok(audience)
    }

    /// Who the names mean.
    pub(super) async fn names(&self) -> Result<Arc<Names>, StoreError> {
        let generation = {
            let known = self.lock();
            if let Some(names) = &known.names {
                return Ok(names.clone());
            }
            known.generation
        };
        let names = Arc::new(Names::read(&self.reader).await?);
        let mut known = self.lock();
        if known.generation == generation {
            known.names = Some(names.clone());
        }
        Ok(names)
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        // Held for a lookup only, never over an await; a panic cannot leave it half changed.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
