//! Where the browser of a sign-in is sent back to: Codex listens there on this machine, so somebody whose browser runs
//! on another one pastes the address that it ended at. Owns telling such an address from everything else that people
//! paste, and handing it on; never learns what becomes of the sign-in.

use std::{io, net::Ipv4Addr, pin::pin, time::Duration};

use hyper::{Request, StatusCode, Uri, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, time::timeout};

/// Codex asks the issuer for tokens before it answers.
const DEADLINE: Duration = Duration::from_secs(30);

/// An address is a few hundred bytes long.
const LONGEST: usize = 8 * 1024;

/// Where one sign-in waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Callback {
    port: u16,
    path: String,
    /// What tells this sign-in from others; whoever pastes must show it.
    state: String,
}

/// Why a pasted text is not handed on, with what to paste instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotTaken {
    #[error("paste the whole address that the browser ended at; it begins with {0}?")]
    NotAnAddress(String),
    #[error(
        "this is the address to open in the browser; paste the one that it ends at, which begins with \
         {0}?"
    )]
    TheFirst(String),
    #[error("this address leads elsewhere; paste the one that begins with {0}?")]
    Elsewhere(String),
    #[error(
        "this is only a part of the address; paste all of it, with the `code` and the `state` in it, from http:// on"
    )]
    Part,
    #[error("this address is of another sign-in; open the newest link, and paste where it ends")]
    OfAnother,
    #[error("this sign-in does not wait any more ({0}); begin a new one")]
    NobodyWaits(String),
}

impl Callback {
    /// Where the sign-in that begins at this address waits, if that is at this path or below it.
    pub(super) fn of(begin: &str, path: &str) -> Option<Self> {
        let begin: Uri = begin.parse().ok()?;
        let query = begin.query()?;
        let back: Uri = unescape(value_of(query, "redirect_uri")?)?.parse().ok()?;
        Some(Self {
            port: back.port_u16().filter(|_| is_here(&back))?,
            path: Some(back.path())
                .filter(|at| {
                    at.strip_prefix(path)
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                })?
                .to_owned(),
            state: value_of(query, "state")?.to_owned(),
        })
    }

    /// What the address begins with that is to be pasted.
    fn place(&self) -> String {
        format!("http://localhost:{}{}", self.port, self.path)
    }

    /// Says that nobody will come: whoever waits there need not any more.
    pub(super) async fn refuse(&self) {
        let target = format!("{}?error=access_denied&state={}", self.path, self.state);
        let _ = self.get(&target).await;
    }

    /// What of a pasted text is to be handed on.
    fn query_of(&self, pasted: &str) -> Result<Query, NotTaken> {
        let bare: &[char] = &['"', '\'', '<', '>', '`'];
        // Long addresses are often copied with line breaks in them.
        let pasted: String = pasted.split_whitespace().collect();
        let pasted = pasted.trim_matches(bare);
        if pasted.len() > LONGEST {
            return Err(NotTaken::NotAnAddress(self.place()));
        }
        let query = match pasted.split_once("://") {
            Some(_) => self.query_of_address(pasted)?,
            // Browsers hide the beginning, and some copy what they show.
            None if pasted.starts_with("localhost:") || pasted.starts_with("127.0.0.1:") => {
                self.query_of_address(&format!("http://{pasted}"))?
            }
            None => pasted.trim_start_matches('?').to_owned(),
        };
        // A query must be one where it is sent, too.
        if format!("{}?{query}", self.path).parse::<Uri>().is_err() {
            return Err(NotTaken::NotAnAddress(self.place()));
        }
        let says = |name| value_of(&query, name).is_some_and(|value| !value.is_empty());
        match value_of(&query, "state") {
            Some(state) if says("code") || says("error") => {
                if state == self.state {
                    Ok(Query(query))
                } else {
                    Err(NotTaken::OfAnother)
                }
            }
            None if !says("code") && !pasted.contains('#') => {
                Err(NotTaken::NotAnAddress(self.place()))
            }
            _ => Err(NotTaken::Part),
        }
    }

    fn query_of_address(&self, pasted: &str) -> Result<String, NotTaken> {
        let address: Uri = pasted
            .parse()
            .map_err(|_| NotTaken::NotAnAddress(self.place()))?;
        let query = address.query().unwrap_or_default();
        if value_of(query, "redirect_uri").is_some() {
            return Err(NotTaken::TheFirst(self.place()));
        }
        let is_it = address.port_u16() == Some(self.port) && address.path() == self.path;
        if !is_here(&address) || !is_it {
            return Err(NotTaken::Elsewhere(self.place()));
        }
        Ok(query.to_owned())
    }

