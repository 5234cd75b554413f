//! One open event stream, read cheaply: its events as they come, or of each only the number in a message's text.
//! Counts nothing; whoever opens it does.

use anyhow::{Result, ensure};
use tokio::{io::AsyncReadExt as _, net::TcpStream};

use crate::http::Server;

/// What stands before a message's number in its text.
const MARK: &[u8] = b"\"text\":\"number ";
const DIGITS: usize = 8;

/// The text of the message with that number.
pub fn text(number: u32) -> String {
    format!(
        "number {number:0DIGITS$}, and as many words as people use when they say something short"
    )
}

/// An open stream.
pub struct Viewer {
    stream: TcpStream,
    lines: Lines,
}

impl Viewer {
    /// Opens a stream for the `who`-th person and waits until it stands.
    pub async fn open(server: &Server, who: usize) -> Result<Self> {
        let stream = server.open(who, "/api/events").await?;
        let mut viewer = Self {
            stream,
            lines: Lines::default(),
        };
        let mut status = Vec::new();
        let mut ready = false;
        while !ready {
            viewer
                .read(|line| {
                    if status.is_empty() {
                        status = line.to_vec();
                    }
                    ready |= line == b"event: ready";
                })
                .await?;
            ensure!(
                status.is_empty() || status.starts_with(b"HTTP/1.1 200"),
                "the server refused an event stream: {}",
                String::from_utf8_lossy(&status)
            );
        }
        Ok(viewer)
    }

    /// Waits for more and tells the numbers of the messages in it.
    pub async fn numbers(&mut self, mut told: impl FnMut(u32)) -> Result<()> {
        self.events(|name, data| {
            // A thread's event quotes its last message, so the event's name decides.
            if name == b"message"
                && let Some(number) = number(data)
            {
                told(number);
            }
        })
        .await
    }

    /// Waits for more and tells the events in it, each by its name and its data.
    pub async fn events(&mut self, mut told: impl FnMut(&[u8], &[u8])) -> Result<()> {
        let mut name = Vec::new();
        self.read(|line| {
            if let Some(new) = line.strip_prefix(b"event: ") {
                name = new.to_vec();
            } else if let Some(data) = line.strip_prefix(b"data: ") {
                told(&name, data);
            }
        })
        .await
    }

    async fn read(&mut self, line: impl FnMut(&[u8])) -> Result<()> {
        ensure!(
            self.stream.read_buf(&mut self.lines.bytes).await? > 0,
            "the server ended an event stream"
        );
        self.lines.take(line);
        Ok(())
    }
}

/// Bytes that have come, and how far they were looked at. Sizes of chunks pass as lines that mean
/// nothing: a chunk holds whole events.
#[derive(Default)]
struct Lines {
    bytes: Vec<u8>,
}

impl Lines {
    /// Hands out the whole events that are there (or heads of answers), line by line, and keeps the rest.
    fn take(&mut self, mut line: impl FnMut(&[u8])) {
        let Some(end) = self
            .bytes
            .windows(2)
            .rposition(|two| two == b"\n\n" || two == b"\n\r")
        else {
            return;
        };
        for found in self.bytes[..end].split(|byte| *byte == b'\n') {
            line(found.strip_suffix(b"\r").unwrap_or(found));
        }
        self.bytes.drain(..end);
    }
}

fn number(data: &[u8]) -> Option<u32> {
    let at = data.windows(MARK.len()).position(|some| some == MARK)? + MARK.len();
    let digits = data.get(at..at + DIGITS)?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_message_is_in_its_text() {
        let data = format!("data: {{\"seq\":7,\"text\":\"{}\"}}", text(1234));
        assert_eq!(number(data.as_bytes()), Some(1234));
        assert_eq!(number(b"data: {\"text\":\"hello\"}"), None);
        assert_eq!(number(b"data: {\"text\":\"number 12"), None);
    }

    #[test]
    fn lines_come_in_whole_events_wherever_the_bytes_were_cut() {
        let stream = b"HTTP/1.1 200 OK\r\na: b\r\n\r\n1f\r\nevent: x\ndata: y\n\n\r\n20\r\nevent: z\ndata: w\n\n\r\n";
        for cut in 0..stream.len() {
            let mut lines = Lines::default();
            let mut found = Vec::new();
            for part in [&stream[..cut], &stream[cut..]] {
                lines.bytes.extend_from_slice(part);
                lines.take(|line| found.push(String::from_utf8_lossy(line).into_owned()));
            }
            found.retain(|line| line.contains(": "));
            let expected = ["a: b", "event: x", "data: y", "event: z", "data: w"];
            assert_eq!(found, expected, "cut at {cut}");
        }
    }
}
