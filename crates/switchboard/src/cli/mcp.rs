//! `switchboard mcp`: the MCP servers that people give their assistants.

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use switchboard_engine::{ChatError, backend::Capability};
use switchboard_model::{
    assistant::Assistant,
    mcp::{KnownServer, SeenState, Transport},
    person::Person,
};
use switchboard_store::WhoseServers;

use super::{assistants::find, people::named};
use crate::compose::House;

#[derive(Subcommand)]
pub enum Mcp {
    /// List the servers with what was last seen of them
    #[command(after_help = "Example:\n  switchboard mcp list --for anna")]
    List {
        #[command(flatten)]
        whose: Whose,
    },
    /// Add a server: an address, or a command that runs as the server's user
    #[command(after_help = "\
Examples:
  switchboard mcp add tickets --url https://mcp.example.com/mcp
  switchboard mcp add notes --variable NOTES_TOKEN -- notes-mcp --all
  switchboard mcp add docs --for anna -- npx -y @modelcontextprotocol/server-filesystem /srv/docs

Values of variables come from the server's own environment when a turn starts; only their names are kept.")]
    Add(Add),
    /// Remove a server
    Remove {
        /// Its name
        name: String,
        #[command(flatten)]
        whose: Whose,
    },
    /// Start or reach a server, and list its tools; no model is asked
    ///
    /// Variables have the values that they have where this is typed, which may be others than the server's.
    Test {
        /// Its name
        name: String,
        #[command(flatten)]
        whose: Whose,
    },
}

#[derive(Args)]
pub struct Add {
    /// What to call it: small letters, digits and hyphens
    name: String,
    /// Its address, if it is reached over HTTP
    #[arg(long, conflicts_with_all = ["folder", "variables", "command"])]
    url: Option<String>,
    /// The variable that holds a bearer token for that address
    #[arg(long, value_name = "VARIABLE", requires = "url")]
    bearer: Option<String>,
    /// Where the command runs [default: where the turn works]
    #[arg(long, value_name = "DIR")]
    folder: Option<String>,
    /// A variable that the command gets; may be given several times
    #[arg(long = "variable", value_name = "NAME")]
    variables: Vec<String>,
    #[command(flatten)]
    whose: Whose,
    /// The command and its arguments, behind `--`
    #[arg(last = true)]
    command: Vec<String>,
}

#[derive(Args)]
pub struct Whose {
    /// Which assistant uses it [default: the one that takes MCP servers]
    #[arg(long, value_name = "HANDLE")]
    assistant: Option<String>,
    /// Whose it is: the name after the @ [default: the local admin]
    #[arg(long = "for", value_name = "HANDLE")]
    whom: Option<String>,
}

impl Mcp {
    pub async fn run(self, house: House) -> Result<()> {
        let me = house.local_admin().await?;
        match self {
            Self::List { whose } => {
                let (_, _, whose) = whose.read(&house).await?;
                for known in house.engine.mcp_servers(&me, whose).await? {
                    println!("{}", line(&known));
                }
                Ok(())
            }
            Self::Add(add) => {
                let (person, assistant, whose) = add.whose.read(&house).await?;
                let transport =
                    transport(add.url, add.bearer, add.folder, add.variables, add.command)?;
                let name = add.name.clone();
                house
                    .engine
                    .add_mcp_server(&me, whose, add.name, transport)
                    .await?;
                eprintln!(
                    "@{} has {name} for @{}; `switchboard mcp test {name}` tries it.",
                    assistant.handle, person.handle
                );
                Ok(())
            }
            Self::Remove { name, whose } => {
                let (person, assistant, whose) = whose.read(&house).await?;
                let removed = house.engine.remove_mcp_server(&me, whose, &name).await;
                not_there(removed, &name, &person, &assistant)?;
                eprintln!("{name} is removed.");
                Ok(())
            }
            Self::Test { name, whose } => {
                let (person, assistant, whose) = whose.read(&house).await?;
                let tested = house.engine.test_mcp_server(&me, whose, &name).await;
                not_there(tested, &name, &person, &assistant)?;
                let known = house.engine.mcp_server(&me, whose, &name).await?;
                report(&known)
            }
        }
    }
}

impl Whose {
    async fn read(&self, house: &House) -> Result<(Person, Assistant, WhoseServers)> {
        let person = named(house, self.whom.as_deref()).await?;
        let assistant = match &self.assistant {
            Some(handle) => find(house, handle).await?,
            None => the_one_that_takes_them(house).await?,
        };
        let whose = WhoseServers {
            person: person.id,
            assistant: assistant.id,
        };
        Ok((person, assistant, whose))
    }
}

async fn the_one_that_takes_them(house: &House) -> Result<Assistant> {
    let takes = |assistant: &Assistant| {
        let backend = house.registry.get(&assistant.backend);
        backend.is_some_and(|backend| backend.spec().has(Capability::Tools))
    };
    let mut all = house.store.reader().assistants().await?;
    all.retain(takes);
    match all.len() {
        1 => Ok(all.remove(0)),
        0 => bail!(
            "no registered assistant takes MCP servers; `switchboard assistants list` shows those there are"
        ),
        _ => bail!("several assistants take MCP servers: say which with --assistant"),
    }
}

fn transport(
    url: Option<String>,
    bearer: Option<String>,
    folder: Option<String>,
    variables: Vec<String>,
    command: Vec<String>,
) -> Result<Transport> {
    if let Some(url) = url {
        return Ok(Transport::Http { url, bearer });
    }
    let mut words = command.into_iter();
    let Some(command) = words.next() else {
        bail!("give an address with --url, or a command behind --");
    };
    Ok(Transport::Stdio {
        command,
        args: words.collect(),
        folder,
        variables,
    })
}

fn line(known: &KnownServer) -> String {
    let server = &known.server;
    let state = match &known.seen {
        _ if !server.enabled => "off",
        _ if known.barred().is_some() => "needs an admin",
        None => "not tested",
        Some((seen, _)) => match seen.state {
            SeenState::Ready => "works",
            SeenState::Failed => "does not work",
            SeenState::NeedsSignIn => "wants a sign-in",
        },
    };
    format!(
        "{:<24} {state:<16} {}",
        server.name,
        server.transport.words()
    )
}

/// Says what a test found: its tools on stdout, one a line.
fn report(known: &KnownServer) -> Result<()> {
    let Some((seen, _)) = &known.seen else {
        bail!("nothing was found out");
    };
    match seen.state {
        SeenState::Ready => {
            for tool in seen.tools.iter().flatten() {
                println!("{}", shown(&tool.name));
            }
            Ok(())
        }
        SeenState::NeedsSignIn => {
            bail!("it wants a sign-in: its owner does that in the page, under Settings > Tools")
        }
        SeenState::Failed => bail!("{}", shown(seen.message.as_deref().unwrap_or("it failed"))),
    }
}

/// A server's own words, without what could steer a terminal.
fn shown(words: &str) -> String {
    words
        .chars()
        .map(|c| if c.is_control() { '\u{FFFD}' } else { c })
        .collect()
}

fn not_there<T>(
    done: Result<T, ChatError>,
    name: &str,
    person: &Person,
    assistant: &Assistant,
) -> Result<T> {
    match done {
        Err(ChatError::NotFound(_)) => bail!(
            "@{} has no MCP server {name} for @{}; `switchboard mcp list --for {}` shows those there are",
            assistant.handle,
            person.handle,
            person.handle
        ),
        done => Ok(done?),
    }
}
