//! Plays the answer to one model request. Owns the order and the pace of its frames; does not know whether they leave as
//! server-sent events or over a WebSocket.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::auth;
use crate::events::{Composer, ToolMode};
use crate::record::Seen;
use crate::script::Step;
use crate::shared::{Shared, now};
use crate::{persona, prompt, script};

/// Pieces of a flood: large enough to be quick, small enough to be a stream.
const FLOOD_PIECE: usize = 16 * 1024;
/// Frames that may wait for a slow reader.
const QUEUE: usize = 16;

/// What leaves for the client.
#[derive(Debug)]
pub(crate) enum Frame {
    Event(Value),
    /// No answer at all. Only ever the first frame.
    Refuse(Refusal),
    /// The connection breaks here.
    Cut,
    /// The answer is over; these are its items.
    End {
        response_id: String,
        output: Vec<Value>,
    },
}

/// An error instead of an answer.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub status: u16,
    pub error: Value,
}

/// The client is gone, or nothing is left to send it.
struct Over;

/// Starts to answer. The frames end with [`Frame::End`], or with anything else where the answer breaks off; dropping them
/// ends the answer.
pub(crate) fn start(shared: &Arc<Shared>, asked: Arc<Seen>) -> mpsc::Receiver<Frame> {
    let (frames, receiver) = mpsc::channel(QUEUE);
    let shared = Arc::clone(shared);
    let tasks = shared.tasks.clone();
    tasks.spawn(async move {
        let answer = async {
            let mut player = Player::new(&shared, &asked, &frames);
            let _ = player.play().await;
        };
        tokio::select! {
            () = answer => {}
            // Also ends whoever stands at a gate for a client that has left.
            () = frames.closed() => {}
            () = shared.stop.cancelled() => {}
        }
    });
    receiver
}

/// What a refusal with this status says.
pub(crate) fn refusal(status: u16, resets_in: Option<u64>) -> Refusal {
    let error = match (status, resets_in) {
        (429, Some(seconds)) => json!({
            "type": "usage_limit_reached",
            "message": "The usage limit has been reached",
            "plan_type": auth::PLAN,
            "resets_at": now().saturating_add_unsigned(seconds),
            "resets_in_seconds": seconds,
        }),
        (401, _) => {
            return unauthorized(
                "token_expired",
                "Provided authentication token is expired. Please try signing in again.",
            );
        }
        (429, None) => json!({
            "type": "rate_limit_exceeded", "code": "rate_limit_exceeded", "message": "Too many requests",
        }),
        (503, _) => json!({
            "type": "server_error", "code": "server_is_overloaded", "message": "The server is overloaded",
        }),
        (500.., _) => {
            json!({ "type": "server_error", "code": "server_error", "message": "Scripted server error" })
        }
        _ => {
            json!({ "type": "invalid_request_error", "code": "scripted", "message": "Scripted refusal" })
        }
    };
    Refusal { status, error }
}

/// What somebody without a valid login is told.
pub(crate) fn unauthorized(code: &str, message: &str) -> Refusal {
    let error = json!({ "type": "invalid_request_error", "code": code, "message": message });
    Refusal { status: 401, error }
}

struct Player<'a> {
    shared: &'a Shared,
    asked: &'a Seen,
    frames: &'a mpsc::Sender<Frame>,
    composer: Composer,
    begun: bool,
}

impl<'a> Player<'a> {
    fn new(shared: &'a Shared, asked: &'a Seen, frames: &'a mpsc::Sender<Frame>) -> Self {
        let letters = asked.input_texts().iter().map(String::len).sum();
        Self {
            shared,
            asked,
            frames,
            composer: Composer::new(shared.next_number(), letters),
            begun: false,
        }
    }

    async fn play(&mut self) -> Result<(), Over> {
        let prompt = self.asked.newest_user_text().unwrap_or_default();
        let newest = prompt::newest(&prompt);
        let calls_made = self.asked.calls_since_prompt();
        let steps = script::answer(newest, calls_made)
            .unwrap_or_else(|| persona::answer(self.shared.persona, newest, calls_made));
        // Real servers begin at once; only an answer that may turn into a refusal has to hold its beginning back.
        if !steps.iter().any(|step| matches!(step, Step::Status { .. })) {
            self.begin().await?;
        }
        for (at, step) in steps.iter().enumerate() {
            // One conversation, one prompt, one step: a retry of the same request comes back to the same place.
            let place = format!(
                "{}\n{prompt}\n{calls_made}\n{at}",
                self.asked.body["prompt_cache_key"]
            );
            self.step(step, &place).await?;
        }
        self.begin().await?;
        let end = self.composer.completed();
        self.end(end).await
    }

