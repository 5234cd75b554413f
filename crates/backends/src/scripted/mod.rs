//! The assistant that answers from a script: of a demo where no Codex program is installed, and beside real ones. Asks the
//! scripted upstream itself and passes on what comes. Owns the rounds of one turn; runs no commands, holds no login, starts nothing.
//! Without its upstream its turns fail, as any assistant's do.

mod answer;
mod http;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures_util::{FutureExt, future::BoxFuture};
use serde_json::{Value, json};
use std::sync::Arc;
use switchboard_engine::{
    TurnIo,
    backend::{
        Backend, BackendError, Capability, Family, Operation, Performed, Probe, Purpose, Spec,
        TurnEnd, TurnOutcome, TurnRequest, Work,
    },
};
use switchboard_model::{
    Clock,
    attachment::Format,
    outcome::{Failure, OutcomeCode},
};

use crate::process::{Frame, Framer};
use answer::{Answer, Heard};
use http::Place;
pub use http::{Connection, Dial};

/// A turn that still calls for commands after so many requests goes round in circles.
const ROUNDS: usize = 8;

/// One event is one line; the largest holds a whole answer.
const LINE_LIMIT: usize = 16 * 1024 * 1024;

/// What a script can do.
const SCRIPT: [Capability; 2] = [Capability::Streams, Capability::Steps];

/// The demonstration that any server can have.
pub fn script() -> Spec {
    Spec {
        name: "demo".into(),
        handle: "demo".into(),
        title: "Demo".into(),
        account_words: "the demo script".into(),
        purpose: Purpose::Demo,
        capabilities: SCRIPT.to_vec(),
        lacks: Capability::ALL
            .into_iter()
            .filter(|capability| !SCRIPT.contains(capability))
            .map(|capability| (capability, "answers from a script, which has no such thing"))
            .collect(),
        accepts: vec![
            Format::Png,
            Format::Jpeg,
            Format::Gif,
            Format::Webp,
            Format::Text,
        ],
        note: "asks no model and sends nothing anywhere".into(),
        family: Family::Codex,
        seeds: Vec::new(),
        sign_ins: Vec::new(),
    }
}

/// The backend.
pub struct Scripted {
    spec: Spec,
    place: Place,
    clock: Arc<dyn Clock>,
}

impl Scripted {
    /// In the place of the backend with this spec, whose program is not here, in a demo: so an assistant stays the same one
    /// when the real program is installed later.
    pub fn in_place_of(spec: &Spec, responses_url: String, clock: Arc<dyn Clock>) -> Self {
        let spec = Spec {
            name: spec.name.clone(),
            handle: spec.handle.clone(),
            title: "ChatGPT (demo)".into(),
            account_words: "demo script".into(),
            purpose: Purpose::Work,
            note: "answers from a script, runs no commands".into(),
            ..script()
        };
        let place = Place::At(responses_url);
        Self { spec, place, clock }
    }

    /// Beside real assistants, for somebody who has no account yet.
    pub fn beside(dial: Dial, clock: Arc<dyn Clock>) -> Self {
        let (spec, place) = (script(), Place::Inside(dial));
        Self { spec, place, clock }
    }

    async fn run(&self, turn: &TurnRequest, io: &TurnIo) -> Result<TurnEnd, BackendError> {
        let Work::Prompt(prompt) = &turn.work else {
            return Err(BackendError::Unsupported);
        };
        let mut content = vec![json!({ "type": "input_text", "text": prompt })];
        for image in &turn.attached {
            let label = image.attachment.format.media_type();
            let bytes = STANDARD.encode(image.whole().await?);
            let url = format!("data:{label};base64,{bytes}");
            content.push(json!({ "type": "input_image", "image_url": url }));
        }
        let mut input = vec![json!({ "type": "message", "role": "user", "content": content })];
        for _ in 0..ROUNDS {
            let body = json!({
                "model": "scripted", "stream": true, "store": false, "input": input,
                "prompt_cache_key": turn.turn.to_string(),
            });
            let answer = self.ask(&body, io).await?;
            if answer.calls.is_empty() {
                return Ok(TurnEnd::Finished(TurnOutcome {
                    text: answer.reply,
                    empty_detail: self.place.by_hand(),
                }));
            }
            for call in answer.calls {
                let output = json!({ "type": "function_call_output", "call_id": call["call_id"], "output": answer::NOT_RUN });
                input.extend([call, output]);
            }
        }
        Err(BackendError::Protocol(format!(
            "{ROUNDS} answers in a row called for commands"
        )))
    }

    /// One request and its whole answer.
    async fn ask(&self, body: &Value, io: &TurnIo) -> Result<Answer, BackendError> {
        let mut exchange = http::post(&self.place, body)
            .await
            .map_err(|error| lost(&error))?;
        if exchange.status != 200 {
            let said = exchange.text().await;
            return Err(answer::refused(exchange.status, &said, self.clock.now()));
        }
        let mut lines = Framer::new(LINE_LIMIT);
        let mut answer = Answer::default();
        while let Some(bytes) = exchange.next().await.map_err(|error| lost(&error))? {
            for frame in lines.push(&bytes) {
                let Frame::Line(line) = frame else {
                    return Err(BackendError::Protocol("an event is too large".into()));
                };
                io.raw(&line);
                // The name of an event stands in its data, too.
                let Some(event) = line.strip_prefix(b"data: ") else {
                    continue;
                };
                let event: Value = serde_json::from_slice(event).map_err(|error| {
                    BackendError::Protocol(format!("an event is not JSON: {error}"))
                })?;
                match answer.hear(&event, self.clock.now())? {
                    Heard::Item(event) => io
                        .emit(event)
                        .await
                        .map_err(|_| BackendError::Interrupted)?,
                    Heard::Nothing => {}
                    Heard::End => return Ok(answer),
                }
            }
        }
        Err(lost(&"the stream ended before the answer did"))
    }
}

impl Backend for Scripted {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn run_turn(
        &self,
        turn: TurnRequest,
        io: TurnIo,
    ) -> BoxFuture<'_, Result<TurnEnd, BackendError>> {
        async move {
            tokio::select! {
                // Dropping the request closes its connection: the upstream stops, too.
                _ = io.stopping() => Err(BackendError::Interrupted),
                ended = self.run(&turn, &io) => ended,
            }
        }
        .boxed()
    }

    fn perform(&self, operation: Operation) -> BoxFuture<'_, Result<Performed, BackendError>> {
        async move {
            match operation {
                Operation::Probe => Ok(Performed::Probed(Probe {
                    program: None,
                    version: None,
                    problem: None,
                    account: Some(self.spec.account_words.clone()),
                    login: None,
                })),
                _ => Err(BackendError::Unsupported),
            }
        }
        .boxed()
    }
}

/// The upstream cannot be reached, or went away in mid-answer.
fn lost(error: &dyn std::fmt::Display) -> BackendError {
    let failure = Failure::new(
        OutcomeCode::UpstreamFailed,
        "the connection to the scripted upstream was lost",
    );
    BackendError::Unavailable(failure.detail(error.to_string()))
}
