//! Who is here, where, and typing. Owns the board, in memory and of this node alone: nothing of it is
//! stored, and a restart forgets it. Decides what others are told and how often; never who may hear it.
//!
//! However often somebody says something, others hear of them once a second at most, and then what is
//! so by then. So nobody can flood anybody, and the last word is always told.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use switchboard_model::{PersonId, ThreadId};
use tokio::{sync::Notify, time::Instant};

/// Typing ends by itself so long after it was last said.
pub(crate) const TYPING: Duration = Duration::from_secs(6);

/// A page that is loaded again, or a stream that breaks, is no absence.
const GRACE: Duration = Duration::from_secs(10);

/// The least time between two things told about one person.
const PAUSE: Duration = Duration::from_secs(1);

/// Typing that goes on is told again only when it ends later by so much.
const WORTH_TELLING: Duration = Duration::from_secs(2);

/// Something to be told about one person.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Told {
    /// Who.
    pub(super) person: PersonId,
    /// Whether they are here.
    pub(super) here: bool,
    /// Whether that is news to those who may not see the thread.
    pub(super) to_everyone: bool,
    /// The thread that they were in until now: its readers are told too.
    pub(super) left: Option<ThreadId>,
    /// The thread that they look at.
    pub(super) thread: Option<ThreadId>,
    /// Until when they type in it, unless they say so again.
    pub(super) typing_until: Option<Instant>,
}

/// What is so, or was told.
#[derive(Debug, Clone, Default, PartialEq)]
struct Standing {
    here: bool,
    thread: Option<ThreadId>,
    typing_until: Option<Instant>,
}

#[derive(Debug, Default)]
struct Entry {
    /// Open event streams.
    streams: usize,
    /// Without a stream: gone from then on.
    leaves_at: Option<Instant>,
    thread: Option<ThreadId>,
    typing_until: Option<Instant>,
    told: Standing,
    told_at: Option<Instant>,
}

impl Entry {
    fn standing(&self, now: Instant) -> Standing {
        let here = self.streams > 0 || self.leaves_at.is_some_and(|at| at > now);
        let typing_until = self.typing_until.filter(|at| *at > now);
        Standing {
            here,
            thread: self.thread.filter(|_| here),
            typing_until: typing_until.filter(|_| here),
        }
    }

    /// Whether others have to hear of the difference. That typing ended in time they know by themselves.
    fn is_news(&self, is: &Standing, now: Instant) -> bool {
        let told = self.told.typing_until.filter(|at| *at > now);
        let typing = match (told, is.typing_until) {
            (None, None) => false,
            (Some(told), Some(is)) => is >= told + WORTH_TELLING,
            _ => true,
        };
        typing || self.told.here != is.here || self.told.thread != is.thread
    }

    /// When there may be something to tell, or to forget.
    fn next(&self, now: Instant) -> Option<Instant> {
        let is = self.standing(now);
        let news = self
            .is_news(&is, now)
            .then(|| self.told_at.map_or(now, |at| at + PAUSE));
        let leaves = self.leaves_at.filter(|at| self.streams == 0 && *at > now);
        [news, leaves].into_iter().flatten().min()
    }
}

/// The people that are here, or were a moment ago.
#[derive(Debug, Default)]
struct Board {
    people: HashMap<PersonId, Entry>,
}

impl Board {
    fn arrive(&mut self, person: PersonId) {
        let entry = self.people.entry(person).or_default();
        entry.streams += 1;
        entry.leaves_at = None;
    }

    fn leave(&mut self, person: PersonId, now: Instant) {
        if let Some(entry) = self.people.get_mut(&person) {
            entry.streams = entry.streams.saturating_sub(1);
            if entry.streams == 0 {
                entry.leaves_at = Some(now + GRACE);
            }
        }
    }

    fn say(&mut self, person: PersonId, thread: Option<ThreadId>, typing: bool, now: Instant) {
        let entry = self.people.entry(person).or_default();
        if entry.streams == 0 {
            entry.leaves_at = Some(now + GRACE);
        }
        entry.thread = thread;
        entry.typing_until = (typing && thread.is_some()).then(|| now + TYPING);
    }

