//! What is in a session's file, a little of it: who began it where, its first line, its last lines. Owns how much is read
//! and held at most; never reads a whole file, follows a link, or waits for a pipe.

use std::{
    collections::VecDeque,
    fs::{File, OpenOptions},
    io::{self, BufRead, BufReader},
    ops::Range,
    os::unix::fs::{FileExt as _, OpenOptionsExt as _},
};

use rustix::fs::OFlags;
use serde::Deserialize;
use serde_json::Value;

use super::{Form, Session};
use crate::codex::wire::Counted;

/// More of a line is not shown: it ends with [`CUT`] then. A usual first line has about 20 kB.
pub const LINE: usize = 64 * 1024;

/// How many lines a tail has.
pub const LINES: usize = 10;

/// What stands for the rest of a line.
const CUT: char = '…';

/// A first line that is longer does not tell where its session began.
const START: usize = 1024 * 1024;

/// How far from the end of a file the last lines are looked for.
const SCANNED: u64 = 64 * 1024 * 1024;

/// How much of a packed file is unpacked for its last lines.
const UNPACKED: u64 = 512 * 1024 * 1024;

/// How much is read at a time.
const BLOCK: usize = 64 * 1024;

/// Who began a session, and where.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// The folder it works in, as Codex noted it.
    pub cwd: Option<String>,
    /// Whether another session began it, not a person.
    pub of_sub_agent: bool,
}

#[derive(Deserialize)]
struct FirstLine {
    payload: Meta,
}

#[derive(Deserialize)]
struct Meta {
    cwd: Option<String>,
    source: Option<Value>,
    thread_source: Option<String>,
}

#[derive(Deserialize)]
struct CountLine {
    payload: Count,
}

#[derive(Deserialize)]
struct Count {
    info: Option<CountInfo>,
}

#[derive(Deserialize)]
struct CountInfo {
    total_token_usage: Counted,
}

impl Session {
    /// Who began it, and where; nothing if its first line does not say.
    pub fn start(&self) -> io::Result<Start> {
        let (line, _) = first_line(self.open()?, START)?;
        let Ok(FirstLine { payload }) = serde_json::from_slice(&line) else {
            return Ok(Start::default());
        };
        let source = payload.source.as_ref().and_then(Value::as_object);
        let by_agent = |name: &str| name.eq_ignore_ascii_case("subagent");
        let of_sub_agent = source.is_some_and(|source| source.keys().any(|key| by_agent(key)))
            || payload.thread_source.as_deref().is_some_and(by_agent);
        Ok(Start {
            cwd: payload.cwd,
            of_sub_agent,
        })
    }

    /// Its first line; empty if it has none yet.
    pub fn head(&self) -> io::Result<String> {
        let (line, rest) = first_line(self.open()?, LINE)?;
        Ok(shown(&line, rest))
    }

    /// Its last lines as they are, in their order. The last one may be half, if Codex writes it just now; fewer come where
    /// they would have to be looked for too far from the end.
    pub fn tail(&self) -> io::Result<Vec<String>> {
        match self.form {
            Form::Plain => {
                let file = self.file()?;
                let lines = last_lines(&file, file.metadata()?.len())?;
                lines
                    .into_iter()
                    .map(|line| read_line(&file, line))
                    .collect()
            }
            Form::Packed => last_unpacked(self.open()?),
        }
    }

    /// What it has used in all, if its last lines say.
    pub fn used(&self) -> io::Result<Option<Counted>> {
        let count = |line: &String| {
            let line: CountLine = serde_json::from_str(line).ok()?;
            line.payload.info.map(|info| info.total_token_usage)
        };
        Ok(self.tail()?.iter().rev().find_map(count))
    }

    fn open(&self) -> io::Result<Box<dyn BufRead>> {
        let file = self.file()?;
        Ok(match self.form {
            Form::Plain => Box::new(BufReader::with_capacity(BLOCK, file)),
            // It refuses to remember more than 128 MiB.
            Form::Packed => Box::new(BufReader::with_capacity(BLOCK, zstd::Decoder::new(file)?)),
        })
    }

