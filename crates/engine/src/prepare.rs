//! What a turn is given: whom it answers, what it is told, and how it may work. Owns the order in which that becomes
//! durable before a process starts; never drives a backend.

mod detached;

use std::{fmt::Write as _, path::Path, time::Duration};

use switchboard_model::{
    carried::CarriedLine,
    home::{NotOwn, may_be_own},
    mcp::{KnownServer, McpServer},
    message::Message,
    outcome::{Failure, OutcomeCode},
    prompt,
    settings::Permission,
    thread::TitledBy,
};
use switchboard_store::{Audit, Claimed, KeptSession, StoreError};

use crate::{
    attached::told,
    backend::{
        Capability, Company, Home, How, Mode, Session, SessionRef, Spec, Speed, TurnRequest, Work,
    },
    desk::{Desk, DeskError},
    folders::lies_below,
};

/// The message that sums up a session instead of being told.
const COMPACT: &str = "/compact";

/// How long a turn waits for its session. A program that has just died may hold it for a moment more; for another one somebody who
/// sits there does not want to wait.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why a turn's work did not begin.
#[derive(Debug)]
pub(crate) enum Unprepared {
    /// It fails for this reason.
    Refused(Failure),
    /// The desk is closed.
    Desk(DeskError),
}

impl From<DeskError> for Unprepared {
    fn from(error: DeskError) -> Self {
        Self::Desk(error)
    }
}

impl From<StoreError> for Unprepared {
    fn from(error: StoreError) -> Self {
        Self::Desk(error.into())
    }
}

/// What has to be durable before a process starts, and what the backend is given.
pub(crate) async fn prepare(
    desk: &Desk,
    claimed: &Claimed,
    spec: &Spec,
) -> Result<TurnRequest, Unprepared> {
    let mut how = how(desk, claimed, spec).await?;
    let (home, tools) = match &claimed.detached {
        None => (
            home(desk, claimed, spec, &mut how).await?,
            tools(desk, claimed, spec, &mut how).await?,
        ),
        Some(asked) => (detached::home(asked, spec), Vec::new()),
    };
    let whose = spec.runs_on(&claimed.assistant.owner_name);
    let start = Audit {
        actor: Some(claimed.turn.person),
        action: "turn.start",
        object: format!("turn {}", claimed.turn.id),
        whom: None,
        detail: started(claimed, spec, (&how, home), &tools),
    };
    let request = async {
        match &claimed.detached {
            None => request(desk, claimed, spec, (how, home, tools)).await,
            Some(asked) => detached::request(desk, claimed, spec, (asked, how, home)).await,
        }
    };
    // Side by side, so that the disk is waited for once, and the rest is read meanwhile.
    let (shown, noted, request) = tokio::join!(desk.runs_on(whose), desk.audit(start), request);
    shown?;
    noted?;
    request
}

