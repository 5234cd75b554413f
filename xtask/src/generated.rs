//! Generated files that are committed: the API's description and two pages of the documentation, written by the
//! binary, and the page's types, made from the description. Writes them, or proves them current; never edits their content.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::test::install;
use crate::{repo, shell, web};

const OPENAPI: &str = "docs/protocol/openapi.json";
const TYPES: &str = "web/src/api/generated.ts";
const TROUBLESHOOTING: &str = "docs/user/troubleshooting.md";
const CAPABILITIES: &str = "docs/user/capabilities.md";

/// What the binary prints, and the subcommand that does.
const PRINTED: [(&str, &str); 3] = [
    (OPENAPI, "openapi"),
    (TROUBLESHOOTING, "troubleshooting"),
    (CAPABILITIES, "capabilities"),
];

/// Builds the binary and writes all files.
pub fn write() -> Result<()> {
    let binary = build()?;
    for (file, subcommand) in PRINTED {
        let path = repo::root().join(file);
        fs::create_dir_all(path.parent().context("no parent folder")?)?;
        fs::write(&path, printed(&binary, subcommand)?)?;
    }
    web::check_node()?;
    install::npm(&web::folder())?;
    shell::show(&mut web::npm(&["run", "gen", "--silent"]))
}

/// Builds the binary and compares all files.
pub fn check_built() -> Result<()> {
    check(&build()?)
}

/// Compares all files with what `binary` and the page's generator give.
pub fn check(binary: &Path) -> Result<()> {
    for (file, subcommand) in PRINTED {
        compare(
            file,
            &fs::read_to_string(repo::root().join(file)).unwrap_or_default(),
            &printed(binary, subcommand)?,
        )?;
    }
    install::npm(&web::folder())?;
    let path = repo::root().join(TYPES);
    let committed = fs::read_to_string(&path)
        .with_context(|| format!("{TYPES} is missing; run `cargo xtask gen` and commit it"))?;
    // The generator is the page's own and writes in place: put back what was there.
    let done = shell::read(&mut web::npm(&["run", "gen", "--silent"]));
    let generated = fs::read_to_string(&path)?;
    if generated != committed {
        fs::write(&path, &committed)?;
    }
    done?;
    compare(TYPES, &committed, &generated)
}

fn build() -> Result<PathBuf> {
    shell::show(repo::cargo().args(["build", "--quiet", "--package", "switchboard"]))?;
    Ok(repo::target().join("debug/switchboard"))
}

fn printed(binary: &Path, subcommand: &str) -> Result<String> {
    let text = shell::read(shell::program(binary).args(["internal", subcommand]))?;
    Ok(text.trim_end().to_owned() + "\n")
}

fn compare(path: &str, committed: &str, generated: &str) -> Result<()> {
    let Some(line) = first_difference(committed, generated) else {
        return Ok(());
    };
    bail!(
        "{path}:{line}: is not what the code generates; run `cargo xtask gen` and commit the result"
    )
}

/// The line, counted from 1, where two texts part; `None` when they are the same.
fn first_difference(one: &str, other: &str) -> Option<usize> {
    if one == other {
        return None;
    }
    let same = one
        .lines()
        .zip(other.lines())
        .take_while(|(one, other)| one == other)
        .count();
    Some(same + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stale_file_is_named_with_the_line_and_the_remedy() {
        assert_eq!(
            compare("a.json", "{\n}\n", "{\n}\n")
                .err()
                .map(|error| error.to_string()),
            None
        );
        for (committed, line) in [
            ("", 1),
            ("{\n", 2),
            ("{\n]\n", 2),
            ("{\n}\n\n", 3),
            ("{\n}", 3),
        ] {
            let error = compare("a.json", committed, "{\n}\n")
                .err()
                .map(|error| error.to_string());
            let expected = format!(
                "a.json:{line}: is not what the code generates; run `cargo xtask gen` and commit the result"
            );
            assert_eq!(error, Some(expected), "{committed:?}");
        }
    }
}
