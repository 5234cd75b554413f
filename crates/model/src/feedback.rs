//! What people say of a session with a skill: an entry of the skill's log, and whether the newest entries show a pattern. Owns the
//! log's Markdown, which agents and people read as well; never reads or writes a file.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// What a log begins with.
const HEADER: &str =
    "# Feedback Log\n\n<!-- Append new entries at the top. Do not edit previous entries. -->\n";

/// What begins an entry.
const ENTRY: &str = "## ";

/// What stands for nothing said.
const NOTHING: &str = "—";

/// What stands for nothing gone wrong.
const NONE: &str = "none";

/// With fewer entries there is no pattern.
const ENOUGH: usize = 5;

/// How many of the newest entries are looked at.
const LOOKED_AT: usize = 10;

/// A word in so many of them is a pattern.
const RECURRING: usize = 3;

/// A longer word, in characters, is none.
const LONGEST: usize = 40;

/// Of what somebody says no more is kept, in characters.
const SAID: usize = 2000;

/// How a session went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Went {
    /// All was done.
    Success,
    /// Some of it was.
    PartialSuccess,
    /// It was not done.
    Failure,
    /// Something broke.
    Error,
}

impl Went {
    /// As the log says it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::PartialSuccess => "partial-success",
            Self::Failure => "failure",
            Self::Error => "error",
        }
    }
}

/// What is said of one session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// When, as ISO 8601.
    pub at: String,
    /// Of the skill.
    pub version: String,
    /// What it was about.
    pub task: Option<String>,
    /// How it went.
    pub went: Option<Went>,
    /// From 1 to 5.
    pub rating: Option<u8>,
    /// What had to be corrected.
    pub corrections: Option<String>,
    /// What went wrong.
    pub issues: Option<String>,
    /// The person's own words.
    pub note: Option<String>,
}

impl Entry {
    /// Whether the person said something, or something went wrong. Else nobody wants to read it.
    pub fn is_worth_keeping(&self) -> bool {
        let said = |text: &Option<String>, nothing| {
            text.as_deref()
                .is_some_and(|text| ![nothing, ""].contains(&text.trim()))
        };
        self.rating.is_some()
            || said(&self.note, NOTHING)
            || said(&self.corrections, NONE)
            || said(&self.issues, NONE)
            || self.went.is_some_and(|went| went != Went::Success)
    }

    fn markdown(&self) -> String {
        let said = |text: &Option<String>, nothing: &str| {
            let text = text.as_deref().map(one_line).unwrap_or_default();
            if text.is_empty() {
                nothing.to_owned()
            } else {
                text
            }
        };
        let rating = self.rating.map(|rating| format!("{rating}/5"));
        let mut entry = format!("{ENTRY}{}\n", one_line(&self.at));
        for (field, value) in [
            ("Skill Version", one_line(&self.version)),
            ("Task", said(&self.task, NOTHING)),
            (
                "Outcome",
                self.went.map_or(NOTHING, Went::as_str).to_owned(),
            ),
            ("Rating", said(&rating, NOTHING)),
            ("Corrections", said(&self.corrections, NONE)),
            ("Issues", said(&self.issues, NONE)),
            ("User Note", said(&self.note, NOTHING)),
        ] {
            let _ = writeln!(entry, "- **{field}**: {value}");
        }
        entry + "---\n"
    }
}

