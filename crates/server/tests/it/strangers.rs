//! Every route, asked by everyone there is: what one may not see is "not found", what one may see and
//! not do is refused, and nothing of a private thread ever reaches those outside. A route that is not in
//! the table fails the test.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Body;
use serde_json::{Value, json};
use switchboard_model::{
    approval::Asking,
    outcome::{Failure, OutcomeCode},
    person::Role,
    turn::Outcome,
};
use switchboard_server::all_routes;
use tower::ServiceExt;

use crate::house::{House, Someone};

/// Stands in the private thread's title, messages and files, and nowhere else.
const SECRET: &str = "xyzzy";

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    /// Nobody we know.
    Anonymous,
    /// Somebody of the workspace who is not in the thread.
    Stranger,
    /// In the thread.
    Member,
    /// Who opened the thread, asked what runs in it, and has the session, token, queue and files.
    Opener,
    /// Who owns the assistant, and is not in the thread.
    Owner,
    /// An admin who is not in the thread.
    Admin,
    /// With the token of somebody who was removed.
    Removed,
    /// With a token of the opener's that was revoked.
    Revoked,
}

const EVERYONE: [Who; 8] = [
    Who::Anonymous,
    Who::Stranger,
    Who::Member,
    Who::Opener,
    Who::Owner,
    Who::Admin,
    Who::Removed,
    Who::Revoked,
];

