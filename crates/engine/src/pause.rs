//! Waiting for a database that is out: longer each time, and not at all once the process must end.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(5);

/// The pauses between tries.
pub(crate) struct Pause<'a> {
    next: Duration,
    hard: &'a CancellationToken,
}

impl<'a> Pause<'a> {
    /// Pauses that end when `hard` is cancelled.
    pub(crate) fn new(hard: &'a CancellationToken) -> Self {
        Self { next: FIRST, hard }
    }

    /// Waits; `false`: this process must end, so there is no next try.
    pub(crate) async fn wait(&mut self) -> bool {
        let pause = self.next;
        self.next = (pause * 2).min(LONGEST);
        tokio::select! {
            () = self.hard.cancelled() => false,
            () = tokio::time::sleep(pause) => true,
        }
    }
}
