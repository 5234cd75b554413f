//! The model over a WebSocket: one `response.create` frame per request, its events as frames, the conversation kept
//! between requests. Owns that wire; what is said is played elsewhere.

use std::ops::ControlFlow;
use std::sync::Arc;

use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::account::limit_event;
use crate::events::Composer;
use crate::play::{self, Frame};
use crate::seen::{Seen, Via};
use crate::shared::{Shared, Transport};
use crate::tools::Offered;
use crate::wire::{Refusal, Wire as _};

/// Frames carry whole conversations, pictures included.
const LARGEST_FRAME: usize = 64 * 1024 * 1024;

/// Turns a connection into a WebSocket, where the upstream speaks it.
pub(crate) async fn upgrade(
    State(shared): State<Arc<Shared>>,
    Extension(seen): Extension<Arc<Seen>>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    match (shared.transport, upgrade) {
        (Transport::WebSocket, Ok(upgrade)) => upgrade
            .max_message_size(LARGEST_FRAME)
            .max_frame_size(LARGEST_FRAME)
            .on_upgrade(move |socket| {
                let tasks = shared.tasks.clone();
                // Tracked, so that a stop waits until the connection is gone.
                tasks.track_future(
                    Connection {
                        shared,
                        upgraded: seen,
                        socket,
                        last: None,
                    }
                    .serve(),
                )
            }),
        (Transport::PostOnly, _) => StatusCode::UPGRADE_REQUIRED.into_response(),
        (Transport::WebSocket, Err(rejection)) => rejection.into_response(),
    }
}

/// What the last answer on a connection left behind: its id, and the conversation up to and with it.
struct Last {
    response_id: String,
    conversation: Vec<Value>,
}

struct Connection {
    shared: Arc<Shared>,
    upgraded: Arc<Seen>,
    socket: WebSocket,
    last: Option<Last>,
}

impl Connection {
    async fn serve(mut self) {
        let stop = self.shared.stop.clone();
        // A stop drops the socket in mid-answer, as a server that dies would.
        stop.run_until_cancelled(async { while self.one_message().await.is_continue() {} })
            .await;
    }

    async fn one_message(&mut self) -> ControlFlow<()> {
        let text = match self.socket.recv().await {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Close(_)) | Err(_)) | None => return ControlFlow::Break(()),
            Some(Ok(_)) => return ControlFlow::Continue(()),
        };
        let Ok(body) = serde_json::from_str::<Value>(&text) else {
            return self.error(&malformed("the frame is not JSON")).await;
        };
        if body["type"] != "response.create" {
            return ControlFlow::Continue(());
        }
        let Some(input) = self.conversation(&body) else {
            return self.error(&unknown_response()).await;
        };
        let seen = Seen {
            seq: 0,
            via: Via::WebSocket,
            body,
            input,
            ..Seen::clone(&self.upgraded)
        };
        let seen = self.shared.record.add(seen);
        if seen.is_model_request() {
            self.answer(seen).await
        } else {
            self.prewarm(&seen).await
        }
    }

    /// What the model is to see: the new items, after those that `previous_response_id` stands for.
    fn conversation(&self, body: &Value) -> Option<Vec<Value>> {
        let new = body["input"].as_array().cloned().unwrap_or_default();
        match (body["previous_response_id"].as_str(), &self.last) {
            (None, _) => Some(new),
            (Some(id), Some(last)) if last.response_id == id => {
                Some([last.conversation.clone(), new].concat())
            }
            (Some(_), _) => None,
        }
    }

    async fn prewarm(&mut self, seen: &Seen) -> ControlFlow<()> {
        let mut composer = Composer::of(self.shared.next_number(), 0, Offered::default());
        let mut events = composer.created();
        events.push(composer.completed());
        for event in events {
            self.send(&event).await?;
        }
        self.last = Some(Last {
            response_id: composer.response_id(),
            conversation: seen.input.clone(),
        });
        ControlFlow::Continue(())
    }

    async fn answer(&mut self, seen: Arc<Seen>) -> ControlFlow<()> {
        let composer = Composer::new(self.shared.next_number(), &seen);
        let mut frames = play::start(&self.shared, Arc::clone(&seen), composer);
        self.send(&limit_event(self.shared.limits())).await?;
        loop {
            let frame = tokio::select! {
                frame = frames.recv() => frame,
                // Nothing is said to us in mid-answer, so this is a client that leaves.
                message = self.socket.recv() => match message {
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return ControlFlow::Break(()),
                    Some(Ok(_)) => continue,
                },
            };
            match frame {
                Some(Frame::Event(event)) => self.send(&event).await?,
                Some(Frame::Refuse(refusal)) => return self.error(&refusal).await,
                Some(Frame::End {
                    response_id,
                    output,
                }) => {
                    let conversation = [seen.input.clone(), output].concat();
                    self.last = Some(Last {
                        response_id,
                        conversation,
                    });
                    return ControlFlow::Continue(());
                }
                // Dropping the socket without a close frame is what a broken line looks like.
                Some(Frame::Cut) | None => return ControlFlow::Break(()),
            }
        }
    }

    /// An error frame. It has `status` and never `status_code` beside it: the CLI drops a frame with both and waits.
    async fn error(&mut self, refusal: &Refusal) -> ControlFlow<()> {
        self.send(&json!({ "type": "error", "status": refusal.status, "error": refusal.error }))
            .await
    }

    async fn send(&mut self, event: &Value) -> ControlFlow<()> {
        match self.socket.send(Message::text(event.to_string())).await {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }
}

fn malformed(why: &str) -> Refusal {
    Refusal {
        status: 400,
        error: json!({ "type": "invalid_request_error", "message": why }),
    }
}

fn unknown_response() -> Refusal {
    let error = json!({
        "type": "invalid_request_error",
        "code": "previous_response_not_found",
        "message": "the previous response was not made on this connection",
    });
    Refusal { status: 400, error }
}
