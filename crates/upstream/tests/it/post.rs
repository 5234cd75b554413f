//! The model over POST.

use serde_json::{Value, json};
use switchboard_upstream::{Options, Persona, Transport, Upstream, auth};

use crate::client::{Streamed, ask, bearer, http, kind, post, said, upstream, user};

#[tokio::test]
async fn an_answer_streams_from_created_to_completed() {
    let up = upstream().await;
    let answer = Streamed::read(ask(&up, "mock: reason \"look\" ; text \"done\"").await).await;
    assert!(answer.whole);
    assert_eq!(answer.kinds().first(), Some(&"response.created"));
    assert_eq!(kind(answer.last()), "response.completed");
    assert_eq!(said(&answer.events), ["done"]);
    assert_eq!(
        answer.last()["response"]["output"][0]["summary"][0]["text"],
        "look"
    );
}

#[tokio::test]
async fn the_line_after_a_tool_call_answers_its_result() {
    let up = upstream().await;
    let prompt = "mock: shell \"ls\"\nmock: text \"seen\"";
    let first = Streamed::read(ask(&up, prompt).await).await;
    let call = &first.last()["response"]["output"][0];
    assert_eq!(call["name"], "exec_command");
    assert_eq!(call["arguments"], json!({ "cmd": "ls" }).to_string());
    let result =
        json!({ "type": "function_call_output", "call_id": call["call_id"], "output": "a file" });
    let second =
        Streamed::read(post(&up, &json!({ "input": [user(prompt), call, result] })).await).await;
    assert_eq!(said(&second.events), ["seen"]);
    assert_eq!(up.last_model_request().unwrap().count("a file"), 1);
}

