//! One running app server: a process for one login and one home, with many threads in it. Owns the process from its start to its
//! end, what it says to nobody in particular, and that it is not kept for nothing; never knows what a turn is.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde_json::{Value, json};
use switchboard_engine::backend::Home;
use switchboard_model::outcome::{Failure, OutcomeCode};
use tokio::{
    sync::{Notify, watch},
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval},
};

mod given;

use given::{Given, Parting};

use super::{
    routes::{Listener, PATIENCE, Routes},
    tools::Tools,
};
use crate::{
    codex::{Setup, house::environment, login::Login},
    homes::private_folder,
    jsonrpc::{CallError, Ear, Incoming, Mouth, Peer, Silence, talk},
    process::{self, Child, Limits, Spawn, StderrTail, Stdin, Tree, marked},
    turns::folder_failed,
};

/// From the start of the process to its answer to `initialize`. 38 ms are usual.
const START: Duration = Duration::from_secs(20);

/// An app server that nobody needs is let go after this.
const IDLE: Duration = Duration::from_mins(5);

/// A thread that nobody uses is let go after this: while it is loaded, no other program can go on in it.
const THREAD_IDLE: Duration = Duration::from_mins(2);

/// Codex holds a thread for up to this after it was let go of.
const LEAVING: Duration = Duration::from_secs(75);

/// How often to look for what is idle.
const LOOK: Duration = Duration::from_secs(10);

/// How many turns one app server may have at once; 100 were seen working.
const MOST: usize = 64;

/// The longest line it may say: a change of a large file comes in one.
const LINE: usize = 64 << 20;

/// How it is asked to end: its input is closed, and it ends by itself within 100 ms.
const GRACE: Duration = Duration::from_secs(1);

/// What an app server was started with. Another home, login or program needs another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) program: PathBuf,
    pub(super) login: Login,
    pub(super) home: Home,
}

/// How an app server ended.
#[derive(Debug, Clone)]
pub(super) struct Gone {
    /// `exit 3`, `signal 9`.
    pub(super) status: String,
    /// What it last said, redacted, or what it said that is not its protocol.
    pub(super) last_words: String,
}

/// A running app server.
pub(super) struct Server {
    pub(super) key: Key,
    pub(super) peer: Peer,
    /// What it calls itself: `switchboard/0.169.0 (…)`.
    pub(super) user_agent: String,
    /// The process below which everything of it is, orphans included.
    pub(super) root: u32,
    routes: Routes,
    shared: Arc<Shared>,
    gone: watch::Receiver<Option<Gone>>,
    /// Its attendant and its writer; they end with this.
    _tasks: JoinSet<()>,
}

/// What the attendant and everybody else know together.
#[derive(Default)]
struct Shared {
    inner: Mutex<Inner>,
    stop: watch::Sender<Option<process::Stop>>,
    /// There are MCP servers that are to end soon.
    parts: Notify,
    /// How the sign-in ended that was begun in it. It belongs to no thread.
    signed_in: watch::Sender<Option<SignedIn>>,
}

/// How a sign-in ended, as the app server tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SignedIn {
    /// Why not, if it did not end well.
    pub(super) error: Option<String>,
}

#[derive(Default)]
struct Inner {
    /// How many use it now.
    users: usize,
    /// Since when nobody does.
    idle_since: Option<Instant>,
    /// It takes nobody any more, and ends once nobody uses it.
    retired: bool,
    /// Its loaded threads, and when a turn last ended in each; `None` while one runs.
    threads: BTreeMap<String, Option<Instant>>,
    /// Threads that were let go of. Codex holds such a one for a minute more.
    leaving: BTreeMap<String, Instant>,
    /// How much each loaded thread had used in all after its last turn, as the app server counts it.
    counts: BTreeMap<String, Value>,
    /// The MCP servers that each loaded thread was loaded with.
    tools: BTreeMap<String, Given>,
    /// Those that are to end soon.
    parting: Vec<Parting>,
    /// What it last said about the plan's limits.
    limits: Option<Value>,
    /// What it said that nobody here knows, and how often.
    unseen: BTreeMap<String, u64>,
}

/// A user's hold on an app server.
pub(super) struct Lease {
    pub(super) server: Arc<Server>,
}

