//! The Codex home that a program works in: the house home, or the person's own. Owns where it is and what outranks the
//! configuration in it; `house` knows what ours consists of. A person's own is never written to here.

use std::path::PathBuf;

use switchboard_engine::backend::{BackendError, Home};

use super::{Setup, house::house};
use crate::turns::folder_failed;

/// What stands in place of whatever the person's own configuration says, each as `key=value`: that turns run on their
/// plan, by the login that was looked at, and what the cards of a turn need.
const OUTRANKS: [&str; 9] = [
    "model_provider=\"openai\"",
    "cli_auth_credentials_store=\"file\"",
    "check_for_update_on_startup=false",
    "suppress_unstable_features_warning=true",
    "analytics.enabled=false",
    "tools.update_plan.enabled=true",
    "features.default_mode_request_user_input=true",
    "features.request_permissions_tool=true",
    "features.exec_permission_approvals=true",
];

/// Where the home is.
pub fn folder(setup: &Setup, home: Home) -> PathBuf {
    match home {
        Home::House => house(setup).folder,
        Home::Own => setup.codex_home.clone(),
    }
}

/// The home's folder, in shape.
pub fn prepare(setup: &Setup, home: Home) -> Result<PathBuf, BackendError> {
    match home {
        Home::House => {
            let house = house(setup);
            house
                .prepare()
                .map_err(|error| folder_failed(&house.folder, &error))?;
            Ok(house.folder)
        }
        Home::Own => Ok(setup.codex_home.clone()),
    }
}

/// What a program is told on its command line, because the home's own configuration does not say it.
pub fn config(setup: &Setup, home: Home) -> Vec<String> {
    if home == Home::House {
        return Vec::new();
    }
    let mut config: Vec<String> = OUTRANKS.map(Into::into).into();
    for (key, url) in [
        ("chatgpt_base_url", &setup.backend_url),
        ("openai_base_url", &setup.responses_url),
    ] {
        if let Some(url) = url {
            config.push(format!("{key}={}", toml::Value::from(url.as_str())));
        }
    }
    config
}