    /// Goes where the browser should have gone.
    pub(super) async fn go_on(&self, pasted: &str) -> Result<(), NotTaken> {
        let Query(query) = self.query_of(pasted)?;
        let lost = |why: io::Error| NotTaken::NobodyWaits(why.to_string());
        let (status, next) = self
            .get(&format!("{}?{query}", self.path))
            .await
            .map_err(lost)?;
        if status == StatusCode::BAD_REQUEST {
            return Err(NotTaken::OfAnother);
        }
        // Its page that all went well, by which it ends; whether it comes to that is told by the program.
        let next = next.and_then(|next| next.parse::<Uri>().ok());
        if let Some(next) = next
            && (next.host().is_none() || next.port_u16() == Some(self.port))
            && let Some(target) = next.path_and_query()
        {
            let _ = self.get(target.as_str()).await;
        }
        Ok(())
    }

    /// The status of an answer, and where it sends on to.
    async fn get(&self, target: &str) -> io::Result<(StatusCode, Option<String>)> {
        let exchange = async {
            let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).await?;
            let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
                .await
                .map_err(io::Error::other)?;
            let request = Request::get(target)
                .header(header::HOST, format!("127.0.0.1:{}", self.port))
                .header(header::CONNECTION, "close")
                .body(String::new())
                .map_err(io::Error::other)?;
            let mut answer = pin!(sender.send_request(request));
            // The connection moves the bytes, and may be done first.
            let answer = tokio::select! {
                biased;
                answer = answer.as_mut() => answer,
                _ = connection => answer.await,
            };
            let answer = answer.map_err(io::Error::other)?;
            let next = answer.headers().get(header::LOCATION);
            let next = next.and_then(|next| next.to_str().ok()).map(str::to_owned);
            Ok((answer.status(), next))
        };
        timeout(DEADLINE, exchange).await?
    }
}

/// What may be handed on.
#[derive(Debug, PartialEq, Eq)]
struct Query(String);

fn is_here(address: &Uri) -> bool {
    let is_plain = address.scheme_str() == Some("http");
    let bare = address
        .authority()
        .is_some_and(|all| !all.as_str().contains('@'));
    is_plain && bare && matches!(address.host(), Some("localhost" | "127.0.0.1"))
}

