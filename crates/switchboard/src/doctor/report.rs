//! How a check is written down. Owns the short forms; knows nothing of what is checked.

use switchboard_model::outcome::Failure;
use switchboard_server::{Check, CheckStatus};

/// All is well.
pub fn ok(code: &str, title: &str, detail: impl Into<String>) -> Check {
    Check {
        code: code.into(),
        status: CheckStatus::Ok,
        title: title.into(),
        detail: detail.into(),
        fix: None,
    }
}

/// Worth knowing.
pub fn warn(code: &str, title: &str, detail: impl Into<String>, fix: impl Into<String>) -> Check {
    Check {
        status: CheckStatus::Warn,
        fix: Some(fix.into()),
        ..ok(code, title, detail)
    }
}

/// The main job cannot be done.
pub fn fail(code: &str, title: &str, detail: impl Into<String>, fix: impl Into<String>) -> Check {
    Check {
        status: CheckStatus::Fail,
        ..warn(code, title, detail, fix)
    }
}

/// A turn's failure, known before it happens: the code and the remedy that its card would show.
pub fn known(status: CheckStatus, title: &str, failure: &Failure) -> Check {
    let detail = match &failure.detail {
        Some(detail) => format!("{} ({})", failure.message, detail.trim()),
        None => failure.message.clone(),
    };
    Check {
        status,
        ..warn(failure.code.as_str(), title, detail, failure.hint.clone())
    }
}
