//! Running tasks: who started them, how they are told to stop, who waits for them. The only door to
//! the runtime's `spawn`.

use std::{future::Future, time::Duration};

use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::Instrument;

/// How long tasks may take once everything is to stop at once: longer than a backend's grace.
const LAST: Duration = Duration::from_secs(20);

/// Owns all tasks of a process. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Supervisor {
    tasks: TaskTracker,
    soft: CancellationToken,
    hard: CancellationToken,
}

impl Supervisor {
    /// A supervisor without tasks.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts a task under a name that logs show.
    pub fn spawn(&self, name: &'static str, task: impl Future<Output = ()> + Send + 'static) {
        let span = tracing::debug_span!("task", name);
        drop(self.tasks.spawn(task.instrument(span)));
    }

    /// Cancelled when new work is to stop: claim nothing, accept nothing, finish what runs.
    pub fn soft(&self) -> CancellationToken {
        self.soft.clone()
    }

    /// Cancelled when everything is to stop at once.
    pub fn hard(&self) -> CancellationToken {
        self.hard.clone()
    }

    /// Tells everything to stop: gently, and after `grace` at once. Returns when
    /// all tasks ended, or do not hear it.
    pub async fn shutdown(&self, grace: Duration) {
        self.soft.cancel();
        self.tasks.close();
        if tokio::time::timeout(grace, self.tasks.wait())
            .await
            .is_err()
        {
            tracing::warn!("tasks are still running after the grace period, stopping them now");
            self.hard.cancel();
            // A task that hears nothing must not keep the process: what it holds goes with it.
            if tokio::time::timeout(LAST, self.tasks.wait()).await.is_err() {
                tracing::error!("tasks are left that do not stop, ending without them");
            }
        }
    }
}
