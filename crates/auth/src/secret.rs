//! Secrets: how they are made, carried, recognised and compared. Never stores one and never logs one.
//!
//! Each of ours is 256 bits of chance behind a prefix that says what it is for, so that a leaked one is
//! recognised by people and by scanners. That much chance cannot be guessed offline either, which is why
//! a plain SHA-256 is the right hash at rest: a slow one defends short passwords, and there are none.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use switchboard_model::IdSource;

/// SHA-256 of a secret: what is stored instead of it.
pub type Hash = [u8; 32];

/// Something that must not slip out. It has no `Debug`, `Display` or `Serialize` on purpose, so that a
/// log line or a response that would show it does not compile; [`Secret::expose`] is easy to search for.
#[derive(Clone)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Wraps a secret.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The secret itself, for the one place that needs it.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

/// What a secret of ours is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A program acts in a person's name.
    Token,
    /// A browser is signed in.
    Session,
    /// A sign-in link, until it is used.
    Link,
    /// The secret half of an assistant's OAuth client pair.
    Client,
}

impl Kind {
    pub(crate) const ALL: [Self; 4] = [Self::Token, Self::Session, Self::Link, Self::Client];

    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::Token => "sbt_",
            Self::Session => "sbs_",
            Self::Link => "sbl_",
            Self::Client => "sbc_",
        }
    }

    /// A fresh secret of this kind, and what to store of it.
    pub(crate) fn issue(self, ids: &IdSource) -> (Secret<String>, Hash) {
        let text = format!("{}{}", self.prefix(), URL_SAFE_NO_PAD.encode(ids.secret()));
        let hash = hash(&text);
        (Secret(text), hash)
    }

    /// The hash of a text that has the shape of such a secret. Anything else can be refused unseen.
    pub(crate) fn recognise(self, text: &str) -> Option<Hash> {
        let body = text.strip_prefix(self.prefix())?;
        // 43 characters are 32 bytes; asking first keeps us from decoding somebody's megabyte.
        (body.len() == 43 && URL_SAFE_NO_PAD.decode(body).is_ok()).then(|| hash(text))
    }
}

fn hash(text: &str) -> Hash {
    Sha256::digest(text).into()
}

/// An assistant's OAuth client credentials.
pub struct ClientPair {
    /// Public.
    pub id: String,
    /// Shown once.
    pub secret: Secret<String>,
    /// What is stored of the secret.
    pub hash: Hash,
}

impl ClientPair {
    /// Whether a presented secret is the one with this hash. Takes the same time whatever differs.
    pub fn matches(presented: &str, hash: &Hash) -> bool {
        Kind::Client
            .recognise(presented)
            .is_some_and(|found| found.ct_eq(hash).into())
    }
}

/// Makes client credentials for an assistant.
pub fn make_client_pair(ids: &IdSource) -> ClientPair {
    let (secret, hash) = Kind::Client.issue(ids);
    let id = format!("client_{}", URL_SAFE_NO_PAD.encode(&ids.secret()[..16]));
    ClientPair { id, secret, hash }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use switchboard_model::{
        Millis,
        clock::{FakeChance, FakeClock},
    };

    use super::*;

    fn ids() -> IdSource {
        IdSource::new(
            Arc::new(FakeClock::at(Millis(0))),
            Arc::new(FakeChance::seeded(1)),
        )
    }

    #[test]
    fn a_secret_says_what_it_is_for_and_is_no_good_for_anything_else() {
        for kind in Kind::ALL {
            let (secret, stored) = kind.issue(&ids());
            for other in Kind::ALL {
                let found = other.recognise(secret.expose());
                assert_eq!(found, (kind == other).then_some(stored));
            }
        }
    }

    #[test]
    fn two_secrets_differ() {
        let ids = ids();
        let (one, _) = Kind::Token.issue(&ids);
        let (other, _) = Kind::Token.issue(&ids);
        assert_ne!(one.expose(), other.expose());
    }

    #[test]
    fn a_text_of_another_shape_is_refused_unseen() {
        let (secret, _) = Kind::Session.issue(&ids());
        let secret = secret.expose();
        for wrong in [
            String::new(),
            "sbs_".to_owned(),
            secret.to_uppercase(),
            secret[..secret.len() - 1].to_owned(),
            format!("{secret}A"),
            format!(" {secret}"),
            secret.replace("sbs_", "sbs+"),
            format!("sbs_{}", "é".repeat(43)),
            "x".repeat(1 << 20),
        ] {
            assert_eq!(Kind::Session.recognise(&wrong), None, "{wrong:.60}");
        }
    }

    #[test]
    fn a_client_secret_matches_its_own_hash_only() {
        let ids = ids();
        let (one, other) = (make_client_pair(&ids), make_client_pair(&ids));
        assert!(ClientPair::matches(one.secret.expose(), &one.hash));
        assert!(!ClientPair::matches(one.secret.expose(), &other.hash));
        assert!(!ClientPair::matches("", &one.hash));
        assert_ne!(one.id, other.id);
    }
}
