//! `serve --demo`, with the real programs and without any: streaming, failure and stop for somebody who
//! has no account.

use serde_json::json;
use switchboard_testkit::{Client, Codex, Gemini, House, Options, Server};

use crate::support::{BINARY, text};

/// One pixel.
const GIF: &[u8] =
    b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xFF\xFF\xFF,\0\0\0\0\x01\0\x01\0\0\x02\x01D\0;";

/// A demo, and a client of it.
struct Demo {
    house: House,
    _server: Server,
    client: Client,
}

impl Demo {
    async fn start(codex: Codex, gemini: Gemini) -> Self {
        let house = House::prepare(
            BINARY,
            Options {
                codex,
                gemini,
                own_file: true,
                ..Options::default()
            },
        )
        .await;
        let server = house.another_server_with(&["--demo"]);
        let token = house.run_ok(&["tokens", "create", "--name", "test"]);
        let client = Client::new(server.base(), &token);
        Self {
            house,
            _server: server,
            client,
        }
    }

    async fn ask(&self, text: &str) -> serde_json::Value {
        let thread = self.client.thread().await;
        let turn = self.client.ask(&thread, text).await;
        self.client.ended(&turn).await
    }
}

async fn check(demo: &Demo) {
    let session = demo.client.get("/api/session").await;
    assert_eq!(session["demo"], json!(true), "the page says so");
    let turn = demo.ask("@chatgpt what is 2+2?").await;
    assert_eq!(turn["state"], "done", "{turn}");
    let turn = demo.ask("@chatgpt please fail").await;
    assert_eq!(turn["error"]["code"], "rate_limited", "{turn}");
    let thread = demo.client.thread().await;
    let long = demo.client.ask(&thread, "@chatgpt a long answer").await;
    demo.client.in_state(&long, "running").await;
    demo.client.stop(&long).await;
    assert_eq!(demo.client.ended(&long).await["state"], "cancelled");
    assert!(
        demo.house.upstream.requests().is_empty(),
        "a demo talks to its own upstream alone"
    );
}

#[tokio::test]
async fn the_demo_answers_with_the_real_codex_and_the_real_gemini() {
    let demo = Demo::start(Codex::Real, Gemini::Real).await;
    let turn = demo.ask("@gemini what is 2+2?").await;
    assert_eq!(turn["state"], "done", "{turn}");
    assert!(text(&turn, "runs_on").ends_with("scripted demo"), "{turn}");
    check(&demo).await;
}

#[tokio::test]
async fn the_demo_answers_without_any_codex() {
    let demo = Demo::start(Codex::At("nowhere/codex"), Gemini::Missing).await;
    check(&demo).await;
    let assistant = demo.client.assistant("chatgpt").await;
    assert!(text(&assistant, "name").contains("demo"));
    let thread = demo.client.thread().await;
    let image = demo.client.attach("drawing.gif", GIF).await;
    let turn = demo
        .client
        .ask_with(&thread, "@chatgpt what is this?", &[&image])
        .await;
    demo.client.answered(&turn).await;
}

/// Whether a mention of it is owed an answer.
async fn is_mentioned(client: &Client) -> bool {
    let thread = client.thread().await;
    let posted = client.say(&thread, "@demo what is 2+2?").await;
    !posted["turns"].as_array().unwrap().is_empty()
}

#[tokio::test]
async fn a_real_server_has_a_demo_where_an_admin_asked_for_one_and_until_one_removes_it() {
    let options = Options {
        codex: Codex::At("nowhere/codex"),
        ..Options::default()
    };
    let house = House::start(BINARY, options).await;
    let client = house.client();
    assert!(!is_mentioned(&client).await, "a mention brings none");
    let add = Some(json!({ "handle": "demo" }));
    house.run_ok(&["people", "invite", "anna"]);
    let token = house.run_ok(&["tokens", "create", "--name", "hers", "--as", "anna"]);
    let anna = Client::new(client.base(), &token);
    let refused = anna.call("POST", "/api/assistants", add.clone()).await;
    assert_eq!(refused.status, 403, "{:?}", refused.body);

    // The second time it is the same again, because nothing of the first is left but its messages.
    for _ in 0..2 {
        let added = client.call("POST", "/api/assistants", add.clone()).await;
        assert_eq!(
            (added.status, &added.body["demo"], &added.body["state"]),
            (201, &json!(true), &json!("ready")),
            "{:?}",
            added.body
        );
        let thread = client.thread().await;
        let turn = client.ask(&thread, "@demo what is 2+2?").await;
        let turn = client.answered(&turn).await;
        assert_eq!(turn["runs_on"], "the demo script");
        let reply = client.messages(&thread).await.pop().unwrap();
        assert!(text(&reply, "text").contains("= 4"), "{reply}");
        let turn = client.ask(&thread, "@demo please fail").await;
        assert_eq!(client.ended(&turn).await["error"]["code"], "rate_limited");
        let long = client.ask(&thread, "@demo a long answer").await;
        client.in_state(&long, "running").await;
        client.stop(&long).await;
        assert_eq!(client.ended(&long).await["state"], "cancelled");

        let path = format!("/api/assistants/{}", text(&added.body, "id"));
        assert_eq!(anna.call("DELETE", &path, None).await.status, 403);
        assert_eq!(client.call("DELETE", &path, None).await.status, 204);
        assert!(
            !is_mentioned(&client).await,
            "and a mention brings none back"
        );
    }
    let backends = client.get("/api/backends").await;
    let mut ids = backends["items"].as_array().unwrap().iter();
    assert!(
        ids.all(|one| one["id"] != "demo"),
        "nothing is to be set of it"
    );
    let noted = client.get("/api/audit?action=assistant.remove").await;
    assert_eq!(noted["items"].as_array().unwrap().len(), 2, "{noted}");
    assert!(house.upstream.model_requests().is_empty());
}
