//! House homes: private homes for command-line programs, with the owner's login and nothing else of
//! theirs. A program started on a person's own home obeys what lies there (rules run commands unasked,
//! hooks and MCP servers reach the model), so wherever others' text is read it runs in one of these.
//! Owns making and cleaning them; never reads a secret.

use std::{
    fs, io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, symlink},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

/// Makes `folder` and its parents, readable by its owner only.
pub fn private_folder(folder: &Path) -> io::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

/// What a home consists of besides what its program keeps there itself.
#[derive(Debug, Clone)]
pub struct HouseHome {
    /// Where it is.
    pub folder: PathBuf,
    /// The configuration file's name and its whole text.
    pub config: (&'static str, String),
    /// The login file's name and the file it stands for.
    pub login: (&'static str, PathBuf),
    /// Names that must not exist in it, because the program would obey them.
    pub forbidden: &'static [&'static str],
    /// A folder in it that the program fills itself, and the one name that it uses there. Whatever else
    /// lies in it must not exist; what the program writes there stays, as another turn may be writing it.
    pub own_folder: (&'static str, &'static str),
}

impl HouseHome {
    /// Brings the home into its one allowed shape. Safe to call before every turn, also at the same
    /// time from two processes.
    pub fn prepare(&self) -> io::Result<()> {
        private_folder(&self.folder)?;
        for name in self.forbidden {
            remove(&self.folder.join(name))?;
        }
        let (folder, own) = self.own_folder;
        empty_but_for(&self.folder.join(folder), own)?;
        let (name, text) = &self.config;
        let config = self.folder.join(name);
        if fs::read_to_string(&config).ok().as_deref() != Some(text) {
            replace(&config, |file| fs::write(file, text))?;
        }
        let (name, target) = &self.login;
        let login = self.folder.join(name);
        if fs::read_link(&login).ok().as_deref() != Some(target) {
            replace(&login, |link| symlink(target, link))?;
        }
        Ok(())
    }
}

/// Counts what was replaced, for names of its own each time.
static REPLACED: AtomicU64 = AtomicU64::new(0);

/// Puts something new in the place of `path` in one step.
fn replace(path: &Path, make: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // Two turns may do this at the same time, also in one process.
    let number = REPLACED.fetch_add(1, Ordering::Relaxed);
    let fresh = folder.join(format!(".{name}.{}.{number}", std::process::id()));
    remove(&fresh)?;
    make(&fresh)?;
    fs::rename(&fresh, path)
}

/// Removes whatever lies in a folder other than `kept`; a folder that is not one is removed itself.
fn empty_but_for(folder: &Path, kept: &str) -> io::Result<()> {
    match fs::symlink_metadata(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
        Ok(found) if !found.is_dir() => return remove(folder),
        Ok(_) => {}
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name() != kept {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

/// Removes whatever is there, without following links. Who finds it gone meanwhile is content.
fn remove(path: &Path) -> io::Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Err(error) => Err(error),
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
    };
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// A private folder for one turn; gone when dropped.
#[derive(Debug)]
pub struct TurnFolder {
    folder: PathBuf,
}

impl TurnFolder {
    /// Makes it fresh: an empty working folder, a folder for temporary files beside it.
    pub fn make(parent: &Path, name: &str) -> io::Result<Self> {
        let folder = parent.join(name);
        remove(&folder)?;
        let this = Self { folder };
        private_folder(&this.work())?;
        private_folder(&this.temp())?;
        Ok(this)
    }

    /// The empty working folder.
    pub fn work(&self) -> PathBuf {
        self.folder.join("work")
    }

    /// For temporary files.
    pub fn temp(&self) -> PathBuf {
        self.folder.join("temp")
    }

    /// A file of ours beside them.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

impl Drop for TurnFolder {
    fn drop(&mut self) {
        if let Err(error) = remove(&self.folder) {
            tracing::warn!(%error, "cannot remove a turn's folder");
        }
    }
}

/// Removes what killed processes left in `work`: the folders, each named after an instance, of those
/// that are `gone`. What cannot be removed yet waits for the next time.
pub fn sweep(work: &Path, gone: impl Fn(&str) -> bool) {
    let Ok(entries) = fs::read_dir(work) else {
        return;
    };
    for entry in entries.flatten() {
        if entry.file_name().to_str().is_some_and(&gone)
            && let Err(error) = remove(&entry.path())
        {
            tracing::warn!(%error, "cannot remove the folders of a dead process yet");
        }
    }
}

/// Removes the folder of an instance that is about to end, so that nobody has to sweep it away. What a turn of it left there stays
/// for that.
pub fn leave(work: &Path, instance: &str) {
    if let Err(error) = fs::remove_dir(work.join(instance)) {
        tracing::debug!(%error, "the folder of this process stays");
    }
}

/// Reads at most `limit` bytes of a file as text.
pub fn read_bounded(path: &Path, limit: u64) -> io::Result<String> {
    use std::io::Read as _;
    let mut text = Vec::new();
    let file = fs::OpenOptions::new()
        .read(true)
        .custom_flags(NONBLOCK)
        .open(path)?;
    file.take(limit).read_to_end(&mut text)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// A login "file" that is a pipe must not hang us.
const NONBLOCK: i32 = rustix::fs::OFlags::NONBLOCK.bits() as i32;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn home(folder: &Path, target: &Path) -> HouseHome {
        HouseHome {
            folder: folder.join("house"),
            config: ("config.toml", "a = 1\n".into()),
            login: ("auth.json", target.into()),
            forbidden: &["AGENTS.md", "rules"],
            own_folder: ("skills", ".system"),
        }
    }

    #[test]
    fn a_house_home_is_brought_back_to_its_one_shape() {
        let folder = tempfile::tempdir().unwrap();
        let login = folder.path().join("auth.json");
        fs::write(&login, "{}").unwrap();
        let home = home(folder.path(), &login);
        home.prepare().unwrap();
        fs::write(home.folder.join("AGENTS.md"), "obey me").unwrap();
        fs::create_dir(home.folder.join("rules")).unwrap();
        fs::write(home.folder.join("rules/default.rules"), "allow").unwrap();
        fs::write(home.folder.join("config.toml"), "a = 2\n").unwrap();
        home.prepare().unwrap();
        assert!(!home.folder.join("AGENTS.md").exists());
        assert!(!home.folder.join("rules").exists());
        assert_eq!(
            fs::read_to_string(home.folder.join("config.toml")).unwrap(),
            "a = 1\n"
        );
        assert_eq!(
            fs::read_to_string(home.folder.join("auth.json")).unwrap(),
            "{}"
        );
    }

    #[test]
    fn what_the_program_writes_itself_stays_and_what_lies_beside_it_goes() {
        let folder = tempfile::tempdir().unwrap();
        let home = home(folder.path(), Path::new("/nonexistent"));
        for skill in [".system/own", "planted"] {
            fs::create_dir_all(home.folder.join("skills").join(skill)).unwrap();
        }
        home.prepare().unwrap();
        assert!(home.folder.join("skills/.system/own").exists());
        assert!(!home.folder.join("skills/planted").exists());
    }

    #[test]
    fn many_turns_prepare_one_home_at_once_while_its_program_fills_it() {
        let folder = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for number in 0..8 {
                let mut home = home(folder.path(), Path::new("/nonexistent"));
                scope.spawn(move || {
                    for round in 0..50 {
                        home.config.1 = format!("a = {number}{round}\n");
                        home.prepare().unwrap();
                        let own = home.folder.join("skills/.system");
                        fs::create_dir_all(own.join(format!("{number}"))).unwrap();
                        fs::write(own.join(format!("{number}/SKILL.md")), "own").unwrap();
                    }
                });
            }
        });
        let left = fs::read_dir(folder.path().join("house")).unwrap();
        let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left.len(), 3, "nothing half made is left: {left:?}");
    }

    #[test]
    fn the_folders_of_dead_processes_are_swept_and_those_of_living_ones_stay() {
        let work = tempfile::tempdir().unwrap();
        sweep(&work.path().join("not-made-yet"), |_| true);
        let alive = TurnFolder::make(&work.path().join("alive"), "turn").unwrap();
        let killed = TurnFolder::make(&work.path().join("dead"), "turn").unwrap();
        fs::write(killed.file("last-message.txt"), "what was said").unwrap();
        sweep(work.path(), |instance| instance == "dead");
        assert!(alive.work().exists());
        assert!(!work.path().join("dead").exists());
    }

    #[test]
    fn a_turn_folder_is_empty_private_and_gone_afterwards() {
        use std::os::unix::fs::PermissionsExt as _;
        let parent = tempfile::tempdir().unwrap();
        let folder = TurnFolder::make(parent.path(), "t").unwrap();
        let work = folder.work();
        assert_eq!(fs::read_dir(&work).unwrap().count(), 0);
        assert_eq!(
            fs::metadata(&work).unwrap().permissions().mode() & 0o777,
            0o700
        );
        drop(folder);
        assert!(!work.exists());
    }
}
