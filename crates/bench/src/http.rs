//! A client of the measured server that costs little: one socket, requests written by hand, answers with
//! a length. Knows no events.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// Where the server is, and the tokens of the people who use it.
#[derive(Clone)]
pub struct Server {
    address: String,
    tokens: Arc<[String]>,
    /// Connections that wait for their next request.
    idle: Arc<Mutex<Vec<TcpStream>>>,
}

impl Server {
    pub fn new(address: &str, tokens: Vec<String>) -> Self {
        Self {
            address: address.to_owned(),
            tokens: tokens.into(),
            idle: Arc::default(),
        }
    }

    /// A connection with a request on its way, in the name of the `who`-th person.
    pub async fn open(&self, who: usize, path: &str) -> Result<TcpStream> {
        let mut stream = self.connect().await?;
        let head = self.head("GET", path, who, 0);
        stream.write_all(head.as_bytes()).await?;
        Ok(stream)
    }

    /// A request of the first person that must succeed; the answer's body.
    pub async fn call(&self, method: &str, path: &str, body: &Value) -> Result<Value> {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let request = self.head(method, path, 0, body.len()) + &body;
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let mut stream = match idle {
            Some(stream) => stream,
            None => self.connect().await?,
        };
        stream.write_all(request.as_bytes()).await?;
        let (status, answer) = read(&mut stream).await?;
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(stream);
        ensure!(
            (200..300).contains(&status),
            "{method} {path}: {status} {}",
            String::from_utf8_lossy(&answer)
        );
        Ok(serde_json::from_slice(&answer).unwrap_or_default())
    }

    /// A new thread; its id.
    pub async fn thread(&self, visibility: &str) -> Result<String> {
        let new = serde_json::json!({ "visibility": visibility });
        let thread = self.call("POST", "/api/threads", &new).await?;
        let id = thread["id"].as_str().context("a thread without an id")?;
        Ok(id.to_owned())
    }

    /// Posts a message; returns once it is acknowledged.
    pub async fn post(&self, thread: &str, text: &str) -> Result<Value> {
        let path = format!("/api/threads/{thread}/messages");
        self.call("POST", &path, &serde_json::json!({ "text": text }))
            .await
    }

    async fn connect(&self) -> Result<TcpStream> {
        let stream = TcpStream::connect(&self.address)
            .await
            .with_context(|| format!("cannot connect to {}", self.address))?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    fn head(&self, method: &str, path: &str, who: usize, length: usize) -> String {
        let Self {
            address, tokens, ..
        } = self;
        let token = &tokens[who % tokens.len()];
        format!(
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n"
        )
    }
}

/// A whole answer: status and body.
async fn read(stream: &mut TcpStream) -> Result<(u16, Vec<u8>)> {
    let mut bytes = Vec::with_capacity(2048);
    loop {
        ensure!(
            stream.read_buf(&mut bytes).await? > 0,
            "the server hung up before it had answered"
        );
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let (status, length) = parse(std::str::from_utf8(&bytes[..end])?)?;
        let mut body = bytes.split_off(end + 4);
        let have = body.len();
        ensure!(have <= length, "more came than was asked for");
        body.resize(length, 0);
        stream.read_exact(&mut body[have..]).await?;
        return Ok((status, body));
    }
}

/// Status and length of the body.
fn parse(head: &str) -> Result<(u16, usize)> {
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1));
    let status = status
        .and_then(|word| word.parse().ok())
        .context("an answer without a status")?;
    if status == 204 {
        return Ok((status, 0));
    }
    for line in lines {
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            return Ok((status, value.trim().parse()?));
        }
    }
    bail!("an answer without a length: {head}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_head_of_an_answer_says_status_and_length() {
        let head = "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 12";
        assert_eq!(parse(head).unwrap(), (201, 12));
        assert_eq!(parse("HTTP/1.1 204 No Content").unwrap(), (204, 0));
        assert!(parse("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked").is_err());
        assert!(parse("").is_err());
    }
}
