//! Waiting for something to become true: looks again and again until a deadline. For conditions that
//! nobody announces; where there is an event, await the event.

use std::{future::Future, time::Duration};

use tokio::time::{Instant, interval};

/// The longest a test waits for anything.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// Returns the first `Some`, or panics with `what` after [`PATIENCE`].
pub async fn until<T, F: Future<Output = Option<T>>>(what: &str, mut look: impl FnMut() -> F) -> T {
    let give_up = Instant::now() + PATIENCE;
    let mut again = interval(Duration::from_millis(20));
    loop {
        again.tick().await;
        if let Some(found) = look().await {
            return found;
        }
        assert!(
            Instant::now() < give_up,
            "waited {PATIENCE:?} in vain until {what}"
        );
    }
}
