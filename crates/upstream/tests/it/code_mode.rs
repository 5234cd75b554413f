//! A model in code mode, which calls its tools from programs.

use serde_json::{Value, json};
use switchboard_upstream::Running;

use crate::client::{Streamed, post, said, upstream, user};

/// What such a model is offered by itself.
fn offered() -> Value {
    json!([
        { "type": "custom", "name": "exec" },
        { "type": "function", "name": "wait" },
        { "type": "function", "name": "request_user_input" },
        { "type": "web_search" },
    ])
}

async fn ask(up: &Running, input: &[Value]) -> Streamed {
    let body = json!({ "tools": offered(), "input": input });
    Streamed::read(post(up, &body).await).await
}

/// The items of the answer to a script.
async fn items(up: &Running, script: &str) -> Vec<Value> {
    let answer = ask(up, &[user(&format!("mock: {script}"))]).await;
    answer.last()["response"]["output"]
        .as_array()
        .unwrap()
        .clone()
}

#[tokio::test]
async fn every_tool_but_the_offered_is_called_from_a_program() {
    let up = upstream().await;
    for (script, program) in [
        (
            r#"shell "ls""#,
            r#"text(await tools.exec_command({"cmd":"ls"}));"#,
        ),
        (
            "patch delete a",
            r#"text(await tools.apply_patch("*** Begin Patch\n*** Delete File: a\n*** End Patch\n"));"#,
        ),
        (
            "permissions network=1",
            r#"text(await tools.request_permissions({"permissions":{"network":{"enabled":true}}}));"#,
        ),
        (
            r#"mcp my-server find_it {"a": 1}"#,
            r#"text(await tools.mcp__my_server__find_it({"a":1}));"#,
        ),
        (
            "image a.png",
            r#"image(await tools.view_image({"path":"a.png"}));"#,
        ),
        (r#"js "text(1)""#, "text(1)"),
    ] {
        let items = items(&up, script).await;
        assert_eq!(items.len(), 1, "{script}");
        assert_eq!(items[0]["type"], "custom_tool_call");
        assert_eq!(items[0]["name"], "exec");
        assert_eq!(items[0]["input"], program, "{script}");
    }
    let asked = items(&up, r#"ask a "b?" options="c,d""#).await;
    assert_eq!(asked[0]["type"], "function_call");
    assert_eq!(asked[0]["name"], "request_user_input");
}

#[tokio::test]
async fn calls_of_one_line_are_one_program_and_one_round() {
    let up = upstream().await;
    let prompt = "mock: shell a ; shell b\nmock: text \"then\"";
    let first = ask(&up, &[user(prompt)]).await;
    let call = &first.last()["response"]["output"];
    assert_eq!(call.as_array().unwrap().len(), 1);
    let program = call[0]["input"].as_str().unwrap();
    assert!(program.starts_with("const ends = await Promise.allSettled(["));
    assert_eq!(program.matches("await tools.exec_command(").count(), 2);
    let result = json!({ "type": "custom_tool_call_output", "call_id": call[0]["call_id"], "output": "Script completed" });
    let second = ask(&up, &[user(prompt), call[0].clone(), result]).await;
    assert_eq!(said(&second.events), ["then"]);
}

#[tokio::test]
async fn a_program_that_goes_on_is_waited_for_before_the_next_line() {
    let up = upstream().await;
    let prompt = "mock: shell a\nmock: text \"then\"";
    let mut input = vec![user(prompt)];
    let first = ask(&up, &input).await;
    let call = first.last()["response"]["output"][0].clone();
    let running = "Script running with cell ID 12\nWall time 31.0 seconds\nOutput:\n";
    input.extend([
        call.clone(),
        json!({ "type": "custom_tool_call_output", "call_id": call["call_id"], "output": running }),
    ]);
    // However often it takes.
    for _ in 0..2 {
        let waits = ask(&up, &input).await;
        let wait = waits.last()["response"]["output"][0].clone();
        assert_eq!(wait["name"], "wait");
        assert_eq!(wait["arguments"], json!({ "cell_id": "12" }).to_string());
        let told = [json!({ "type": "input_text", "text": running })];
        input.extend([
            wait.clone(),
            json!({ "type": "function_call_output", "call_id": wait["call_id"], "output": told }),
        ]);
    }
    let last = input.last_mut().unwrap();
    last["output"] = json!("Script completed");
    assert_eq!(said(&ask(&up, &input).await.events), ["then"]);
}
