//! The Gemini program on this machine: how to get it there, and which version it is.

use std::{fs, path::Path};

use serde::Deserialize;

use crate::{homes::read_bounded, turns::Program};

/// The versions that the tests have seen working.
pub const TESTED: &str = "0.61.0";

/// The program, in the words of its failures.
pub const GEMINI: Program = Program {
    title: "the Gemini CLI",
    command: "gemini",
    install: "install the Gemini CLI: `npm install -g @google/gemini-cli` or `brew install gemini-cli`; it is found at the \
              next mention, no restart needed",
    home_variable: "GEMINI_CLI_HOME",
    setting: "providers.gemini.program",
};

/// The version that its npm package names. Asking the program itself would take it a second of work; what is not
/// installed as that package has to be asked.
pub fn packaged_version(program: &Path) -> Option<String> {
    #[derive(Deserialize)]
    struct Package {
        name: String,
        version: String,
    }
    let script = fs::canonicalize(program).ok()?;
    let package = script
        .ancestors()
        .find(|folder| folder.ends_with("@google/gemini-cli"))?;
    let text = read_bounded(&package.join("package.json"), 1024 * 1024).ok()?;
    let package: Package = serde_json::from_str(&text).ok()?;
    (package.name == "@google/gemini-cli").then_some(package.version)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn the_version_is_read_from_the_package_behind_the_command() {
        let folder = tempfile::tempdir().unwrap();
        let package = folder.path().join("lib/node_modules/@google/gemini-cli");
        fs::create_dir_all(package.join("bundle")).unwrap();
        fs::write(package.join("bundle/gemini.js"), "").unwrap();
        let text = r#"{"name":"@google/gemini-cli","version":"0.61.0"}"#;
        fs::write(package.join("package.json"), text).unwrap();
        let command = folder.path().join("gemini");
        symlink(package.join("bundle/gemini.js"), &command).unwrap();
        assert_eq!(packaged_version(&command).as_deref(), Some("0.61.0"));
        assert_eq!(packaged_version(Path::new("/bin/sh")), None);
    }
}
