//! Backends as people see and set them: whether one is on, on which models it runs, how much of its plan is used, and who
//! is signed in. Owns what "on" means; a backend knows its program, and the store what was set.

use switchboard_model::{
    Millis,
    outcome::{Failure, OutcomeCode},
    person::Person,
    provider::Model,
    usage::Limit,
};
use switchboard_store::{BackendPatch, BackendRow, Behind, StoreError};

use crate::{
    Engine,
    backend::{BackendError, Family, Fresh, Operation, Performed, Probe, SignIn, Spec},
    chat::ChatError,
    people::admins_only,
};

/// What others are told.
const SETS: &str = "only an admin sets backends";

/// How many threads behind a backend are named.
const NAMED: usize = 5;

/// The rows of the two switches over backends.
const SWITCHES: [(&str, Family); 2] = [
    ("switch:codex", Family::Codex),
    ("switch:agent-providers", Family::Providers),
];

/// A backend as it is now.
#[derive(Debug, Clone)]
pub struct BackendView {
    /// What it is and can do.
    pub spec: Spec,
    /// `auto`, `on` or `off`, or what another version wrote.
    pub enabled: String,
    /// Whether turns run on it.
    pub on: bool,
    /// What its last probe found.
    pub probe: Probe,
    /// Its models: the account's own, or else those to begin with.
    pub models: Vec<Model>,
    /// When the account listed them; `None` for those to begin with.
    pub models_at: Option<Millis>,
    /// The model for threads that chose none.
    pub default_model: Option<String>,
    /// Models that people do not want to see.
    pub hidden: Vec<String>,
    /// How much of its plan is used, as last heard.
    pub limits: Vec<Limit>,
    /// Whether the switch that it hangs on is on.
    pub switched: bool,
    /// The newest sign-in that was begun here.
    pub sign_in: Option<SignIn>,
    /// What stands in its row that this version cannot read.
    pub unreadable: Option<String>,
}

/// The two switches over backends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Switches {
    /// Codex.
    pub codex: bool,
    /// Backends with a key or an endpoint.
    pub agent_providers: bool,
}

/// What to change of a backend; `None` leaves it.
#[derive(Debug, Clone, Default)]
pub struct BackendChange {
    /// `auto`, `on` or `off`.
    pub enabled: Option<String>,
    /// `Some(None)` goes back to the account's own.
    pub default_model: Option<Option<String>>,
    /// All that are hidden.
    pub hidden: Option<Vec<String>>,
}

impl Engine {
    /// All backends, the ones that can work first as their names go.
    pub async fn backends(&self) -> Result<Vec<BackendView>, ChatError> {
        let rows = self.reader().backend_rows().await?;
        let mut views = Vec::new();
        for spec in self.registry().specs() {
            views.push(self.backend_view(spec, &rows).await?);
        }
        Ok(views)
    }

    /// One backend.
    pub async fn backend(&self, name: &str) -> Result<BackendView, ChatError> {
        let spec = self.backend_spec(name)?;
        let rows = self.reader().backend_rows().await?;
        self.backend_view(spec, &rows).await
    }

    /// The threads whose assistant answers no more while this backend is off.
    pub async fn threads_behind(&self, by: &Person, name: &str) -> Result<Behind, ChatError> {
        admins_only(by, SETS)?;
        self.backend_spec(name)?;
        Ok(self.reader().threads_behind(name, by.id, NAMED).await?)
    }

    /// How the switches stand.
    pub async fn switches(&self) -> Result<Switches, ChatError> {
        let rows = self.reader().backend_rows().await?;
        Ok(Switches {
            codex: is_switched_on(&rows, Family::Codex),
            agent_providers: is_switched_on(&rows, Family::Providers),
        })
    }

