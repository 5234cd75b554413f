//! What commands about turns exit with, and what stands in a turn's record for them. Programs match on these numbers, so none ever
//! changes its meaning.

use switchboard_model::outcome::OutcomeCode;

use super::State;

/// A login is needed, and nothing else.
pub const LOGIN_NEEDED: u8 = 2;

/// It failed, and no other number says how.
pub const FAILED: u8 = 1;

/// The assistant's program is not on this machine.
const NOT_INSTALLED: u8 = 69;

/// What failed in this way; `None` if only the state tells.
pub fn of_failure(code: OutcomeCode) -> Option<u8> {
    match code {
        code if code.wants_login() => Some(LOGIN_NEEDED),
        OutcomeCode::NotInstalled => Some(NOT_INSTALLED),
        _ => None,
    }
}

impl State {
    /// What a command that waited exits with in this state, where no failure says more.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Complete => 0,
            Self::Failed => FAILED,
            Self::Cancelled => 3,
            Self::TimedOut => 4,
            Self::Abandoned => 5,
            Self::Missing => 6,
            Self::Queued | Self::Starting | Self::Running | Self::WaitingApproval => 7,
        }
    }
}
