//! The sessions that Codex keeps in its home, one file for each thread: which there are, and which is the newest. Owns how
//! those files are called and where they lie; opens them only through `read`, and never changes anything.
//!
//! A home may have tens of thousands of them, some of gigabytes. So the id comes out of a file's name, its age out of the
//! folder, and a file is opened only when somebody wants what is in it. Codex's own databases would know more, but they are
//! its own: their shape changes with its version, and a reader may make its writer wait.

mod read;

use std::{
    collections::HashSet,
    fmt, fs, io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    str::FromStr,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use switchboard_model::Millis;

/// Where sessions are, by the day they began.
const LIVE: &str = "sessions";

/// Where those are that somebody put away.
const ARCHIVED: &str = "archived_sessions";

/// How long the names of folders below are: year, month, day. Codex makes no others.
const DATES: [usize; 3] = [4, 2, 2];

/// How many threads look through the folders: the system answers from memory, so a few are enough.
const LOOKERS: usize = 4;

/// How many of the newest sessions are opened to find one of a folder.
const OPENED: usize = 2000;

/// A name begins so, goes on with the time `2026-11-28T22-39-34-`, the id, and one of two ends.
const PREFIX: &str = "rollout-";
const TIME: usize = "2026-11-28T22-39-34-".len();
const PLAIN_END: &str = ".jsonl";
const PACKED_END: &str = ".jsonl.zst";

/// A thread's id, as Codex gives it: a UUID in small letters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(String);

/// What is no id.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no thread id; one looks like 01a22450-544f-7543-af41-4eff72e5833d")]
pub struct NoId(String);

impl FromStr for Id {
    type Err = NoId;

    fn from_str(text: &str) -> Result<Self, NoId> {
        let fits = |(at, byte): (usize, u8)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        };
        if text.len() == 36 && text.bytes().enumerate().all(fits) {
            return Ok(Self(text.to_ascii_lowercase()));
        }
        Err(NoId(text.chars().take(64).collect()))
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a file is written. Codex packs old ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    Plain,
    Packed,
}

/// A session, as its file's name and the file system tell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    id: Id,
    path: PathBuf,
    modified_at: Millis,
    form: Form,
}

impl Session {
    /// The thread's id.
    pub fn id(&self) -> &Id {
        &self.id
    }

    /// Where its file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// When something was last written to it.
    pub fn modified_at(&self) -> Millis {
        self.modified_at
    }

    /// What newest first means: where the clock says the same, the later id, and what is not packed yet.
    fn age(&self) -> impl Ord + use<'_> {
        use std::cmp::Reverse;
        (Reverse((self.modified_at, &self.id)), self.form)
    }
}

/// The newest sessions of a Codex home, at most so many, newest first. A home that does not exist has none.
pub fn newest(home: &Path, most: usize) -> io::Result<Vec<Session>> {
    let mut folders = day_folders(&home.join(LIVE))?;
    folders.extend(existing(home.join(ARCHIVED))?);
    newest_of(&folders, most)
}

/// The session with this id, if there is one. Of several files the one that was written to last.
pub fn find(home: &Path, id: &Id) -> io::Result<Option<Session>> {
    let mut folders = day_folders(&home.join(LIVE))?;
    folders.extend(existing(home.join(ARCHIVED))?);
    let mut best: Option<Session> = None;
    for folder in &folders {
        each(folder, &mut |name, entry| {
            if name.id == id.0
                && let Some(found) = name.session(folder, entry, Millis(i64::MIN))
                && best.as_ref().is_none_or(|best| found.age() < best.age())
            {
                best = Some(found);
            }
        })?;
    }
    Ok(best)
}

/// The newest session that a person began in exactly this folder, which must be canonical. Passes over sessions that were
/// put away and those of sub-agents, and looks at no more than the newest 2,000.
pub fn newest_in(home: &Path, folder: &Path) -> io::Result<Option<Session>> {
    let sessions = newest_of(&day_folders(&home.join(LIVE))?, OPENED)?;
    let begun_here = |session: &Session| {
        let start = session.start().unwrap_or_default();
        !start.of_sub_agent && start.cwd.is_some_and(|cwd| Path::new(&cwd) == folder)
    };
    Ok(sessions.into_iter().find(begun_here))
}

/// A file's name, taken apart.
struct Name<'n> {
    whole: &'n str,
    id: &'n str,
    form: Form,
}

impl<'n> Name<'n> {
    fn parse(whole: &'n str) -> Option<Self> {
        let rest = whole.strip_prefix(PREFIX)?;
        let (rest, form) = match rest.strip_suffix(PLAIN_END) {
            Some(rest) => (rest, Form::Plain),
            None => (rest.strip_suffix(PACKED_END)?, Form::Packed),
        };
        let (time, id) = rest.split_at_checked(TIME)?;
        let fits = time.ends_with('-') && !time.contains(|c: char| !c.is_ascii_graphic());
        // Ids in names are in small letters, so that each is spelt in one way.
        let small = !id.contains(|c: char| c.is_ascii_uppercase());
        (fits && small && id.parse::<Id>().is_ok()).then_some(Self { whole, id, form })
    }