    /// Turns a switch, and loses nothing: what each backend was set to stays.
    pub async fn switch(&self, by: &Person, family: Family, on: bool) -> Result<(), ChatError> {
        admins_only(by, SETS)?;
        for (name, of) in SWITCHES {
            if of == family {
                let patch = BackendPatch {
                    enabled: Some(if on { "on" } else { "off" }.to_owned()),
                    ..BackendPatch::default()
                };
                self.store()
                    .change_backend(by.id, name.to_owned(), patch)
                    .await?;
            }
        }
        Ok(())
    }

    /// Changes a backend.
    pub async fn change_backend(
        &self,
        by: &Person,
        name: &str,
        change: BackendChange,
    ) -> Result<(), ChatError> {
        admins_only(by, SETS)?;
        self.backend_spec(name)?;
        if let Some(enabled) = &change.enabled
            && !["auto", "on", "off"].contains(&enabled.as_str())
        {
            return Err(ChatError::Invalid("enabled is auto, on or off".to_owned()));
        }
        let patch = BackendPatch {
            enabled: change.enabled,
            default_model: change.default_model,
            hidden: change.hidden,
        };
        self.store()
            .change_backend(by.id, name.to_owned(), patch)
            .await?;
        Ok(())
    }

    /// Looks at a backend anew, its plan's limits included.
    pub async fn test_backend(&self, by: &Person, name: &str) -> Result<(), ChatError> {
        admins_only(by, SETS)?;
        self.backend_spec(name)?;
        let probe = self.registry().probe_now(name).await;
        if probe.problem.is_none() {
            self.ask_backend(name, Operation::Limits(Fresh::Asked))
                .await?;
        }
        Ok(())
    }

    /// Asks the account for its models, because somebody wants to know.
    pub async fn refresh_models(&self, by: &Person, name: &str) -> Result<(), ChatError> {
        admins_only(by, SETS)?;
        self.list_models(name).await
    }

    /// Asks the account for its models, and keeps what it lists. A list that is empty or does not come leaves the last
    /// good one.
    pub(crate) async fn list_models(&self, name: &str) -> Result<(), ChatError> {
        self.backend_spec(name)?;
        let asked = self.account_of(name).await;
        let Some(Performed::Models(models)) = self.ask_backend(name, Operation::Models).await?
        else {
            return Ok(());
        };
        // Between the question and the answer somebody else may have signed in; then it is not known whose list it is, and
        // that sign-in asks for its own.
        if !models.is_empty() && self.account_of(name).await == asked {
            let text = serde_json::to_string(&models)
                .map_err(|error| ChatError::Invalid(error.to_string()))?;
            let account = asked.unwrap_or_default();
            self.store()
                .keep_models(name.to_owned(), account, text)
                .await?;
        }
        Ok(())
    }

    /// Does something about signing in.
    pub async fn sign_in_to(
        &self,
        by: &Person,
        name: &str,
        operation: Operation,
    ) -> Result<(), ChatError> {
        admins_only(by, SETS)?;
        self.backend_spec(name)?;
        let action = match &operation {
            Operation::SignOut => "backend.sign_out",
            Operation::SignIn { .. } => "backend.sign_in",
            _ => "backend.sign_in_step",
        };
        self.note(by.id, action, format!("backend {name}"), String::new())
            .await?;
        self.ask_backend(name, operation).await?;
        self.registry().forget(name);
        Ok(())
    }

    /// Why turns do not run on a backend, if people switched it off.
    pub(crate) async fn off(&self, name: &str) -> Result<Option<Failure>, StoreError> {
        let Ok(spec) = self.backend_spec(name) else {
            return Ok(None);
        };
        let rows = self.reader().backend_rows().await?;
        let row = rows.iter().find(|row| row.name == name);
        let off = row.is_some_and(|row| row.enabled == "off");
        if !off && is_switched_on(&rows, spec.family) {
            return Ok(None);
        }
        let title = &spec.title;
        let failure = Failure::new(
            OutcomeCode::AssistantUnavailable,
            format!("{title} is switched off in Settings > Models"),
        );
        Ok(Some(failure.hint(
            "an admin switches it on again there; nothing that was said is lost",
        )))
    }

