//! What a script makes the model call, and what it says beyond messages.

use serde_json::{Value, json};
use switchboard_upstream::Running;

use crate::client::{Streamed, ask, kind, post, said, upstream, user};

/// The items of the answer to a script.
async fn items(up: &Running, script: &str) -> Vec<Value> {
    let answer = Streamed::read(ask(up, &format!("mock: {script}")).await).await;
    answer.last()["response"]["output"]
        .as_array()
        .unwrap()
        .clone()
}

/// A call's type, its full name and its input.
fn called(item: &Value) -> (&str, String, Value) {
    let kind = item["type"].as_str().unwrap();
    let space = item["namespace"].as_str().map(|space| format!("{space}."));
    let name = format!(
        "{}{}",
        space.unwrap_or_default(),
        item["name"].as_str().unwrap()
    );
    let input = match kind {
        "function_call" => serde_json::from_str(item["arguments"].as_str().unwrap()).unwrap(),
        _ => item["input"].clone(),
    };
    (kind, name, input)
}

#[tokio::test]
async fn every_tool_is_called_by_its_name_and_with_the_input_that_it_takes() {
    let up = upstream().await;
    let function = "function_call";
    for (script, kind, name, input) in [
        (
            r#"shell "touch f" escalate=1"#,
            function,
            "exec_command",
            json!({
                "cmd": "touch f",
                "sandbox_permissions": "require_escalated",
                "justification": "needs to leave the sandbox",
            }),
        ),
        (
            r#"shell "touch f" escalate=1 reason="May I?" prefix="touch,f" yield=250 tty=1"#,
            function,
            "exec_command",
            json!({
                "cmd": "touch f",
                "sandbox_permissions": "require_escalated",
                "justification": "May I?",
                "prefix_rule": ["touch", "f"],
                "yield_time_ms": 250,
                "tty": true,
            }),
        ),
        (
            r#"shell "touch /p/f" write=/p"#,
            function,
            "exec_command",
            json!({
                "cmd": "touch /p/f",
                "sandbox_permissions": "with_additional_permissions",
                "additional_permissions": { "file_system": { "write": ["/p"] } },
            }),
        ),
        (
            r#"patch add a.txt "x" | delete b.txt"#,
            "custom_tool_call",
            "apply_patch",
            json!(
                "*** Begin Patch\n*** Add File: a.txt\n+x\n*** Delete File: b.txt\n*** End Patch\n"
            ),
        ),
        (
            r#"plan "one" "two" "three" done=1 doing=1 why="so""#,
            function,
            "update_plan",
            json!({
                "plan": [
                    { "step": "one", "status": "completed" },
                    { "step": "two", "status": "in_progress" },
                    { "step": "three", "status": "pending" },
                ],
                "explanation": "so",
            }),
        ),
        (
            r#"ask color "Which?" options="Red=warm,Blue" secret=1"#,
            function,
            "request_user_input",
            json!({ "questions": [{
                "id": "color",
                "header": "color",
                "question": "Which?",
                "options": [
                    { "label": "Red", "description": "warm" },
                    { "label": "Blue", "description": "Blue" },
                ],
                "isSecret": true,
            }] }),
        ),
        (
            r#"permissions network=1 read=/p write=/q reason="why""#,
            function,
            "request_permissions",
            json!({
                "permissions": {
                    "network": { "enabled": true },
                    "file_system": { "read": ["/p"], "write": ["/q"] },
                },
                "reason": "why",
            }),
        ),
        (
            r#"mcp my-probe do.it {"text": "hi"}"#,
            function,
            "mcp__my_probe.do_it",
            json!({ "text": "hi" }),
        ),
        (
            "image /a.png",
            function,
            "view_image",
            json!({ "path": "/a.png" }),
        ),
        (
            r#"call space.tool {"a": 1}"#,
            function,
            "space.tool",
            json!({ "a": 1 }),
        ),
    ] {
        let items = items(&up, script).await;
        let calls: Vec<_> = items.iter().map(called).collect();
        assert_eq!(calls, [(kind, name.to_owned(), input)], "{script}");
    }
}

