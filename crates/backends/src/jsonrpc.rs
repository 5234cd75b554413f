//! JSON-RPC with a program over its standard input and output, one object a line, both sides asking. Owns matching
//! answers to what was asked, the time that an answer may take, and what is not the protocol; never knows a method.
//!
//! The other side's requests have ids of its own, so what a line is shows in whether it names a method.

use std::{
    collections::HashMap,
    io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{
    io::AsyncWriteExt as _,
    sync::{mpsc, oneshot},
    time::{Instant, sleep, timeout_at},
};

use crate::process::{Frame, Lines, StdinPipe};

/// How many lines may wait for a program that does not read.
const QUEUE: usize = 256;

/// So many lines that are no JSON are greetings of a shell or the like; more are a program that is not the one it is
/// taken for.
const NONSENSE: u32 = 1_000;

/// What a program says that is too busy to take a request: it is asked again.
const OVERLOADED: i64 = -32_001;

/// Before a busy program is asked again; doubled each time.
const AGAIN: Duration = Duration::from_millis(50);

/// An error as the other side tells it, or as we tell it.
#[derive(Debug, Clone, PartialEq)]
pub struct RpcError {
    /// Its number.
    pub code: i64,
    /// In words.
    pub message: String,
    /// More.
    pub data: Option<Value>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CallError {
    /// The other side refused.
    #[error("{method}: {} ({})", .error.message, .error.code)]
    Refused {
        /// What was asked.
        method: String,
        /// Why not.
        error: RpcError,
    },
    /// It took too long. Whether it was done is not known.
    #[error("{method}: no answer within {} s", .deadline.as_secs())]
    TimedOut {
        /// What was asked.
        method: String,
        /// How long was waited.
        deadline: Duration,
    },
    /// The program has ended, or does not read any more. Whether it was done is not known.
    #[error("{method}: the program is gone")]
    Gone {
        /// What was asked.
        method: String,
    },
}

/// What the other side says by itself.
#[derive(Debug, Clone, PartialEq)]
pub enum Incoming {
    /// It tells something.
    Told {
        /// What.
        method: String,
        /// About what.
        params: Value,
    },
    /// It asks something, and waits for [`Peer::answer`] or [`Peer::refuse`].
    Asked {
        /// Its own name for the request.
        id: Value,
        /// What.
        method: String,
        /// About what.
        params: Value,
    },
}

/// How listening ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Silence {
    /// The program closed its output.
    Closed,
    /// It said something that is not the protocol; the text says what.
    Nonsense(String),
}

/// Who waits for which answer; `None` once there will be none.
type Askers = Option<HashMap<i64, oneshot::Sender<Result<Value, RpcError>>>>;

type Waiting = Arc<Mutex<Askers>>;

/// Our side of the talk. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Peer {
    lines: mpsc::Sender<Vec<u8>>,
    waiting: Waiting,
    next: Arc<AtomicI64>,
}

/// Our ear. Drop it to stop listening.
#[derive(Debug)]
pub struct Ear {
    lines: Lines,
    waiting: Waiting,
    nonsense: u32,
}

/// What writes to the program, to be run until it ends.
#[derive(Debug)]
pub struct Mouth {
    lines: mpsc::Receiver<Vec<u8>>,
    pipe: StdinPipe,
}

/// Both sides of a talk over a program's streams.
pub fn talk(pipe: StdinPipe, lines: Lines) -> (Peer, Ear, Mouth) {
    let (sender, receiver) = mpsc::channel(QUEUE);
    let waiting: Waiting = Arc::new(Mutex::new(Some(HashMap::new())));
    let peer = Peer {
        lines: sender,
        waiting: waiting.clone(),
        next: Arc::new(AtomicI64::new(1)),
    };
    let ear = Ear {
        lines,
        waiting,
        nonsense: 0,
    };
    let mouth = Mouth {
        lines: receiver,
        pipe,
    };
    (peer, ear, mouth)
}

impl Mouth {
    /// Writes what is to be said until nobody says anything any more or nobody listens.
    pub async fn speak(mut self) {
        while let Some(line) = self.lines.recv().await {
            let said: io::Result<()> = async {
                self.pipe.write_all(&line).await?;
                self.pipe.flush().await
            }
            .await;
            if said.is_err() {
                return;
            }
        }
    }
}

impl Peer {
    /// Asks, and waits for the answer. A side that says it is too busy is asked again until the deadline.
    pub async fn call(
        &self,
        method: &str,
        params: Value,
        deadline: Duration,
    ) -> Result<Value, CallError> {
        let until = Instant::now() + deadline;
        let mut pause = AGAIN;
        loop {
            let answered = timeout_at(until, self.ask(method, &params)).await;
            match answered {
                Ok(Err(CallError::Refused { error, .. }))
                    if error.code == OVERLOADED && Instant::now() + pause < until =>
                {
                    sleep(pause).await;
                    pause *= 2;
                }
                Ok(answered) => return answered,
                Err(_) => {
                    return Err(CallError::TimedOut {
                        method: method.to_owned(),
                        deadline,
                    });
                }
            }
        }
    }

