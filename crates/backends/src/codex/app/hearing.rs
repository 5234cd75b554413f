//! A running turn as it is heard: what its app server tells and asks, what its person answers and adds, and the wish to
//! stop. Owns the order in which these count; never starts a turn and never sees to what it leaves behind.

use std::{collections::HashMap, path::Path, time::Duration};

use futures_util::{
    FutureExt as _, StreamExt as _,
    future::{AbortHandle, Abortable, BoxFuture},
    stream::FuturesUnordered,
};
use serde_json::{Value, json};
use switchboard_engine::{
    backend::{BackendError, Stop, TurnEnd, TurnOutcome, Work},
    turn_io::LeaseLost,
};
use switchboard_model::{
    SteerId,
    approval::Decision,
    home::Home,
    item::{ItemBody, ItemEvent, ItemStatus},
    mcp::SeenState,
    steer::SteerState,
    usage::Limit,
};
use tokio::{
    sync::oneshot,
    time::{Instant, sleep_until, timeout},
};

use super::{
    asks::{Ask, EndsBy, FOR_SESSION, ask, at_once},
    ends,
    items::{EndStatus, Ended, Heard, Translator},
    turn::{ANSWER, Drive, Loaded, STOPPING, crashed, finished, interrupted},
};
use crate::jsonrpc::{CallError, Incoming};

/// A provider that refuses the login is asked this often before we stop waiting for Codex to give up.
const REFUSALS: u32 = 3;

/// Commands that go on after the assistant's last word have so long to end by themselves, and its answer waits for them;
/// then they are ended.
const LATE: Duration = Duration::from_secs(3);

/// What is ended tells its end within this; 10 ms are usual.
const SWEPT: Duration = Duration::from_millis(500);

/// Codex says within this that it took an answer; 1 ms is usual.
const TAKEN: Duration = Duration::from_secs(5);

/// What a conversation that was summed up is answered with.
const SUMMED_UP: &str = "The conversation so far was summed up.";

/// Something that was sent and whose answer is awaited while the turn is heard.
enum Errand {
    Steered(SteerId, SteerState),
    Answered {
        id: Value,
        ask: Box<Ask>,
        /// `None`: taken down.
        decision: Option<Result<Decision, LeaseLost>>,
    },
    /// The answer was taken after which the turn is to end.
    Taken,
    Interrupted,
}

/// A running turn as it is heard.
pub(super) struct Hearing<'a> {
    pub(super) drive: &'a Drive<'a>,
    pub(super) translator: Translator,
    turn: Option<String>,
    errands: FuturesUnordered<BoxFuture<'a, Errand>>,
    /// Questions that wait, by the request's id; aborting one takes its card down.
    open: HashMap<String, AbortHandle>,
    /// Answers after which the turn is interrupted, until Codex says that it took them.
    untaken: HashMap<String, oneshot::Sender<()>>,
    /// How often the provider refused the login.
    refusals: u32,
    /// A person ended the turn with an answer.
    cancelled: bool,
    /// Some of its MCP servers did not start.
    tools_failed: bool,
    /// One of them was given the answer that ends the turn.
    farewell: bool,
    /// Until when the turn has time to end, once it is to stop.
    stopping: Option<(Stop, Instant)>,
    /// It is over, and commands of it may go on.
    over: bool,
}

impl<'a> Hearing<'a> {
    /// Of a turn that works in `cwd`, in a thread that had used this much before it.
    pub(super) fn new(drive: &'a Drive<'a>, cwd: &Path, count: Option<Value>) -> Self {
        let mut translator = Translator::new(cwd);
        if let Some(count) = count {
            translator.count_from(count);
        }
        Self {
            drive,
            translator,
            turn: None,
            errands: FuturesUnordered::new(),
            open: HashMap::new(),
            untaken: HashMap::new(),
            refusals: 0,
            cancelled: false,
            tools_failed: false,
            farewell: false,
            stopping: None,
            over: false,
        }
    }

    /// What the thread has used by now.
    pub(super) fn count(&self) -> &Value {
        self.translator.count()
    }

    /// Whether some of its MCP servers did not start.
    pub(super) fn tools_failed(&self) -> bool {
        self.tools_failed
    }

    /// Whether one of them was given the answer that ends the turn, and may still have to read it.
    pub(super) fn farewell(&self) -> bool {
        self.farewell
    }

    /// The agents that it set to work and that still are, each with its turn.
    pub(super) fn agents_at_work(&self) -> Vec<(String, String)> {
        let agents = self.translator.at_work().into_iter();
        agents
            .map(|(thread, turn)| (thread.to_owned(), turn.to_owned()))
            .collect()
    }

    /// The turn's name on the other side.
    pub(super) fn begin(&mut self, turn: &str) {
        if self.turn.is_none() {
            self.turn = Some(turn.to_owned());
            self.translator.begin(turn);
        }
    }