/// For whom, the status they get, the route, what its id stands for or its query, and what is sent. Words
/// in capitals are things of the world; a body that is no JSON is sent as it is. It is asked in this
/// order by each, so what takes something away comes last.
const TABLE: &str = r#"
anybody    -   GET    /healthz                              -           -
anybody    -   GET    /api/openapi.json                     -           -
anybody    -   POST   /api/session                          -           {}
anybody    -   GET    /                                     -           -
anybody    -   GET    /chat                                 -           -
anybody    -   GET    /chat/{*rest}                         -           -
anybody    -   GET    /sign-in                              -           -
anybody    -   GET    /settings                             -           -
anybody    -   GET    /settings/{*rest}                     -           -
anybody    -   GET    /approvals                            -           -
anybody    -   GET    /turns                                -           -
anybody    -   GET    /administration/{*rest}               -           -
anybody    -   GET    /assets/{*file}                       -           -
anybody    -   GET    /{file}                               -           -
all        200 GET    /metrics                              -           -
all        200 GET    /api/session                          -           -
all        200 GET    /api/sessions                         -           -
all        200 GET    /api/tokens                           -           -
all        201 POST   /api/tokens                           -           {"name":"x"}
all        200 GET    /api/people                           -           -
admins     201 POST   /api/people                           -           {"name":"New"}
themselves 200 PATCH  /api/people/{id}                      OPENER      {"name":"x"}
admins     201 POST   /api/people/{id}/link                 OPENER      -
all        200 GET    /api/assistants                       -           -
admins     422 POST   /api/assistants                       -           {"handle":"nobody"}
admins     200 GET    /api/assistants/available             -           -
owner      200 PATCH  /api/assistants/{id}                  ASSISTANT   {"enabled":true}
owner      200 POST   /api/assistants/{id}/rotate           ASSISTANT   -
all        200 GET    /api/assistants/{id}/mcp-servers      ASSISTANT   -
all        422 POST   /api/assistants/{id}/mcp-servers      ASSISTANT   {"name":"x","transport":{"type":"http","url":"https://a.bc"}}
all        404 PATCH  /api/assistants/{id}/mcp-servers/{name} ASSISTANT {"enabled":true}
all        404 POST   /api/assistants/{id}/mcp-servers/{name}/test ASSISTANT -
all        404 POST   /api/assistants/{id}/mcp-servers/{name}/login ASSISTANT -
all        404 POST   /api/assistants/{id}/mcp-servers/{name}/login/paste ASSISTANT {"url":"x"}
all        404 DELETE /api/assistants/{id}/mcp-servers/{name}/login ASSISTANT -
all        404 DELETE /api/assistants/{id}/mcp-servers/{name} ASSISTANT -
all        200 POST   /api/mentions                         -           {"text":"@helper"}
all        200 GET    /api/threads                          -           -
all        201 POST   /api/threads                          -           {}
inside     200 GET    /api/threads/{id}                     THREAD      -
inside     200 PATCH  /api/threads/{id}                     THREAD      {"title":"xyzzy again"}
inside     200 PUT    /api/threads/{id}/read                THREAD      {"seq":1}
inside     200 GET    /api/threads/{id}/members             THREAD      -
inside     201 POST   /api/threads/{id}/members             THREAD      {"person":"GUEST"}
inside     200 GET    /api/threads/{id}/messages            THREAD      -
inside     201 POST   /api/threads/{id}/messages            THREAD      {"text":"let me in"}
inside     200 GET    /api/threads/{id}/export              THREAD      -
inside     201 POST   /api/threads/{id}/fork                THREAD      {"message":"MESSAGE"}
inside     404 POST   /api/threads/{id}/fork                THREAD      {"message":"TURN"}
alone      404 POST   /api/threads/{id}/fork                FORK        {"message":"MESSAGE"}
alone      200 GET    /api/threads/{id}/carried             FORK        -
inside     404 GET    /api/threads/{id}/carried             THREAD      -
inside     200 GET    /api/threads/{id}/queue               THREAD      -
inside     201 POST   /api/threads/{id}/queue               THREAD      {"text":"later"}
inside     200 PATCH  /api/threads/{id}/queue               THREAD      {"order":[]}
alone      200 GET    /api/threads/{id}/queue/{queued}      THREAD      -
alone      200 PATCH  /api/threads/{id}/queue/{queued}      THREAD      {"text":"soon"}
alone      204 DELETE /api/threads/{id}/queue/{queued}      THREAD      -
alone      200 PATCH  /api/queue/{id}                       QUEUED      {"text":"sooner"}
alone      409 POST   /api/queue/{id}/steer                 QUEUED      -
alone      201 POST   /api/queue/{id}/send                  QUEUED      -
alone      204 DELETE /api/queue/{id}                       WAITING     -
inside     204 DELETE /api/threads/{id}/queue               THREAD      -
opener     200 PATCH  /api/messages/{id}                    MESSAGE     {"text":"xyzzy, better"}
opener     201 POST   /api/messages/{id}/resend             MESSAGE     {"text":"xyzzy, once more"}
all        200 GET    /api/search                           ?q=xyzzy    -
inside     200 GET    /api/search                           ?q=x&thread=THREAD -
all        201 POST   /api/attachments                      ?name=x.txt words in a file
alone      200 GET    /api/attachments/{id}                 FILE        -
inside     200 GET    /api/attachments/{id}                 POSTED      -
alone      204 DELETE /api/attachments/{id}                 FILE        -
all        200 GET    /api/turns                            -           -
all        200 GET    /api/turns                            ?state=running -
all        200 GET    /api/turns                            ?state=failed&mine=true -
inside     200 GET    /api/turns/{id}                       TURN        -
inside     200 GET    /api/turns/{id}/items                 TURN        -
opener     200 GET    /api/turns/{id}/raw                   TURN        -
inside     201 POST   /api/turns/{id}/retry                 FAILED      -
all        200 GET    /api/approvals                        -           -
all        200 GET    /api/approvals                        ?state=settled -
opener     200 POST   /api/approvals/{id}                   QUESTION    {"decision":"accept"}
opener     409 POST   /api/turns/{id}/steer                 TURN        {"text":"xyzzy, and quickly"}
inside     200 POST   /api/turns/{id}/cancel                TURN        -
all        200 GET    /api/events                           -           -
inside     204 POST   /api/presence                         -           {"thread_id":"THREAD","typing":true}
all        200 GET    /api/doctor                           -           -
all        200 GET    /api/folders                          -           -
all        200 GET    /api/models                           -           -
all        200 GET    /api/backends                         -           -
admins     200 PATCH  /api/backends                         -           {"codex":true}
all        404 GET    /api/backends/{id}                    nobody      -
admins     404 PATCH  /api/backends/{id}                    nobody      {"enabled":"auto"}
admins     404 GET    /api/backends/{id}/threads            nobody      -
admins     404 POST   /api/backends/{id}/test               nobody      -
admins     404 POST   /api/backends/{id}/refresh            nobody      -
admins     404 POST   /api/backends/{id}/login              nobody      {"method":"device"}
admins     404 POST   /api/backends/{id}/login/paste        nobody      {"url":"x"}
admins     404 DELETE /api/backends/{id}/login              nobody      -
admins     404 POST   /api/backends/{id}/logout             nobody      -
admins     200 GET    /api/audit                            -           -
alone      204 DELETE /api/sessions/{id}                    SESSION     -
alone      204 DELETE /api/tokens/{id}                      TOKEN       -
opener     204 DELETE /api/threads/{id}/members/{person}    THREAD      -
opener     204 DELETE /api/threads/{id}                     THREAD      -
owner      204 DELETE /api/assistants/{id}                  ASSISTANT   -
admins     204 DELETE /api/people/{id}                      GUEST       -
all        204 DELETE /api/session                          -           -
"#;