    async fn ask(&self, method: &str, params: &Value) -> Result<Value, CallError> {
        let gone = || CallError::Gone {
            method: method.to_owned(),
        };
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (answer, answered) = oneshot::channel();
        match self.lock().as_mut() {
            Some(waiting) => waiting.insert(id, answer),
            None => return Err(gone()),
        };
        // However this ends, nobody waits for that id any more.
        let _forget = Forget(&self.waiting, id);
        self.say(&json!({ "id": id, "method": method, "params": params }))
            .await
            .map_err(|()| gone())?;
        match answered.await {
            Ok(Ok(result)) => Ok(result),
            Ok(Err(error)) => Err(CallError::Refused {
                method: method.to_owned(),
                error,
            }),
            Err(_) => Err(gone()),
        }
    }

    /// Tells something. It may be lost with its program.
    pub async fn tell(&self, method: &str) {
        let _ = self.say(&json!({ "method": method })).await;
    }

    /// Answers a request.
    pub async fn answer(&self, id: &Value, result: &Value) {
        let _ = self.say(&json!({ "id": id, "result": result })).await;
    }

    /// Refuses a request.
    pub async fn refuse(&self, id: &Value, code: i64, message: &str) {
        let error = json!({ "code": code, "message": message });
        let _ = self.say(&json!({ "id": id, "error": error })).await;
    }

    async fn say(&self, message: &Value) -> Result<(), ()> {
        let mut line = message.to_string().into_bytes();
        line.push(b'\n');
        self.lines.send(line).await.map_err(drop)
    }

    fn lock(&self) -> MutexGuard<'_, Askers> {
        lock(&self.waiting)
    }
}

/// Takes a request out of those that wait, whether it was answered or given up.
struct Forget<'a>(&'a Waiting, i64);

impl Drop for Forget<'_> {
    fn drop(&mut self) {
        if let Some(waiting) = lock(self.0).as_mut() {
            waiting.remove(&self.1);
        }
    }
}

fn lock(waiting: &Waiting) -> MutexGuard<'_, Askers> {
    // Held for a lookup only; a panic cannot leave it half changed.
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Ear {
    /// The next thing that the other side says by itself; answers go to who waits for them. Safe to drop and to call
    /// again.
    pub async fn hear(&mut self) -> Result<Incoming, Silence> {
        loop {
            let line = match self.lines.next().await {
                None => return Err(Silence::Closed),
                Some(Frame::Line(line)) => line,
                Some(Frame::Oversize { bytes }) => {
                    return Err(Silence::Nonsense(format!("a line of {bytes} bytes")));
                }
                Some(Frame::TooMuchOutput { limit }) => {
                    return Err(Silence::Nonsense(format!("more than {limit} bytes")));
                }
            };
            if let Some(incoming) = self.take(&line)? {
                return Ok(incoming);
            }
        }
    }

    fn take(&mut self, line: &[u8]) -> Result<Option<Incoming>, Silence> {
        let said: Value = match serde_json::from_slice(line) {
            Ok(said) => said,
            // A broken object is half of something that mattered.
            Err(error) if line.trim_ascii_start().starts_with(b"{") => {
                return Err(Silence::Nonsense(format!(
                    "a broken line ({error}): {}",
                    excerpt(line)
                )));
            }
            Err(_) => Value::Null,
        };
        let Value::Object(mut said) = said else {
            self.nonsense += 1;
            tracing::debug!(line = %excerpt(line), "a line that is not the protocol");
            if self.nonsense >= NONSENSE {
                return Err(Silence::Nonsense(format!(
                    "{NONSENSE} lines, the last of them: {}",
                    excerpt(line)
                )));
            }
            return Ok(None);
        };
        let id = said.remove("id").filter(|id| !id.is_null());
        let method = match said.remove("method") {
            Some(Value::String(method)) => Some(method),
            _ => None,
        };
        let params = said.remove("params").unwrap_or(Value::Null);
        match (method, id) {
            (Some(method), Some(id)) => Ok(Some(Incoming::Asked { id, method, params })),
            (Some(method), None) => Ok(Some(Incoming::Told { method, params })),
            (None, id) => {
                let answer = match said.remove("error") {
                    Some(error) => Err(read_error(&error)),
                    None => Ok(said.remove("result").unwrap_or(Value::Null)),
                };
                let Some(id) = id.and_then(|id| id.as_i64()) else {
                    tracing::warn!(?answer, "an answer to nothing that was asked");
                    return Ok(None);
                };
                let waiting = lock(&self.waiting).as_mut().and_then(|all| all.remove(&id));
                if let Some(waiting) = waiting {
                    let _ = waiting.send(answer);
                }
                Ok(None)
            }
        }
    }
}

/// Nobody hears answers any more, so nobody may wait for them.
impl Drop for Ear {
    fn drop(&mut self) {
        *lock(&self.waiting) = None;
    }
}

fn read_error(error: &Value) -> RpcError {
    let message = error["message"].as_str().map(str::to_owned);
    RpcError {
        code: error["code"].as_i64().unwrap_or_default(),
        message: message.unwrap_or_else(|| error.to_string()),
        data: error.get("data").filter(|data| !data.is_null()).cloned(),
    }
}

/// The beginning of a line, for logs and failures.
fn excerpt(line: &[u8]) -> String {
    let text: String = String::from_utf8_lossy(line).chars().take(200).collect();
    crate::process::redact(&text)
}
