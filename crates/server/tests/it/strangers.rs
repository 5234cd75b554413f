//! What you may not see is "not found": every route with an id, asked by those who are not in the thread.

use serde_json::{Value, json};
use switchboard_model::{approval::Asking, person::Role};
use switchboard_server::all_routes;

use crate::house::House;

#[tokio::test]
async fn who_is_not_in_a_thread_is_told_404_on_every_route_with_an_id() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Member).await;
    let outsiders = [
        house.person("kim", Role::Member).await,
        house.person("root", Role::Admin).await,
    ];
    house.assistant("helper", &mara).await;
    let thread = house
        .thread(&mara, &json!({ "title": "secret plans" }))
        .await;
    let posted = house.say(&mara, thread, "@helper hello").await;
    let turn = posted["turns"][0]["id"].as_str().unwrap().to_owned();
    let claimed = house.claim().await.unwrap();
    let asking = Asking {
        key: "1".to_owned(),
        kind: "command".to_owned(),
        body: "{}".to_owned(),
        offered: vec!["accept".to_owned()],
    };
    let question = house
        .store
        .ask(claimed.turn.id, claimed.fence, asking)
        .await
        .unwrap()
        .unwrap();
    let session = {
        house.cookie(&mara).await;
        house.identity.sessions(mara.person.id).await.unwrap()[0].id
    };
    let token = house.identity.tokens(mara.person.id).await.unwrap()[0].id;

    let mut asked = 0;
    for (method, path) in all_routes()
        .into_iter()
        .filter(|(_, path)| path.contains("{id}"))
    {
        let id = match path.split('/').nth(2).unwrap() {
            "threads" => thread.to_string(),
            "turns" => turn.clone(),
            "questions" => question.id.to_string(),
            "sessions" => session.to_string(),
            "tokens" => token.to_string(),
            // Everyone sees who and what is there; what they may do is told in `people`.
            "people" | "assistants" => continue,
            other => panic!("a noun without a row in this test: {other}"),
        };
        let body = match (method.as_str(), path) {
            ("POST", "/api/threads/{id}/messages") => json!({ "text": "let me in" }),
            ("POST", "/api/threads/{id}/members") => json!({ "person": "kim" }),
            ("POST", "/api/questions/{id}/decide") => json!({ "choice": "accept" }),
            _ => Value::Null,
        };
        for outsider in &outsiders {
            let at = path
                .replace("{id}", &id)
                .replace("{person}", &mara.person.id.to_string());
            let answer = match &body {
                Value::Null => house.ask(outsider, method.as_str(), &at).await,
                body => house.tell(outsider, method.as_str(), &at, body).await,
            };
            let who = &outsider.person.handle;
            assert_eq!(
                (answer.status.as_u16(), answer.code()),
                (404, "not_found"),
                "{who}: {method} {path}"
            );
            assert!(!answer.body.to_string().contains("secret plans"));
            asked += 1;
        }
    }
    assert!(asked >= 24, "only {asked} asked");

    let thread_now = house.get(&mara, &format!("/api/threads/{thread}")).await;
    assert_eq!(thread_now["title"], "secret plans");
    assert_eq!(thread_now["state"], "needs_you");
    for outsider in &outsiders {
        assert_eq!(
            house.get(outsider, "/api/threads").await["items"],
            json!([])
        );
    }
}

#[tokio::test]
async fn the_audit_is_for_admins() {
    let house = House::new().await;
    let (kim, root) = (
        house.person("kim", Role::Member).await,
        house.person("root", Role::Admin).await,
    );
    assert_eq!(
        house.ask(&kim, "GET", "/api/audit").await.status.as_u16(),
        403
    );
    let thread = house.thread(&root, &json!({})).await;
    house
        .ask(&root, "DELETE", &format!("/api/threads/{thread}"))
        .await;
    let notes = house.get(&root, "/api/audit").await;
    assert_eq!(notes["items"][0]["action"], "thread.delete");
    assert_eq!(notes["items"][0]["actor"]["handle"], "root");
}