impl Server {
    /// Starts one in a home that is prepared. `config` outranks what stands in that home, each as `key=value`.
    pub(super) async fn start(
        setup: &Setup,
        key: Key,
        home: &Path,
        config: &[String],
    ) -> Result<Self, Failure> {
        let temp = setup.homes.join("codex-temp");
        private_folder(&temp).map_err(|error| folder_failed(&temp, &error).into_failure())?;
        let mut spawn = Spawn::new(key.program.clone(), home);
        spawn.args = ["app-server", "--listen", "stdio://"]
            .into_iter()
            .chain(config.iter().flat_map(|value| ["-c", value]))
            .map(Into::into)
            .collect();
        spawn.env = environment(setup, &key.program, home, temp);
        spawn.stdin = Stdin::Pipe;
        spawn.limits = Limits {
            line: LINE,
            output: None,
            stdin_grace: GRACE,
            ..Limits::default()
        };
        let child = setup
            .launcher
            .spawn(spawn)
            .await
            .map_err(|error| start_failed(&key.program).detail(error.to_string()))?;
        let Child {
            stdin: Some(pipe),
            stdout,
            stderr,
            tree,
        } = child
        else {
            return Err(start_failed(&key.program).detail("it has no standard input"));
        };
        let (peer, ear, mouth) = talk(pipe, stdout);
        let (routes, shared) = (Routes::default(), Arc::<Shared>::default());
        let (gone_in, gone) = watch::channel(None);
        let root = tree.guard_pid().unwrap_or_else(|| tree.pid());
        let mut tasks = JoinSet::new();
        tasks.spawn(Mouth::speak(mouth));
        tasks.spawn(
            Attendant {
                ear,
                tree,
                stderr: stderr.clone(),
                peer: peer.clone(),
                root,
                routes: routes.clone(),
                shared: shared.clone(),
                gone: gone_in,
            }
            .attend(),
        );
        let hello = json!({
            "clientInfo": { "name": "switchboard", "title": "Switchboard", "version": env!("CARGO_PKG_VERSION") },
            "capabilities": { "experimentalApi": true, "requestAttestation": false },
        });
        let mut server = Self {
            key,
            peer,
            user_agent: String::new(),
            root,
            routes,
            shared,
            gone,
            _tasks: tasks,
        };
        match server.peer.call("initialize", hello, START).await {
            Ok(told) => {
                let name = told["userAgent"].as_str().unwrap_or_default();
                name.clone_into(&mut server.user_agent);
                server.peer.tell("initialized").await;
                Ok(server)
            }
            Err(error) => {
                let gone = server.ended().await;
                let words = format!("{error}\n{}: {}", gone.status, gone.last_words);
                Err(start_failed(&server.key.program).detail(words))
            }
        }
    }

    /// A hold on it, unless it takes nobody any more.
    pub(super) fn enter(self: &Arc<Self>) -> Option<Lease> {
        let mut inner = self.shared.lock();
        if inner.retired || inner.users >= MOST || self.gone.borrow().is_some() {
            return None;
        }
        inner.users += 1;
        inner.idle_since = None;
        Some(Lease {
            server: self.clone(),
        })
    }

    /// Takes nobody any more, and ends once nobody uses it.
    pub(super) fn retire(&self) {
        let mut inner = self.shared.lock();
        inner.retired = true;
        if inner.users == 0 {
            self.shared.stop.send_replace(Some(process::Stop::Gently));
        }
    }

    /// Ends it, whoever uses it.
    pub(super) fn stop(&self, how: process::Stop) {
        self.shared.lock().retired = true;
        self.shared.stop.send_replace(Some(how));
    }

    /// Whether it has ended.
    pub(super) fn is_gone(&self) -> bool {
        self.gone.borrow().is_some()
    }

    /// Whether somebody let it go, so that its end is no failure.
    pub(super) fn was_let_go(&self) -> bool {
        self.shared.lock().retired
    }

    /// Returns once it has ended and nothing of it is left; ends it first.
    pub(super) async fn ended(&self) -> Gone {
        if !self.is_gone() && self.shared.stop.borrow().is_none() {
            self.stop(process::Stop::Gently);
        }
        self.end().await
    }

    /// Returns once it has ended by itself, or because somebody ended it.
    pub(super) async fn end(&self) -> Gone {
        let mut gone = self.gone.clone();
        let gone = gone.wait_for(Option::is_some).await;
        gone.ok().and_then(|gone| gone.clone()).unwrap_or(Gone {
            status: "it was let go".into(),
            last_words: String::new(),
        })
    }

