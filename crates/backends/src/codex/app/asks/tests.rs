//! What is offered, what each choice says on the wire, and what is refused.

use std::path::Path;

use super::*;

fn nothing() -> Translator {
    Translator::new(Path::new("/w"))
}

fn asked(method: &str, params: &Value, home: Home) -> Result<Ask, Refusal> {
    ask("7", method, params, &nothing(), home)
}

fn decision(choice: &str, answer: Option<Value>) -> Decision {
    Decision {
        choice: choice.to_owned(),
        answer: answer.map(|answer| answer.to_string()),
        feedback: None,
    }
}

fn body(ask: &Ask) -> Value {
    serde_json::from_str(&ask.asking.body).unwrap()
}

const COMMAND: &str = "item/commandExecution/requestApproval";
const ELICITATION: &str = "mcpServer/elicitation/request";

#[test]
fn a_command_offers_what_the_source_offers_and_to_decline() {
    let own = Home::Own;
    let amendment =
        json!({ "acceptWithExecpolicyAmendment": { "execpolicy_amendment": ["touch", "f"] } });
    let network = |host: &str, action: &str| json!({ "applyNetworkPolicyAmendment": { "network_policy_amendment": { "host": host, "action": action } } });
    let context = json!({ "host": "example.com", "protocol": "https" });
    for (home, available, context, expected) in [
        (
            own,
            json!(null),
            json!(null),
            "accept accept_for_session accept_with_amendment decline cancel",
        ),
        (
            Home::House,
            json!(null),
            json!(null),
            "accept accept_for_session decline cancel",
        ),
        (
            own,
            json!(["accept", amendment, "cancel"]),
            json!(null),
            "accept accept_for_session accept_with_amendment decline cancel",
        ),
        (
            own,
            json!(["accept"]),
            json!(null),
            "accept accept_for_session decline",
        ),
        (
            Home::House,
            json!(["accept", "acceptForSession", amendment]),
            json!(null),
            "accept accept_for_session decline",
        ),
        (own, json!(["cancel"]), json!(null), "decline cancel"),
        (
            own,
            json!([
                "accept",
                network("example.com", "deny"),
                network("example.com", "allow")
            ]),
            context.clone(),
            "accept accept_for_session accept_with_network_amendment decline",
        ),
        // The person sees another host than the one that would be allowed for good.
        (
            own,
            json!(["accept", network("*.com", "allow")]),
            context.clone(),
            "accept accept_for_session decline",
        ),
        (
            own,
            json!(["accept", network("", "allow")]),
            json!(null),
            "accept accept_for_session decline",
        ),
        (
            Home::House,
            json!(["accept", network("example.com", "allow")]),
            context,
            "accept accept_for_session decline",
        ),
    ] {
        let params = json!({
            "command": "touch f", "cwd": "/w", "availableDecisions": available, "networkApprovalContext": context,
            "proposedExecpolicyAmendment": ["touch", "f"],
        });
        let ask = asked(COMMAND, &params, home).unwrap();
        assert_eq!(ask.asking.offered.join(" "), expected, "{params}");
        let shown = body(&ask)["amendment"].is_array();
        assert_eq!(
            shown,
            expected.contains("accept_with_amendment"),
            "what is not offered is not shown"
        );
    }
}

#[test]
fn each_choice_about_a_command_has_its_word() {
    let params = json!({
        "command": "curl example.com", "cwd": "/w", "reason": "to look", "kind": "command",
        "networkApprovalContext": { "host": "example.com", "protocol": "https" },
        "additionalPermissions": { "network": { "enabled": true } },
        "proposedExecpolicyAmendment": ["curl"],
        "proposedNetworkPolicyAmendments": [{ "host": "example.com", "action": "allow" }],
    });
    let ask = asked(COMMAND, &params, Home::Own).unwrap();
    assert_eq!(
        body(&ask),
        json!({
            "command": "curl example.com", "cwd": "/w", "reason": "to look", "amendment": ["curl"],
            "network": { "host": "example.com", "protocol": "https" },
            "permissions": { "network": { "enabled": true } },
        })
    );
    assert_eq!(
        (ask.asking.key.as_str(), ask.asking.kind.as_str()),
        ("7", "command")
    );
    for (choice, expected) in [
        ("accept", json!("accept")),
        ("accept_for_session", json!("acceptForSession")),
        (
            "accept_with_amendment",
            json!({ "acceptWithExecpolicyAmendment": { "execpolicy_amendment": ["curl"] } }),
        ),
        (
            "accept_with_network_amendment",
            json!({ "applyNetworkPolicyAmendment": { "network_policy_amendment": { "host": "example.com", "action": "allow" } } }),
        ),
        ("decline", json!("decline")),
        ("cancel", json!("cancel")),
        ("banana", json!("decline")),
    ] {
        let answer = ask.answer(&decision(choice, None));
        assert_eq!(answer, json!({ "decision": expected }), "{choice}");
    }
    assert_eq!(ask.silence(), json!({ "decision": "decline" }));
}

