//! `switchboard assistants`: who can be mentioned, on whose account, and by whom.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::{Subcommand, ValueEnum};
use switchboard_auth::make_client_pair;
use switchboard_engine::backend::Spec;
use switchboard_model::{
    assistant::{Access, Assistant, Limits},
    person::Person,
};
use switchboard_store::NewAssistant;

use super::people::named;
use crate::compose::House;

#[derive(Subcommand)]
pub enum Assistants {
    /// Register an assistant and print its client id and secret, the secret once
    Add {
        /// Its handle: one of those that `list --available` shows
        handle: String,
        /// Whose login it runs on [default: the local admin]
        #[arg(long, value_name = "PERSON")]
        owner: Option<String>,
    },
    /// List the registered assistants
    List {
        /// Show what could be added instead
        #[arg(long)]
        available: bool,
    },
    /// Answer its mentions
    Enable { handle: String },
    /// Stop answering its mentions
    Disable { handle: String },
    /// Say who may mention it
    Access {
        handle: String,
        #[arg(value_enum)]
        who: Who,
        /// The people, with `named`
        people: Vec<String>,
    },
    /// Set how long its turns may take
    Limits {
        handle: String,
        /// Seconds for a mention in a shared thread [default: 120]
        #[arg(long, value_name = "SECONDS")]
        mention: Option<u64>,
        /// Seconds in a direct thread [default: 1800]
        #[arg(long, value_name = "SECONDS")]
        direct: Option<u64>,
        /// Seconds of silence [default: 300]
        #[arg(long, value_name = "SECONDS")]
        idle: Option<u64>,
    },
    /// Make a new client secret; the old one stops working
    Rotate { handle: String },
    /// Remove it; its messages stay
    Remove { handle: String },
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Who {
    Owner,
    Named,
    Everyone,
}

impl Assistants {
    pub async fn run(self, house: House) -> Result<()> {
        match self {
            Self::Add { handle, owner } => add(&house, &handle, owner.as_deref()).await,
            Self::List { available: true } => {
                for spec in house.registry.specs() {
                    println!(
                        "{:<16} {} ({})",
                        spec.handle, spec.title, spec.account_words
                    );
                }
                Ok(())
            }
            Self::List { available: false } => list(&house).await,
            Self::Enable { handle } => switch(&house, &handle, true).await,
            Self::Disable { handle } => switch(&house, &handle, false).await,
            Self::Access {
                handle,
                who,
                people,
            } => access(&house, &handle, who, &people).await,
            Self::Limits {
                handle,
                mention,
                direct,
                idle,
            } => {
                let assistant = find(&house, &handle).await?;
                let limits = Limits {
                    mention_deadline: mention.map(Duration::from_secs),
                    direct_deadline: direct.map(Duration::from_secs),
                    idle: idle.map(Duration::from_secs),
                };
                let seconds =
                    |limit: Option<u64>| limit.map_or("default".into(), |s| format!("{s} s"));
                let detail = format!(
                    "mention {}, direct {}, idle {}",
                    seconds(mention),
                    seconds(direct),
                    seconds(idle)
                );
                note(&house, "assistant.limits", &assistant.handle, &detail).await?;
                house.store.set_limits(assistant.id, limits).await?;
                eprintln!("@{}: set.", assistant.handle);
                Ok(())
            }
            Self::Rotate { handle } => {
                let assistant = find(&house, &handle).await?;
                note(&house, "assistant.rotate", &assistant.handle, "").await?;
                show_pair(&house, &assistant).await
            }
            Self::Remove { handle } => {
                let assistant = find(&house, &handle).await?;
                note(&house, "assistant.remove", &assistant.handle, "").await?;
                house.store.remove_assistant(assistant.id).await?;
                eprintln!(
                    "@{handle} is removed; `switchboard assistants add {handle}` brings it back."
                );
                Ok(())
            }
        }
    }
}

async fn add(house: &House, handle: &str, owner: Option<&str>) -> Result<()> {
    let wanted = handle.trim_start_matches('@').to_lowercase();
    let specs = house.registry.specs();
    let Some(spec) = specs.iter().find(|spec| spec.handle == wanted) else {
        let known: Vec<&str> = specs.iter().map(|spec| spec.handle.as_str()).collect();
        bail!(
            "there is no assistant named {handle}; known are: {}",
            known.join(", ")
        );
    };
    let owner = named(house, owner).await?;
    let detail = format!("on the account of @{}", owner.handle);
    note(house, "assistant.add", &spec.handle, &detail).await?;
    let (assistant, _) = register(house, spec, &owner).await?;
    match &assistant.client_id {
        None => show_pair(house, &assistant).await?,
        Some(id) => {
            println!("{}_CLIENT_ID={id}", prefix(&assistant));
            eprintln!(
                "@{} was registered before; its secret was shown then. `switchboard assistants rotate {}` makes a new one.",
                assistant.handle, assistant.handle
            );
        }
    }
    let probe = house.registry.probe_now(&spec.name).await;
    if let Some(problem) = probe.problem {
        eprintln!(
            "Not ready yet ({}): {}. To fix it: {}.",
            problem.code.as_str(),
            problem.message,
            problem.hint
        );
    }
    Ok(())
}

async fn register(house: &House, spec: &Spec, owner: &Person) -> Result<(Assistant, bool)> {
    let new = NewAssistant {
        handle: spec.handle.clone(),
        name: spec.title.clone(),
        backend: spec.name.clone(),
        owner: owner.id,
    };
    house
        .store
        .add_assistant(new)
        .await
        .with_context(|| format!("cannot register @{}", spec.handle))
}

/// Makes a pair, stores the secret's hash, and shows the secret this once.
async fn show_pair(house: &House, assistant: &Assistant) -> Result<()> {
    let pair = make_client_pair(&house.ids);
    house
        .store
        .set_client_pair(assistant.id, pair.id.clone(), pair.hash)
        .await?;
    println!("{}_CLIENT_ID={}", prefix(assistant), pair.id);
    println!(
        "{}_CLIENT_SECRET={}",
        prefix(assistant),
        pair.secret.expose()
    );
    eprintln!(
        "@{} runs on this machine and does not need the pair; it is kept for OAuth. The secret is not shown again.",
        assistant.handle
    );
    Ok(())
}

fn prefix(assistant: &Assistant) -> String {
    assistant.handle.to_uppercase().replace(['-', '/'], "_")
}

async fn list(house: &House) -> Result<()> {
    let assistants = house.store.reader().assistants().await?;
    if assistants.is_empty() {
        eprintln!(
            "No assistants yet: `switchboard assistants list --available` shows what can be added."
        );
    }
    for assistant in assistants {
        let state = match house.registry.probe(&assistant.backend).await.problem {
            _ if !assistant.enabled => "disabled",
            Some(problem) => problem.code.as_str(),
            None => "ready",
        };
        println!(
            "{:<16} {:<20} {:<9} owner {}",
            assistant.handle,
            state,
            assistant.access.as_str(),
            assistant.owner_name
        );
    }
    Ok(())
}

async fn switch(house: &House, handle: &str, enabled: bool) -> Result<()> {
    let assistant = find(house, handle).await?;
    let action = if enabled {
        "assistant.enable"
    } else {
        "assistant.disable"
    };
    note(house, action, &assistant.handle, "").await?;
    house.store.set_enabled(assistant.id, enabled).await?;
    eprintln!(
        "@{} is {}.",
        assistant.handle,
        if enabled { "on" } else { "off" }
    );
    Ok(())
}

async fn access(house: &House, handle: &str, who: Who, people: &[String]) -> Result<()> {
    let assistant = find(house, handle).await?;
    let access = match who {
        Who::Owner => Access::Owner,
        Who::Named => Access::Named,
        Who::Everyone => Access::Everyone,
    };
    if (access == Access::Named) == people.is_empty() {
        bail!(
            "give people with `named`, and only then: switchboard assistants access {handle} named ANNA BEN"
        );
    }
    let mut ids = Vec::new();
    for name in people {
        ids.push(named(house, Some(name)).await?.id);
    }
    let detail = format!("{} {}", access.as_str(), people.join(" "));
    note(house, "assistant.access", &assistant.handle, detail.trim()).await?;
    house.store.set_access(assistant.id, access, ids).await?;
    eprintln!(
        "@{} may be mentioned by: {}.",
        assistant.handle,
        access.as_str()
    );
    Ok(())
}

async fn note(house: &House, action: &'static str, handle: &str, detail: &str) -> Result<()> {
    house
        .note(action, format!("assistant @{handle}"), detail)
        .await
}

async fn find(house: &House, handle: &str) -> Result<Assistant> {
    let wanted = handle.trim_start_matches('@').to_lowercase();
    let found = house
        .store
        .reader()
        .assistants()
        .await?
        .into_iter()
        .find(|assistant| assistant.handle == wanted);
    found.with_context(|| {
        format!("there is no assistant named {handle}; `switchboard assistants list` shows those registered")
    })
}