    /// Returns once the sign-in that was begun in it has ended. Safe to drop and to call again.
    pub(super) async fn signed_in(&self) -> SignedIn {
        let mut told = self.shared.signed_in.subscribe();
        tokio::select! {
            biased;
            // The sender is ours, so it is there as long as we are.
            Ok(told) = told.wait_for(Option::is_some) => {
                told.clone().unwrap_or(SignedIn { error: None })
            }
            gone = self.end() => SignedIn {
                error: Some(format!("the program ended ({}): {}", gone.status, gone.last_words)),
            },
        }
    }

    /// Listens to one of its threads.
    pub(super) fn listen(&self, thread: &str) -> Listener {
        self.takes_up(thread);
        self.routes.listen(thread)
    }

    /// A turn is about to take up a thread; it is not put away meanwhile.
    pub(super) fn takes_up(&self, thread: &str) {
        let mut inner = self.shared.lock();
        inner.leaving.remove(thread);
        inner.threads.insert(thread.to_owned(), None);
    }

    /// Another process wants a thread. Without anything to do this one ends, which lets go at once; else of that thread alone, which
    /// takes Codex a minute.
    pub(super) async fn hands_over(&self, thread: &str) {
        let rests = {
            let mut inner = self.shared.lock();
            let rests = matches!(inner.threads.get(thread), Some(Some(_)));
            let idle = inner.users == 0 && (rests || inner.leaving.contains_key(thread));
            if idle {
                inner.retired = true;
                self.shared.stop.send_replace(Some(process::Stop::Gently));
            }
            rests && !idle
        };
        if rests {
            self.end_tools(thread);
            self.forget(thread);
            let _ = unload(&self.peer, thread).await;
        }
    }

    /// It did not: nobody uses the thread.
    pub(super) fn left(&self, thread: &str) {
        let threads = &mut self.shared.lock().threads;
        threads.insert(thread.to_owned(), Some(Instant::now()));
    }

    /// Forgets a thread that its record is about to be put away with, unless a turn runs in it.
    pub(super) fn puts_away(&self, thread: &str) -> bool {
        if self.shared.lock().threads.get(thread) == Some(&None) {
            return false;
        }
        self.end_tools(thread);
        self.forget(thread);
        true
    }

    /// How much a loaded thread had used in all after its last turn.
    pub(super) fn count_of(&self, thread: &str) -> Option<Value> {
        self.shared.lock().counts.get(thread).cloned()
    }

    /// A turn in a thread has ended with this count; the thread is let go if nobody goes on in it soon.
    pub(super) fn rests(&self, thread: &str, count: Value) {
        self.shared.lock().counts.insert(thread.to_owned(), count);
        if let Some(since) = self.shared.lock().threads.get_mut(thread) {
            *since = Some(Instant::now());
        }
    }

    /// A thread is let go of.
    pub(super) fn forget(&self, thread: &str) {
        let mut inner = self.shared.lock();
        if inner.threads.remove(thread).is_some() {
            inner.leaving.insert(thread.to_owned(), Instant::now());
        }
        inner.counts.remove(thread);
        inner.tools.remove(thread);
    }

    /// What it last said about the plan's limits.
    pub(super) fn limits(&self) -> Option<Value> {
        self.shared.lock().limits.clone()
    }

    /// Counts something that nobody here knows, so that it is not lost silently.
    pub(super) fn count_unseen(&self, method: &str) {
        self.shared.count_unseen(method);
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let shared = &self.server.shared;
        let mut inner = shared.lock();
        inner.users -= 1;
        if inner.users == 0 {
            inner.idle_since = Some(Instant::now());
            if inner.retired {
                shared.stop.send_replace(Some(process::Stop::Gently));
            }
        }
    }
}

impl SignedIn {
    fn read(told: &Value) -> Self {
        let error = told["error"].as_str().map(str::to_owned);
        let well = told["success"].as_bool() == Some(true);
        Self {
            error: (!well).then(|| error.unwrap_or_default()),
        }
    }
}

