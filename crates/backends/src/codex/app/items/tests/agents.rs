//! What agents do that the assistant sets to work.

use switchboard_model::usage::Usage;

use super::*;

/// A turn that set one agent to work, whose thread is `th2`.
fn turn_with_agent() -> Translator {
    let mut turn = turn();
    told(
        &mut turn,
        &[
            started(message("m", "")),
            agents_turn("turn/started", json!({})),
        ],
    );
    turn
}

fn agents_turn(method: &'static str, more: Value) -> (&'static str, Value) {
    let mut inner = json!({ "id": "t2", "rootTurnId": "t1" });
    for (name, value) in more.as_object().cloned().unwrap_or_default() {
        inner[name] = value;
    }
    (method, json!({ "threadId": "th2", "turn": inner }))
}

/// The same, as said of the agent's thread.
fn of_agent((method, mut params): (&'static str, Value)) -> (&'static str, Value) {
    params["threadId"] = json!("th2");
    params["turnId"] = json!("t2");
    (method, params)
}

fn waits(said: &str) -> (&'static str, Value) {
    completed(json!({
        "type": "collabAgentToolCall", "id": "w", "tool": "wait", "status": "completed", "senderThreadId": "th1",
        "receiverThreadIds": ["th2"], "agentsStates": { "th2": { "status": "completed", "message": said } },
    }))
}

#[test]
fn what_an_agent_asks_is_the_turns_to_answer() {
    let asks = |thread: &str| json!({ "threadId": thread, "turnId": "t2", "itemId": "c" });
    let mut turn = turn_with_agent();
    for (params, ours) in [
        (asks("th2"), true),
        (asks("th1"), false),
        (asks("th3"), false),
        (json!({}), false),
        (agents_turn("", json!({ "rootTurnId": "t9" })).1, true),
        (
            json!({ "threadId": "th3", "turn": { "id": "t3", "rootTurnId": "t9" } }),
            false,
        ),
        (
            json!({ "threadId": "th3", "turn": { "id": "t3", "rootTurnId": "t1" } }),
            true,
        ),
        (asks("th3"), true),
    ] {
        assert_eq!(turn.adopts(&params), ours, "{params}");
    }
    let change = json!({ "type": "fileChange", "id": "f", "status": "inProgress", "changes": [
        { "path": "/project/a", "kind": { "type": "add" }, "diff": "x\n" }
    ] });
    told(&mut turn, &[of_agent(started(change))]);
    assert!(turn.changes("f").is_some());
    // Known by name before anything is heard of it.
    let mut turn = self::turn();
    told(&mut turn, &[waits("")]);
    assert!(turn.adopts(&asks("th2")));
}

#[test]
fn a_review_in_our_own_thread_is_no_agent() {
    let inner = json!({ "threadId": "th1", "turn": { "id": "inner", "rootTurnId": "t1" } });
    assert!(!turn().adopts(&inner), "before the thread is known");
    assert!(!turn_with_agent().adopts(&inner));
}

#[test]
fn what_an_agent_does_is_shown_and_what_it_says_is_a_report_told_once() {
    let mut turn = turn_with_agent();
    let lines = told(
        &mut turn,
        &[
            of_agent(started(command("inProgress", json!({})))),
            of_agent(completed(command("completed", json!({ "exitCode": 0 })))),
            of_agent(completed(
                json!({ "type": "reasoning", "id": "r", "summary": ["hm"] }),
            )),
            of_agent(started(message("m2", ""))),
            of_agent(says("m2", "hi")),
            of_agent(completed(message("m2", "hi"))),
            waits("hi"),
            waits("hi again"),
        ],
    );
    assert_eq!(
        lines,
        [
            "c of th2",
            "open c command",
            "done c command",
            "m2 of th2",
            "done m2 subagent \"hi\"",
            "done w subagent",
            "done w subagent \"th2: hi again\"",
        ]
    );
    assert_eq!(turn.reply(), "");
    let mut unheard = self::turn();
    assert_eq!(
        told(&mut unheard, &[waits("hi")]),
        ["done w subagent \"th2: hi\""]
    );
}

#[test]
fn an_agents_plan_is_its_own_and_done_with_its_turn() {
    let plan = |step: &str, why: &str| {
        let steps = json!([{ "step": step, "status": "inProgress" }]);
        (
            "turn/plan/updated",
            json!({ "plan": steps, "explanation": why }),
        )
    };
    let mut turn = turn_with_agent();
    let lines = told(
        &mut turn,
        &[
            plan("ours", "a"),
            of_agent(plan("its", "b")),
            of_agent(plan("its", "b")),
            of_agent(plan("more", "c")),
            agents_turn("turn/completed", json!({ "status": "completed" })),
            ends("completed"),
        ],
    );
    assert_eq!(
        lines,
        [
            "open plan plan \"a\"",
            "plan/th2 of th2",
            "open plan/th2 plan \"b\"",
            "open plan/th2 plan \"c\"",
            "done plan/th2 plan",
            "done plan plan",
            "ended Completed",
        ]
    );
}

#[test]
fn a_command_of_an_agent_is_not_waited_for() {
    let mut turn = turn_with_agent();
    told(
        &mut turn,
        &[
            of_agent(started(command("inProgress", json!({})))),
            ends("completed"),
        ],
    );
    assert_eq!(turn.late(), [""; 0]);
}

#[test]
fn an_agents_end_is_not_ours() {
    let lost = json!({ "message": "lost", "codexErrorInfo": "other" });
    let mut turn = turn_with_agent();
    let lines = told(
        &mut turn,
        &[
            of_agent(started(command("inProgress", json!({})))),
            of_agent(("error", json!({ "error": lost, "willRetry": true }))),
            of_agent(("error", json!({ "error": lost, "willRetry": false }))),
            agents_turn(
                "turn/completed",
                json!({ "status": "failed", "error": lost }),
            ),
            ends("completed"),
        ],
    );
    assert_eq!(
        lines,
        [
            "c of th2",
            "open c command",
            "notice-1 of th2",
            "done notice-1 notice \"agent_failed: lost\"",
            "cut c command",
            "ended Completed",
        ]
    );
    assert_eq!(turn.failure(), None);
}

#[test]
fn agents_at_work_are_named_for_who_stops_the_turn() {
    let mut turn = turn_with_agent();
    told(&mut turn, &[ends("interrupted")]);
    assert_eq!(turn.at_work(), [("th2", "t2")], "our end is not theirs");
    told(
        &mut turn,
        &[agents_turn(
            "turn/completed",
            json!({ "status": "interrupted" }),
        )],
    );
    assert_eq!(turn.at_work(), []);
}

#[test]
fn what_an_agent_uses_is_used_by_the_turn_and_fills_no_conversation_of_ours() {
    let used = |thread: &str, turn: &str, total: i64| {
        let last = json!({ "inputTokens": 10, "cachedInputTokens": 1, "outputTokens": 5, "reasoningOutputTokens": 2, "totalTokens": total });
        let usage =
            json!({ "total": { "totalTokens": total }, "last": last, "modelContextWindow": 100 });
        json!({ "threadId": thread, "turnId": turn, "tokenUsage": usage })
    };
    let mut turn = turn_with_agent();
    let sum = |requests: i64, context: i64, window: Option<i64>| {
        vec![Heard::Usage(Usage {
            input: 10 * requests,
            cached: requests,
            output: 5 * requests,
            reasoning: 2 * requests,
            context,
            window,
        })]
    };
    let method = "thread/tokenUsage/updated";
    assert_eq!(turn.take(method, &used("th2", "t2", 70)), sum(1, 0, None));
    assert_eq!(
        turn.take(method, &used("th1", "t1", 15)),
        sum(2, 15, Some(100))
    );
    assert_eq!(
        turn.take(method, &used("th2", "t2", 85)),
        sum(3, 15, Some(100))
    );
    assert_eq!(turn.take(method, &used("th2", "t2", 85)), []);
}
