//! The load generator of `cargo xtask bench`: a process of its own beside the server it measures. Each
//! verb puts one kind of load on a server, or on what it is compared with, and prints what it saw as one line of
//! JSON; it judges nothing.
#![allow(clippy::print_stdout, reason = "what was seen goes to standard output")]

mod append;
mod cli;
mod fanout;
mod http;
mod idle;
mod pace;
mod post;
mod relay;
mod times;
mod turns;
mod upstream;
mod viewer;
mod words;

use std::{fs, path::PathBuf, time::Duration};

use anyhow::{Context as _, Result, ensure};
use clap::{Args, Parser, Subcommand};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::{cli::Cli, http::Server, pace::Load};

#[derive(Parser)]
#[command(name = "switchboard-bench", about = "The load of `cargo xtask bench`")]
struct Line {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Post messages at a fixed rate and time each acknowledgement
    Post {
        #[command(flatten)]
        target: Target,
        #[command(flatten)]
        load: Rate,
    },
    /// Post at a fixed rate and time each event at each viewer
    Fanout {
        #[command(flatten)]
        target: Target,
        #[command(flatten)]
        load: Rate,
        #[arg(long)]
        viewers: usize,
    },
    /// Hold viewers open until killed
    Idle {
        #[command(flatten)]
        target: Target,
        #[arg(long)]
        viewers: usize,
    },
    /// Mention an assistant, one turn at a time, and time the start of its program
    Turns {
        #[command(flatten)]
        target: Target,
        #[arg(long)]
        count: usize,
        /// Where the stand-in program notes when it started
        #[arg(long, value_name = "FILE")]
        starts: PathBuf,
    },
    /// Ask an assistant over and over and time the first words of each answer
    Words {
        #[command(flatten)]
        target: Target,
        #[arg(long)]
        count: usize,
    },
    /// Have an assistant say the time, and tell how old its words are when they arrive
    Ages {
        #[command(flatten)]
        target: Target,
        #[command(flatten)]
        clock: Clock,
    },
    /// Have so many turns answer at once until killed
    Live {
        #[command(flatten)]
        target: Target,
        #[arg(long)]
        count: usize,
    },
    /// For comparison: ask the Codex CLI's own app server the same
    CliWords {
        #[command(flatten)]
        cli: Cli,
        #[arg(long)]
        count: usize,
    },
    /// For comparison: have the Codex CLI's own app server say the time
    CliAges {
        #[command(flatten)]
        cli: Cli,
        #[command(flatten)]
        clock: Clock,
    },
    /// The scripted upstream, with a home for the Codex CLI that asks it
    Upstream {
        /// Becomes a `CODEX_HOME` with a made-up login
        #[arg(long, value_name = "DIR")]
        home: PathBuf,
    },
    /// For comparison: append to a file at a fixed rate and wait for the disk each time
    Append {
        #[command(flatten)]
        load: Rate,
        #[arg(long, value_name = "DIR")]
        folder: PathBuf,
        #[arg(long)]
        bytes: usize,
    },
    /// For comparison: a server that passes posts on to its viewers and remembers nothing
    Relay,
}

/// How often the time is told.
#[derive(Args)]
struct Clock {
    #[arg(long)]
    count: usize,
    /// Milliseconds from one to the next
    #[arg(long, value_name = "MS")]
    every: u64,
}

impl Clock {
    fn every(&self) -> Duration {
        Duration::from_millis(self.every)
    }
}

/// Which server, and in whose name.
#[derive(Args)]
struct Target {
    /// `HOST:PORT`
    #[arg(long)]
    server: String,
    /// A file with one token per line, each of another person
    #[arg(long, value_name = "FILE")]
    tokens: PathBuf,
}

/// How much, how long.
#[derive(Args)]
struct Rate {
    /// Per second
    #[arg(long = "rate")]
    per_second: u32,
    /// Seconds that count
    #[arg(long)]
    seconds: u32,
    /// Seconds before them that do not
    #[arg(long, default_value_t = 2)]
    warm: u32,
}

impl Target {
    fn read(&self) -> Result<Server> {
        let text = fs::read_to_string(&self.tokens)
            .with_context(|| format!("cannot read {}", self.tokens.display()))?;
        let tokens: Vec<String> = text.lines().map(str::to_owned).collect();
        ensure!(!tokens.is_empty(), "the file of tokens is empty");
        Ok(Server::new(&self.server, tokens))
    }
}

impl Rate {
    fn load(&self) -> Load {
        Load {
            step: Duration::from_secs(1) / self.per_second,
            warm: self.warm * self.per_second,
            count: self.seconds * self.per_second,
        }
    }
}

fn main() -> Result<()> {
    let verb = Line::parse().verb;
    many_files()?;
    // One thread: the server shares the machine, and has to have the rest of it.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let seen = runtime.block_on(async {
        match verb {
            Verb::Post { target, load } => post::run(target.read()?, load.load()).await,
            Verb::Fanout {
                target,
                load,
                viewers,
            } => fanout::run(target.read()?, load.load(), viewers).await,
            Verb::Idle { target, viewers } => idle::run(&target.read()?, viewers).await,
            Verb::Turns {
                target,
                count,
                starts,
            } => turns::run(&target.read()?, count, &starts).await,
            Verb::Words { target, count } => words::first(&target.read()?, count).await,
            Verb::Ages { target, clock } => {
                words::ages(&target.read()?, clock.count, clock.every()).await
            }
            Verb::Live { target, count } => words::live(&target.read()?, count).await,
            Verb::CliWords { cli, count } => cli::first(&cli, count).await,
            Verb::CliAges { cli, clock } => cli::ages(&cli, clock.count, clock.every()).await,
            Verb::Upstream { home } => upstream::run(&home).await,
            Verb::Append {
                load,
                folder,
                bytes,
            } => append::run(&load.load(), &folder, bytes),
            Verb::Relay => relay::run().await,
        }
    })?;
    println!("{seen}");
    Ok(())
}

/// A thousand viewers are a thousand open sockets; many systems allow fewer until asked.
fn many_files() -> Result<()> {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let most = Rlimit {
        current: maximum,
        maximum,
    };
    setrlimit(Resource::Nofile, most).context("cannot raise the limit of open files")
}
