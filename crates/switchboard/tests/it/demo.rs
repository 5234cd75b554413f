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