    async fn backend_view(
        &self,
        spec: Spec,
        rows: &[BackendRow],
    ) -> Result<BackendView, ChatError> {
        let name = spec.name.clone();
        let row = rows.iter().find(|row| row.name == name);
        let probe = self.registry().probe(&name).await;
        let enabled = row.map_or_else(|| "auto".to_owned(), |row| row.enabled.clone());
        let found = probe
            .problem
            .as_ref()
            .is_none_or(|problem| problem.code != OutcomeCode::NotInstalled);
        let mut unreadable = None;
        let wanted = match enabled.as_str() {
            "on" => true,
            "off" => false,
            "auto" => found,
            other => {
                unreadable = Some(format!("enabled is {other:?}, which is taken for auto"));
                found
            }
        };
        let listed = self.listed(&name, &probe).await?;
        let (models, models_at) = match listed {
            Some((Ok(models), at)) => (models, Some(at)),
            Some((Err(error), _)) => {
                unreadable = Some(format!("its list of models cannot be read: {error}"));
                (spec.seeds.clone(), None)
            }
            None => (spec.seeds.clone(), None),
        };
        let limits = match self.ask_known(&name, Operation::Limits(Fresh::Known)).await {
            Some(Performed::Limits(limits)) => limits,
            _ => Vec::new(),
        };
        let sign_in = match self.ask_known(&name, Operation::SignInState).await {
            Some(Performed::SignIn(sign_in)) => sign_in,
            _ => None,
        };
        let switched = is_switched_on(rows, spec.family);
        Ok(BackendView {
            on: wanted && switched,
            enabled,
            probe,
            models,
            models_at,
            default_model: row.and_then(|row| row.default_model.clone()),
            hidden: row.map(|row| row.hidden.clone()).unwrap_or_default(),
            limits,
            switched,
            sign_in,
            unreadable,
            spec,
        })
    }

    /// What the account that is signed in has listed, and when. Another one's list says nothing of what this one has.
    async fn listed(
        &self,
        name: &str,
        probe: &Probe,
    ) -> Result<Option<(serde_json::Result<Vec<Model>>, Millis)>, StoreError> {
        if probe.account.is_none() && probe.problem.is_some() {
            return Ok(None);
        }
        let account = probe.account.as_deref().unwrap_or_default();
        let kept = self.reader().models_of(name, account).await?;
        Ok(kept.map(|kept| (serde_json::from_str(&kept.models), kept.listed_at)))
    }

    /// Whose login it has now.
    async fn account_of(&self, name: &str) -> Option<String> {
        self.registry().probe(name).await.account
    }

    fn backend_spec(&self, name: &str) -> Result<Spec, ChatError> {
        let mut specs = self.registry().specs().into_iter();
        let spec = specs.find(|spec| spec.name == name);
        spec.ok_or(ChatError::NotFound("backend"))
    }

    async fn ask_known(&self, name: &str, operation: Operation) -> Option<Performed> {
        self.registry().get(name)?.perform(operation).await.ok()
    }

    /// `None`: this backend cannot do that.
    async fn ask_backend(
        &self,
        name: &str,
        operation: Operation,
    ) -> Result<Option<Performed>, ChatError> {
        let Some(backend) = self.registry().get(name) else {
            return Ok(None);
        };
        match backend.perform(operation).await {
            Ok(performed) => Ok(Some(performed)),
            Err(BackendError::Unsupported) => Ok(None),
            Err(BackendError::Invalid(what)) => Err(ChatError::Invalid(what)),
            Err(error) => Err(ChatError::Backend(error.into_failure())),
        }
    }
}

fn is_switched_on(rows: &[BackendRow], family: Family) -> bool {
    SWITCHES
        .iter()
        .filter(|(_, of)| *of == family)
        .all(|(name, _)| {
            rows.iter()
                .all(|row| row.name != *name || row.enabled != "off")
        })
}
