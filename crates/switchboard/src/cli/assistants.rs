//! `switchboard assistants`: who can be mentioned, on whose account, and by whom.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::{Subcommand, ValueEnum};
use switchboard_engine::AssistantChange;
use switchboard_model::assistant::{Access, Assistant, Limits};

use super::people::named;
use crate::compose::House;

#[derive(Subcommand)]
pub enum Assistants {
    /// Register an assistant and print its client id and secret, the secret once
    #[command(
        after_help = "Examples:\n  switchboard assistants list --available\n  switchboard assistants add chatgpt --owner anna"
    )]
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
    Enable {
        /// Its handle
        handle: String,
    },
    /// Stop answering its mentions
    Disable {
        /// Its handle
        handle: String,
    },
    /// Say who may mention it
    #[command(
        after_help = "Examples:\n  switchboard assistants access chatgpt everyone\n  switchboard assistants access chatgpt named anna ben"
    )]
    Access {
        /// Its handle
        handle: String,
        /// Who, beside its owner
        #[arg(value_enum)]
        who: Who,
        /// Their handles, with `named`
        people: Vec<String>,
    },
    /// Set how long its turns may take; what is not given goes back to its default
    #[command(
        after_help = "Example:\n  switchboard assistants limits chatgpt --mention 300 --idle 600"
    )]
    Limits {
        /// Its handle
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
    Rotate {
        /// Its handle
        handle: String,
    },
    /// Remove it; its messages stay
    Remove {
        /// Its handle
        handle: String,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Who {
    /// Nobody else
    Owner,
    /// The people named
    Named,
    /// Everyone in the workspace
    Everyone,
}

impl Assistants {
    pub async fn run(self, house: House) -> Result<()> {
        match self {
            Self::Add { handle, owner } => add(&house, &handle, owner.as_deref()).await,
            Self::List { available: true } => {
                for spec in house.registry.offers() {
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
                let limits = Limits {
                    mention_deadline: mention.map(Duration::from_secs),
                    direct_deadline: direct.map(Duration::from_secs),
                    idle: idle.map(Duration::from_secs),
                };
                let set = AssistantChange {
                    limits: Some(limits),
                    ..AssistantChange::default()
                };
                let assistant = change(&house, &handle, set).await?;
                eprintln!("@{}: set.", assistant.handle);
                Ok(())
            }
            Self::Rotate { handle } => {
                let assistant = find(&house, &handle).await?;
                show_pair(&house, &assistant).await
            }
            Self::Remove { handle } => {
                let assistant = find(&house, &handle).await?;
                let me = house.local_admin().await?;
                house.engine.remove_assistant(&me, assistant.id).await?;
                eprintln!(
                    "@{handle} is removed; `switchboard assistants add {handle}` brings it back."
                );
                Ok(())
            }
        }
    }
}

async fn add(house: &House, handle: &str, owner: Option<&str>) -> Result<()> {
    let me = house.local_admin().await?;
    let owner = named(house, owner).await?;
    let (assistant, _) = house.engine.add_assistant(&me, handle, &owner).await?;
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
    let probe = house.registry.probe_now(&assistant.backend).await;
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

/// Makes a pair, stores the secret's hash, and shows the secret this once.
async fn show_pair(house: &House, assistant: &Assistant) -> Result<()> {
    let me = house.local_admin().await?;
    let pair = house.identity.client_pair();
    house
        .engine
        .set_client_pair(&me, assistant.id, pair.id.clone(), pair.hash)
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
    let set = AssistantChange {
        enabled: Some(enabled),
        ..AssistantChange::default()
    };
    let assistant = change(house, handle, set).await?;
    let state = if enabled { "on" } else { "off" };
    eprintln!("@{} is {state}.", assistant.handle);
    Ok(())
}

async fn access(house: &House, handle: &str, who: Who, people: &[String]) -> Result<()> {
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
    let set = AssistantChange {
        access: Some(access),
        people: (access == Access::Named).then_some(ids),
        ..AssistantChange::default()
    };
    let assistant = change(house, handle, set).await?;
    eprintln!(
        "@{} may be mentioned by: {}.",
        assistant.handle,
        access.as_str()
    );
    Ok(())
}

async fn change(house: &House, handle: &str, change: AssistantChange) -> Result<Assistant> {
    let assistant = find(house, handle).await?;
    let me = house.local_admin().await?;
    let engine = &house.engine;
    Ok(engine.change_assistant(&me, assistant.id, change).await?)
}

pub(super) async fn find(house: &House, handle: &str) -> Result<Assistant> {
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