    /// What others are to be told now. Forgets who is gone.
    fn due(&mut self, now: Instant) -> Vec<Told> {
        let mut due = Vec::new();
        for (person, entry) in &mut self.people {
            let is = entry.standing(now);
            let rested = entry.told_at.is_none_or(|at| at + PAUSE <= now);
            if !rested || !entry.is_news(&is, now) {
                continue;
            }
            let was = std::mem::replace(&mut entry.told, is.clone());
            entry.told_at = Some(now);
            due.push(Told {
                person: *person,
                here: is.here,
                to_everyone: was.here != is.here,
                left: was.thread.filter(|thread| is.thread != Some(*thread)),
                thread: is.thread,
                typing_until: is.typing_until,
            });
        }
        self.people.retain(|_, entry| {
            let rested = entry.told_at.is_none_or(|at| at + PAUSE <= now);
            entry.streams > 0 || entry.standing(now).here || entry.told.here || !rested
        });
        due
    }

    /// When to look again; never, if nothing will be due by itself.
    fn next(&self, now: Instant) -> Option<Instant> {
        self.people
            .values()
            .filter_map(|entry| entry.next(now))
            .min()
    }

    /// Everyone who is here, for somebody who comes.
    fn everyone(&self, now: Instant) -> Vec<Told> {
        let here = self
            .people
            .iter()
            .map(|(person, entry)| (*person, entry.standing(now)));
        here.filter(|(_, is)| is.here)
            .map(|(person, is)| Told {
                person,
                here: true,
                to_everyone: true,
                left: None,
                thread: is.thread,
                typing_until: is.typing_until,
            })
            .collect()
    }
}

/// The board that all streams of this node share. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Presence {
    board: Arc<Mutex<Board>>,
    bell: Arc<Notify>,
}

/// One open stream of a person; they are here as long as one lives.
#[derive(Debug)]
pub(super) struct Here {
    presence: Presence,
    person: PersonId,
}

impl Presence {
    /// A person opened a stream.
    pub(super) fn arrive(&self, person: PersonId) -> Here {
        self.lock().arrive(person);
        self.bell.notify_one();
        Here {
            presence: self.clone(),
            person,
        }
    }

    /// A person says where they are, and whether they type there.
    pub(super) fn say(&self, person: PersonId, thread: Option<ThreadId>, typing: bool) {
        self.lock().say(person, thread, typing, Instant::now());
        self.bell.notify_one();
    }