/// What the backend is given: what was said, as far as the turn has to be told it, and how it works.
async fn request(
    desk: &Desk,
    claimed: &Claimed,
    spec: &Spec,
    (how, home, tools): (How, Home, Vec<McpServer>),
) -> Result<TurnRequest, Unprepared> {
    let direct = claimed.thread.assistant == Some(claimed.turn.assistant);
    let goes_on = direct && spec.has(Capability::Resumes);
    let kept = if goes_on {
        // One that lives in another home is not to be had in this one: a new one begins, and is told what was said.
        let lives_here = |kept: &KeptSession| kept.home == home.of_sessions(&spec.name);
        desk.session(claimed).await?.filter(lives_here)
    } else {
        None
    };
    let lines = if direct {
        prompt::DIRECT_LINES
    } else {
        prompt::MENTION_LINES
    };
    let mut before = desk.context(&claimed.message, lines).await?;
    let mut changed = Vec::new();
    if let Some(kept) = &kept {
        changed = desk
            .changed(&claimed.message, kept, prompt::CHANGED_LINES)
            .await?;
        // The session knows what it said itself.
        let own = claimed.turn.assistant.0;
        before.retain(|message| message.seq > kept.heard && message.author.id != own);
    }
    let carried = if kept.is_none() && before.len() < lines {
        // It is what was said before the first message.
        desk.carried(claimed.turn.thread).await?
    } else {
        Vec::new()
    };
    let files = desk.attachments(&claimed.message).await?;
    let (attached, beside) = told(spec, &claimed.message, files).await?;
    let context = prompt::Context {
        // Whoever was ever here may have written it.
        title: (claimed.thread.titled_by == TitledBy::Person && home == Home::House)
            .then(|| claimed.thread.title.clone()),
        changed: changed.iter().map(earlier).collect(),
        messages: carried
            .iter()
            .map(carried_over)
            .chain(before.iter().map(earlier))
            .collect(),
        asking: line(&claimed.message),
        tried: if claimed.turn.attempt > 1 {
            prompt::Tried::Before
        } else {
            prompt::Tried::Never
        },
        attached,
        handle: claimed.assistant.handle.clone(),
        name: claimed.assistant.name.clone(),
        files: match how.permission {
            Permission::ReadOnly => prompt::Files::ReadOnly,
            Permission::Standard | Permission::Full => prompt::Files::Write,
        },
    };
    let compact =
        goes_on && spec.has(Capability::Compacts) && claimed.message.text.trim() == COMPACT;
    let work = if compact {
        Work::Compact
    } else if kept.is_some() {
        Work::Prompt(prompt::resumed_prompt(&context, prompt::DIRECT_BUDGET))
    } else if direct {
        Work::Prompt(prompt::direct_prompt(&context, prompt::DIRECT_BUDGET))
    } else {
        Work::Prompt(prompt::mention_prompt(&context, prompt::MENTION_BUDGET))
    };
    let session = match kept {
        Some(kept) => Session::Resumed(SessionRef {
            home: kept.home,
            session: kept.session,
        }),
        None if goes_on => Session::New,
        None => Session::Passing,
    };
    Ok(TurnRequest {
        turn: claimed.turn.id,
        attempt: claimed.turn.attempt,
        reverts: claimed.reverts,
        thread: claimed.turn.thread,
        assistant: claimed.turn.assistant,
        person: claimed.turn.person,
        home,
        work,
        session,
        attached: beside,
        tools,
        schema: None,
        how,
        deadline: claimed.assistant.limits.total(direct),
        patience: PATIENCE,
    })
}

/// How the turn is to be done: its own choices or else the thread's, as far as whoever asked may have them.
async fn how(desk: &Desk, claimed: &Claimed, spec: &Spec) -> Result<How, Unprepared> {
    let asked = claimed.detached.as_ref();
    let settings = asked.map_or(&claimed.thread.settings, |asked| &asked.settings);
    let mut how = How {
        company: desk.company(claimed).await?,
        ..How::default()
    };
    if spec.has(Capability::Models) {
        let ours = settings
            .backend
            .as_ref()
            .is_none_or(|name| *name == spec.name);
        how.model = settings.model.clone().filter(|_| ours);
        if how.model.is_none() {
            let row = desk.backend_row(&spec.name).await?;
            how.model = row.and_then(|row| row.default_model);
        }
    }
    if spec.has(Capability::Efforts) {
        how.effort.clone_from(&settings.effort);
    }
    if settings.fast && spec.has(Capability::Fast) {
        how.speed = Speed::Fast;
    }
    if settings.plan && spec.has(Capability::Plans) {
        how.mode = Mode::Plan;
    }
    if !spec.has(Capability::Edits) {
        return Ok(how);
    }
    how.permission = settings.permission;
    if how.permission == Permission::Full && how.company == Company::Others {
        how.permission = Permission::Standard;
        how.notes
            .push("others can write in this thread, so full access became standard".to_owned());
    }
    if asked.is_some() {
        // Whoever starts programs on this machine works in any folder of theirs.
        how.asks = detached::asks(how.permission);
        how.folder = settings.folder.as_ref().map(Into::into);
    } else if let Some(folder) = &settings.folder {
        let allowed = desk.folders(claimed.turn.person).await?;
        if !lies_below(Path::new(folder), &allowed) {
            let failure = Failure::new(
                OutcomeCode::AssistantNotAllowed,
                format!("you may not have turns work in {folder}"),
            );
            return Err(Unprepared::Refused(failure.hint(
                "choose another folder for this thread, or ask an admin to allow it: \
                 `switchboard folders allow PATH --for HANDLE`",
            )));
        }
        how.folder = Some(folder.into());
    }
    Ok(how)
}

