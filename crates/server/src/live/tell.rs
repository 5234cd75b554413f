//! The one task per node that tells who is here. Owns the pace and the events' shape; what is told is
//! `presence`'s.

use std::{sync::Arc, time::Duration};

use switchboard_store::StoreError;
use tokio::{sync::broadcast, time::Instant};
use tokio_util::sync::CancellationToken;

use super::{
    encode::Encoder,
    frame::{Audience, Frame, Payload, Signal, event},
    presence::{Presence, Told},
};
use crate::wire;

/// What happens within this time is told together, so that many who come at once are one signal.
const ROUND: Duration = Duration::from_millis(50);

/// What the task needs.
pub(super) struct Gossip {
    pub(super) presence: Presence,
    pub(super) encoder: Encoder,
    pub(super) signals: broadcast::Sender<Arc<Signal>>,
    pub(super) stop: CancellationToken,
}

impl Gossip {
    /// Runs until told to stop.
    pub(super) async fn run(self) {
        let stop = self.stop.clone();
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.tell() => {}
        }
    }

    async fn tell(self) {
        loop {
            let told = self.presence.news().await;
            if !told.is_empty() && self.signals.receiver_count() > 0 {
                match frames(&self.encoder, &told).await {
                    Ok(frames) => {
                        // Fails only if nobody listens.
                        let _ = self.signals.send(Arc::new(Signal::Loose(frames)));
                    }
                    // The next word of theirs tells it again, or that they are gone.
                    Err(error) => tracing::warn!(%error, "who is here could not be told"),
                }
            }
            tokio::time::sleep(ROUND).await;
        }
    }
}

/// The frames of what is told about people: that they are here to everyone, where to those only who
/// may see the thread.
pub(super) async fn frames(encoder: &Encoder, told: &[Told]) -> Result<Vec<Frame>, StoreError> {
    let mut frames = Vec::with_capacity(told.len());
    for told in told {
        let somewhere = wire::Presence {
            person_id: told.person.to_string(),
            here: told.here,
            thread_id: None,
            typing: false,
            expires_at: None,
        };
        let about = |presence: &wire::Presence| Payload::Presence {
            of: told.person,
            text: event("presence", None, presence),
        };
        let away = match told.left {
            _ if told.to_everyone => Some(Audience::Everyone),
            Some(left) => Some(encoder.audience(left).await?),
            // They have gone nowhere: the readers of their thread hear of it below.
            None => None,
        };
        frames.extend(away.map(|audience| Frame {
            pos: 0,
            audience,
            payload: about(&somewhere),
        }));
        if let Some(thread) = told.thread {
            let ends = told.typing_until.map(|at| {
                let left = at.saturating_duration_since(Instant::now());
                encoder.now().plus(left).0
            });
            let there = wire::Presence {
                thread_id: Some(thread.to_string()),
                typing: ends.is_some(),
                expires_at: ends,
                ..somewhere
            };
            frames.push(Frame {
                pos: 0,
                audience: encoder.audience(thread).await?,
                payload: about(&there),
            });
        }
    }
    Ok(frames)
}