    /// Its file, if it still is one: between looking and opening a link or a pipe may have taken its place.
    fn file(&self) -> io::Result<File> {
        let mut options = OpenOptions::new();
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        options.read(true).custom_flags(flags.bits() as i32);
        let file = options.open(&self.path)?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file"));
        }
        Ok(file)
    }
}

/// Whether more of a line was there than was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    None,
    Left,
}

/// A line's text, with a mark where it was cut.
fn shown(line: &[u8], rest: Rest) -> String {
    let whole = match (rest, std::str::from_utf8(line)) {
        // A character that was cut through is left out; bytes that never were one are marked.
        (Rest::Left, Err(error)) if error.error_len().is_none() => &line[..error.valid_up_to()],
        _ => line,
    };
    let mut text = String::from_utf8_lossy(whole).into_owned();
    if rest == Rest::Left {
        text.push(CUT);
    }
    text
}

fn first_line(reader: impl BufRead, most: usize) -> io::Result<(Vec<u8>, Rest)> {
    let mut line = Vec::new();
    reader.take(most as u64 + 1).read_until(b'\n', &mut line)?;
    let rest = if line.pop_if(|last| *last == b'\n').is_none() && line.len() > most {
        line.truncate(most);
        Rest::Left
    } else {
        Rest::None
    };
    Ok((line, rest))
}

/// Where the last lines of a file are, in their order. Looks at it backwards, and remembers nothing but places.
fn last_lines(file: &File, length: u64) -> io::Result<VecDeque<Range<u64>>> {
    let mut lines = VecDeque::new();
    let floor = length.saturating_sub(SCANNED);
    let mut block = vec![0; BLOCK];
    let (mut at, mut end) = (length, length);
    while at > floor {
        let from = at.saturating_sub(BLOCK as u64).max(floor);
        let read = &mut block[..(at - from) as usize];
        file.read_exact_at(read, from)?;
        let mut left = &read[..];
        while let Some(newline) = left.iter().rposition(|byte| *byte == b'\n') {
            let place = from + newline as u64;
            // What follows a newline is a line, unless nothing does.
            if place + 1 < end {
                lines.push_front(place + 1..end);
                if lines.len() == LINES {
                    return Ok(lines);
                }
            }
            end = place;
            left = &left[..newline];
        }
        at = from;
    }
    if at == 0 && end > 0 {
        lines.push_front(0..end);
    }
    Ok(lines)
}

fn read_line(file: &File, line: Range<u64>) -> io::Result<String> {
    let length = line.end - line.start;
    let mut bytes = vec![0; length.min(LINE as u64) as usize];
    file.read_exact_at(&mut bytes, line.start)?;
    let rest = if length > LINE as u64 {
        Rest::Left
    } else {
        Rest::None
    };
    Ok(shown(&bytes, rest))
}

/// The last lines of what can only be read from its beginning.
fn last_unpacked(mut reader: impl BufRead) -> io::Result<Vec<String>> {
    let mut lines: VecDeque<(Vec<u8>, Rest)> = VecDeque::new();
    let mut read = 0;
    let mut begins = true;
    loop {
        let buffer = reader.fill_buf()?;
        if buffer.is_empty() {
            break;
        }
        let newline = buffer.iter().position(|byte| *byte == b'\n');
        let piece = &buffer[..newline.unwrap_or(buffer.len())];
        if begins && !piece.is_empty() {
            lines.push_back((Vec::new(), Rest::None));
            if lines.len() > LINES {
                lines.pop_front();
            }
            begins = false;
        }
        if !begins && let Some((line, rest)) = lines.back_mut() {
            let fits = piece.len().min(LINE - line.len());
            line.extend_from_slice(&piece[..fits]);
            if fits < piece.len() {
                *rest = Rest::Left;
            }
        }
        begins |= newline.is_some();
        let used = piece.len() + usize::from(newline.is_some());
        reader.consume(used);
        read += used as u64;
        if read > UNPACKED {
            let message = "it has more than 512 MiB when it is unpacked";
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
        }
    }
    Ok(lines
        .iter()
        .map(|(line, rest)| shown(line, *rest))
        .collect())
}