/// A row of the table.
struct Row {
    rule: &'static str,
    status: u16,
    method: &'static str,
    path: &'static str,
    of: &'static str,
    body: &'static str,
}

fn table() -> impl Iterator<Item = Row> {
    TABLE.trim().lines().map(|line| {
        let mut rest = line;
        let mut word = || {
            let (word, after) = rest.split_once(' ').unwrap();
            rest = after.trim_start();
            word
        };
        let (rule, status, method, path, of) = (word(), word(), word(), word(), word());
        let said = |word: &'static str| if word == "-" { "" } else { word };
        Row {
            rule,
            status: status.parse().unwrap_or_default(),
            method,
            path,
            of: said(of),
            body: said(rest),
        }
    })
}

impl Row {
    /// What somebody gets; `None` where anybody gets something, whoever they are.
    fn status(&self, who: Who) -> Option<u16> {
        use Who::{Admin, Anonymous, Member, Opener, Owner, Removed, Revoked};
        if self.rule == "anybody" {
            return None;
        }
        if matches!(who, Anonymous | Removed | Revoked) {
            return Some(401);
        }
        Some(match (self.rule, who) {
            // Everyone of the workspace.
            ("all", _)
            // Those in the thread; to all others it does not exist.
            | ("inside", Member | Opener)
            // The opener, and to all others it does not exist; or others in the thread see it.
            | ("alone" | "opener", Opener)
            // These and admins; others know of it.
            | ("themselves", Opener | Admin)
            | ("owner", Owner | Admin)
            | ("admins", Admin) => self.status,
            ("opener", Member) | ("themselves" | "owner" | "admins", _) => 403,
            ("inside" | "alone" | "opener", _) => 404,
            (other, _) => panic!("a rule that is none: {other}"),
        })
    }
}

/// A house with a private thread, and everything in it that has an id.
struct World {
    house: House,
    callers: BTreeMap<Who, Option<Someone>>,
    things: BTreeMap<&'static str, String>,
}