    /// The session that it names, if it was written to at this time or later.
    fn session(&self, folder: &Path, entry: &fs::DirEntry, since: Millis) -> Option<Session> {
        // Does not follow links; who vanishes meanwhile is no session any more.
        let metadata = entry.metadata().ok().filter(fs::Metadata::is_file)?;
        let seconds = metadata.mtime().saturating_mul(1000);
        let modified_at = Millis(seconds.saturating_add(metadata.mtime_nsec() / 1_000_000));
        (modified_at >= since).then(|| Session {
            id: Id(self.id.to_owned()),
            path: folder.join(self.whole),
            modified_at,
            form: self.form,
        })
    }
}

/// Tells every file of a folder that is called like a session.
fn each(folder: &Path, tell: &mut dyn FnMut(&Name<'_>, &fs::DirEntry)) -> io::Result<()> {
    let Some(entries) = gone(fs::read_dir(folder))? else {
        return Ok(());
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        if let Some(name) = name.to_str().and_then(Name::parse) {
            tell(&name, &entry);
        }
    }
    Ok(())
}

/// The newest of many, never holding many more than are wanted.
struct Newest {
    most: usize,
    sessions: Vec<Session>,
    /// Older ones need not be told any more.
    since: Millis,
}

impl Newest {
    fn new(most: usize) -> Self {
        Self {
            most,
            sessions: Vec::new(),
            since: Millis(i64::MIN),
        }
    }

    fn take(&mut self, sessions: impl IntoIterator<Item = Session>) {
        for session in sessions {
            self.sessions.push(session);
            if self.sessions.len() >= 4 * self.most.max(64) {
                self.settle();
            }
        }
    }

    /// Keeps the newest, each id once: a file that is being packed lies beside the packed one for a moment.
    fn settle(&mut self) {
        self.sessions.sort_by(|a, b| a.age().cmp(&b.age()));
        let mut seen = HashSet::new();
        self.sessions
            .retain(|session| seen.insert(session.id.clone()));
        self.sessions.truncate(self.most);
        if self.sessions.len() == self.most {
            self.since = self
                .sessions
                .last()
                .map_or(self.since, Session::modified_at);
        }
    }
}

/// Looks through folders, several at a time: an old session that goes on is written to in its old folder, so all have to be
/// looked at.
fn newest_of(folders: &[PathBuf], most: usize) -> io::Result<Vec<Session>> {
    let next = AtomicUsize::new(0);
    let all = Mutex::new(Newest::new(most));
    let look = || -> io::Result<()> {
        let mut mine = Newest::new(most);
        while let Some(folder) = folders.get(next.fetch_add(1, Ordering::Relaxed)) {
            each(folder, &mut |name, entry| {
                mine.take(name.session(folder, entry, mine.since));
            })?;
        }
        let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
        all.take(mine.sessions);
        Ok(())
    };
    thread::scope(|scope| {
        let lookers: Vec<_> = (0..LOOKERS).map(|_| scope.spawn(look)).collect();
        lookers.into_iter().try_for_each(|looker| {
            looker
                .join()
                .unwrap_or_else(|_| Err(io::Error::other("looking for sessions failed")))
        })
    })?;
    let mut all = all.into_inner().unwrap_or_else(PoisonError::into_inner);
    all.settle();
    Ok(all.sessions)
}

/// The folders of days below a folder, the newest first, and the folder itself. That one may be a link to another disk;
/// what lies below it is followed nowhere.
fn day_folders(root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut all = existing(root.to_owned())?;
    let mut level = all.clone();
    for digits in DATES {
        let mut below = Vec::new();
        for folder in level {
            for entry in gone(fs::read_dir(&folder))?.into_iter().flatten() {
                let entry = entry?;
                let name = entry.file_name();
                let dated =
                    name.len() == digits && name.as_encoded_bytes().iter().all(u8::is_ascii_digit);
                if dated && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    below.push(entry.path());
                }
            }
        }
        below.sort_unstable_by(|a, b| b.cmp(a));
        all.extend_from_slice(&below);
        level = below;
    }
    Ok(all)
}

/// A folder, if it is there.
fn existing(folder: PathBuf) -> io::Result<Vec<PathBuf>> {
    let found = gone(fs::metadata(&folder))?;
    Ok(found.map(|_| folder).into_iter().collect())
}

/// What is not there, or not any more, is nothing rather than an error.
fn gone<T>(found: io::Result<T>) -> io::Result<Option<T>> {
    match found {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        found => found.map(Some),
    }
}
