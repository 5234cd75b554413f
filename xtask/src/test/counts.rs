//! Reads test reports: how many passed, failed and were skipped, and the part of a log that tells why.
//! Knows the words of libtest, vitest and the browser walks; never runs anything.

use std::fmt;
use std::iter::Sum;
use std::ops::Add;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub passed: u32,
    pub failed: u32,
    pub skipped: u32,
}

impl Counts {
    /// A check without parts, such as `cargo fmt --check`.
    pub fn of_check(ok: bool) -> Self {
        Self {
            passed: u32::from(ok),
            failed: u32::from(!ok),
            skipped: 0,
        }
    }

    /// A command that failed has a failure, also when its report names none: a crate that doesn't
    /// compile, a runner that died. One that succeeded without a report is a single check.
    pub fn agreeing_with(mut self, ok: bool) -> Self {
        if !ok && self.failed == 0 {
            self.failed = 1;
        } else if self == Self::default() {
            return Self::of_check(ok);
        }
        self
    }
}

impl Add for Counts {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            skipped: self.skipped + other.skipped,
        }
    }
}

impl Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), Add::add)
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "passed {}, failed {}, skipped {}",
            self.passed, self.failed, self.skipped
        )
    }
}

/// Every `test result: ok. 3 passed; 0 failed; 1 ignored; ...` of a `cargo test`.
pub fn libtest(log: &str) -> Counts {
    let results = log
        .lines()
        .filter_map(|line| line.strip_prefix("test result: "));
    results
        .map(|line| Counts {
            passed: before(line, "passed"),
            failed: before(line, "failed"),
            skipped: before(line, "ignored"),
        })
        .sum()
}

/// The last `Tests  1 failed | 12 passed | 2 skipped (15)`.
pub fn vitest(log: &str) -> Counts {
    let line = log
        .lines()
        .rev()
        .find(|line| line.trim_start().starts_with("Tests  "));
    line.map_or_else(Counts::default, |line| Counts {
        passed: before(line, "passed"),
        failed: before(line, "failed"),
        skipped: before(line, "skipped") + before(line, "todo"),
    })
}

/// The last `4 passed, 0 failed, 0 skipped`.
pub fn walks(log: &str) -> Counts {
    let line = log
        .lines()
        .rev()
        .find(|line| line.contains(" passed, ") && line.contains(" skipped"));
    line.map_or_else(Counts::default, |line| Counts {
        passed: before(line, "passed"),
        failed: before(line, "failed"),
        skipped: before(line, "skipped"),
    })
}

/// libtest's own account of each failure in full; empty when there is none.
pub fn libtest_failures(log: &str) -> String {
    let mut shown = String::new();
    let mut binary = "";
    let mut inside = false;
    for line in log.lines() {
        let words = line.trim_start();
        if words.starts_with("Running ") || words.starts_with("Doc-tests ") {
            binary = words;
        }
        if line == "failures:" && !inside {
            inside = true;
            shown.extend([binary, "\n"]);
        }
        inside &= !line.starts_with("test result: ");
        if inside {
            shown.extend([line, "\n"]);
        }
    }
    shown
}

/// The last lines of a log.
pub fn tail(log: &str, lines: usize) -> String {
    let all: Vec<&str> = log.lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

/// The number in front of `word`, 0 when there is none.
fn before(line: &str, word: &str) -> u32 {
    let words: Vec<&str> = line
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    words
        .windows(2)
        .find(|pair| pair[1] == word)
        .and_then(|pair| pair[0].parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(passed: u32, failed: u32, skipped: u32) -> Counts {
        Counts {
            passed,
            failed,
            skipped,
        }
    }

    const CARGO_TEST: &str = "\
     Running unittests src/lib.rs (target/debug/deps/a-1)

running 2 tests
test one ... ok
test two ... ok

test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s

     Running tests/it/main.rs (target/debug/deps/it-2)

running 2 tests
test three ... FAILED
test four ... ok

failures:

---- three stdout ----
thread 'three' panicked at tests/it/main.rs:1:1:
left != right

failures:
    three

test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

error: 1 target failed:
";

    #[test]
    fn every_binary_of_cargo_test_counts() {
        assert_eq!(libtest(CARGO_TEST), counts(3, 1, 1));
    }

    #[test]
    fn a_failed_test_is_shown_in_full_with_its_binary_and_nothing_else() {
        let shown = libtest_failures(CARGO_TEST);
        assert!(shown.starts_with("Running tests/it/main.rs"), "{shown}");
        assert!(shown.contains("left != right"), "{shown}");
        assert!(!shown.contains("test four"), "{shown}");
    }

    #[test]
    fn the_reports_of_vitest_and_the_walks_are_read() {
        assert_eq!(
            vitest(
                " Test Files  2 passed (2)\n      Tests  1 failed | 12 passed | 2 skipped (15)\n"
            ),
            counts(12, 1, 2)
        );
        assert_eq!(
            walks("ok sign in\n4 passed, 1 failed, 2 skipped\n\n"),
            counts(4, 1, 2)
        );
    }

    #[test]
    fn a_command_that_fails_without_a_report_is_a_failure() {
        assert_eq!(
            libtest("error: could not compile").agreeing_with(false),
            counts(0, 1, 0)
        );
        assert_eq!(counts(7, 0, 0).agreeing_with(false), counts(7, 1, 0));
        assert_eq!(counts(7, 2, 0).agreeing_with(false), counts(7, 2, 0));
    }

    #[test]
    fn the_summary_reads_as_promised() {
        assert_eq!(counts(3, 2, 1).to_string(), "passed 3, failed 2, skipped 1");
    }
}