/// A log with one entry more, on top. What stood in it stays as it was.
pub fn added(log: &str, entry: &Entry) -> String {
    let log = if log.trim().is_empty() { HEADER } else { log };
    let first = log
        .match_indices(ENTRY)
        .map(|(at, _)| at)
        .find(|at| *at == 0 || log[..*at].ends_with('\n'));
    let (above, below) = log.split_at(first.unwrap_or(log.len()));
    let gap = match above {
        "" => "",
        above if above.ends_with("\n\n") => "",
        above if above.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    let end = if below.is_empty() { "" } else { "\n" };
    format!("{above}{gap}{}{end}{below}", entry.markdown())
}

/// What recent sessions have in common.
#[derive(Debug, Clone, PartialEq)]
pub enum Pattern {
    /// A word that people come back to.
    Word {
        /// The word, in small letters.
        word: String,
        /// In how many entries it stands.
        entries: usize,
        /// Of how many.
        of: usize,
    },
    /// They are not content.
    Rating {
        /// What they gave on average.
        mean: f64,
    },
}

/// Whether the newest entries show a pattern.
pub fn pattern(log: &str) -> Option<Pattern> {
    let mut entries: Vec<Vec<&str>> = Vec::new();
    for line in log.lines() {
        if line.starts_with(ENTRY) {
            entries.push(Vec::new());
        } else if let Some(entry) = entries.last_mut() {
            entry.push(line);
        }
    }
    if entries.len() < ENOUGH {
        return None;
    }
    entries.truncate(LOOKED_AT);
    recurring(&entries).or_else(|| discontent(&entries))
}

/// The word that stands in the most of them. What the tasks were about is no complaint, so they do not count.
fn recurring(entries: &[Vec<&str>]) -> Option<Pattern> {
    let mut counts = BTreeMap::<String, usize>::new();
    for entry in entries {
        let said = ["Corrections", "Issues", "User Note"];
        let said: BTreeSet<String> = said
            .iter()
            .filter_map(|field| value(entry, field))
            .filter(|said| ![NONE, NOTHING].contains(said))
            .flat_map(words)
            .collect();
        for word in said {
            *counts.entry(word).or_default() += 1;
        }
    }
    // Of several the longest says the most.
    let (word, count) = counts
        .into_iter()
        .max_by_key(|(word, count)| (*count, word.chars().count()))?;
    (count >= RECURRING).then_some(Pattern::Word {
        word,
        entries: count,
        of: entries.len(),
    })
}

fn discontent(entries: &[Vec<&str>]) -> Option<Pattern> {
    let ratings: Vec<f64> = entries
        .iter()
        .filter_map(|entry| value(entry, "Rating")?.strip_suffix("/5")?.parse().ok())
        .filter(|rating| (1.0..=5.0).contains(rating))
        .collect();
    let mean = ratings.iter().sum::<f64>() / ratings.len() as f64;
    // Without a rating it is not a number, and so not below.
    (mean < 3.0).then_some(Pattern::Rating { mean })
}

fn value<'l>(entry: &[&'l str], field: &str) -> Option<&'l str> {
    let start = format!("- **{field}**:");
    entry
        .iter()
        .find_map(|line| line.strip_prefix(&*start))
        .map(str::trim)
}

/// The words of a text that could be about something, in small letters. Japanese has no spaces, so a run of one script is a word there;
/// what stands in hiragana alone holds the others together.
fn words(text: &str) -> Vec<String> {
    let mut all = Vec::<(Script, String)>::new();
    let mut before = Script::Other;
    for c in text.chars().flat_map(char::to_lowercase) {
        let script = Script::of(c);
        match all.last_mut() {
            Some((_, word)) if script == before => word.push(c),
            _ => all.push((script, c.to_string())),
        }
        before = script;
    }
    let about = |(script, word): &(Script, String)| {
        let length = word.chars().count();
        match script {
            Script::Letters => (4..=LONGEST).contains(&length) && !COMMON.contains(&word.as_str()),
            Script::Han | Script::Katakana => (2..=LONGEST).contains(&length),
            Script::Hiragana | Script::Other => false,
        }
    };
    all.retain(about);
    all.into_iter().map(|(_, word)| word).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Letters,
    Han,
    Hiragana,
    Katakana,
    Other,
}

impl Script {
    fn of(c: char) -> Self {
        match c {
            '\u{3041}'..='\u{309F}' => Self::Hiragana,
            '\u{30A1}'..='\u{30FF}' => Self::Katakana,
            '\u{3400}'..='\u{9FFF}' | '々' => Self::Han,
            c if c.is_alphanumeric() => Self::Letters,
            _ => Self::Other,
        }
    }
}

/// Words of four letters and more that are about nothing.
const COMMON: [&str; 60] = [
    "about", "after", "again", "also", "although", "always", "answer", "because", "been", "before",
    "being", "but", "codex", "could", "does", "done", "each", "even", "every", "from", "good",
    "great", "have", "into", "just", "like", "made", "make", "many", "more", "most", "much",
    "need", "needed", "nothing", "only", "other", "over", "really", "should", "since", "some",
    "still", "than", "that", "their", "them", "then", "there", "they", "this", "turn", "very",
    "were", "what", "when", "which", "with", "would", "your",
];