/// The value of that name in a query, as it stands there.
fn value_of<'q>(query: &'q str, name: &str) -> Option<&'q str> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// A value of a query without its escapes.
fn unescape(value: &str) -> Option<String> {
    let mut parts = value.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(part.get(..2)?, 16).ok()?);
        bytes.extend_from_slice(part.get(2..)?.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGIN: &str = "https://auth.example/oauth/authorize?response_type=code&client_id=app_x\
        &redirect_uri=http%3A%2F%2F127.0.0.1%3A1457%2Fauth%2Fcallback&code_challenge=c&state=s-1_x&scope=openid+email";

    fn place() -> String {
        "http://localhost:1457/auth/callback".into()
    }

    fn callback() -> Callback {
        Callback::of(BEGIN, "/auth/callback").unwrap()
    }

    #[test]
    fn the_place_is_told_by_the_address_that_a_sign_in_begins_at() {
        let here = Callback {
            port: 1457,
            path: "/auth/callback".into(),
            state: "s-1_x".into(),
        };
        assert_eq!(callback(), here);
        for other in [
            "https://auth.example/oauth/authorize?state=s",
            "https://auth.example/oauth/authorize?redirect_uri=http%3A%2F%2F127.0.0.1%3A1457%2Fauth%2Fcallback",
            "https://a.example/?state=s&redirect_uri=http%3A%2F%2Fevil.example%3A1457%2Fauth%2Fcallback",
            "https://a.example/?state=s&redirect_uri=https%3A%2F%2Flocalhost%3A1457%2Fauth%2Fcallback",
            "https://a.example/?state=s&redirect_uri=http%3A%2F%2Flocalhost%2Fauth%2Fcallback",
            "https://a.example/?state=s&redirect_uri=http%3A%2F%2Flocalhost%3A1457%2Fother",
            "https://a.example/?state=s&redirect_uri=%zz",
            "https://a.example/?state=s&redirect_uri=http%3A%2F%2Flocalhost%3A1457%2Fauth%2Fcallbacks",
            "nonsense",
        ] {
            assert_eq!(Callback::of(other, "/auth/callback"), None, "{other}");
        }
    }

    #[test]
    fn an_address_is_taken_in_every_form_in_which_people_paste_it() {
        let whole = "code=c1&state=s-1_x";
        let rows = [
            (
                "http://localhost:1457/auth/callback?code=c1&state=s-1_x",
                whole,
            ),
            (
                "http://127.0.0.1:1457/auth/callback?code=c1&state=s-1_x",
                whole,
            ),
            (
                "  http://localhost:1457/auth/callback?code=c1&state=s-1_x\n",
                whole,
            ),
            (
                "http://localhost:1457/auth/call\n  back?code=c1&\nstate=s-1_x",
                whole,
            ),
            (
                "\"http://localhost:1457/auth/callback?code=c1&state=s-1_x\"",
                whole,
            ),
            (
                "<http://localhost:1457/auth/callback?code=c1&state=s-1_x>",
                whole,
            ),
            ("localhost:1457/auth/callback?code=c1&state=s-1_x", whole),
            ("127.0.0.1:1457/auth/callback?code=c1&state=s-1_x", whole),
            (
                "http://localhost:1457/auth/callback?code=c1&state=s-1_x#",
                whole,
            ),
            ("?code=c1&state=s-1_x", whole),
            ("code=c1&state=s-1_x", whole),
            (
                "http://localhost:1457/auth/callback?state=s-1_x&scope=a%20b&code=c%2F1",
                "state=s-1_x&scope=a%20b&code=c%2F1",
            ),
            (
                "http://localhost:1457/auth/callback?error=access_denied&state=s-1_x",
                "error=access_denied&state=s-1_x",
            ),
        ];
        for (pasted, query) in rows {
            let taken = callback().query_of(pasted);
            assert_eq!(taken, Ok(Query(query.into())), "{pasted:?}");
        }
    }

    #[test]
    fn what_is_not_the_address_is_refused_with_what_to_paste() {
        use NotTaken::{Elsewhere, NotAnAddress, OfAnother, Part, TheFirst};
        let long = format!(
            "http://localhost:1457/auth/callback?state=s-1_x&code={}",
            "c".repeat(LONGEST)
        );
        let rows = [
            ("", NotAnAddress(place())),
            ("hello", NotAnAddress(place())),
            ("http://", NotAnAddress(place())),
            ("http://localhost:1457/auth/callback", NotAnAddress(place())),
            (
                "http://localhost:1457/auth/callback?",
                NotAnAddress(place()),
            ),
            (&long, NotAnAddress(place())),
            (BEGIN, TheFirst(place())),
            (
                "https://localhost:1457/auth/callback?code=c1&state=s-1_x",
                Elsewhere(place()),
            ),
            (
                "http://localhost:1455/auth/callback?code=c1&state=s-1_x",
                Elsewhere(place()),
            ),
            (
                "http://localhost/auth/callback?code=c1&state=s-1_x",
                Elsewhere(place()),
            ),
            (
                "http://localhost:1457/cancel?code=c1&state=s-1_x",
                Elsewhere(place()),
            ),
            (
                "http://localhost:1457/auth/callback/../success?code=c1&state=s-1_x",
                Elsewhere(place()),
            ),
            (
                "http://evil.example:1457/auth/callback?code=c1&state=s-1_x",
                Elsewhere(place()),
            ),
            (
                "http://localhost@evil.example:1457/auth/callback?code=c1&state=s-1_x",
                Elsewhere(place()),
            ),
            (
                "http://x@localhost:1457/auth/callback?code=c1&state=s-1_x",
                Elsewhere(place()),
            ),
            (
                "ftp://localhost:1457/auth/callback?code=c1&state=s-1_x",
                Elsewhere(place()),
            ),
            ("c1#s-1_x", Part),
            ("code=c1", Part),
            ("code=c1#state=s-1_x", Part),
            ("state=s-1_x", Part),
            ("http://localhost:1457/auth/callback?code=c1", Part),
            (
                "http://localhost:1457/auth/callback?code=&state=s-1_x",
                Part,
            ),
            (
                "http://localhost:1457/auth/callback?code=c1&state=other",
                OfAnother,
            ),
            ("code=c1&state=other", OfAnother),
            ("code=c1&state=s-1_x&\u{7f}", NotAnAddress(place())),
        ];
        for (pasted, why) in rows {
            assert_eq!(callback().query_of(pasted), Err(why), "{pasted:?}");
        }
    }

    #[tokio::test]
    async fn where_nobody_waits_any_more_is_said() {
        // A port that was free a moment ago.
        let free = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let callback = Callback {
            port,
            path: "/callback/x".into(),
            state: "s".into(),
        };
        let gone = callback.go_on("code=c&state=s").await;
        assert!(matches!(gone, Err(NotTaken::NobodyWaits(_))), "{gone:?}");
    }
}
