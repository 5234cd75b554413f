//! `switchboard folders`: where a person's turns may work.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Subcommand;

use super::people::named;
use crate::compose::House;

#[derive(Subcommand)]
pub enum Folders {
    /// List the folders in which a person's turns may work
    List {
        /// The name after the @ [default: the local admin]
        #[arg(long = "for", value_name = "HANDLE")]
        whom: Option<String>,
    },
    /// Let a person's turns work in a folder and all that lies below it
    #[command(after_help = "Example:\n  switchboard folders allow ~/code --for anna")]
    Allow {
        /// The folder
        path: PathBuf,
        /// The name after the @ [default: the local admin]
        #[arg(long = "for", value_name = "HANDLE")]
        whom: Option<String>,
    },
    /// Take that back; turns that run there go on to their end
    #[command(after_help = "Example:\n  switchboard folders forbid ~/code --for anna")]
    Forbid {
        /// The folder
        path: PathBuf,
        /// The name after the @ [default: the local admin]
        #[arg(long = "for", value_name = "HANDLE")]
        whom: Option<String>,
    },
}

impl Folders {
    pub async fn run(self, house: House) -> Result<()> {
        let me = house.local_admin().await?;
        match self {
            Self::List { whom } => {
                let person = named(&house, whom.as_deref()).await?;
                for path in house.engine.folders(person.id).await? {
                    println!("{path}");
                }
            }
            Self::Allow { path, whom } => {
                let person = named(&house, whom.as_deref()).await?;
                let path = std::path::absolute(path)?;
                let real = house.engine.allow_folder(&me, person.id, &path).await?;
                eprintln!("Turns of @{} may work in {real}.", person.handle);
            }
            Self::Forbid { path, whom } => {
                let person = named(&house, whom.as_deref()).await?;
                let path = std::path::absolute(path)?;
                if !house.engine.forbid_folder(&me, person.id, &path).await? {
                    bail!(
                        "{} was not allowed to @{}; `switchboard folders list --for {}` shows what is",
                        path.display(),
                        person.handle,
                        person.handle
                    );
                }
                eprintln!("Turns of @{} may not work there any more.", person.handle);
            }
        }
        Ok(())
    }
}
