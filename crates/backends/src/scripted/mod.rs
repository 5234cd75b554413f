//! The assistant of the demo where no Codex program is installed: asks the scripted upstream itself and
//! passes on what comes. Owns the rounds of one turn; runs no commands, holds no login, starts nothing.
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
        Backend, BackendError, Capability, Family, Operation, Performed, Probe, Spec, TurnEnd,
        TurnOutcome, TurnRequest, Work,
    },
};
use switchboard_model::{
    Clock,
    attachment::Format,
    outcome::{Failure, OutcomeCode},
};

use crate::process::{Frame, Framer};
use answer::{Answer, Heard};

/// A turn that still calls for commands after so many requests goes round in circles.
const ROUNDS: usize = 8;

/// One event is one line; the largest holds a whole answer.
const LINE_LIMIT: usize = 16 * 1024 * 1024;

/// What a script can do.
const SCRIPT: [Capability; 2] = [Capability::Streams, Capability::Steps];

/// What the composition root knows and this backend needs.
#[derive(Clone)]
pub struct Setup {
    /// The backend it stands in for, so that an assistant stays the same one when the real program is
    /// installed later.
    pub stands_in_for: Spec,
    /// The upstream, without `/responses`. Plain http.
    pub responses_url: String,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
}

/// The backend.
pub struct Scripted {
    spec: Spec,
    setup: Setup,
}

impl Scripted {
    /// A backend over this setup. Touches nothing yet.
    pub fn new(setup: Setup) -> Self {
        let spec = Spec {
            name: setup.stands_in_for.name.clone(),
            handle: setup.stands_in_for.handle.clone(),
            title: "ChatGPT (demo)".into(),
            account_words: "demo script".into(),
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
            note: "answers from a script, runs no commands".into(),
            family: Family::Codex,
            seeds: Vec::new(),
            sign_ins: Vec::new(),
        };
        Self { spec, setup }
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
                    empty_detail: Some(by_hand(&self.setup.responses_url)),
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
        let url = format!("{}/responses", self.setup.responses_url);
        let mut exchange = http::post(&url, body).await.map_err(|error| lost(&error))?;
        if exchange.status != 200 {
            let said = exchange.text().await;
            return Err(answer::refused(
                exchange.status,
                &said,
                self.setup.clock.now(),
            ));
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
                match answer.hear(&event, self.setup.clock.now())? {
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

/// The same request for a person to send by hand, without the prompt.
fn by_hand(responses_url: &str) -> String {
    format!(
        "curl -N -H 'Authorization: {}' --json @request.json {responses_url}/responses",
        http::AUTHORIZATION
    )
}
