//! A failure as the JSON text of its column. Owns that shape; the model's type stays free of it.

use serde::{Deserialize, Serialize};
use switchboard_model::{
    Millis,
    outcome::{Failure, OutcomeCode},
};

use crate::{
    StoreError,
    rows::{json, to_json},
};

#[derive(Serialize, Deserialize)]
struct Stored {
    code: String,
    message: String,
    hint: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry_at: Option<Millis>,
}

pub(super) fn to_text(failure: &Failure) -> Result<String, StoreError> {
    to_json(&Stored {
        code: failure.code.as_str().to_owned(),
        message: failure.message.clone(),
        hint: failure.hint.clone(),
        detail: failure.detail.clone(),
        retry_at: failure.retry_at,
    })
}

pub(super) fn from_text(text: &str) -> Result<Failure, StoreError> {
    let stored: Stored = json("failure", text)?;
    let code = OutcomeCode::parse(&stored.code)
        .ok_or_else(|| StoreError::Corrupt(format!("a failure called {:?}", stored.code)))?;
    Ok(Failure {
        code,
        message: stored.message,
        hint: stored.hint,
        detail: stored.detail,
        retry_at: stored.retry_at,
    })
}