impl World {
    async fn new() -> Self {
        let house = House::new().await;
        let mut callers = BTreeMap::from([(Who::Anonymous, None)]);
        for (who, handle, role) in [
            (Who::Stranger, "stranger", Role::Member),
            (Who::Member, "member", Role::Member),
            (Who::Opener, "opener", Role::Member),
            (Who::Owner, "owner", Role::Member),
            (Who::Admin, "admin", Role::Admin),
            (Who::Removed, "removed", Role::Admin),
        ] {
            callers.insert(who, Some(house.person(handle, role).await));
        }
        let caller = |who| callers[&who].clone().unwrap();
        let (opener, admin) = (caller(Who::Opener), caller(Who::Admin));
        let guest = house.person("guest", Role::Member).await;
        let mut things = BTreeMap::from([
            ("OPENER", opener.person.id.to_string()),
            ("GUEST", guest.person.id.to_string()),
            (
                "ASSISTANT",
                house.assistant("helper", &caller(Who::Owner)).await,
            ),
        ]);
        let thread = house.thread(&opener, &json!({ "title": SECRET })).await;
        things.insert("THREAD", thread.to_string());
        for who in [Who::Member, Who::Removed] {
            let body = json!({ "person": caller(who).person.handle });
            let path = format!("/api/threads/{thread}/members");
            house.tell(&opener, "POST", &path, &body).await;
        }
        things.extend(words(&house, &opener, &thread.to_string()).await);
        things.extend(work(&house, &opener, &thread.to_string()).await);
        house.cookie(&opener).await;
        let sessions = house.identity.sessions(opener.person.id).await.unwrap();
        things.insert("SESSION", sessions[0].id.to_string());
        let mut tokens = Vec::new();
        for name in ["one more", "soon revoked"] {
            let made = house.identity.create_token(name, opener.person.id);
            tokens.push(made.await.unwrap());
        }
        things.insert("TOKEN", tokens[0].0.id.to_string());
        let (revoked, secret) = &tokens[1];
        let at = format!("/api/tokens/{}", revoked.id);
        assert_eq!(house.ask(&opener, "DELETE", &at).await.status, 204);
        let with_it = Someone {
            token: secret.expose().clone(),
            ..opener
        };
        let at = format!("/api/people/{}", caller(Who::Removed).person.id);
        assert_eq!(house.ask(&admin, "DELETE", &at).await.status, 204);
        callers.insert(Who::Revoked, Some(with_it));
        Self {
            house,
            callers,
            things,
        }
    }

    fn filled(&self, text: &str) -> String {
        let mut text = text.to_owned();
        // Longer words first: one begins like another.
        for (word, thing) in self.things.iter().rev() {
            text = text.replace(word, thing);
        }
        text
    }

    /// The status and the body, which for an event stream is not waited for.
    async fn ask(&self, who: Who, row: &Row) -> (u16, String) {
        let (id, query) = if row.of.starts_with('?') {
            ("", row.of)
        } else {
            (row.of, "")
        };
        let at = row
            .path
            .replace("{id}", id)
            .replace("{person}", "GUEST")
            .replace("{queued}", "LATER")
            .replace("{*rest}", "x")
            .replace("{*file}", "x.js")
            .replace("{file}", "x.svg");
        let at = self.filled(&format!("{at}{query}"));
        let body = self.filled(row.body);
        let kind = match serde_json::from_str::<Value>(&body) {
            Ok(_) => "application/json",
            Err(_) => "text/plain",
        };
        let mut request = self
            .house
            .request(self.callers[&who].as_ref(), row.method, &at);
        if !body.is_empty() {
            request = request.header("content-type", kind);
        }
        let request = request.body(Body::from(body)).unwrap();
        if row.path == "/api/events" {
            let answer = self.house.router.clone().oneshot(request).await.unwrap();
            return (answer.status().as_u16(), String::new());
        }
        let answer = self.house.send(request).await;
        (answer.status.as_u16(), answer.body.to_string())
    }
}

