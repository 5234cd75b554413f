//! The command line: stdout is data, stderr is talk. One file per noun; each prints and nothing else
//! does.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "printing is what a command line does"
)]

mod assistants;
mod backup;
mod doctor;
#[cfg(test)]
mod documented;
mod feedback;
mod folders;
mod mcp;
mod people;
mod serve;
mod sessions;
mod skills;
mod tokens;
mod turns;

use std::{io::IsTerminal as _, path::PathBuf, process::ExitCode};

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::{
    compose::House,
    config::{Config, Flags},
    demo,
};

const EXAMPLES: &str = "\
Examples:
  switchboard serve --demo     try it without any account
  switchboard serve --open     start it and open the page
  switchboard doctor           see what is missing, and how to fix it";

/// Use the AI assistants you already pay for, from a chat page, programs and scripts.
#[derive(Parser)]
#[command(name = "switchboard", version, disable_help_subcommand = true, after_help = EXAMPLES)]
pub struct Args {
    /// Where everything lives [default: the XDG state folder; env: SWITCHBOARD_HOME]
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        help_heading = "For every command"
    )]
    home: Option<PathBuf>,
    /// Which database: sqlite:PATH or postgres://USER@HOST/NAME [env: SWITCHBOARD_DATABASE]
    #[arg(
        long,
        global = true,
        value_name = "URL",
        help_heading = "For every command"
    )]
    database: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start the server and its page
    Serve(serve::Serve),
    /// Look at everything that a turn needs, and say how to fix what is missing
    Doctor(doctor::Doctor),
    /// Add, open, switch and remove assistants
    #[command(subcommand)]
    Assistants(assistants::Assistants),
    /// Invite people and let them in
    #[command(subcommand)]
    People(people::People),
    /// Say in which folders turns may work
    #[command(subcommand)]
    Folders(folders::Folders),
    /// Give assistants tools: MCP servers, for each person their own
    #[command(subcommand)]
    Mcp(mcp::Mcp),
    /// Make and end API tokens
    #[command(subcommand)]
    Tokens(tokens::Tokens),
    /// Start a turn that goes on by itself, and print where it can be watched, as JSON
    New(turns::ask::New),
    /// The same in a thread of Codex's that is there
    Continue(turns::ask::Continue),
    /// Stop a detached turn
    Cancel(turns::cancel::Cancel),
    /// Answer what a detached turn asks
    Approve(turns::approve::Approve),
    /// Look for Codex, make the folders of turns, and say what programs need to know
    Setup(turns::setup::Setup),
    /// The process of one detached turn
    #[command(hide = true)]
    Worker,
    /// List the newest of Codex's threads, as JSON
    List(sessions::List),
    /// Print where one of Codex's threads is, how it began and what came last, as JSON
    Show(sessions::Show),
    /// Say where a detached turn stands, as JSON
    Status(turns::status::Status),
    /// Print what a detached turn has written so far
    Tail(turns::tail::Tail),
    /// Wait until a detached turn has ended, and print what it wrote
    Wait(turns::wait::Wait),
    /// List the newest detached turns, as JSON
    ListTurns(turns::list_turns::ListTurns),
    /// Take the folders of detached turns away that ended long ago
    Gc(turns::gc::Gc),
    /// Teach agents to use this program: the skills that it carries
    #[command(subcommand)]
    Skills(skills::Skills),
    /// Say how a session with the skill went, and see whether something recurs
    #[command(subcommand)]
    Feedback(feedback::Feedback),
    /// Copy the database and the blobs into a folder, while the server runs
    Backup(backup::Backup),
    /// Put a backup back into an empty home
    Restore(backup::Restore),
    /// For the build
    #[command(subcommand, hide = true)]
    Internal(Internal),
}

#[derive(Subcommand)]
enum Internal {
    /// Print the OpenAPI description
    Openapi,
    /// Print the troubleshooting page of the documentation
    Troubleshooting,
    /// Print the page of the documentation that says what each assistant can do
    Capabilities,
}

impl Args {
    /// Reads the command line. Prints the help that was asked for, or what is wrong with it, and how to end then.
    pub fn read() -> Result<Self, ExitCode> {
        Self::try_parse().map_err(|error| {
            let _ = error.print();
            if error.use_stderr() {
                ExitCode::from(turns::USAGE)
            } else {
                ExitCode::SUCCESS
            }
        })
    }
}

