//! The rules of a turn's items, one by one; whole recorded turns are replayed elsewhere. Here: which
//! turn is meant, what is late, what ends it.
#![expect(
    clippy::needless_pass_by_value,
    reason = "rows are written with json!, which makes values"
)]

use serde_json::json;
use switchboard_model::item::ItemEvent;

use super::*;

mod agents;
mod counts;
mod speech;
mod steps;

const CWD: &str = "/project";

/// A turn that has begun.
fn turn() -> Translator {
    let mut turn = Translator::new(Path::new(CWD));
    turn.begin("t1");
    turn
}

/// What comes of these, one line each.
fn told(turn: &mut Translator, said: &[(&str, Value)]) -> Vec<String> {
    said.iter()
        .flat_map(|(method, params)| {
            let mut params = params.clone();
            for (name, value) in [("threadId", "th1"), ("turnId", "t1")] {
                if params.get(name).is_none() && params.get("turn").is_none() {
                    params[name] = json!(value);
                }
            }
            turn.take(method, &params)
        })
        .map(|heard| line(&heard))
        .collect()
}

fn line(heard: &Heard) -> String {
    match heard {
        Heard::Item(ItemEvent::Put {
            key,
            body,
            text,
            status,
        }) => {
            let text = text
                .as_ref()
                .map_or(String::new(), |text| format!(" {text:?}"));
            format!("{} {key} {}{text}", status.as_str(), body.kind())
        }
        Heard::Item(ItemEvent::Of { key, agent }) => format!("{key} of {agent}"),
        Heard::Item(ItemEvent::Delta { key, text }) => format!("+ {key} {text:?}"),
        Heard::Ended(ended) => format!("ended {:?}", ended.status),
        Heard::Unseen(what) => format!("unseen {what}"),
        other => format!("{other:?}"),
    }
}

fn body(heard: &[Heard]) -> ItemBody {
    match heard {
        [Heard::Item(ItemEvent::Put { body, .. })] => body.clone(),
        other => panic!("{other:?}"),
    }
}

fn started(item: Value) -> (&'static str, Value) {
    ("item/started", json!({ "item": item }))
}

fn completed(item: Value) -> (&'static str, Value) {
    ("item/completed", json!({ "item": item }))
}

fn message(id: &str, text: &str) -> Value {
    json!({ "type": "agentMessage", "id": id, "text": text })
}

fn says(id: &str, delta: &str) -> (&'static str, Value) {
    (
        "item/agentMessage/delta",
        json!({ "itemId": id, "delta": delta }),
    )
}

fn ends(status: &str) -> (&'static str, Value) {
    (
        "turn/completed",
        json!({ "threadId": "th1", "turn": { "id": "t1", "status": status, "items": [] } }),
    )
}

fn command(status: &str, more: Value) -> Value {
    let mut item = json!({
        "type": "commandExecution", "id": "c", "command": "/bin/bash -lc ls", "cwd": "/project/a",
        "status": status, "aggregatedOutput": null, "exitCode": null, "durationMs": null,
    });
    for (name, value) in more.as_object().cloned().unwrap_or_default() {
        item[name] = value;
    }
    item
}

