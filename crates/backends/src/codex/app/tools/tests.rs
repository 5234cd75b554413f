//! What Codex is given of a server, and what people read of what it says. Owns the rows; starts nothing.

#![allow(clippy::unwrap_used)]
use super::*;

fn server(name: &str, transport: Transport) -> McpServer {
    McpServer {
        name: name.to_owned(),
        label: format!("{name}_0a1b2c3d"),
        transport,
        enabled: true,
    }
}

fn notes() -> McpServer {
    server(
        "notes",
        Transport::Stdio {
            command: "notes-mcp".into(),
            args: vec!["--all".into()],
            folder: Some("/srv".into()),
            variables: vec!["NOTES_TOKEN".into()],
        },
    )
}

fn web(bearer: Option<&str>) -> McpServer {
    server(
        "web",
        Transport::Http {
            url: "https://example.com/mcp".into(),
            bearer: bearer.map(str::to_owned),
        },
    )
}

fn env() -> Vec<(OsString, OsString)> {
    vec![
        ("NOTES_TOKEN".into(), "n0tes".into()),
        ("WEB_TOKEN".into(), " w3b\n".into()),
        ("OTHER".into(), "other".into()),
    ]
}

#[test]
fn each_server_is_given_the_values_of_its_own_variables_and_no_others() {
    let tools = Tools::of(&[notes(), web(Some("WEB_TOKEN"))], &env(), "u");
    assert_eq!(
        tools.config().unwrap(),
        json!({
            "notes_0a1b2c3d": {
                "command": "notes-mcp", "args": ["--all"], "cwd": "/srv", "env": { "NOTES_TOKEN": "n0tes", "SWITCHBOARD_TOOLS": "u" },
                "enabled": true, "startup_timeout_sec": 30, "tool_timeout_sec": 300,
            },
            "web_0a1b2c3d": {
                "url": "https://example.com/mcp", "http_headers": { "Authorization": "Bearer w3b" },
                "enabled": true, "startup_timeout_sec": 30, "tool_timeout_sec": 300,
            },
        })
    );
    assert_eq!(Tools::default().config(), None);
}

#[test]
fn a_server_whose_variable_is_not_set_is_left_out_and_said() {
    let tools = Tools::of(&[web(Some("NOWHERE")), notes()], &env(), "u");
    let given = tools.config().unwrap();
    assert_eq!(given.as_object().unwrap().len(), 1, "{given}");
    let notes = tools.notes();
    assert!(
        notes[0].contains("your tool web") && notes[0].contains("NOWHERE"),
        "{notes:?}"
    );
    let (label, seen) = tools.missing().next().unwrap();
    assert_eq!((label, seen.state), ("web_0a1b2c3d", SeenState::Failed));
}

#[test]
fn another_set_or_another_value_has_another_print() {
    let one = Tools::of(&[notes()], &env(), "u").print();
    assert_eq!(one, Tools::of(&[notes()], &env(), "u").print());
    let none = Tools::default().print();
    let more = Tools::of(&[notes(), web(None)], &env(), "u").print();
    let other = [("NOTES_TOKEN".into(), "changed".into())];
    let changed = Tools::of(&[notes()], &other, "u").print();
    assert!(![none, more, changed].contains(&one));
}

#[test]
fn people_read_their_own_names_and_exact_arguments() {
    let tools = Tools::of(&[notes()], &env(), "u");
    let (label, name) = ("notes_0a1b2c3d", "notes");
    for (method, said, named) in [
        (
            STARTUP,
            json!({ "name": label, "status": "failed", "error": format!("MCP client for `{label}` failed to start: MCP startup failed: no") }),
            json!({ "name": name, "status": "failed", "error": "no" }),
        ),
        (
            STARTUP,
            json!({ "name": label, "status": "failed", "error": format!("The {label} MCP server is not logged in. Run `codex mcp login {label}`.") }),
            json!({ "name": name, "status": "failed", "error": SIGN_IN }),
        ),
        (
            "item/started",
            json!({ "item": { "type": "mcpToolCall", "server": label, "arguments": { "text": label } } }),
            json!({ "item": { "type": "mcpToolCall", "server": name, "arguments": { "text": label } } }),
        ),
        (
            "item/started",
            json!({ "item": { "type": "agentMessage", "text": label } }),
            json!({ "item": { "type": "agentMessage", "text": label } }),
        ),
        (
            "mcpServer/elicitation/request",
            json!({ "serverName": label, "message": format!("Allow the {label} MCP server to run tool \"x\"?"),
                "_meta": { "codex_approval_kind": "mcp_tool_call", "tool_params": { "a": label } } }),
            json!({ "serverName": name, "message": "Allow the notes MCP server to run tool \"x\"?",
                "_meta": { "codex_approval_kind": "mcp_tool_call", "tool_params": { "a": label } } }),
        ),
        (
            "mcpServer/elicitation/request",
            json!({ "serverName": label, "message": label }),
            json!({ "serverName": name, "message": label }),
        ),
    ] {
        assert_eq!(*tools.named(method, &said), named, "{method}");
    }
}

#[test]
fn what_codex_says_of_a_start_is_what_was_seen_of_the_server() {
    let tools = Tools::of(&[notes()], &env(), "u");
    let said = |status: &str, error: Value| json!({ "name": "notes_0a1b2c3d", "status": status, "error": error });
    for (said, state) in [
        (said("starting", json!(null)), None),
        (said("ready", json!(null)), Some(SeenState::Ready)),
        (said("failed", json!("no")), Some(SeenState::Failed)),
        (
            said("failed", json!("x is not logged in")),
            Some(SeenState::NeedsSignIn),
        ),
        (json!({ "name": "another", "status": "ready" }), None),
    ] {
        let seen = tools.seen(STARTUP, &said);
        assert_eq!(seen.map(|(_, seen)| seen.state), state, "{said}");
    }
    assert!(
        tools
            .seen("item/started", &said("ready", json!(null)))
            .is_none()
    );
}

#[test]
fn a_test_tells_tools_or_what_is_wrong() {
    let ready = json!({ "name": "x", "runtimeStatus": "connected", "authStatus": "unsupported", "toolsError": null,
        "tools": {
            "echo": { "name": "echo", "description": "Says it again.", "annotations": { "readOnlyHint": true } },
            "add": { "name": "add" },
        } });
    let tools = tested(&ready).tools.unwrap();
    let names: Vec<_> = tools
        .iter()
        .map(|tool| (tool.name.as_str(), tool.reads_only))
        .collect();
    assert_eq!(names, [("add", false), ("echo", true)]);
    for (error, state, words) in [
        (
            "MCP startup failed: No such file or directory (os error 2)",
            "failed",
            "there is no such command",
        ),
        (
            "MCP startup failed: handshaking with MCP server failed: connection closed: initialize response",
            "failed",
            "ended before it answered",
        ),
        (
            "MCP startup failed: timed out handshaking with MCP server after 2.9s: deadline has elapsed",
            "failed",
            "did not answer within",
        ),
        (
            "MCP startup failed: handshaking with MCP server failed: Send message error Transport [a<b>>] error: Client error: refused, when send initialize request: more",
            "failed",
            "Client error: refused",
        ),
        (
            "MCP startup failed: Auth required",
            "authenticationRequired",
            "",
        ),
    ] {
        let seen = tested(&json!({ "runtimeStatus": state, "toolsError": error, "tools": {} }));
        assert!(seen.message.unwrap_or_default().contains(words), "{error}");
        assert_eq!(seen.state == SeenState::NeedsSignIn, state != "failed");
    }
}
