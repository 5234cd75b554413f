//! What whoever reads along sees.
#![allow(clippy::unwrap_used)]

use switchboard_model::{
    outcome::{Failure, OutcomeCode},
    turn::Outcome,
    usage::Usage,
};

use super::{
    super::{
        record::Ending,
        script::{BEGAN, command, delta, item, meta},
    },
    *,
};

const OPEN: ItemStatus = ItemStatus::Open;
const DONE: ItemStatus = ItemStatus::Done;

fn shown(items: &[Item]) -> String {
    let mut text = Text::default();
    let mut all: String = items.iter().map(|item| text.item(item)).collect();
    all.push_str(&text.rest());
    all
}

fn speech(n: u16, text: &str, status: ItemStatus) -> Item {
    item(n, ItemBody::Text, text, status)
}

fn thought(n: u16, text: &str, status: ItemStatus) -> Item {
    item(n, ItemBody::Reasoning, text, status)
}

fn steps(marks: &[(&str, bool)]) -> ItemBody {
    let steps = marks.iter().map(|(text, done)| PlanStep {
        text: (*text).to_owned(),
        done: *done,
        doing: false,
    });
    ItemBody::Plan {
        steps: steps.collect(),
    }
}

fn change(change: &str, path: &str) -> FileChange {
    FileChange {
        path: path.into(),
        change: change.into(),
        diff: Some("+x".into()),
    }
}

#[test]
fn every_kind_of_item_has_its_line() {
    let changes = || ItemBody::FileChange {
        changes: vec![change("add", "a.txt"), change("move", "b → c")],
    };
    let call = || ItemBody::ToolCall {
        server: "docs".into(),
        tool: "search".into(),
        arguments: "{}".into(),
        progress: None,
    };
    let hook = || ItemBody::Hook {
        event: "pre_tool_use".into(),
    };
    let rows = [
        (ItemBody::Text, "2 + 2 = 4", DONE, "2 + 2 = 4\n"),
        (ItemBody::Text, "ends its line\n", DONE, "ends its line\n"),
        (ItemBody::Text, "", DONE, ""),
        (ItemBody::Proposal, "# Plan", DONE, "# Plan\n"),
        (ItemBody::Reasoning, "so", DONE, "\n[reasoning] so\n"),
        (ItemBody::Reasoning, "", DONE, ""),
        (ItemBody::RawReasoning, "so", DONE, "\n[reasoning] so\n"),
        (
            command("ls", Some(0)),
            "a\nb\n",
            DONE,
            "\n[command] ls (exit 0)\n  a\n  b\n",
        ),
        (
            command("ls", Some(2)),
            "",
            ItemStatus::Failed,
            "\n[command] ls (exit 2)\n",
        ),
        (
            command("ls", None),
            "",
            ItemStatus::Declined,
            "\n[command] ls (declined)\n",
        ),
        (
            command("ls", None),
            "a",
            ItemStatus::Cut,
            "\n[command] ls (cut short)\n  a\n",
        ),
        (command("ls", None), "a", OPEN, ""),
        (
            changes(),
            "",
            DONE,
            "[file_change] add a.txt\n[file_change] move b → c\n",
        ),
        (
            changes(),
            "",
            ItemStatus::Failed,
            "[file_change] add a.txt (failed)\n[file_change] move b → c (failed)\n",
        ),
        (changes(), "", OPEN, ""),
        (call(), "found", DONE, "[mcp] docs.search (ok)\n"),
        (
            call(),
            "no",
            ItemStatus::Failed,
            "[mcp] docs.search (failed)\n",
        ),
        (
            ItemBody::WebSearch {
                query: "rust".into(),
            },
            "",
            DONE,
            "[web_search] rust\n",
        ),
        (
            steps(&[("one", true), ("two", false)]),
            "",
            OPEN,
            "[todo]\n  [x] one\n  [ ] two\n",
        ),
        (
            ItemBody::Notice,
            "it may be slow\n",
            DONE,
            "[warning] it may be slow\n",
        ),
        (
            ItemBody::Subagent {
                tool: "wait".into(),
                agents: vec!["a".into(), "b".into()],
            },
            "",
            DONE,
            "[agents] wait a, b\n",
        ),
        (
            ItemBody::Image {
                path: "/a.png".into(),
            },
            "",
            DONE,
            "[image] /a.png\n",
        ),
        (
            hook(),
            "no",
            ItemStatus::Failed,
            "[hook] pre_tool_use (failed)\n",
        ),
        (ItemBody::Compaction, "", DONE, "[compaction]\n"),
        (ItemBody::TurnDiff, "+x", DONE, ""),
        (
            ItemBody::Other {
                source_kind: "new".into(),
            },
            "{}",
            DONE,
            "",
        ),
    ];
    for (body, text, status, expected) in rows {
        let kind = body.kind();
        assert_eq!(
            shown(&[item(1, body, text, status)]),
            expected,
            "{kind} {status:?}"
        );
    }
}

