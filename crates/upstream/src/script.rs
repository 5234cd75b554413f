//! Reads `mock:` lines. Owns their grammar; never plays a step and never looks beyond the text it is given.

mod calls;
mod words;

use std::time::Duration;

use self::words::{Args, split};
use crate::call::Call;
use crate::wire::{Phase, Search, Thought, Told, Usage};

/// What the model does next.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    Text(String),
    /// A message that says what it is for.
    Phased(Phase, String),
    /// A message that arrives in pieces: its first after one pause, the others after another.
    Paced {
        pieces: Vec<String>,
        first: Duration,
        every: Duration,
    },
    Flood {
        bytes: usize,
    },
    /// A message in so many pieces of so many bytes.
    Deltas {
        count: usize,
        size: usize,
        every: Duration,
    },
    /// A message in so many pieces, each of which says when it left.
    Clock {
        count: usize,
        every: Duration,
    },
    Thought(Thought),
    /// Made at once.
    Calls(Vec<Call>),
    Search(Search),
    /// How much of the plan the response says to have used.
    Usage(Usage),
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

impl Step {
    /// A thought that arrives at once, told as a summary.
    pub fn reason(text: &str) -> Self {
        Self::Thought(Thought {
            told: Told::Summary,
            parts: vec![text.to_owned()],
            every: Duration::ZERO,
        })
    }
}

/// How many letters `type` says at a time.
const LETTERS: usize = 9;
/// How large each of the `deltas` is where nobody says so.
const DELTA_BYTES: usize = 8;

/// How often a failure happens before it is skipped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Times {
    Always,
    First(u32),
}

/// What a script says to one model request, or `None` when the text holds no script.
///
/// `rounds` is how many answers of the turn called for tools so far: as many lines with calls are done.
pub(crate) fn answer(text: &str, rounds: usize) -> Option<Vec<Step>> {
    let lines = last_run(text);
    if lines.is_empty() {
        return None;
    }
    let mut rounds = rounds;
    for line in lines {
        let steps = read_line(line)
            .unwrap_or_else(|why| vec![Step::Text(format!("cannot read `mock: {line}`: {why}"))]);
        let calls = steps.iter().any(|step| matches!(step, Step::Calls(_)));
        if rounds == 0 || !calls {
            return Some(steps);
        }
        rounds -= 1;
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
        let args = Args(rest);
        match (calls::read(&verb.text, &args)?, steps.last_mut()) {
            (Some(call), Some(Step::Calls(calls))) => calls.push(call),
            (Some(call), _) => steps.push(Step::Calls(vec![call])),
            (None, _) => steps.extend(read_step(&verb.text, &args)?),
        }
    }
    Ok(steps)
}

