//! `switchboard worker`: the process of one detached turn, started by `new` and `continue`. Owns the order in which a turn comes to be:
//! its folder and lock, then the store, then the answer to whoever started it; so that no turn is ever without an owner.

use std::{
    fs::File,
    io::{Read as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context as _, Result};
use futures_util::stream;
use switchboard_backends::{
    codex, homes,
    process::{Passes, detach},
};
use switchboard_engine::{
    attachments::Upload,
    backend::{Home, Stop},
    detached::{Files, NewTurn, Schema},
    folder::{Auth, Held, Meta, Phase, Scribe, TurnFolder, Turns, Unnamed},
};
use switchboard_model::{
    AttachmentId, Millis, TurnId,
    assistant::Assistant,
    detached::{Detached, KeptIn},
    person::Person,
    settings::{Permission, ThreadSettings},
};
use switchboard_store::Hearing;
use tokio::signal::unix::{SignalKind, signal};

use super::{
    order::{Answer, Begun, Order},
    refusal::Refusal,
    setup, slots,
};
use crate::{
    compose::House,
    config::{Config, Flags, Runs},
    sources,
};

/// An order is a prompt, a schema and names.
const ORDER_LIMIT: u64 = 8 << 20;

/// How long a stopped turn may take to end by itself; its program is ended then.
const GRACE: Duration = Duration::from_secs(3);

/// How often to look whether the turn's folder is there.
const LOOK: Duration = Duration::from_secs(2);

/// How long whatever else is still under way may take, once the turn has ended.
const LAST: Duration = Duration::from_secs(5);

/// Runs the turn that standard input orders.
pub async fn run(home: Option<PathBuf>, flags: Flags) -> Result<ExitCode> {
    let mut order = Vec::new();
    std::io::stdin()
        .take(ORDER_LIMIT)
        .read_to_end(&mut order)
        .context("no order came")?;
    let order: Order = serde_json::from_slice(&order).context("the order makes no sense")?;
    detach::leave().context("cannot leave the session of whoever started this")?;
    let worker = match Worker::begin(home, flags, order).await {
        Ok(worker) => worker,
        Err(refusal) => {
            answer(&Answer::Refused(refusal))?;
            return Ok(ExitCode::FAILURE);
        }
    };
    worker.work().await;
    Ok(ExitCode::SUCCESS)
}

fn answer(answer: &Answer) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", serde_json::to_string(answer)?)?;
    Ok(out.flush()?)
}

/// A turn that has its folder and its rows, and this process for an owner.
struct Worker {
    house: House,
    turn: TurnId,
    files: Files,
    folder: PathBuf,
}

impl Worker {
    /// Makes the turn, and says so.
    async fn begin(home: Option<PathBuf>, flags: Flags, order: Order) -> Result<Self, Refusal> {
        let mut config = Config::read(home, flags)?;
        config.passes = Passes::AllButSecrets;
        config.runs = Runs::OneTurn;
        // The one that `new` found.
        config.settings.providers.chatgpt.program = setup::program(&config);
        let login = codex::login::on_plan(&config.codex_home)?;
        let schema = order.schema.as_deref().map(Schema::parse).transpose();
        let schema = schema.map_err(|why| Refusal::usage(why, ""))?;

        let ids = sources::ids();
        let turn: TurnId = ids.make();
        let mut meta = meta(ids.clock().now(), turn, &order);
        meta.auth = Some(Auth {
            mode: "chatgpt".to_owned(),
            plan: login.plan,
        });
        // One waits for the disk while the other opens the database.
        let turns = Turns::new(&config.home);
        let (prompt, told) = (order.prompt.clone(), meta.clone());
        let unnamed = tokio::task::spawn_blocking(move || turns.make(turn, &prompt, &told));
        let ready = Ready::of(config, &order).await;
        let unnamed = unnamed.await.context("cannot make the turn's folder")?;
        let Ready {
            house,
            me,
            assistant,
            kept,
            images,
        } = ready?;
        let held = unnamed.and_then(Unnamed::name);
        let held = held.context("cannot make the turn's folder")?;
        let new = NewTurn {
            turn,
            prompt: order.prompt.clone(),
            images,
            thread: kept.as_ref().and_then(|kept| kept.thread),
            detached: asked(&order, kept.map(|kept| kept.session)),
        };
        let posted = house.engine.post_detached(&me, &assistant, new).await;
        let thread = match posted {
            Ok(thread) => thread,
            Err(error) => {
                held.discard();
                return Err(refused(error));
            }
        };
        // Whoever waits for it may be gone; the turn is there all the same.
        let _ = answer(&Answer::Begun(begun(held.folder(), &meta)));
        if let Err(error) = log(&held).and_then(|log| detach::let_go(&log)) {
            tracing::warn!(%error, "what this process says is lost");
        }
        super::super::logs("warn");
        let folder = held.folder().path().to_owned();
        let mut scribe = Scribe::new(held, meta);
        scribe.conversation(thread);
        let places = house.config.places();
        Ok(Self {
            house,
            turn,
            files: Files::new(scribe, schema, places),
            folder,
        })
    }