    /// Hears the turn to its end.
    pub(super) async fn listen(
        &mut self,
        loaded: &mut Loaded,
        limits: &mut Vec<Limit>,
    ) -> Result<TurnEnd, BackendError> {
        let (drive, server) = (self.drive, &self.drive.lease.server);
        let io = &drive.io;
        loop {
            let too_late = self.stopping.map(|(_, until)| until);
            tokio::select! {
                // What was said counts, also when its end is wanted already.
                biased;
                how = io.stopping(), if self.stopping.is_none() => {
                    if how == Stop::Now {
                        return Err(self.end_by_force(loaded).await);
                    }
                    self.stopping = Some((how, Instant::now() + STOPPING));
                    self.interrupt(loaded);
                }
                () = sleep_until(too_late.unwrap_or_else(Instant::now)), if too_late.is_some() => {
                    // The process is not well: others get another one.
                    server.retire();
                    return Err(self.end_by_force(loaded).await);
                }
                Some(errand) = self.errands.next(), if !self.errands.is_empty() => {
                    self.run_errand(errand, loaded).await?;
                }
                said = loaded.listener.next() => match said {
                    None => return Err(crashed(server.end().await)),
                    Some(Incoming::Told { method, params }) => {
                        if let Some(ended) = self.told(&method, &params, limits).await? {
                            self.over = true;
                            let completed = ended.status == EndStatus::Completed;
                            if completed && self.stopping.is_none() {
                                self.hear_late(loaded, limits, LATE).await?;
                            }
                            return self.end(ended, limits);
                        }
                        self.adopt_agents(loaded);
                        if self.refusals == REFUSALS {
                            self.refusals += 1;
                            self.interrupt(loaded);
                        }
                    }
                    Some(Incoming::Asked { id, method, params }) => {
                        self.asked(id, &method, &params).await;
                    }
                },
                steer = io.next_steer(), if self.takes_words() => {
                    let steer = steer.map_err(interrupted)?;
                    let turn = self.turn.clone().unwrap_or_default();
                    let (peer, thread) = (server.peer.clone(), loaded.thread.clone());
                    self.errands.push(async move {
                        let params = json!({
                            "threadId": thread,
                            "expectedTurnId": turn,
                            "clientUserMessageId": steer.id.to_string(),
                            "input": [{ "type": "text", "text": steer.text, "text_elements": [] }],
                        });
                        let state = match peer.call("turn/steer", params, ANSWER).await {
                            Ok(_) => SteerState::Taken,
                            Err(CallError::Refused { .. }) => SteerState::Refused,
                            // Whether it arrived is not known; sent again it might arrive twice.
                            Err(_) => SteerState::Unsure,
                        };
                        Errand::Steered(steer.id, state)
                    }.boxed());
                }
            }
        }
    }

    /// Takes in what comes before the turn begins. A server that starts may ask already, and waits for its answer.
    pub(super) async fn early(
        &mut self,
        said: Incoming,
        limits: &mut Vec<Limit>,
    ) -> Result<(), BackendError> {
        match said {
            Incoming::Told { method, params } => {
                self.told(&method, &params, limits).await?;
            }
            Incoming::Asked { id, method, params } => self.asked(id, &method, &params).await,
        }
        Ok(())
    }

    /// Hears what commands still tell that go on after the turn's end, for so long at most.
    async fn hear_late(
        &mut self,
        loaded: &mut Loaded,
        limits: &mut Vec<Limit>,
        patience: Duration,
    ) -> Result<(), BackendError> {
        let until = Instant::now() + patience;
        while !self.translator.late().is_empty() {
            tokio::select! {
                biased;
                _ = self.drive.io.stopping(), if !self.translator.is_swept() => return Ok(()),
                () = sleep_until(until) => return Ok(()),
                said = loaded.listener.next() => match said {
                    // Its end is the turn's no more.
                    None => return Ok(()),
                    Some(Incoming::Told { method, params }) => {
                        self.told(&method, &params, limits).await?;
                    }
                    Some(Incoming::Asked { id, method, params }) => {
                        self.asked(id, &method, &params).await;
                    }
                },
            }
        }
        Ok(())
    }

    /// Whether commands go on though the turn is over.
    pub(super) fn leaves_commands(&self) -> bool {
        self.over && !self.translator.late().is_empty()
    }

    /// Hears to their ends the commands that are being ended now that the turn is over.
    pub(super) async fn hear_swept(
        &mut self,
        loaded: &mut Loaded,
        limits: &mut Vec<Limit>,
    ) -> Result<(), BackendError> {
        self.translator.sweep();
        self.hear_late(loaded, limits, SWEPT).await?;
        for heard in self.translator.close_late() {
            if let Heard::Item(event) = heard {
                self.drive.io.emit(event).await.map_err(interrupted)?;
            }
        }
        Ok(())
    }

