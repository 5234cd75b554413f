//! What the model is told in a fork, and when a message is changed and asked again.

use serde_json::json;
use switchboard_testkit::House;

use super::direct;
use crate::support::{house, text};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fork_begins_a_session_that_is_told_what_it_carries_over_and_nothing_later() {
    let house = house().await;
    let client = house.client();
    let thread = direct(&client, json!({})).await;
    for words in ["alpha-1", "beta-2", "gamma-3"] {
        let script = format!("{words}\nmock: text \"reply to {words}\"");
        let turn = client.ask(&thread, &script).await;
        client.answered(&turn).await;
    }
    let messages = client.messages(&thread).await;
    let at = format!("/api/threads/{thread}/fork");
    let fork = client
        .post(&at, json!({ "message": messages[3]["id"] }))
        .await;
    let fork = text(&fork, "id").to_owned();
    let turn = client.ask(&fork, "delta-4\nmock: text \"on\"").await;
    client.answered(&turn).await;
    let told = house.upstream.last_model_request().unwrap();
    let newest = told.newest_user_text().unwrap();
    for words in ["alpha-1", "reply to beta-2"] {
        assert!(newest.contains(words), "{words}: {newest}");
    }
    assert_eq!(told.count("gamma-3"), 0, "{:#?}", told.input_texts());
    let turn = client.ask(&fork, "epsilon-5\nmock: text \"on\"").await;
    client.answered(&turn).await;
    let told = house.upstream.last_model_request().unwrap();
    assert_eq!(
        told.newest_user_text().unwrap(),
        "epsilon-5\nmock: text \"on\""
    );
    assert!(
        told.input_texts()
            .iter()
            .any(|text| text.contains("alpha-1")),
        "the session remembers"
    );
    // Where it comes from goes on as if nothing had been.
    let turn = client.ask(&thread, "zeta-6\nmock: text \"on\"").await;
    client.answered(&turn).await;
    let told = house.upstream.last_model_request().unwrap();
    assert_eq!(
        (told.count("gamma-3") > 0, told.count("delta-4")),
        (true, 0)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_failed_is_asked_again_with_its_new_words() {
    let house = house().await;
    let client = house.client();
    let thread = direct(&client, json!({})).await;
    let turn = client.ask(&thread, "first\nmock: text \"noted\"").await;
    client.answered(&turn).await;
    let turn = client.ask(&thread, "wrong-1\nmock: fail boom").await;
    assert_eq!(client.ended(&turn).await["state"], "failed");
    let again = resent(&house, &thread, "right-2\nmock: text \"so\"").await;
    assert_eq!(again["message"]["thread_id"], json!(thread));
    client.answered(text(&again["turns"][0], "id")).await;
    let told = house.upstream.last_model_request().unwrap();
    let newest = told.newest_user_text().unwrap();
    assert!(newest.ends_with("right-2\nmock: text \"so\""), "{newest}");
    assert!(
        newest.contains("an attempt to answer it ended early"),
        "{newest}"
    );
    assert_eq!(client.messages(&thread).await.len(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_was_answered_is_asked_in_a_fork_with_its_files() {
    let house = house().await;
    let client = house.client();
    let thread = direct(&client, json!({})).await;
    let turn = client.ask(&thread, "first-1\nmock: text \"noted\"").await;
    client.answered(&turn).await;
    let file = client.attach("list.txt", "needle-7c").await;
    let body = json!({ "text": "second-2\nmock: text \"two\"", "attachments": [file] });
    let posted = client
        .post(&format!("/api/threads/{thread}/messages"), body)
        .await;
    client.answered(text(&posted["turns"][0], "id")).await;
    let again = resent(&house, &thread, "third-3\nmock: text \"three\"").await;
    let fork = text(&again["message"], "thread_id");
    assert_ne!(fork, thread);
    client.answered(text(&again["turns"][0], "id")).await;
    let told = house.upstream.last_model_request().unwrap();
    for (words, count) in [
        (r#""text":"first-1"#, 1),
        ("second-2", 0),
        ("third-3", 1),
        ("needle-7c", 1),
    ] {
        assert_eq!(
            told.count(words),
            count,
            "{words}: {:#?}",
            told.input_texts()
        );
    }
    assert_eq!(
        client.messages(&thread).await.len(),
        4,
        "nothing is overwritten"
    );
}

/// The last message of a person in a thread, changed and asked again.
async fn resent(house: &House, thread: &str, words: &str) -> serde_json::Value {
    let client = house.client();
    let messages = client.messages(thread).await;
    let mut mine = messages.iter().rev();
    let last = mine.find(|message| message["role"] == "user").unwrap();
    let at = format!("/api/messages/{}/resend", text(last, "id"));
    client
        .post(&at, json!({ "text": words, "client_id": "again" }))
        .await
}
