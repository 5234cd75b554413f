//! `switchboard people`: who is in the workspace, and how they get in.

use anyhow::{Result, bail};
use clap::{Subcommand, ValueEnum};
use switchboard_auth::Link;
use switchboard_model::person::{Person, Role};

use crate::{compose::House, running};

#[derive(Subcommand)]
pub enum People {
    /// List everyone
    List,
    /// Print a fresh sign-in link (10 minutes, once)
    Link {
        /// A handle [default: the local admin]
        name: Option<String>,
    },
    /// Add a person and print their sign-in link
    Invite {
        /// The name after the @
        handle: String,
        /// The name as shown
        #[arg(long, default_value = "")]
        name: String,
        /// What they may do
        #[arg(long, value_enum, default_value_t = As::Member)]
        role: As,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub enum As {
    Admin,
    Member,
}

impl People {
    pub async fn run(self, house: House) -> Result<()> {
        match self {
            Self::List => {
                for person in house.store.reader().people().await? {
                    println!(
                        "{:<16} {:<8} {}",
                        person.handle,
                        person.role.as_str(),
                        person.name
                    );
                }
            }
            Self::Link { name } => {
                let person = named(&house, name.as_deref()).await?;
                print_link(&house, &house.identity.link_for(person).await?).await;
            }
            Self::Invite { handle, name, role } => {
                let role = match role {
                    As::Admin => Role::Admin,
                    As::Member => Role::Member,
                };
                let invited = format!("person @{}", handle.trim_start_matches('@'));
                house.note("person.invite", invited, role.as_str()).await?;
                print_link(&house, &house.identity.invite(&handle, &name, role).await?).await;
            }
        }
        Ok(())
    }
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
    println!("{}", link_url(&base_url(house).await, link));
    eprintln!("For @{}: good for 10 minutes, once.", link.person.handle);
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

/// The secret goes into the fragment, which no server, log or referrer ever sees.
pub fn link_url(base: &str, link: &Link) -> String {
    format!(
        "{}/sign-in#{}",
        base.trim_end_matches('/'),
        link.secret.expose()
    )
}
