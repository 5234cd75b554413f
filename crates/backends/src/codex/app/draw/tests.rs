//! What each kind of item looks like.

use serde_json::json;

use super::*;

fn drawn(item: &Value) -> (ItemBody, String, ItemStatus) {
    let drawn = draw(text(item, "type"), item, Path::new("/w"));
    (drawn.body, drawn.text.unwrap_or_default(), drawn.status)
}

fn call(server: &str, tool: &str, arguments: &str) -> ItemBody {
    ItemBody::ToolCall {
        server: server.into(),
        tool: tool.into(),
        arguments: arguments.into(),
        progress: None,
    }
}

#[test]
fn a_tools_result_is_its_texts_or_its_structure_or_its_error() {
    let texts = json!({ "content": [
        { "type": "text", "text": "a" },
        { "type": "image", "data": "AAAA", "mimeType": "image/png" },
        { "type": "resource", "resource": { "uri": "file:///x", "text": "b" } },
        { "type": "resource_link", "uri": "file:///y" },
        { "type": "text", "text": "" },
    ], "structuredContent": { "not": "shown" } });
    let structure = json!({ "content": [], "structuredContent": { "a": 1 } });
    let both = json!({ "content": [{ "type": "text", "text": "so far" }] });
    for (status, result, error, words, is) in [
        (
            "completed",
            &texts,
            json!(null),
            "a\n[image]\nb\nfile:///y",
            ItemStatus::Done,
        ),
        (
            "completed",
            &structure,
            json!(null),
            "{\"a\":1}",
            ItemStatus::Done,
        ),
        ("completed", &json!(null), json!(null), "", ItemStatus::Done),
        (
            "failed",
            &json!(null),
            json!({ "message": "no" }),
            "no",
            ItemStatus::Failed,
        ),
        (
            "completed",
            &both,
            json!({ "message": "no" }),
            "so far\nno",
            ItemStatus::Failed,
        ),
        ("failed", &both, json!(null), "so far", ItemStatus::Failed),
        (
            "inProgress",
            &json!(null),
            json!(null),
            "",
            ItemStatus::Open,
        ),
    ] {
        let item = json!({
            "type": "mcpToolCall", "id": "m", "server": "s", "tool": "t", "arguments": { "q": [1] },
            "status": status, "result": result, "error": error,
        });
        assert_eq!(
            drawn(&item),
            (call("s", "t", "{\"q\":[1]}"), words.into(), is),
            "{item}"
        );
    }
}

#[test]
fn a_tool_of_ours_and_a_given_result_are_tool_calls() {
    let words = json!([{ "type": "inputText", "text": "found" }, { "type": "inputImage", "imageUrl": "data:x" }]);
    let dynamic = |success: Value| {
        json!({
            "type": "dynamicToolCall", "id": "d", "namespace": null, "tool": "lookup", "arguments": "x",
            "status": "completed", "contentItems": words, "success": success,
        })
    };
    let body = call("", "lookup", "\"x\"");
    for (success, is) in [
        (json!(true), ItemStatus::Done),
        (json!(false), ItemStatus::Failed),
        (json!(null), ItemStatus::Done),
    ] {
        assert_eq!(
            drawn(&dynamic(success)),
            (body.clone(), "found\n[image]".into(), is)
        );
    }
    for (output, words) in [
        (json!("plain"), "plain"),
        (
            json!([{ "type": "input_text", "text": "in parts" }]),
            "in parts",
        ),
    ] {
        let item = json!({ "type": "functionCallOutput", "id": "o", "namespace": "n", "name": "f", "output": output });
        assert_eq!(
            drawn(&item),
            (call("n", "f", "null"), words.into(), ItemStatus::Open)
        );
    }
}

#[test]
fn a_search_is_told_by_what_it_looks_for() {
    for (query, action, expected) in [
        ("rust", json!(null), "rust"),
        ("", json!({ "type": "search", "query": "rust" }), "rust"),
        (
            "",
            json!({ "type": "search", "queries": ["a", "b"] }),
            "a, b",
        ),
        (
            "",
            json!({ "type": "openPage", "url": "https://x" }),
            "https://x",
        ),
        (
            "",
            json!({ "type": "findInPage", "url": "https://x", "pattern": "y" }),
            "y in https://x",
        ),
        ("", json!({ "type": "other" }), ""),
    ] {
        let item = json!({ "type": "webSearch", "id": "w", "query": query, "action": action });
        let body = ItemBody::WebSearch {
            query: expected.into(),
        };
        assert_eq!(drawn(&item), (body, String::new(), ItemStatus::Open));
    }
    let found = json!([{ "title": "A", "url": "https://a" }, { "odd": 1 }]);
    let item = json!({ "type": "webSearch", "id": "w", "query": "q", "results": found });
    assert_eq!(drawn(&item).1, "A: https://a\n{\"odd\":1}");
}

