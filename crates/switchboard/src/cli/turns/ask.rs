//! `switchboard new` and `switchboard continue`: check what can be checked, start a worker, and print what it answers. Neither opens
//! the database or waits for the turn.

use std::{
    ffi::OsString,
    fs,
    io::{IsTerminal as _, Read as _},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};
use switchboard_backends::{
    codex::{self, sessions},
    process::detach,
};
use switchboard_engine::detached::Schema;
use switchboard_model::{
    attachment::{FILE_LIMIT, Format, Look},
    message::TEXT_LIMIT,
    settings::Permission,
};

use super::{
    order::{Answer, Order},
    refusal::Refusal,
    setup,
};
use crate::config::{Config, Flags};

/// A worker that has not answered by then does not get the turn: nobody would know of it.
const PATIENCE: Duration = Duration::from_mins(1);

/// A schema is no larger, in bytes.
const SCHEMA_LIMIT: u64 = 256 * 1024;

/// How many pictures come with a prompt at most.
const MOST_IMAGES: usize = 10;

const EXAMPLES: &str = "\
Examples:
  switchboard new \"Why does the build fail on CI?\"
  switchboard new --sandbox workspace-write --timeout 3600 \"Fix the flaky test\"
  switchboard new --schema answer.json --prompt-file question.md
  git diff | switchboard new -                  the prompt from standard input

Prints one line of JSON and exits; the turn runs on by itself. Watch `out_path`, which grows as the answer is written, until \
`done_marker` or `error_marker` is there; or run `switchboard wait TURN`. Without --sandbox nothing can be written.";

const CONTINUE_EXAMPLES: &str = "\
Examples:
  switchboard continue --last \"And on Windows?\"
  switchboard continue --thread 0199a213-81c0-7800-8aa1-bbab2a035a53 \"Go on\"

`--last` is the newest thread of exactly this directory, never another one. A thread that another program works in is waited \
for: as long as --timeout says, else two minutes.";

/// How a turn is to be done.
#[derive(Args)]
pub struct How {
    /// The model [default: the account's own]
    #[arg(long, short, value_name = "MODEL")]
    model: Option<String>,
    /// How hard it thinks: low, medium, high, …
    #[arg(long, value_name = "EFFORT")]
    effort: Option<String>,
    /// Where it works [default: here]
    #[arg(long, short = 'c', value_name = "PATH")]
    cwd: Option<PathBuf>,
    /// A file with the JSON Schema that the answer has to meet
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,
    /// A picture to show (PNG, JPEG, GIF or WebP); may be given again
    #[arg(long, value_name = "PATH")]
    image: Vec<PathBuf>,
    /// Work although the folder is in no git repository
    #[arg(long)]
    skip_git_check: bool,
    /// What it may touch
    #[arg(long, value_enum, default_value_t = Sandbox::ReadOnly)]
    sandbox: Sandbox,
    /// Who answers
    #[arg(long, value_name = "NAME", default_value = "chatgpt")]
    assistant: String,
    /// How many seconds it may take in all [default: 7200, or as the assistant is limited]
    #[arg(long, value_name = "S", value_parser = clap::value_parser!(u64).range(1..=604_800))]
    timeout: Option<u64>,
    /// How many seconds it may be silent while nothing runs [default: as the assistant is limited]
    #[arg(long, value_name = "S", value_parser = clap::value_parser!(u64).range(1..=604_800))]
    idle_timeout: Option<u64>,
    /// Print errors as JSON too
    #[arg(long)]
    json: bool,
}

/// What a turn may touch, in Codex's words.
#[derive(Clone, Copy, ValueEnum)]
enum Sandbox {
    /// Nothing
    ReadOnly,
    /// Its working folder
    WorkspaceWrite,
    /// Everything that you may
    DangerFullAccess,
}

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct New {
    /// What to ask; `-` reads it from standard input
    #[arg(value_name = "PROMPT", required_unless_present = "prompt_file")]
    prompt: Option<String>,
    /// Read what to ask from a file
    #[arg(long, value_name = "F", conflicts_with = "prompt")]
    prompt_file: Option<PathBuf>,
    #[command(flatten)]
    how: How,
}

#[derive(Args)]
#[command(after_help = CONTINUE_EXAMPLES)]
#[command(group = clap::ArgGroup::new("which").required(true).args(["last", "thread"]))]
pub struct Continue {
    /// What to ask; `-` reads it from standard input
    #[arg(value_name = "PROMPT", required_unless_present = "prompt_file")]
    prompt: Option<String>,
    /// Read what to ask from a file
    #[arg(long, value_name = "F", conflicts_with = "prompt")]
    prompt_file: Option<PathBuf>,
    /// Go on with the newest thread of exactly this directory
    #[arg(long)]
    last: bool,
    /// Go on with this thread of Codex's
    #[arg(long, value_name = "ID")]
    thread: Option<String>,
    #[command(flatten)]
    how: How,
}

