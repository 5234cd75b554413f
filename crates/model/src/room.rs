//! How many turns may be at work at once, and what a turn waits for that finds no room. Owns the caps and what follows from
//! them; never counts.

/// So many times as many turns may be open as may be at work: what waits for a person's answer takes part in no cap of work,
/// or a few unanswered questions would hold up everything else without a word, but each is in memory and goes on once it is
/// answered.
const OPEN: u32 = 4;

/// How many turns may be at work at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    /// On one login.
    pub per_login: u32,
    /// For one person who asks.
    pub per_person: u32,
}

impl Caps {
    /// How many may be open on one login, and for one person, with those that wait for an answer.
    pub fn open(self) -> [i64; 2] {
        [self.per_login, self.per_person].map(open)
    }
}

fn open(cap: u32) -> i64 {
    i64::from(cap) * i64::from(OPEN)
}

/// Turns that were begun.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Begun {
    /// All of them.
    pub open: i64,
    /// Those of them that wait for nobody's answer.
    pub at_work: i64,
}

/// Whose room it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// That of whoever asked.
    Person,
    /// That of the login it would run on.
    Login,
    /// That of the whole server.
    Server,
}

/// What takes the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// Turns at work: one has to end.
    Work,
    /// Turns that wait for a person's answer: one has to be answered.
    Answers,
}

/// Why a turn that is next in its thread has not begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waits {
    /// Which room is full.
    pub room: Room,
    /// Of what.
    pub taken: Taken,
    /// How many.
    pub turns: i64,
}

/// Where a queued turn stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Line {
    /// How many go before it in its thread.
    pub before: i64,
    /// What it waits for, if that is room. What is free is taken at once, so nothing else keeps who is next.
    pub waits: Option<Waits>,
}

/// What a turn waits for, if that is room: the nearest to whoever asked first.
pub fn waits(caps: Caps, person: Begun, login: Begun) -> Option<Waits> {
    let [per_login, per_person] = [caps.per_login, caps.per_person];
    [
        (Room::Person, person, per_person),
        (Room::Login, login, per_login),
    ]
    .into_iter()
    .find_map(|(room, begun, cap)| {
        if begun.at_work >= i64::from(cap) {
            let (taken, turns) = (Taken::Work, begun.at_work);
            Some(Waits { room, taken, turns })
        } else if begun.open >= open(cap) {
            let (taken, turns) = (Taken::Answers, begun.open - begun.at_work);
            Some(Waits { room, taken, turns })
        } else {
            None
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_waits_for_the_room_that_is_full_and_says_of_what() {
        let caps = Caps {
            per_login: 4,
            per_person: 2,
        };
        let begun = |open, at_work| Begun { open, at_work };
        let waits_for = |room, taken, turns| Some(Waits { room, taken, turns });
        for (person, login, expected) in [
            (begun(1, 1), begun(3, 3), None),
            // Two that wait for an answer are no work.
            (begun(3, 1), begun(5, 3), None),
            (
                begun(2, 2),
                begun(2, 2),
                waits_for(Room::Person, Taken::Work, 2),
            ),
            (
                begun(2, 2),
                begun(4, 4),
                waits_for(Room::Person, Taken::Work, 2),
            ),
            (
                begun(1, 1),
                begun(4, 4),
                waits_for(Room::Login, Taken::Work, 4),
            ),
            (
                begun(8, 0),
                begun(8, 0),
                waits_for(Room::Person, Taken::Answers, 8),
            ),
            (
                begun(8, 1),
                begun(8, 1),
                waits_for(Room::Person, Taken::Answers, 7),
            ),
            (
                begun(0, 0),
                begun(16, 2),
                waits_for(Room::Login, Taken::Answers, 14),
            ),
        ] {
            assert_eq!(waits(caps, person, login), expected, "{person:?} {login:?}");
        }
        assert_eq!(caps.open(), [16, 8]);
    }
}