#[tokio::test]
async fn a_compressed_body_is_read_and_remembered() {
    let up = upstream().await;
    let body = json!({ "input": [user("mock: text \"unpacked\"")] }).to_string();
    let response = http()
        .post(format!("{}/responses", up.responses_url()))
        .header("authorization", bearer(&auth::fake_login()))
        .header("content-encoding", "zstd")
        .body(zstd::encode_all(body.as_bytes(), 0).unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(said(&Streamed::read(response).await.events), ["unpacked"]);
    assert_eq!(
        up.last_model_request().unwrap().newest_user_text().unwrap(),
        "mock: text \"unpacked\""
    );
}

#[tokio::test]
async fn a_usage_limit_says_when_it_resets() {
    let up = upstream().await;
    let response = ask(&up, "mock: status 429 resets_in=3600").await;
    assert_eq!(response.status(), 429);
    assert_eq!(response.headers()["x-codex-primary-used-percent"], "12");
    let error = response.json::<Value>().await.unwrap()["error"].clone();
    assert_eq!(error["type"], "usage_limit_reached");
    assert_eq!(error["resets_in_seconds"], 3600);
    assert!(error["resets_at"].as_i64().unwrap() > 1_700_000_000);
}

#[tokio::test]
async fn every_status_is_refused_with_itself() {
    let up = upstream().await;
    for status in [400, 401, 403, 429, 500, 503] {
        let response = ask(&up, &format!("mock: status {status}")).await;
        assert_eq!(response.status(), status);
        assert!(response.json::<Value>().await.unwrap()["error"]["message"].is_string());
    }
}

#[tokio::test]
async fn a_model_that_does_not_exist_is_refused() {
    let up = upstream().await;
    let ask = async |model: &str| {
        let body = json!({ "model": model, "input": [user("mock: text \"a\"")] });
        post(&up, &body).await
    };
    let refused = ask("no-such-model").await;
    assert_eq!(refused.status(), 404);
    let error = refused.json::<Value>().await.unwrap();
    assert_eq!(error["error"]["code"], "model_not_found");
    for model in [
        "scripted-1",
        "scripted-code",
        "scripted-mini",
        "scripted-text",
        "scripted",
        "gpt-6.1-sol",
    ] {
        let answer = Streamed::read(ask(model).await).await;
        assert_eq!(said(&answer.events), ["a"], "{model}");
    }
}

#[tokio::test]
async fn a_failure_with_times_happens_so_often_and_then_no_more() {
    let up = upstream().await;
    let prompt = "mock: status 500 times=2 ; text \"recovered\"";
    for _ in 0..2 {
        assert_eq!(ask(&up, prompt).await.status(), 500);
    }
    assert_eq!(
        said(&Streamed::read(ask(&up, prompt).await).await.events),
        ["recovered"]
    );
}

#[tokio::test]
async fn a_cut_breaks_the_stream_after_what_was_said() {
    let up = upstream().await;
    let whole_message = Streamed::read(ask(&up, "mock: text \"part\" ; cut").await).await;
    assert!(!whole_message.whole);
    assert_eq!(said(&whole_message.events), ["part"]);
    assert_eq!(kind(whole_message.last()), "response.output_item.done");

    let half_a_message = Streamed::read(ask(&up, "mock: cut after=3").await).await;
    assert!(!half_a_message.whole);
    assert_eq!(said(&half_a_message.events).len(), 3);
}

#[tokio::test]
async fn every_end_that_is_no_answer_is_told_apart() {
    let up = upstream().await;
    for (script, end, of_it, value) in [
        ("empty", "response.completed", "/response/output", json!([])),
        (
            "incomplete",
            "response.incomplete",
            "/response/incomplete_details/reason",
            json!("max_output_tokens"),
        ),
        (
            "fail some_code",
            "response.failed",
            "/response/error/code",
            json!("some_code"),
        ),
        (
            "text a ; status 500",
            "response.failed",
            "/response/error/code",
            json!("server_error"),
        ),
    ] {
        let answer = Streamed::read(ask(&up, &format!("mock: {script}")).await).await;
        assert_eq!(kind(answer.last()), end, "{script}");
        assert_eq!(answer.last().pointer(of_it), Some(&value), "{script}");
    }
}

#[tokio::test]
async fn a_flood_has_exactly_its_bytes() {
    let up = upstream().await;
    let answer = Streamed::read(ask(&up, "mock: flood 100000").await).await;
    let pieces = said(&answer.events);
    assert!(pieces.len() > 1);
    assert_eq!(pieces.concat().len(), 100_000);
}

#[tokio::test]
async fn the_demo_says_so_in_pieces() {
    let up = Upstream::start(Options::default()).await.unwrap();
    let answer = Streamed::read(ask(&up, "@chatgpt what is 2+2?").await).await;
    let pieces = said(&answer.events);
    assert!(pieces.len() > 3, "{pieces:?}");
    assert!(pieces.concat().contains("= 4"));
    assert!(pieces.concat().contains("Scripted demo"));
}

#[tokio::test]
async fn a_script_of_a_quoted_older_message_is_not_played_again() {
    let up = upstream().await;
    let prompt = "{\"from\":\"@ann\",\"text\":\"hm\\nmock: status 500\"}\nmock: status 500\n\n\
                  Answer this message from @bob, which is all that follows:\n\nhello";
    assert_eq!(
        said(&Streamed::read(ask(&up, prompt).await).await.events),
        ["Echo: hello"]
    );
}

#[tokio::test]
async fn where_only_post_is_spoken_the_upgrade_is_refused_with_426() {
    let options = Options {
        transport: Transport::PostOnly,
        persona: Persona::Echo,
        ..Options::for_tests()
    };
    let up = Upstream::start(options).await.unwrap();
    let response = http()
        .get(format!("{}/responses", up.responses_url()))
        .header("authorization", bearer(&auth::fake_login()))
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 426);
    assert!(up.model_requests().is_empty());
    assert_eq!(
        said(&Streamed::read(ask(&up, "hello").await).await.events),
        ["Echo: hello"]
    );
}

#[tokio::test]
async fn a_custom_provider_needs_no_login() {
    let up = upstream().await;
    let body = json!({ "input": [user("hello")] });
    let response = http()
        .post(format!("{}/responses", up.api_url()))
        .json(&body)
        .send()
        .await
        .unwrap();
    assert_eq!(
        said(&Streamed::read(response).await.events),
        ["Echo: hello"]
    );
}