impl New {
    pub fn run(self, home: Option<PathBuf>, flags: Flags) -> ExitCode {
        let json = self.how.json;
        let asked = prompt(self.prompt.as_deref(), self.prompt_file.as_deref())
            .and_then(|prompt| ask(&self.how, (home, flags), prompt, |_, _| Ok(None)));
        told(asked, json)
    }
}

impl Continue {
    pub fn run(self, home: Option<PathBuf>, flags: Flags) -> ExitCode {
        let json = self.how.json;
        let which = self.thread;
        let resume = |config: &Config, cwd: &Path| match which {
            Some(id) => known(config, &id).map(Some),
            None => last(config, cwd).map(Some),
        };
        let asked = prompt(self.prompt.as_deref(), self.prompt_file.as_deref())
            .and_then(|prompt| ask(&self.how, (home, flags), prompt, resume));
        told(asked, json)
    }
}

fn told(asked: Result<String, Refusal>, json: bool) -> ExitCode {
    match asked {
        // Whoever does not want to know has started it all the same.
        Ok(line) => match super::print(format!("{line}\n").as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => Refusal::from(error).tell(json),
        },
        Err(refusal) => refusal.tell(json),
    }
}

/// Starts a turn. Gives the line to print.
fn ask(
    how: &How,
    (home, flags): (Option<PathBuf>, Flags),
    prompt: String,
    resume: impl FnOnce(&Config, &Path) -> Result<Option<String>, Refusal>,
) -> Result<String, Refusal> {
    let database = flags.database.clone();
    let config = Config::read(home, flags)?;
    let cwd = folder(how)?;
    let schema = how.schema.as_deref().map(schema).transpose()?;
    let images = images(&how.image)?;
    codex_stands_ready(&config)?;
    let order = Order {
        prompt,
        model: how.model.clone(),
        effort: how.effort.clone(),
        permission: match how.sandbox {
            Sandbox::ReadOnly => Permission::ReadOnly,
            Sandbox::WorkspaceWrite => Permission::Standard,
            Sandbox::DangerFullAccess => Permission::Full,
        },
        schema,
        images,
        skip_git_check: how.skip_git_check,
        assistant: how.assistant.clone(),
        timeout: how.timeout,
        idle_timeout: how.idle_timeout,
        resume: resume(&config, &cwd)?,
        cwd,
    };
    let mut args: Vec<OsString> = vec!["--home".into(), config.home.clone().into()];
    if let Some(database) = database {
        args.extend(["--database".into(), database.into()]);
    }
    args.push("worker".into());
    match started(&args, &order).context("the turn could not be started")? {
        Answer::Begun(begun) => Ok(serde_json::to_string(&begun).context("no line")?),
        Answer::Refused(refusal) => Err(refusal),
    }
}

fn started(args: &[OsString], order: &Order) -> Result<Answer> {
    let starting = detach::detach(args, &serde_json::to_vec(order)?)?;
    let answer = starting.answer(PATIENCE)?;
    let answer = answer.context("the worker ended before it had the turn")?;
    Ok(serde_json::from_str(&answer)?)
}

/// The prompt, wherever it comes from.
fn prompt(given: Option<&str>, file: Option<&Path>) -> Result<String, Refusal> {
    let limit = TEXT_LIMIT as u64 + 1;
    let read = |source: &mut dyn std::io::Read, whence: &str| {
        let mut text = Vec::new();
        let read = source.take(limit).read_to_end(&mut text);
        read.map_err(|error| Refusal::usage(format!("cannot read {whence}: {error}"), ""))?;
        String::from_utf8(text)
            .map_err(|_| Refusal::usage(format!("{whence} is not text in UTF-8"), ""))
    };
    let text = match (given, file) {
        (_, Some(file)) => {
            let whence = file.display().to_string();
            let opened = fs::File::open(file);
            let mut opened = opened
                .map_err(|error| Refusal::usage(format!("cannot open {whence}: {error}"), ""))?;
            read(&mut opened, &whence)?
        }
        (Some("-"), None) => {
            if std::io::stdin().is_terminal() {
                eprintln!("Reading the prompt from standard input; end it with Ctrl-D.");
            }
            read(&mut std::io::stdin().lock(), "standard input")?
        }
        (given, None) => given.unwrap_or_default().to_owned(),
    };
    if text.trim().is_empty() {
        return Err(Refusal::usage("the prompt is empty", "say what to ask"));
    }
    if text.len() > TEXT_LIMIT {
        return Err(Refusal::usage(
            "the prompt is longer than 1 MiB",
            "put what is long into a file, and let the assistant read it",
        ));
    }
    Ok(text)
}