/// Whose home the program works in: the person's own only where the thread chose it and nobody else's words reach it.
async fn home(
    desk: &Desk,
    claimed: &Claimed,
    spec: &Spec,
    how: &mut How,
) -> Result<Home, Unprepared> {
    if claimed.thread.settings.home == Home::House || !spec.has(Capability::OwnHome) {
        return Ok(Home::House);
    }
    let person = desk.person(claimed).await?;
    let allowed = person.as_ref().map_or(Err(NotOwn::NotTheirs), |person| {
        may_be_own(person, claimed.assistant.owner)
    });
    let why = match allowed {
        Err(why) => Some(why),
        Ok(()) => desk
            .strangers(claimed, how.company)
            .await?
            .map(NotOwn::Strangers),
    };
    let Some(why) = why else {
        return Ok(Home::Own);
    };
    how.notes
        .push(format!("{why}, so it worked in the private home"));
    Ok(Home::House)
}

/// The MCP servers of whoever asked, unless others write in the thread or ever did: their text must not reach a
/// person's tools, and a session remembers it.
async fn tools(
    desk: &Desk,
    claimed: &Claimed,
    spec: &Spec,
    how: &mut How,
) -> Result<Vec<McpServer>, Unprepared> {
    if !spec.has(Capability::Tools) {
        return Ok(Vec::new());
    }
    let known = desk.mcp_servers(claimed).await?;
    let on = known.into_iter().filter(|known| known.server.enabled);
    let (barred, used): (Vec<_>, Vec<_>) = on.partition(|known| known.barred().is_some());
    let servers = |known: Vec<KnownServer>| -> Vec<McpServer> {
        known.into_iter().map(|known| known.server).collect()
    };
    let (barred, servers) = (servers(barred), servers(used));
    if !barred.is_empty() {
        let names = names(&barred);
        how.notes.push(format!(
            "whoever set {names} is no admin any more, so it went without"
        ));
    }
    if servers.is_empty() {
        return Ok(servers);
    }
    let Some(strangers) = desk.strangers(claimed, how.company).await? else {
        return Ok(servers);
    };
    let names = names(&servers);
    how.notes.push(format!(
        "{strangers}, so it went without your tools ({names})"
    ));
    Ok(Vec::new())
}

fn names(servers: &[McpServer]) -> String {
    let names: Vec<_> = servers.iter().map(|server| server.name.as_str()).collect();
    names.join(", ")
}

/// A start in the words of the audit.
fn started(
    claimed: &Claimed,
    spec: &Spec,
    (how, home): (&How, Home),
    tools: &[McpServer],
) -> String {
    let mut words = format!("@{} over {}", claimed.assistant.handle, spec.name);
    if how.permission != Permission::ReadOnly {
        let _ = write!(words, ", {} access", how.permission.as_str());
    }
    if let Some(folder) = &how.folder {
        let _ = write!(words, ", in {}", folder.display());
    }
    if home == Home::Own {
        words.push_str(", in the own home");
    }
    if !tools.is_empty() {
        let _ = write!(words, ", with {}", names(tools));
    }
    words
}

fn line(message: &Message) -> prompt::Line {
    prompt::Line {
        name: message.author.name.clone(),
        handle: message.author.handle.clone(),
        speaker: message.role,
        text: message.text.clone(),
    }
}

/// A message of before. Its files are only named: they reach an assistant once, with the message they came
/// with, as they would cost the asker's plan anew with every message.
fn earlier(message: &Message) -> prompt::Line {
    let mut line = line(message);
    for file in &message.attachments {
        name_file(&mut line.text, file.format.kind().as_str(), &file.name);
    }
    line
}

/// A message that a fork carries over.
fn carried_over(message: &CarriedLine) -> prompt::Line {
    let mut line = prompt::Line {
        name: message.name.clone(),
        handle: message.handle.clone(),
        speaker: message.speaker,
        text: message.text.clone(),
    };
    for name in &message.files {
        name_file(&mut line.text, "file", name);
    }
    line
}

fn name_file(text: &mut String, kind: &str, name: &str) {
    if !text.is_empty() {
        text.push('\n');
    }
    let _ = write!(text, "[{kind} {name} attached earlier]");
}
