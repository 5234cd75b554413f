//! What the app server tells arrives, in order and as it is said.

use std::fs;

use serde_json::{Value, json};
use switchboard_testkit::{Client, House, Options, until};

use super::{direct, folder};
use crate::support::{BINARY, files_below, house, says, soon, text};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn text_and_thoughts_arrive_in_pieces_before_the_end() {
    let house = house().await;
    let client = house.client();
    let thread = client.thread().await;
    let mut events = client.events(None).await;
    events.next_where(|event| event.name == "ready").await;
    let turn = client
        .ask(&thread, "@chatgpt\nmock: reason \"look\" ; slow 60 20ms")
        .await;
    let (mut said, mut pieces, mut open) = (String::new(), 0, 0);
    loop {
        let event = events.next().await.unwrap();
        match event.name.as_str() {
            "delta" => {
                said.push_str(text(&event.data, "text"));
                pieces += 1;
            }
            "item" if event.data["kind"] == "text" && event.data["status"] == "open" => open += 1,
            _ => {}
        }
        if says(&event, &turn, "done") {
            break;
        }
    }
    assert!(said.contains("chunk 30"), "{said}");
    assert!(pieces > 5 && open > 0, "{pieces} pieces, {open} times open");
    let turn = client.turn(&turn).await;
    assert_eq!(turn["ran_with"]["model"], "scripted-1", "{turn}");
    assert_eq!(turn["ran_with"]["effort"], "high");
    assert_eq!(turn["ran_with"]["permission"], "read_only");
    assert_eq!(turn["ran_with"]["network"], "asks");
    assert!(turn["usage"]["input"].as_i64().unwrap() > 0, "{turn}");
    let kinds: Vec<Value> = client
        .items(text(&turn, "id"))
        .await
        .iter()
        .map(|item| item["kind"].clone())
        .collect();
    assert_eq!(kinds, [json!("reasoning"), json!("text")]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_direct_thread_goes_on_in_one_session_and_tells_only_what_is_new() {
    let house = house().await;
    let client = house.client();
    let thread = direct(&client, json!({})).await;
    let turn = client
        .ask(&thread, "remember-one\nmock: text \"first\"")
        .await;
    client.answered(&turn).await;
    let turn = client
        .ask(&thread, "remember-two\nmock: text \"second\"")
        .await;
    client.answered(&turn).await;
    let request = house.upstream.last_model_request().unwrap();
    assert_eq!(
        request.count("remember-one"),
        1,
        "{:?}",
        request.input_texts()
    );
    assert_eq!(request.count("remember-two"), 1);
    let prompt = request.newest_user_text().unwrap();
    assert!(
        prompt.starts_with("remember-two"),
        "nothing around it: {prompt}"
    );
}

/// A turn that has said something and goes on until the gate `speaks` is opened.
async fn speaking(client: &Client, thread: &str) -> String {
    let turn = client.ask(thread, "mock: slow 4 20ms ; gate speaks").await;
    client
        .item_where(&turn, |item| text(item, "text").contains("chunk 3"))
        .await;
    turn
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_sent_into_a_running_turn_are_taken_once_and_answered_in_it() {
    let house = house().await;
    let client = house.client();
    let thread = direct(&client, json!({})).await;
    let turn = speaking(&client, &thread).await;
    let steer = client
        .post(
            &format!("/api/turns/{turn}/steer"),
            json!({ "text": "steered-5d\nmock: text \"changed course\"" }),
        )
        .await;
    // Codex goes by them once the model has said what it says.
    client.steered(&turn).await;
    house.upstream.open("speaks");
    client.answered(&turn).await;
    let reply = client.messages(&thread).await.pop().unwrap();
    assert_eq!(reply["text"], "changed course");
    let page = client.get(&format!("/api/turns/{turn}/items")).await;
    assert_eq!(page["steers"][0]["id"], steer["id"]);
    assert_eq!(page["steers"][0]["state"], "taken", "{page}");
    let request = house.upstream.last_model_request().unwrap();
    assert_eq!(request.count("steered-5d"), 1, "sent once");
    let late = client
        .call(
            "POST",
            &format!("/api/turns/{turn}/steer"),
            Some(json!({ "text": "too late" })),
        )
        .await;
    assert_eq!(
        (late.status, &late.body["code"]),
        (409, &json!("turn_ended"))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_queued_message_can_be_put_in_order_and_sent_into_the_running_turn() {
    let house = house().await;
    let client = house.client();
    let thread = direct(&client, json!({})).await;
    let turn = speaking(&client, &thread).await;
    let mut ids = Vec::new();
    for words in ["one", "two", "three\nmock: text \"now this\""] {
        let path = format!("/api/threads/{thread}/queue");
        let queued = client.post(&path, json!({ "text": words })).await;
        ids.push(text(&queued, "id").to_owned());
    }
    client
        .patch(
            &format!("/api/queue/{}", ids[1]),
            json!({ "before": ids[0] }),
        )
        .await;
    let queue = client.get(&format!("/api/threads/{thread}/queue")).await;
    let order: Vec<&str> = queue["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| text(entry, "id"))
        .collect();
    assert_eq!(order, [&ids[1], &ids[0], &ids[2]]);
    let steer = client
        .post(&format!("/api/queue/{}/steer", ids[2]), json!({}))
        .await;
    assert_eq!(steer["turn_id"], json!(turn));
    client.steered(&turn).await;
    house.upstream.open("speaks");
    client.answered(&turn).await;
    let replies = client.messages(&thread).await;
    let reply = replies
        .iter()
        .find(|message| message["turn_id"] == json!(turn));
    assert_eq!(reply.unwrap()["text"], "now this");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_ends_the_command_that_an_interrupt_leaves_running() {
    let house = house().await;
    let client = house.client();
    let path = folder(&house);
    let settings = json!({ "permission": "full", "folder": path });
    let thread = direct(&client, settings).await;
    // Double forked and in a session of its own: nothing but its mark leads to it.
    let script = "mock: shell \"setsid -f sleep 4321; sleep 4322\"\nmock: text \"ok\"";
    let turn = client.ask(&thread, script).await;
    let run = || {
        let children = house.children();
        ["sleep 4321", "sleep 4322"]
            .map(|words| children.iter().any(|child| child.command.ends_with(words)))
    };
    until("the commands run", || async {
        (run() == [true, true]).then_some(())
    })
    .await;
    let stopped = client.stop(&turn).await;
    assert_eq!(stopped["state"], "cancelled", "{stopped}");
    until("nothing of the turn lives on", || async {
        (run() == [false, false]).then_some(())
    })
    .await;
    assert!(!house.warm().is_empty(), "others go on with the app server");
    let turn = client.ask(&thread, "mock: text \"alive\"").await;
    client.answered(&turn).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_turns_run_at_once_on_one_app_server_and_each_answer_finds_its_thread() {
    let options = Options {
        env: vec![
            ("SWITCHBOARD_LIMITS__PER_PERSON".into(), "20".into()),
            ("SWITCHBOARD_LIMITS__PER_LOGIN".into(), "20".into()),
        ],
        ..Options::default()
    };
    let house = House::start(BINARY, options).await;
    let client = house.client();
    let mut turns = Vec::new();
    for number in 0..20 {
        let thread = client.thread().await;
        let script = format!("@chatgpt mock: gate all-{number} ; text \"answer {number}\"");
        turns.push((number, thread.clone(), client.ask(&thread, &script).await));
    }
    for (number, ..) in &turns {
        let gate = format!("all-{number}");
        soon("the model is asked", house.upstream.waiting(&gate)).await;
    }
    let servers = house
        .warm()
        .iter()
        .filter(|process| {
            process.command.contains("app-server") && !process.command.contains("guard")
        })
        .count();
    assert_eq!(servers, 1);
    for (number, ..) in &turns {
        house.upstream.open(&format!("all-{number}"));
    }
    for (number, thread, turn) in &turns {
        client.answered(turn).await;
        let reply = client.messages(thread).await.pop().unwrap();
        assert_eq!(reply["text"], format!("answer {number}"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_app_server_fails_its_turn_and_the_next_one_goes_on() {
    let house = house().await;
    let client = house.client();
    let thread = direct(&client, json!({})).await;
    let first = client
        .ask(&thread, "remember-me\nmock: text \"hello\"")
        .await;
    client.answered(&first).await;
    let turn = client
        .ask(&thread, "mock: text \"so far\" ; gate now ; text \"never\"")
        .await;
    client
        .item_where(&turn, |item| item["text"] == "so far")
        .await;
    for process in house.warm() {
        if !process.command.contains("guard") && process.command.contains("app-server") {
            let pid = rustix::process::Pid::from_raw(process.pid.cast_signed()).unwrap();
            rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
        }
    }
    let failed = client.ended(&turn).await;
    assert_eq!(failed["state"], "failed", "{failed}");
    assert_eq!(failed["error"]["code"], "crashed", "{failed}");
    let items = client.items(&turn).await;
    assert!(
        items.iter().any(|item| item["text"] == "so far"),
        "{items:#?}"
    );
    let again = client.ask(&thread, "and now?\nmock: text \"back\"").await;
    client.answered(&again).await;
    let request = house.upstream.last_model_request().unwrap();
    assert_eq!(request.count("remember-me"), 1, "the session is the same");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_is_shown_and_plan_mode_proposes_before_anything_is_done() {
    let house = house().await;
    let client = house.client();
    let thread = direct(&client, json!({ "plan": true })).await;
    let turn = client
        .ask(
            &thread,
            "mock: plan \"look\" \"write\" done=1 doing=1\nmock: proposal \"# Plan\\n- write it\"",
        )
        .await;
    client.answered(&turn).await;
    let items = client.items(&turn).await;
    let of = |kind: &str| {
        let found = items.iter().find(|item| item["kind"] == kind);
        found
            .unwrap_or_else(|| panic!("no {kind} in {items:#?}"))
            .clone()
    };
    assert!(text(&of("proposal"), "text").contains("write it"));
    let reply = client.messages(&thread).await.pop().unwrap();
    assert!(text(&reply, "text").contains("write it"), "{reply}");
    client
        .patch(
            &format!("/api/threads/{thread}"),
            json!({ "settings": { "plan": false } }),
        )
        .await;
    let turn = client
        .ask(
            &thread,
            "mock: plan \"look\" \"write\" done=1 doing=1\nmock: text \"ok\"",
        )
        .await;
    client.answered(&turn).await;
    let items = client.items(&turn).await;
    let plan = items.iter().find(|item| item["kind"] == "plan").unwrap();
    assert_eq!(plan["steps"][0]["done"], true, "{plan}");
    assert_eq!(plan["steps"][1]["doing"], true, "{plan}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_is_summed_up_when_asked_and_goes_on() {
    let house = house().await;
    let client = house.client();
    let thread = direct(&client, json!({})).await;
    let turn = client.ask(&thread, "/compact").await;
    client.answered(&turn).await;
    assert_eq!(
        house.upstream.model_requests().len(),
        0,
        "nothing to sum up"
    );
    let turn = client.ask(&thread, "mock: text \"one\"").await;
    client.answered(&turn).await;
    let turn = client.ask(&thread, "/compact").await;
    client.answered(&turn).await;
    let items = client.items(&turn).await;
    assert!(
        items.iter().any(|item| item["kind"] == "compaction"),
        "{items:#?}"
    );
    let turn = client.ask(&thread, "mock: text \"two\"").await;
    client.answered(&turn).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn model_effort_and_tier_reach_the_model_and_what_it_has_not_is_said() {
    let house = house().await;
    let client = house.client();
    let settings = json!({ "model": "scripted-mini", "effort": "xhigh", "fast": true });
    let thread = direct(&client, settings).await;
    let turn = client.ask(&thread, "mock: text \"ok\"").await;
    let turn = client.answered(&turn).await;
    let request = house.upstream.last_model_request().unwrap();
    assert_eq!(request.body["model"], "scripted-mini");
    assert_eq!(request.body["reasoning"]["effort"], "medium");
    let notes = turn["ran_with"]["notes"].to_string();
    assert!(
        notes.contains("no effort xhigh") && notes.contains("no fast mode"),
        "{notes}"
    );
    client
        .patch(
            &format!("/api/threads/{thread}"),
            json!({ "settings": { "model": "scripted-code", "effort": "low" } }),
        )
        .await;
    let turn = client.ask(&thread, "mock: text \"ok\"").await;
    let turn = client.answered(&turn).await;
    let request = house.upstream.last_model_request().unwrap();
    assert_eq!(request.body["model"], "scripted-code");
    assert_eq!(request.body["reasoning"]["effort"], "low");
    assert_eq!(request.body["service_tier"], "priority");
    assert_eq!(turn["ran_with"]["tier"], "priority");
    assert_eq!(turn["ran_with"]["notes"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_must_be_allowed_and_full_access_is_for_nobody_else_to_share() {
    let house = house().await;
    house.run_ok(&["assistants", "access", "chatgpt", "everyone"]);
    let client = house.client();
    let thread = direct(&client, json!({})).await;
    let at = format!("/api/threads/{thread}");
    let elsewhere = json!({ "settings": { "folder": house.folder() } });
    let refused = client.call("PATCH", &at, Some(elsewhere)).await;
    assert_eq!(
        (refused.status, &refused.body["code"]),
        (422, &json!("folder_not_allowed"))
    );
    let path = folder(&house);
    let full = json!({ "settings": { "folder": path, "permission": "full" } });
    client.patch(&at, full.clone()).await;
    let _ = house.client_as("ben");
    client
        .post(&format!("{at}/members"), json!({ "person": "ben" }))
        .await;
    let refused = client.call("PATCH", &at, Some(full)).await;
    assert_eq!(refused.status, 403, "{:?}", refused.body);
    let turn = client.ask(&thread, "mock: text \"ok\"").await;
    let turn = client.answered(&turn).await;
    assert_eq!(turn["ran_with"]["permission"], "standard", "{turn}");
    assert!(
        turn["ran_with"]["notes"]
            .to_string()
            .contains("others can write")
    );
    house.run_ok(&["folders", "forbid", &path]);
    let turn = client.ask(&thread, "mock: text \"ok\"").await;
    let failed = client.ended(&turn).await;
    assert_eq!(failed["error"]["code"], "assistant_not_allowed", "{failed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_thread_takes_its_session_and_its_folder_with_it() {
    let house = house().await;
    let client = house.client();
    let thread = direct(&client, json!({ "permission": "standard" })).await;
    let turn = client
        .ask(
            &thread,
            "needle-9b\nmock: shell \"echo kept > note.txt\"\nmock: text \"ok\"",
        )
        .await;
    client.answered(&turn).await;
    let folder = house.home().join("threads").join(&thread);
    assert!(
        folder.join("note.txt").exists(),
        "what a turn leaves is the next one's"
    );
    let kept = || {
        let files = files_below(&house.home().join("homes/codex/sessions"));
        files.iter().any(|file| {
            let inside = std::fs::read(file).unwrap_or_default();
            inside.windows(9).any(|bytes| bytes == b"needle-9b")
        })
    };
    assert!(kept(), "codex has its record");
    let gone = client
        .call("DELETE", &format!("/api/threads/{thread}"), None)
        .await;
    assert_eq!(gone.status, 204);
    until("nothing of it is left", || async {
        (!kept() && !folder.exists()).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_private_folder_nothing_runs_before_the_model_asks_for_it() {
    let house = house().await;
    let client = house.client();
    // What a shell of the server's user reads at its start.
    for file in [".bashrc", ".bash_profile", ".profile"] {
        let note = format!("touch {}\n", house.person().join("a-shell-ran").display());
        fs::write(house.person().join(file), note).unwrap();
    }
    let thread = client.thread().await;
    let turn = client.ask(&thread, "@chatgpt\nmock: text \"hello\"").await;
    client.answered(&turn).await;
    let thread = direct(&client, json!({})).await;
    let turn = client.ask(&thread, "mock: text \"hello\"").await;
    client.answered(&turn).await;
    assert!(!house.person().join("a-shell-ran").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_program_said_is_there_word_for_word_for_whoever_asked() {
    let house = house().await;
    let client = house.client();
    let thread = client.thread().await;
    let turn = client
        .ask(&thread, "@chatgpt\nmock: text \"word for word\"")
        .await;
    client.answered(&turn).await;
    let raw = client.raw(&turn).await;
    let events: Vec<Value> = raw
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let has = |method: &str| events.iter().any(|event| event["method"] == method);
    assert!(has("turn/started") && has("turn/completed"), "{raw}");
    let said = events.iter().find(|event| {
        event["method"] == "item/completed" && event["params"]["item"]["type"] == "agentMessage"
    });
    assert_eq!(said.unwrap()["params"]["item"]["text"], "word for word");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_in_a_persons_own_home_or_in_the_working_folder_are_not_started() {
    let house = house().await;
    let client = house.client();
    let path = folder(&house);
    let started = house.folder().join("planted-was-started");
    let planted = format!(
        "[mcp_servers.planted]\ncommand = \"touch\"\nargs = [{:?}]\n",
        started.display()
    );
    fs::write(house.codex_home().join("config.toml"), &planted).unwrap();
    fs::create_dir_all(format!("{path}/.codex")).unwrap();
    fs::write(format!("{path}/.codex/config.toml"), &planted).unwrap();
    for permission in ["read_only", "standard", "full"] {
        let settings = json!({ "permission": permission, "folder": path });
        let thread = direct(&client, settings).await;
        let turn = client.ask(&thread, "mock: text \"ok\"").await;
        client.answered(&turn).await;
        let request = house.upstream.last_model_request().unwrap();
        let offered = request.body["tools"].to_string();
        assert!(!offered.contains("mcp__"), "{permission}: {offered}");
        let items = client.items(&turn).await;
        assert!(
            !json!(items).to_string().contains("planted"),
            "{permission}: {items:?}"
        );
        assert!(!started.exists(), "{permission}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_is_changed_after_its_session_heard_it_is_told_once_as_it_reads_now() {
    let house = house().await;
    let client = house.client();
    let thread = direct(&client, json!({})).await;
    let first = client
        .ask(&thread, "it-was-four\nmock: text \"noted\"")
        .await;
    client.answered(&first).await;
    let messages = client.messages(&thread).await;
    let at = format!("/api/messages/{}", text(&messages[0], "id"));
    client.patch(&at, json!({ "text": "it-was-five" })).await;
    let told = |request: &switchboard_upstream::Seen| {
        let texts = request.input_texts();
        let changed = texts
            .iter()
            .filter(|text| text.contains("\"changed\":true"));
        changed.cloned().collect::<Vec<_>>()
    };
    let turn = client.ask(&thread, "sure?\nmock: text \"yes\"").await;
    client.answered(&turn).await;
    let request = house.upstream.last_model_request().unwrap();
    let news = told(&request);
    assert_eq!(news.len(), 1, "{:#?}", request.input_texts());
    assert!(news[0].contains("it-was-five") && !news[0].contains("it-was-four"));
    assert!(news[0].ends_with("sure?\nmock: text \"yes\""), "{news:?}");
    let turn = client.ask(&thread, "and?\nmock: text \"so\"").await;
    client.answered(&turn).await;
    let request = house.upstream.last_model_request().unwrap();
    assert_eq!(told(&request).len(), 1, "not told again");
    assert_eq!(request.count("it-was-five"), 1);
}