    /// Runs it to its end.
    async fn work(self) {
        let Self {
            house,
            turn,
            files,
            folder,
        } = self;
        let Ok(mut terminate) = signal(SignalKind::terminate()) else {
            return;
        };
        let working = async {
            files.phase(Phase::Queued);
            let slots = house.config.run_folder().join("slots");
            let slot = tokio::select! {
                slot = slots::take(slots, slots::most()) => slot,
                // Stopped while it waits.
                () = house.engine.leaves_queue(turn) => Err(std::io::ErrorKind::Interrupted.into()),
            };
            house.store.bus().listen(Hearing::Closely);
            house.engine.run_detached(turn, files, GRACE).await;
            drop(slot);
        };
        tokio::select! {
            () = working => {}
            // The machine goes down: what the turn did so far stands in its folder.
            _ = terminate.recv() => {}
            // Nobody can be told any more, so there is nothing to try again for.
            () = is_taken_away(&folder) => {}
        }
        // What does not hear is ended with this process, by its guards.
        let _ = tokio::time::timeout(2 * LAST, let_go(house, turn)).await;
    }
}

/// What a turn is posted with, beside its folder.
struct Ready {
    house: House,
    me: Person,
    assistant: Assistant,
    kept: Option<Kept>,
    images: Vec<AttachmentId>,
}

impl Ready {
    /// Opens the house and looks there for all that the order names.
    async fn of(config: Config, order: &Order) -> Result<Self, Refusal> {
        let house = House::open(config).await?;
        // Until it has a place.
        house.store.bus().listen(Hearing::Loosely);
        let me = house.local_admin().await?;
        let assistant = house.engine.answerer(&me, &order.assistant).await;
        let assistant = assistant.map_err(refused)?;
        let kept = kept(&house, &me, &assistant, order).await?;
        let images = images(&house, &me, order).await?;
        Ok(Self {
            house,
            me,
            assistant,
            kept,
            images,
        })
    }
}

/// Returns once the folder of a turn is gone, with its home or by itself.
async fn is_taken_away(folder: &Path) {
    while folder.exists() {
        tokio::time::sleep(LOOK).await;
    }
}

/// Lets go of all that a turn was run with.
async fn let_go(house: House, turn: TurnId) {
    for spec in house.registry.specs() {
        if let Some(backend) = house.registry.get(&spec.name) {
            backend.stop(Stop::Gently).await;
        }
    }
    house.supervisor.shutdown(LAST).await;
    let ended = house.store.reader().turn(turn).await;
    house.store.close().await;
    // A home without a server has nobody who clears up after many workers, but for the next worker while somebody waits for it.
    if matches!(ended, Ok(Some(turn)) if turn.state.is_ended()) {
        homes::leave(&house.config.work_folder(), house.instance.id());
        house.instance.leave();
    }
}