#[test]
fn a_command_that_the_request_does_not_tell_is_that_of_its_item() {
    let mut seen = nothing();
    let item = json!({ "type": "commandExecution", "id": "c", "command": "read a", "cwd": "/w/a", "status": "inProgress" });
    seen.take("item/started", &json!({ "item": item }));
    let params = json!({ "itemId": "c", "kind": "writeStdin", "reason": "to answer" });
    let ask = ask("1", COMMAND, &params, &seen, Home::Own).unwrap();
    let told = body(&ask);
    assert_eq!(told["command"], "read a");
    assert_eq!(told["cwd"], "/w/a");
    assert_eq!(told["reason"], "types into a running command: to answer");
    let unknown = asked(COMMAND, &json!({ "itemId": "x" }), Home::Own);
    assert_eq!(unknown.unwrap_err().code, -32000);
}

#[test]
fn changes_are_never_approved_unseen() {
    let method = "item/fileChange/requestApproval";
    let mut seen = nothing();
    let item = json!({ "type": "fileChange", "id": "f", "status": "inProgress", "changes": [
        { "path": "/w/a", "kind": { "type": "add" }, "diff": "x\n" }
    ] });
    seen.take("item/started", &json!({ "item": item }));
    let asking = |id: &str, root: Value| {
        let params = json!({ "itemId": id, "reason": null, "grantRoot": root });
        ask("1", method, &params, &seen, Home::House)
    };
    let ask = asking("f", json!(null)).unwrap();
    assert_eq!(
        body(&ask),
        json!({
            "changes": [{ "path": "a", "change": "add", "diff": "@@ -0,0 +1,1 @@\n+x\n" }],
            "reason": null, "grant_root": null,
        })
    );
    assert_eq!(
        ask.asking.offered,
        ["accept", "accept_for_session", "decline", "cancel"]
    );
    for (choice, expected) in [
        ("accept", "accept"),
        ("accept_for_session", "acceptForSession"),
        ("decline", "decline"),
        ("cancel", "cancel"),
    ] {
        assert_eq!(
            ask.answer(&decision(choice, None)),
            json!({ "decision": expected })
        );
    }
    assert!(asking("unknown", json!(null)).is_err());
    assert!(asking("unknown", json!("/w/all")).is_ok());
}

#[test]
fn permissions_are_given_in_part_and_for_a_turn_or_the_session() {
    let params = json!({ "cwd": "/w", "reason": "why", "permissions": { "network": { "enabled": true }, "fileSystem": { "write": ["/p"] } } });
    let method = "item/permissions/requestApproval";
    let ask = asked(method, &params, Home::House).unwrap();
    assert_eq!(
        body(&ask),
        json!({ "reason": "why", "cwd": "/w", "asks": [
            { "id": "network", "what": "network" },
            { "id": "write:/p", "what": "write", "path": "/p" },
        ] })
    );
    assert_eq!(
        ask.asking.offered,
        ["accept", "accept_for_session", "decline"]
    );
    let all = json!({ "network": { "enabled": true }, "fileSystem": { "write": ["/p"] } });
    let part = json!({ "network": { "enabled": true } });
    let some = Some(json!({ "granted": ["network"] }));
    for (choice, answer, expected, scope) in [
        ("accept", None, &all, "turn"),
        ("accept", some.clone(), &part, "turn"),
        ("accept_for_session", some.clone(), &part, "session"),
        ("decline", some, &json!({}), "turn"),
        (
            "accept",
            Some(json!({ "granted": ["write:/"] })),
            &json!({}),
            "turn",
        ),
    ] {
        let answer = ask.answer(&decision(choice, answer));
        assert_eq!(answer, json!({ "permissions": expected, "scope": scope }));
    }
    let none = json!({ "cwd": "/w", "permissions": { "network": null, "fileSystem": null } });
    assert!(asked(method, &none, Home::House).is_err());
}

