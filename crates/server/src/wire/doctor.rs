//! What the doctor found, on the wire; also what whoever checks hands to this crate.

use serde::Serialize;
use utoipa::ToSchema;

/// Everything that was checked.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Doctor {
    /// In the order checked.
    pub checks: Vec<Check>,
}

/// One thing that was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Check {
    /// Its stable name.
    pub code: String,
    /// How it is.
    pub status: CheckStatus,
    /// What was looked at.
    pub title: String,
    /// What was found.
    pub detail: String,
    /// What to do about it.
    pub fix: Option<String>,
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckStatus {
    /// As it should be.
    Ok,
    /// Worth knowing.
    Warn,
    /// Something will not work.
    Fail,
}
