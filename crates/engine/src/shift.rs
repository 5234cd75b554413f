//! The time in which a backend works and we listen: takes its reports, keeps its deadlines, writes and
//! announces its items, hears when it is to stop. Never decides what the turn came to; the runner does.

use std::time::Duration;

use futures_util::future::BoxFuture;
use switchboard_model::{
    approval::{Asking, Decision},
    item::{Item, ItemEvent, ItemStatus},
};
use switchboard_store::StoreError;
use tokio::{
    sync::{Notify, oneshot},
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{
    backend::{BackendError, Stop, TurnEnd},
    book::{Book, Then},
    desk::{Desk, DeskError},
    running::Place,
    turn_io::{LeaseLost, Report, RunnerEnd},
};

/// How long a backend may take to stop before its future is dropped, and its processes with it.
const STOP_GRACE: Duration = Duration::from_secs(8);

/// How often text in flight is announced.
const ANNOUNCE: Duration = Duration::from_millis(40);

/// How often open text is written, and a stop wanted through another process is noticed.
const CHECKPOINT: Duration = Duration::from_secs(1);

/// A database that takes longer must not keep a stop or a deadline waiting.
const WRITE_PATIENCE: Duration = Duration::from_secs(3);

/// Why the work was cut short by us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// A person wants it.
    Person,
    /// The turn took too long in all.
    TotalDeadline,
    /// There was no sign of life for too long.
    IdleDeadline,
    /// It produced more than a turn may.
    TooMuch,
    /// This process must end.
    Shutdown,
    /// The turn is not ours any more.
    Lost,
}

impl Cut {
    fn stop(self) -> Stop {
        match self {
            Self::Person => Stop::Gently,
            Self::TotalDeadline | Self::IdleDeadline | Self::TooMuch => Stop::Deadline,
            Self::Shutdown | Self::Lost => Stop::Now,
        }
    }
}

/// How long a turn may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// In all, without the time in which a question waits for a person.
    pub(crate) total: Duration,
    /// Without a sign of life, while no command or tool call is open.
    pub(crate) idle: Duration,
}

/// Who can end a shift from outside.
pub(crate) struct Signals<'a> {
    /// A person, through this process.
    pub(crate) stop: &'a Notify,
    /// The end of this process.
    pub(crate) hard: &'a CancellationToken,
}

/// How a backend's work ended; `None` if it had to be dropped.
pub(crate) type Ended = Option<Result<TurnEnd, BackendError>>;

/// The time in which a backend works and we listen.
pub(crate) struct Shift<'a> {
    desk: Desk,
    book: Book,
    /// Something is to be written before the next wait.
    write_due: bool,
    place: &'a Place,
    /// Open questions, each waiting for its answer.
    questions: JoinSet<Result<(), DeskError>>,
    /// At most one request for the next steer.
    steers: JoinSet<()>,
}

impl<'a> Shift<'a> {
    pub(crate) fn new(desk: Desk, book: Book, place: &'a Place) -> Self {
        Self {
            desk,
            book,
            write_due: false,
            place,
            questions: JoinSet::new(),
            steers: JoinSet::new(),
        }
    }

    /// Listens until the work ended, or was cut and did not end in time. Afterwards the store holds
    /// every item as far as it came.
    pub(crate) async fn run(
        &mut self,
        work: BoxFuture<'_, Result<TurnEnd, BackendError>>,
        end: RunnerEnd,
        signals: Signals<'_>,
        bounds: Bounds,
    ) -> (Ended, Option<Cut>) {
        let ended = self.listen(work, end, signals, bounds).await;
        self.write_all().await;
        ended
    }

    async fn listen(
        &mut self,
        mut work: BoxFuture<'_, Result<TurnEnd, BackendError>>,
        mut end: RunnerEnd,
        signals: Signals<'_>,
        Bounds { total, idle }: Bounds,
    ) -> (Ended, Option<Cut>) {
        let mut total_ends = Instant::now() + total;
        let mut idle_ends = Instant::now() + idle;
        let mut stop_ends: Option<Instant> = None;
        let mut cut = None;
        let mut announce = ticks(ANNOUNCE);
        let mut checkpoint = ticks(CHECKPOINT);
        let mut last_tick = Instant::now();
        loop {
            let wanted = tokio::select! {
                // Deadlines and stops first: a flood of reports must not delay them.
                biased;
                Some(asked) = self.questions.join_next() => match asked {
                    Ok(Err(DeskError::Lost)) => Some(Cut::Lost),
                    _ => None,
                },
                () = signals.stop.notified(), if cut.is_none() => Some(Cut::Person),
                () = signals.hard.cancelled(), if cut != Some(Cut::Shutdown) => Some(Cut::Shutdown),
                () = sleep_until(total_ends), if cut.is_none() => Some(Cut::TotalDeadline),
                () = sleep_until(idle_ends), if cut.is_none() => {
                    if self.place.with_items(|items| Book::is_busy(items)) == Some(true) {
                        idle_ends = Instant::now() + idle;
                        None
                    } else {
                        Some(Cut::IdleDeadline)
                    }
                }
                _ = announce.tick() => {
                    self.announce();
                    // The clock stands still while a question waits for a person.
                    let passed = last_tick.elapsed();
                    last_tick = Instant::now();
                    if !self.questions.is_empty() {
                        total_ends += passed;
                        idle_ends += passed;
                    }
                    None
                }
                _ = checkpoint.tick() => {
                    self.write().await.or(self.look_for_stop().await)
                }
                () = sleep_until(stop_ends.unwrap_or(total_ends)), if stop_ends.is_some() => {
                    // Dropping `work` hands its processes to the guard, which ends them.
                    return (None, cut);
                }
                report = end.reports.recv() => match report {
                    // Once cut, only what is on its way already is noted.
                    Some(report) => {
                        idle_ends = Instant::now() + idle;
                        let mut wanted = self.hear(report).await;
                        // All that waits becomes durable together: a flood must not cost a
                        // transaction for each of its lines.
                        while wanted.is_none() && let Ok(report) = end.reports.try_recv() {
                            wanted = self.hear(report).await;
                        }
                        match wanted {
                            None if self.write_due => self.write().await,
                            wanted => wanted,
                        }
                    }
                    None => None,
                },
                ended = &mut work => {
                    // What it reported before it ended still counts.
                    while let Ok(report) = end.reports.try_recv() {
                        if let Some(wanted) = self.hear(report).await {
                            cut = cut.or(Some(wanted));
                        }
                    }
                    return (Some(ended), cut);
                }
            };
            if let Some(wanted) = wanted {
                let stronger = matches!(wanted, Cut::Shutdown | Cut::Lost);
                if cut.is_none() || stronger {
                    cut = Some(wanted);
                    stop_ends = Some(Instant::now() + STOP_GRACE);
                    end.stop.send_replace(Some(wanted.stop()));
                }
            }
        }
    }