#[test]
fn answers_travel_whole_under_their_questions_ids() {
    let question = |id: &str, secret: bool| json!({ "id": id, "header": "H", "question": "Same words?", "isOther": true, "isSecret": secret, "options": [{ "label": "Red", "description": "warm" }] });
    let params =
        json!({ "questions": [question("a", false), question("b", true)], "isBlocking": true });
    let method = "item/tool/requestUserInput";
    let ask = asked(method, &params, Home::House).unwrap();
    let told = body(&ask);
    assert_eq!(told["secret"], true);
    assert_eq!(
        told["questions"][1],
        json!({ "id": "b", "header": "H", "question": "Same words?", "other": true, "secret": true, "options": [{ "label": "Red", "description": "warm" }] })
    );
    assert_eq!(ask.asking.offered, ["answer", "cancel"]);
    let given = json!({ "answers": { "a": ["one, two", "three"], "b": ["x"] } });
    assert_eq!(
        ask.answer(&decision("answer", Some(given))),
        json!({ "answers": { "a": { "answers": ["one, two", "three"] }, "b": { "answers": ["x"] } } })
    );
    let nothing = json!({ "answers": {} });
    assert_eq!(ask.answer(&decision("cancel", None)), nothing);
    assert_eq!(ask.silence(), nothing);
    for (answer, why) in [
        (None, "there are no answers"),
        (
            Some(json!({ "answers": { "c": ["x"] } })),
            "no question is named c",
        ),
        (
            Some(json!({ "answers": { "a": "x" } })),
            "the answers to a are no list of texts",
        ),
        (
            Some(json!({ "answers": { "a": [1] } })),
            "the answers to a are no list of texts",
        ),
    ] {
        let decision = decision("answer", answer);
        assert_eq!(ask.check(&decision), Err(why.to_owned()));
        assert_eq!(ask.answer(&decision), nothing, "{decision:?}");
    }
    let broken = Decision {
        choice: "answer".into(),
        answer: Some("{".into()),
        feedback: None,
    };
    assert!(
        ask.check(&broken)
            .unwrap_err()
            .starts_with("the answer is not JSON")
    );
    assert!(asked(method, &json!({ "questions": [] }), Home::House).is_err());
}

#[test]
fn a_form_is_filled_in_and_a_link_is_shown() {
    let schema = json!({ "type": "object", "properties": { "name": { "type": "string" } }, "required": ["name"] });
    for mode in ["form", "openai/form", "openaiForm"] {
        let params = json!({ "serverName": "s", "mode": mode, "message": "Who?", "requestedSchema": schema, "_meta": null });
        let ask = asked(ELICITATION, &params, Home::House).unwrap();
        assert_eq!(
            body(&ask),
            json!({ "server": "s", "message": "Who?", "schema": schema })
        );
        assert_eq!(ask.asking.offered, ["accept", "decline", "cancel"]);
        for (choice, answer, action, content) in [
            (
                "accept",
                Some(json!({ "name": "Ada" })),
                "accept",
                json!({ "name": "Ada" }),
            ),
            ("accept", Some(json!({ "name": 5 })), "decline", json!(null)),
            ("accept", None, "decline", json!(null)),
            ("decline", None, "decline", json!(null)),
            ("cancel", None, "cancel", json!(null)),
        ] {
            assert_eq!(
                ask.answer(&decision(choice, answer)),
                json!({ "action": action, "content": content, "_meta": null })
            );
        }
    }
    let link = |url: &str| json!({ "serverName": "s", "mode": "url", "message": "Look", "url": url, "elicitationId": "e" });
    let ask = asked(ELICITATION, &link("https://x.example/a?b"), Home::House).unwrap();
    assert_eq!(
        body(&ask),
        json!({ "server": "s", "message": "Look", "url": "https://x.example/a?b" })
    );
    assert_eq!(
        ask.answer(&decision("accept", None)),
        json!({ "action": "accept", "content": null, "_meta": null })
    );
    for url in ["javascript:alert(1)", "file:///etc/passwd", ""] {
        assert!(asked(ELICITATION, &link(url), Home::Own).is_err(), "{url}");
    }
}