#[tokio::test]
async fn calls_of_one_line_are_made_at_once_and_the_next_line_waits_for_all() {
    let up = upstream().await;
    let prompt = "mock: text \"first\" ; plan a ; patch delete b\nmock: text \"then\"";
    let first = Streamed::read(ask(&up, prompt).await).await;
    let output = first.last()["response"]["output"]
        .as_array()
        .unwrap()
        .clone();
    let kinds: Vec<_> = output.iter().map(kind).collect();
    assert_eq!(kinds, ["message", "function_call", "custom_tool_call"]);
    let results = output[1..].iter().map(|call| {
        json!({ "type": format!("{}_output", kind(call)), "call_id": call["call_id"], "output": "" })
    });
    let input: Vec<Value> = std::iter::once(user(prompt))
        .chain(output.clone())
        .chain(results)
        .collect();
    let second = Streamed::read(post(&up, &json!({ "input": input })).await).await;
    assert_eq!(said(&second.events), ["then"]);
}

#[tokio::test]
async fn the_input_of_a_call_arrives_line_by_line_after_the_call() {
    let up = upstream().await;
    for (script, event, field, lines) in [
        ("plan a", "response.function_call_arguments", "arguments", 1),
        (
            "patch delete a",
            "response.custom_tool_call_input",
            "input",
            3,
        ),
    ] {
        let answer = Streamed::read(ask(&up, &format!("mock: {script}")).await).await;
        let delta = format!("{event}.delta");
        let kinds = answer.kinds();
        let (before, after) = kinds.split_at(2);
        assert_eq!(before, ["response.created", "response.output_item.added"]);
        assert_eq!(after[..lines], vec![delta.as_str(); lines]);
        let end = [
            &format!("{event}.done"),
            "response.output_item.done",
            "response.completed",
        ];
        assert_eq!(after[lines..], end);

        let begun = &answer.events[1]["item"];
        let whole = &answer.events[lines + 3]["item"];
        assert_eq!(
            (&begun[field], &begun["call_id"]),
            (&json!(""), &whole["call_id"])
        );
        let deltas = &answer.events[2..2 + lines];
        let pieces: String = deltas
            .iter()
            .map(|sent| sent["delta"].as_str().unwrap())
            .collect();
        assert_eq!(whole[field], pieces);
        assert_eq!(answer.events[lines + 2][field], pieces);
        assert!(deltas.iter().all(|sent| sent["item_id"] == whole["id"]));
    }
}

#[tokio::test]
async fn a_thought_is_told_part_by_part_as_a_summary_or_as_it_was() {
    let up = upstream().await;
    for (script, event, held, told) in [
        (
            r#"reason "look here" parts=2 every=1ms"#,
            "response.reasoning_summary_text.delta",
            "summary",
            vec![
                "**Step ",
                "1**\n\nlook ",
                "here",
                "**Step ",
                "2**\n\nlook ",
                "here",
            ],
        ),
        (
            r#"think "inner voice""#,
            "response.reasoning_text.delta",
            "content",
            vec!["inner voice"],
        ),
    ] {
        let answer = Streamed::read(ask(&up, &format!("mock: {script}")).await).await;
        let deltas = answer.events.iter().filter(|sent| kind(sent) == event);
        let deltas: Vec<_> = deltas.map(|sent| sent["delta"].as_str().unwrap()).collect();
        assert_eq!(deltas, told, "{script}");
        let item = &answer.last()["response"]["output"][0];
        let parts = item[held].as_array().unwrap();
        let whole: String = parts
            .iter()
            .map(|part| part["text"].as_str().unwrap())
            .collect();
        assert_eq!(whole, told.concat(), "{script}");
    }
}

#[tokio::test]
async fn a_look_at_the_web_is_the_providers_own_and_no_call() {
    let up = upstream().await;
    let prompt = r#"mock: search "words" ; search open=https://a.test find="b c" ; text "found""#;
    let answer = Streamed::read(ask(&up, prompt).await).await;
    let output = &answer.last()["response"]["output"];
    assert_eq!(
        output[0]["action"],
        json!({ "type": "search", "query": "words" })
    );
    assert_eq!(
        output[1]["action"],
        json!({ "type": "find_in_page", "url": "https://a.test", "pattern": "b c" })
    );
    assert_eq!(said(&answer.events), ["found"]);
}

