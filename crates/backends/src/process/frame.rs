//! Bytes in, lines out. Owns where a line of a program's output begins and ends, and the limit on its
//! length; never reads anything itself and never looks inside a line, so a broken one cannot harm the next.

/// One thing a program said on its standard output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// A whole line without its ending, `\n` or `\r\n`. Any bytes: neither JSON nor UTF-8 is promised.
    /// Never empty.
    Line(Vec<u8>),
    /// A line of this many bytes, more than the limit, was skipped.
    Oversize {
        /// Its length without the `\n`.
        bytes: u64,
    },
    /// The program has said more than it may in all. The last frame there is: stop the program.
    TooMuchOutput {
        /// What it may say, in bytes.
        limit: u64,
    },
}

/// Cuts a stream of bytes into lines, however it arrives in pieces. Holds at most one line of `max_line`
/// bytes.
#[derive(Debug)]
pub struct Framer {
    max_line: usize,
    /// The beginning of the line that has not ended yet; empty while that line is being skipped.
    open: Vec<u8>,
    /// Length of that line so far, skipped or not.
    length: u64,
}

impl Framer {
    /// A line may have `max_line` bytes before its `\n`.
    pub fn new(max_line: usize) -> Self {
        Self {
            max_line,
            open: Vec::new(),
            length: 0,
        }
    }

    /// Takes the next bytes and gives the lines that they complete.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Frame> {
        let mut frames = Vec::new();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            match piece.strip_suffix(b"\n") {
                Some(end) => {
                    self.extend(end);
                    frames.extend(self.close());
                }
                None => self.extend(piece),
            }
        }
        frames
    }

    /// The line that end-of-file cut short, if there is one.
    pub fn finish(&mut self) -> Option<Frame> {
        self.close()
    }

    fn extend(&mut self, piece: &[u8]) {
        self.length += piece.len() as u64;
        if self.length > self.max_line as u64 {
            self.open = Vec::new();
        } else {
            self.open.extend_from_slice(piece);
        }
    }

    fn close(&mut self) -> Option<Frame> {
        let bytes = std::mem::take(&mut self.length);
        let mut line = std::mem::take(&mut self.open);
        if bytes > self.max_line as u64 {
            return Some(Frame::Oversize { bytes });
        }
        line.pop_if(|last| *last == b'\r');
        (!line.is_empty()).then_some(Frame::Line(line))
    }
}
