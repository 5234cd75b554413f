//! How many workers work at the same time on this machine. Each holds a lock for as long as it does; those that wait stand in line at
//! another, so that one at a time looks for a free place.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use tokio::sync::oneshot;

/// How often whoever is next looks for a free place.
const LOOK: Duration = Duration::from_millis(40);

/// A place among those that work; free again when this is dropped, or its process dies.
#[derive(Debug)]
pub struct Slot {
    _lock: File,
}

/// How many may work at the same time: a worker mostly waits for its model.
pub fn most() -> usize {
    2 * thread::available_parallelism().map_or(2, usize::from)
}

/// Takes one of `most` places as soon as there is one. Those who asked earlier mostly get theirs earlier.
pub async fn take(folder: PathBuf, most: usize) -> io::Result<Slot> {
    if let Some(slot) = at_once(&folder, most)? {
        return Ok(slot);
    }
    // A thread of its own: waiting for a lock cannot be called off, and must not keep the process from its end.
    let (give, given) = oneshot::channel();
    thread::spawn(move || {
        let _ = give.send(in_line(&folder, most));
    });
    given.await.map_err(io::Error::other)?
}

/// A place, if one is free and nobody waits for it.
fn at_once(folder: &Path, most: usize) -> io::Result<Option<Slot>> {
    fs::create_dir_all(folder)?;
    let line = open(&folder.join("line.lock"))?;
    match line.try_lock() {
        Ok(()) => free(folder, most),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn in_line(folder: &Path, most: usize) -> io::Result<Slot> {
    let line = open(&folder.join("line.lock"))?;
    line.lock()?;
    loop {
        if let Some(slot) = free(folder, most)? {
            return Ok(slot);
        }
        thread::sleep(LOOK);
    }
}

fn free(folder: &Path, most: usize) -> io::Result<Option<Slot>> {
    for place in 0..most {
        let lock = open(&folder.join(format!("{place}.lock")))?;
        match lock.try_lock() {
            Ok(()) => return Ok(Some(Slot { _lock: lock })),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Ok(None)
}

fn open(path: &Path) -> io::Result<File> {
    File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn no_more_work_than_may_and_who_waits_gets_the_place_that_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let take = || take(folder.path().to_owned(), 2);
        let first = take().await.unwrap();
        let _second = take().await.unwrap();
        assert!(at_once(folder.path(), 2).unwrap().is_none());
        let mut waiting = std::pin::pin!(take());
        let waits = tokio::time::timeout(LOOK * 3, waiting.as_mut()).await;
        assert!(waits.is_err());
        drop(first);
        waiting.await.unwrap();
    }
}
