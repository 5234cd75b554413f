//! Joining and leaving threads, and what those who listen hear of it.

use serde_json::{Value, json};
use switchboard_model::person::Role;

use crate::{
    follower::Events,
    house::{Answer, House, Someone},
};

fn answered(answer: &Answer) -> (u16, &str) {
    (answer.status.as_u16(), answer.code())
}

fn handles(members: &Value) -> Vec<&str> {
    let members = members["members"].as_array().unwrap();
    let handles = members.iter().map(|member| member["handle"].as_str());
    handles.map(Option::unwrap).collect()
}

#[tokio::test]
async fn who_takes_whom_out_of_a_thread() {
    let house = House::new().await;
    let mut people = Vec::new();
    for (handle, role) in [
        ("mara", Role::Member),
        ("kim", Role::Member),
        ("ines", Role::Member),
        ("root", Role::Admin),
        ("boss", Role::Admin),
    ] {
        people.push(house.person(handle, role).await);
    }
    let [mara, kim, ines, root, boss] = &people[..] else {
        unreachable!()
    };
    let thread = house.thread(mara, &json!({})).await;
    let path = format!("/api/threads/{thread}/members");
    for handle in ["kim", "ines", "root"] {
        let added = house
            .tell(mara, "POST", &path, &json!({ "person": handle }))
            .await;
        assert_eq!(added.status, 201);
    }
    let at = |who: &Someone| format!("{path}/{}", who.person.id);
    for (by, whom, answer) in [
        (kim, ines, (403, "forbidden")),
        (kim, mara, (403, "forbidden")),
        (boss, kim, (404, "not_found")),
        (mara, boss, (404, "not_found")),
        (kim, kim, (204, "")),
        (kim, kim, (404, "not_found")),
        (mara, ines, (204, "")),
        (root, mara, (204, "")),
        (root, root, (409, "last_member")),
        (mara, mara, (404, "not_found")),
    ] {
        let told = house.ask(by, "DELETE", &at(whom)).await;
        let (by, whom) = (&by.person.handle, &whom.person.handle);
        assert_eq!(answered(&told), answer, "{by} takes {whom} out");
    }
    let notes = house.get(root, "/api/audit?action=thread&limit=3").await;
    let notes: Vec<_> = notes["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|note| {
            let of = |who: &str| note[who]["handle"].as_str().unwrap().to_owned();
            (
                note["action"].as_str().unwrap().to_owned(),
                of("actor"),
                of("whom"),
            )
        })
        .collect();
    let note = |action: &str, by: &str, whom: &str| (action.into(), by.into(), whom.into());
    assert_eq!(
        notes,
        [
            note("thread.remove", "root", "mara"),
            note("thread.remove", "mara", "ines"),
            note("thread.leave", "kim", "kim"),
        ]
    );
}

#[tokio::test]
async fn those_in_a_thread_hear_who_is_in_it_and_who_left_hears_that_it_is_gone() {
    let house = House::new().await;
    let (mara, kim) = (
        house.person("mara", Role::Member).await,
        house.person("kim", Role::Member).await,
    );
    let thread = house.thread(&mara, &json!({})).await;
    let (mut stays, mut goes) = (
        Events::open(&house, &mara, None).await,
        Events::open(&house, &kim, None).await,
    );
    stays.until("ready").await;
    goes.until("ready").await;
    let path = format!("/api/threads/{thread}/members");
    house
        .tell(&mara, "POST", &path, &json!({ "person": "kim" }))
        .await;
    assert_eq!(handles(&stays.until("members").await.data), ["kim", "mara"]);
    let roster = goes.until("members").await;
    assert_eq!(
        (handles(&roster.data), roster.id),
        (vec!["kim", "mara"], None)
    );
    assert_eq!(
        goes.until("reset").await.data["thread_id"],
        thread.to_string()
    );

    house
        .ask(&kim, "DELETE", &format!("{path}/{}", kim.person.id))
        .await;
    assert_eq!(handles(&stays.until("members").await.data), ["mara"]);
    house
        .thread(&kim, &json!({ "title": "a thread of one's own" }))
        .await;
    loop {
        let event = goes.next().await.unwrap();
        match event.name.as_str() {
            "members" => assert_ne!(event.data["thread_id"], thread.to_string()),
            "thread" => break assert_eq!(event.data["title"], "a thread of one's own"),
            _ => {}
        }
    }
}

#[tokio::test]
async fn a_thread_that_is_opened_to_all_says_once_who_is_in_it() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Member).await;
    for number in 0..10 {
        house.person(&format!("p{number}"), Role::Member).await;
    }
    let thread = house.thread(&mara, &json!({})).await;
    let mut events = Events::open(&house, &mara, None).await;
    events.until("ready").await;
    let path = format!("/api/threads/{thread}");
    house
        .tell(&mara, "PATCH", &path, &json!({ "visibility": "open" }))
        .await;
    let mut told = 0;
    loop {
        let event = events.next().await.unwrap();
        told += usize::from(event.name == "members");
        if event.name == "thread" && event.data["visibility"] == "open" {
            break;
        }
    }
    assert_eq!(told, 1);
}
