//! Every way a turn can end has a test whose name holds its code, so that no remedy is a guess.

use super::{Finding, Tree};

const TABLE: &str = "crates/model/src/outcome.rs";

pub fn every_outcome_has_a_test(tree: &Tree) -> Vec<Finding> {
    let codes = codes(tree);
    if codes.is_empty() {
        return vec![Finding::new(
            TABLE,
            1,
            "found no codes in `OutcomeCode::as_str`: this rule has nothing to read",
        )];
    }
    let tests = test_names(tree);
    codes
        .into_iter()
        .filter(|(_, code)| !tests.iter().any(|name| name.contains(code.as_str())))
        .map(|(line, code)| {
            let message = format!(
                "no test names the outcome: write one that provokes it, `fn ..._{code}_...`"
            );
            Finding::new(TABLE, line + 1, message)
        })
        .collect()
}

/// The strings of `as_str` in `impl OutcomeCode`, with their lines.
fn codes(tree: &Tree) -> Vec<(usize, String)> {
    let Some((_, source)) = tree.product().find(|(file, _)| file.path == TABLE) else {
        return Vec::new();
    };
    let lines = source.code.iter().enumerate();
    let Some((start, _)) = lines
        .skip_while(|(_, code)| !code.starts_with("impl OutcomeCode"))
        .find(|(_, code)| code.contains("fn as_str"))
    else {
        return Vec::new();
    };
    let end = source.end_of_item(start);
    source
        .strings
        .into_iter()
        .filter(|(line, _)| (start..=end).contains(line))
        .collect()
}

/// Names of functions with `#[test]` or `#[tokio::test]` above them.
fn test_names(tree: &Tree) -> Vec<String> {
    let mut names = Vec::new();
    for (_, source) in tree.product() {
        let mut marked = false;
        for code in &source.code {
            marked |=
                code.contains("#[test]") || code.contains("::test]") || code.contains("::test(");
            let Some((_, name)) = code.split_once("fn ") else {
                continue;
            };
            if marked {
                names.push(
                    name.chars()
                        .take_while(|c| c.is_alphanumeric() || *c == '_')
                        .collect(),
                );
            }
            marked = false;
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTCOMES: &str = "//! x\nimpl OutcomeCode {\n    pub fn as_str(self) -> &'static str {\n        match self {\n            \
                            Self::TimedOut => \"timed_out\",\n            Self::Crashed => \"crashed\",\n        }\n    }\n    \
                            fn hint(self) -> &'static str { \"no code\" }\n}\n";

    fn lines(test: &str) -> Vec<usize> {
        let tree = Tree::of(&[
            (TABLE, OUTCOMES),
            ("crates/switchboard/tests/it/a.rs", test),
        ]);
        every_outcome_has_a_test(&tree)
            .iter()
            .map(|finding| finding.line)
            .collect()
    }

    #[test]
    fn a_code_without_a_test_is_found() {
        assert_eq!(
            lines("#[tokio::test]\nasync fn a_slow_answer_ends_as_timed_out() {}"),
            [6]
        );
        assert_eq!(
            lines("#[test]\nfn crashed_and_timed_out_are_told_apart() {}"),
            [0_usize; 0]
        );
    }

    #[test]
    fn a_helper_or_a_comment_is_no_test() {
        assert_eq!(
            lines("fn timed_out() {}\n// #[test] fn crashed() {}\n"),
            [5, 6]
        );
    }

    #[test]
    fn a_table_that_moved_would_leave_the_rule_blind() {
        assert_eq!(every_outcome_has_a_test(&Tree::of(&[])).len(), 1);
    }
}
