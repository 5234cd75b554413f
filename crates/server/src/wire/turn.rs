//! Turns on the wire.

use serde::Serialize;
use switchboard_model::{
    outcome::Failure,
    room::{self, Line},
    turn as model,
};
use utoipa::ToSchema;

use super::{Item, OutcomeCode, Question, RanWith, Steer, ToWire, Usage};

/// One piece of work by one assistant.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Turn {
    /// Which.
    pub id: String,
    /// Where its reply goes.
    pub thread_id: String,
    /// The message that asked.
    pub message_id: String,
    /// Who answers.
    pub assistant: String,
    /// Who asked.
    pub person: String,
    /// 1, 2, … of the same answer owed.
    pub attempt: i64,
    /// Where it stands.
    pub state: TurnState,
    /// Whether a person asked for it to stop.
    pub stop_wanted: bool,
    /// Whose plan it runs on, in words.
    pub runs_on: Option<String>,
    /// Whether it was started from a command line, and has a process of its own.
    pub detached: bool,
    /// While it is at work: which turn of its thread it is, 1 being the first.
    pub number: Option<i64>,
    /// When it was asked for.
    pub queued_at: i64,
    /// When it began. After a crash it may begin again: items of it that began earlier, or all of them while this is
    /// null, are gone.
    pub started_at: Option<i64>,
    /// When it ended.
    pub ended_at: Option<i64>,
    /// The message with its reply.
    pub reply_id: Option<String>,
    /// While queued: how many turns go before it in its thread.
    pub position: Option<i64>,
    /// While queued and next: what it waits for, if all the turns are begun that may be.
    pub waits: Option<Waits>,
    /// How it failed, if it did.
    pub error: Option<TurnError>,
    /// Whether it failed for want of a login and is tried again by itself after one. A cancel takes that back.
    pub parked: bool,
    /// What it really ran with, once that is known.
    pub ran_with: Option<RanWith>,
    /// What it used of its model so far.
    pub usage: Option<Usage>,
}

/// What a turn waits for.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct Waits {
    /// Whose room is full.
    pub room: Room,
    /// Of what.
    pub taken: Taken,
    /// How many.
    pub turns: i64,
}

/// How many turns may be begun is settled for each of these.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Room {
    /// Whoever asked.
    Person,
    /// The login that it would run on.
    Login,
    /// The server.
    Server,
}

/// What takes the room.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Taken {
    /// Turns at work: one has to end.
    Work,
    /// Turns that wait for a person's answer: one has to be answered.
    Answers,
}

/// A turn as a list of turns shows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TurnRow {
    /// The turn.
    pub turn: Turn,
    /// Its thread's title; empty as long as it has none.
    pub title: String,
    /// The place in the thread of the message that asked: what `around` takes.
    pub seq: i64,
    /// The first 140 characters of that message, or the name of a file without words.
    pub words: String,
}

/// A page of turns, newest first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TurnPage {
    /// Newest first.
    pub items: Vec<TurnRow>,
    /// What to give as `before` for the next page; null at the end.
    pub next: Option<String>,
    /// Where the event stream goes on from this page.
    pub pos: String,
}

/// Where a turn stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TurnState {
    /// Owed, not yet begun.
    Queued,
    /// At work.
    Running,
    /// A question of it is open.
    WaitingApproval,
    /// Ended with a reply.
    Done,
    /// Ended with a visible failure.
    Failed,
    /// Ended because a person stopped it.
    Cancelled,
    /// Its process died and it may have had an effect.
    Abandoned,
}

/// How a turn failed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TurnError {
    /// The stable name.
    pub code: OutcomeCode,
    /// One sentence for people.
    pub message: String,
    /// What to do about it.
    pub hint: String,
    /// More for whoever debugs.
    pub detail: Option<String>,
    /// When the limit resets.
    pub retry_at: Option<i64>,
}

/// The items of a turn, in order.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TurnItems {
    /// In order.
    pub items: Vec<Item>,
    /// What it asked, in order.
    pub questions: Vec<Question>,
    /// Words sent into it, oldest first.
    pub steers: Vec<Steer>,
    /// Where the event stream goes on from this list.
    pub pos: String,
}

impl ToWire for Failure {
    type Wire = TurnError;

    fn to_wire(&self) -> TurnError {
        TurnError {
            code: self.code.to_wire(),
            message: self.message.clone(),
            hint: self.hint.clone(),
            detail: self.detail.clone(),
            retry_at: self.retry_at.map(|at| at.0),
        }
    }
}

/// The state as readers know it: waiting is a running turn with open questions.
pub(super) fn state(turn: &model::Turn) -> TurnState {
    match &turn.state {
        model::TurnState::Queued => TurnState::Queued,
        model::TurnState::Running { .. } if turn.open_questions > 0 => TurnState::WaitingApproval,
        model::TurnState::Running { .. } => TurnState::Running,
        model::TurnState::Done => TurnState::Done,
        model::TurnState::Failed(_) => TurnState::Failed,
        model::TurnState::Cancelled => TurnState::Cancelled,
        model::TurnState::Abandoned(_) => TurnState::Abandoned,
    }
}

impl ToWire for room::Waits {
    type Wire = Waits;

    fn to_wire(&self) -> Waits {
        Waits {
            room: match self.room {
                room::Room::Person => Room::Person,
                room::Room::Login => Room::Login,
                room::Room::Server => Room::Server,
            },
            taken: match self.taken {
                room::Taken::Work => Taken::Work,
                room::Taken::Answers => Taken::Answers,
            },
            turns: self.turns,
        }
    }
}

impl Turn {
    /// A turn with where it stands in line, which only a queued one does.
    pub fn at(turn: &model::Turn, line: Option<Line>) -> Self {
        Self {
            id: turn.id.to_string(),
            thread_id: turn.thread.to_string(),
            message_id: turn.message.to_string(),
            assistant: turn.assistant.to_string(),
            person: turn.person.to_string(),
            attempt: turn.attempt,
            state: state(turn),
            stop_wanted: turn.stop_wanted,
            runs_on: turn.runs_on.clone(),
            detached: turn.detached,
            number: turn.number,
            queued_at: turn.queued_at.0,
            started_at: turn.started_at.map(|at| at.0),
            ended_at: turn.ended_at.map(|at| at.0),
            reply_id: turn.reply.map(|id| id.to_string()),
            position: line.map(|line| line.before),
            waits: line
                .and_then(|line| line.waits)
                .map(|waits| waits.to_wire()),
            error: turn.state.failure().map(ToWire::to_wire),
            parked: turn.parked_at.is_some(),
            ran_with: turn.ran_with.as_ref().map(ToWire::to_wire),
            usage: turn.used.as_ref().map(ToWire::to_wire),
        }
    }
}
