//! The files of a folder by name, and the ways in which they are written: whole, by another name first, for this user only.

use std::{
    fs::{self, File},
    io::{self, Read as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::Path,
    time::UNIX_EPOCH,
};

use serde::{Serialize, de::DeserializeOwned};
use switchboard_model::Millis;

pub(super) const LOCK: &str = "turn.lock";
pub(super) const PROMPT: &str = "prompt.txt";
pub(super) const META: &str = "meta.json";
pub(super) const EVENTS: &str = "events.jsonl";
pub(super) const RAW: &str = "raw.jsonl";
pub(super) const OUT: &str = "out.txt";
pub(super) const RESULT: &str = "result.json";
pub(super) const DONE: &str = "done";
pub(super) const ERROR: &str = "error";

/// `result.json` before it has its name: decided, not yet told.
pub(super) const DECIDED: &str = ".result.json";

/// Takes up room on the disk for as long as the turn runs.
pub(super) const RESERVE: &str = ".reserve";

/// A folder that is being made begins with this.
pub(super) const NEW: &str = ".new-";

/// A folder that is being deleted begins with this.
pub(super) const GONE: &str = ".gone-";

/// How much of a record is read. An answer has at most 4 MiB, of which each byte may take six in JSON.
const RECORD: u64 = 32 << 20;

/// Makes a folder that only this user can enter.
pub(super) fn make_folder(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().mode(0o700).create(path)
}

/// Makes a file that only this user can read, to append to.
pub(super) fn make(path: &Path) -> io::Result<File> {
    File::options()
        .create_new(true)
        .append(true)
        .mode(0o600)
        .open(path)
}

/// Makes a file with these bytes in it, which are on the disk when this returns.
pub(super) fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = rewrite(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Puts a record in the place of an older one. Readers see one of the two; a machine that loses its power may lose both.
pub(super) fn replace_record(path: &Path, record: &impl Serialize) -> io::Result<()> {
    let mut other = path.to_owned();
    other.add_extension("tmp");
    let written = in_json(record)
        .and_then(|json| rewrite(&other)?.write_all(&json))
        .and_then(|()| fs::rename(&other, path));
    if written.is_err() {
        let _ = fs::remove_file(&other);
    }
    written
}

/// A record as it stands in its file.
pub(super) fn in_json(record: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut json = serde_json::to_vec_pretty(record)?;
    json.push(b'\n');
    Ok(json)
}

/// The record in a file, if there is a whole one.
pub(super) fn read_record<T: DeserializeOwned>(path: &Path) -> Option<T> {
    let mut json = Vec::new();
    let file = File::open(path).ok()?;
    file.take(RECORD).read_to_end(&mut json).ok()?;
    serde_json::from_slice(&json).ok()
}

/// Makes the names in a folder durable.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Removes a file that may be gone.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn rewrite(path: &Path) -> io::Result<File> {
    File::options()
        .create(true)
        .write(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
}

/// A file to be read and appended to; made if it is not there.
pub(super) fn reopen(path: &Path) -> io::Result<File> {
    File::options()
        .create(true)
        .read(true)
        .append(true)
        .mode(0o600)
        .open(path)
}

/// When a file was last written.
pub(super) fn changed_at(path: &Path) -> Option<Millis> {
    let changed = fs::metadata(path).ok()?.modified().ok()?;
    let since = changed.duration_since(UNIX_EPOCH).ok()?;
    Some(Millis(i64::try_from(since.as_millis()).ok()?))
}