    /// Takes in one report. Says why to stop, if that follows from it.
    async fn hear(&mut self, report: Report) -> Option<Cut> {
        match report {
            Report::Item(event) => self.note(event),
            Report::Bind(session, done) => {
                let bound = self.desk.bind(session).await;
                let lost = matches!(bound, Err(DeskError::Lost));
                let _ = done.send(bound.map_err(|_| LeaseLost));
                lost.then_some(Cut::Lost)
            }
            Report::Raw(line) => {
                tracing::trace!(bytes = line.len(), "raw event");
                None
            }
            Report::Ask(asking, answer) => {
                self.questions
                    .spawn(question(self.desk.clone(), asking, answer));
                None
            }
            Report::NextSteer(give) => {
                let desk = self.desk.clone();
                self.steers.spawn(async move {
                    if let Some(steer) = desk.next_steer().await {
                        let _ = give.send(steer);
                    }
                });
                None
            }
            Report::SettleSteer(id, state) => lost(self.desk.settle_steer(id, state).await),
        }
    }

    fn note(&mut self, event: ItemEvent) -> Option<Cut> {
        let now = self.desk.now();
        let book = &mut self.book;
        match self.place.with_items(|items| book.note(items, event, now)) {
            Some(Then::Write) => {
                self.write_due = true;
                None
            }
            Some(Then::TooMuch) => Some(Cut::TooMuch),
            Some(Then::Later) | None => None,
        }
    }

    fn announce(&mut self) {
        let book = &mut self.book;
        for delta in self
            .place
            .with_items(|items| book.take_deltas(items))
            .unwrap_or_default()
        {
            self.desk.announce(delta);
        }
    }

    async fn write(&mut self) -> Option<Cut> {
        self.write_due = false;
        let book = &mut self.book;
        let dirty = self
            .place
            .with_items(|items| book.take_dirty(items))
            .unwrap_or_default();
        if dirty.is_empty() {
            return None;
        }
        let written = self.in_time(self.desk.append(dirty)).await;
        if matches!(written, Err(DeskError::Store(_))) {
            self.book.nothing_written();
        }
        lost(written)
    }

    async fn in_time<T>(
        &self,
        work: impl Future<Output = Result<T, DeskError>>,
    ) -> Result<T, DeskError> {
        let late = || DeskError::Store(StoreError::Unavailable("it takes too long".into()));
        timeout(WRITE_PATIENCE, work)
            .await
            .unwrap_or_else(|_| Err(late()))
    }

    async fn look_for_stop(&self) -> Option<Cut> {
        match self.in_time(self.desk.stop_wanted()).await {
            Ok(true) => Some(Cut::Person),
            Ok(false) => None,
            Err(error) => lost(Err(error)),
        }
    }

    /// Writes every item once more: after this the store holds all text there was.
    async fn write_all(&mut self) {
        self.announce();
        let items: Vec<Item> = self
            .place
            .with_items(|items| items.clone())
            .unwrap_or_default();
        if !items.is_empty() && items.iter().any(|item| item.status == ItemStatus::Open) {
            let _ = self.desk.append(items).await;
        } else {
            let _ = self.write().await;
        }
    }
}

/// Asks, waits, and hands the decision over.
async fn question(
    desk: Desk,
    asking: Asking,
    mut answer: oneshot::Sender<Decision>,
) -> Result<(), DeskError> {
    let question = desk.ask(asking).await?;
    tokio::select! {
        decision = desk.answered(question.id) => match decision {
            Some(decision) => match answer.send(decision) {
                Ok(()) => desk.delivered(question.id).await,
                Err(_) => desk.withdraw(question.id).await,
            },
            None => desk.withdraw(question.id).await,
        },
        // The backend does not wait any more: settled elsewhere.
        () = answer.closed() => desk.withdraw(question.id).await,
    }
}

fn lost(result: Result<(), DeskError>) -> Option<Cut> {
    match result {
        Ok(()) => None,
        Err(DeskError::Lost) => Some(Cut::Lost),
        // The text is in memory and is written again with the next checkpoint.
        Err(DeskError::Store(error)) => {
            tracing::warn!(%error, "cannot write items yet");
            None
        }
    }
}

fn ticks(every: Duration) -> tokio::time::Interval {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}
