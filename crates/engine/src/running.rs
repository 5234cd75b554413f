//! The turns that run in this process: how to stop one, its open items with their text so far, and what its program said.
//! Owns memory only; the store is the truth.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use switchboard_model::{
    TurnId,
    item::{Item, ItemStatus},
};
use tokio::sync::Notify;

use crate::said::Said;

/// The running turns. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Running {
    turns: Arc<Mutex<HashMap<TurnId, Entry>>>,
    /// Also of those that have ended.
    said: Said,
}

#[derive(Debug)]
struct Entry {
    stop: Arc<Notify>,
    items: Vec<Item>,
}

/// A turn's place among the running ones; leaving it takes the turn out.
pub(crate) struct Place {
    running: Running,
    turn: TurnId,
    stop: Arc<Notify>,
}

/// A place, and what fires when somebody wants its turn to stop.
pub(crate) type Seat = (Place, Arc<Notify>);

impl Running {
    /// Puts a turn in. The `Notify` fires when somebody wants it to stop.
    pub(crate) fn enter(&self, turn: TurnId) -> Seat {
        let stop = Arc::new(Notify::new());
        self.lock().insert(
            turn,
            Entry {
                stop: stop.clone(),
                items: Vec::new(),
            },
        );
        (
            Place {
                running: self.clone(),
                turn,
                stop: stop.clone(),
            },
            stop,
        )
    }

    /// Wakes the runner of a turn, if it is in this process.
    pub(crate) fn stop(&self, turn: TurnId) {
        if let Some(entry) = self.lock().get(&turn) {
            // `notify_one` keeps a permit, so a runner that is not listening yet hears it too.
            entry.stop.notify_one();
        }
    }

    /// Whether a turn runs in this process.
    pub(crate) fn has(&self, turn: TurnId) -> bool {
        self.lock().contains_key(&turn)
    }

    /// What the program of a turn said last, line by line.
    pub(crate) fn said(&self, turn: TurnId) -> Vec<u8> {
        self.said.of(turn)
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.lock().len()
    }

    /// The open items of all running turns.
    pub(crate) fn open_items(&self) -> Vec<Item> {
        let turns = self.lock();
        turns
            .values()
            .flat_map(|e| &e.items)
            .filter(|item| item.status == ItemStatus::Open)
            .cloned()
            .collect()
    }

    /// All items of one running turn.
    pub(crate) fn items(&self, turn: TurnId) -> Vec<Item> {
        self.lock()
            .get(&turn)
            .map(|entry| entry.items.clone())
            .unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TurnId, Entry>> {
        // Held for a lookup or a copy, never over an await; a panic cannot leave it half changed.
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Changes the items that others see.
    pub(crate) fn with_items<T>(&self, change: impl FnOnce(&mut Vec<Item>) -> T) -> Option<T> {
        self.running
            .lock()
            .get_mut(&self.turn)
            .filter(|entry| Arc::ptr_eq(&entry.stop, &self.stop))
            .map(|entry| change(&mut entry.items))
    }

    /// Keeps a line that the turn's program said.
    pub(crate) fn keep_said(&self, line: Vec<u8>) {
        self.running.said.keep(self.turn, line);
    }

    /// Shows no items any more: from here on the store knows more than this memory.
    pub(crate) fn clear(&self) {
        self.with_items(Vec::clear);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut turns = self.running.lock();
        // A turn that was taken from us may run here again already; that place is not this one.
        if turns
            .get(&self.turn)
            .is_some_and(|entry| Arc::ptr_eq(&entry.stop, &self.stop))
        {
            turns.remove(&self.turn);
        }
    }
}
