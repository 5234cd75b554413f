//! Habits of tests, and the one keyword that is nowhere.

use super::{Finding, Tree, has_word, rust};

pub fn unsafe_is_nowhere(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.ending("rs") {
        let source = rust::Source::parse(&file.path, &file.text);
        for (line, _) in source
            .code
            .iter()
            .enumerate()
            .filter(|(_, code)| has_word(code, "unsafe"))
        {
            found.push(Finding::new(
                &file.path,
                line + 1,
                "unsafe code: rustix and std have a safe door for it",
            ));
        }
    }
    found
}

const REASON: &str = "// tidy: sleeps because ";

pub fn tests_do_not_sleep(tree: &Tree) -> Vec<Finding> {
    let message =
        format!("a test that sleeps: await the event; a poll with a deadline says `{REASON}...`");
    let mut found = Vec::new();
    for (file, source) in tree.product() {
        let text: Vec<&str> = file.text.lines().collect();
        for (line, code) in source
            .code
            .iter()
            .enumerate()
            .filter(|(line, _)| source.is_test(*line))
        {
            let sleeps = code.contains("thread::sleep(")
                || code.contains("time::sleep(")
                || code.trim_start().starts_with("sleep(");
            if sleeps && !has_reason(&text, line) {
                found.push(Finding::new(&file.path, line + 1, &message));
            }
        }
    }
    for file in tree
        .files
        .iter()
        .filter(|file| file.path.starts_with("e2e/") && !file.is("json"))
    {
        let text: Vec<&str> = file.text.lines().collect();
        for (line, _) in text
            .iter()
            .enumerate()
            .filter(|(_, code)| code.contains("waitForTimeout("))
        {
            if !has_reason(&text, line) {
                found.push(Finding::new(&file.path, line + 1, &message));
            }
        }
    }
    found
}

/// A skipped test is a promise nobody keeps, and a focused one silences all others.
pub fn no_test_is_skipped(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, source) in tree.product() {
        for (line, _) in source
            .code
            .iter()
            .enumerate()
            .filter(|(_, code)| code.contains("#[ignore"))
        {
            found.push(Finding::new(
                &file.path,
                line + 1,
                "an ignored test: mend it or delete it",
            ));
        }
    }
    let pages = tree.files.iter().filter(|file| {
        file.path.contains(".test.ts") || (file.path.starts_with("e2e/") && !file.is("json"))
    });
    for file in pages {
        for (line, code) in file.text.lines().enumerate() {
            let parked = |word: &str| {
                ["it", "test", "describe"]
                    .iter()
                    .any(|name| code.contains(&format!("{name}.{word}(")))
            };
            if ["skip", "only", "todo"].into_iter().any(parked) {
                found.push(Finding::new(
                    &file.path,
                    line + 1,
                    "a skipped or focused test: mend it or delete it",
                ));
            }
        }
    }
    found
}

/// On the line itself or on the one above.
fn has_reason(text: &[&str], line: usize) -> bool {
    text[line.saturating_sub(1)..=line.min(text.len() - 1)]
        .iter()
        .any(|text| text.contains(REASON))
}

#[cfg(test)]
mod tests {
    use super::super::tests::lines;
    use super::*;

    #[test]
    fn unsafe_is_found_in_code_and_not_in_words() {
        let text = "// unsafe\nlet a = \"unsafe\";\n#![forbid(unsafe_code)]\nunsafe { a() }";
        assert_eq!(lines(unsafe_is_nowhere, "xtask/src/a.rs", text), [4]);
    }

    #[test]
    fn a_sleep_in_a_test_needs_a_reason() {
        let text = "tokio::time::sleep(a).await;\n// tidy: sleeps because it polls with a deadline\nstd::thread::sleep(a);\nx();\nsleep(b).await;";
        assert_eq!(
            lines(tests_do_not_sleep, "crates/store/tests/story.rs", text),
            [1, 5]
        );
        assert!(lines(tests_do_not_sleep, "crates/store/src/a.rs", text).is_empty());
        assert_eq!(
            lines(
                tests_do_not_sleep,
                "e2e/walks/a.ts",
                "await page.waitForTimeout(500);"
            ),
            [1]
        );
    }

    #[test]
    fn a_skipped_test_is_found() {
        let rust = "#[test]\n#[ignore = \"slow\"]\nfn a() {} // #[ignore]";
        assert_eq!(
            lines(no_test_is_skipped, "crates/store/tests/story.rs", rust),
            [2]
        );
        let page = "it('a', () => {});\nit.skip('b', () => {});\ndescribe.only('c', () => {});";
        assert_eq!(
            lines(no_test_is_skipped, "web/src/state/a.test.ts", page),
            [2, 3]
        );
        assert!(lines(no_test_is_skipped, "web/src/state/a.ts", page).is_empty());
    }
}
