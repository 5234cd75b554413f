//! What the assistant does.

use super::*;

#[test]
fn a_command_is_what_it_says_it_is() {
    let out = |delta: &str| {
        (
            "item/commandExecution/outputDelta",
            json!({ "itemId": "c", "delta": delta }),
        )
    };
    let typed = (
        "item/commandExecution/terminalInteraction",
        json!({ "itemId": "c", "processId": "1", "stdin": "y\n" }),
    );
    check(&[
        (
            &[
                started(command("inProgress", json!({}))),
                out("line 2\n"),
                typed,
                completed(command(
                    "completed",
                    json!({ "aggregatedOutput": "line 1\nline 2\n", "exitCode": 0 }),
                )),
            ],
            &[
                "open c command",
                "+ c \"line 2\\n\"",
                "done c command \"line 1\\nline 2\\n\"",
            ],
        ),
        // What was heard stays if the whole is not told.
        (
            &[
                out("a"),
                completed(command("completed", json!({ "exitCode": 0 }))),
            ],
            &["open c command", "+ c \"a\"", "done c command"],
        ),
        (
            &[completed(command("completed", json!({ "exitCode": 3 })))],
            &["failed c command"],
        ),
        (
            &[completed(command("failed", json!({})))],
            &["failed c command"],
        ),
        (
            &[completed(command("declined", json!({})))],
            &["declined c command"],
        ),
        (&[completed(command("new", json!({})))], &["done c command"]),
    ]);
    let heard = turn().take(
        "item/completed",
        &json!({ "turnId": "t1", "item": command("completed", json!({ "exitCode": 0, "durationMs": 12 })) }),
    );
    assert_eq!(
        body(&heard),
        ItemBody::Command {
            command: "/bin/bash -lc ls".into(),
            cwd: Some("/project/a".into()),
            exit_code: Some(0),
            took: Some(12),
        }
    );
}

#[test]
fn changes_are_kept_for_who_approves_of_them() {
    let mut turn = turn();
    let change =
        |diff: &str| json!([{ "path": "/project/a.txt", "kind": { "type": "add" }, "diff": diff }]);
    let item = |status: &str, changes: Value| json!({ "type": "fileChange", "id": "f", "changes": changes, "status": status });
    let diff = |turn: &Translator| turn.changes("f").unwrap()[0].diff.clone().unwrap();
    told(&mut turn, &[started(item("inProgress", change("a\n")))]);
    assert_eq!(diff(&turn), "@@ -0,0 +1,1 @@\n+a\n");
    let update = json!({ "itemId": "f", "changes": change("a\nb\n") });
    told(&mut turn, &[("item/fileChange/patchUpdated", update)]);
    assert_eq!(diff(&turn), "@@ -0,0 +1,2 @@\n+a\n+b\n");
    let lines = told(&mut turn, &[completed(item("declined", json!([])))]);
    assert_eq!(lines, ["declined f file_change"]);
    assert_eq!(turn.changes("f").unwrap()[0].path, "a.txt");
    assert_eq!(turn.changes("another"), None);
}

#[test]
fn a_tools_progress_is_kept_and_its_end_says_what_it_gave() {
    let mut turn = turn();
    let item = |status: &str, result: Value, error: Value| json!({ "type": "mcpToolCall", "id": "m", "server": "s", "tool": "t", "status": status, "arguments": { "a": 1 }, "result": result, "error": error });
    told(
        &mut turn,
        &[started(item("inProgress", json!(null), json!(null)))],
    );
    let progress = json!({ "threadId": "th1", "turnId": "t1", "itemId": "m", "message": "half" });
    let heard = turn.take("item/mcpToolCall/progress", &progress);
    let expected = ItemBody::ToolCall {
        server: "s".into(),
        tool: "t".into(),
        arguments: "{\"a\":1}".into(),
        progress: Some("half".into()),
    };
    assert_eq!(body(&heard), expected);
    let words = json!({ "content": [{ "type": "text", "text": "ok" }] });
    let heard = turn.take(
        "item/completed",
        &json!({ "turnId": "t1", "item": item("completed", words, json!(null)) }),
    );
    assert_eq!(body(&heard), expected);
    assert_eq!(line(&heard[0]), "done m tool_call \"ok\"");
    let unknown = json!({ "itemId": "x", "message": "?" });
    assert_eq!(
        told(&mut turn, &[("item/mcpToolCall/progress", unknown)]),
        ["unseen item/mcpToolCall/progress"]
    );
}

#[test]
fn the_plan_and_the_whole_diff_are_one_item_each_without_repeats() {
    let plan = |status: &str| {
        (
            "turn/plan/updated",
            json!({ "explanation": null, "plan": [{ "step": "look", "status": status }] }),
        )
    };
    let diff = |diff: &str| ("turn/diff/updated", json!({ "diff": diff }));
    check(&[
        (
            &[
                plan("pending"),
                plan("pending"),
                plan("completed"),
                ends("interrupted"),
            ],
            &[
                "open plan plan \"\"",
                "open plan plan \"\"",
                "done plan plan",
                "ended Interrupted",
            ],
        ),
        (
            &[
                diff(""),
                diff("a"),
                diff("a"),
                diff("b"),
                diff(""),
                ends("failed"),
            ],
            &[
                "open turn-diff turn_diff \"a\"",
                "open turn-diff turn_diff \"b\"",
                "open turn-diff turn_diff \"\"",
                "done turn-diff turn_diff",
                "ended Failed",
            ],
        ),
    ]);
}

#[test]
fn making_room_is_told_once() {
    let item = json!({ "type": "contextCompaction", "id": "k" });
    let older = ("thread/compacted", json!({}));
    check(&[
        (
            &[started(item.clone()), older.clone(), completed(item)],
            &["open k compaction", "done k compaction"],
        ),
        (&[older.clone(), older], &["done compacted compaction"]),
    ]);
}

#[test]
fn a_hook_that_runs_twice_is_two_items() {
    let run = |status: &str| json!({ "run": { "id": "h", "eventName": "preToolUse", "status": status, "entries": [] } });
    check(&[(
        &[
            ("hook/started", run("running")),
            ("hook/completed", run("completed")),
            ("hook/started", run("running")),
            ("hook/completed", run("blocked")),
        ],
        &[
            "open hook/h hook \"\"",
            "done hook/h hook \"\"",
            "open hook/h/2 hook \"\"",
            "declined hook/h/2 hook \"\"",
        ],
    )]);
}
