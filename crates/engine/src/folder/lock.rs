//! `turn.lock`, and how a folder comes to be. A turn's worker holds the lock exclusively, from before its folder has its name until
//! it ends; nobody else ever does. So a lock that can be shared proves that the worker is dead, and one that cannot that it lives.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use switchboard_model::TurnId;

use super::{Meta, TurnFolder, Turns, files};

/// How much room is kept for the end of a turn on a disk that fills up meanwhile.
const RESERVE: usize = 64 << 10;

/// A turn's folder and its lock: the only thing that writes there while the turn runs. Dropping it, or dying, releases the lock.
#[derive(Debug)]
pub struct Held {
    pub(super) folder: TurnFolder,
    pub(super) streams: Streams,
    pub(super) lock: File,
}

/// The files that grow.
#[derive(Debug)]
pub(super) struct Streams {
    pub(super) out: File,
    pub(super) events: File,
    pub(super) raw: File,
}

/// Proof that a turn's worker is dead, and that it stays so while this is held.
pub(super) struct Dead(Option<File>);

/// Whether a turn's worker lives.
pub(super) enum Life {
    Alive,
    Dead(Dead),
    /// The lock cannot be looked at, which proves nothing.
    Unknown,
}

/// The folder of a turn before it has its name: nobody sees it, and if it is never named it goes away.
#[derive(Debug)]
pub struct Unnamed {
    held: Held,
    new: New,
}

/// Where a folder is made. What is still there goes away with this.
#[derive(Debug)]
struct New(PathBuf);

impl Turns {
    /// Makes the folder of a turn and takes its lock. All that is in it is on the disk when this returns, and nobody sees it yet.
    pub fn make(&self, id: TurnId, prompt: &str, meta: &Meta) -> io::Result<Unnamed> {
        if !self.0.is_dir() {
            if let Some(home) = self.0.parent() {
                fs::create_dir_all(home)?;
            }
            // Another may have been quicker.
            let _ = files::make_folder(&self.0);
        }
        let path = self.0.join(format!("{}{id}", files::NEW));
        files::make_folder(&path)?;
        let new = New(path);
        let held = fill(&new.0, self.of(id), prompt, meta)?;
        Ok(Unnamed { held, new })
    }
}

impl Unnamed {
    /// Gives it its name, which is on the disk when this returns. From now on everybody sees it.
    pub fn name(self) -> io::Result<Held> {
        let Self { held, new } = self;
        let named = &held.folder.path;
        if named.symlink_metadata().is_ok() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        fs::rename(&new.0, named)?;
        match named.parent().map(files::sync_folder) {
            Some(Err(error)) => {
                held.discard();
                Err(error)
            }
            _ => Ok(held),
        }
    }
}

impl Drop for New {
    fn drop(&mut self) {
        match fs::remove_dir_all(&self.0) {
            Ok(()) => {}
            // It has its name.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                tracing::warn!(%error, "cannot remove the folder of a turn that came to nothing");
            }
        }
    }
}

impl Held {
    /// The folder that is held.
    pub fn folder(&self) -> &TurnFolder {
        &self.folder
    }

    /// Removes the folder of a turn that came to nothing before anybody heard of it.
    pub fn discard(self) {
        if let Err(error) = fs::remove_dir_all(&self.folder.path) {
            tracing::warn!(%error, "cannot remove the folder of a turn that came to nothing");
        }
    }
}

fn fill(new: &Path, folder: TurnFolder, prompt: &str, meta: &Meta) -> io::Result<Held> {
    let lock = files::make(&new.join(files::LOCK))?;
    lock.try_lock()?;
    files::write_durably(&new.join(files::PROMPT), prompt.as_bytes())?;
    files::write_durably(&new.join(files::META), &files::in_json(meta)?)?;
    let held = Held {
        folder,
        streams: Streams {
            out: files::make(&new.join(files::OUT))?,
            events: files::make(&new.join(files::EVENTS))?,
            raw: files::make(&new.join(files::RAW))?,
        },
        lock,
    };
    files::make(&new.join(files::RESERVE))?.write_all(&vec![b'.'; RESERVE])?;
    files::sync_folder(new)?;
    Ok(held)
}

/// Whether the worker lives whose lock is in this folder. A folder without one has no worker.
pub(super) fn life(folder: &Path) -> Life {
    let lock = match File::open(folder.join(files::LOCK)) {
        Ok(lock) => lock,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Life::Dead(Dead(None)),
        Err(_) => return Life::Unknown,
    };
    match lock.try_lock_shared() {
        Ok(()) => Life::Dead(Dead(Some(lock))),
        Err(TryLockError::WouldBlock) => Life::Alive,
        Err(TryLockError::Error(_)) => Life::Unknown,
    }
}

impl Dead {
    /// The right to write in the folder of a turn whose worker is dead. Those who find it dead together get it one after the other;
    /// each holds it only while it writes an end.
    pub(super) fn heir(self, folder: &Path) -> io::Result<Heir> {
        let seal = File::open(folder)?;
        seal.lock()?;
        Ok(Heir {
            _dead: self.0,
            _seal: seal,
        })
    }
}

/// See [`Dead::heir`].
pub(super) struct Heir {
    _dead: Option<File>,
    _seal: File,
}
