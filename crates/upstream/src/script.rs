//! Reads `mock:` lines. Owns their grammar; never plays a step and never looks beyond the text it is given.

use std::time::Duration;

/// What the model does next.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    Text(String),
    /// A message that arrives in pieces: its first after one pause, the others after another.
    Paced {
        pieces: Vec<String>,
        first: Duration,
        every: Duration,
    },
    Reason(String),
    Shell {
        command: String,
        escalate: bool,
    },
    Flood {
        bytes: usize,
    },
    Wait(Duration),
    Gate(String),
    Status {
        status: u16,
        resets_in: Option<u64>,
        times: Times,
    },
    Cut {
        after: usize,
        times: Times,
    },
    Incomplete,
    /// The stream ends as if all were said, without the word that it is.
    Unfinished,
    Fail {
        code: String,
        times: Times,
    },
}

/// How many letters `type` says at a time.
const LETTERS: usize = 9;

/// How often a failure happens before it is skipped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Times {
    Always,
    First(u32),
}

/// What a script says to one model request, or `None` when the text holds no script.
///
/// `calls_made` is the number of tool calls that the turn has behind it: lines whose calls are made are done.
pub(crate) fn answer(text: &str, calls_made: usize) -> Option<Vec<Step>> {
    let lines = last_run(text);
    if lines.is_empty() {
        return None;
    }
    let mut calls_made = calls_made;
    for line in lines {
        let steps = read_line(line)
            .unwrap_or_else(|why| vec![Step::Text(format!("cannot read `mock: {line}`: {why}"))]);
        let calls = steps
            .iter()
            .filter(|step| matches!(step, Step::Shell { .. }))
            .count();
        if calls_made < calls || calls == 0 {
            return Some(steps);
        }
        calls_made -= calls;
    }
    Some(vec![Step::Text("ok".to_owned())])
}

/// The last lines in a row that are script. Earlier ones belong to messages that were answered before.
fn last_run(text: &str) -> Vec<&str> {
    let mut run: Vec<&str> = text
        .lines()
        .rev()
        .map(script_of)
        .skip_while(Option::is_none)
        .map_while(|script| script)
        .collect();
    run.reverse();
    run
}

/// The script of one line: all that follows `mock:`, if nothing but a quote mark, a speaker or a mention stands before.
fn script_of(line: &str) -> Option<&str> {
    let (before, script) = line.split_once("mock:")?;
    let after_speaker = before.rsplit(": ").next().unwrap_or(before);
    let is_decoration = |word: &str| {
        // The Gemini CLI is given every at sign behind a backslash.
        word.trim_start_matches('\\').starts_with('@')
            || word.chars().all(|letter| "<>|*-\"'".contains(letter))
    };
    after_speaker
        .split_whitespace()
        .all(is_decoration)
        .then(|| script.trim())
}

fn read_line(line: &str) -> Result<Vec<Step>, String> {
    let mut steps = Vec::new();
    for words in split(line)? {
        let Some((verb, rest)) = words.split_first() else {
            continue;
        };
        steps.extend(read_step(&verb.text, rest)?);
    }
    Ok(steps)
}

fn read_step(verb: &str, words: &[Word]) -> Result<Option<Step>, String> {
    let args = Args(words);
    Ok(Some(match verb {
        "text" => Step::Text(args.sentence()),
        "reason" => Step::Reason(args.sentence()),
        "shell" => Step::Shell {
            command: args.first("a command")?.to_owned(),
            escalate: args.named("escalate").is_some(),
        },
        "type" => {
            let every = duration(args.0.last().map_or("", |word| &word.text))?;
            let letters: Vec<char> = args.first("a text")?.chars().collect();
            let pieces = letters.chunks(LETTERS).map(|piece| piece.iter().collect());
            Step::Paced {
                pieces: pieces.collect(),
                first: every,
                every,
            }
        }
        "slow" => {
            let count: usize = args.number("a number of chunks")?;
            let every = duration(args.0.last().map_or("", |word| &word.text))?;
            let pieces = (1..=count).map(|n| format!("chunk {n} ")).collect();
            Step::Paced {
                pieces,
                first: every,
                every,
            }
        }
        "flood" => Step::Flood {
            bytes: args.number("a number of bytes")?,
        },
        "wait" => Step::Wait(duration(args.first("a time, as 200ms")?)?),
        "gate" => Step::Gate(args.first("a name")?.to_owned()),
        "status" => Step::Status {
            status: args.number("a status")?,
            resets_in: args.named_number("resets_in")?,
            times: args.times()?,
        },
        "cut" => Step::Cut {
            after: args.named_number("after")?.unwrap_or(0),
            times: args.times()?,
        },
        "empty" => return Ok(None),
        "incomplete" => Step::Incomplete,
        "unfinished" => Step::Unfinished,
        "fail" => Step::Fail {
            code: args.first("an error code")?.to_owned(),
            times: args.times()?,
        },
        other => return Err(format!("there is no step `{other}`")),
    }))
}

