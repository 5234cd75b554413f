//! `switchboard tokens`: ways in for programs, each in a person's name.

use anyhow::{Context as _, Result, bail};
use clap::Subcommand;

use super::people::named;
use crate::compose::House;

#[derive(Subcommand)]
pub enum Tokens {
    /// Make a token and print it alone, once
    #[command(after_help = "Example:\n  TOKEN=$(switchboard tokens create --name nightly-report)")]
    Create {
        /// What it is for
        #[arg(long)]
        name: String,
        /// In whose name it acts [default: the local admin]
        #[arg(long = "as", value_name = "PERSON")]
        person: Option<String>,
    },
    /// List a person's tokens
    List {
        /// Whose [default: the local admin]
        #[arg(long = "as", value_name = "PERSON")]
        person: Option<String>,
    },
    /// End a token
    Revoke {
        /// Its id, from `list`
        id: String,
        /// Whose [default: the local admin]
        #[arg(long = "as", value_name = "PERSON")]
        person: Option<String>,
    },
}

impl Tokens {
    pub async fn run(self, house: House) -> Result<()> {
        match self {
            Self::Create { name, person } => {
                let person = named(&house, person.as_deref()).await?;
                let me = house.local_admin().await?.id;
                let made = house.identity.create_token_by(me, &name, person.id);
                let (_, secret) = made.await?;
                println!("{}", secret.expose());
            }
            Self::List { person } => {
                let person = named(&house, person.as_deref()).await?;
                for token in house.identity.tokens(person.id).await? {
                    println!("{}  {}", token.id, token.name);
                }
            }
            Self::Revoke { id, person } => {
                let person = named(&house, person.as_deref()).await?;
                let token = id.parse().with_context(|| {
                    format!("{id:?} is no token; `switchboard tokens list` shows them")
                })?;
                let me = house.local_admin().await?.id;
                let identity = &house.identity;
                if !identity.revoke_token(me, person.id, token).await? {
                    bail!(
                        "@{} has no token {id}; `switchboard tokens list` shows them",
                        person.handle
                    );
                }
                eprintln!("Ended.");
            }
        }
        Ok(())
    }
}
