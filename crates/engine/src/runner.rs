//! One running turn, from its claim to its outcome. Owns its deadlines, its items in memory and the
//! order in which things become durable; never talks SQL and never knows which assistant it is.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::{FutureExt, future::BoxFuture};
use switchboard_model::{
    approval::{Asking, Decision},
    item::{Item, ItemEvent, ItemStatus},
    message::Message,
    outcome::{Failure, OutcomeCode},
    prompt,
    thread::TitledBy,
    turn::Outcome,
};
use switchboard_store::{Audit, Claimed, Finished};
use tokio::{
    sync::{Notify, oneshot},
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval, sleep_until},
};
use tokio_util::sync::CancellationToken;

use crate::{
    backend::{Backend, BackendError, Home, Policy, Stop, TurnEnd, TurnOutcome, TurnRequest, Work},
    book::{Book, Then},
    desk::{Desk, DeskError},
    running::{Place, Seat},
    turn_io::{self, LeaseLost, Report, RunnerEnd},
};

/// How long a backend may take to stop before its future is dropped, and its processes with it.
const STOP_GRACE: Duration = Duration::from_secs(8);

/// How often text in flight is announced.
const ANNOUNCE: Duration = Duration::from_millis(40);

/// How often open text is written, and a stop wanted through another process is noticed.
const CHECKPOINT: Duration = Duration::from_secs(1);

/// How long an ending is tried again while the database refuses to write.
const FINISH_RETRY: Duration = Duration::from_mins(1);

/// Everything a runner needs besides the claimed turn.
pub(crate) struct Runner {
    pub(crate) desk: Desk,
    /// Cancelled when this process must end now.
    pub(crate) hard: CancellationToken,
}

/// What became of a turn, for whoever started the runner.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ran {
    /// It has an outcome.
    Ended(Option<OutcomeCode>),
    /// Somebody else owns it now, or the database took no ending; recovery decides.
    LetGo,
}

/// Why the work was cut short by us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    Person,
    TotalDeadline,
    IdleDeadline,
    TooMuch,
    Shutdown,
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

impl Runner {
    /// Runs a claimed turn to its end.
    pub(crate) async fn run(self, claimed: Claimed, backend: Arc<dyn Backend>, seat: Seat) -> Ran {
        let (place, stop_notice) = seat;
        let outcome = match self.prepare(&claimed, &*backend).await {
            Ok(request) => {
                self.work(&claimed, &*backend, request, &place, &stop_notice)
                    .await
            }
            Err(DeskError::Lost) => return Ran::LetGo,
            Err(DeskError::Store(error)) => Some(Outcome::Failed(
                Failure::new(
                    OutcomeCode::AssistantUnavailable,
                    "the turn could not be started",
                )
                .detail(error.to_string()),
            )),
        };
        match outcome {
            Some(outcome) => self.finish(outcome).await,
            None => Ran::LetGo,
        }
    }

    /// Ends a claimed turn that cannot run at all.
    pub(crate) async fn refuse(self, failure: Failure) -> Ran {
        self.finish(Outcome::Failed(failure)).await
    }

