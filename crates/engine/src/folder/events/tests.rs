//! What programs read.
#![allow(clippy::unwrap_used)]

use switchboard_model::item::PlanStep;

use super::{
    super::script::{command, item},
    *,
};

const OPEN: ItemStatus = ItemStatus::Open;
const DONE: ItemStatus = ItemStatus::Done;
const FAILED: ItemStatus = ItemStatus::Failed;

/// The events in the lines that items make.
fn told(items: &[Item]) -> Vec<Value> {
    let mut events = Events::default();
    let lines: Vec<u8> = items.iter().flat_map(|item| events.item(item)).collect();
    parsed(&lines)
}

fn parsed(lines: &[u8]) -> Vec<Value> {
    let lines = std::str::from_utf8(lines).unwrap();
    assert!(lines.is_empty() || lines.ends_with('\n'));
    lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn call() -> ItemBody {
    ItemBody::ToolCall {
        server: "docs".into(),
        tool: "search".into(),
        arguments: r#"{"q":"x"}"#.into(),
        progress: Some("half".into()),
    }
}

fn plan(done: bool) -> ItemBody {
    let step = PlanStep {
        text: "one".into(),
        done,
        doing: false,
    };
    ItemBody::Plan { steps: vec![step] }
}

#[test]
fn every_kind_of_item_has_the_fields_that_programs_know() {
    let changes = ItemBody::FileChange {
        changes: [
            ("add", "a"),
            ("update", "b"),
            ("delete", "c"),
            ("move", "d → e"),
        ]
        .map(|(change, path)| FileChange {
            path: path.into(),
            change: change.into(),
            diff: None,
        })
        .into(),
    };
    let agents = ItemBody::Subagent {
        tool: "wait".into(),
        agents: vec!["a".into()],
    };
    let rows = [
        (
            ItemBody::Text,
            DONE,
            json!({"type": "agent_message", "text": "out"}),
        ),
        (
            ItemBody::Proposal,
            DONE,
            json!({"type": "agent_message", "text": "out"}),
        ),
        (
            ItemBody::Reasoning,
            DONE,
            json!({"type": "reasoning", "text": "out"}),
        ),
        (
            ItemBody::RawReasoning,
            DONE,
            json!({"type": "reasoning", "text": "out"}),
        ),
        (
            command("ls", Some(0)),
            DONE,
            json!({"type": "command_execution", "command": "ls", "aggregated_output": "out",
                "exit_code": 0, "status": "completed"}),
        ),
        (
            command("ls", None),
            ItemStatus::Declined,
            json!({"type": "command_execution", "command": "ls", "aggregated_output": "out",
                "exit_code": null, "status": "declined"}),
        ),
        (
            changes,
            DONE,
            json!({"type": "file_change", "status": "completed", "changes": [
                {"path": "a", "kind": "add"}, {"path": "b", "kind": "update"},
                {"path": "c", "kind": "delete"}, {"path": "d", "kind": "delete"},
                {"path": "e", "kind": "add"}]}),
        ),
        (
            call(),
            DONE,
            json!({"type": "mcp_tool_call", "server": "docs", "tool": "search", "arguments": {"q": "x"},
                "result": {"content": [{"type": "text", "text": "out"}], "structured_content": null},
                "error": null, "status": "completed"}),
        ),
        (
            call(),
            FAILED,
            json!({"type": "mcp_tool_call", "server": "docs", "tool": "search", "arguments": {"q": "x"},
                "result": null, "error": {"message": "out"}, "status": "failed"}),
        ),
        (
            ItemBody::WebSearch { query: "x".into() },
            DONE,
            json!({"type": "web_search", "query": "x"}),
        ),
        (
            plan(true),
            DONE,
            json!({"type": "todo_list", "items": [{"text": "one", "completed": true}]}),
        ),
        (
            agents,
            DONE,
            json!({"type": "collab_tool_call", "tool": "wait", "receiver_thread_ids": ["a"],
                "prompt": "out", "status": "completed"}),
        ),
        (
            ItemBody::Notice,
            DONE,
            json!({"type": "error", "message": "out"}),
        ),
    ];
    for (body, status, mut expected) in rows {
        let events = told(&[item(1, body, "out", status)]);
        expected["id"] = "item_0".into();
        let last = events.last().unwrap();
        assert_eq!(last, &json!({"type": "item.completed", "item": expected}));
    }
    for body in [ItemBody::TurnDiff, ItemBody::Compaction] {
        assert!(told(&[item(1, body, "out", DONE)]).is_empty());
    }
}

#[test]
fn what_takes_time_is_told_when_it_begins_and_when_it_is_complete() {
    let begun = item(1, command("ls", None), "", OPEN);
    let grown = item(1, command("ls", None), "a\n", OPEN);
    let ended = item(1, command("ls", Some(0)), "a\nb\n", DONE);
    let whole = told(&[begun, grown, ended.clone(), ended.clone()]);
    let types: Vec<_> = whole
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect();
    assert_eq!(types, ["item.started", "item.completed"]);
    assert_eq!(whole[0]["item"]["status"], "in_progress");
    assert_eq!(whole[0]["item"]["exit_code"], Value::Null);
    assert_eq!(whole[1]["item"]["aggregated_output"], "a\nb\n");
    assert_eq!(told(&[ended]), whole, "also if nobody saw it begin");
}

#[test]
fn a_command_is_told_once_it_is_known_which() {
    let unnamed = item(1, command("", None), "output before its name", OPEN);
    let named = item(1, command("ls", None), "output before its name", OPEN);
    assert!(told(std::slice::from_ref(&unnamed)).is_empty());
    assert_eq!(told(&[unnamed, named])[0]["item"]["command"], "ls");
}

#[test]
fn what_grows_by_words_is_told_when_it_is_complete_and_only_with_words() {
    let said = |text, status| item(1, ItemBody::Text, text, status);
    assert!(told(&[said("he", OPEN), said("hell", OPEN)]).is_empty());
    assert!(told(&[said("", DONE)]).is_empty());
    let events = told(&[said("hell", OPEN), said("hello", DONE), said("hello", DONE)]);
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["item"]["text"], "hello");
}

