//! How many event streams a person has open. Owns the count; a seat gives itself back.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use switchboard_model::PersonId;

/// A browser needs one for all its tabs; this leaves room for many devices and programs.
const MOST: usize = 32;

/// The seats of all people. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Seats(Arc<Mutex<HashMap<PersonId, usize>>>);

/// One person's place for one stream.
#[derive(Debug)]
pub(super) struct Seat {
    seats: Seats,
    person: PersonId,
}

impl Seats {
    /// A seat, unless the person has too many.
    pub(super) fn take(&self, person: PersonId) -> Option<Seat> {
        let mut seats = self.lock();
        let taken = seats.entry(person).or_default();
        if *taken >= MOST {
            return None;
        }
        *taken += 1;
        Some(Seat {
            seats: self.clone(),
            person,
        })
    }

    /// How many are taken in all.
    pub(super) fn taken(&self) -> usize {
        self.lock().values().sum()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<PersonId, usize>> {
        // Held for a lookup only; a panic cannot leave it half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = self.seats.lock();
        if let Some(taken) = seats.get_mut(&self.person) {
            *taken -= 1;
            if *taken == 0 {
                seats.remove(&self.person);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_person_has_so_many_streams_and_a_closed_one_makes_room() {
        let seats = Seats::default();
        let person: PersonId = "0192f0c1-2345-7abc-8def-0123456789ab".parse().unwrap();
        let mut taken: Vec<Seat> = (0..MOST).map(|_| seats.take(person).unwrap()).collect();
        assert!(seats.take(person).is_none());
        taken.pop();
        assert!(seats.take(person).is_some());
        drop(taken);
        assert_eq!(seats.taken(), 0);
    }
}
