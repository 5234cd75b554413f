//! How much of something a person has at once: open event streams, uploads under way. Owns the count; a
//! seat gives itself back.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use switchboard_model::PersonId;

/// The seats of all people. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Seats {
    taken: Arc<Mutex<HashMap<PersonId, usize>>>,
    /// For one person.
    most: usize,
    /// For all together.
    most_in_all: usize,
}

/// One person's place.
#[derive(Debug)]
pub(crate) struct Seat {
    seats: Seats,
    person: PersonId,
}

impl Seats {
    /// So many for each person, and so many in all.
    pub(crate) fn new(most: usize, most_in_all: usize) -> Self {
        Self {
            taken: Arc::default(),
            most,
            most_in_all,
        }
    }

    /// A seat, unless the person has too many, or there are too many.
    pub(crate) fn take(&self, person: PersonId) -> Option<Seat> {
        let mut seats = self.lock();
        let own = seats.get(&person).copied().unwrap_or_default();
        if own >= self.most || seats.values().sum::<usize>() >= self.most_in_all {
            return None;
        }
        seats.insert(person, own + 1);
        Some(Seat {
            seats: self.clone(),
            person,
        })
    }

    /// Who sits here.
    pub(super) fn people(&self) -> Vec<PersonId> {
        self.lock().keys().copied().collect()
    }

    /// Whether a person sits here.
    pub(super) fn has(&self, person: PersonId) -> bool {
        self.lock().contains_key(&person)
    }

    /// How many are taken in all.
    pub(crate) fn taken(&self) -> usize {
        self.lock().values().sum()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<PersonId, usize>> {
        // Held for a lookup only; a panic cannot leave it half changed.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
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
    fn a_person_has_so_many_seats_and_one_given_back_makes_room() {
        let seats = Seats::new(3, 4);
        let person: PersonId = "0192f0c1-2345-7abc-8def-0123456789ab".parse().unwrap();
        let mut taken: Vec<Seat> = (0..3).map(|_| seats.take(person).unwrap()).collect();
        assert!(seats.take(person).is_none());
        taken.pop();
        let again = seats.take(person);
        assert!(again.is_some());
        let others: Vec<PersonId> = ["a", "b"]
            .iter()
            .map(|c| {
                format!("0192f0c1-2345-7abc-8def-0123456789{c}{c}")
                    .parse()
                    .unwrap()
            })
            .collect();
        let one = seats.take(others[0]);
        assert!(one.is_some());
        assert!(seats.take(others[1]).is_none(), "that would be five");
        drop((one, again));
        drop(taken);
        assert_eq!(seats.taken(), 0);
    }
}
