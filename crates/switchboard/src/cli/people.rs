//! `switchboard people`: who is in the workspace, what they may do, and how they get in.

use anyhow::{Context as _, Result, bail};
use clap::{Subcommand, ValueEnum};
use switchboard_auth::{Invite, Link};
use switchboard_model::person::{Person, Role};
use switchboard_store::PersonPatch;

use crate::{compose::House, running};

#[derive(Subcommand)]
pub enum People {
    /// List everyone
    List,
    /// Print a fresh sign-in link (10 minutes, once; 7 days for who never signed in)
    Link {
        /// A handle [default: the local admin]
        name: Option<String>,
    },
    /// Add a person and print their sign-in link (7 days, once)
    #[command(after_help = "Example:\n  switchboard people invite anna --name \"Anna Berg\"")]
    Invite {
        /// The name after the @
        handle: String,
        /// The name as shown [default: the handle]
        #[arg(long, default_value = "", hide_default_value = true)]
        name: String,
        /// What they may do
        #[arg(long, value_enum, default_value_t = As::Member)]
        role: As,
    },
    /// Change the name as shown, or the name after the @
    #[command(after_help = "Example:\n  switchboard people rename anna --name \"Anna Berg\"")]
    Rename {
        /// The name after the @
        handle: String,
        /// The new name as shown
        #[arg(long, required_unless_present = "to")]
        name: Option<String>,
        /// The new name after the @
        #[arg(long, value_name = "HANDLE")]
        to: Option<String>,
    },
    /// Say what a person may do
    #[command(after_help = "Example:\n  switchboard people role anna admin")]
    Role {
        /// The name after the @
        handle: String,
        /// From now on
        #[arg(value_enum)]
        role: As,
    },
    /// Remove a person: signs them out everywhere and stops what they asked for; their words stay, but
    /// private threads that nobody else is in are deleted
    Remove {
        /// The name after the @
        handle: String,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub enum As {
    /// Runs the workspace: people, assistants, settings
    Admin,
    /// Takes part
    Member,
}

impl From<As> for Role {
    fn from(role: As) -> Self {
        match role {
            As::Admin => Self::Admin,
            As::Member => Self::Member,
        }
    }
}

impl People {
    pub async fn run(self, house: House) -> Result<()> {
        let me = house.local_admin().await?;
        match self {
            Self::List => {
                for person in house.store.reader().people().await? {
                    let waiting = if person.invited { " (invited)" } else { "" };
                    println!(
                        "{:<16} {:<8} {}{waiting}",
                        person.handle,
                        person.role.as_str(),
                        person.name
                    );
                }
            }
            Self::Link { name } => {
                let person = named(&house, name.as_deref()).await?;
                let link = house.identity.link_by(me.id, person).await?;
                let link = link.context("they were removed just now")?;
                print_link(&house, &link).await;
            }
            Self::Invite { handle, name, role } => {
                let invite = Invite {
                    handle: Some(house.engine.free_handle(&handle)?),
                    name: Some(name),
                    role: role.into(),
                    client_id: None,
                };
                let (link, _) = house.identity.invite(me.id, invite).await?;
                print_link(&house, &link).await;
            }
            Self::Rename { handle, name, to } => {
                let patch = PersonPatch {
                    name,
                    handle: to,
                    role: None,
                };
                change(&house, &me, &handle, patch).await?;
            }
            Self::Role { handle, role } => {
                let patch = PersonPatch {
                    role: Some(role.into()),
                    ..PersonPatch::default()
                };
                change(&house, &me, &handle, patch).await?;
            }
            Self::Remove { handle } => {
                let person = named(&house, Some(&handle)).await?;
                house.engine.remove_person(&me, person.id).await?;
                eprintln!("@{} is removed.", person.handle);
            }
        }
        Ok(())
    }
}

async fn change(house: &House, me: &Person, handle: &str, patch: PersonPatch) -> Result<()> {
    let person = named(house, Some(handle)).await?;
    let now = house.engine.change_person(me, person.id, patch).await?;
    eprintln!("@{}: {}, {}.", now.handle, now.name, now.role.as_str());
    Ok(())
}

/// The person of that handle, or the local admin.
pub async fn named(house: &House, name: Option<&str>) -> Result<Person> {
    let admin = house.local_admin().await?;
    let Some(name) = name else { return Ok(admin) };
    let handle = name.trim_start_matches('@').to_lowercase();
    match house.store.reader().person_by_handle(&handle).await? {
        Some(person) => Ok(person),
        None => bail!("there is nobody named {name}; `switchboard people list` shows who there is"),
    }
}

async fn print_link(house: &House, link: &Link) {
    println!("{}", link.url(&base_url(house).await));
    let minutes = link.expires_at.since(house.ids.clock().now()).as_secs() / 60 + 1;
    let good_for = if minutes > 60 {
        format!("{} days", minutes.div_ceil(24 * 60))
    } else {
        format!("{minutes} minutes")
    };
    eprintln!("For @{}: good for {good_for}, once.", link.person.handle);
}

/// Where people find the page.
async fn base_url(house: &House) -> String {
    let settings = &house.config.settings;
    match &settings.public_url {
        Some(url) => url.clone(),
        None => match running::find(&house.config.run_folder()).await {
            Some(url) => url,
            None => format!("http://{}", settings.listen),
        },
    }
}