    fn takes_words(&self) -> bool {
        self.turn.is_some() && self.stopping.is_none() && self.drive.turn.work != Work::Compact
    }

    /// Asks Codex to stop the turn; its end is heard like any other.
    fn interrupt(&mut self, loaded: &Loaded) {
        let Some(turn) = self.turn.clone() else {
            return;
        };
        // Agents that it set to work go on when it is interrupted.
        let mut all = self.agents_at_work();
        all.push((loaded.thread.clone(), turn));
        for (thread, turn) in all {
            let peer = self.drive.lease.server.peer.clone();
            self.errands.push(
                async move {
                    let params = json!({ "threadId": thread, "turnId": turn });
                    if let Err(error) = peer.call("turn/interrupt", params, STOPPING).await {
                        tracing::debug!(%error, "a turn was not interrupted");
                    }
                    Errand::Interrupted
                }
                .boxed(),
            );
        }
    }

    /// Has the turn interrupted once Codex has taken the answer to that request: sent right behind it, the interruption may
    /// be first.
    fn interrupt_when_taken(&mut self, id: &Value) {
        let (told, taken) = oneshot::channel();
        self.untaken.insert(id.to_string(), told);
        self.errands.push(
            async move {
                let _ = timeout(TAKEN, taken).await;
                Errand::Taken
            }
            .boxed(),
        );
    }

    /// What agents do and ask that the turn has set to work is the turn's.
    fn adopt_agents(&self, loaded: &mut Loaded) {
        for agent in self.translator.agents() {
            if agent != loaded.thread && !loaded.listener.has_adopted(agent) {
                loaded.listener.adopt(agent);
            }
        }
    }

    /// Nothing counts any more, or it does not end: what it runs is killed.
    async fn end_by_force(&mut self, loaded: &Loaded) -> BackendError {
        let server = &self.drive.lease.server;
        if let Some(turn) = &self.turn {
            let params = json!({ "threadId": loaded.thread, "turnId": turn });
            let _ = server
                .peer
                .call("turn/interrupt", params, Duration::from_millis(500))
                .await;
        }
        BackendError::Interrupted
    }

    /// Takes in what is told. Says how the turn ended, once it did.
    pub(super) async fn told(
        &mut self,
        method: &str,
        params: &Value,
        limits: &mut Vec<Limit>,
    ) -> Result<Option<Ended>, BackendError> {
        let (drive, io) = (self.drive, &self.drive.io);
        self.keep(method, params);
        if let Some((label, seen)) = drive.tools.seen(method, params) {
            self.tools_failed |= seen.state != SeenState::Ready;
            io.saw(label, seen).await.map_err(interrupted)?;
        }
        let params = &*drive.tools.named(method, params);
        match method {
            "turn/started" => {
                if let Some(turn) = params["turn"]["id"].as_str() {
                    self.begin(turn);
                }
            }
            // It needs no answer any more: its card comes down.
            "serverRequest/resolved" => {
                let id = params["requestId"].to_string();
                if let Some(open) = self.open.remove(&id) {
                    open.abort();
                }
                // Whoever waits for it may be gone.
                let _ = self.untaken.remove(&id).map(|taken| taken.send(()));
            }
            "error" if is_refused_login(params) => self.refusals += 1,
            _ => {}
        }
        if self.refusals > REFUSALS && method == "turn/completed" {
            let words = "401 Unauthorized";
            return Err(crate::codex::errors::failed(words, drive.now));
        }
        if params["threadId"].is_string() {
            self.translator.adopts(params);
        }
        let heard = self.translator.take(method, params);
        self.pass_on(heard, limits).await
    }

    /// What one notification became. Says how the turn ended, once it did.
    pub(super) async fn pass_on(
        &mut self,
        heard: Vec<Heard>,
        limits: &mut Vec<Limit>,
    ) -> Result<Option<Ended>, BackendError> {
        let (drive, io) = (self.drive, &self.drive.io);
        let mut ended = None;
        for heard in heard {
            match heard {
                Heard::Item(event) => io.emit(event).await.map_err(interrupted)?,
                Heard::Usage(usage) => io.used(usage).await.map_err(interrupted)?,
                Heard::Limits(new) => *limits = new,
                Heard::Ended(end) => ended = Some(end),
                Heard::Account => drive.lease.server.retire(),
                Heard::Unseen(what) => {
                    io.raw(json!({ "unseen": what }).to_string().as_bytes());
                    drive.lease.server.count_unseen(&what);
                }
            }
        }
        Ok(ended)
    }