#[test]
fn other_agents_are_told_with_what_they_heard_and_said() {
    let item = json!({
        "type": "collabAgentToolCall", "id": "s", "tool": "spawnAgent", "status": "interrupted", "prompt": "look",
        "senderThreadId": "me", "receiverThreadIds": ["t2"],
        "agentsStates": { "t2": { "status": "completed", "message": "seen" }, "t3": { "status": "running" } },
    });
    let body = |tool: &str, agents: &[&str]| ItemBody::Subagent {
        tool: tool.into(),
        agents: agents.iter().map(|&agent| agent.to_owned()).collect(),
    };
    assert_eq!(
        drawn(&item),
        (
            body("spawn_agent", &["t2"]),
            "look\n\nt2: seen".into(),
            ItemStatus::Cut
        )
    );
    let item = json!({
        "type": "collabAgentToolCall", "id": "s", "tool": "wait", "status": "completed",
        "receiverThreadIds": [], "agentsStates": { "t2": { "status": "errored", "message": null } },
    });
    assert_eq!(
        drawn(&item),
        (body("wait", &["t2"]), String::new(), ItemStatus::Done)
    );
    let item = json!({ "type": "subAgentActivity", "id": "s", "kind": "started", "agentPath": "/main/a", "agentThreadId": "t" });
    assert_eq!(
        drawn(&item),
        (
            body("started", &["/main/a"]),
            String::new(),
            ItemStatus::Open
        )
    );
}

#[test]
fn pictures_are_told_by_where_they_are() {
    let picture = |path: &str| ItemBody::Image { path: path.into() };
    for (item, expected) in [
        (
            json!({ "type": "imageView", "id": "i", "path": "/w/a.png" }),
            (picture("a.png"), "", ItemStatus::Open),
        ),
        (
            json!({ "type": "imageGeneration", "id": "i", "status": "completed", "result": "AAAA", "savedPath": "/w/b.png", "revisedPrompt": "a cat" }),
            (picture("b.png"), "a cat", ItemStatus::Done),
        ),
        (
            json!({ "type": "imageGeneration", "id": "i", "status": "completed", "fileId": "file_1" }),
            (picture("file_1"), "", ItemStatus::Done),
        ),
        (
            json!({ "type": "imageGeneration", "id": "i", "status": "completed", "result": "", "failure": { "type": "usageLimitExceeded", "limitId": "x" } }),
            (picture(""), "usage_limit_exceeded", ItemStatus::Failed),
        ),
    ] {
        let (body, words, is) = expected;
        assert_eq!(drawn(&item), (body, words.into(), is), "{item}");
    }
}

#[test]
fn a_hook_says_what_it_said_and_how_it_ended() {
    for (status, is) in [
        ("running", ItemStatus::Open),
        ("completed", ItemStatus::Done),
        ("stopped", ItemStatus::Done),
        ("failed", ItemStatus::Failed),
        ("blocked", ItemStatus::Declined),
    ] {
        let run = json!({
            "id": "h", "eventName": "postToolUse", "status": status, "statusMessage": "checked",
            "entries": [{ "kind": "context", "text": "note" }, { "kind": "warning", "text": "hot" }],
        });
        let drawn = hook(&run);
        let body = ItemBody::Hook {
            event: "post_tool_use".into(),
        };
        assert_eq!((drawn.body, drawn.status), (body, is));
        assert_eq!(drawn.text.unwrap(), "note\nwarning: hot\nchecked");
    }
    let item = json!({ "type": "hookPrompt", "id": "p", "fragments": [{ "hookRunId": "h", "text": "a" }, { "hookRunId": "i", "text": "b" }] });
    assert_eq!(drawn(&item).1, "a\nb");
}

#[test]
fn remarks_among_items_and_the_unknown_have_words() {
    for (item, words) in [
        (
            json!({ "type": "enteredReviewMode", "id": "r", "review": "all" }),
            "review_started: all",
        ),
        (
            json!({ "type": "exitedReviewMode", "id": "r", "review": "fine" }),
            "review_ended: fine",
        ),
        (
            json!({ "type": "sleep", "id": "s", "durationMs": 1500 }),
            "waits: 1.5 s",
        ),
        (
            json!({ "type": "hologram", "id": "x", "completedAtMs": 1, "w": 3 }),
            "{\"w\":3}",
        ),
    ] {
        assert_eq!(drawn(&item).1, words);
    }
}
