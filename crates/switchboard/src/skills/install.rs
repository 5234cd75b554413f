//! Puts a skill into the folder where agents look, and brings an older one up to date. Owns telling our files from what a person
//! made of them: a note beside the files says what was installed, and whatever differs from that is theirs. Never writes over
//! theirs unless told to, and then keeps it beside; never touches what is not ours, such as the feedback log.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Skill, There, look, replace, version};

/// The note, beside `SKILL.md`.
const NOTE: &str = ".switchboard.json";

/// Files may be read by everybody: there is nothing private in them.
const MODE: u32 = 0o644;

/// What is done with a person's own changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Own {
    /// They stay, and so does all of the skill.
    Keep,
    /// They are put aside, as `FILE.yours`.
    PutAside,
}

/// What was done with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Done {
    /// It was not there.
    Written,
    /// It was an older one of ours.
    Updated,
    /// It was so already.
    Unchanged,
    /// It is no part of the skill any more.
    Removed,
    /// A person changed it, and it stays.
    Kept,
    /// A person changed it, and it lies beside.
    PutAside,
}

/// A file, and what was done with it.
#[derive(Debug, Serialize)]
pub struct FileDone {
    /// Its path in the skill's folder.
    pub path: String,
    /// What was done.
    pub done: Done,
}

/// What was done with a skill.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Its name.
    pub skill: &'static str,
    /// Its folder.
    pub folder: String,
    /// The version that is carried.
    pub version: &'static str,
    /// The version that was there before.
    pub before: Option<String>,
    /// Whether it is there now. If not, a person's changes are in the way, and nothing was touched.
    pub installed: bool,
    /// Each file; if it is not installed, those that are in the way.
    pub files: Vec<FileDone>,
}

/// What was installed: each file with the hashes that it may have while it is ours. Several, while one is being replaced.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Note {
    files: BTreeMap<String, Vec<String>>,
}

/// Installs a skill below a folder of skills. Safe to repeat, also after a crash in the middle.
pub fn install(skill: &Skill, below: &Path, own: Own) -> io::Result<Report> {
    let folder = below.join(skill.name);
    let note = read_note(&folder)?;
    let files = plan(skill, &folder, &note, own)?;
    let mut report = Report {
        skill: skill.name,
        version: skill.version(),
        before: before(&folder)?,
        installed: true,
        files,
        folder: folder.display().to_string(),
    };
    if report.files.iter().any(|file| file.done == Done::Kept) {
        report.files.retain(|file| file.done == Done::Kept);
        report.installed = false;
        return Ok(report);
    }
    let carried = || skill.files.iter().map(|(path, text)| (*path, *text));
    let ours = carried().map(|(path, text)| (path.to_owned(), vec![hash(text.as_bytes())]));
    let after = Note {
        files: ours.collect(),
    };
    // Until all is done a file of ours may be the old one or the new one.
    let mut between = after.files.clone();
    for (path, hashes) in note.files {
        between.entry(path).or_default().extend(hashes);
    }
    fs::create_dir_all(&folder)?;
    if report.files.iter().any(|file| file.done != Done::Unchanged) {
        write_note(&folder, &Note { files: between })?;
    }
    for file in &report.files {
        let path = folder.join(&file.path);
        match file.done {
            Done::Unchanged | Done::Kept => continue,
            Done::Removed => {
                fs::remove_file(path)?;
                continue;
            }
            Done::PutAside => put_aside(&path)?,
            Done::Written | Done::Updated => {}
        }
        if let Some((_, text)) = carried().find(|(path, _)| *path == file.path) {
            fs::create_dir_all(path.parent().unwrap_or(&folder))?;
            replace(&path, text.as_bytes(), MODE)?;
        }
    }
    write_note(&folder, &after)?;
    Ok(report)
}

/// What is to be done with each file.
fn plan(skill: &Skill, folder: &Path, note: &Note, own: Own) -> io::Result<Vec<FileDone>> {
    let ours = |path: &str, text: &[u8]| {
        let hashes = note.files.get(path);
        hashes.is_some_and(|hashes| hashes.contains(&hash(text)))
    };
    let changed = match own {
        Own::Keep => Done::Kept,
        Own::PutAside => Done::PutAside,
    };
    let mut files = Vec::new();
    for (path, text) in skill.files {
        let done = match look(&folder.join(path))? {
            There::Nothing => Done::Written,
            There::Text(found) if found == text.as_bytes() => Done::Unchanged,
            There::Text(found) if ours(path, &found) => Done::Updated,
            There::Text(_) | There::Other => changed,
        };
        files.push(FileDone {
            path: (*path).to_owned(),
            done,
        });
    }
    for path in note.files.keys() {
        let carried = skill.files.iter().any(|(carried, _)| carried == path);
        if !carried
            && stays_inside(path)
            && let There::Text(found) = look(&folder.join(path))?
            && ours(path, &found)
        {
            files.push(FileDone {
                path: path.clone(),
                done: Done::Removed,
            });
        }
    }
    Ok(files)
}

/// A note is a file like others, and somebody may have written anything into it.
fn stays_inside(path: &str) -> bool {
    use std::path::Component;
    let mut parts = Path::new(path).components();
    parts.all(|part| matches!(part, Component::Normal(_)))
}