fn refused(error: switchboard_engine::ChatError) -> Refusal {
    match error {
        switchboard_engine::ChatError::Backend(failure) => failure.into(),
        other => Refusal::failed(other.to_string(), ""),
    }
}

/// A session that is gone on with, and the thread in which it stands on the page.
struct Kept {
    session: KeptIn,
    thread: Option<switchboard_model::ThreadId>,
}

async fn kept(
    house: &House,
    me: &Person,
    assistant: &Assistant,
    order: &Order,
) -> Result<Option<Kept>, Refusal> {
    let Some(session) = order.resume.clone() else {
        return Ok(None);
    };
    let known = house
        .store
        .reader()
        .thread_of_session(me.id, session.clone())
        .await;
    let known = known.map_err(|error| Refusal::from(anyhow::Error::from(error)))?;
    let own = || Home::Own.of_sessions(&assistant.backend);
    Ok(Some(match known {
        Some((thread, home)) => Kept {
            session: KeptIn { home, session },
            thread: Some(thread),
        },
        None => Kept {
            session: KeptIn {
                home: own(),
                session,
            },
            thread: None,
        },
    }))
}

/// Takes the pictures in.
async fn images(house: &House, me: &Person, order: &Order) -> Result<Vec<AttachmentId>, Refusal> {
    let mut taken = Vec::new();
    for path in &order.images {
        let bytes = std::fs::read(path)
            .with_context(|| format!("cannot read the picture {}", path.display()))?;
        let upload = Upload {
            name: path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            client_id: None,
        };
        let whole = stream::iter([Ok::<_, std::convert::Infallible>(bytes)]);
        let (file, _) = house
            .engine
            .upload(me, upload, whole)
            .await
            .map_err(|error| {
                Refusal::usage(
                    format!("the picture {} cannot be used: {error}", path.display()),
                    "",
                )
            })?;
        taken.push(file.id);
    }
    Ok(taken)
}

fn asked(order: &Order, session: Option<KeptIn>) -> Detached {
    Detached {
        settings: ThreadSettings {
            model: order.model.clone(),
            effort: order.effort.clone(),
            permission: order.permission,
            folder: Some(order.cwd.display().to_string()),
            home: Home::Own,
            ..ThreadSettings::initial()
        },
        schema: order.schema.clone(),
        session,
        timeout: order.timeout,
        idle_timeout: order.idle_timeout,
    }
}

fn meta(now: Millis, turn: TurnId, order: &Order) -> Meta {
    Meta {
        model: order.model.clone(),
        pid: Some(std::process::id()),
        resumed_from: order.resume.clone(),
        thread_id: order.resume.clone(),
        phase: Phase::Queued,
        effort: order.effort.clone(),
        sandbox: Some(
            match order.permission {
                Permission::ReadOnly => "read-only",
                Permission::Standard => "workspace-write",
                Permission::Full => "danger-full-access",
            }
            .to_owned(),
        ),
        assistant: Some(order.assistant.clone()),
        skip_git_check: order.skip_git_check,
        timeout: order.timeout,
        idle_timeout: order.idle_timeout,
        schema: order.schema.is_some(),
        images: order.images.len(),
        host: rustix::system::uname()
            .nodename()
            .to_str()
            .ok()
            .map(str::to_owned),
        version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        queued_at: Some(now),
        ..Meta::new(turn, &order.cwd, now)
    }
}

/// Where this process says what has no other place.
fn log(held: &Held) -> std::io::Result<File> {
    File::options()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(held.folder().path().join("worker.log"))
}

fn begun(folder: &TurnFolder, meta: &Meta) -> Begun {
    Begun {
        turn_id: meta.turn_id.to_string(),
        out_path: folder.out_path(),
        events_path: folder.events_path(),
        done_marker: folder.done_marker(),
        error_marker: folder.error_marker(),
        meta_path: folder.meta_path(),
        dir: folder.path().to_owned(),
        thread_id: meta.thread_id.clone(),
        status: "queued".to_owned(),
    }
}
