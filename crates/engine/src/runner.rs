//! One turn, from its claim to its outcome. Owns the order in which things become durable and what the
//! work came to; never talks SQL and never knows which assistant it is.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::FutureExt as _;
use switchboard_model::{
    outcome::{Failure, OutcomeCode},
    turn::Outcome,
};
use switchboard_store::{Claimed, Finished, StoreError};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::{
    backend::{Backend, BackendError, TurnEnd, TurnOutcome, TurnRequest},
    book::Book,
    deadlines::Bounds,
    desk::{Desk, DeskError},
    pause::Pause,
    prepare::{Unprepared, prepare},
    running::{Place, Seat},
    shift::{Cut, Ended, Shift, Signals},
    turn_io,
};

/// Everything a runner needs besides the claimed turn.
pub(crate) struct Runner {
    pub(crate) desk: Desk,
    /// Cancelled when this process must end now.
    pub(crate) hard: CancellationToken,
    /// How long a backend may take to stop.
    pub(crate) grace: Duration,
}

/// What became of a turn, for whoever started the runner.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ran {
    /// It has an outcome.
    Ended(Option<OutcomeCode>),
    /// Somebody else owns it now, or the database took no ending; recovery decides.
    LetGo,
}

impl Runner {
    /// Runs a claimed turn to its end.
    pub(crate) async fn run(self, claimed: Claimed, backend: Arc<dyn Backend>, seat: Seat) -> Ran {
        let (place, stop_notice) = seat;
        let outcome = match prepare(&self.desk, &claimed, backend.spec()).await {
            Ok(request) => {
                self.work(&claimed, &*backend, request, &place, &stop_notice)
                    .await
            }
            Err(Unprepared::Refused(failure)) => Some(Outcome::Failed(failure)),
            Err(Unprepared::Desk(DeskError::Lost)) => return Ran::LetGo,
            Err(Unprepared::Desk(DeskError::Store(error))) => Some(Outcome::Failed(
                Failure::new(
                    OutcomeCode::AssistantUnavailable,
                    "the turn could not be started",
                )
                .hint("retry; if it stays, run `switchboard doctor`")
                .detail(error.to_string()),
            )),
        };
        // The store has every item, and closes those that are open with the ending: whoever looks
        // while it does must not be told of them as this memory has them.
        place.clear();
        let ran = match outcome {
            Some(outcome) => self.finish(outcome).await,
            None => return Ran::LetGo,
        };
        if ran == Ran::Ended(Some(OutcomeCode::SessionLost)) {
            // Known to be lost now: whoever tries again wants the conversation in a new one.
            if let Err(error) = self.desk.forget_session(&claimed).await {
                tracing::warn!(%error, "cannot forget a session that is lost");
            }
        }
        ran
    }

    /// Ends a claimed turn that cannot run at all.
    pub(crate) async fn refuse(self, failure: Failure) -> Ran {
        self.finish(Outcome::Failed(failure)).await
    }

    /// Drives the backend. `None`: the turn is not ours any more.
    async fn work(
        &self,
        claimed: &Claimed,
        backend: &dyn Backend,
        request: TurnRequest,
        place: &Place,
        stop_notice: &Notify,
    ) -> Option<Outcome> {
        let bounds = Bounds {
            total: request.deadline,
            idle: match &claimed.detached {
                Some(detached) => detached.idle(&claimed.assistant.limits),
                None => claimed.assistant.limits.idle(),
            },
        };
        let book = Book::new(
            claimed.turn.id,
            claimed.turn.thread,
            self.desk.ids().clone(),
        );
        let (io, runner_end) = turn_io::pair();
        // A panic in a backend is that turn's crash, not ours, also before its first await.
        let work = AssertUnwindSafe(async move { backend.run_turn(request, io).await })
            .catch_unwind()
            .map(|ended| {
                ended.unwrap_or_else(|_| {
                    Err(BackendError::Protocol(
                        "the backend itself failed, see the log".into(),
                    ))
                })
            });
        let signals = Signals {
            stop: stop_notice,
            hard: &self.hard,
        };
        let mut shift = Shift::new(self.desk.clone(), book, place, self.grace);
        let (ended, cut) = shift.run(work.boxed(), runner_end, signals, bounds).await;
        match cut {
            Some(Cut::Lost) => None,
            // An answer that came all the same counts; whether the rest may be repeated is for
            // recovery to say, once this process is dead.
            Some(Cut::Shutdown) => {
                matches!(ended, Some(Ok(_))).then(|| outcome_of(ended, &claimed.assistant.handle))
            }
            Some(Cut::Person) => Some(Outcome::Cancelled),
            Some(Cut::TotalDeadline) => Some(Outcome::Failed(Failure::new(
                OutcomeCode::TimedOut,
                format!(
                    "@{} did not finish within {}",
                    claimed.assistant.handle,
                    words(bounds.total)
                ),
            ))),
            Some(Cut::IdleDeadline) => Some(Outcome::Failed(Failure::new(
                OutcomeCode::TimedOut,
                format!(
                    "@{} gave no sign of life for {}",
                    claimed.assistant.handle,
                    words(bounds.idle)
                ),
            ))),
            Some(Cut::TooMuch) => Some(Outcome::Failed(Failure::new(
                OutcomeCode::TooMuchOutput,
                format!("@{} wrote more than a turn may", claimed.assistant.handle),
            ))),
            None => Some(outcome_of(ended, &claimed.assistant.handle)),
        }
    }

    /// Writes the ending. The database may be out for a while; the work is done and must not be lost.
    async fn finish(&self, mut outcome: Outcome) -> Ran {
        let mut pause = Pause::new(&self.hard);
        loop {
            match self.desk.finish(outcome.clone()).await {
                Ok(Finished::Stored(turn)) => {
                    return Ran::Ended(turn.state.failure().map(|failure| failure.code));
                }
                Ok(Finished::Zombie) => {
                    tracing::warn!("an ending came too late: the turn is not ours any more");
                    return Ran::LetGo;
                }
                // Nobody else may end the turn while this process lives, so there is no giving up.
                Err(error) => {
                    tracing::warn!(%error, "cannot store the ending of a turn yet");
                    if let (StoreError::Corrupt(_), Outcome::Replied { .. }) = (&error, &outcome) {
                        // Trying again does not make it fit. A failure that people see is an ending.
                        let failure =
                            Failure::new(OutcomeCode::Crashed, "the answer could not be stored");
                        outcome = Outcome::Failed(failure.detail(error.to_string()));
                    } else if !pause.wait().await {
                        return Ran::LetGo;
                    }
                }
            }
        }
    }
}

/// What the work of a turn came to.
pub(crate) fn outcome_of(ended: Ended, handle: &str) -> Outcome {
    match ended {
        Some(Ok(TurnEnd::Finished(TurnOutcome { text, empty_detail }))) => {
            if text.trim().is_empty() {
                let failure = Failure::new(
                    OutcomeCode::EmptyReply,
                    format!("@{handle} ended without an answer"),
                );
                Outcome::Failed(failure.detail(empty_detail.unwrap_or_default()))
            } else {
                Outcome::Replied {
                    text: text.replace('\0', "\u{FFFD}"),
                }
            }
        }
        Some(Ok(TurnEnd::Cancelled)) => Outcome::Cancelled,
        Some(Err(error)) => Outcome::Failed(error.into_failure()),
        None => Outcome::Failed(BackendError::Interrupted.into_failure()),
    }
}

fn words(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..=180 => format!("{seconds} s"),
        _ => format!("{} min", seconds / 60),
    }
}
