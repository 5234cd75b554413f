//! A server over a fresh SQLite file, its people, and short ways to ask it. No assistant runs here: what
//! a turn would do is written to the store by the test.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use serde_json::{Value, json};
use switchboard_auth::Identity;
use switchboard_engine::{Engine, Instance, News, Registry, Supervisor};
use switchboard_model::{
    Clock, IdSource, Millis, ThreadId,
    assistant::Access,
    clock::FakeChance,
    person::{Person, Role},
};
use switchboard_server::{App, Check, CheckGroup, CheckState, Report, Settings};
use switchboard_store::{
    AssistantPatch, Claimed, Database, NewAssistant, NewPerson, OpenOptions, SEVERAL_READERS, Store,
};
use tempfile::TempDir;
use tower::ServiceExt;

/// Moves by a millisecond whenever it is asked, so that no two things happen at once.
struct Ticking(AtomicI64);

impl Clock for Ticking {
    fn now(&self) -> Millis {
        Millis(self.0.fetch_add(1, Ordering::SeqCst))
    }
}

pub struct House {
    pub store: Store,
    pub engine: Engine,
    pub identity: Identity,
    pub supervisor: Supervisor,
    pub router: Router,
    /// The name that requests call the server by.
    host: &'static str,
    database: Database,
    home: Arc<TempDir>,
}

/// A person, and a token that acts in their name.
#[derive(Clone)]
pub struct Someone {
    pub person: Person,
    pub token: String,
}