    async fn asked(&mut self, id: Value, method: &str, params: &Value) {
        let (drive, key) = (self.drive, id.to_string());
        self.keep(method, params);
        let peer = &drive.lease.server.peer;
        if let Some(answer) = at_once(method, drive.setup.clock.now()) {
            return peer.answer(&id, &answer).await;
        }
        let home = if drive.tools.gave(params) {
            Home::House
        } else {
            drive.turn.home
        };
        let params = &*drive.tools.named(method, params);
        let asked = ask(&key, method, params, &self.translator, home);
        match asked {
            Err(refusal) => {
                drive.lease.server.count_unseen(method);
                peer.refuse(&id, refusal.code, &refusal.message).await;
            }
            // Nobody is asked on behalf of work that is to stop.
            Ok(ask) if self.stopping.is_some() || self.over => {
                peer.answer(&id, &ask.silence()).await;
            }
            Ok(mut ask) => {
                if drive.shares_session() {
                    // It would be granted to all who write in the thread.
                    ask.asking.offered.retain(|choice| choice != FOR_SESSION);
                }
                let io = drive.io.clone();
                let (handle, registration) = AbortHandle::new_pair();
                self.open.insert(key, handle);
                self.errands.push(
                    async move {
                        let asking = io.ask(ask.asking.clone());
                        let decision = Abortable::new(asking, registration).await.ok();
                        Errand::Answered {
                            id,
                            ask: Box::new(ask),
                            decision,
                        }
                    }
                    .boxed(),
                );
            }
        }
    }

    /// Keeps what was said as it came, for bug reports.
    fn keep(&self, method: &str, params: &Value) {
        let line = json!({ "method": method, "params": params });
        self.drive.io.raw(line.to_string().as_bytes());
    }

    async fn run_errand(&mut self, errand: Errand, loaded: &Loaded) -> Result<(), BackendError> {
        let (peer, io) = (&self.drive.lease.server.peer, &self.drive.io);
        match errand {
            Errand::Interrupted => {}
            Errand::Taken => self.interrupt(loaded),
            Errand::Steered(id, state) => {
                io.settle_steer(id, state).await.map_err(interrupted)?;
            }
            Errand::Answered { id, ask, decision } => {
                self.open.remove(&id.to_string());
                match decision {
                    // Settled elsewhere: nobody waits for an answer.
                    None => {}
                    Some(Ok(decision)) => {
                        let ends_by = ask.ends_by(&decision);
                        self.cancelled |= ends_by.is_some();
                        if ends_by != Some(EndsBy::Interrupt) {
                            peer.answer(&id, &ask.answer(&decision)).await;
                        }
                        match ends_by {
                            Some(EndsBy::Interrupt) => self.interrupt(loaded),
                            Some(EndsBy::AnswerAndInterrupt) => {
                                self.farewell = true;
                                self.interrupt_when_taken(&id);
                            }
                            Some(EndsBy::Answer) | None => {}
                        }
                        if let Err(why) = ask.check(&decision) {
                            let words = format!("approval_unfit: the answer counts as no: {why}");
                            io.emit(notice(&format!("unfit-{id}"), &words))
                                .await
                                .map_err(interrupted)?;
                        }
                    }
                    Some(Err(LeaseLost)) => {
                        peer.answer(&id, &ask.silence()).await;
                        if self.stopping.is_none() {
                            let words =
                                "approval_expired: nobody answered in time, which counts as no";
                            io.emit(notice(&format!("expired-{id}"), words))
                                .await
                                .map_err(interrupted)?;
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn end(&self, ended: Ended, limits: &[Limit]) -> Result<TurnEnd, BackendError> {
        match ended.status {
            EndStatus::Completed if self.drive.turn.work == Work::Compact => {
                Ok(finished(SUMMED_UP))
            }
            EndStatus::Completed => Ok(TurnEnd::Finished(TurnOutcome {
                text: self.translator.reply().to_owned(),
                empty_detail: Some("the turn completed without a message of the model".into()),
            })),
            EndStatus::Interrupted if self.stopping.is_none() && self.cancelled => {
                Ok(TurnEnd::Cancelled)
            }
            EndStatus::Interrupted => Err(BackendError::Interrupted),
            EndStatus::Failed => {
                let error = ended.error.unwrap_or_default();
                Err(ends::failed(&error, self.drive.now, limits))
            }
        }
    }
}

fn notice(key: &str, words: &str) -> ItemEvent {
    ItemEvent::Put {
        key: key.to_owned(),
        body: ItemBody::Notice,
        text: Some(words.to_owned()),
        status: ItemStatus::Done,
    }
}

/// Whether Codex is about to try again with a login that the provider has refused.
fn is_refused_login(params: &Value) -> bool {
    let error = &params["error"];
    let details = error["additionalDetails"].as_str().unwrap_or_default();
    params["willRetry"] == true
        && (details.contains("401 Unauthorized")
            || error["codexErrorInfo"]["responseStreamDisconnected"]["httpStatusCode"] == 401)
}