/// The words of one step after its verb.
struct Args<'a>(&'a [Word]);

impl Args<'_> {
    /// A quoted text, or else all the words.
    fn sentence(&self) -> String {
        match self.0 {
            [only] => only.text.clone(),
            words => words
                .iter()
                .map(|word| word.text.as_str())
                .collect::<Vec<_>>()
                .join(" "),
        }
    }

    fn first(&self, what: &str) -> Result<&str, String> {
        self.0
            .first()
            .map(|word| word.text.as_str())
            .ok_or_else(|| format!("{what} is missing"))
    }

    fn number<N: std::str::FromStr>(&self, what: &str) -> Result<N, String> {
        let text = self.first(what)?;
        text.parse().map_err(|_| format!("`{text}` is not {what}"))
    }

    fn named(&self, name: &str) -> Option<&str> {
        let bare = self.0.iter().filter(|word| !word.quoted);
        bare.filter_map(|word| word.text.split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    fn named_number<N: std::str::FromStr>(&self, name: &str) -> Result<Option<N>, String> {
        let read = |text: &str| {
            text.parse()
                .map_err(|_| format!("`{name}={text}` is not a number"))
        };
        self.named(name).map(read).transpose()
    }

    fn times(&self) -> Result<Times, String> {
        Ok(self
            .named_number("times")?
            .map_or(Times::Always, Times::First))
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let number: u64 = digits
        .parse()
        .map_err(|_| format!("`{text}` is not a time, as 50ms or 2s"))?;
    match &text[digits.len()..] {
        "ms" => Ok(Duration::from_millis(number)),
        "s" => Ok(Duration::from_secs(number)),
        _ => Err(format!("`{text}` has no unit, ms or s")),
    }
}

#[derive(Debug, Default)]
struct Word {
    text: String,
    quoted: bool,
}

/// Cuts a line into steps and these into words. Inside quotes, `\"`, `\\` and `\n` are escapes.
fn split(line: &str) -> Result<Vec<Vec<Word>>, String> {
    let mut steps = vec![Vec::new()];
    let mut word: Option<Word> = None;
    let mut letters = line.chars();
    let mut end_word = |word: &mut Option<Word>, next_step: bool| {
        if let Some(step) = steps.last_mut() {
            step.extend(word.take());
        }
        if next_step {
            steps.push(Vec::new());
        }
    };
    while let Some(letter) = letters.next() {
        match letter {
            '"' if word.is_none() => {
                word = Some(Word {
                    text: quoted(&mut letters)?,
                    quoted: true,
                });
            }
            ';' if word.is_none() => end_word(&mut word, true),
            letter if letter.is_whitespace() => end_word(&mut word, false),
            letter => word.get_or_insert_default().text.push(letter),
        }
    }
    end_word(&mut word, false);
    Ok(steps)
}

fn quoted(letters: &mut impl Iterator<Item = char>) -> Result<String, String> {
    let mut text = String::new();
    loop {
        match letters.next().ok_or("a quote is not closed")? {
            '"' => return Ok(text),
            '\\' => match letters.next().ok_or("a quote is not closed")? {
                'n' => text.push('\n'),
                other => text.push(other),
            },
            letter => text.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn text(text: &str) -> Step {
        Step::Text(text.to_owned())
    }

    fn shell(command: &str, escalate: bool) -> Step {
        Step::Shell {
            command: command.to_owned(),
            escalate,
        }
    }

    #[test]
    fn every_step_reads_as_documented() {
        let millis = Duration::from_millis;
        let rows: Vec<(&str, Step)> = vec![
            (r#"text "a ; b\n\"c\"""#, text("a ; b\n\"c\"")),
            ("text hello human", text("hello human")),
            (r#"reason "look""#, Step::Reason("look".to_owned())),
            (r#"shell "ls -l""#, shell("ls -l", false)),
            (r#"shell "touch y" escalate=1"#, shell("touch y", true)),
            (
                r#"type "ten letters" 50ms"#,
                Step::Paced {
                    pieces: vec!["ten lette".to_owned(), "rs".to_owned()],
                    first: millis(50),
                    every: millis(50),
                },
            ),
            (
                "slow 2 chunks 50ms",
                Step::Paced {
                    pieces: vec!["chunk 1 ".to_owned(), "chunk 2 ".to_owned()],
                    first: millis(50),
                    every: millis(50),
                },
            ),
            ("flood 1000", Step::Flood { bytes: 1000 }),
            ("wait 2s", Step::Wait(millis(2000))),
            ("gate here", Step::Gate("here".to_owned())),
            (
                "status 429 resets_in=3600",
                Step::Status {
                    status: 429,
                    resets_in: Some(3600),
                    times: Times::Always,
                },
            ),
            (
                "status 500 times=2",
                Step::Status {
                    status: 500,
                    resets_in: None,
                    times: Times::First(2),
                },
            ),
            (
                "cut",
                Step::Cut {
                    after: 0,
                    times: Times::Always,
                },
            ),
            (
                "cut after=3 times=1",
                Step::Cut {
                    after: 3,
                    times: Times::First(1),
                },
            ),
            ("incomplete", Step::Incomplete),
            ("unfinished", Step::Unfinished),
            (
                "fail some_code",
                Step::Fail {
                    code: "some_code".to_owned(),
                    times: Times::Always,
                },
            ),
        ];
        for (line, step) in rows {
            assert_eq!(
                answer(&format!("mock: {line}"), 0),
                Some(vec![step]),
                "{line}"
            );
        }
        assert_eq!(answer("mock: empty", 0), Some(vec![]));
    }

    #[test]
    fn a_speaker_a_mention_and_a_quote_mark_may_stand_before_the_script() {
        for line in [
            "@chatgpt mock: text a",
            "> mock: text a",
            "Ann Lee: @chatgpt mock: text a",
            "\\@gemini mock: text a",
            "  mock: text a",
        ] {
            assert_eq!(answer(line, 0), Some(vec![text("a")]), "{line}");
        }
        for line in ["what does mock: text a mean", "hello", ""] {
            assert_eq!(answer(line, 0), None, "{line}");
        }
    }

    #[test]
    fn only_the_last_run_of_lines_counts() {
        assert_eq!(
            answer(
                "Ann: mock: text old\nBob: sure\nAnn: mock: text new\nplease",
                0
            ),
            Some(vec![text("new")])
        );
    }

    #[test]
    fn the_next_line_answers_what_follows_the_tool_calls_of_this_one() {
        let script = "mock: shell a ; shell b\nmock: reason c ; shell d\nmock: text e";
        assert_eq!(
            answer(script, 0),
            Some(vec![shell("a", false), shell("b", false)])
        );
        assert_eq!(
            answer(script, 2),
            Some(vec![Step::Reason("c".to_owned()), shell("d", false)])
        );
        assert_eq!(answer(script, 3), Some(vec![text("e")]));
        assert_eq!(answer("mock: shell a", 1), Some(vec![text("ok")]));
    }

    #[test]
    fn a_line_that_cannot_be_read_says_why() {
        for (line, why) in [
            ("txet a", "there is no step `txet`"),
            ("text \"a", "a quote is not closed"),
            ("wait 5", "has no unit"),
            ("status often", "is not a status"),
            ("shell", "a command is missing"),
        ] {
            let steps = answer(&format!("mock: {line}"), 0).unwrap();
            assert!(
                matches!(&steps[..], [Step::Text(said)] if said.contains(why)),
                "{line}: {steps:?}"
            );
        }
    }
}