#[test]
fn an_answer_grows_by_the_word_and_is_told_once() {
    let mut text = Text::default();
    assert_eq!(text.delta(&delta(1, 0, "before it began")), "");
    assert_eq!(text.item(&speech(1, "zw", OPEN)), "zw");
    assert_eq!(text.delta(&delta(1, 0, "zwölf ")), "ölf ");
    assert_eq!(text.delta(&delta(1, 0, "zwölf ")), "", "it is told already");
    assert_eq!(text.delta(&delta(1, 7, "Boxkämpfer")), "Boxkämpfer");
    assert_eq!(text.delta(&delta(1, 99, "after a gap")), "");
    assert_eq!(text.item(&speech(1, "zwölf Boxkämpfer", OPEN)), "");
    assert_eq!(text.item(&speech(1, "zwölf Boxkämpfer!", DONE)), "!\n");
    assert_eq!(text.item(&speech(1, "zwölf Boxkämpfer!", DONE)), "");
    assert_eq!(text.delta(&delta(1, 18, "?")), "");
    assert_eq!(text.rest(), "");
}

#[test]
fn an_answer_that_was_said_otherwise_in_the_end_is_said_again() {
    let mut text = Text::default();
    text.item(&speech(1, "draft one", OPEN));
    assert_eq!(text.item(&speech(1, "final", DONE)), "\nfinal\n");
}

#[test]
fn of_two_that_speak_at_once_each_is_heard_to_its_end() {
    let mut text = Text::default();
    assert_eq!(text.item(&speech(1, "one ", OPEN)), "one ");
    assert_eq!(text.item(&thought(2, "hm", OPEN)), "");
    assert_eq!(text.delta(&delta(2, 2, "m")), "");
    assert_eq!(text.delta(&delta(1, 4, "two")), "two");
    let ended = text.item(&speech(1, "one two", DONE));
    assert_eq!(ended, "\n\n[reasoning] hmm", "then the other catches up");
    assert_eq!(text.delta(&delta(2, 3, "!")), "!");
    assert_eq!(text.item(&thought(2, "hmm!", DONE)), "\n");
}

#[test]
fn one_that_has_not_said_anything_keeps_nobody_waiting() {
    let mut text = Text::default();
    assert_eq!(text.item(&thought(1, "", OPEN)), "");
    assert_eq!(text.item(&speech(2, "hello", OPEN)), "hello");
    assert_eq!(text.item(&thought(1, "", DONE)), "");
    assert_eq!(text.item(&speech(2, "hello", DONE)), "\n");
}

#[test]
fn a_block_waits_for_the_end_of_a_line_and_is_never_torn() {
    let ls = || item(2, command("ls", Some(0)), "a", DONE);
    let block = "\n[command] ls (exit 0)\n  a\n";

    let mut text = Text::default();
    text.item(&speech(1, "half a", OPEN));
    assert_eq!(text.item(&ls()), "");
    assert_eq!(text.delta(&delta(1, 6, " line")), " line");
    let ends = text.delta(&delta(1, 11, ".\nThe next"));
    assert_eq!(ends, format!(".\n{block}The next"));

    let mut text = Text::default();
    text.item(&speech(1, "half a", OPEN));
    text.item(&ls());
    let ended = text.item(&speech(1, "half a line", DONE));
    assert_eq!(ended, format!(" line\n{block}"));

    let mut text = Text::default();
    text.item(&speech(1, "a line\n", OPEN));
    assert_eq!(text.item(&ls()), block, "nothing is torn between two lines");
}

#[test]
fn what_waits_does_not_wait_without_end() {
    let mut text = Text::default();
    text.item(&speech(1, "half a line", OPEN));
    let long = "x".repeat(WORDS);
    let mut shown = String::new();
    for n in 2..40 {
        shown.push_str(&text.item(&item(n, ItemBody::Notice, &long, DONE)));
    }
    assert!(shown.starts_with("\n[warning] x"));
    assert!(text.waiting.len() <= WAITING);
}

#[test]
fn a_question_is_shown_at_once() {
    let mut text = Text::default();
    text.item(&speech(1, "half a", OPEN));
    let asked = text.question("run `rm -r build`?", "switchboard approve T");
    let expected = "\n[question] run `rm -r build`?\n  answer it with: switchboard approve T\n";
    assert_eq!(asked, expected);
}

#[test]
fn a_plan_is_shown_each_time_it_changes() {
    let mut text = Text::default();
    let plan = |done, status| item(1, steps(&[("one", done)]), "", status);
    assert_eq!(text.item(&plan(false, OPEN)), "[todo]\n  [ ] one\n");
    assert_eq!(text.item(&plan(false, OPEN)), "");
    assert_eq!(text.item(&plan(true, OPEN)), "[todo]\n  [x] one\n");
    assert_eq!(text.item(&plan(true, DONE)), "");
}

