//! Assistants managed over HTTP: who may, what makes sense, and what of it is shown to whom.

use serde_json::{Value, json};
use switchboard_model::person::Role;

use crate::house::{Answer, House};

fn answered(answer: &Answer) -> (u16, &str) {
    // An assistant that is well has a code too, when something else is wrong with it.
    let code = if answer.status.is_success() {
        ""
    } else {
        answer.code()
    };
    (answer.status.as_u16(), code)
}

#[tokio::test]
async fn its_owner_and_admins_change_an_assistant_and_others_see_less_of_it() {
    let house = House::new().await;
    let (root, mara, kim) = (
        house.person("root", Role::Admin).await,
        house.person("mara", Role::Member).await,
        house.person("kim", Role::Member).await,
    );
    let id = house.assistant("helper", &mara).await;
    let path = format!("/api/assistants/{id}");
    let named = json!({ "access": "named", "people": [kim.person.id.to_string()] });
    for (by, body, answer) in [
        (&kim, json!({ "enabled": false }), (403, "forbidden")),
        (&mara, json!({ "enabled": false }), (200, "")),
        (&root, json!({ "enabled": true }), (200, "")),
        (&mara, json!({ "access": "named" }), (422, "invalid")),
        (
            &mara,
            json!({ "access": "everyone", "people": [kim.person.id.to_string()] }),
            (422, "invalid"),
        ),
        (
            &mara,
            json!({ "access": "named", "people": [id] }),
            (422, "invalid"),
        ),
        (
            &mara,
            json!({ "access": "named", "people": ["kim"] }),
            (422, "invalid"),
        ),
        (&mara, named, (200, "")),
        (
            &mara,
            json!({ "limits": { "mention_s": 0 } }),
            (422, "invalid"),
        ),
        (
            &mara,
            json!({ "limits": { "mention_s": 86_401 } }),
            (422, "invalid"),
        ),
        (
            &mara,
            json!({ "limits": { "mention_s": 60, "idle_s": null } }),
            (200, ""),
        ),
        (&mara, json!({ "owner": "kim" }), (422, "invalid")),
    ] {
        let told = house.tell(by, "PATCH", &path, &body).await;
        assert_eq!(answered(&told), answer, "{}: {body}", by.person.handle);
    }
    let seen = |list: Value| list["items"][0].clone();
    let limits = json!({ "mention_s": 60, "direct_s": null, "idle_s": null });
    for who in [&mara, &root] {
        let helper = seen(house.get(who, "/api/assistants").await);
        assert_eq!(helper["people"][0]["handle"], "kim");
        assert_eq!(
            (&helper["access"], &helper["limits"]),
            (&json!("named"), &limits)
        );
    }
    let helper = seen(house.get(&kim, "/api/assistants").await);
    assert_eq!(helper.get("people"), None);
    let actions = house.get(&root, "/api/audit?action=assistant").await;
    let actions: Vec<_> = actions["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|note| {
            format!(
                "{} {}",
                note["action"].as_str().unwrap(),
                note["detail"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(
        actions[..4],
        [
            "assistant.limits mention 60 s, direct default, idle default",
            "assistant.access named @kim",
            "assistant.enable ",
            "assistant.disable ",
        ]
    );
}

#[tokio::test]
async fn a_secret_is_shown_once_and_a_new_one_to_who_may_ask() {
    let house = House::new().await;
    let (mara, kim) = (
        house.person("mara", Role::Member).await,
        house.person("kim", Role::Member).await,
    );
    let id = house.assistant("helper", &mara).await;
    let path = format!("/api/assistants/{id}/rotate");
    assert_eq!(
        answered(&house.ask(&kim, "POST", &path).await),
        (403, "forbidden")
    );
    let (first, second) = (
        house.ask(&mara, "POST", &path).await.body,
        house.ask(&mara, "POST", &path).await.body,
    );
    for pair in [&first, &second] {
        assert!(pair["client_secret"].as_str().unwrap().starts_with("sbc_"));
        assert!(pair["client_id"].as_str().unwrap().starts_with("client_"));
    }
    assert_ne!(first["client_secret"], second["client_secret"]);
    let listed = house.get(&mara, "/api/assistants").await.to_string();
    assert!(!listed.contains("sbc_"));
}

#[tokio::test]
async fn what_cannot_be_registered_is_refused_by_name() {
    let house = House::new().await;
    let (root, kim) = (
        house.person("root", Role::Admin).await,
        house.person("kim", Role::Member).await,
    );
    let body = json!({ "handle": "nobody" });
    let told = house.tell(&kim, "POST", "/api/assistants", &body).await;
    assert_eq!(answered(&told), (403, "forbidden"));
    let told = house.tell(&root, "POST", "/api/assistants", &body).await;
    assert_eq!(answered(&told), (422, "invalid"));
    let available = house.get(&root, "/api/assistants/available").await;
    assert_eq!(available["items"], json!([]), "no backend is in this house");
    let told = house.ask(&kim, "GET", "/api/assistants/available").await;
    assert_eq!(answered(&told), (403, "forbidden"));
}

#[tokio::test]
async fn a_removed_assistant_is_gone_from_the_list_and_keeps_its_words() {
    let house = House::new().await;
    let (mara, kim) = (
        house.person("mara", Role::Member).await,
        house.person("kim", Role::Member).await,
    );
    let path = format!("/api/assistants/{}", house.assistant("helper", &mara).await);
    assert_eq!(
        answered(&house.ask(&kim, "DELETE", &path).await),
        (403, "forbidden")
    );
    assert_eq!(house.ask(&mara, "DELETE", &path).await.status, 204);
    assert_eq!(
        house.get(&mara, "/api/assistants").await["items"],
        json!([])
    );
    assert_eq!(
        answered(&house.ask(&mara, "DELETE", &path).await),
        (404, "not_found")
    );
    let told = house
        .tell(&mara, "PATCH", &path, &json!({ "enabled": true }))
        .await;
    assert_eq!(answered(&told), (404, "not_found"));
}