type Things = Vec<(&'static str, String)>;

fn id_of(answer: &Value) -> String {
    answer["id"].as_str().unwrap().to_owned()
}

/// Messages, messages that wait, and files.
async fn words(house: &House, opener: &Someone, thread: &str) -> Things {
    let (posts, queue) = (
        format!("/api/threads/{thread}/messages"),
        format!("/api/threads/{thread}/queue"),
    );
    let mut files = Vec::new();
    for name in ["file.txt", "posted.txt"] {
        let request = house
            .request(
                Some(opener),
                "POST",
                &format!("/api/attachments?name={name}"),
            )
            .header("content-type", "text/plain");
        let body = Body::from(format!("{SECRET} in {name}"));
        files.push(id_of(&house.send(request.body(body).unwrap()).await.body));
    }
    let body = json!({ "text": format!("{SECRET} it is"), "attachments": [files[1]] });
    let posted = house.tell(opener, "POST", &posts, &body).await;
    assert_eq!(posted.status, 201, "{}", posted.body);
    let mut things = vec![
        ("FILE", files[0].clone()),
        ("POSTED", files[1].clone()),
        ("MESSAGE", id_of(&posted.body["message"])),
    ];
    let body = json!({ "message": id_of(&posted.body["message"]) });
    let at = format!("/api/threads/{thread}/fork");
    let fork = house.tell(opener, "POST", &at, &body).await;
    things.push(("FORK", id_of(&fork.body)));
    for name in ["QUEUED", "WAITING", "LATER"] {
        let body = json!({ "text": format!("{SECRET}, later") });
        let queued = house.tell(opener, "POST", &queue, &body).await;
        things.push((name, id_of(&queued.body)));
    }
    things
}

/// A turn that failed, and one that runs and asks.
async fn work(house: &House, opener: &Someone, thread: &str) -> Things {
    let thread = thread.parse().unwrap();
    house.say(opener, thread, "@helper go").await;
    let failed = house.claim().await.unwrap();
    let outcome = Outcome::Failed(Failure::new(OutcomeCode::TimedOut, "too slow"));
    let end = house.store.finish(failed.turn.id, failed.fence, outcome);
    end.await.unwrap();
    house.assistant("another", opener).await;
    house.say(opener, thread, "@another hello").await;
    let running = house.claim().await.unwrap();
    let asking = Asking {
        key: "1".to_owned(),
        kind: "command".to_owned(),
        body: json!({ "command": SECRET }).to_string(),
        offered: vec!["accept".to_owned()],
    };
    let question = house.store.ask(running.turn.id, running.fence, asking);
    let question = question.await.unwrap().unwrap();
    vec![
        ("FAILED", failed.turn.id.to_string()),
        ("TURN", running.turn.id.to_string()),
        ("QUESTION", question.id.to_string()),
    ]
}

#[test]
fn every_route_is_in_the_table_of_who_may_what() {
    let named: BTreeSet<_> = table().map(|row| (row.method, row.path)).collect();
    let routes = all_routes();
    let routed: BTreeSet<_> = routes.iter().map(|(m, path)| (m.as_str(), *path)).collect();
    assert_eq!(named, routed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_gets_of_every_route_what_is_theirs_and_no_more() {
    for who in EVERYONE {
        let world = World::new().await;
        for row in table() {
            let (status, body) = world.ask(who, &row).await;
            let about = format!("{who:?}: {} {}: {body}", row.method, row.path);
            match row.status(who) {
                Some(expected) => assert_eq!(status, expected, "{about}"),
                None => assert!(status != 401 && status < 500, "{status} {about}"),
            }
            // Those in the thread may read it.
            if !matches!(who, Who::Member | Who::Opener) {
                assert!(!body.contains(SECRET), "{about}");
            }
        }
    }
}

#[tokio::test]
async fn what_others_asked_for_has_changed_nothing() {
    let world = World::new().await;
    let member = world.callers[&Who::Member].clone().unwrap();
    let path = world.filled("/api/threads/THREAD");
    let seen = async || {
        let mut seen = world.house.get(&member, &path).await;
        let messages = world.house.get(&member, &format!("{path}/messages")).await;
        seen["messages"] = messages["items"].clone();
        seen["turns"] = messages["turns"].clone();
        seen
    };
    let before = seen().await;
    for who in [Who::Anonymous, Who::Stranger, Who::Removed, Who::Revoked] {
        for row in table() {
            world.ask(who, &row).await;
        }
    }
    assert_eq!(seen().await, before);
}
