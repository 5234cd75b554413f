//! The agent skills that this program carries, and the folders in which agents look for skills. Owns which there are; never
//! decides when one is used, which is an agent's own affair.

pub mod install;
pub mod log;

use std::{
    fs::{self, File},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use crate::config::Config;

/// The skill that has the feedback log.
pub const TURNS: &str = "switchboard-turns";

/// More of a file is not read: no skill of ours has one of that size.
const FILE_LIMIT: u64 = 1024 * 1024;

/// A skill: a folder of texts.
pub struct Skill {
    /// The folder's name.
    pub name: &'static str,
    /// Each file's path in that folder, and its text.
    pub files: &'static [(&'static str, &'static str)],
}

macro_rules! texts {
    ($name:literal: $($path:literal),+ $(,)?) => {
        Skill {
            name: $name,
            files: &[$((
                $path,
                include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../skills/", $name, "/", $path)),
            )),+],
        }
    };
}

/// All of them.
pub const ALL: [Skill; 2] = [
    texts!("switchboard-turns":
        "SKILL.md",
        "references/auth-setup.md",
        "references/error-handling.md",
        "references/examples.md",
        "references/execution-patterns.md",
        "references/scenarios.feature",
        "references/sdk-reference.md",
        "references/streaming-protocol.md",
    ),
    texts!("codex-server": "SKILL.md"),
];

impl Skill {
    /// The version that its front matter names.
    pub fn version(&self) -> &'static str {
        let front = self.files.first().map_or("", |(_, text)| text);
        version(front).unwrap_or("0.0.0")
    }
}

/// The version in the front matter of a `SKILL.md`.
pub fn version(text: &str) -> Option<&str> {
    let front = text.strip_prefix("---\n")?.split("\n---").next()?;
    let line = front
        .lines()
        .find_map(|line| line.trim_start().strip_prefix("version:"))?;
    Some(line.trim().trim_matches('"')).filter(|version| !version.is_empty())
}

/// Where skills are put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Where Claude Code looks.
    Claude,
    /// Where Codex looks.
    Codex,
    /// A folder of somebody's choice.
    Folder(PathBuf),
}

impl Place {
    /// A place as it is typed.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "" => Err("a folder has a name".to_owned()),
            "claude" => Ok(Self::Claude),
            "codex" => Ok(Self::Codex),
            folder => Ok(Self::Folder(folder.into())),
        }
    }

    /// The folder that holds skills there, each in one of its own.
    pub fn folder(&self, config: &Config) -> PathBuf {
        match self {
            Self::Claude => config.claude_home.join("skills"),
            Self::Codex => config.codex_home.join("skills"),
            Self::Folder(folder) => folder.clone(),
        }
    }

    /// Those of agents that are on this machine, as far as one can see.
    pub fn of_agents(config: &Config) -> Vec<Self> {
        let homes = [
            (Self::Claude, &config.claude_home),
            (Self::Codex, &config.codex_home),
        ];
        let there = homes.into_iter().filter(|(_, home)| home.is_dir());
        there.map(|(place, _)| place).collect()
    }
}

/// What is at a path.
enum There {
    Nothing,
    Text(Vec<u8>),
    /// A folder, a link, a pipe, or a file too large to be one of ours.
    Other,
}

/// Looks at a path without following a link.
fn look(path: &Path) -> io::Result<There> {
    let found = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(There::Nothing),
        found => found?,
    };
    if !found.is_file() || found.len() > FILE_LIMIT {
        return Ok(There::Other);
    }
    let mut text = Vec::new();
    File::open(path)?.take(FILE_LIMIT).read_to_end(&mut text)?;
    Ok(There::Text(text))
}

/// Puts a text in the place of a file in one step, so that whoever reads it has the old one or the new one.
fn replace(path: &Path, text: &[u8], mode: u32) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let folder = path.parent().unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let fresh = folder.join(format!(".{name}.{}", std::process::id()));
    let mut options = fs::OpenOptions::new();
    let opened = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(mode)
        .open(&fresh);
    let written = opened.and_then(|mut file| {
        file.write_all(text)?;
        file.sync_all()
    });
    if let Err(error) = written.and_then(|()| fs::rename(&fresh, path)) {
        let _ = fs::remove_file(&fresh);
        return Err(error);
    }
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_file_of_the_skills_is_carried() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../skills");
        let mut there = BTreeSet::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let below = path.strip_prefix(&root).unwrap();
                    there.insert(below.to_str().unwrap().to_owned());
                }
            }
        }
        let carried = ALL.iter().flat_map(|skill| {
            let files = skill.files.iter();
            files.map(|(path, _)| format!("{}/{path}", skill.name))
        });
        assert_eq!(carried.collect::<BTreeSet<_>>(), there);
    }

    #[test]
    fn a_skill_has_the_front_matter_that_agents_look_for() {
        let mentioned = [
            "codex",
            "chatgpt",
            "gpt",
            "second opinion",
            "cross-check",
            "ask another model",
            "structured output",
            "json schema",
            "resume codex",
            "continue codex",
            "/codex-server",
        ];
        for skill in &ALL {
            let (path, text) = skill.files[0];
            assert_eq!(path, "SKILL.md");
            let front = text.strip_prefix("---\n").unwrap();
            let (front, body) = front.split_once("\n---\n").unwrap();
            assert!(front.starts_with(&format!("name: {}\n", skill.name)));
            let (_, rest) = front.split_once("description: >-\n").unwrap();
            let lines = rest.lines().take_while(|line| line.starts_with("  "));
            let description = lines.map(str::trim).collect::<Vec<_>>().join(" ");
            assert!(
                (1..=1024).contains(&description.chars().count()),
                "{}",
                skill.name
            );
            if skill.name == TURNS {
                for word in mentioned {
                    assert!(description.contains(word), "{word}");
                }
                for (path, _) in &skill.files[1..] {
                    assert!(body.contains(&format!("({path})")), "{path} is not told of");
                }
            }
            assert_eq!(skill.version().split('.').count(), 3);
            assert!(body.lines().count() < 500, "a skill's body is read whole");
        }
    }
}