    async fn step(&mut self, step: &Step, place: &str) -> Result<(), Over> {
        match step {
            Step::Text(text) => {
                self.say(
                    std::iter::once(text.as_str()),
                    Duration::ZERO,
                    Duration::ZERO,
                )
                .await
            }
            Step::Paced {
                pieces,
                first,
                every,
            } => {
                self.say(pieces.iter().map(String::as_str), *first, *every)
                    .await
            }
            Step::Flood { bytes } => {
                let piece = "flood ".repeat(FLOOD_PIECE / 6 + 1);
                let starts = (0..*bytes).step_by(FLOOD_PIECE);
                let pieces = starts.map(|start| &piece[..FLOOD_PIECE.min(bytes - start)]);
                self.say(pieces, Duration::ZERO, Duration::ZERO).await
            }
            Step::Reason(text) => {
                self.begin().await?;
                let events = self.composer.reasoning(text);
                self.send_all(events).await
            }
            Step::Shell { command, escalate } => {
                self.begin().await?;
                let events = self
                    .composer
                    .shell(command, *escalate, tool_mode(&self.asked.body));
                self.send_all(events).await
            }
            Step::Wait(pause) => {
                tokio::time::sleep(*pause).await;
                Ok(())
            }
            Step::Gate(name) => {
                self.shared.gates.pass(name).await;
                Ok(())
            }
            Step::Status {
                status,
                resets_in,
                times,
            } => {
                if !self.shared.happens(place, *times) {
                    return Ok(());
                }
                let refusal = refusal(*status, *resets_in);
                if self.begun {
                    return self.fail(refusal.error).await;
                }
                self.send(Frame::Refuse(refusal)).await?;
                Err(Over)
            }
            Step::Cut { after, times } => {
                if !self.shared.happens(place, *times) {
                    return Ok(());
                }
                if *after > 0 {
                    self.begin().await?;
                    let (mut message, events) = self.composer.open_message();
                    self.send_all(events).await?;
                    for n in 1..=*after {
                        let event = self.composer.say(&mut message, &format!("chunk {n} "));
                        self.send(Frame::Event(event)).await?;
                    }
                }
                self.send(Frame::Cut).await?;
                Err(Over)
            }
            Step::Incomplete => {
                self.begin().await?;
                let end = self.composer.incomplete();
                self.end(end).await?;
                Err(Over)
            }
            Step::Fail { code, times } => {
                if !self.shared.happens(place, *times) {
                    return Ok(());
                }
                self.begin().await?;
                self.fail(json!({ "code": code, "message": format!("Scripted failure {code}") }))
                    .await
            }
        }
    }

    async fn say<'t>(
        &mut self,
        pieces: impl Iterator<Item = &'t str>,
        first: Duration,
        every: Duration,
    ) -> Result<(), Over> {
        self.begin().await?;
        let (mut message, events) = self.composer.open_message();
        self.send_all(events).await?;
        let mut pause = first;
        for piece in pieces {
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
            pause = every;
            let event = self.composer.say(&mut message, piece);
            self.send(Frame::Event(event)).await?;
        }
        let events = self.composer.close_message(&message);
        self.send_all(events).await
    }

    /// The first event, once.
    async fn begin(&mut self) -> Result<(), Over> {
        if self.begun {
            return Ok(());
        }
        self.begun = true;
        let created = self.composer.created();
        self.send(Frame::Event(created)).await
    }

    async fn fail(&mut self, error: Value) -> Result<(), Over> {
        let end = self.composer.failed(error);
        self.end(end).await?;
        Err(Over)
    }

    async fn end(&mut self, event: Value) -> Result<(), Over> {
        self.send(Frame::Event(event)).await?;
        let response_id = self.composer.response_id();
        self.send(Frame::End {
            response_id,
            output: self.composer.output().to_vec(),
        })
        .await
    }

    async fn send_all(&self, events: Vec<Value>) -> Result<(), Over> {
        for event in events {
            self.send(Frame::Event(event)).await?;
        }
        Ok(())
    }

    async fn send(&self, frame: Frame) -> Result<(), Over> {
        self.frames.send(frame).await.map_err(|_| Over)
    }
}

/// A model in code mode is offered `exec` and no shell tool.
fn tool_mode(body: &Value) -> ToolMode {
    let offered = |name: &str| {
        body["tools"]
            .as_array()
            .into_iter()
            .flatten()
            .any(|tool| tool["name"] == name)
    };
    if offered("exec") && !offered("exec_command") {
        ToolMode::Code
    } else {
        ToolMode::Direct
    }
}