fn folder(how: &How) -> Result<PathBuf, Refusal> {
    let wanted = how.cwd.clone().unwrap_or_else(|| PathBuf::from("."));
    let found = wanted.canonicalize();
    let cwd = found.ok().filter(|cwd| cwd.is_dir()).ok_or_else(|| {
        Refusal::usage(
            format!("there is no folder {}", wanted.display()),
            "name one that is there with --cwd",
        )
    })?;
    let in_repository = cwd.ancestors().any(|above| above.join(".git").exists());
    if !in_repository && !how.skip_git_check {
        return Err(Refusal::usage(
            format!("{} is in no git repository", cwd.display()),
            "what an assistant changes there cannot be taken back; --skip-git-check goes on all the same",
        ));
    }
    Ok(cwd)
}

fn schema(file: &Path) -> Result<String, Refusal> {
    let refused = |why: String| {
        Refusal::usage(
            format!("the schema {} cannot be used: {why}", file.display()),
            "it has to be a file with a JSON Schema for an object",
        )
    };
    let size = fs::metadata(file).map_err(|error| refused(error.to_string()))?;
    if size.len() > SCHEMA_LIMIT {
        return Err(refused("it is larger than 256 KiB".to_owned()));
    }
    let text = fs::read_to_string(file).map_err(|error| refused(error.to_string()))?;
    Schema::parse(&text).map_err(refused)?;
    Ok(text)
}

fn images(given: &[PathBuf]) -> Result<Vec<PathBuf>, Refusal> {
    if given.len() > MOST_IMAGES {
        return Err(Refusal::usage(
            format!("more than {MOST_IMAGES} pictures"),
            "show fewer at once",
        ));
    }
    given.iter().map(|file| image(file)).collect()
}

fn image(file: &Path) -> Result<PathBuf, Refusal> {
    let refused = |why: String| {
        Refusal::usage(
            format!("the picture {} cannot be used: {why}", file.display()),
            "PNG, JPEG, GIF and WebP of up to 10 MB are shown",
        )
    };
    let real = file.canonicalize();
    let real = real.map_err(|error| refused(error.to_string()))?;
    let size = fs::metadata(&real).map_err(|error| refused(error.to_string()))?;
    if !size.is_file() {
        return Err(refused("it is no file".to_owned()));
    }
    if size.len() > FILE_LIMIT {
        return Err(refused("it is larger than 10 MB".to_owned()));
    }
    let mut look = Look::default();
    look.feed(&fs::read(&real).map_err(|error| refused(error.to_string()))?);
    let found = look.finish().map_err(|error| refused(error.to_string()))?;
    match found.format {
        Format::Png | Format::Jpeg | Format::Gif | Format::Webp => Ok(real),
        _ => Err(refused("it is no picture".to_owned())),
    }
}

/// Whether Codex is there and signed in with a plan, as far as files tell. A dead token is known upstream only.
fn codex_stands_ready(config: &Config) -> Result<(), Refusal> {
    if setup::program(config).is_none() {
        return Err(codex::install::missing().into());
    }
    codex::login::on_plan(&config.codex_home)?;
    Ok(())
}

fn known(config: &Config, id: &str) -> Result<String, Refusal> {
    let unknown = |why: &str| {
        Refusal::usage(
            format!("there is no thread {id}: {why}"),
            "`switchboard list` shows the newest threads of Codex",
        )
    };
    let id: sessions::Id = id
        .parse()
        .map_err(|error: sessions::NoId| unknown(&error.to_string()))?;
    let homes = [config.codex_home.clone(), config.home.join("homes/codex")];
    let there = |home: &PathBuf| matches!(sessions::find(home, &id), Ok(Some(_)));
    if homes.iter().any(there) {
        Ok(id.to_string())
    } else {
        Err(unknown("Codex has no record of it"))
    }
}

fn last(config: &Config, cwd: &Path) -> Result<String, Refusal> {
    let found = sessions::newest_in(&config.codex_home, cwd);
    let found = found
        .map_err(|error| Refusal::failed(format!("cannot read Codex's records: {error}"), ""))?;
    found
        .map(|session| session.id().to_string())
        .ok_or_else(|| {
            Refusal::usage(
                format!("Codex has no thread of {}", cwd.display()),
                "`switchboard list` shows the newest threads; --thread goes on with any of them",
            )
        })
}
