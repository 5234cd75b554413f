//! `cargo xtask tidy`: the house rules as a list of functions from the tree to findings. Rules read
//! text and never change it; what the compiler and clippy can say is left to them.

mod imports;
mod links;
mod names;
mod outcomes;
mod rust;
mod secrets;
mod shape;
mod sql;
mod testing;

use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::{generated, repo, shell};

/// Whether tidy itself proves the generated files current: `cargo xtask test` has a stage for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Generated {
    Checked,
    CheckedElsewhere,
}

type Rule = fn(&Tree) -> Vec<Finding>;

const RULES: &[Rule] = &[
    imports::crates_import_only_what_the_table_allows,
    imports::processes_start_in_backends_only,
    imports::testkit_stays_in_tests,
    shape::every_file_says_what_it_owns,
    shape::files_stay_small,
    shape::handlers_stay_thin,
    shape::the_changelog_is_there,
    sql::sql_stays_in_the_store,
    sql::migrations_only_add,
    outcomes::every_outcome_has_a_test,
    names::no_assistant_is_named_in_code,
    names::no_path_of_this_machine,
    names::colours_are_tokens,
    links::documents_lead_somewhere,
    secrets::log_lines_carry_no_secret,
    testing::unsafe_is_nowhere,
    testing::tests_do_not_sleep,
    testing::no_test_is_skipped,
];

pub fn run(generated: Generated) -> Result<()> {
    let tree = Tree::load(&repo::root())?;
    let mut lines: Vec<String> = RULES
        .iter()
        .flat_map(|rule| rule(&tree))
        .map(|finding| finding.to_string())
        .collect();
    if generated == Generated::Checked
        && let Err(error) = generated::check_built()
    {
        lines.push(format!("{error:#}"));
    }
    if lines.is_empty() {
        return Ok(());
    }
    bail!("tidy has {} finding(s)\n{}", lines.len(), lines.join("\n"))
}

/// One broken rule at one place.
#[derive(Debug, PartialEq, Eq)]
pub struct Finding {
    path: String,
    /// Counted from 1.
    line: usize,
    message: String,
}

impl Finding {
    fn new(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            message: message.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

pub struct File {
    /// From the root, with forward slashes.
    path: String,
    text: String,
}

/// The text files that git knows or would add, and what cargo says about the workspace.
pub struct Tree {
    files: Vec<File>,
    metadata: Value,
}

impl Tree {
    fn load(root: &Path) -> Result<Self> {
        let list = shell::read(
            shell::program("git")
                .args([
                    "ls-files",
                    "-z",
                    "--cached",
                    "--others",
                    "--exclude-standard",
                ])
                .current_dir(root),
        )
        .context("tidy reads the list of files from git")?;
        let files = list
            .split('\0')
            .filter(|path| !path.is_empty())
            .filter_map(|path| {
                // Deleted files are still listed, pictures are not text.
                let text = String::from_utf8(fs::read(root.join(path)).ok()?).ok()?;
                Some(File {
                    path: path.to_owned(),
                    text,
                })
            });
        let files = files.collect();
        let metadata = shell::read(repo::cargo().args([
            "metadata",
            "--format-version=1",
            "--no-deps",
            "--offline",
        ]))?;
        Ok(Self {
            files,
            metadata: serde_json::from_str(&metadata)?,
        })
    }

    #[cfg(test)]
    fn of(files: &[(&str, &str)]) -> Self {
        let files = files.iter().map(|(path, text)| File {
            path: (*path).into(),
            text: (*text).into(),
        });
        Self {
            files: files.collect(),
            metadata: Value::Null,
        }
    }

    fn ending(&self, extension: &str) -> impl Iterator<Item = &File> {
        self.files.iter().filter(move |file| file.is(extension))
    }

    /// The product's own Rust: xtask speaks of the forbidden words to forbid them.
    fn product(&self) -> impl Iterator<Item = (&File, rust::Source)> {
        self.ending("rs")
            .filter(|file| file.path.starts_with("crates/"))
            .map(|file| (file, rust::Source::parse(&file.path, &file.text)))
    }
}

impl File {
    fn is(&self, extension: &str) -> bool {
        Path::new(&self.path)
            .extension()
            .is_some_and(|found| found == extension)
    }

    /// The folder name under `crates/`, or "".
    fn krate(&self) -> &str {
        self.path
            .strip_prefix("crates/")
            .and_then(|rest| rest.split('/').next())
            .unwrap_or_default()
    }
}

/// Whether `word` stands in `text` with no letter, digit or underscore beside it.
fn has_word(text: &str, word: &str) -> bool {
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        !text[..at].ends_with(part_of_word) && !text[at + word.len()..].starts_with(part_of_word)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    /// The lines on which `rule` finds something in one file.
    pub fn lines(rule: Rule, path: &str, text: &str) -> Vec<usize> {
        rule(&Tree::of(&[(path, text)]))
            .iter()
            .map(|finding| finding.line)
            .collect()
    }

    #[test]
    fn a_finding_can_be_clicked_on() {
        assert_eq!(
            Finding::new("crates/a/src/b.rs", 3, "too long").to_string(),
            "crates/a/src/b.rs:3: too long"
        );
    }

    #[test]
    fn the_tree_of_this_checkout_has_this_file_and_every_crate() {
        let tree = Tree::load(&repo::root()).unwrap();
        assert!(
            tree.files
                .iter()
                .any(|file| file.path == "xtask/src/tidy/mod.rs")
        );
        assert!(tree.metadata["packages"].as_array().unwrap().len() > 8);
    }
}