    /// Waits until there may be something to tell, and says what.
    pub(super) async fn news(&self) -> Vec<Told> {
        let next = self.lock().next(Instant::now());
        let due = async {
            match next {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = due => {}
            () = self.bell.notified() => {}
        }
        self.lock().due(Instant::now())
    }

    /// Everyone who is here.
    pub(super) fn everyone(&self) -> Vec<Told> {
        self.lock().everyone(Instant::now())
    }

    fn lock(&self) -> MutexGuard<'_, Board> {
        // Held for a lookup only, never over an await; a panic cannot leave it half changed.
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Here {
    fn drop(&mut self) {
        self.presence.lock().leave(self.person, Instant::now());
        self.presence.bell.notify_one();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(last: &str) -> T {
        format!("0192f0c1-2345-7abc-8def-0123456789{last}")
            .parse()
            .unwrap()
    }

    /// A board whose clock is moved by hand.
    struct Room {
        board: Board,
        now: Instant,
        mara: PersonId,
        thread: ThreadId,
    }

    impl Room {
        fn new() -> Self {
            Self {
                board: Board::default(),
                now: Instant::now(),
                mara: id("aa"),
                thread: id("bb"),
            }
        }

        fn pass(&mut self, millis: u64) {
            self.now += Duration::from_millis(millis);
        }

        fn type_now(&mut self) {
            self.board.say(self.mara, Some(self.thread), true, self.now);
        }

        /// What is told: here, thread, typing.
        fn told(&mut self) -> Vec<(bool, bool, bool)> {
            let due = self.board.due(self.now);
            due.iter()
                .map(|told| {
                    (
                        told.here,
                        told.thread.is_some(),
                        told.typing_until.is_some(),
                    )
                })
                .collect()
        }
    }

    #[tokio::test]
    async fn who_opens_a_stream_is_here_until_the_last_one_is_closed_for_a_while() {
        let mut room = Room::new();
        room.board.arrive(room.mara);
        room.board.arrive(room.mara);
        assert_eq!(room.told(), [(true, false, false)]);
        room.board.leave(room.mara, room.now);
        room.pass(60_000);
        assert_eq!(room.told(), [], "one is still open");
        room.board.leave(room.mara, room.now);
        room.pass(9_999);
        assert_eq!(room.told(), [], "perhaps a page that is loaded again");
        assert_eq!(
            room.board.next(room.now),
            Some(room.now + Duration::from_millis(1))
        );
        room.pass(1);
        assert_eq!(room.told(), [(false, false, false)]);
        room.pass(1_000);
        assert_eq!(room.told(), []);
        assert!(room.board.people.is_empty(), "forgotten");
    }

    #[tokio::test]
    async fn a_page_that_is_loaded_again_is_no_absence() {
        let mut room = Room::new();
        for _ in 0..100 {
            room.board.arrive(room.mara);
            room.pass(100);
            room.board.leave(room.mara, room.now);
        }
        assert_eq!(room.told(), [(true, false, false)]);
        room.board.arrive(room.mara);
        room.pass(60_000);
        assert_eq!(room.told(), []);
    }

    #[tokio::test]
    async fn typing_is_told_at_once_and_again_only_when_it_goes_on() {
        let mut room = Room::new();
        room.board.arrive(room.mara);
        assert_eq!(room.told().len(), 1);
        room.pass(1_000);
        room.type_now();
        assert_eq!(room.told(), [(true, true, true)]);
        room.pass(1_000);
        room.type_now();
        assert_eq!(room.told(), [], "a second more is not worth telling");
        room.pass(2_000);
        room.type_now();
        assert_eq!(room.told(), [(true, true, true)]);
        room.pass(6_000);
        assert_eq!(room.told(), [], "that it ended they know by themselves");
        room.type_now();
        assert_eq!(room.told(), [(true, true, true)]);
        room.board
            .say(room.mara, Some(room.thread), false, room.now);
        room.pass(1_000);
        assert_eq!(room.told(), [(true, true, false)], "a message was sent");
    }

    #[tokio::test]
    async fn a_flood_is_told_once_a_second_and_its_last_word_always() {
        let mut room = Room::new();
        room.board.arrive(room.mara);
        let mut told = 0;
        for round in 0..10_000 {
            let thread = id(["b0", "b1"][round % 2]);
            room.board.say(
                room.mara,
                Some(thread),
                [true, false, false][round % 3],
                room.now,
            );
            told += room.told().len();
            room.pass(1);
        }
        assert!((9..=11).contains(&told), "{told} in ten seconds");
        let quiet = room.thread;
        room.board.say(room.mara, Some(quiet), false, room.now);
        room.pass(1_000);
        let last = room.board.due(room.now);
        assert_eq!(last[0].thread, Some(quiet));
        assert_eq!(room.board.next(room.now), None, "nothing more to tell");
    }

    #[tokio::test]
    async fn who_goes_elsewhere_is_told_to_those_who_stay() {
        let mut room = Room::new();
        room.board.arrive(room.mara);
        room.type_now();
        let first = room.board.due(room.now).remove(0);
        assert!(first.to_everyone && first.left.is_none());
        room.pass(1_000);
        let elsewhere = id("cc");
        room.board.say(room.mara, Some(elsewhere), false, room.now);
        let then = room.board.due(room.now).remove(0);
        assert_eq!(
            (then.to_everyone, then.left, then.thread),
            (false, Some(room.thread), Some(elsewhere))
        );
        let comes = room.board.everyone(room.now);
        assert_eq!(comes.len(), 1);
        assert_eq!((comes[0].here, comes[0].thread), (true, Some(elsewhere)));
    }

    #[tokio::test]
    async fn nobody_types_nowhere_and_who_has_no_stream_is_here_for_a_moment() {
        let mut room = Room::new();
        room.board.say(room.mara, None, true, room.now);
        assert_eq!(room.told(), [(true, false, false)]);
        room.pass(10_000);
        assert_eq!(room.told(), [(false, false, false)]);
    }
}
