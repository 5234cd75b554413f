//! The time in which a backend works and we listen: takes its reports, keeps its deadlines, writes and
//! announces its items, hears when it is to stop. Never decides what the turn came to; the runner does.

use std::time::Duration;

use futures_util::future::BoxFuture;
use switchboard_model::{
    item::{Item, ItemEvent},
    usage::Usage,
};
use switchboard_store::StoreError;
use tokio::{
    sync::Notify,
    time::{Instant, MissedTickBehavior, interval, sleep, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{
    backend::{BackendError, Stop, TurnEnd},
    book::{Book, Then},
    deadlines::{Bounds, Deadlines},
    desk::{Desk, DeskError},
    pause::Pause,
    running::Place,
    talk::Talk,
    turn_io::{LeaseLost, Report, RunnerEnd},
};

/// How often text in flight is announced.
const ANNOUNCE: Duration = Duration::from_millis(40);

/// How often open text is written, and a stop wanted through another process is noticed.
const CHECKPOINT: Duration = Duration::from_secs(1);

/// How many reports are taken in before stops and deadlines are looked at again.
const AT_ONCE: usize = 64;

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

    /// Whether it counts although the work was cut already.
    fn outranks(self, earlier: Self) -> bool {
        let rank = |cut| match cut {
            Self::Lost => 2,
            Self::Shutdown => 1,
            _ => 0,
        };
        rank(self) > rank(earlier)
    }
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
    /// What the turn used, if that is not written yet.
    used: Option<Usage>,
    place: &'a Place,
    talk: Talk,
    /// It waits for its session.
    waits: bool,
    /// Why the work was cut short, once it was.
    cut: Option<Cut>,
    /// How long the backend may take to stop before its future is dropped, and its processes with it.
    grace: Duration,
}

impl<'a> Shift<'a> {
    pub(crate) fn new(desk: Desk, book: Book, place: &'a Place, grace: Duration) -> Self {
        Self {
            talk: Talk::new(desk.clone()),
            desk,
            book,
            write_due: false,
            used: None,
            waits: false,
            place,
            cut: None,
            grace,
        }
    }

    /// Listens until the work ended, or was cut and did not end in time. Afterwards the store holds
    /// every item as far as it came, unless the turn is not ours or this process must end.
    pub(crate) async fn run(
        &mut self,
        work: BoxFuture<'_, Result<TurnEnd, BackendError>>,
        end: RunnerEnd,
        signals: Signals<'_>,
        bounds: Bounds,
    ) -> (Ended, Option<Cut>) {
        let hard = signals.hard;
        let ended = self.listen(work, end, signals, bounds).await;
        self.talk.finish(WRITE_PATIENCE).await;
        self.announce();
        self.write_rest(hard).await;
        (ended, self.cut)
    }

    async fn listen(
        &mut self,
        mut work: BoxFuture<'_, Result<TurnEnd, BackendError>>,
        mut end: RunnerEnd,
        signals: Signals<'_>,
        bounds: Bounds,
    ) -> Ended {
        let mut deadlines = Deadlines::from(Instant::now(), bounds);
        let mut stop_ends: Option<Instant> = None;
        let mut announce = ticks(ANNOUNCE);
        let mut checkpoint = ticks(CHECKPOINT);
        let mut waiting = Vec::new();
        loop {
            // The clock stands still while a question waits for a person, or the turn for its session.
            deadlines.stand_still(self.talk.waits() || self.waits, Instant::now());
            let timed = self.cut.is_none() && deadlines.go_on();
            let wanted = tokio::select! {
                // Deadlines and stops first: a flood of reports must not delay them.
                biased;
                ended = self.talk.ended() => {
                    if !self.talk.waits() {
                        self.desk.goes_on();
                    }
                    ended.is_err().then_some(Cut::Lost)
                }
                () = signals.stop.notified(), if self.cut.is_none() => Some(Cut::Person),
                () = signals.hard.cancelled(), if self.listens_for(Cut::Shutdown) => Some(Cut::Shutdown),
                () = sleep_until(deadlines.total()), if timed => Some(Cut::TotalDeadline),
                () = sleep_until(deadlines.idle()), if timed => {
                    if self.place.with_items(|items| Book::is_busy(items)) == Some(true) {
                        deadlines.heard(Instant::now());
                        None
                    } else {
                        Some(Cut::IdleDeadline)
                    }
                }
                () = sleep_until(stop_ends.unwrap_or(deadlines.total())), if stop_ends.is_some() => {
                    // Dropping `work` hands its processes to the guard, which ends them.
                    return None;
                }
                _ = announce.tick() => {
                    self.announce();
                    None
                }
                _ = checkpoint.tick(), if self.cut != Some(Cut::Lost) => {
                    let wanted = self.write().await.or(self.look_for_stop().await);
                    // Counted from here: a database that takes longer than the period would otherwise
                    // keep us from ever hearing the backend.
                    checkpoint.reset();
                    wanted
                }
                // A backend that let go of its end goes on working; there is nothing to hear then.
                1.. = end.reports.recv_many(&mut waiting, AT_ONCE) => {
                    deadlines.heard(Instant::now());
                    self.hear_all(waiting.drain(..)).await
                }
                ended = &mut work => {
                    // What it reported before it ended still counts, what comes now does not.
                    end.reports.close();
                    while let Ok(report) = end.reports.try_recv() {
                        let wanted = self.hear(report).await;
                        self.cut = self.cut.or(wanted);
                    }
                    return Some(ended);
                }
            };
            if let Some(wanted) = wanted
                && self.listens_for(wanted)
            {
                self.cut = Some(wanted);
                // Counted from the first cut: what comes on top of it prolongs nothing.
                stop_ends.get_or_insert(Instant::now() + self.grace);
                end.stop.send_replace(Some(wanted.stop()));
            }
        }
    }

    fn listens_for(&self, cut: Cut) -> bool {
        self.cut.is_none_or(|earlier| cut.outranks(earlier))
    }

    /// Takes in what waits, and makes it durable together: a flood must not cost a transaction for
    /// each of its lines.
    async fn hear_all(&mut self, reports: impl Iterator<Item = Report>) -> Option<Cut> {
        let mut wanted = None;
        for report in reports {
            wanted = wanted.or(self.hear(report).await);
        }
        match wanted {
            None if self.write_due => self.write().await,
            wanted => wanted,
        }
    }

    /// Takes in one report. Says why to stop, if that follows from it.
    async fn hear(&mut self, report: Report) -> Option<Cut> {
        match report {
            Report::Item(event) => self.note(event),
            Report::Bind(session, done) => {
                let bound = self.in_time(self.desk.bind(session)).await;
                let lost = matches!(bound, Err(DeskError::Lost));
                let _ = done.send(bound.map_err(|_| LeaseLost));
                lost.then_some(Cut::Lost)
            }
            Report::RanWith(ran_with) => {
                let facts = self.desk.facts(Some(ran_with), None);
                lost(self.in_time(facts).await)
            }
            Report::Waits(who) => {
                self.waits = who.is_some();
                self.desk.waits(who);
                None
            }
            Report::Used(used) => {
                self.used = Some(used);
                None
            }
            Report::Saw(label, seen) => {
                let seen = self.desk.saw(label, seen);
                lost(self.in_time(seen).await)
            }
            Report::Raw(line) => {
                self.desk.said(&line);
                self.place.keep_said(line);
                None
            }
            // Nobody is asked on behalf of work that is to stop.
            Report::Ask(asking, answer) => {
                if self.cut.is_none() {
                    self.talk.ask(asking, answer);
                }
                None
            }
            Report::NextSteer(give) => {
                if self.cut.is_none() {
                    self.talk.steer(give);
                }
                None
            }
            Report::SettleSteer(id, state) => {
                let settled = async { Ok(self.desk.settle_steer(id, state).await?) };
                lost(self.in_time(settled).await)
            }
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
        if self.cut == Some(Cut::Lost) {
            return None;
        }
        let (items, places) = self.take_dirty();
        if !items.is_empty() {
            let written = self.in_time(self.desk.append(items)).await;
            if written.is_err() {
                self.book.not_written(&places);
                return lost(written);
            }
        }
        self.write_used().await
    }

    async fn write_used(&mut self) -> Option<Cut> {
        let used = self.used?;
        let written = self.in_time(self.desk.facts(None, Some(used))).await;
        if written.is_ok() {
            self.used = None;
        }
        lost(written)
    }

    fn take_dirty(&mut self) -> (Vec<Item>, Vec<i64>) {
        let book = &mut self.book;
        let items = self
            .place
            .with_items(|items| book.take_dirty(items))
            .unwrap_or_default();
        let places = items.iter().map(|item| item.seq).collect();
        (items, places)
    }

    /// Writes what is not written yet. The database may be out for a while; the text must not be lost.
    async fn write_rest(&mut self, hard: &CancellationToken) {
        if self.cut != Some(Cut::Lost) && self.write_used().await.is_some() {
            self.cut = Some(Cut::Lost);
        }
        let mut pause = Pause::new(hard);
        while self.cut != Some(Cut::Lost) {
            let (items, places) = self.take_dirty();
            if items.is_empty() {
                return;
            }
            let patience = async {
                hard.cancelled().await;
                sleep(WRITE_PATIENCE).await;
            };
            let written = tokio::select! {
                written = self.desk.append(items) => written,
                () = patience => return,
            };
            match written {
                Ok(()) => return,
                Err(DeskError::Lost) => self.cut = Some(Cut::Lost),
                Err(DeskError::Store(error)) => {
                    tracing::warn!(%error, "cannot write the last items of a turn yet");
                    // Nothing makes it fit later; the ending still has to be told.
                    if matches!(error, StoreError::Corrupt(_)) || !pause.wait().await {
                        return;
                    }
                    self.book.not_written(&places);
                }
            }
        }
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
