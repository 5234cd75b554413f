//! Settings of the providers: where they are, for tests and self-hosted stand-ins, and which program and model to take.
//! Holds no secret: logins are the programs' own, keys come from the environment.

use std::path::PathBuf;

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};

/// Settings of the providers.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Providers {
    /// The ChatGPT plan, through the Codex CLI.
    pub chatgpt: ChatGpt,
    /// Gemini, through the Gemini CLI.
    pub gemini: Gemini,
}

/// Settings of the ChatGPT plan.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChatGpt {
    /// Codex's `chatgpt_base_url`.
    pub backend: Option<String>,
    /// Codex's `openai_base_url`.
    pub responses: Option<String>,
    /// The `codex` program, if it is not to be searched for.
    pub program: Option<PathBuf>,
    /// Over which of its ways Codex is reached.
    pub over: Over,
}

/// The ways of the Codex CLI.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Over {
    /// `codex app-server`: one warm process that streams, asks, and takes words while it works.
    #[default]
    AppServer,
    /// `codex exec`: a process for each turn that reads only, for versions and machines without the other.
    Exec,
}

/// Settings of Gemini.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Gemini {
    /// Where Google's API is, for stand-ins.
    pub base_url: Option<String>,
    /// Which model answers, as the Gemini CLI names it: `flash` and `pro` are its newest of each.
    pub model: String,
    /// The `gemini` program, if it is not to be searched for.
    pub program: Option<PathBuf>,
}

impl Default for Gemini {
    fn default() -> Self {
        Self {
            base_url: None,
            model: "flash".into(),
            program: None,
        }
    }
}

impl Providers {
    /// What no program could work with.
    pub fn check(&self) -> Result<()> {
        let Self { chatgpt, gemini } = self;
        for (name, url) in [
            ("chatgpt.backend", &chatgpt.backend),
            ("chatgpt.responses", &chatgpt.responses),
            ("gemini.base_url", &gemini.base_url),
        ] {
            if let Some(url) = url
                && !(url.starts_with("https://") || url.starts_with("http://"))
            {
                bail!("providers.{name} must start with https:// or http://, not {url:?}");
            }
        }
        if gemini.model.is_empty() || gemini.model.starts_with('-') {
            bail!(
                "providers.gemini.model must name a model, not {:?}",
                gemini.model
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_place_that_is_no_url_and_a_model_that_would_be_a_flag_are_refused() {
        let refused = |change: &dyn Fn(&mut Gemini)| {
            let mut providers = Providers::default();
            change(&mut providers.gemini);
            providers.check().unwrap_err().to_string()
        };
        Providers::default().check().unwrap();
        let url = refused(&|gemini| gemini.base_url = Some("localhost:1".into()));
        assert!(url.starts_with("providers.gemini.base_url "), "{url}");
        for name in ["", "--yolo"] {
            let model = refused(&|gemini| gemini.model = name.into());
            assert!(model.starts_with("providers.gemini.model "), "{model}");
        }
    }
}
