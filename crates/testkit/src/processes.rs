//! Finding the processes of a house, whatever they did to their parents, groups or environment.

use std::{fs, path::Path};

/// A living process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Its id.
    pub pid: u32,
    /// Its command line, words separated by spaces.
    pub command: String,
    /// Its environment at its start, as `NAME=value` words.
    pub environment: Vec<String>,
}

/// Every living process whose command line, environment or working folder names `folder`.
pub fn of(folder: &Path) -> Vec<Process> {
    let name = folder.to_str().unwrap();
    let mut found = all();
    found.retain(|process| {
        let cwd = fs::read_link(format!("/proc/{}/cwd", process.pid)).unwrap_or_default();
        process.command.contains(name)
            || process.environment.iter().any(|word| word.contains(name))
            || cwd.starts_with(folder)
    });
    found
}

/// Every living process of this machine that we may look at.
pub fn all() -> Vec<Process> {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    entries
        .filter_map(|entry| read(entry.file_name().to_str()?.parse().ok()?))
        .collect()
}

/// `None` for one that is gone, or dead and not yet buried.
fn read(pid: u32) -> Option<Process> {
    let status = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, state) = status.rsplit_once(") ")?;
    if state.starts_with(['Z', 'X']) {
        return None;
    }
    let words = |file: &str| {
        let bytes = fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        text.split('\0')
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    Some(Process {
        pid,
        command: words("cmdline").join(" "),
        environment: words("environ"),
    })
}