#[test]
fn a_plan_is_told_at_each_change_and_completed_once() {
    let row = |done, status| item(1, plan(done), "", status);
    let events = told(&[
        row(false, OPEN),
        row(false, OPEN),
        row(true, OPEN),
        row(true, DONE),
    ]);
    let types: Vec<_> = events
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect();
    assert_eq!(types, ["item.started", "item.updated", "item.completed"]);
}

#[test]
fn items_are_numbered_as_they_appear() {
    let events = told(&[
        item(7, ItemBody::Text, "still speaking", OPEN),
        item(8, command("ls", None), "", OPEN),
        item(9, ItemBody::TurnDiff, "+x", DONE),
        item(7, ItemBody::Text, "still speaking.", DONE),
        item(8, command("ls", Some(0)), "", DONE),
    ]);
    let numbers: Vec<_> = events
        .iter()
        .map(|event| event["item"]["id"].as_str().unwrap())
        .collect();
    assert_eq!(numbers, ["item_0", "item_1", "item_0"]);
}

#[test]
fn thread_and_turn_are_told_once_each() {
    let mut events = Events::default();
    let expected = json!({"type": "thread.started", "thread_id": "t"});
    assert_eq!(parsed(&events.thread_started("t")), [expected]);
    assert!(events.thread_started("t").is_empty());
    assert_eq!(
        parsed(&events.turn_started()),
        [json!({"type": "turn.started"})]
    );
    assert!(events.turn_started().is_empty());
}

#[test]
fn text_cannot_break_a_line() {
    let evil = "a\nb\r\u{2028}\0\"}";
    let events = told(&[item(1, ItemBody::Text, evil, DONE)]);
    assert_eq!(events[0]["item"]["text"], evil);
}

#[test]
fn what_an_agent_does_says_whose_it_is_beside_the_fields_that_programs_know() {
    let plain = item(1, command("ls", Some(0)), "x", DONE);
    let by_agent = Item {
        agent: Some("/main/scout".into()),
        ..plain.clone()
    };
    let mut expected = told(&[plain]);
    for event in &mut expected {
        event["item"]["agent"] = json!("/main/scout");
    }
    assert_eq!(told(&[by_agent]), expected);
}
