//! Where queued turns stand in line, and what they wait for. Owns putting the counts of the store beside the caps of this
//! process; never lets one begin.

use switchboard_model::{
    ThreadId, TurnId,
    room::{Line, Room, Taken, Waits, waits},
    turn::{Turn, TurnState},
};
use switchboard_store::{InLine, StoreError};

use crate::{Engine, Settings};

/// A turn that is next in its thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Next {
    /// Which.
    pub turn: TurnId,
    /// Where.
    pub thread: ThreadId,
    /// What it waits for, if that is room.
    pub waits: Option<Waits>,
}

impl Engine {
    /// The turns that are next in their threads, the oldest first.
    pub async fn next_turns(&self) -> Result<Vec<Next>, StoreError> {
        // Where no turns are run, nobody knows how many may.
        let Some(settings) = self.settings() else {
            return Ok(Vec::new());
        };
        let in_line = self.reader().in_line(self.instance()).await?;
        let next = in_line.into_iter().map(|one| Next {
            turn: one.turn,
            thread: one.thread,
            waits: room_for(settings, &one),
        });
        Ok(next.collect())
    }

    /// Where a turn stands; `None` unless it is queued.
    pub async fn line(&self, turn: &Turn) -> Result<Option<Line>, StoreError> {
        if turn.state != TurnState::Queued {
            return Ok(None);
        }
        let Some(before) = self.reader().queue_position(turn.id).await? else {
            return Ok(None);
        };
        let waits = if before == 0 && !turn.detached {
            let next = self.next_turns().await?;
            next.iter()
                .find(|one| one.turn == turn.id)
                .and_then(|one| one.waits)
        } else {
            None
        };
        Ok(Some(Line { before, waits }))
    }
}

fn room_for(settings: Settings, one: &InLine) -> Option<Waits> {
    waits(settings.caps(), one.person, one.login).or_else(|| {
        let most = i64::try_from(settings.most).unwrap_or(i64::MAX);
        (one.here >= most).then_some(Waits {
            room: Room::Server,
            taken: Taken::Work,
            turns: one.here,
        })
    })
}
