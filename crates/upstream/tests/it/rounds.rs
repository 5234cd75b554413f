//! How far a script is, whatever the CLI makes of the conversation.

use serde_json::{Value, json};
use switchboard_upstream::Running;

use crate::client::{Streamed, kind, post, said, upstream, user};

const PROMPT: &str = "mock: shell \"a\"\nmock: shell \"b\"\nmock: text \"end\"";

async fn ask(up: &Running, input: &[Value]) -> Streamed {
    Streamed::read(post(up, &json!({ "input": input })).await).await
}

/// The item of the answer, which is one call, and its result.
async fn called(up: &Running, input: &[Value]) -> [Value; 2] {
    let call = ask(up, input).await.last()["response"]["output"][0].clone();
    let result =
        json!({ "type": "function_call_output", "call_id": call["call_id"], "output": "" });
    [call, result]
}

#[tokio::test]
async fn a_conversation_made_short_goes_on_where_it_was() {
    let up = upstream().await;
    let mut input = vec![user("earlier"), user(PROMPT)];
    input.extend(called(&up, &input).await);
    input.push(json!({ "type": "compaction_trigger" }));
    let short = ask(&up, &input).await;
    assert_eq!(
        short.kinds(),
        [
            "response.created",
            "response.output_item.added",
            "response.output_item.done",
            "response.completed",
        ]
    );
    let items = short.last()["response"]["output"].as_array().unwrap();
    assert_eq!(items.len(), 1);
    assert_eq!(kind(&items[0]), "compaction");

    // The calls are gone, and what stands for them remembers them; another time, too.
    let mut input = vec![user("earlier"), user(PROMPT), items[0].clone()];
    let second = called(&up, &input).await;
    assert_eq!(second[0]["arguments"], json!({ "cmd": "b" }).to_string());
    input.extend(second);
    input.push(json!({ "type": "compaction_trigger" }));
    let short = ask(&up, &input).await.last()["response"]["output"][0].clone();
    let input = [user("earlier"), user(PROMPT), short.clone()];
    assert_eq!(said(&ask(&up, &input).await.events), ["end"]);
    let input = [user(PROMPT), short, user("mock: text \"anew\"")];
    assert_eq!(said(&ask(&up, &input).await.events), ["anew"]);
}

#[tokio::test]
async fn what_the_cli_adds_in_the_persons_name_is_no_prompt() {
    let up = upstream().await;
    for mark in [
        "environment_context",
        "user_shell_command",
        "turn_aborted",
        "subagent_notification",
    ] {
        let added = user(&format!("<{mark}>\nmock: text \"no\"\n</{mark}>"));
        let input = [user("mock: text \"yes\""), added];
        assert_eq!(said(&ask(&up, &input).await.events), ["yes"], "{mark}");
    }
}
