//! One POST over plain http and its answer as it arrives, over a socket or within the process. Owns one connection, which ends with the
//! exchange; knows nothing of what is said over it.

use std::{future::poll_fn, io, pin::Pin, sync::Arc};

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
    http::uri::Authority,
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};

/// The scripted upstream takes any token; a real login must never get here.
const AUTHORIZATION: &str = "Bearer scripted-demo";

/// What an error may say, in bytes.
const ERROR_LIMIT: usize = 64 * 1024;

/// An answer whose beginning has arrived.
pub(super) struct Exchange {
    pub status: u16,
    body: Incoming,
    /// Moves the bytes; has to be polled while the body is read, and is done before the body may be.
    connection: Fuse<BoxFuture<'static, ()>>,
}

/// A way to the upstream's bytes.
pub trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}

impl<C: AsyncRead + AsyncWrite + Send + Unpin> Connection for C {}

/// Makes a connection within the process.
pub type Dial = Arc<dyn Fn() -> BoxFuture<'static, io::Result<Box<dyn Connection>>> + Send + Sync>;

/// Where the scripted upstream is.
#[derive(Clone)]
pub enum Place {
    /// At this address, without `/responses`. Plain http.
    At(String),
    /// In this process, on no port.
    Inside(Dial),
}

/// What stands in a request where an address would.
const INSIDE: &str = "http://demo.invalid/v1";

impl Place {
    fn url(&self) -> String {
        let base = match self {
            Self::At(base) => base,
            Self::Inside(_) => INSIDE,
        };
        format!("{base}/responses")
    }

    /// The same request for a person to send by hand, without the prompt, where a person can.
    pub(super) fn by_hand(&self) -> Option<String> {
        let Self::At(_) = self else { return None };
        Some(format!(
            "curl -N -H 'Authorization: {AUTHORIZATION}' --json @request.json {}",
            self.url()
        ))
    }

    async fn connect(&self, authority: &Authority) -> io::Result<Box<dyn Connection>> {
        match self {
            Self::Inside(dial) => dial().await,
            Self::At(_) => {
                let port = authority.port_u16().unwrap_or(80);
                let stream = TcpStream::connect((authority.host(), port)).await?;
                stream.set_nodelay(true)?;
                Ok(Box::new(stream))
            }
        }
    }
}

/// Sends the request and waits for the beginning of the answer.
pub(super) async fn post(place: &Place, body: &Value) -> io::Result<Exchange> {
    let url = place.url();
    let uri: Uri = url.parse().map_err(io::Error::other)?;
    let (Some("http"), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err(io::Error::other(format!("{url} is not an http address")));
    };
    let stream = place.connect(authority).await?;
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
