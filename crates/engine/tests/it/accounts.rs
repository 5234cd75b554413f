//! What is shown of a backend: the models of the account that is signed in and of nobody else, and something also where its
//! row cannot be read.

use std::sync::{Arc, Mutex};

use futures_util::{FutureExt, future::BoxFuture};
use switchboard_engine::{
    Registry, TurnIo,
    backend::{
        Backend, BackendError, Capability, Family, Operation, Performed, Probe, Purpose, Spec,
        TurnEnd, TurnRequest,
    },
};
use switchboard_model::{
    outcome::{Failure, OutcomeCode},
    person::{Person, Role},
    provider::Model,
};
use switchboard_store::BackendPatch;
use switchboard_testkit::until;
use tokio::sync::Semaphore;

use crate::world::World;

/// A backend whose account lists one model, called as the account is, once it gets a permit for it.
struct Account {
    spec: Spec,
    name: Mutex<Option<&'static str>>,
    gate: Semaphore,
}

fn model(id: &str) -> Model {
    Model {
        id: id.into(),
        name: id.into(),
        ..Model::default()
    }
}

impl Account {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            spec: Spec {
                name: "account".into(),
                handle: "account".into(),
                title: "Account".into(),
                account_words: "plan".into(),
                purpose: Purpose::Work,
                capabilities: vec![Capability::Models],
                lacks: Vec::new(),
                accepts: Vec::new(),
                note: String::new(),
                family: Family::Codex,
                seeds: vec![model("seed")],
                sign_ins: Vec::new(),
            },
            name: Mutex::new(None),
            gate: Semaphore::new(0),
        })
    }

    /// Somebody signs in, or out.
    fn becomes(&self, name: Option<&'static str>, registry: &Registry) {
        *self.name.lock().unwrap() = name;
        registry.forget("account");
    }
}

impl Backend for Account {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn run_turn(&self, _: TurnRequest, _: TurnIo) -> BoxFuture<'_, Result<TurnEnd, BackendError>> {
        async { Err(BackendError::Unsupported) }.boxed()
    }

    fn perform(&self, operation: Operation) -> BoxFuture<'_, Result<Performed, BackendError>> {
        async move {
            let name = *self.name.lock().unwrap();
            match operation {
                Operation::Probe => Ok(Performed::Probed(Probe {
                    program: None,
                    version: None,
                    problem: name
                        .is_none()
                        .then(|| Failure::new(OutcomeCode::NotSignedIn, "nobody")),
                    account: name.map(str::to_owned),
                    login: None,
                })),
                Operation::Models => {
                    self.gate.acquire().await.unwrap().forget();
                    Ok(Performed::Models(name.map(model).into_iter().collect()))
                }
                _ => Err(BackendError::Unsupported),
            }
        }
        .boxed()
    }
}

/// What is shown, with a star where the account has listed it.
async fn shown(world: &World) -> String {
    let view = world.engine.backend("account").await.unwrap();
    let ids: Vec<_> = view.models.iter().map(|model| model.id.as_str()).collect();
    let listed = if view.models_at.is_some() { "*" } else { "" };
    format!("{}{listed}", ids.join(" "))
}

async fn shows(world: &World, models: &str) {
    until(&format!("{models} is shown"), || async {
        (shown(world).await == models).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_account_has_its_own_list_which_a_sign_in_asks_for() {
    let account = Account::new();
    let world = World::with_backend(account.clone()).await;
    world.start();
    assert_eq!(shown(&world).await, "seed");
    let registry = world.engine.registry().clone();
    account.becomes(Some("mara"), &registry);
    assert_eq!(shown(&world).await, "seed", "until its list came");
    account.gate.add_permits(1);
    shows(&world, "mara*").await;
    account.becomes(Some("tom"), &registry);
    assert_eq!(shown(&world).await, "seed", "mara's says nothing of tom's");
    account.becomes(None, &registry);
    assert_eq!(shown(&world).await, "seed");
    account.becomes(Some("mara"), &registry);
    assert_eq!(shown(&world).await, "mara*", "the last good one is kept");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_comes_after_a_change_of_account_is_nobodys() {
    let account = Account::new();
    let world = World::with_backend(account.clone()).await;
    let registry = world.engine.registry().clone();
    account.becomes(Some("mara"), &registry);
    let engine = world.engine.clone();
    let mara = Person {
        role: Role::Admin,
        ..world.mara.clone()
    };
    let asking = async { engine.refresh_models(&mara, "account").await.unwrap() };
    let changing = async {
        // The question has been put: nothing else waits for a permit.
        account.becomes(Some("tom"), &registry);
        account.gate.add_permits(1);
    };
    tokio::join!(asking, changing);
    assert_eq!(shown(&world).await, "seed");
    account.becomes(Some("mara"), &registry);
    assert_eq!(shown(&world).await, "seed");
}

on_both_databases! {
    async fn rows_that_make_no_sense_never_empty_the_page(world: World) {
        for (name, enabled) in [
            ("obedient", "sideways"),
            ("deaf", "off"),
            ("switch:agent-providers", "perhaps"),
            ("of another version", "on"),
        ] {
            let patch = BackendPatch {
                enabled: Some(enabled.to_owned()),
                ..BackendPatch::default()
            };
            let change = world.store.change_backend(world.mara.id, name.to_owned(), patch);
            change.await.unwrap();
        }
        let keep = world.store.keep_models("aloof".to_owned(), String::new(), "{".to_owned());
        keep.await.unwrap();
        let views = world.engine.backends().await.unwrap();
        assert_eq!(views.len(), world.engine.registry().specs().len());
        let shown = |name: &str| {
            let view = views.iter().find(|view| view.spec.name == name).unwrap();
            (view.on, view.unreadable.is_some())
        };
        assert_eq!(shown("aloof"), (true, true));
        assert_eq!(shown("deaf"), (false, false));
        assert_eq!(shown("obedient"), (true, true));
        assert_eq!(shown("rash"), (true, false));
        assert!(views.iter().all(|view| view.switched));
        assert!(world.engine.switches().await.unwrap().agent_providers);
    }
}
