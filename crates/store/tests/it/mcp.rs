//! MCP servers: whose they are, how many there may be, and what is kept of them.

use switchboard_model::{
    AssistantId, PersonId,
    mcp::{KnownServer, MOST, Seen, SeenState, Tool, Transport},
};
use switchboard_store::{AuditFilter, McpError, McpPatch, WhoseServers};

use crate::world::World;

fn http(url: &str) -> Transport {
    Transport::Http {
        url: url.to_owned(),
        bearer: None,
    }
}

fn stdio() -> Transport {
    Transport::Stdio {
        command: "notes-mcp".into(),
        args: vec!["--all".into()],
        folder: Some("/srv".into()),
        variables: vec!["NOTES_TOKEN".into()],
    }
}

fn whose(person: PersonId, assistant: AssistantId) -> WhoseServers {
    WhoseServers { person, assistant }
}

async fn known(world: &World, whose: WhoseServers) -> Vec<KnownServer> {
    world.reader().mcp_servers(whose).await.unwrap()
}

on_both_databases! {
    async fn a_server_is_one_persons_for_one_assistant(world: World) {
        let (mara, ben) = (world.person("mara").await, world.person("ben").await);
        let helper = world.assistant("helper", mara).await;
        let (maras, bens) = (whose(mara, helper), whose(ben, helper));
        for whose in [maras, bens] {
            let added = world.store.add_mcp_server(mara, whose, "my-notes".into(), stdio());
            added.await.unwrap();
        }
        let (of_mara, of_ben) = (known(&world, maras).await, known(&world, bens).await);
        let (hers, his) = (&of_mara[0].server, &of_ben[0].server);
        assert_eq!((hers.name.as_str(), &hers.transport, hers.enabled), ("my-notes", &stdio(), true));
        assert!(hers.label.starts_with("my_notes_"), "{}", hers.label);
        assert_ne!(hers.label, his.label, "what is kept under one is not the other's");
        assert_eq!(of_mara[0].seen, None);
        let again = world.store.add_mcp_server(mara, maras, "my-notes".into(), http("https://a.b"));
        assert!(matches!(again.await, Err(McpError::Taken)));
        world.tick(1);
        assert!(world.store.remove_mcp_server(mara, maras, "my-notes".into()).await.unwrap());
        assert!(!world.store.remove_mcp_server(mara, maras, "my-notes".into()).await.unwrap());
        assert_eq!(known(&world, maras).await, []);
        assert_eq!(known(&world, bens).await, of_ben);
        let filter = AuditFilter { action: Some("mcp".into()), ..AuditFilter::default() };
        let (notes, _) = world.reader().audits(filter, 10).await.unwrap();
        let notes: Vec<_> = notes.iter().map(|note| (note.action.as_str(), note.detail.as_str())).collect();
        let added = ("mcp.add", "runs notes-mcp with NOTES_TOKEN");
        assert_eq!(notes, [("mcp.remove", ""), added, added]);
    }

    async fn there_are_never_too_many(world: World) {
        let mara = world.person("mara").await;
        let whose = whose(mara, world.assistant("helper", mara).await);
        for number in 0..MOST {
            let added = world.store.add_mcp_server(mara, whose, format!("s{number}"), stdio());
            added.await.unwrap();
        }
        let more = world.store.add_mcp_server(mara, whose, "more".into(), stdio());
        assert!(matches!(more.await, Err(McpError::TooMany)));
    }

    async fn what_was_seen_is_kept_until_it_leads_elsewhere(world: World) {
        let mara = world.person("mara").await;
        let whose = whose(mara, world.assistant("helper", mara).await);
        let added = world.store.add_mcp_server(mara, whose, "notes".into(), http("https://a.b"));
        added.await.unwrap();
        let before = known(&world, whose).await.remove(0).server;
        let tools = vec![Tool { name: "echo".into(), description: "Says it again".into(), reads_only: true }];
        let ready = Seen { state: SeenState::Ready, message: None, tools: Some(tools.clone()) };
        world.store.saw_mcp_server(before.label.clone(), ready).await.unwrap();
        let failed = Seen { state: SeenState::Failed, message: Some("gone".into()), tools: None };
        world.store.saw_mcp_server(before.label.clone(), failed).await.unwrap();
        world.store.saw_mcp_server("another".into(), Seen { state: SeenState::Ready, message: None, tools: None })
            .await.unwrap();
        let (seen, at) = known(&world, whose).await.remove(0).seen.unwrap();
        let kept = Seen { state: SeenState::Failed, message: Some("gone".into()), tools: Some(tools) };
        assert_eq!((seen, at), (kept, world.store.ids().clock().now()));
        let off = McpPatch { enabled: Some(false), ..McpPatch::default() };
        assert!(world.store.change_mcp_server(mara, whose, "notes".into(), off.clone()).await.unwrap());
        let now = known(&world, whose).await.remove(0);
        assert_eq!((now.server.enabled, &now.server.label, now.seen.is_some()), (false, &before.label, true));
        let elsewhere = McpPatch { transport: Some(http("https://c.d")), ..McpPatch::default() };
        assert!(world.store.change_mcp_server(mara, whose, "notes".into(), elsewhere).await.unwrap());
        let now = known(&world, whose).await.remove(0);
        assert_eq!((now.server.transport, now.seen), (http("https://c.d"), None));
        assert_ne!(now.server.label, before.label, "a sign-in does not follow it there");
        assert!(!world.store.change_mcp_server(mara, whose, "nothing".into(), off).await.unwrap());
    }

    async fn they_go_with_whoever_they_belong_to(world: World) {
        let (mara, ben) = (world.person("mara").await, world.person("ben").await);
        let (first, second) = (world.assistant("first", mara).await, world.assistant("second", mara).await);
        for (person, assistant) in [(mara, first), (mara, second), (ben, first)] {
            let added = world.store.add_mcp_server(mara, whose(person, assistant), "notes".into(), stdio());
            added.await.unwrap();
        }
        world.store.remove_person(mara, ben).await.unwrap();
        assert_eq!(known(&world, whose(ben, first)).await, []);
        let added = world.store.add_mcp_server(mara, whose(ben, second), "notes".into(), stdio());
        assert!(matches!(added.await, Err(McpError::Gone)));
        world.store.remove_assistant(mara, first).await.unwrap();
        assert_eq!(known(&world, whose(mara, first)).await, []);
        assert_eq!(known(&world, whose(mara, second)).await.len(), 1);
    }
}
