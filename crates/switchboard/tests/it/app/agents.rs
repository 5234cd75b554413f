//! What agents do that the assistant sets to work: theirs, within its turn.

use serde_json::{Value, json};

use super::direct;
use crate::support::{house, text};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agents_plan_and_steps_are_its_own_beside_those_of_the_turn() {
    let house = house().await;
    let client = house.client();
    let thread = direct(&client, json!({ "permission": "standard" })).await;
    let told = json!({
        "message": "look\nmock: plan \"of the agent\" \"second\" doing=1\n\
                    mock: shell \"echo from the agent\"\nmock: text \"seen\"",
    });
    let script = format!(
        "mock: plan \"of the turn\" doing=1\n\
         mock: call multi_agent_v1.spawn_agent {told}\n\
         mock: gate agent ; plan \"of the turn\" done=1\n\
         mock: text \"all done\""
    );
    let turn = client.ask(&thread, &script).await;
    client
        .item_where(&turn, |item| item["tool"] == "report")
        .await;
    house.upstream.open("agent");
    client.answered(&turn).await;
    let reply = client.messages(&thread).await.pop().unwrap();
    assert_eq!(reply["text"], "all done", "what it reports is no reply");
    let items = client.items(&turn).await;
    let started = items.iter().find(|item| item["tool"] == "spawn_agent");
    let agent = started.unwrap()["agents"][0].clone();
    let of = |agent: Option<&Value>, kind: &str| -> Vec<&Value> {
        let found = items
            .iter()
            .filter(|item| item["kind"] == kind && item.get("agent") == agent);
        found.collect()
    };
    let steps = |item: &Value| {
        let steps = item["steps"].as_array().unwrap();
        let all = steps.iter().map(|step| text(step, "text").to_owned());
        all.collect::<Vec<_>>()
    };
    let (ours, its) = (of(None, "plan"), of(Some(&agent), "plan"));
    assert_eq!((ours.len(), its.len()), (1, 1), "{items:#?}");
    assert_eq!(steps(ours[0]), ["of the turn"]);
    assert_eq!(ours[0]["steps"][0]["done"], true);
    assert_eq!(steps(its[0]), ["of the agent", "second"]);
    assert_eq!(its[0]["status"], "done");
    let commands = of(Some(&agent), "command");
    assert_eq!(commands.len(), 1, "{items:#?}");
    assert_eq!(commands[0]["text"], "from the agent\n");
    assert_eq!(of(None, "command").len(), 0);
    assert_eq!(of(Some(&agent), "subagent").len(), 1, "its report");
}
