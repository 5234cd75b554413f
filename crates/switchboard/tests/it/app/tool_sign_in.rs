//! Signing in to an MCP server with OAuth: the real Codex, and a small server with its own issuer.

use std::fs;

use serde_json::json;
use switchboard_testkit::tools::{self, Tools};

use super::{
    direct,
    tools::{ask_for, tool_call},
};
use crate::support::{files_below, house, text};

/// Where a browser that opens this address is sent on to; the issuer lets everybody in.
async fn sent_on(url: &str) -> String {
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    let answer = http.build().unwrap().get(url).send().await.unwrap();
    answer.headers()["location"].to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_signs_in_to_a_server_and_nobody_else_is_in() {
    let house = house().await;
    house.run_ok(&["assistants", "access", "chatgpt", "everyone"]);
    let (client, ben) = (house.client(), house.client_as("ben"));
    let server = Tools::behind_oauth(&house);
    let http = json!({ "type": "http", "url": server.url() });
    tools::give(&client, "notes", http).await;
    house.run_ok(&["mcp", "add", "notes", "--for", "ben", "--url", server.url()]);
    let path = format!("{}/notes", tools::path(&client, "chatgpt").await);
    let bens = path.clone();
    // It fails in a turn, which says so.
    let thread = direct(&client, json!({})).await;
    let turn = client.ask(&thread, "mock: text \"ok\"").await;
    client.answered(&turn).await;
    let items = json!(client.items(&turn).await).to_string();
    assert!(items.contains("notes: it wants you to sign in"), "{items}");
    // Taken back, and begun again.
    let begun = client.post(&format!("{path}/login"), json!({})).await;
    assert_eq!(
        (&begun["state"], &begun["login"]["state"]),
        (&json!("needs_sign_in"), &json!("waiting"))
    );
    let gone = client.call("DELETE", &format!("{path}/login"), None).await;
    assert_eq!(gone.body["login"]["state"], "cancelled", "{:?}", gone.body);
    let late = sent_on(text(&begun["login"], "url")).await;
    let late = client
        .call(
            "POST",
            &format!("{path}/login/paste"),
            Some(json!({ "url": late })),
        )
        .await;
    assert_eq!(late.status, 422, "{:?}", late.body);
    let begun = client.post(&format!("{path}/login"), json!({})).await;
    let back = sent_on(text(&begun["login"], "url")).await;
    let wrong = json!({ "url": back.replace("state=", "state=x") });
    let wrong = client
        .call("POST", &format!("{path}/login/paste"), Some(wrong))
        .await;
    assert_eq!(wrong.status, 422, "{:?}", wrong.body);
    let done = client
        .post(&format!("{path}/login/paste"), json!({ "url": back }))
        .await;
    assert_eq!(done["login"]["state"], "done", "{done}");
    assert_eq!(done["login"]["url"], json!(null));
    let tested = client.post(&format!("{path}/test"), json!({})).await;
    assert_eq!(tested["state"], "ready", "{tested}");
    // The same session has it now, and Ben's own, at the same address, is not signed in.
    let turn = ask_for(&client, &thread, "echo {\"text\":\"let in\"}").await;
    client.answered(&turn).await;
    assert!(
        tool_call(&client.items(&turn).await)
            .to_string()
            .contains("echo: let in")
    );
    let other = ben.post(&format!("{bens}/test"), json!({})).await;
    assert_eq!(other["state"], "needs_sign_in", "{other}");
    // A token is where Codex keeps it, and nowhere else.
    for file in files_below(&house.home()) {
        let inside = fs::read(&file).unwrap_or_default();
        let here = String::from_utf8_lossy(&inside).contains("an-access-token-of-the-issuer");
        let codex = file.ends_with("homes/codex/.credentials.json");
        assert_eq!(here, codex, "{}", file.display());
    }
    let changed = json!({ "transport": { "type": "http", "url": server.url() } });
    client.patch(&path, changed).await;
    let tested = client.post(&format!("{path}/test"), json!({})).await;
    assert_eq!(
        tested["state"], "needs_sign_in",
        "what leads elsewhere is signed in to anew: {tested}"
    );
    let command = client
        .post(
            &tools::path(&client, "chatgpt").await,
            json!({ "name": "cmd", "transport": server.command(&[]) }),
        )
        .await;
    assert_eq!(command["name"], "cmd");
    let none = path.replace("/notes", "/cmd/login");
    assert_eq!(client.call("POST", &none, None).await.status, 422);
}