/// What is said, and what comes of it.
type Row<'a> = (&'a [(&'a str, Value)], &'a [&'a str]);

/// Rows of what is said and what comes of it, each with a turn of its own.
fn check(rows: &[Row]) {
    for (said, expected) in rows {
        assert_eq!(told(&mut turn(), said), *expected, "{said:?}");
    }
}

#[test]
fn a_retry_is_a_notice_and_only_the_last_error_counts() {
    let error = |message: &str, again: bool| {
        (
            "error",
            json!({ "error": { "message": message, "codexErrorInfo": "other", "additionalDetails": "why" }, "willRetry": again }),
        )
    };
    let mut turn = turn();
    assert_eq!(
        told(
            &mut turn,
            &[
                error("Reconnecting... 1/5", true),
                error("Reconnecting... 2/5", true),
                error("gone", false),
            ]
        ),
        [
            "done retry notice \"Reconnecting... 1/5 (why)\"",
            "done retry notice \"Reconnecting... 2/5 (why)\"",
        ]
    );
    let gone = TurnError {
        message: "gone".into(),
        info: json!("other"),
        details: Some("why".into()),
    };
    assert_eq!(turn.failure(), Some(&gone));
    let (method, params) = ends("failed");
    assert_eq!(
        turn.take(method, &params),
        [Heard::Ended(Ended {
            status: EndStatus::Failed,
            error: Some(gone)
        })]
    );
    // A turn that ends well in spite of it says so.
    check(&[(
        &[error("gone", false), ends("completed")],
        &["done notice-1 notice \"error: gone\"", "ended Completed"],
    )]);
}

#[test]
fn an_end_closes_all_but_commands_that_go_on_and_comes_once() {
    let open = [
        started(message("m", "")),
        says("m", "a"),
        started(command("inProgress", json!({}))),
        started(json!({ "type": "hologram", "id": "x", "w": 3 })),
    ];
    for (how, text) in [
        ("completed", "done"),
        ("interrupted", "cut"),
        ("failed", "cut"),
    ] {
        let mut turn = turn();
        told(&mut turn, &open);
        let lines = told(&mut turn, &[ends(how), ends(how)]);
        assert_eq!(lines[..2], [format!("{text} m text"), "cut x other".into()]);
        assert_eq!(lines.len(), 3, "{lines:?}");
        assert_eq!(turn.late(), ["c"]);
        let closed: Vec<String> = turn.close_late().iter().map(line).collect();
        assert_eq!(closed, ["cut c command"]);
        assert_eq!((turn.late().len(), turn.close_late()), (0, Vec::new()));
    }
}

#[test]
fn a_command_that_we_end_did_not_fail_and_one_that_ends_first_ends_as_it_does() {
    for (status, code, ended) in [
        ("failed", -1, (ItemStatus::Cut, None)),
        ("completed", 0, (ItemStatus::Done, Some(0))),
    ] {
        let mut turn = turn();
        told(
            &mut turn,
            &[started(command("inProgress", json!({}))), ends("completed")],
        );
        turn.sweep();
        let (method, mut params) = completed(command(status, json!({ "exitCode": code })));
        params["turnId"] = json!("t1");
        let heard = turn.take(method, &params);
        let [Heard::Item(ItemEvent::Put { body, status, .. })] = &heard[..] else {
            panic!("{heard:?}");
        };
        let ItemBody::Command { exit_code, .. } = body else {
            panic!("{body:?}");
        };
        assert_eq!((*status, *exit_code), ended);
        assert_eq!(turn.late().len(), 0);
    }
}

#[test]
fn late_words_about_a_known_item_count_and_those_of_another_turn_do_not() {
    let mut turn = turn();
    let late = |item: &str, turn: &str| {
        (
            "item/commandExecution/outputDelta",
            json!({ "itemId": item, "turnId": turn, "delta": "late" }),
        )
    };
    let lines = told(
        &mut turn,
        &[
            started(command("inProgress", json!({}))),
            ends("completed"),
            late("c", "t1"),
            late("c", "t0"),
            late("of an earlier turn", "t0"),
            completed(command("completed", json!({ "exitCode": 0 }))),
        ],
    );
    assert_eq!(
        lines,
        [
            "open c command",
            "ended Completed",
            "+ c \"late\"",
            "+ c \"late\"",
            "done c command",
        ]
    );
    let elsewhere = [
        (
            "warning",
            json!({ "threadId": "th2", "message": "not ours" }),
        ),
        (
            "turn/completed",
            json!({ "threadId": "th1", "turn": { "id": "t0", "status": "completed" } }),
        ),
        (
            "item/started",
            json!({ "threadId": "th2", "turnId": "t9", "item": message("m", "x") }),
        ),
    ];
    assert_eq!(told(&mut turn, &elsewhere), [""; 0]);
}

#[test]
fn before_a_turn_has_a_name_what_did_not_begin_here_is_an_earlier_turns() {
    let mut turn = Translator::new(Path::new(CWD));
    let lines = told(
        &mut turn,
        &[
            (
                "item/commandExecution/outputDelta",
                json!({ "itemId": "old", "delta": "late" }),
            ),
            completed(command("completed", json!({ "exitCode": 0 }))),
            started(message("m", "")),
            says("m", "ours"),
        ],
    );
    assert_eq!(lines, ["open m text", "+ m \"ours\""]);
}

#[test]
fn a_review_has_a_turn_of_its_own_within_the_turn() {
    let mut turn = Translator::new(Path::new(CWD));
    let begin = json!({ "threadId": "th1", "turn": { "id": "inner", "rootTurnId": "t1" } });
    let review = |kind: &str, words: &str| json!({ "type": kind, "id": kind, "review": words });
    let lines = told(
        &mut turn,
        &[
            ("turn/started", begin.clone()),
            completed(review("enteredReviewMode", "the last commit")),
            ("turn/completed", begin),
            completed(review("exitedReviewMode", "looks good")),
            ends("completed"),
        ],
    );
    assert_eq!(
        lines,
        [
            "done enteredReviewMode notice \"review_started: the last commit\"",
            "done exitedReviewMode notice \"review_ended: looks good\"",
            "ended Completed",
        ]
    );
}

#[test]
fn nothing_with_content_is_lost() {
    check(&[
        (
            &[completed(
                json!({ "type": "hologram", "id": "x", "w": 3, "startedAtMs": 1 }),
            )],
            &["done x other \"{\\\"w\\\":3}\""],
        ),
        (
            &[("turn/sparkled", json!({ "x": 1 }))],
            &["unseen turn/sparkled"],
        ),
        (
            &[("item/started", json!({}))],
            &["unseen an item without a name"],
        ),
        (&[("account/updated", json!({}))], &["Account"]),
    ]);
    for method in notices::UNDRAWN {
        let lines = told(&mut turn(), &[(method, json!({}))]);
        assert_eq!(lines, [format!("unseen {method}")]);
    }
    for method in notices::CHATTER {
        assert_eq!(
            told(&mut turn(), &[(method, json!({}))]),
            [""; 0],
            "{method}"
        );
    }
}

#[test]
fn nonsense_is_survived() {
    for method in [
        "item/started",
        "turn/completed",
        "error",
        "hook/started",
        "turn/plan/updated",
    ] {
        for params in [
            json!(null),
            json!([]),
            json!("x"),
            json!({ "item": 5, "turn": [], "run": "", "error": 1 }),
        ] {
            turn().take(method, &params);
        }
    }
}
