//! What the systems differ in where programs are looked for: what a program's file is called, when it can be started, how a
//! PATH is written and how a variable is named. Owns nothing else; which folders there are is [`super::places`]'.

use rustix::fs::{Access, access};
use std::{
    env::split_paths,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};

/// A system on which programs are looked for.
///
/// Windows is a table only: this program is not built there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Os {
    /// Linux, WSL too.
    Linux,
    /// A Mac.
    MacOs,
    /// Windows itself.
    Windows,
}

impl Os {
    /// What this program was built for.
    pub const HERE: Self = if cfg!(target_os = "macos") {
        Self::MacOs
    } else {
        Self::Linux
    };

    /// The files in a folder that a command may be, the one to take first. On Windows a native program is better than a script,
    /// and the script without an ending that npm puts beside the others is for another system.
    pub(crate) fn files_of(self, command: &str) -> Vec<String> {
        let endings: &[_] = match self {
            Self::Linux | Self::MacOs => &[""],
            Self::Windows => &[".exe", ".cmd", ".ps1"],
        };
        let files = endings.iter().map(|ending| format!("{command}{ending}"));
        files.collect()
    }

    /// Whether somebody could start that file. Windows knows it by the name.
    pub(crate) fn starts(self, file: &Path) -> bool {
        file.is_file() && (self == Self::Windows || access(file, Access::EXEC_OK).is_ok())
    }

    /// The places in a PATH, as they are written there.
    pub(crate) fn split(self, path: &OsStr) -> Vec<PathBuf> {
        match self {
            Self::Linux | Self::MacOs => split_paths(path).collect(),
            Self::Windows => {
                let path = path.to_string_lossy();
                let places = path.split(';').map(|place| place.trim_matches('"'));
                places.map(PathBuf::from).collect()
            }
        }
    }

    /// A variable that is set to something.
    pub(crate) fn variable<'e>(
        self,
        env: &'e [(OsString, OsString)],
        name: &str,
    ) -> Option<&'e OsStr> {
        let found = env.iter().find(|(key, _)| match self {
            Self::Linux | Self::MacOs => key == name,
            Self::Windows => key.eq_ignore_ascii_case(name),
        });
        let value = found.map(|(_, value)| value.as_os_str());
        value.filter(|value| !value.is_empty())
    }
}
