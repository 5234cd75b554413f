//! What a running backend reports and hears. The backend's end of a turn; the runner holds the other.
//! Owns the channels between the two; never touches the store.

use std::sync::Arc;

use switchboard_model::{
    SteerId,
    approval::{Asking, Decision},
    item::ItemEvent,
    mcp::Seen,
    settings::RanWith,
    steer::{Steer, SteerState},
    usage::Usage,
};
use tokio::sync::{Mutex, mpsc, oneshot, watch};

use crate::backend::{SessionRef, Stop};

/// The turn is not ours any more: stop working, nothing further will be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the turn is not ours any more")]
pub struct LeaseLost;

/// How many reports may wait for the runner. Beyond it the backend waits, and so does its program.
const QUEUE: usize = 256;

/// What the backend sends.
#[derive(Debug)]
pub(crate) enum Report {
    /// Keep this session before the first request to it.
    Bind(SessionRef, oneshot::Sender<Result<(), LeaseLost>>),
    /// Something about an item.
    Item(ItemEvent),
    /// What the turn really runs with.
    RanWith(RanWith),
    /// Who has its session, or that nobody has it any more.
    Waits(Option<String>),
    /// What it used so far.
    Used(Usage),
    /// What it saw of the MCP server of this label.
    Saw(String, Seen),
    /// A line as it came, for bug reports.
    Raw(Vec<u8>),
    /// A question that stops the turn. Dropping the receiver takes the question down.
    Ask(Asking, oneshot::Sender<Decision>),
    /// The next steer, when there is one.
    NextSteer(oneshot::Sender<Steer>),
    /// How a steer ended.
    SettleSteer(SteerId, SteerState),
}

/// The backend's end of a turn. Cheap to clone.
#[derive(Debug, Clone)]
pub struct TurnIo {
    reports: mpsc::Sender<Report>,
    stop: watch::Receiver<Option<Stop>>,
    /// The steer that was asked for and has not come yet.
    steer: Arc<Mutex<Option<oneshot::Receiver<Steer>>>>,
}

/// The runner's end.
#[derive(Debug)]
pub(crate) struct RunnerEnd {
    pub(crate) reports: mpsc::Receiver<Report>,
    pub(crate) stop: watch::Sender<Option<Stop>>,
}

/// Both ends of a turn.
pub(crate) fn pair() -> (TurnIo, RunnerEnd) {
    let (reports_in, reports) = mpsc::channel(QUEUE);
    let (stop, stop_out) = watch::channel(None);
    (
        TurnIo {
            reports: reports_in,
            stop: stop_out,
            steer: Arc::default(),
        },
        RunnerEnd { reports, stop },
    )
}

/// The other end of a turn that no runner drives, so that a backend can be tested by itself.
#[derive(Debug)]
pub struct Overheard(RunnerEnd);

impl TurnIo {
    /// A turn's end whose reports somebody listens to who stores nothing.
    pub fn overheard() -> (Self, Overheard) {
        let (io, end) = pair();
        (io, Overheard(end))
    }

    /// Keeps the backend's own session. Durable when this returns, so call it before the first
    /// request that the other side will remember.
    pub async fn bind(&self, session: SessionRef) -> Result<(), LeaseLost> {
        let (done, stored) = oneshot::channel();
        self.send(Report::Bind(session, done)).await?;
        stored.await.map_err(|_| LeaseLost)?
    }

    /// Reports something about an item. Waits while the queue is full, so a flood slows its program
    /// down instead of filling memory.
    pub async fn emit(&self, event: ItemEvent) -> Result<(), LeaseLost> {
        self.send(Report::Item(event)).await
    }

    /// Says what the turn really runs with.
    pub async fn ran_with(&self, ran_with: RanWith) -> Result<(), LeaseLost> {
        self.send(Report::RanWith(ran_with)).await
    }

    /// Says that the turn waits for its session, and who has it; or that it does not any more. Its clock stands still meanwhile.
    pub async fn waits(&self, who: Option<String>) -> Result<(), LeaseLost> {
        self.send(Report::Waits(who)).await
    }

    /// Says what the turn used of its model so far, in all.
    pub async fn used(&self, usage: Usage) -> Result<(), LeaseLost> {
        self.send(Report::Used(usage)).await
    }

    /// Says how the MCP server of this label is doing.
    pub async fn saw(&self, label: &str, seen: Seen) -> Result<(), LeaseLost> {
        self.send(Report::Saw(label.to_owned(), seen)).await
    }

    /// Keeps a line as it came. Dropped when the queue is full: a bug report may have gaps.
    pub fn raw(&self, line: &[u8]) {
        let _ = self.reports.try_send(Report::Raw(line.to_vec()));
    }

    /// Asks the person who started the turn. Many may be open at once; dropping the future takes the
    /// card down. `Err` if the turn ended or is to stop first.
    pub async fn ask(&self, asking: Asking) -> Result<Decision, LeaseLost> {
        let (answer, answered) = oneshot::channel();
        self.send(Report::Ask(asking, answer)).await?;
        answered.await.map_err(|_| LeaseLost)
    }

    /// The next words for the running turn. Waits until there are some. Safe to drop: what was on its
    /// way then is given to the next call.
    pub async fn next_steer(&self) -> Result<Steer, LeaseLost> {
        // Held while waiting on purpose: it keeps the clones of this end in line.
        let mut asked = self.steer.lock().await;
        let given = match &mut *asked {
            Some(given) => given,
            none => {
                let (give, given) = oneshot::channel();
                self.send(Report::NextSteer(give)).await?;
                none.insert(given)
            }
        };
        let steer = given.await;
        *asked = None;
        steer.map_err(|_| LeaseLost)
    }

    /// Says what became of a steer.
    pub async fn settle_steer(&self, id: SteerId, state: SteerState) -> Result<(), LeaseLost> {
        self.send(Report::SettleSteer(id, state)).await
    }

    /// Returns when the turn is to stop, and why.
    pub async fn stopping(&self) -> Stop {
        let mut stop = self.stop.clone();
        match stop.wait_for(Option::is_some).await {
            Ok(why) => why.unwrap_or(Stop::Now),
            Err(_) => Stop::Now,
        }
    }

    async fn send(&self, report: Report) -> Result<(), LeaseLost> {
        self.reports.send(report).await.map_err(|_| LeaseLost)
    }
}

impl Overheard {
    /// The next event about an item; `None` once the backend let go of its end. Sessions count as kept,
    /// and nobody answers questions.
    pub async fn next(&mut self) -> Option<ItemEvent> {
        loop {
            match self.0.reports.recv().await? {
                Report::Item(event) => return Some(event),
                Report::Bind(_, kept) => {
                    let _ = kept.send(Ok(()));
                }
                _ => {}
            }
        }
    }

    /// Tells the backend to stop.
    pub fn stop(&self, how: Stop) {
        self.0.stop.send_replace(Some(how));
    }
}
