//! What commands about detached turns exit with. Programs match on these numbers; those of a turn that ended stand in its
//! `result.json` too.

use std::process::ExitCode;

use switchboard_engine::folder::BadId;

/// The command line cannot be understood. As sysexits has it: 2, which is usual, says that a login is needed.
pub const USAGE: u8 = 64;

/// What a command exits with that failed in this way.
pub fn of(error: &anyhow::Error) -> ExitCode {
    if error.is::<BadId>() {
        ExitCode::from(USAGE)
    } else {
        ExitCode::FAILURE
    }
}
