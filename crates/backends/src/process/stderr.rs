//! What a program said last on its standard error. Owns the bounded memory of it; never lets a secret out
//! of it.

use super::redact::redact;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{io::AsyncReadExt, net::unix::pipe::Receiver};

/// Enough for a stack trace, small enough to store with a failed turn.
const KEPT: usize = 16 * 1024;

/// The last 16 KiB of a program's standard error. It is always drained, so a program never hangs on a full
/// pipe.
#[derive(Debug, Clone, Default)]
pub struct StderrTail(Arc<Mutex<Tail>>);

#[derive(Debug, Default)]
struct Tail {
    kept: VecDeque<u8>,
    /// Whether something before `kept` was dropped.
    cut: bool,
}

impl StderrTail {
    /// The text so far, redacted, with what is not UTF-8 replaced. After `Tree::wait` it is complete.
    pub fn text(&self) -> String {
        let (bytes, cut) = {
            let tail = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            (tail.kept.iter().copied().collect::<Vec<u8>>(), tail.cut)
        };
        let text = String::from_utf8_lossy(&bytes);
        // The first word of a cut text may be the second half of a secret, which no pattern would
        // recognise.
        let whole = if cut {
            text.split_once(char::is_whitespace)
                .map_or("", |(_, rest)| rest)
        } else {
            &text
        };
        redact(whole)
    }

    /// Reads to the end of `pipe`.
    pub(super) async fn drain(self, mut pipe: Receiver) {
        let mut room = vec![0; 4096];
        while let Ok(count) = pipe.read(&mut room).await {
            if count == 0 {
                return;
            }
            self.keep(&room[..count]);
        }
    }

    fn keep(&self, bytes: &[u8]) {
        let mut tail = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tail.kept.extend(bytes);
        if let Some(surplus) = tail
            .kept
            .len()
            .checked_sub(KEPT)
            .filter(|surplus| *surplus > 0)
        {
            tail.kept.drain(..surplus);
            tail.cut = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_text_starts_at_a_whole_word() {
        let tail = StderrTail::default();
        tail.keep(b"sk-proj-");
        tail.keep(&[b'a'; KEPT - 4]);
        tail.keep(b" end");
        assert_eq!(tail.text(), "end");
    }

    #[test]
    fn only_the_last_part_is_kept() {
        let tail = StderrTail::default();
        for line in 0..10_000 {
            tail.keep(format!("line {line}\n").as_bytes());
        }
        let text = tail.text();
        assert!(text.len() <= KEPT);
        assert!(text.ends_with("line 9999\n"));
    }
}
