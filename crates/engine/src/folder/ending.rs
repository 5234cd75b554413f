//! The end of a turn, on the disk. Owns the order in which it is written and how each half-written end is gone on with: it is decided
//! once its record is there under another name, and told once the record has its own.

use std::{
    fs::{self, File},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::Path,
};

use switchboard_model::Millis;

use super::{
    TurnFolder, events, files,
    lock::Heir,
    record::{Ending, Meta, State},
    text,
};

/// How much of the end of a file is looked at for its last line.
const LAST: u64 = 64 << 10;

/// Writes down how the turn ended, where nobody looks yet. The room that was kept for this is given up first.
pub(super) fn decide(folder: &Path, ending: &Ending) -> io::Result<()> {
    files::remove(&folder.join(files::RESERVE))?;
    files::write_durably(&folder.join(files::DECIDED), &files::in_json(ending)?)
}

/// Lets everybody see it.
pub(super) fn tell(folder: &Path) -> io::Result<()> {
    let result = folder.join(files::RESULT);
    match fs::rename(folder.join(files::DECIDED), &result) {
        // It was told, and the folder could not be synced.
        Err(error) if error.kind() == io::ErrorKind::NotFound && result.exists() => {}
        other => other?,
    }
    files::sync_folder(folder)
}

/// Puts the marker beside it. There is never a second one.
pub(super) fn mark(folder: &Path, state: State) -> io::Result<()> {
    if marked(folder).is_some() {
        return Ok(());
    }
    let marker = match state {
        State::Complete => files::DONE,
        _ => files::ERROR,
    };
    match files::make(&folder.join(marker)) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// How it ended, if that can be seen.
pub(super) fn read(folder: &Path) -> Option<Ending> {
    files::read_record(&folder.join(files::RESULT))
}

/// What a marker alone says, and when it was put there.
pub(super) fn marked(folder: &Path) -> Option<(State, Option<Millis>)> {
    let markers = [
        (files::DONE, State::Complete),
        (files::ERROR, State::Failed),
    ];
    markers.into_iter().find_map(|(name, state)| {
        let path = folder.join(name);
        path.symlink_metadata().ok()?;
        Some((state, files::changed_at(&path)))
    })
}

/// Ends a turn whose worker is dead: goes on with the end that it began, or says that there is none.
pub(super) fn settle(
    folder: &TurnFolder,
    meta: Option<&Meta>,
    last_heard: Millis,
    _right: &Heir,
) -> io::Result<Ending> {
    let path = folder.path();
    let decided: Option<Ending> = files::read_record(&path.join(files::DECIDED));
    let goes_on = decided.is_some();
    let ending = decided.unwrap_or_else(|| Ending::abandoned(folder.id(), meta, last_heard));
    if !goes_on {
        decide(path, &ending)?;
    }
    end_torn(path, &ending)?;
    tell(path)?;
    mark(path, ending.state)?;
    Ok(ending)
}

/// Takes what a death tore off the files that grow, and gives them the last lines that they lack. What cannot be written because the
/// disk is full is left: the record says it all.
fn end_torn(folder: &Path, ending: &Ending) -> io::Result<()> {
    let mut raw = Tail::open(&folder.join(files::RAW))?;
    raw.drop_torn_line()?;
    let mut events = Tail::open(&folder.join(files::EVENTS))?;
    events.drop_torn_line()?;
    if !events::is_last(&events.last_line()?) {
        events.append(&events::last_lines(ending));
    }
    let mut out = Tail::open(&folder.join(files::OUT))?;
    let last = text::last_line(ending);
    let end = out.end()?;
    if !end.ends_with(last.as_bytes()) {
        // It may have died in the middle of this very line.
        let torn = end.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        match last.as_bytes().strip_prefix(torn) {
            Some(rest) => out.append(rest),
            None => out.append(format!("\n{last}").as_bytes()),
        }
    }
    Ok(())
}

/// The end of a file that a dead worker left.
struct Tail(File);

impl Tail {
    fn open(path: &Path) -> io::Result<Self> {
        files::reopen(path).map(Self)
    }

    /// Its last bytes, or all of them.
    fn end(&mut self) -> io::Result<Vec<u8>> {
        let len = self.0.metadata()?.len();
        self.0.seek(SeekFrom::Start(len.saturating_sub(LAST)))?;
        let mut end = Vec::new();
        self.0.read_to_end(&mut end)?;
        Ok(end)
    }

    /// Its last line, of those that are whole; nothing if it is very long.
    fn last_line(&mut self) -> io::Result<Vec<u8>> {
        let end = self.end()?;
        let lines = end.strip_suffix(b"\n").unwrap_or_default();
        let line = lines.rsplit(|byte| *byte == b'\n').next();
        Ok(line.unwrap_or_default().to_vec())
    }

    /// Cuts off what stands behind the end of its last whole line.
    fn drop_torn_line(&mut self) -> io::Result<()> {
        let mut end = self.0.metadata()?.len();
        let whole = loop {
            let start = end.saturating_sub(LAST);
            self.0.seek(SeekFrom::Start(start))?;
            let mut piece = Vec::new();
            (&self.0).take(end - start).read_to_end(&mut piece)?;
            match piece.iter().rposition(|byte| *byte == b'\n') {
                Some(at) => break start + at as u64 + 1,
                None if start == 0 => break 0,
                None => end = start,
            }
        };
        self.0.set_len(whole)
    }

    fn append(&mut self, lines: &[u8]) {
        if let Err(error) = self.0.write_all(lines) {
            tracing::debug!(%error, "the last lines of a dead turn cannot be written");
        }
    }
}
