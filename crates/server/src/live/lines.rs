//! Where queued turns stand when changes are told. Owns whose place follows from a batch of changes, their own rows being as
//! they were: those behind one that left its queue, and those that wait for room that others took. Never tells.

use std::collections::{HashMap, HashSet};

use switchboard_engine::{Engine, line::Next};
use switchboard_model::{
    AssistantId, ThreadId, TurnId,
    room::{Line, Waits},
    turn::{Turn, TurnState},
};
use switchboard_store::{Change, StoreError};

/// Who waits for whom and what, around a batch of changes.
#[derive(Default)]
pub(super) struct Lines {
    /// Turns that the batch has an event for anyway.
    pub(super) changed: HashSet<TurnId>,
    /// The queued turns of each thread, oldest first, at the first position that touches them.
    waiting: Vec<(i64, ThreadId, Vec<Turn>)>,
    /// How many turns go before each.
    places: HashMap<TurnId, i64>,
    /// The turns that are next in whatever thread; `None` if no turn changed.
    next: Option<Vec<Next>>,
}

impl Lines {
    /// Around these changes.
    pub(super) async fn of(engine: &Engine, changes: &[(i64, Change)]) -> Result<Self, StoreError> {
        let mut lines = Self::default();
        for (pos, change) in changes {
            if let Change::Turn(turn) = change {
                lines.changed.insert(turn.id);
                if lines
                    .waiting
                    .iter()
                    .all(|(_, thread, _)| *thread != turn.thread)
                {
                    let open = engine.reader().open_turns(turn.thread).await?;
                    lines.add(*pos, turn.thread, open);
                }
            }
        }
        if !lines.changed.is_empty() {
            lines.next = Some(engine.next_turns().await?);
        }
        Ok(lines)
    }

    fn add(&mut self, pos: i64, thread: ThreadId, open: Vec<Turn>) {
        let mut queued = open;
        queued.retain(|turn| turn.state == TurnState::Queued);
        // They come in the order of their messages; a second attempt queues up anew.
        queued.sort_by_key(|turn| turn.queued_at);
        let mut before: HashMap<AssistantId, i64> = HashMap::new();
        for turn in &queued {
            let place = before.entry(turn.assistant).or_default();
            self.places.insert(turn.id, *place);
            *place += 1;
        }
        self.waiting.push((pos, thread, queued));
    }

    /// Where a queued turn of a thread stands in which one changed.
    pub(super) fn line(&self, turn: TurnId) -> Option<Line> {
        let before = *self.places.get(&turn)?;
        let next = self.next.iter().flatten().find(|one| one.turn == turn);
        let waits = next.and_then(|one| one.waits);
        Some(Line { before, waits })
    }

    /// Those that the change at this position moved up, with their threads.
    pub(super) fn moved_up(&self, at: i64) -> impl Iterator<Item = (ThreadId, &Turn)> {
        self.waiting
            .iter()
            .filter(move |(pos, ..)| *pos == at)
            .flat_map(|(_, thread, turns)| turns.iter().map(|turn| (*thread, turn)))
            .filter(|(_, turn)| !self.changed.contains(&turn.id))
    }

    /// Those elsewhere that wait for something else than was told; what is told now is noted. Of room that is free nothing is
    /// said: it is taken at once.
    pub(super) fn news(&self, told: &mut HashMap<TurnId, Waits>) -> Vec<Next> {
        let Some(next) = &self.next else {
            return Vec::new();
        };
        let here: HashSet<_> = next.iter().map(|one| one.turn).collect();
        told.retain(|turn, _| here.contains(turn));
        let mut news = Vec::new();
        for one in next {
            let Some(waits) = one.waits else { continue };
            let known = told.insert(one.turn, waits) == Some(waits);
            if !known && !self.places.contains_key(&one.turn) {
                news.push(*one);
            }
        }
        news
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use switchboard_model::room::{Room, Taken};

    use super::*;

    fn id(last: u8) -> TurnId {
        format!("00000000-0000-7000-8000-0000000000{last:02}")
            .parse()
            .unwrap()
    }

    fn lines(next: &[(u8, Option<i64>)]) -> Lines {
        let thread = "00000000-0000-7000-8000-000000000000".parse().unwrap();
        let next = next.iter().map(|(turn, turns)| Next {
            turn: id(*turn),
            thread,
            waits: turns.map(|turns| Waits {
                room: Room::Person,
                taken: Taken::Work,
                turns,
            }),
        });
        Lines {
            next: Some(next.collect()),
            ..Lines::default()
        }
    }

    fn turns(next: &[Next]) -> Vec<TurnId> {
        next.iter().map(|one| one.turn).collect()
    }

    #[test]
    fn a_wait_is_told_once_and_again_when_it_is_another() {
        let mut told = HashMap::new();
        let mut news = |lines: &Lines| turns(&lines.news(&mut told));
        assert_eq!(news(&lines(&[(1, Some(2)), (2, Some(2))])), [id(1), id(2)]);
        assert_eq!(news(&lines(&[(1, Some(2)), (2, Some(3))])), [id(2)]);
        // Free for a moment; then somebody else took it.
        assert_eq!(news(&lines(&[(1, None), (2, None)])), []);
        assert_eq!(news(&lines(&[(1, Some(2)), (2, Some(3))])), []);
        // It began, or was taken back; the one after it in its thread is another turn.
        assert_eq!(news(&lines(&[(2, Some(3))])), []);
        assert_eq!(news(&lines(&[(1, Some(2)), (2, Some(3))])), [id(1)]);
        assert_eq!(news(&Lines::default()), [], "no turn changed");
    }

    #[test]
    fn what_has_an_event_of_its_own_is_told_with_that() {
        let mut told = HashMap::new();
        let mut lines = lines(&[(1, Some(2)), (2, Some(2))]);
        lines.places.insert(id(1), 0);
        assert_eq!(turns(&lines.news(&mut told)), [id(2)]);
        assert_eq!(told.len(), 2);
        assert_eq!(lines.line(id(1)).unwrap().waits.unwrap().turns, 2);
        assert_eq!(lines.line(id(2)), None);
    }
}
