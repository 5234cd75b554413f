//! The file of the feedback log, beside the skill it is about. Owns finding, reading and writing it; what stands in it is
//! decided in `model::feedback`.

use std::{
    fs::{self, DirBuilder, File},
    io::{self, Read as _},
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

use switchboard_model::feedback::{self, Entry, Pattern};

use super::{Place, TURNS, replace, version};
use crate::config::Config;

/// A longer log is full: it is written anew with each entry.
const LOG_LIMIT: u64 = 4 * 1024 * 1024;

/// Only its owner reads what was said.
const MODE: u32 = 0o600;

/// The log of an installed skill.
pub struct Log {
    skill: PathBuf,
}

impl Log {
    /// That of the skill at this place; else where it is installed for an agent, in the same order always, so that what is
    /// added is what is checked. Nothing, if it is installed nowhere.
    pub fn find(config: &Config, place: Option<Place>) -> Option<Self> {
        let places = place.map_or_else(|| vec![Place::Claude, Place::Codex], |place| vec![place]);
        let mut skills = places.iter().map(|place| place.folder(config).join(TURNS));
        let skill = skills.find(|skill| skill.join("SKILL.md").is_file())?;
        Some(Self { skill })
    }

    /// Where it is.
    pub fn path(&self) -> PathBuf {
        self.skill.join("feedback/log.md")
    }

    /// The version of the skill that it is about.
    pub fn version(&self) -> io::Result<String> {
        let text = read(&self.skill.join("SKILL.md"))?;
        Ok(version(&text).unwrap_or("—").to_owned())
    }

    /// Writes an entry on top. Two at the same time follow each other.
    pub fn add(&self, entry: &Entry) -> io::Result<()> {
        let path = self.path();
        let folder = path.parent().unwrap_or(Path::new("."));
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
        let held = File::open(folder)?;
        held.lock()?;
        let log = read(&path)?;
        // A log that is a link stays one: somebody keeps it elsewhere.
        let target = fs::canonicalize(&path).unwrap_or(path);
        replace(&target, feedback::added(&log, entry).as_bytes(), MODE)
    }

    /// Whether its newest entries show a pattern.
    pub fn pattern(&self) -> io::Result<Option<Pattern>> {
        Ok(feedback::pattern(&read(&self.path())?))
    }
}

/// A text; one that is not there is empty.
fn read(path: &Path) -> io::Result<String> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(String::new()),
        file => file?,
    };
    let mut text = Vec::new();
    file.take(LOG_LIMIT + 1).read_to_end(&mut text)?;
    if text.len() as u64 > LOG_LIMIT {
        let message = "it has more than 4 MiB; give it another name, and a new one begins";
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    // What is no text stays as it is rather than being mended on the way.
    String::from_utf8(text)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is no UTF-8 text"))
}
