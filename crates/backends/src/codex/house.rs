//! Codex's house home: whose login it has, what it may not have, and the environment its program gets. Owns that text;
//! `homes` brings a home into that shape.

use std::{
    ffi::OsString,
    fmt::Write as _,
    path::{Path, PathBuf},
};

use super::Setup;
use crate::homes::HouseHome;

/// The home of these settings.
pub fn house(setup: &Setup) -> HouseHome {
    let mut config = String::from(
        "# Written by Switchboard before every turn. Nothing of the owner's own configuration applies here.\n\
         model_provider = \"openai\"\n\
         cli_auth_credentials_store = \"file\"\n\
         mcp_oauth_credentials_store = \"file\"\n\
         check_for_update_on_startup = false\n\
         suppress_unstable_features_warning = true\n",
    );
    for (key, url) in [
        ("chatgpt_base_url", &setup.backend_url),
        ("openai_base_url", &setup.responses_url),
    ] {
        if let Some(url) = url {
            let _ = writeln!(config, "{key} = {}", toml::Value::from(url.as_str()));
        }
    }
    config.push_str(
        "[analytics]\nenabled = false\n\
         [history]\npersistence = \"none\"\n\
         [tools.update_plan]\nenabled = true\n\
         [features]\nplugins = false\napps = false\nhooks = false\nmemories = false\n\
         default_mode_request_user_input = true\nrequest_permissions_tool = true\n\
         exec_permission_approvals = true\n",
    );
    HouseHome {
        folder: setup.homes.join("codex"),
        config: ("config.toml", config),
        login: ("auth.json", setup.codex_home.join("auth.json")),
        forbidden: &[
            "AGENTS.md",
            "AGENTS.override.md",
            "rules",
            "hooks.json",
            "hooks",
            "prompts",
            ".env",
        ],
        own_folder: ("skills", ".system"),
    }
}

/// What Codex gets of our environment, with a home and a folder for temporary files. Codex makes its helper links only
/// if its home does not lie under that folder.
pub fn environment(
    setup: &Setup,
    program: &Path,
    home: &Path,
    temp: PathBuf,
) -> Vec<(OsString, OsString)> {
    let mut env = setup.passes.of(setup.env.iter().cloned());
    env.retain(|(key, _)| key != "TMPDIR" && key != "TZ" && key != "CODEX_HOME");
    env.push(("CODEX_HOME".into(), home.into()));
    env.push(("TMPDIR".into(), temp.into()));
    // So that the reset time in its words can be read.
    env.push(("TZ".into(), "UTC".into()));
    // No secret: where a login and its refresh are asked for, for self-hosted stand-ins.
    let places = [
        "CODEX_REFRESH_TOKEN_URL_OVERRIDE",
        "CODEX_APP_SERVER_LOGIN_ISSUER",
    ];
    env.extend(
        setup
            .env
            .iter()
            .filter(|(key, _)| places.iter().any(|place| key == place))
            .cloned(),
    );
    if let Some(path) = setup.finder.path_for(program) {
        env.retain(|(key, _)| key != "PATH");
        env.push(("PATH".into(), path));
    }
    env
}
