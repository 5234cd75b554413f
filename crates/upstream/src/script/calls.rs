//! The steps of a script that call a tool. Owns their grammar; how a call looks on a wire is told elsewhere.

use super::words::Args;
use crate::call::{Access, Call, Permissions, Plan, Question, Shell};

/// The longest heading that the questions' tool describes.
const HEADER_LETTERS: usize = 12;

/// The call that a verb stands for, or `None` where it stands for none.
pub(super) fn read(verb: &str, args: &Args) -> Result<Option<Call>, String> {
    Ok(Some(match verb {
        "shell" => Call::Shell(shell(args)?),
        "patch" => Call::Patch(patch(args)?),
        "plan" => Call::Plan(plan(args)?),
        "ask" => Call::Ask(
            args.parts()
                .map(|part| question(&part))
                .collect::<Result<_, _>>()?,
        ),
        "permissions" => {
            args.only(&["network", "read", "write", "reason"])?;
            Call::Permissions {
                wanted: permissions(args),
                reason: args.named("reason").map(str::to_owned),
            }
        }
        "mcp" => Call::Mcp {
            server: args.first("a server")?.to_owned(),
            tool: args.at(1, "a tool")?.to_owned(),
            arguments: args.object(2)?,
        },
        "stdin" => Call::Stdin(args.sentence()),
        "image" => Call::Image(args.first("a path")?.to_owned()),
        "call" => Call::Tool {
            name: args.first("a tool")?.to_owned(),
            arguments: args.object(1)?,
        },
        "js" => Call::Program(args.sentence()),
        _ => return Ok(None),
    }))
}

fn shell(args: &Args) -> Result<Shell, String> {
    args.only(&[
        "escalate", "network", "read", "write", "reason", "prefix", "yield", "tty",
    ])?;
    let more = permissions(args);
    let access = if args.named("escalate").is_some() {
        Access::Escalated
    } else if more == Permissions::default() {
        Access::Sandboxed
    } else {
        Access::More(more)
    };
    Ok(Shell {
        command: args.first("a command")?.to_owned(),
        access,
        reason: args.named("reason").map(str::to_owned),
        prefix: args.named_list("prefix"),
        yield_ms: args.named_number("yield")?,
        terminal: args.named("tty").is_some(),
    })
}

fn permissions(args: &Args) -> Permissions {
    Permissions {
        network: args.named("network").is_some(),
        read: args.named_list("read"),
        write: args.named_list("write"),
    }
}

fn plan(args: &Args) -> Result<Plan, String> {
    args.only(&["done", "doing", "why"])?;
    args.first("a step of the plan")?;
    Ok(Plan {
        steps: args.plain().map(str::to_owned).collect(),
        done: args.named_number("done")?.unwrap_or(0),
        doing: args.named_number("doing")?.unwrap_or(0),
        explanation: args.named("why").map(str::to_owned),
    })
}

fn question(args: &Args) -> Result<Question, String> {
    args.only(&["options", "header", "secret", "other"])?;
    let id = args.first("a name for the question")?;
    let option = |option: String| match option.split_once('=') {
        Some((label, meaning)) => (label.to_owned(), meaning.to_owned()),
        None => (option.clone(), option),
    };
    Ok(Question {
        id: id.to_owned(),
        header: args
            .named("header")
            .unwrap_or(id)
            .chars()
            .take(HEADER_LETTERS)
            .collect(),
        text: args.at(1, "a question")?.to_owned(),
        options: args.named_list("options").into_iter().map(option).collect(),
        secret: args.named("secret").is_some(),
        other: args.named("other").is_some(),
    })
}

/// A patch of one or more files, or one that is given word by word.
fn patch(args: &Args) -> Result<String, String> {
    if args.first("what to change")? == "raw" {
        return Ok(args.at(1, "a patch")?.to_owned());
    }
    let hunks: String = args
        .parts()
        .map(|part| hunk(&part))
        .collect::<Result<_, _>>()?;
    Ok(format!("*** Begin Patch\n{hunks}*** End Patch\n"))
}

fn hunk(args: &Args) -> Result<String, String> {
    args.only(&["to"])?;
    let path = args.at(1, "a path")?;
    match args.first("what to change")? {
        "add" => {
            let lines = marked("+", args.at(2, "the content")?);
            Ok(format!("*** Add File: {path}\n{lines}"))
        }
        "update" => {
            let old = marked("-", args.at(2, "the old text")?);
            let new = marked("+", args.at(3, "the new text")?);
            let to = args.named("to").map(|to| format!("*** Move to: {to}\n"));
            let to = to.unwrap_or_default();
            Ok(format!("*** Update File: {path}\n{to}@@\n{old}{new}"))
        }
        "delete" => Ok(format!("*** Delete File: {path}\n")),
        other => Err(format!("a patch cannot `{other}`")),
    }
}