#[test]
fn a_form_without_fields_is_accepted_as_it_is() {
    let params = json!({ "serverName": "s", "mode": "form", "message": "Sure?", "requestedSchema": { "type": "object", "properties": {} } });
    let ask = asked(ELICITATION, &params, Home::House).unwrap();
    assert_eq!(
        ask.answer(&decision("accept", None)),
        json!({ "action": "accept", "content": {}, "_meta": null })
    );
}

#[test]
fn a_tool_is_allowed_once_or_for_the_session_or_in_ones_own_home_for_good() {
    let params = |persist: Value| {
        json!({ "serverName": "s", "mode": "form", "message": "Allow?", "requestedSchema": { "type": "object", "properties": {} }, "_meta": {
            "codex_approval_kind": "mcp_tool_call", "persist": persist, "tool_name": "change", "tool_title": "Change it",
            "tool_description": "Changes.", "tool_params": { "a": 1 },
        } })
    };
    let both = json!(["session", "always"]);
    for (home, persist, expected) in [
        (
            Home::Own,
            both.clone(),
            "accept accept_for_session accept_always decline cancel",
        ),
        (
            Home::House,
            both,
            "accept accept_for_session decline cancel",
        ),
        (
            Home::Own,
            json!("always"),
            "accept accept_always decline cancel",
        ),
        (Home::House, json!("always"), "accept decline cancel"),
        (Home::Own, json!(null), "accept decline cancel"),
    ] {
        let ask = asked(ELICITATION, &params(persist), home).unwrap();
        assert_eq!(ask.asking.offered.join(" "), expected);
        assert_eq!(
            body(&ask)["persist"].to_string().contains("always"),
            expected.contains("always")
        );
    }
    let ask = asked(
        ELICITATION,
        &params(json!(["session", "always"])),
        Home::Own,
    )
    .unwrap();
    assert_eq!(
        body(&ask),
        json!({
            "server": "s", "tool": "change", "title": "Change it", "description": "Changes.",
            "arguments": { "a": 1 }, "message": "Allow?", "persist": ["session", "always"],
        })
    );
    for (choice, action, meta) in [
        ("accept", "accept", json!(null)),
        (
            "accept_for_session",
            "accept",
            json!({ "persist": "session" }),
        ),
        ("accept_always", "accept", json!({ "persist": "always" })),
        ("decline", "decline", json!(null)),
        ("cancel", "cancel", json!(null)),
    ] {
        assert_eq!(
            ask.answer(&decision(choice, None)),
            json!({ "action": action, "content": null, "_meta": meta })
        );
    }
}

#[test]
fn what_is_not_for_a_person_is_refused_in_the_protocols_words() {
    for method in [
        "item/tool/call",
        "account/chatgptAuthTokens/refresh",
        "attestation/generate",
        "currentTime/read",
        "applyPatchApproval",
        "execCommandApproval",
        "some/new/request",
    ] {
        let refusal = asked(method, &json!({}), Home::Own).unwrap_err();
        assert_eq!(refusal.code, -32601);
        assert!(refusal.message.contains(method));
    }
    for params in [
        json!({ "mode": "openai/userVerification", "challenge": "c", "title": "t", "description": "d" }),
        json!({ "mode": "form", "_meta": { "codex_approval_kind": "tool_suggestion" } }),
        json!({ "mode": "hologram" }),
    ] {
        let refusal = asked(ELICITATION, &params, Home::Own).unwrap_err();
        assert_eq!(refusal.code, -32000, "{params}");
    }
    assert_eq!(
        at_once("currentTime/read", Millis(1_700_000_000_999)),
        Some(json!({ "currentTimeAt": 1_700_000_000 }))
    );
    assert_eq!(at_once("item/tool/call", Millis(0)), None);
}

#[test]
fn a_question_is_shown_whole_or_not_at_all() {
    let params = |length: usize| json!({ "command": "x".repeat(length), "cwd": "/w" });
    let ask = asked(COMMAND, &params(200_000), Home::Own).unwrap();
    assert_eq!(body(&ask)["command"].as_str().unwrap().len(), 200_000);
    let refusal = asked(COMMAND, &params(BODY_LIMIT), Home::Own).unwrap_err();
    assert_eq!(refusal.code, -32000);
}