/// What somebody said, in one line and of a length: nothing in it can begin another field or another entry.
fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let line = words
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    match line.char_indices().nth(SAID) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(at: &str) -> Entry {
        Entry {
            at: at.to_owned(),
            version: "1.0.0".to_owned(),
            ..Entry::default()
        }
    }

    #[test]
    fn the_newest_entry_is_on_top_and_the_others_stay_as_they_were() {
        let first = added("", &entry("2026-11-28T10:00:00Z"));
        let expected = "# Feedback Log\n\n\
            <!-- Append new entries at the top. Do not edit previous entries. -->\n\n\
            ## 2026-11-28T10:00:00Z\n- **Skill Version**: 1.0.0\n- **Task**: —\n- **Outcome**: —\n\
            - **Rating**: —\n- **Corrections**: none\n- **Issues**: none\n- **User Note**: —\n---\n";
        assert_eq!(first, expected);
        let full = Entry {
            task: Some("a\n## 1\n- **Rating**: 5/5".to_owned()),
            went: Some(Went::PartialSuccess),
            rating: Some(4),
            corrections: Some("  ".to_owned()),
            issues: Some("slow\u{1b}[2J".to_owned()),
            note: Some("é".repeat(2001)),
            ..entry("2026-11-28T11:00:00Z")
        };
        let second = added(&first, &full);
        let (header, old) = expected.split_at(expected.find("## 2").unwrap());
        let new = format!(
            "## 2026-11-28T11:00:00Z\n- **Skill Version**: 1.0.0\n- **Task**: a ## 1 - **Rating**: 5/5\n\
             - **Outcome**: partial-success\n- **Rating**: 4/5\n- **Corrections**: none\n- **Issues**: slow [2J\n\
             - **User Note**: {}…\n---\n\n",
            "é".repeat(2000)
        );
        assert_eq!(second, format!("{header}{new}{old}"));
    }

    #[test]
    fn a_log_without_the_header_keeps_what_it_has() {
        for (log, above, below) in [
            ("my own words", "my own words\n\n", ""),
            (
                "## old\n- **Rating**: 1/5\n",
                "",
                "\n## old\n- **Rating**: 1/5\n",
            ),
            ("x ## y\n## old", "x ## y\n\n", "\n## old"),
        ] {
            let entry = entry("now");
            assert_eq!(
                added(log, &entry),
                format!("{above}{}{below}", entry.markdown())
            );
        }
    }

    #[test]
    fn what_was_skipped_is_kept_only_if_something_went_wrong() {
        let kept = |change: &dyn Fn(&mut Entry)| {
            let mut entry = Entry {
                task: Some("x".to_owned()),
                went: Some(Went::Success),
                ..entry("now")
            };
            change(&mut entry);
            entry.is_worth_keeping()
        };
        assert!(!kept(&|_| ()));
        assert!(!kept(&|entry| entry.corrections = Some("none".to_owned())));
        assert!(!kept(&|entry| entry.note = Some(" — ".to_owned())));
        assert!(kept(&|entry| entry.rating = Some(5)));
        assert!(kept(&|entry| entry.note = Some("fine".to_owned())));
        assert!(kept(&|entry| entry.issues = Some("slow".to_owned())));
        assert!(kept(
            &|entry| entry.corrections = Some("wrong file".to_owned())
        ));
        assert!(kept(&|entry| entry.went = Some(Went::Failure)));
    }

    /// A log of these, the newest first: rating, issues.
    fn log(entries: &[(&str, &str)]) -> String {
        let told = |(rating, issues): &(&str, &str)| {
            format!(
                "## now\n- **Task**: review\n- **Rating**: {rating}\n- **Issues**: {issues}\n---\n\n"
            )
        };
        HEADER.to_owned() + &entries.iter().map(told).collect::<String>()
    }

    #[test]
    fn a_pattern_is_a_word_in_three_of_the_newest_ten_or_a_mean_below_three() {
        let word = |word: &str, entries, of| {
            Some(Pattern::Word {
                word: word.to_owned(),
                entries,
                of,
            })
        };
        let fine = ("5/5", "none");
        let slow = ("5/5", "It was too Slow, slow, slow");
        let aged = [[fine; 8].as_slice(), &[slow; 3]].concat();
        for (entries, expected) in [
            (vec![], None),
            (vec![("1/5", "timeout"); 4], None),
            (vec![slow, fine, slow, fine, fine], None),
            (vec![slow, fine, slow, fine, slow], word("slow", 3, 5)),
            (aged, None),
            (vec![("—", "—"); 5], None),
            (vec![("3/5", "none"); 5], None),
            (vec![("9/5", "none"); 5], None),
            (
                vec![
                    ("2/5", "none"),
                    ("—", "none"),
                    fine,
                    ("1/5", "none"),
                    ("—", "none"),
                ],
                Some(Pattern::Rating { mean: 8.0 / 3.0 }),
            ),
            (vec![("5/5", "with that from"); 5], None),
            (
                vec![("5/5", "タイムアウトが長い"); 5],
                word("タイムアウト", 5, 5),
            ),
            (vec![("5/5", "応答が遅延する"); 5], word("遅延", 5, 5)),
        ] {
            assert_eq!(pattern(&log(&entries)), expected, "{entries:?}");
        }
        let torn = log(&[slow; 5]).replace("- **Issues**: ", "- Issues ");
        assert_eq!(
            pattern(&torn),
            None,
            "what people wrote otherwise is no field"
        );
    }
}
