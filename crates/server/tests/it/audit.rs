//! The audit in pages: complete, in order, and filtered.

use std::collections::BTreeSet;

use serde_json::json;
use switchboard_model::person::Role;

use crate::house::House;

#[tokio::test]
async fn pages_of_the_audit_have_every_note_once_newest_first() {
    let house = House::new().await;
    let root = house.person("root", Role::Admin).await;
    for number in 0..25 {
        let body = json!({ "name": format!("Person {number}") });
        house.tell(&root, "POST", "/api/people", &body).await;
    }
    let (mut seen, mut before, mut pages) = (Vec::new(), None::<String>, 0);
    loop {
        let from = before
            .map(|cursor| format!("&before={cursor}"))
            .unwrap_or_default();
        let page = house
            .get(
                &root,
                &format!("/api/audit?limit=7&action=person.invite{from}"),
            )
            .await;
        pages += 1;
        for note in page["items"].as_array().unwrap() {
            seen.push((
                note["at"].as_i64().unwrap(),
                note["id"].as_str().unwrap().to_owned(),
            ));
        }
        match page["next"].as_str() {
            Some(next) => before = Some(next.to_owned()),
            None => break,
        }
    }
    assert_eq!((seen.len(), pages), (25, 4));
    assert!(seen.is_sorted_by(|newer, older| newer > older));
    let once: BTreeSet<_> = seen.iter().collect();
    assert_eq!(once.len(), 25);
}

#[tokio::test]
async fn the_audit_is_filtered_by_action_noun_and_person() {
    let house = House::new().await;
    let (root, kim) = (
        house.person("root", Role::Admin).await,
        house.person("kim", Role::Member).await,
    );
    let path = format!("/api/people/{}", kim.person.id);
    house
        .tell(&kim, "PATCH", &path, &json!({ "name": "Kim" }))
        .await;
    house
        .tell(&root, "PATCH", &path, &json!({ "role": "admin" }))
        .await;
    house
        .tell(&root, "POST", "/api/people", &json!({ "name": "Ann" }))
        .await;
    let actions = async |filter: &str| {
        let page = house.get(&root, &format!("/api/audit?{filter}")).await;
        let notes = page["items"].as_array().unwrap().clone();
        let actions = notes
            .iter()
            .map(|note| note["action"].as_str().unwrap().to_owned());
        actions.collect::<Vec<_>>()
    };
    assert_eq!(
        actions("action=person").await,
        ["person.invite", "person.role", "person.rename"]
    );
    assert_eq!(actions("action=person.role").await, ["person.role"]);
    assert_eq!(actions("action=perso").await, Vec::<String>::new());
    assert_eq!(actions("action=PERSON").await, Vec::<String>::new());
    let of_kim = format!("action=person&person={}", kim.person.id);
    assert_eq!(actions(&of_kim).await, ["person.role", "person.rename"]);
    for wrong in ["before=x", "before=1.x", "person=kim", "limit=x", "who=kim"] {
        let answer = house
            .ask(&root, "GET", &format!("/api/audit?{wrong}"))
            .await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (400, "invalid"),
            "{wrong}"
        );
    }
}