/// Runs a command to its end.
pub fn run(args: Args) -> ExitCode {
    let flags = Flags {
        database: args.database,
        ..Flags::default()
    };
    let home = args.home;
    let result = match args.command {
        Command::Serve(serve) => block_on(serve.run(home, flags)),
        Command::Doctor(doctor) => block_on(doctor.run(home, flags)),
        Command::Assistants(command) => with_house(home, flags, |house| command.run(house)),
        Command::People(command) => with_house(home, flags, |house| command.run(house)),
        Command::Folders(command) => with_house(home, flags, |house| command.run(house)),
        Command::Mcp(command) => with_house(home, flags, |house| command.run(house)),
        Command::Tokens(command) => with_house(home, flags, |house| command.run(house)),
        Command::New(new) => return new.run(home, flags),
        Command::Continue(on) => return on.run(home, flags),
        Command::Cancel(cancel) => block_on(cancel.run(home, flags)),
        Command::Approve(approve) => block_on(approve.run(home, flags)),
        Command::Setup(setup) => block_on(setup.run(home, flags)),
        Command::Worker => block_on_one(turns::worker::run(home, flags)),
        Command::List(list) => list.run(home, flags),
        Command::Show(show) => show.run(home, flags),
        Command::Status(status) => status.run(home),
        Command::Tail(tail) => tail.run(home),
        Command::Wait(wait) => wait.run(home),
        Command::ListTurns(list) => list.run(home),
        Command::Gc(gc) => gc.run(home),
        Command::Skills(command) => return command.run(home, flags),
        Command::Feedback(command) => return command.run(home, flags),
        Command::Backup(backup) => with_house(home, flags, |house| backup.run(house)),
        Command::Restore(restore) => block_on(restore.run(home, flags)),
        Command::Internal(Internal::Openapi) => {
            print!("{}", switchboard_server::openapi_json());
            Ok(ExitCode::SUCCESS)
        }
        Command::Internal(Internal::Troubleshooting) => {
            print!("{}", crate::doctor::troubleshooting::page());
            Ok(ExitCode::SUCCESS)
        }
        Command::Internal(Internal::Capabilities) => {
            print!("{}", crate::capabilities::page(&crate::compose::ways()));
            Ok(ExitCode::SUCCESS)
        }
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn with_house<F>(
    home: Option<PathBuf>,
    flags: Flags,
    command: impl FnOnce(House) -> F,
) -> Result<ExitCode>
where
    F: Future<Output = Result<()>>,
{
    block_on(async {
        logs("warn");
        let mut config = Config::read(home, flags)?;
        if let Some(demo) = demo::follow(&mut config) {
            eprintln!(
                "This is about the demo in {}: there is nothing else yet.",
                demo.display()
            );
        }
        let house = House::open(config).await?;
        let store = house.store.clone();
        let done = command(house).await;
        store.close().await;
        done.map(|()| ExitCode::SUCCESS)
    })
}

fn block_on(command: impl Future<Output = Result<ExitCode>>) -> Result<ExitCode> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(command)
}

/// One thread is enough for one turn, and takes less.
fn block_on_one(command: impl Future<Output = Result<ExitCode>>) -> Result<ExitCode> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(command)
}

/// Logs go to stderr; `SWITCHBOARD_LOG` chooses what.
fn logs(default: &str) {
    let filter = tracing_subscriber::EnvFilter::try_from_env("SWITCHBOARD_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(default));
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // It would say on stderr that stderr cannot be written, and fall over where that is a file on a full disk.
        .log_internal_errors(false)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .try_init();
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    /// Every command that somebody may call, with the words that lead to it.
    fn all(command: &clap::Command, words: &str, found: &mut Vec<(String, clap::Command)>) {
        for inner in command
            .get_subcommands()
            .filter(|inner| !inner.is_hide_set())
        {
            let words = format!("{words} {}", inner.get_name());
            found.push((words.clone(), inner.clone()));
            all(inner, &words, found);
        }
    }

    #[test]
    fn every_command_and_every_argument_says_what_it_is_for() {
        let mut args = Args::command();
        args.build();
        let mut commands = Vec::new();
        all(&args, "switchboard", &mut commands);
        assert!(commands.len() > 15);
        for (words, command) in commands {
            let about = command.get_about().map(ToString::to_string);
            assert!(about.is_some_and(|about| about.len() > 5), "{words}");
            for argument in command.get_arguments() {
                assert!(
                    argument.get_help().is_some(),
                    "{words} {}",
                    argument.get_id()
                );
            }
        }
    }

    /// As wide as help is shown at most.
    const WIDTH: usize = 100;

    #[test]
    fn help_is_broken_into_lines_by_whoever_shows_it() {
        let mut args = Args::command();
        args.build();
        let mut commands = vec![("switchboard".to_owned(), args.clone())];
        all(&args, "switchboard", &mut commands);
        let is_prose = |line: &str| !(line.is_empty() || line.starts_with("  "));
        for (words, command) in commands {
            let help = command.get_after_help().map(ToString::to_string);
            let help = help.unwrap_or_default();
            let lines: Vec<&str> = help.lines().collect();
            for pair in lines.windows(2) {
                let heading = pair[0].ends_with(':');
                let broken = is_prose(pair[0]) && is_prose(pair[1]) && !heading;
                assert!(!broken, "{words}: {pair:?}");
            }
            for line in lines {
                assert!(
                    is_prose(line) || line.chars().count() <= WIDTH,
                    "{words}: {line}"
                );
            }
        }
    }

    #[test]
    fn what_takes_several_words_shows_an_example_that_can_be_typed() {
        let mut args = Args::command();
        args.build();
        let mut commands = vec![("switchboard".to_owned(), args.clone())];
        all(&args, "switchboard", &mut commands);
        let mut examples = 0;
        for (words, command) in commands {
            let help = command.get_after_help().map(ToString::to_string);
            let needs_one = command.get_positionals().count() > 1;
            assert!(!needs_one || help.is_some(), "{words}");
            for line in help.unwrap_or_default().lines() {
                let Some((_, typed)) = line.split_once("switchboard ") else {
                    continue;
                };
                // Up to what explains it, or to the end of what a sentence quotes.
                let typed = typed.split("   ").next().unwrap_or_default();
                let typed = typed.split('`').next().unwrap_or_default();
                let call = documented::commands(typed).swap_remove(0);
                let line = std::iter::once("switchboard".to_owned()).chain(call);
                let parsed = Args::try_parse_from(line);
                assert!(parsed.is_ok(), "{words}: {typed}");
                examples += 1;
            }
        }
        assert!(examples > 10);
    }
}
