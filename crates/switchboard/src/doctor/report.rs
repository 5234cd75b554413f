//! How a check is written down. Owns the short forms; knows nothing of what is checked.

use switchboard_model::outcome::Failure;
use switchboard_server::{Check, CheckState};

use super::codes::Code;

/// All is well.
pub fn ok(code: Code, said: impl Into<String>) -> Check {
    let known = code.known();
    Check {
        code: known.name.into(),
        group: known.group,
        state: CheckState::Ok,
        title: known.title.into(),
        said: said.into(),
        fix: None,
        outcome: None,
        assistant: None,
    }
}

/// Not there, and nothing needs it.
pub fn off(code: Code, said: impl Into<String>, fix: Option<String>) -> Check {
    Check {
        state: CheckState::Off,
        fix,
        ..ok(code, said)
    }
}

/// Worth knowing.
pub fn warning(code: Code, said: impl Into<String>, fix: impl Into<String>) -> Check {
    Check {
        state: CheckState::Warning,
        fix: Some(fix.into()),
        ..ok(code, said)
    }
}

/// Something that is switched on cannot do its work.
pub fn failed(code: Code, said: impl Into<String>, fix: impl Into<String>) -> Check {
    Check {
        state: CheckState::Failed,
        ..warning(code, said, fix)
    }
}

/// A turn's failure, known before it happens: the code and the remedy that its card would show.
pub fn known(code: Code, state: CheckState, failure: &Failure) -> Check {
    let said = match &failure.detail {
        Some(detail) => format!("{} ({})", failure.message, detail.trim()),
        None => failure.message.clone(),
    };
    Check {
        state,
        outcome: Some(failure.code.as_str().into()),
        ..warning(code, said, failure.hint.clone())
    }
}
