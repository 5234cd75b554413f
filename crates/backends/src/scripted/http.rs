//! One POST over plain http and its answer as it arrives. Owns one connection, which ends with the
//! exchange; knows nothing of what is said over it.

use std::{future::poll_fn, io, pin::Pin};

use bytes::Bytes;
use futures_util::{
    FutureExt,
    future::{BoxFuture, Fuse},
};
use hyper::{
    Request, Uri,
    body::{Body as _, Incoming},
    client::conn::http1,
    header,
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

/// The scripted upstream takes any token; a real login must never get here.
pub(super) const AUTHORIZATION: &str = "Bearer scripted-demo";

/// What an error may say, in bytes.
const ERROR_LIMIT: usize = 64 * 1024;

/// An answer whose beginning has arrived.
pub(super) struct Exchange {
    pub status: u16,
    body: Incoming,
    /// Moves the bytes; has to be polled while the body is read, and is done before the body may be.
    connection: Fuse<BoxFuture<'static, ()>>,
}

/// Sends the request and waits for the beginning of the answer.
pub(super) async fn post(url: &str, body: &Value) -> io::Result<Exchange> {
    let uri: Uri = url.parse().map_err(io::Error::other)?;
    let (Some("http"), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err(io::Error::other(format!("{url} is not an http address")));
    };
    let port = authority.port_u16().unwrap_or(80);
    let stream = TcpStream::connect((authority.host(), port)).await?;
    stream.set_nodelay(true)?;
    let request = Request::post(uri.path())
        .header(header::HOST, authority.as_str())
        .header(header::AUTHORIZATION, AUTHORIZATION)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "text/event-stream")
        .body(body.to_string())
        .map_err(io::Error::other)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(io::Error::other)?;
    // How the connection ends is told by the body, too.
    let mut connection = connection.map(|_| ()).boxed().fuse();
    let mut answer = std::pin::pin!(sender.send_request(request));
    let answer = poll_fn(|context| {
        let _ = connection.poll_unpin(context);
        answer.as_mut().poll(context)
    });
    let (head, body) = answer.await.map_err(io::Error::other)?.into_parts();
    Ok(Exchange {
        status: head.status.as_u16(),
        body,
        connection,
    })
}

impl Exchange {
    /// The next bytes; `None` at the end.
    pub async fn next(&mut self) -> io::Result<Option<Bytes>> {
        loop {
            let frame = poll_fn(|context| {
                let _ = self.connection.poll_unpin(context);
                Pin::new(&mut self.body).poll_frame(context)
            });
            match frame.await {
                None => return Ok(None),
                Some(Err(error)) => return Err(io::Error::other(error)),
                // Trailers say nothing here.
                Some(Ok(frame)) => {
                    if let Ok(bytes) = frame.into_data() {
                        return Ok(Some(bytes));
                    }
                }
            }
        }
    }

    /// The rest as text, as far as it came.
    pub async fn text(&mut self) -> String {
        let mut text = Vec::new();
        while let (true, Ok(Some(bytes))) = (text.len() < ERROR_LIMIT, self.next().await) {
            text.extend_from_slice(&bytes);
        }
        String::from_utf8_lossy(&text).into_owned()
    }
}
