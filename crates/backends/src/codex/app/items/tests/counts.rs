//! What a turn uses.

use switchboard_model::{
    Millis,
    usage::{Limit, Usage},
};

use super::*;

#[test]
fn a_repeated_count_is_no_request_and_making_room_changes_how_full_it_is() {
    let used = |total: i64, last: [i64; 5]| {
        let [input, cached, output, reasoning, all] = last;
        let last = json!({
            "inputTokens": input, "cachedInputTokens": cached, "outputTokens": output,
            "reasoningOutputTokens": reasoning, "totalTokens": all,
        });
        let usage =
            json!({ "total": { "totalTokens": total }, "last": last, "modelContextWindow": 100 });
        (
            "thread/tokenUsage/updated",
            json!({ "turnId": "t1", "tokenUsage": usage }),
        )
    };
    let of = |turn: &mut Translator, (method, params): (&str, Value)| match turn
        .take(method, &params)
        .as_slice()
    {
        [] => None,
        [Heard::Usage(usage)] => Some([
            usage.input,
            usage.cached,
            usage.output,
            usage.reasoning,
            usage.context,
        ]),
        other => panic!("{other:?}"),
    };
    let mut turn = Translator::new(Path::new(CWD));
    // A resumed thread tells its old count, before the turn or, if its stream is lost, in it.
    assert_eq!(of(&mut turn, used(50, [40, 0, 10, 0, 50])), None);
    turn.begin("t1");
    for (update, expected) in [
        (used(50, [40, 0, 10, 0, 50]), Some([0, 0, 0, 0, 50])),
        (used(70, [15, 10, 5, 2, 20]), Some([15, 10, 5, 2, 20])),
        (used(70, [15, 10, 5, 2, 20]), None),
        (used(90, [10, 10, 10, 1, 20]), Some([25, 20, 15, 3, 20])),
        (used(90, [0, 0, 0, 0, 8]), Some([25, 20, 15, 3, 8])),
    ] {
        assert_eq!(of(&mut turn, update.clone()), expected, "{update:?}");
    }
    let mut next = self::turn();
    next.count_from(turn.count().clone());
    assert_eq!(
        of(&mut next, used(90, [10, 10, 10, 1, 20])),
        Some([0, 0, 0, 0, 20])
    );
    assert_eq!(
        next.take("thread/tokenUsage/updated", &used(95, [4, 0, 1, 0, 5]).1),
        [Heard::Usage(Usage {
            input: 4,
            cached: 0,
            output: 1,
            reasoning: 0,
            context: 5,
            window: Some(100)
        })]
    );
}

#[test]
fn limits_reset_in_seconds_and_repeats_and_empty_ones_are_dropped() {
    let mut turn = turn();
    let mut take = |limits: Value| {
        turn.take(
            "account/rateLimits/updated",
            &json!({ "rateLimits": limits }),
        )
    };
    let primary = |used: f64| Limit {
        id: "codex/primary".into(),
        used_percent: used,
        window_minutes: Some(300),
        resets_at: Some(Millis(1_700_000_000_000)),
    };
    let window = |used: i64| json!({ "usedPercent": used, "windowDurationMins": 300, "resetsAt": 1_700_000_000 });
    assert_eq!(
        take(json!({ "limitId": "codex", "primary": null, "secondary": null })),
        []
    );
    let first = json!({ "limitId": "codex", "primary": window(43) });
    assert_eq!(take(first.clone()), [Heard::Limits(vec![primary(43.0)])]);
    assert_eq!(take(first), []);
    let own = json!({ "limit": "100", "used": "25", "remainingPercent": 75, "resetsAt": 0 });
    assert_eq!(
        take(json!({ "limitId": null, "primary": window(44), "individualLimit": own })),
        [Heard::Limits(vec![
            primary(44.0),
            Limit {
                id: "codex/individual".into(),
                used_percent: 25.0,
                window_minutes: None,
                resets_at: None
            }
        ])]
    );
}
