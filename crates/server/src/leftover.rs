//! What is left of a request's body when its answer is an error. Owns reading it away, within bounds;
//! never decides what is refused.
//!
//! A client that is still writing does not look for an answer. If the connection ends under its hands, it
//! learns that the pipe broke, and a browser shows a network error, instead of why it was refused.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, BodyDataStream, Bytes},
    extract::Request,
    http::header,
};
use futures_util::{Stream, StreamExt as _};

/// The most that is read of a body that nobody wants. Beyond it the connection just ends.
const MOST: usize = 32 * 1024 * 1024;

/// How long it may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The body of a request that its handler may leave unread.
#[derive(Debug)]
pub(crate) struct Leftover(Option<Arc<Mutex<BodyDataStream>>>);

impl Leftover {
    /// Keeps a hold on the body of `request` while its handler reads it.
    pub(crate) fn of(request: Request) -> (Request, Self) {
        // Such a client asks first and writes only when it is told to go on.
        if request.headers().contains_key(header::EXPECT) {
            return (request, Self(None));
        }
        let (parts, body) = request.into_parts();
        let body = Arc::new(Mutex::new(body.into_data_stream()));
        let handed = Body::from_stream(Held(Arc::clone(&body)));
        (Request::from_parts(parts, handed), Self(Some(body)))
    }

    /// Reads the rest away. Returns when it is read, is too much or takes too long.
    pub(crate) async fn read_away(self) {
        let Some(body) = self.0 else { return };
        let mut rest = Held(body);
        let mut read = 0;
        let reading = async {
            while let Some(Ok(bytes)) = rest.next().await {
                read += bytes.len();
                if read > MOST {
                    break;
                }
            }
        };
        let _ = tokio::time::timeout(PATIENCE, reading).await;
    }
}

/// One of the two hands on the body. Both are never polled at once: the second waits for the first to let go.
struct Held(Arc<Mutex<BodyDataStream>>);

impl Stream for Held {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut body = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        body.poll_next_unpin(context)
    }
}