    /// What has to be durable before a process starts, and what the backend is given.
    async fn prepare(
        &self,
        claimed: &Claimed,
        backend: &dyn Backend,
    ) -> Result<TurnRequest, DeskError> {
        let spec = backend.spec();
        self.desk
            .runs_on(format!(
                "{}'s {}",
                claimed.assistant.owner_name, spec.account_words
            ))
            .await?;
        self.desk
            .audit(Audit {
                actor: Some(claimed.turn.person),
                action: "turn.start",
                object: format!("turn {}", claimed.turn.id),
                detail: format!("@{} over {}", claimed.assistant.handle, spec.name),
            })
            .await?;
        let direct = claimed.thread.assistant.is_some();
        let lines = if direct {
            prompt::DIRECT_LINES
        } else {
            prompt::MENTION_LINES
        };
        let before = self.desk.context(&claimed.message, lines).await?;
        let context = prompt::Context {
            title: (claimed.thread.titled_by == TitledBy::Person)
                .then(|| claimed.thread.title.clone()),
            messages: before.iter().map(line).collect(),
            asking: line(&claimed.message),
            handle: claimed.assistant.handle.clone(),
            name: claimed.assistant.name.clone(),
            files: prompt::Files::ReadOnly,
        };
        let prompt = if direct {
            prompt::direct_prompt(&context, prompt::DIRECT_BUDGET)
        } else {
            prompt::mention_prompt(&context, prompt::MENTION_BUDGET)
        };
        Ok(TurnRequest {
            turn: claimed.turn.id,
            attempt: claimed.turn.attempt,
            thread: claimed.turn.thread,
            assistant: claimed.turn.assistant,
            person: claimed.turn.person,
            home: Home::House,
            work: Work::Prompt(prompt),
            policy: Policy::ReadOnly,
            deadline: claimed.assistant.limits.total(direct),
        })
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
        let total = request.deadline;
        let idle = claimed.assistant.limits.idle();
        let (io, runner_end) = turn_io::pair();
        let mut shift = Shift {
            desk: self.desk.clone(),
            book: Book::new(
                claimed.turn.id,
                claimed.turn.thread,
                self.desk.ids().clone(),
            ),
            place,
            questions: JoinSet::new(),
            steers: JoinSet::new(),
        };
        // A panic in a backend is that turn's crash, not ours.
        let work = AssertUnwindSafe(backend.run_turn(request, io))
            .catch_unwind()
            .map(|ended| {
                ended.unwrap_or_else(|_| {
                    Err(BackendError::Protocol(
                        "the backend itself failed, see the log".into(),
                    ))
                })
            });
        let (ended, cut) = shift
            .run(
                work.boxed(),
                runner_end,
                stop_notice,
                &self.hard,
                total,
                idle,
            )
            .await;
        shift.write_all().await;
        match cut {
            Some(Cut::Lost | Cut::Shutdown) => None,
            Some(Cut::Person) => Some(Outcome::Cancelled),
            Some(Cut::TotalDeadline) => Some(Outcome::Failed(Failure::new(
                OutcomeCode::TimedOut,
                format!(
                    "@{} did not finish within {}",
                    claimed.assistant.handle,
                    words(total)
                ),
            ))),
            Some(Cut::IdleDeadline) => Some(Outcome::Failed(Failure::new(
                OutcomeCode::TimedOut,
                format!(
                    "@{} gave no sign of life for {}",
                    claimed.assistant.handle,
                    words(idle)
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
    async fn finish(&self, outcome: Outcome) -> Ran {
        let code = match &outcome {
            Outcome::Failed(failure) => Some(failure.code),
            _ => None,
        };
        let give_up = Instant::now() + FINISH_RETRY;
        let mut pause = Duration::from_millis(100);
        loop {
            match self.desk.finish(outcome.clone()).await {
                Ok(Finished::Stored(_)) => return Ran::Ended(code),
                Ok(Finished::Zombie) => {
                    tracing::warn!("an ending came too late: the turn is not ours any more");
                    return Ran::LetGo;
                }
                Err(error) if Instant::now() < give_up && !self.hard.is_cancelled() => {
                    tracing::warn!(%error, "cannot store the ending yet");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(Duration::from_secs(5));
                }
                Err(error) => {
                    tracing::error!(%error, "the ending was not stored");
                    return Ran::LetGo;
                }
            }
        }
    }
}

/// The time in which a backend works and we listen.
struct Shift<'a> {
    desk: Desk,
    book: Book,
    place: &'a Place,
    /// Open questions, each waiting for its answer.
    questions: JoinSet<Result<(), DeskError>>,
    /// At most one request for the next steer.
    steers: JoinSet<()>,
}

type Ended = Result<TurnEnd, BackendError>;

impl Shift<'_> {
    async fn run(
        &mut self,
        mut work: BoxFuture<'_, Ended>,
        mut end: RunnerEnd,
        stop_notice: &Notify,
        hard: &CancellationToken,
        total: Duration,
        idle: Duration,
    ) -> (Option<Ended>, Option<Cut>) {
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
                () = stop_notice.notified(), if cut.is_none() => Some(Cut::Person),
                () = hard.cancelled(), if cut != Some(Cut::Shutdown) => Some(Cut::Shutdown),
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
                        self.hear(report).await
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
            Report::Item(event) => self.note(event).await,
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

    async fn note(&mut self, event: ItemEvent) -> Option<Cut> {
        let now = self.desk.now();
        let book = &mut self.book;
        match self.place.with_items(|items| book.note(items, event, now)) {
            Some(Then::Write) => self.write().await,
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
        let book = &mut self.book;
        let dirty = self
            .place
            .with_items(|items| book.take_dirty(items))
            .unwrap_or_default();
        if dirty.is_empty() {
            return None;
        }
        let written = self.desk.append(dirty).await;
        if matches!(written, Err(DeskError::Store(_))) {
            self.book.nothing_written();
        }
        lost(written)
    }

    async fn look_for_stop(&self) -> Option<Cut> {
        match self.desk.stop_wanted().await {
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

fn outcome_of(ended: Option<Ended>, handle: &str) -> Outcome {
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
        Some(Err(error)) => Outcome::Failed(error.into_failure()),
        None => Outcome::Failed(BackendError::Interrupted.into_failure()),
    }
}

fn line(message: &Message) -> prompt::Line {
    prompt::Line {
        name: message.author.name.clone(),
        handle: message.author.handle.clone(),
        speaker: message.role,
        text: message.text.clone(),
    }
}

fn ticks(every: Duration) -> tokio::time::Interval {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

fn words(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..=180 => format!("{seconds} s"),
        _ => format!("{} min", seconds / 60),
    }
}
