//! Takes the folders of turns away that ended long ago, or that are too many. Owns which may go; a turn that lives never does.

use std::{cmp::Reverse, fs, io, path::Path, time::Duration};

use serde::Serialize;
use switchboard_model::{Millis, TurnId};

use super::{
    State, TurnFolder, Turns, ending, files,
    lock::{self, Life},
    look::Settling,
    moment,
};

/// What was left of a folder that was being made goes after this long: its maker may be about to take its lock.
const LEFT_OVER: Duration = Duration::from_mins(1);

/// Which turns go.
#[derive(Debug, Clone, Copy)]
pub struct Gc {
    /// The time.
    pub now: Millis,
    /// Those that ended longer ago than this.
    pub older_than: Duration,
    /// And of the rest those that ended first, until all turns together have at most so many bytes.
    pub keep_bytes: Option<u64>,
    /// Whether they go, or are only told.
    pub sweep: Sweep,
}

/// Whether something is done or only told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sweep {
    /// It is done.
    ForReal,
    /// It is told.
    DryRun,
}

/// What went.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Swept {
    /// The turns, oldest end first.
    pub removed: Vec<Removed>,
    /// How many bytes they had.
    pub removed_bytes: u64,
    /// What was left of folders that were being made or deleted, by name.
    pub left_over: Vec<String>,
    /// Turns that could not be taken away, and why.
    pub failed: Vec<String>,
    /// How many turns are still there.
    pub kept: usize,
    /// How many bytes they have.
    pub kept_bytes: u64,
    /// Turns that were found abandoned. The store may not know yet.
    #[serde(skip)]
    pub settled_abandoned: Vec<TurnId>,
}

/// A turn that went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Removed {
    /// Which.
    pub turn_id: TurnId,
    /// How it ended.
    pub state: State,
    /// When.
    #[serde(with = "moment")]
    pub ended_at: Millis,
    /// How much room it took.
    pub bytes: u64,
}

impl Turns {
    /// Takes turns away.
    pub fn gc(&self, rules: Gc) -> io::Result<Swept> {
        let mut swept = Swept::default();
        self.sweep_left_over(rules, &mut swept)?;
        let mut ended = Vec::new();
        for folder in self.newest(usize::MAX)? {
            let bytes = size(&folder.path);
            swept.kept += 1;
            swept.kept_bytes += bytes;
            ended.extend(examine(&folder, bytes, rules, &mut swept));
        }
        ended.sort_by_key(|turn| Reverse(turn.ended_at));
        while let Some(turn) = ended.pop() {
            let old = rules.now.since(turn.ended_at) > rules.older_than;
            let many = rules.keep_bytes.is_some_and(|most| swept.kept_bytes > most);
            if !(old || many) {
                break;
            }
            if rules.sweep == Sweep::ForReal
                && let Err(error) = gone_is_fine(self.remove(turn.turn_id))
            {
                swept.failed.push(format!("{}: {error}", turn.turn_id));
                continue;
            }
            swept.kept -= 1;
            swept.kept_bytes -= turn.bytes;
            swept.removed_bytes += turn.bytes;
            swept.removed.push(turn);
        }
        Ok(swept)
    }

    /// Takes a turn away whose worker is dead. It is gone for everybody at once, whenever this dies.
    fn remove(&self, id: TurnId) -> io::Result<()> {
        let folder = self.of(id);
        let Life::Dead(dead) = lock::life(&folder.path) else {
            return Err(io::Error::other("its worker lives"));
        };
        let _right = dead.heir(&folder.path)?;
        let gone = self.0.join(format!("{}{id}", files::GONE));
        fs::rename(&folder.path, &gone)?;
        fs::remove_dir_all(&gone)
    }

    fn sweep_left_over(&self, rules: Gc, swept: &mut Swept) -> io::Result<()> {
        for name in self.names()? {
            let path = self.0.join(&name);
            if !is_left_over(&name, &path, rules.now) {
                continue;
            }
            let removed = match rules.sweep {
                Sweep::ForReal => gone_is_fine(fs::remove_dir_all(&path)),
                Sweep::DryRun => Ok(()),
            };
            match removed {
                Ok(()) => swept.left_over.push(name),
                Err(error) => swept.failed.push(format!("{name}: {error}")),
            }
        }
        Ok(())
    }
}

/// Another may take the same away at the same time.
fn gone_is_fine(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// The turn in a folder, if it has ended.
fn examine(folder: &TurnFolder, bytes: u64, rules: Gc, swept: &mut Swept) -> Option<Removed> {
    let settling = match rules.sweep {
        Sweep::ForReal => Settling::Yes,
        Sweep::DryRun => Settling::No,
    };
    let look = folder.look_at(settling);
    if look.settled_abandoned {
        swept.settled_abandoned.push(folder.id());
    }
    if !look.state.is_over() || !matches!(lock::life(&folder.path), Life::Dead(_)) {
        return None;
    }
    let marked_at = ending::marked(&folder.path).and_then(|(_, at)| at);
    let ended_at = look.result.map(|result| result.ended_at);
    Some(Removed {
        turn_id: folder.id(),
        state: look.state,
        ended_at: ended_at.or(marked_at).or(look.last_event_at)?,
        bytes,
    })
}

fn is_left_over(name: &str, path: &Path, now: Millis) -> bool {
    if name.starts_with(files::GONE) {
        return true;
    }
    let made_at = files::changed_at(path);
    name.starts_with(files::NEW)
        && made_at.is_some_and(|at| now.since(at) > LEFT_OVER)
        && matches!(lock::life(path), Life::Dead(_))
}

/// How many bytes the files of a folder have.
fn size(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.metadata().ok())
        .map(|found| found.len())
        .sum()
}

#[cfg(test)]
mod tests;
