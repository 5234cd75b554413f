//! Identifiers: one type per noun, all UUIDv7, so that they sort by time of birth. Owns their text
//! form and the one place where they are made; never invents time or chance.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::{Chance, Clock};

/// A text that is not an identifier of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {kind} id")]
pub struct InvalidId {
    kind: &'static str,
}

/// What every identifier can do; lets [`IdSource::make`] serve them all.
pub trait Id: Sized {
    /// Wraps raw UUID bytes.
    fn from_uuid(uuid: Uuid) -> Self;
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $kind:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl Id for $name {
            fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            /// Only the canonical hyphenated lower-case form, so that one id has one spelling.
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let invalid = InvalidId { kind: $kind };
                let uuid = Uuid::try_parse(text).map_err(|_| invalid.clone())?;
                if uuid.as_hyphenated().to_string() == text { Ok(Self(uuid)) } else { Err(invalid) }
            }
        }
    )*};
}

ids! {
    /// A person or an assistant: whoever can be the author of a message.
    PersonId = "person";
    /// A thread.
    ThreadId = "thread";
    /// A message.
    MessageId = "message";
    /// The debt "this assistant owes an answer to this message".
    DeliveryId = "delivery";
    /// A turn.
    TurnId = "turn";
    /// An item of a turn.
    ItemId = "item";
    /// A question that a turn asked.
    QuestionId = "question";
    /// A steer: words sent into a running turn.
    SteerId = "steer";
    /// A signed-in browser.
    SessionId = "session";
    /// An API token.
    TokenId = "token";
    /// A note in the audit.
    AuditId = "audit";
    /// A message that waits in a queue.
    QueuedId = "queued message";
    /// A file that comes with a message.
    AttachmentId = "attachment";
}

/// An assistant is a row of the people table, so its id is a [`PersonId`] that is known to be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AssistantId(pub PersonId);

impl Id for AssistantId {
    fn from_uuid(uuid: Uuid) -> Self {
        Self(PersonId(uuid))
    }
}

impl fmt::Display for AssistantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for AssistantId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        text.parse().map(Self)
    }
}

/// Makes identifiers from a clock and a source of chance. Cheap to clone.
#[derive(Clone)]
pub struct IdSource {
    clock: Arc<dyn Clock>,
    chance: Arc<dyn Chance>,
}

impl IdSource {
    /// An id source over the given clock and chance.
    pub fn new(clock: Arc<dyn Clock>, chance: Arc<dyn Chance>) -> Self {
        Self { clock, chance }
    }

    /// A fresh identifier of any kind: `let id: ThreadId = ids.make();`
    pub fn make<T: Id>(&self) -> T {
        let mut random = [0; 10];
        self.chance.fill(&mut random);
        let millis = u64::try_from(self.clock.now().0).unwrap_or(0);
        T::from_uuid(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    /// 32 unpredictable bytes, for tokens and links.
    pub fn secret(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.chance.fill(&mut bytes);
        bytes
    }

    /// The clock behind the ids, so that whoever makes rows needs one handle only.
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }
}

impl fmt::Debug for IdSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdSource")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::clock::{FakeChance, FakeClock, Millis};

    fn source(at: i64) -> IdSource {
        IdSource::new(
            Arc::new(FakeClock::at(Millis(at))),
            Arc::new(FakeChance::seeded(7)),
        )
    }

    #[test]
    fn ids_sort_by_time_of_birth() {
        let early: ThreadId = source(1_000).make();
        let late: ThreadId = source(2_000).make();
        assert!(early.to_string() < late.to_string());
    }

    #[test]
    fn one_id_has_one_spelling() {
        let id: TurnId = source(1_000).make();
        assert_eq!(id.to_string().parse::<TurnId>().unwrap(), id);
        assert!(id.to_string().to_uppercase().parse::<TurnId>().is_err());
        assert!("nonsense".parse::<TurnId>().is_err());
    }
}