fn read_step(verb: &str, args: &Args) -> Result<Option<Step>, String> {
    Ok(Some(match verb {
        "text" => match args.named("phase") {
            Some("commentary") => Step::Phased(Phase::Commentary, args.sentence()),
            Some("final_answer") => Step::Phased(Phase::FinalAnswer, args.sentence()),
            _ => Step::Text(args.sentence()),
        },
        "proposal" => {
            let every = args.named_duration("every")?;
            let plan = format!("<proposed_plan>\n{}\n</proposed_plan>", args.sentence());
            let pieces = plan.split_inclusive([' ', '\n']).map(str::to_owned);
            Step::Paced {
                pieces: pieces.collect(),
                first: every,
                every,
            }
        }
        "search" => Step::Search(search(args)?),
        "reason" => thought(Told::Summary, args)?,
        "think" => thought(Told::Raw, args)?,
        "usage" => {
            args.only(&["in", "cached", "out", "reasoning"])?;
            Step::Usage(Usage {
                input: args.named_number("in")?,
                cached: args.named_number("cached")?,
                output: args.named_number("out")?,
                reasoning: args.named_number("reasoning")?,
            })
        }
        "deltas" => Step::Deltas {
            count: args.number("a number of pieces")?,
            size: args.named_number("size")?.unwrap_or(DELTA_BYTES),
            every: args.named_duration("every")?,
        },
        "clock" => Step::Clock {
            count: args.number("a number of pieces")?,
            every: args.named_duration("every")?,
        },
        "type" => {
            let every = args.last_duration()?;
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
            let every = args.last_duration()?;
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
        "wait" => Step::Wait(args.last_duration()?),
        "gate" => Step::Gate(args.first("a name")?.to_owned()),
        "status" => Step::Status {
            status: args.number("a status")?,
            resets_in: args.named_number("resets_in")?,
            times: times(args)?,
        },
        "cut" => Step::Cut {
            after: args.named_number("after")?.unwrap_or(0),
            times: times(args)?,
        },
        "empty" => return Ok(None),
        "incomplete" => Step::Incomplete,
        "unfinished" => Step::Unfinished,
        "fail" => Step::Fail {
            code: args.first("an error code")?.to_owned(),
            times: times(args)?,
        },
        other => return Err(format!("there is no step `{other}`")),
    }))
}

fn thought(told: Told, args: &Args) -> Result<Step, String> {
    let text = args.sentence();
    let parts = match args.named_number("parts")? {
        None => vec![text],
        Some(count) => (1..=count)
            .map(|n: usize| format!("**Step {n}**\n\n{text}"))
            .collect(),
    };
    Ok(Step::Thought(Thought {
        told,
        parts,
        every: args.named_duration("every")?,
    }))
}

fn search(args: &Args) -> Result<Search, String> {
    args.only(&["open", "find"])?;
    let Some(url) = args.named("open").map(str::to_owned) else {
        args.first("what to search for")?;
        return Ok(Search::Query(args.sentence()));
    };
    Ok(match args.named("find").map(str::to_owned) {
        Some(pattern) => Search::Find { url, pattern },
        None => Search::Open { url },
    })
}

fn times(args: &Args) -> Result<Times, String> {
    Ok(args
        .named_number("times")?
        .map_or(Times::Always, Times::First))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use crate::call::{Access, Shell};

    fn text(text: &str) -> Step {
        Step::Text(text.to_owned())
    }

    fn shell(command: &str, escalate: bool) -> Step {
        Step::Calls(vec![call(command, escalate)])
    }

    fn call(command: &str, escalate: bool) -> Call {
        let access = if escalate {
            Access::Escalated
        } else {
            Access::Sandboxed
        };
        Call::Shell(Shell {
            command: command.to_owned(),
            access,
            ..Shell::default()
        })
    }

    #[test]
    fn every_step_reads_as_documented() {
        let millis = Duration::from_millis;
        let rows: Vec<(&str, Step)> = vec![
            (r#"text "a ; b\n\"c\"""#, text("a ; b\n\"c\"")),
            ("text hello human", text("hello human")),
            (r#"reason "look""#, Step::reason("look")),
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
            (
                r#"text "a=b c" phase=commentary"#,
                Step::Phased(Phase::Commentary, "a=b c".to_owned()),
            ),
            (
                r##"proposal "# A plan" every=5ms"##,
                Step::Paced {
                    pieces: [
                        "<proposed_plan>\n",
                        "# ",
                        "A ",
                        "plan\n",
                        "</proposed_plan>",
                    ]
                    .map(str::to_owned)
                    .to_vec(),
                    first: millis(5),
                    every: millis(5),
                },
            ),
            (
                r#"reason "look" parts=2 every=5ms"#,
                Step::Thought(Thought {
                    told: Told::Summary,
                    parts: vec![
                        "**Step 1**\n\nlook".to_owned(),
                        "**Step 2**\n\nlook".to_owned(),
                    ],
                    every: millis(5),
                }),
            ),
            (
                r#"search "a word""#,
                Step::Search(Search::Query("a word".to_owned())),
            ),
            (
                r#"search open=https://a.test find="a word""#,
                Step::Search(Search::Find {
                    url: "https://a.test".to_owned(),
                    pattern: "a word".to_owned(),
                }),
            ),
            (
                "usage in=10 cached=5 reasoning=2",
                Step::Usage(Usage {
                    input: Some(10),
                    cached: Some(5),
                    output: None,
                    reasoning: Some(2),
                }),
            ),
            (
                "deltas 100 every=5ms",
                Step::Deltas {
                    count: 100,
                    size: 8,
                    every: millis(5),
                },
            ),
            (
                "clock 10 every=5ms",
                Step::Clock {
                    count: 10,
                    every: millis(5),
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
            Some(vec![Step::Calls(vec![call("a", false), call("b", false)])])
        );
        assert_eq!(
            answer(script, 1),
            Some(vec![Step::reason("c"), shell("d", false)])
        );
        assert_eq!(answer(script, 2), Some(vec![text("e")]));
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
