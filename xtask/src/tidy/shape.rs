//! The shape of files: a header that says what they own, a size one can read, handlers that only
//! translate, a changelog.

use super::{Finding, Tree, rust};

const FILE_LINES: usize = 600;
const HANDLER_LINES: usize = 60;

pub fn every_file_says_what_it_owns(tree: &Tree) -> Vec<Finding> {
    tree.ending("rs")
        .filter(|file| {
            let header = file
                .text
                .lines()
                .next()
                .and_then(|line| line.strip_prefix("//!"));
            header.is_none_or(|words| words.trim().is_empty())
        })
        .map(|file| {
            Finding::new(
                &file.path,
                1,
                "the file starts without a `//!` header: what it owns and what it never does",
            )
        })
        .collect()
}

pub fn files_stay_small(tree: &Tree) -> Vec<Finding> {
    let sources = ["rs", "ts", "tsx"]
        .into_iter()
        .flat_map(|extension| tree.ending(extension));
    sources
        .filter(|file| !file.path.ends_with("/generated.ts"))
        .filter(|file| !file.text.contains("// tidy: long because "))
        .filter_map(|file| {
            let lines = file.text.lines().count();
            let message =
                format!("{lines} lines: find the second idea, or say `// tidy: long because ...`");
            (lines > FILE_LINES).then(|| Finding::new(&file.path, FILE_LINES + 1, message))
        })
        .collect()
}

pub fn handlers_stay_thin(tree: &Tree) -> Vec<Finding> {
    let routes = tree
        .product()
        .filter(|(file, _)| file.path.starts_with("crates/server/src/routes"));
    routes
        .flat_map(|(file, source)| {
            let long = long_functions(&source).into_iter().map(|(line, length)| {
                let message = format!("a handler of {length} lines (at most {HANDLER_LINES}): decide in model, act in engine");
                Finding::new(&file.path, line + 1, message)
            });
            long.collect::<Vec<_>>()
        })
        .collect()
}

fn long_functions(source: &rust::Source) -> Vec<(usize, usize)> {
    let starts = source
        .shipped()
        .filter(|(_, code)| super::has_word(code, "fn"));
    starts
        .map(|(line, _)| (line, source.end_of_item(line) + 1 - line))
        .filter(|(_, length)| *length > HANDLER_LINES)
        .collect()
}

pub fn the_changelog_is_there(tree: &Tree) -> Vec<Finding> {
    let there = tree
        .files
        .iter()
        .any(|file| file.path == "CHANGELOG.md" && !file.text.trim().is_empty());
    let missing = || {
        Finding::new(
            "CHANGELOG.md",
            1,
            "there is no changelog: users read it, in their words",
        )
    };
    (!there).then(missing).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::lines;
    use super::*;

    #[test]
    fn a_file_without_a_header_is_found() {
        for (text, fine) in [
            ("//! Owns rows.\n", true),
            ("use a;\n//! late\n", false),
            ("//!\n", false),
            ("", false),
        ] {
            assert_eq!(
                lines(every_file_says_what_it_owns, "xtask/src/a.rs", text).is_empty(),
                fine,
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_long_file_needs_a_reason() {
        let long = "x\n".repeat(FILE_LINES + 1);
        assert_eq!(
            lines(files_stay_small, "web/src/a.tsx", &long),
            [FILE_LINES + 1]
        );
        assert!(
            lines(
                files_stay_small,
                "crates/a/src/a.rs",
                &"x\n".repeat(FILE_LINES)
            )
            .is_empty()
        );
        let reason = format!("// tidy: long because one table\n{long}");
        assert!(lines(files_stay_small, "crates/a/src/a.rs", &reason).is_empty());
        assert!(lines(files_stay_small, "web/src/api/generated.ts", &long).is_empty());
    }

    #[test]
    fn a_long_handler_is_found_and_a_long_row_of_short_ones_is_not() {
        let path = "crates/server/src/routes/threads.rs";
        let long = format!(
            "fn short() {{}}\nasync fn post(\n    a: [u8; 4],\n) {{\n{}}}\n",
            "    a();\n".repeat(HANDLER_LINES)
        );
        assert_eq!(lines(handlers_stay_thin, path, &long), [2]);
        assert!(
            lines(
                handlers_stay_thin,
                path,
                &"fn a() {\n}\n".repeat(HANDLER_LINES)
            )
            .is_empty()
        );
        assert!(lines(handlers_stay_thin, "crates/server/src/live.rs", &long).is_empty());
    }

    #[test]
    fn a_missing_changelog_is_found() {
        assert_eq!(lines(the_changelog_is_there, "README.md", "x").len(), 1);
        assert!(lines(the_changelog_is_there, "CHANGELOG.md", "# Changelog\n").is_empty());
    }
}
