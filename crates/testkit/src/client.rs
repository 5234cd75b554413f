//! A program that uses Switchboard over HTTP with a token.

use serde_json::{Value, json};

use crate::{events::Events, until::until};

/// A status and a body.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body, `Null` if it is not JSON.
    pub body: Value,
}

/// Speaks in one person's name.
#[derive(Clone)]
pub struct Client {
    base: String,
    token: String,
    http: reqwest::Client,
}

impl Client {
    /// A client of the server at `base` (`http://127.0.0.1:PORT`).
    pub fn new(base: &str, token: &str) -> Self {
        Self {
            base: base.to_owned(),
            token: token.to_owned(),
            http: reqwest::Client::new(),
        }
    }

    /// One call; `Err` if the server could not be reached or the connection broke.
    pub async fn try_call(
        &self,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Result<Answer, reqwest::Error> {
        let method = method.parse().unwrap();
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.base))
            .bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await?;
        let status = response.status().as_u16();
        let text = response.text().await?;
        Ok(Answer {
            status,
            body: serde_json::from_str(&text).unwrap_or(Value::Null),
        })
    }

    /// One call.
    pub async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.try_call(method, path, body).await.unwrap()
    }

    /// A GET that must succeed.
    pub async fn get(&self, path: &str) -> Value {
        let answer = self.call("GET", path, None).await;
        assert_eq!(answer.status, 200, "GET {path}: {:?}", answer.body);
        answer.body
    }

    /// A POST that must succeed.
    pub async fn post(&self, path: &str, body: Value) -> Value {
        let answer = self.call("POST", path, Some(body)).await;
        assert!(
            (200..300).contains(&answer.status),
            "POST {path}: {} {:?}",
            answer.status,
            answer.body
        );
        answer.body
    }

    /// A PATCH that must succeed.
    pub async fn patch(&self, path: &str, body: Value) -> Value {
        let answer = self.call("PATCH", path, Some(body)).await;
        assert_eq!(answer.status, 200, "PATCH {path}: {:?}", answer.body);
        answer.body
    }

    /// A new private thread; its id.
    pub async fn thread(&self) -> String {
        self.post("/api/threads", json!({})).await["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Posts a message; what the server said.
    pub async fn say(&self, thread: &str, text: &str) -> Value {
        self.post(
            &format!("/api/threads/{thread}/messages"),
            json!({ "text": text }),
        )
        .await
    }

    /// What a turn's program said, word for word.
    pub async fn raw(&self, turn: &str) -> String {
        let request = self
            .http
            .get(format!("{}/api/turns/{turn}/raw", self.base))
            .bearer_auth(&self.token);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        response.text().await.unwrap()
    }

    /// Uploads a file; what the server said.
    pub async fn upload(&self, name: &str, bytes: impl Into<reqwest::Body>) -> Answer {
        let name = name
            .bytes()
            .fold(String::new(), |name, byte| format!("{name}%{byte:02X}"));
        let request = self
            .http
            .post(format!("{}/api/attachments?name={name}", self.base))
            .bearer_auth(&self.token)
            .body(bytes);
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        Answer {
            status,
            body: serde_json::from_str(&text).unwrap_or(Value::Null),
        }
    }

    /// Uploads a file that must be taken; its id.
    pub async fn attach(&self, name: &str, bytes: impl Into<reqwest::Body>) -> String {
        let answer = self.upload(name, bytes).await;
        assert_eq!(answer.status, 201, "{name}: {:?}", answer.body);
        answer.body["id"].as_str().unwrap().to_owned()
    }

    /// Posts a message with files; the answer, whatever it is.
    pub async fn say_with(&self, thread: &str, text: &str, files: &[&str]) -> Answer {
        let path = format!("/api/threads/{thread}/messages");
        let body = json!({ "text": text, "attachments": files });
        self.call("POST", &path, Some(body)).await
    }

    /// Posts a message with files that mentions one assistant; the id of its turn.
    pub async fn ask_with(&self, thread: &str, text: &str, files: &[&str]) -> String {
        let posted = self.say_with(thread, text, files).await;
        assert_eq!(posted.status, 201, "{:?}", posted.body);
        posted.body["turns"][0]["id"].as_str().unwrap().to_owned()
    }

    /// Posts a message that mentions one assistant; the id of its turn.
    pub async fn ask(&self, thread: &str, text: &str) -> String {
        let posted = self.say(thread, text).await;
        posted["turns"][0]["id"]
            .as_str()
            .unwrap_or_else(|| panic!("no turn: {posted}"))
            .to_owned()
    }

    /// A turn as it is now.
    pub async fn turn(&self, id: &str) -> Value {
        self.get(&format!("/api/turns/{id}")).await
    }

    /// Waits until a turn has ended; the turn.
    pub async fn ended(&self, id: &str) -> Value {
        until(&format!("turn {id} ends"), || async {
            let turn = self.turn(id).await;
            let open = ["queued", "running", "waiting_approval"]
                .contains(&turn["state"].as_str().unwrap());
            (!open).then_some(turn)
        })
        .await
    }

    /// Waits until a turn has ended, which must be with a reply; the turn.
    pub async fn answered(&self, id: &str) -> Value {
        let turn = self.ended(id).await;
        assert_eq!(turn["state"], "done", "{turn}");
        turn
    }

    /// Waits until a turn is in that state; the turn.
    pub async fn in_state(&self, id: &str, state: &str) -> Value {
        until(&format!("turn {id} is {state}"), || async {
            let turn = self.turn(id).await;
            (turn["state"] == state).then_some(turn)
        })
        .await
    }

    /// Waits until so many questions of a turn are open; the questions, in the order asked.
    pub async fn asked(&self, turn: &str, count: usize) -> Vec<Value> {
        until(&format!("turn {turn} asks"), || async {
            let page = self.get(&format!("/api/turns/{turn}/items")).await;
            let mut open = page["questions"].as_array().unwrap().clone();
            open.retain(|question| question["state"] == "asked");
            let turn = self.turn(turn).await;
            assert!(
                turn["ended_at"].is_null(),
                "it ended instead: {turn} {page:#}"
            );
            (open.len() == count).then_some(open)
        })
        .await
    }

    /// Waits until a turn asks something or has ended; whether it asks.
    pub async fn asked_or_ended(&self, id: &str) -> bool {
        until(&format!("turn {id} asks or ends"), || async {
            let page = self.get(&format!("/api/turns/{id}/items")).await;
            let questions = page["questions"].as_array().unwrap();
            let asks = questions.iter().any(|one| one["state"] == "asked");
            let turn = self.turn(id).await;
            (asks || !turn["ended_at"].is_null()).then_some(asks)
        })
        .await
    }

    /// Decides a question; what it became.
    pub async fn decide(&self, question: &Value, decision: Value) -> Value {
        let id = question["id"].as_str().unwrap();
        self.post(&format!("/api/approvals/{id}"), decision).await
    }

    /// Waits until a turn asks something, and accepts it.
    pub async fn accept(&self, turn: &str) -> Value {
        let question = self.asked(turn, 1).await.remove(0);
        self.decide(&question, json!({ "decision": "accept" }))
            .await
    }

    /// What a turn produced so far.
    pub async fn items(&self, turn: &str) -> Vec<Value> {
        let page = self.get(&format!("/api/turns/{turn}/items")).await;
        page["items"].as_array().unwrap().clone()
    }

    /// Waits until a turn has an item that fits; the item.
    pub async fn item_where(&self, turn: &str, fits: impl Fn(&Value) -> bool) -> Value {
        until(&format!("turn {turn} has the item"), || async {
            self.items(turn).await.into_iter().find(|item| fits(item))
        })
        .await
    }

    /// Waits until the assistant has taken the words that were sent into a turn.
    pub async fn steered(&self, turn: &str) {
        until(&format!("turn {turn} has taken the words"), || async {
            let page = self.get(&format!("/api/turns/{turn}/items")).await;
            (page["steers"][0]["state"] == "taken").then_some(())
        })
        .await;
    }

    /// Asks for a turn to stop, and waits until it has ended; the turn.
    pub async fn stop(&self, turn: &str) -> Value {
        self.post(&format!("/api/turns/{turn}/cancel"), json!({}))
            .await;
        self.ended(turn).await
    }

    /// Tries a turn again; the id of the new attempt.
    pub async fn retry(&self, turn: &str) -> String {
        let again = self
            .post(&format!("/api/turns/{turn}/retry"), json!({}))
            .await;
        again["id"].as_str().unwrap().to_owned()
    }

    /// The assistant of that handle, as this person sees it.
    pub async fn assistant(&self, handle: &str) -> Value {
        let all = self.get("/api/assistants").await;
        let all = all["items"].as_array().unwrap();
        all.iter()
            .find(|assistant| assistant["handle"] == handle)
            .unwrap_or_else(|| panic!("no @{handle} in {all:?}"))
            .clone()
    }

    /// All messages of a thread, oldest first.
    pub async fn messages(&self, thread: &str) -> Vec<Value> {
        let mut all: Vec<Value> = Vec::new();
        let mut query = String::new();
        loop {
            let page = self
                .get(&format!("/api/threads/{thread}/messages?limit=100{query}"))
                .await;
            let mut items = page["items"].as_array().unwrap().clone();
            items.append(&mut all);
            all = items;
            match page["next"].as_str() {
                Some(next) => query = format!("&before={next}"),
                None => return all,
            }
        }
    }

    /// The event stream from now on, or after an event id.
    pub async fn events(&self, after: Option<&str>) -> Events {
        let mut request = self
            .http
            .get(format!("{}/api/events", self.base))
            .bearer_auth(&self.token);
        if let Some(id) = after {
            request = request.header("Last-Event-ID", id);
        }
        Events::of(request.send().await.unwrap())
    }

    /// Where the server is.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The HTTP client behind it, for requests that no helper makes.
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }
}