#[test]
fn of_a_long_output_the_end_is_shown() {
    let output = (1..=100).fold(String::new(), |all, n| format!("{all}line {n}\n"));
    let shown = shown(&[item(1, command("seq", Some(0)), &output, DONE)]);
    let lines: Vec<_> = shown.lines().skip(2).collect();
    assert_eq!(lines.len(), OUTPUT_LINES + 1, "{shown}");
    assert_eq!(lines[0], "  … 80 lines before");
    assert_eq!(lines[1], "  line 81");
    assert_eq!(lines[20], "  line 100");

    for output in ["ü".repeat(1 << 20), format!("{}\nend", "ü".repeat(1 << 20))] {
        let shown = super::last_lines(&output);
        assert!(shown.len() < OUTPUT_BYTES + 100, "{}", shown.len());
    }
}

#[test]
fn nothing_that_is_shown_moves_a_terminal() {
    let evil = "a\u{1b}[2J\u{9b}31m\u{7}\u{8}\u{7f}\tb\r\nc\rd\0e";
    let tame = "a\\x1b[2J\\x9b31m\\x07\\x08\\x7f\tb\nc\\x0dd\\x00e";
    assert_eq!(shown(&[speech(1, evil, DONE)]), format!("{tame}\n"));
    let mut everything = shown(&[
        thought(1, evil, DONE),
        item(2, command(evil, None), evil, ItemStatus::Declined),
        item(3, ItemBody::Notice, evil, DONE),
        item(4, steps(&[(evil, true)]), "", DONE),
        item(5, ItemBody::WebSearch { query: evil.into() }, "", DONE),
    ]);
    let mut text = Text::default();
    everything.push_str(&text.question(evil, evil));
    everything.push_str(&text.warning(evil));
    let failed = Outcome::Failed(Failure::new(OutcomeCode::Crashed, evil).hint(evil));
    everything.push_str(&last_line(&Ending::new(&meta(1), &failed, None, BEGAN)));
    let moves = |c: char| c.is_control() && c != '\n' && c != '\t';
    assert!(!everything.contains(moves), "{everything:?}");
}

#[test]
fn an_end_of_line_in_two_pieces_is_one() {
    let mut text = Text::default();
    assert_eq!(text.item(&speech(1, "a\r", OPEN)), "a");
    assert_eq!(text.delta(&delta(1, 2, "\nb\r")), "\nb");
    assert_eq!(text.delta(&delta(1, 5, "c")), "\\x0dc");
    assert_eq!(text.item(&speech(1, "a\r\nb\rc", DONE)), "\n");
}

#[test]
fn the_last_line_says_how_it_ended() {
    let usage = Usage {
        input: 10,
        cached: 4,
        output: 3,
        reasoning: 1,
        context: 13,
        window: None,
    };
    let failure = |code| Outcome::Failed(Failure::new(code, "no luck").hint("try again"));
    let rows = [
        (
            Outcome::Replied { text: "4".into() },
            "[turn.completed] input=10 cached=4 output=3 reasoning=1\n",
        ),
        (Outcome::Cancelled, "[turn.cancelled]\n"),
        (
            failure(OutcomeCode::Crashed),
            "[turn.failed] no luck (try again)\n",
        ),
        (
            failure(OutcomeCode::TimedOut),
            "[turn.failed] no luck (try again)\n",
        ),
    ];
    for (outcome, expected) in rows {
        let ending = Ending::new(&meta(1), &outcome, Some(usage), BEGAN);
        assert_eq!(last_line(&ending), expected);
    }
}

#[test]
fn what_an_agent_does_says_whose_it_is() {
    let by = |agent: &str, item: Item| Item {
        agent: Some(agent.to_owned()),
        ..item
    };
    let number = "01a22464-43f6-7493-af4d-5df49d32e9a5";
    let changes = ItemBody::FileChange {
        changes: vec![change("add", "a"), change("add", "b")],
    };
    let told = shown(&[
        by(number, item(1, command("ls", Some(0)), "x\n", DONE)),
        by("/main/scout\x1b", speech(2, "found it", DONE)),
        by("scout", thought(3, "so", DONE)),
        by("scout", item(4, changes, "", DONE)),
        by("scout", item(5, steps(&[("one", true)]), "", DONE)),
        speech(6, "done", DONE),
    ]);
    let expected = "
[agent e9a5] [command] ls (exit 0)
  x
[agent scout\\x1b] found it

[agent scout] [reasoning] so
[agent scout] [file_change] add a
[agent scout] [file_change] add b
[agent scout] [todo]
  [x] one
done
";
    assert_eq!(told, expected);
}