/// An answer with its JSON body; null if it has none.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl House {
    pub async fn new() -> Self {
        Self::on_sqlite(None).await
    }

    /// A house that people reach under https.
    pub async fn under_https() -> Self {
        let mut house = Self::on_sqlite(Some("https://chat.example.com")).await;
        house.host = "chat.example.com";
        house
    }

    async fn on_sqlite(public_url: Option<&str>) -> Self {
        let home = Arc::new(TempDir::new().unwrap());
        let database = Database::Sqlite(home.path().join("switchboard.db"));
        Self::over(database, home, 7, public_url).await
    }

    /// A house over a database of its own on the server for tests, if there is one.
    pub async fn on_postgres() -> Option<Self> {
        let url = switchboard_testkit::database::fresh_postgres().await?;
        let home = Arc::new(TempDir::new().unwrap());
        Some(Self::over(Database::Postgres(url), home, 7, None).await)
    }

    /// Another node over the same database.
    pub async fn another_node(&self) -> Self {
        Self::over(self.database.clone(), self.home.clone(), 8, None).await
    }

    async fn over(
        database: Database,
        home: Arc<TempDir>,
        seed: u64,
        public_url: Option<&str>,
    ) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(Ticking(AtomicI64::new(1_800_000_000_000)));
        let ids = IdSource::new(clock.clone(), Arc::new(FakeChance::seeded(seed)));
        let store = Store::open(OpenOptions {
            database: database.clone(),
            home: home.path().to_owned(),
            ids: ids.clone(),
            disk_floor: 0,
            readers: SEVERAL_READERS,
        })
        .await
        .unwrap();
        let supervisor = Supervisor::new();
        let instance = Arc::new(Instance::hold(&home.path().join("run"), &ids).unwrap());
        let registry = Registry::new(Vec::new(), clock, News::default());
        let engine = Engine::new(store.clone(), registry, supervisor.clone(), instance);
        let identity = Identity::new(store.clone(), ids);
        let app = app(&engine, &identity, public_url);
        let router = switchboard_server::router(app, &supervisor);
        Self {
            store,
            engine,
            identity,
            supervisor,
            router,
            host: "localhost:4747",
            database,
            home,
        }
    }

    /// The same server once more, for a listener.
    pub fn app(&self) -> App {
        app(&self.engine, &self.identity, None)
    }

    pub async fn person(&self, handle: &str, role: Role) -> Someone {
        let new = NewPerson {
            handle: handle.to_owned(),
            name: handle.to_uppercase(),
            role,
        };
        let person = self.store.add_person(new).await.unwrap();
        let (_, secret) = self.identity.create_token("test", person.id).await.unwrap();
        Someone {
            person,
            token: secret.expose().clone(),
        }
    }

    /// An assistant that everyone may mention.
    pub async fn assistant(&self, handle: &str, owner: &Someone) -> String {
        let new = NewAssistant {
            handle: handle.to_owned(),
            name: handle.to_uppercase(),
            backend: "nobody".to_owned(),
            owner: owner.person.id,
        };
        let open = AssistantPatch {
            access: Some((Access::Everyone, Vec::new())),
            ..AssistantPatch::default()
        };
        let (assistant, _) = self.store.add_assistant(None, new).await.unwrap();
        self.store
            .change_assistant(owner.person.id, assistant.id, open)
            .await
            .unwrap();
        assistant.id.to_string()
    }

    /// Signs a person in: the cookie's value.
    pub async fn cookie(&self, who: &Someone) -> String {
        let link = self.identity.link_for(who.person.clone()).await.unwrap();
        let signed_in = self
            .identity
            .sign_in(link.secret.expose(), "test browser")
            .await
            .unwrap();
        signed_in.session.expose().clone()
    }

    pub async fn claim(&self) -> Option<Claimed> {
        let rules = switchboard_model::room::Caps {
            per_login: 100,
            per_person: 100,
        };
        self.store.claim("test", rules).await.unwrap()
    }

    pub async fn ask(&self, who: &Someone, method: &str, path: &str) -> Answer {
        self.send(
            self.request(Some(who), method, path)
                .body(Body::empty())
                .unwrap(),
        )
        .await
    }

    pub async fn tell(&self, who: &Someone, method: &str, path: &str, body: &Value) -> Answer {
        let request = self
            .request(Some(who), method, path)
            .header("content-type", "application/json");
        self.send(request.body(Body::from(body.to_string())).unwrap())
            .await
    }

    /// A read that must succeed.
    pub async fn get(&self, who: &Someone, path: &str) -> Value {
        let answer = self.ask(who, "GET", path).await;
        assert_eq!(answer.status, StatusCode::OK, "GET {path}: {}", answer.body);
        answer.body
    }

    /// Opens a thread.
    pub async fn thread(&self, who: &Someone, body: &Value) -> ThreadId {
        let answer = self.tell(who, "POST", "/api/threads", body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        answer.body["id"].as_str().unwrap().parse().unwrap()
    }

    /// Posts a message.
    pub async fn say(&self, who: &Someone, thread: ThreadId, text: &str) -> Value {
        let path = format!("/api/threads/{thread}/messages");
        let answer = self
            .tell(who, "POST", &path, &json!({ "text": text }))
            .await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        answer.body
    }

    /// A request that the gate lets pass.
    pub fn request(
        &self,
        who: Option<&Someone>,
        method: &str,
        path: &str,
    ) -> axum::http::request::Builder {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", self.host);
        match who {
            Some(who) => request.header("authorization", format!("Bearer {}", who.token)),
            None => request,
        }
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let text = || Value::String(String::from_utf8_lossy(&bytes).into_owned());
        let body = if bytes.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&bytes).unwrap_or_else(|_| text())
        };
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }
}

fn app(engine: &Engine, identity: &Identity, public_url: Option<&str>) -> App {
    App {
        engine: engine.clone(),
        identity: identity.clone(),
        settings: Settings {
            listen: "127.0.0.1:4747".parse().unwrap(),
            public_url: public_url.map(|url| url.parse().unwrap()),
            demo: false,
            workspace: "Test".to_owned(),
            version: "0.0.0".to_owned(),
        },
        doctor: Arc::new(|scope| {
            let check = Check {
                code: "database.reachable".to_owned(),
                group: CheckGroup::Storage,
                state: CheckState::Ok,
                title: "Database".to_owned(),
                said: format!("looked at {scope:?}"),
                fix: None,
                outcome: None,
                assistant: None,
            };
            Box::pin(async { Ok(Report::new(1, vec![check], Vec::new())) })
        }),
    }
}

impl Answer {
    /// The code of a refusal.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
}
