//! Plays the answer to one model request. Owns the order and the pace of its frames; does not know whether they leave as
//! server-sent events or over a WebSocket.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::call::Call;
use crate::script::Step;
use crate::seen::{REMEMBERED, Seen, WAIT};
use crate::shared::{Persona, Shared, since_epoch};
use crate::wire::{Phase, Refusal, Wire};
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

/// The client is gone, or nothing is left to send it.
struct Over;

/// Starts to answer. The frames end with [`Frame::End`], or with anything else where the answer breaks off; dropping them
/// ends the answer.
pub(crate) fn start<W: Wire>(
    shared: &Arc<Shared>,
    asked: Arc<Seen>,
    wire: W,
) -> mpsc::Receiver<Frame> {
    let (frames, receiver) = mpsc::channel(QUEUE);
    let shared = Arc::clone(shared);
    let tasks = shared.tasks.clone();
    tasks.spawn(async move {
        let answer = async {
            let mut player = Player {
                shared: &shared,
                asked: &asked,
                frames: &frames,
                wire,
                begun: false,
            };
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

/// How a message is said.
#[derive(Clone, Copy, Default)]
struct Pace {
    phase: Phase,
    /// Before the first piece.
    first: Duration,
    /// Before each of the others.
    every: Duration,
}

struct Player<'a, W> {
    shared: &'a Shared,
    asked: &'a Seen,
    frames: &'a mpsc::Sender<Frame>,
    wire: W,
    begun: bool,
}

impl<W: Wire> Player<'_, W> {
    async fn play(&mut self) -> Result<(), Over> {
        if let Some(fault) = W::fault(self.asked) {
            return self.send(Frame::Refuse(fault)).await;
        }
        let prompt = self.asked.newest_user_text().unwrap_or_default();
        let newest = prompt::newest(&prompt);
        let rounds = self.asked.rounds_since_prompt();
        if self.asked.wants_compaction() {
            self.begin().await?;
            let events = self.wire.compaction(&format!("{REMEMBERED}{rounds}"));
            self.send_all(events).await?;
            let end = self.wire.completed();
            return self.end(end).await;
        }
        let persona = self.shared.persona;
        let script = match persona {
            Persona::Guest => None,
            Persona::Demo | Persona::Echo => script::answer(newest, rounds),
        };
        let steps = match self.asked.running_program() {
            // The turn stands still until it has ended.
            Some(program) => vec![wait_for(program)],
            None => script.unwrap_or_else(|| persona::answer::<W>(persona, newest, self.asked)),
        };
        // Real servers begin at once; only an answer that may turn into a refusal has to hold its beginning back.
        if !steps.iter().any(|step| matches!(step, Step::Status { .. })) {
            self.begin().await?;
        }
        for (at, step) in steps.iter().enumerate() {
            // One conversation, one prompt, one step: a retry of the same request comes back to the same place.
            let place = format!(
                "{}\n{prompt}\n{rounds}\n{at}",
                self.asked.body["prompt_cache_key"]
            );
            self.step(step, &place).await?;
        }
        self.begin().await?;
        let end = self.wire.completed();
        self.end(end).await
    }

    async fn step(&mut self, step: &Step, place: &str) -> Result<(), Over> {
        match step {
            Step::Text(text) => self.say([text], Pace::default()).await,
            Step::Phased(phase, text) => {
                let pace = Pace {
                    phase: *phase,
                    ..Pace::default()
                };
                self.say([text], pace).await
            }
            Step::Paced {
                pieces,
                first,
                every,
            } => {
                let pace = Pace {
                    first: *first,
                    every: *every,
                    ..Pace::default()
                };
                self.say(pieces, pace).await
            }
            Step::Flood { bytes } => {
                let piece = "flood ".repeat(FLOOD_PIECE / 6 + 1);
                let starts = (0..*bytes).step_by(FLOOD_PIECE);
                let pieces = starts.map(|start| &piece[..FLOOD_PIECE.min(bytes - start)]);
                self.say(pieces, Pace::default()).await
            }
            Step::Deltas { count, size, every } => {
                let width = size.saturating_sub(1);
                let pieces = (1..=*count).map(|n| format!("{n:.>width$} "));
                let pace = Pace {
                    first: *every,
                    every: *every,
                    ..Pace::default()
                };
                self.say(pieces, pace).await
            }
            Step::Clock { count, every } => {
                self.begin().await?;
                let (mut message, events) = self.wire.open_message(Phase::Untold);
                self.send_all(events).await?;
                for _ in 0..*count {
                    pause(*every).await;
                    let event = self
                        .wire
                        .say(&mut message, &format!("{} ", since_epoch().as_nanos()));
                    self.send(Frame::Event(event)).await?;
                }
                let events = self.wire.close_message(message);
                self.send_all(events).await
            }
            Step::Thought(thought) => {
                self.begin().await?;
                for event in self.wire.thought(thought) {
                    pause(thought.every).await;
                    self.send(Frame::Event(event)).await?;
                }
                Ok(())
            }
            Step::Calls(calls) => {
                self.begin().await?;
                let events = self.wire.calls(calls);
                self.send_all(events).await
            }
            Step::Search(search) => {
                self.begin().await?;
                let events = self.wire.search(search);
                self.send_all(events).await
            }
            Step::Usage(usage) => {
                self.wire.count(*usage);
                Ok(())
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
                let refusal = W::refusal(*status, *resets_in);
                if self.begun {
                    let end = self.wire.broken(refusal);
                    self.end(end).await?;
                    return Err(Over);
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
                    let (mut message, events) = self.wire.open_message(Phase::Untold);
                    self.send_all(events).await?;
                    for n in 1..=*after {
                        let event = self.wire.say(&mut message, &format!("chunk {n} "));
                        self.send(Frame::Event(event)).await?;
                    }
                }
                self.send(Frame::Cut).await?;
                Err(Over)
            }
            Step::Incomplete => {
                self.begin().await?;
                let end = self.wire.incomplete();
                self.end(end).await?;
                Err(Over)
            }
            Step::Fail { code, times } => {
                if !self.shared.happens(place, *times) {
                    return Ok(());
                }
                self.begin().await?;
                let end = self.wire.failed(code);
                self.end(end).await?;
                Err(Over)
            }
            Step::Unfinished => {
                self.begin().await?;
                self.send(self.over()).await?;
                Err(Over)
            }
        }
    }

    async fn say(
        &mut self,
        pieces: impl IntoIterator<Item: AsRef<str>, IntoIter: Send>,
        pace: Pace,
    ) -> Result<(), Over> {
        self.begin().await?;
        let (mut message, events) = self.wire.open_message(pace.phase);
        self.send_all(events).await?;
        let mut next = pace.first;
        for piece in pieces {
            pause(next).await;
            next = pace.every;
            let event = self.wire.say(&mut message, piece.as_ref());
            self.send(Frame::Event(event)).await?;
        }
        let events = self.wire.close_message(message);
        self.send_all(events).await
    }

    /// The first event, once.
    async fn begin(&mut self) -> Result<(), Over> {
        if self.begun {
            return Ok(());
        }
        self.begun = true;
        let created = self.wire.created();
        self.send_all(created).await
    }

    async fn end(&mut self, event: Value) -> Result<(), Over> {
        self.send(Frame::Event(event)).await?;
        self.send(self.over()).await
    }

    fn over(&self) -> Frame {
        let (response_id, output) = self.wire.output();
        Frame::End {
            response_id,
            output,
        }
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

/// The call that returns when a program has ended, or at least has said more.
fn wait_for(program: &str) -> Step {
    Step::Calls(vec![Call::Tool {
        name: WAIT.to_owned(),
        arguments: json!({ "cell_id": program }),
    }])
}

/// Without a length it is no pause at all, not even for a moment.
async fn pause(length: Duration) {
    if !length.is_zero() {
        tokio::time::sleep(length).await;
    }
}
