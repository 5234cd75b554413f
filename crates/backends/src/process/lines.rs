//! The standard output of a running program as frames. Owns the pipe and the limit on all output together;
//! never starts a task: a program that is not read is held up by its full pipe.

use super::frame::{Frame, Framer};
use std::collections::VecDeque;
use tokio::{io::AsyncReadExt, net::unix::pipe::Receiver};

const READ_AT_ONCE: usize = 64 * 1024;

/// A program's standard output, line by line.
#[derive(Debug)]
pub struct Lines {
    /// `None` after the end; closing it is what tells a program that floods us to give up.
    pipe: Option<Receiver>,
    framer: Framer,
    ready: VecDeque<Frame>,
    room: Vec<u8>,
    limit: Option<u64>,
    seen: u64,
}

impl Lines {
    pub(super) fn new(pipe: Receiver, max_line: usize, limit: Option<u64>) -> Self {
        Self {
            pipe: Some(pipe),
            framer: Framer::new(max_line),
            ready: VecDeque::new(),
            room: vec![0; READ_AT_ONCE],
            limit,
            seen: 0,
        }
    }

    /// The next frame; `None` at the end of the output. Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<Frame> {
        // A flood of short lines must not keep the stop of a turn waiting.
        tokio::task::coop::consume_budget().await;
        loop {
            if let Some(frame) = self.ready.pop_front() {
                return Some(frame);
            }
            // A pipe that cannot be read has ended as far as we are concerned: the exit status tells the
            // rest.
            let count = self.pipe.as_mut()?.read(&mut self.room).await.unwrap_or(0);
            self.take(count);
        }
    }

    fn take(&mut self, count: usize) {
        self.seen += count as u64;
        self.ready.extend(self.framer.push(&self.room[..count]));
        let over = self.limit.filter(|limit| self.seen > *limit);
        if let Some(limit) = over {
            self.ready.push_back(Frame::TooMuchOutput { limit });
        } else if count == 0 {
            self.ready.extend(self.framer.finish());
        }
        if over.is_some() || count == 0 {
            self.pipe = None;
        }
    }
}
