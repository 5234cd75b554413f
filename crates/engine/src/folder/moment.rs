//! Times as people and other programs read them in records: ISO 8601, UTC, milliseconds.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serializer, de::Error as _};
use switchboard_model::Millis;

/// A time in words. One that no calendar has is the oldest of all.
pub fn words(at: Millis) -> String {
    let at = Timestamp::from_millisecond(at.0).unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{at:.3}")
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "this is the shape that serde calls"
)]
pub(super) fn serialize<S: Serializer>(at: &Millis, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&words(*at))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Millis, D::Error> {
    let text = String::deserialize(from)?;
    let at: Timestamp = text.parse().map_err(D::Error::custom)?;
    Ok(Millis(at.as_millisecond()))
}

/// The same where there may be none.
pub(super) mod maybe {
    use serde::{Deserialize, Deserializer, Serializer};
    use switchboard_model::Millis;

    #[derive(Deserialize)]
    struct At(#[serde(with = "super")] Millis);

    #[expect(clippy::ref_option, reason = "this is the shape that serde calls")]
    pub(in super::super) fn serialize<S: Serializer>(
        at: &Option<Millis>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        match at {
            Some(at) => super::serialize(at, to),
            None => to.serialize_none(),
        }
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Millis>, D::Error> {
        Ok(Option::<At>::deserialize(from)?.map(|At(at)| at))
    }
}