#[tokio::test]
async fn a_message_says_what_it_is_for_from_its_beginning() {
    let up = upstream().await;
    let prompt = "mock: text \"a\" phase=commentary ; text \"b\" phase=final_answer ; text \"c\"";
    let answer = Streamed::read(ask(&up, prompt).await).await;
    for event in ["response.output_item.added", "response.output_item.done"] {
        let items = answer.events.iter().filter(|sent| kind(sent) == event);
        let phases: Vec<_> = items.map(|sent| sent["item"]["phase"].as_str()).collect();
        assert_eq!(phases, [Some("commentary"), Some("final_answer"), None]);
    }
}

#[tokio::test]
async fn a_proposal_is_a_message_between_the_marks_of_a_plan() {
    let up = upstream().await;
    let answer = Streamed::read(ask(&up, r#"mock: proposal "one step""#).await).await;
    assert_eq!(
        said(&answer.events),
        ["<proposed_plan>\n", "one ", "step\n", "</proposed_plan>"]
    );
}

#[tokio::test]
async fn stdin_goes_to_the_newest_command_that_still_runs() {
    let up = upstream().await;
    let prompt = "mock: shell a ; shell b\nmock: stdin \"yes\\n\"";
    let first = Streamed::read(ask(&up, prompt).await).await;
    let output = first.last()["response"]["output"]
        .as_array()
        .unwrap()
        .clone();
    let result = |call: &Value, told: &str| json!({ "type": "function_call_output", "call_id": call["call_id"], "output": told });
    let results = [
        result(&output[0], "Process running with session ID 17\nOutput:\n"),
        result(&output[1], "Process exited with code 0\nOutput:\n"),
    ];
    let input: Vec<Value> = std::iter::once(user(prompt))
        .chain(output.clone())
        .chain(results)
        .collect();
    let second = Streamed::read(post(&up, &json!({ "input": input })).await).await;
    let (_, name, input) = called(&second.last()["response"]["output"][0]);
    assert_eq!(
        (name.as_str(), input),
        ("write_stdin", json!({ "session_id": 17, "chars": "yes\n" }))
    );
}

#[tokio::test]
async fn deltas_have_their_number_and_their_size() {
    let up = upstream().await;
    let answer = Streamed::read(ask(&up, "mock: deltas 12 size=6").await).await;
    let pieces = said(&answer.events);
    assert_eq!(
        (pieces.len(), pieces[0], pieces[11]),
        (12, "....1 ", "...12 ")
    );
}

#[tokio::test]
async fn a_clock_tells_later_and_later_times() {
    let up = upstream().await;
    let answer = Streamed::read(ask(&up, "mock: clock 3 every=1ms").await).await;
    let told: Vec<u128> = said(&answer.events)
        .iter()
        .map(|piece| piece.trim().parse().unwrap())
        .collect();
    assert_eq!(told.len(), 3);
    assert!(
        told.is_sorted_by(|one, next| one + 1_000_000 <= *next),
        "{told:?}"
    );
}

#[tokio::test]
async fn usage_is_reckoned_where_a_script_does_not_set_it() {
    let up = upstream().await;
    let usage = async |script: &str| {
        let answer = Streamed::read(ask(&up, &format!("mock: {script}")).await).await;
        answer.last()["response"]["usage"].clone()
    };
    assert_eq!(
        usage("usage in=1000 cached=800 out=50 reasoning=20 ; text a").await,
        json!({
            "input_tokens": 1000,
            "input_tokens_details": { "cached_tokens": 800 },
            "output_tokens": 50,
            "output_tokens_details": { "reasoning_tokens": 20 },
            "total_tokens": 1050,
        })
    );
    let reckoned = usage("text a ; usage out=7").await;
    assert_eq!(reckoned["output_tokens"], 7);
    assert!(reckoned["input_tokens"].as_u64().unwrap() > 0);
}
