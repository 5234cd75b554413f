//! What assistants' programs said last, word for word, for whoever reports a bug: also what nobody here shows yet. Owns
//! memory only, bounded for all turns together; never written down, and gone with the process.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use switchboard_model::TurnId;

/// How many bytes are kept for all turns together; the oldest go first.
const MOST: usize = 8 << 20;

/// How much of one line is kept.
const LINE: usize = 64 << 10;

/// What stands at the end of a line of which no more is kept.
const CUT: &[u8] = "…".as_bytes();

/// The last lines. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Said(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    lines: VecDeque<(TurnId, Vec<u8>)>,
    bytes: usize,
}

impl Said {
    /// Keeps a line of a turn's program.
    pub(crate) fn keep(&self, turn: TurnId, mut line: Vec<u8>) {
        if line.len() > LINE {
            line.truncate(LINE);
            line.extend_from_slice(CUT);
        }
        line.shrink_to_fit();
        let mut inner = self.lock();
        inner.bytes += line.len();
        inner.lines.push_back((turn, line));
        while inner.bytes > MOST
            && let Some((_, oldest)) = inner.lines.pop_front()
        {
            inner.bytes -= oldest.len();
        }
    }

    /// The lines of a turn that are still here, one after the other, each with its end.
    pub(crate) fn of(&self, turn: TurnId) -> Vec<u8> {
        let inner = self.lock();
        let lines = inner.lines.iter().filter(|(of, _)| *of == turn);
        let mut all = Vec::new();
        for (_, line) in lines {
            all.extend_from_slice(line);
            all.push(b'\n');
        }
        all
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Held for a copy only; a panic cannot leave it half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn turn(last: u8) -> TurnId {
        let id = format!("00000000-0000-7000-8000-0000000000{last:02x}");
        id.parse().unwrap()
    }

    #[test]
    fn each_turn_has_its_own_lines_in_their_order() {
        let said = Said::default();
        said.keep(turn(1), b"one".to_vec());
        said.keep(turn(2), b"other".to_vec());
        said.keep(turn(1), b"two".to_vec());
        assert_eq!(said.of(turn(1)), b"one\ntwo\n");
        assert_eq!(said.of(turn(3)), b"");
    }

    #[test]
    fn the_oldest_lines_go_first_and_a_long_one_is_cut() {
        let said = Said::default();
        said.keep(turn(1), b"first".to_vec());
        for _ in 0..=MOST / LINE {
            said.keep(turn(2), vec![b'x'; LINE * 2]);
        }
        assert_eq!(said.of(turn(1)), b"");
        let kept = said.of(turn(2));
        assert!(kept.len() <= MOST + MOST / LINE, "{}", kept.len());
        assert!(kept.ends_with("x…\n".as_bytes()));
    }
}
