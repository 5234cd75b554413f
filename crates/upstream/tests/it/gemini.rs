//! The model as Google serves it.

use serde_json::{Value, json};
use switchboard_upstream::Running;

use crate::client::{Streamed, http, upstream};

async fn call(up: &Running, method: &str, key: &str, prompt: &str) -> reqwest::Response {
    let body = json!({ "contents": [{ "role": "user", "parts": [{ "text": prompt }] }] });
    http()
        .post(format!("{}/v1beta/models/m:{method}", up.gemini_url()))
        .header("x-goog-api-key", key)
        .json(&body)
        .send()
        .await
        .unwrap()
}

async fn ask(up: &Running, prompt: &str) -> Streamed {
    Streamed::read(call(up, "streamGenerateContent?alt=sse", "k", prompt).await).await
}

/// The texts of all chunks, thoughts in brackets, and with what reason the last ended.
fn told(answer: &Streamed) -> (String, &Value) {
    let parts = answer
        .events
        .iter()
        .map(|event| &event["candidates"][0]["content"]["parts"][0]);
    let text = parts
        .filter_map(|part| {
            let text = part["text"].as_str()?;
            Some(match part["thought"].as_bool() {
                Some(true) => format!("[{text}]"),
                _ => text.to_owned(),
            })
        })
        .collect();
    (text, &answer.last()["candidates"][0]["finishReason"])
}

#[tokio::test]
async fn an_answer_streams_in_chunks_and_says_why_it_ended() {
    let up = upstream().await;
    for (script, text, reason) in [
        (
            r#"reason "look" ; text "done""#,
            "[look]done",
            json!("STOP"),
        ),
        (r#"text "long" ; incomplete"#, "long", json!("MAX_TOKENS")),
        (r#"text "part" ; unfinished"#, "part", Value::Null),
        (r#"text "part" ; fail SAFETY"#, "part", json!("SAFETY")),
        ("empty", "", json!("STOP")),
    ] {
        let answer = ask(&up, &format!("mock: {script}")).await;
        assert!(answer.whole);
        assert_eq!(told(&answer), (text.to_owned(), &reason), "{script}");
    }
    let blocked = ask(&up, "mock: fail blocked").await;
    assert_eq!(
        blocked.last()["promptFeedback"]["blockReason"],
        "PROHIBITED_CONTENT"
    );
    assert!(!ask(&up, "mock: text \"part\" ; cut").await.whole);
}

#[tokio::test]
async fn refusals_have_the_shape_of_googles() {
    let up = upstream().await;
    for (status, name) in [
        (400, "INVALID_ARGUMENT"),
        (401, "UNAUTHENTICATED"),
        (403, "PERMISSION_DENIED"),
        (429, "RESOURCE_EXHAUSTED"),
        (500, "INTERNAL"),
        (503, "UNAVAILABLE"),
    ] {
        let method = "streamGenerateContent?alt=sse";
        let answer = call(
            &up,
            method,
            "k",
            &format!("mock: status {status} resets_in=37"),
        )
        .await;
        assert_eq!(answer.status(), status);
        let error = answer.json::<Value>().await.unwrap()["error"].clone();
        assert_eq!(
            (&error["code"], &error["status"]),
            (&json!(status), &json!(name))
        );
        if status == 429 {
            assert_eq!(error["details"][1]["retryDelay"], "37s");
        }
    }
}

#[tokio::test]
async fn only_a_key_that_is_accepted_passes() {
    let up = upstream().await;
    assert_eq!(call(&up, "generateContent", "", "hi").await.status(), 403);
    up.refuse_login();
    let refused = call(&up, "generateContent", "k", "hi").await;
    assert_eq!(refused.status(), 400);
    let error = refused.json::<Value>().await.unwrap();
    assert_eq!(error["error"]["details"][0]["reason"], "API_KEY_INVALID");
}

#[tokio::test]
async fn an_answer_at_once_holds_all_of_it_and_what_was_asked_is_remembered() {
    let up = upstream().await;
    let answer = call(&up, "generateContent", "k", "mock: slow 2 chunks 1ms").await;
    let answer = answer.json::<Value>().await.unwrap();
    let candidate = &answer["candidates"][0];
    assert_eq!(candidate["content"]["parts"][0]["text"], "chunk 1 chunk 2 ");
    assert_eq!(candidate["finishReason"], "STOP");
    let counted = call(&up, "countTokens", "k", "12345678").await;
    assert_eq!(counted.json::<Value>().await.unwrap()["totalTokens"], 3);
    let asked = up.last_model_request().unwrap();
    assert_eq!(asked.newest_user_text().unwrap(), "mock: slow 2 chunks 1ms");
}
