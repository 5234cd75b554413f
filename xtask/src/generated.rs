//! Generated files that are committed: the API's description, written by the binary, and the page's
//! types, made from it. Writes them, or proves them current; never edits their content.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::test::install;
use crate::{repo, shell, web};

const OPENAPI: &str = "docs/protocol/openapi.json";
const TYPES: &str = "web/src/api/generated.ts";

/// Builds the binary and writes both files.
pub fn write() -> Result<()> {
    let path = repo::root().join(OPENAPI);
    fs::create_dir_all(path.parent().context("no parent folder")?)?;
    fs::write(&path, openapi(&build()?)?)?;
    web::check_node()?;
    install::npm(&web::folder())?;
    shell::show(&mut web::npm(&["run", "gen", "--silent"]))
}

/// Builds the binary and compares both files.
pub fn check_built() -> Result<()> {
    check(&build()?)
}

/// Compares both files with what `binary` and the page's generator give.
pub fn check(binary: &Path) -> Result<()> {
    compare(
        OPENAPI,
        &fs::read_to_string(repo::root().join(OPENAPI)).unwrap_or_default(),
        &openapi(binary)?,
    )?;
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

fn openapi(binary: &Path) -> Result<String> {
    let text = shell::read(shell::program(binary).args(["internal", "openapi"]))?;
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