impl Shared {
    fn count_unseen(&self, method: &str) {
        let mut inner = self.lock();
        if inner.unseen.len() < 500 || inner.unseen.contains_key(method) {
            let count = inner.unseen.entry(method.to_owned()).or_default();
            *count += 1;
            if *count == 1 {
                tracing::info!(method, "codex says something that is not shown yet");
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Held for a lookup only; a panic cannot leave it half changed.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Hears an app server, and sees to its end.
struct Attendant {
    ear: Ear,
    tree: Tree,
    stderr: StderrTail,
    peer: Peer,
    root: u32,
    routes: Routes,
    shared: Arc<Shared>,
    gone: watch::Sender<Option<Gone>>,
}

impl Attendant {
    async fn attend(mut self) {
        let shared = self.shared.clone();
        let mut stop = shared.stop.subscribe();
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let silence = loop {
            tokio::select! {
                heard = self.ear.hear() => match heard {
                    Ok(incoming) => self.take(incoming).await,
                    Err(silence) => break silence,
                },
                Ok(()) = stop.changed() => {
                    if let Some(how) = *stop.borrow_and_update() {
                        self.tree.stop(how);
                    }
                }
                () = shared.parts.notified() => self.see_off(),
                // Its pipe may be held open by somebody else.
                _ = self.tree.exited() => break Silence::Closed,
                _ = look.tick() => {
                    for (id, method) in self.routes.unheard(PATIENCE) {
                        self.refuse(&id, &method).await;
                    }
                    self.let_go();
                }
            }
        };
        let nonsense = match silence {
            Silence::Closed => {
                self.tree.stop(process::Stop::Gently);
                None
            }
            Silence::Nonsense(what) => {
                tracing::warn!(what, "an app server says what is not its protocol");
                self.tree.stop(process::Stop::Now);
                Some(format!("it said what is not its protocol: {what}"))
            }
        };
        // Who waits for an answer hears at once that there will be none.
        drop(self.ear);
        let exit = self.tree.wait().await;
        self.gone.send_replace(Some(Gone {
            status: exit.status.to_string(),
            last_words: nonsense.unwrap_or_else(|| self.stderr.text()),
        }));
        self.routes.close();
    }

    async fn take(&self, incoming: Incoming) {
        let (method, params) = match &incoming {
            Incoming::Told { method, params } | Incoming::Asked { method, params, .. } => {
                (method, params)
            }
        };
        if let Some(thread) = params["threadId"].as_str() {
            let thread = thread.to_owned();
            return self.routes.hand_on(&thread, incoming).await;
        }
        match (method.as_str(), &incoming) {
            ("account/rateLimits/updated", _) => {
                self.shared.lock().limits = Some(params["rateLimits"].clone());
            }
            ("account/login/completed", _) => {
                let ended = SignedIn::read(params);
                self.shared.signed_in.send_replace(Some(ended));
            }
            (_, Incoming::Asked { id, method, .. }) => self.refuse(id, method).await,
            // Said at every start, and about what a house home has none of.
            (
                "configWarning"
                | "remoteControl/status/changed"
                | "account/updated"
                | "deprecationNotice"
                | "thread/started",
                _,
            ) => {}
            (method, _) => self.shared.count_unseen(method),
        }
    }

    async fn refuse(&self, id: &Value, method: &str) {
        self.shared.count_unseen(method);
        let words = format!("Switchboard does not answer {method} here");
        self.peer.refuse(id, -32_601, &words).await;
    }

    /// Lets go of what nobody uses: threads first, then the whole process.
    fn let_go(&mut self) {
        let now = Instant::now();
        let mut inner = self.shared.lock();
        if inner.users == 0 && inner.idle_since.is_some_and(|since| now - since >= IDLE) {
            inner.retired = true;
            drop(inner);
            self.tree.stop(process::Stop::Gently);
            return;
        }
        let idle: Vec<String> = inner
            .threads
            .iter()
            .filter(|(_, since)| since.is_some_and(|since| now - since >= THREAD_IDLE))
            .map(|(thread, _)| thread.clone())
            .collect();
        inner.leaving.retain(|_, since| now - *since < LEAVING);
        for thread in idle {
            inner.threads.remove(&thread);
            inner.leaving.insert(thread.clone(), now);
            inner.counts.remove(&thread);
            let given = inner.tools.remove(&thread);
            let (peer, root) = (self.peer.clone(), self.root);
            self.tree.accompany(async move {
                let _ = unload(&peer, &thread).await;
                if let Some(mark) = given.and_then(|given| given.mark) {
                    marked::kill_below(root, &mark);
                }
            });
        }
    }
}

/// Lets go of a thread, so that another program can go on in it.
pub(super) async fn unload(peer: &Peer, thread: &str) -> Result<Value, CallError> {
    let params = json!({ "threadId": thread });
    peer.call("thread/unsubscribe", params, START).await
}

fn start_failed(program: &Path) -> Failure {
    Failure::new(
        OutcomeCode::CodexStartFailed,
        format!("the Codex app server did not start ({})", program.display()),
    )
    .hint(
        "run `codex --version` and `switchboard doctor`; if your version has no app server, set \
         providers.chatgpt.over = \"exec\"",
    )
}
