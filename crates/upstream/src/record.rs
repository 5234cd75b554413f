//! What the upstream was asked, kept for tests to look at. Owns the list and its numbering; never answers anything.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::seen::Seen;

/// The list of requests. Bounded, so that a demo left running does not grow for ever.
#[derive(Debug)]
pub(crate) struct Record {
    kept: Mutex<Kept>,
    limit: usize,
    changed: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct Kept {
    requests: VecDeque<Arc<Seen>>,
    /// How many were ever added.
    total: usize,
    /// How many model requests have been dropped from the front.
    dropped_model_requests: usize,
}

impl Record {
    pub fn new(limit: usize) -> Self {
        Self {
            kept: Mutex::default(),
            limit,
            changed: watch::Sender::default(),
        }
    }

    /// Adds a request and gives it its number.
    pub fn add(&self, mut seen: Seen) -> Arc<Seen> {
        let seen = {
            let mut kept = self.lock();
            seen.seq = kept.total;
            kept.total += 1;
            let seen = Arc::new(seen);
            kept.requests.push_back(Arc::clone(&seen));
            if kept.requests.len() > self.limit
                && let Some(oldest) = kept.requests.pop_front()
            {
                kept.dropped_model_requests += usize::from(oldest.is_model_request());
            }
            seen
        };
        self.changed.send_replace(());
        seen
    }

    pub fn all(&self) -> Vec<Arc<Seen>> {
        self.lock().requests.iter().cloned().collect()
    }

    pub fn model_requests(&self) -> Vec<Arc<Seen>> {
        self.lock()
            .requests
            .iter()
            .filter(|seen| seen.is_model_request())
            .cloned()
            .collect()
    }

    /// Waits for the `n`-th model request, counted from 0.
    pub async fn model_request(&self, n: usize) -> Arc<Seen> {
        let mut changed = self.changed.subscribe();
        loop {
            if let Some(seen) = self.nth_model_request(n) {
                return seen;
            }
            // Fails only when the sender, which is ours, is gone.
            let _ = changed.changed().await;
        }
    }

    pub fn clear(&self) {
        *self.lock() = Kept::default();
    }

    fn nth_model_request(&self, n: usize) -> Option<Arc<Seen>> {
        let kept = self.lock();
        let n = n.checked_sub(kept.dropped_model_requests)?;
        kept.requests
            .iter()
            .filter(|seen| seen.is_model_request())
            .nth(n)
            .cloned()
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