fn read_note(folder: &Path) -> io::Result<Note> {
    Ok(match look(&folder.join(NOTE))? {
        There::Text(text) => serde_json::from_slice(&text).unwrap_or_default(),
        There::Nothing | There::Other => Note::default(),
    })
}

fn write_note(folder: &Path, note: &Note) -> io::Result<()> {
    let text = serde_json::to_string_pretty(note)? + "\n";
    let path = folder.join(NOTE);
    match look(&path)? {
        There::Text(found) if found == text.as_bytes() => Ok(()),
        _ => replace(&path, text.as_bytes(), MODE),
    }
}

fn before(folder: &Path) -> io::Result<Option<String>> {
    Ok(match look(&folder.join("SKILL.md"))? {
        There::Text(text) => version(&String::from_utf8_lossy(&text)).map(str::to_owned),
        There::Nothing | There::Other => None,
    })
}

/// Gives what is at a path another name that is free.
fn put_aside(path: &Path) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let names = (1..1000).map(|number| match number {
        1 => format!("{name}.yours"),
        number => format!("{name}.yours-{number}"),
    });
    let free = |other: &PathBuf| matches!(look(other), Ok(There::Nothing));
    let other = names.map(|name| path.with_file_name(name)).find(free);
    let other =
        other.ok_or_else(|| io::Error::other(format!("too many files called {name}.yours")))?;
    fs::rename(path, other)
}

fn hash(text: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut hex = String::new();
    for byte in Sha256::digest(text) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: Skill = Skill {
        name: "s",
        files: &[
            ("SKILL.md", "---\nname: s\nversion: \"1.0.0\"\n---\nold"),
            ("references/gone.md", "gone"),
            ("references/same.md", "same"),
        ],
    };

    const NEW: Skill = Skill {
        name: "s",
        files: &[
            ("SKILL.md", "---\nname: s\nversion: \"1.1.0\"\n---\nnew"),
            ("references/more.md", "more"),
            ("references/same.md", "same"),
        ],
    };

    fn done(installed: &Report) -> Vec<(&str, Done)> {
        let files = installed.files.iter();
        files.map(|file| (&*file.path, file.done)).collect()
    }

    #[test]
    fn a_newer_version_replaces_what_is_ours_and_touches_nothing_else() {
        let below = tempfile::tempdir().unwrap();
        let first = install(&OLD, below.path(), Own::Keep).unwrap();
        assert!(first.installed && first.before.is_none());
        let folder = below.path().join("s");
        fs::create_dir(folder.join("feedback")).unwrap();
        fs::write(folder.join("feedback/log.md"), "mine").unwrap();
        let second = install(&NEW, below.path(), Own::Keep).unwrap();
        let expected = [
            ("SKILL.md", Done::Updated),
            ("references/more.md", Done::Written),
            ("references/same.md", Done::Unchanged),
            ("references/gone.md", Done::Removed),
        ];
        assert_eq!(done(&second), expected);
        assert_eq!(second.before.as_deref(), Some("1.0.0"));
        assert_eq!(
            fs::read_to_string(folder.join("feedback/log.md")).unwrap(),
            "mine"
        );
        assert!(!folder.join("references/gone.md").exists());
        let third = install(&NEW, below.path(), Own::Keep).unwrap();
        assert!(third.files.iter().all(|file| file.done == Done::Unchanged));
    }

    #[test]
    fn after_a_crash_between_any_two_steps_a_newer_version_still_gets_there() {
        for steps in 0..3 {
            let below = tempfile::tempdir().unwrap();
            install(&OLD, below.path(), Own::Keep).unwrap();
            let folder = below.path().join("s");
            let old = read_note(&folder).unwrap();
            install(&NEW, below.path(), Own::Keep).unwrap();
            let mut between = read_note(&folder).unwrap();
            for (path, hashes) in old.files {
                between.files.entry(path).or_default().extend(hashes);
            }
            write_note(&folder, &between).unwrap();
            // Back to where it was killed.
            let files = [
                ("references/gone.md", "gone"),
                ("references/more.md", ""),
                ("SKILL.md", OLD.files[0].1),
            ];
            for (path, text) in &files[..3 - steps] {
                if text.is_empty() {
                    fs::remove_file(folder.join(path)).unwrap();
                } else {
                    fs::write(folder.join(path), text).unwrap();
                }
            }
            // Not even the version that was being installed.
            let newest = Skill {
                name: "s",
                files: &[("SKILL.md", "newest")],
            };
            let installed = install(&newest, below.path(), Own::Keep).unwrap();
            assert!(installed.installed, "{installed:?}");
            let left: Vec<_> = fs::read_dir(folder.join("references")).unwrap().collect();
            assert!(left.is_empty(), "{left:?}");
        }
    }

    #[test]
    fn a_note_that_leads_outside_removes_nothing_there() {
        let below = tempfile::tempdir().unwrap();
        let outside = below.path().join("outside.md");
        fs::write(&outside, "x").unwrap();
        fs::create_dir(below.path().join("s")).unwrap();
        let files = ["../outside.md", outside.to_str().unwrap()];
        let files = files.map(|path| (path.to_owned(), vec![hash(b"x")]));
        let note = Note {
            files: files.into(),
        };
        write_note(&below.path().join("s"), &note).unwrap();
        assert!(
            install(&NEW, below.path(), Own::PutAside)
                .unwrap()
                .installed
        );
        assert!(outside.exists());
    }
}
