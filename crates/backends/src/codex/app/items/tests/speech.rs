//! What the assistant says and thinks.

use super::*;

#[test]
fn speech_grows_and_is_replaced_by_the_whole() {
    check(&[
        (
            &[
                started(message("m", "")),
                says("m", "he"),
                says("m", "llo"),
                completed(message("m", "hello!")),
            ],
            &[
                "open m text",
                "+ m \"he\"",
                "+ m \"llo\"",
                "done m text \"hello!\"",
            ],
        ),
        (
            &[started(message("m", "")), completed(message("m", ""))],
            &[],
        ),
        (
            &[
                started(message("m", "")),
                says("m", "kept"),
                completed(message("m", "")),
            ],
            &["open m text", "+ m \"kept\"", "done m text"],
        ),
        (
            &[
                started(message("m", "")),
                completed(message("m", "whole")),
                says("m", "late"),
            ],
            &["done m text \"whole\""],
        ),
    ]);
}

#[test]
fn a_message_cut_short_by_a_steer_is_closed_when_the_next_begins() {
    check(&[(
        &[
            started(message("m1", "")),
            says("m1", "I was about"),
            started(message("m2", "")),
            says("m2", "steered"),
            completed(message("m2", "steered")),
            ends("completed"),
        ],
        &[
            "open m1 text",
            "+ m1 \"I was about\"",
            "cut m1 text",
            "open m2 text",
            "+ m2 \"steered\"",
            "done m2 text \"steered\"",
            "ended Completed",
        ],
    )]);
}

#[test]
fn a_message_told_again_after_a_lost_stream_is_not_doubled() {
    check(&[(
        &[
            started(message("m", "")),
            says("m", "Hel"),
            started(message("m", "")),
            says("m", "Hello"),
            completed(message("m", "Hello")),
            completed(message("m", "Hello")),
        ],
        &[
            "open m text",
            "+ m \"Hel\"",
            "open m text \"\"",
            "+ m \"Hello\"",
            "done m text \"Hello\"",
            "done m text \"Hello\"",
        ],
    )]);
}

#[test]
fn the_reply_is_the_last_word() {
    let phased = |id: &str, text: &str, phase: &str| {
        let mut item = message(id, text);
        item["phase"] = json!(phase);
        completed(item)
    };
    let plan = |text: &str| completed(json!({ "type": "plan", "id": "p", "text": text }));
    for (said, expected) in [
        (vec![], ""),
        (
            vec![
                completed(message("a", "one")),
                completed(message("b", "two")),
            ],
            "two",
        ),
        (
            vec![
                phased("a", "final", "final_answer"),
                phased("b", "by the way", "commentary"),
            ],
            "final",
        ),
        (
            vec![phased("a", "partial", "partial_answer"), says("b", "open")],
            "partial",
        ),
        (
            vec![started(message("a", "")), says("a", "op"), says("a", "en")],
            "open",
        ),
        (vec![plan("# Plan")], "# Plan"),
        (
            vec![plan("# Plan"), completed(message("a", "see the plan"))],
            "see the plan",
        ),
    ] {
        let mut turn = turn();
        told(&mut turn, &said);
        assert_eq!(turn.reply(), expected, "{said:?}");
    }
}

#[test]
fn the_last_word_is_taken_from_the_summary_if_it_was_not_heard() {
    let summary = json!({
        "threadId": "th1",
        "turn": { "id": "t1", "status": "completed", "items": [message("m", "all of it")] },
    });
    let mut turn = turn();
    let said = [
        started(message("m", "")),
        says("m", "all"),
        ("turn/completed", summary),
    ];
    assert_eq!(
        told(&mut turn, &said),
        [
            "open m text",
            "+ m \"all\"",
            "done m text \"all of it\"",
            "ended Completed"
        ]
    );
    assert_eq!(turn.reply(), "all of it");
}

#[test]
fn what_it_asks_in_passing_stands_below_what_it_says() {
    let mut item = message("m", "I go on.");
    item["questions"] = json!([{ "title": "Which one?", "options": ["a", "b"] }]);
    item["moderation"] = json!({ "moderated": true });
    check(&[(
        &[completed(item)],
        &[
            "unseen agentMessage.moderation",
            "done m text \"I go on.\\n\\n**Which one?**\\n- a\\n- b\"",
        ],
    )]);
}

#[test]
fn thoughts_are_one_item_with_parts_and_raw_ones_another() {
    let thinks = |part: i64, delta: &str| {
        (
            "item/reasoning/summaryTextDelta",
            json!({ "itemId": "r", "summaryIndex": part, "delta": delta }),
        )
    };
    let part = (
        "item/reasoning/summaryPartAdded",
        json!({ "itemId": "r", "summaryIndex": 0 }),
    );
    let raw = (
        "item/reasoning/textDelta",
        json!({ "itemId": "r", "contentIndex": 0, "delta": "hm" }),
    );
    let item = |summary: &[&str], content: &[&str]| json!({ "type": "reasoning", "id": "r", "summary": summary, "content": content });
    check(&[
        (
            &[
                started(item(&[], &[])),
                part.clone(),
                thinks(0, "one"),
                thinks(0, "!"),
                thinks(1, "two"),
                completed(item(&["one!", "two"], &[])),
            ],
            &[
                "open r reasoning",
                "+ r \"one\"",
                "+ r \"!\"",
                "+ r \"\\n\\ntwo\"",
                "done r reasoning \"one!\\n\\ntwo\"",
            ],
        ),
        (
            &[
                started(item(&[], &[])),
                raw,
                completed(item(&[], &["hm", "so"])),
            ],
            &[
                "open r/raw raw_reasoning",
                "+ r/raw \"hm\"",
                "done r/raw raw_reasoning \"hm\\n\\nso\"",
            ],
        ),
        // Most models show nothing of it.
        (
            &[started(item(&[], &[])), part, completed(item(&[], &[]))],
            &[],
        ),
        (
            &[thinks(0, "kept"), completed(item(&[], &[]))],
            &["open r reasoning", "+ r \"kept\"", "done r reasoning"],
        ),
    ]);
}
