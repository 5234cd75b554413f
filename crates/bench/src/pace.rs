//! When load is due, whatever became of the load before it. A server that stalls does not slow its load
//! down, and each time counts from the moment the load was due: waiting in line is part of it.

use std::{
    thread,
    time::{Duration, Instant},
};

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// How much load, how often.
#[derive(Debug, Clone)]
pub struct Load {
    /// From one to the next.
    pub step: Duration,
    /// How many come first and do not count.
    pub warm: u32,
    /// How many count.
    pub count: u32,
}

/// One piece of load.
#[derive(Debug, Clone, Copy)]
pub struct Due {
    /// Its number, from 0.
    pub number: u32,
    /// When it is due.
    pub at: Instant,
    /// Whether it is past the warm-up.
    pub counts: bool,
}

impl Load {
    pub fn total(&self) -> u32 {
        self.warm + self.count
    }

    /// What is due when, if it all begins at `start`.
    pub fn due(&self, start: Instant, number: u32) -> Due {
        Due {
            number,
            at: start + self.step * number,
            counts: number >= self.warm,
        }
    }

    /// Each piece when it is due. Blocks between them.
    pub fn wait(&self, start: Instant) -> impl Iterator<Item = Due> + Send + use<> {
        let load = self.clone();
        (0..load.total()).map(move |number| {
            let due = load.due(start, number);
            thread::sleep(due.at.saturating_duration_since(Instant::now()));
            due
        })
    }

    /// The same for tasks. A thread waits, because the runtime's own timer is a millisecond coarse.
    pub fn tell(&self, start: Instant) -> UnboundedReceiver<Due> {
        let (told, hear) = unbounded_channel();
        let mut wait = self.wait(start);
        thread::spawn(move || wait.try_for_each(|due| told.send(due)));
        hear
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_due_does_not_depend_on_what_was_done() {
        let start = Instant::now();
        let load = Load {
            step: Duration::from_millis(5),
            warm: 2,
            count: 3,
        };
        let due: Vec<_> = (0..load.total())
            .map(|n| load.due(start, n))
            .map(|due| (due.at - start, due.counts))
            .collect();
        let ms = Duration::from_millis;
        let expected = [
            (ms(0), false),
            (ms(5), false),
            (ms(10), true),
            (ms(15), true),
            (ms(20), true),
        ];
        assert_eq!(due, expected);
    }
}