/// Every line of a text behind a mark.
fn marked(mark: &str, text: &str) -> String {
    text.lines().flat_map(|line| [mark, line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use serde_json::json;

    use super::*;
    use crate::script::words::split;

    fn read_line(line: &str) -> Result<Option<Call>, String> {
        let steps = split(line)?;
        read(&steps[0][0].text, &Args(&steps[0][1..]))
    }

    fn owned(words: &[&str]) -> Vec<String> {
        words.iter().map(|&word| word.to_owned()).collect()
    }

    #[test]
    fn every_call_reads_as_documented() {
        let wanted = |read: &[&str], write: &[&str]| Permissions {
            network: true,
            read: owned(read),
            write: owned(write),
        };
        let shell = |access| Shell {
            command: "touch f".to_owned(),
            access,
            ..Shell::default()
        };
        let rows = [
            (
                r#"shell "touch f" escalate=1 reason="to keep it" prefix="touch,f" yield=250 tty=1"#,
                Call::Shell(Shell {
                    reason: Some("to keep it".to_owned()),
                    prefix: owned(&["touch", "f"]),
                    yield_ms: Some(250),
                    terminal: true,
                    ..shell(Access::Escalated)
                }),
            ),
            (
                r#"shell "touch f" network=1 write=/a,/b"#,
                Call::Shell(shell(Access::More(wanted(&[], &["/a", "/b"])))),
            ),
            (
                r#"plan "one" two "a=b" done=1 doing=1 why="it helps""#,
                Call::Plan(Plan {
                    steps: owned(&["one", "two", "a=b"]),
                    done: 1,
                    doing: 1,
                    explanation: Some("it helps".to_owned()),
                }),
            ),
            (
                r#"ask color "Which?" options="Red=warm,Dark green" | note "And?" header="A long heading" secret=1 other=1"#,
                Call::Ask(vec![
                    Question {
                        id: "color".to_owned(),
                        header: "color".to_owned(),
                        text: "Which?".to_owned(),
                        options: vec![
                            ("Red".to_owned(), "warm".to_owned()),
                            ("Dark green".to_owned(), "Dark green".to_owned()),
                        ],
                        ..Question::default()
                    },
                    Question {
                        id: "note".to_owned(),
                        header: "A long headi".to_owned(),
                        text: "And?".to_owned(),
                        secret: true,
                        other: true,
                        ..Question::default()
                    },
                ]),
            ),
            (
                r#"permissions network=1 read=/p write=/q reason="why""#,
                Call::Permissions {
                    wanted: wanted(&["/p"], &["/q"]),
                    reason: Some("why".to_owned()),
                },
            ),
            (
                r#"mcp probe echo {"text": "a b"}"#,
                Call::Mcp {
                    server: "probe".to_owned(),
                    tool: "echo".to_owned(),
                    arguments: json!({ "text": "a b" }),
                },
            ),
            (
                "call get_goal",
                Call::Tool {
                    name: "get_goal".to_owned(),
                    arguments: json!({}),
                },
            ),
            (r#"stdin "y\n""#, Call::Stdin("y\n".to_owned())),
            ("image /a.png", Call::Image("/a.png".to_owned())),
            (r#"js "text(1)""#, Call::Program("text(1)".to_owned())),
        ];
        for (line, call) in rows {
            assert_eq!(read_line(line), Ok(Some(call)), "{line}");
        }
        assert_eq!(read_line("text a"), Ok(None));
    }

    #[test]
    fn a_patch_is_put_together_part_by_part() {
        for (line, hunks) in [
            (
                r#"patch add a.txt "x\n\ny\n""#,
                "*** Add File: a.txt\n+x\n+\n+y\n",
            ),
            (
                r#"patch update "a b" "old" "new\nlines" to=c"#,
                "*** Update File: a b\n*** Move to: c\n@@\n-old\n+new\n+lines\n",
            ),
            (
                r#"patch delete a | add b "|""#,
                "*** Delete File: a\n*** Add File: b\n+|\n",
            ),
        ] {
            let patch = format!("*** Begin Patch\n{hunks}*** End Patch\n");
            assert_eq!(read_line(line), Ok(Some(Call::Patch(patch))), "{line}");
        }
        let raw = Call::Patch("*** Begin Patch\nnonsense".to_owned());
        assert_eq!(
            read_line(r#"patch raw "*** Begin Patch\nnonsense""#),
            Ok(Some(raw))
        );
    }

    #[test]
    fn a_call_that_cannot_be_read_says_why() {
        for (line, why) in [
            ("patch", "what to change is missing"),
            ("patch touch a", "a patch cannot `touch`"),
            ("patch update a b", "the new text is missing"),
            ("plan done=1", "a step of the plan is missing"),
            ("ask id", "a question is missing"),
            ("ask a b colour=red", "there is no option `colour=`"),
            ("mcp probe", "a tool is missing"),
            ("mcp probe echo [1]", "`[1]` is not a JSON object"),
            ("shell ls yield=soon", "`yield=soon` is not a number"),
        ] {
            assert_eq!(read_line(line), Err(why.to_owned()), "{line}");
        }
    }
}
