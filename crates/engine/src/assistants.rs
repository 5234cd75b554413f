//! Assistants as people see them: who they are, whether they can answer now, and if not, the remedy.

mod change;

use switchboard_model::{
    AssistantId, PersonId,
    assistant::Assistant,
    attachment::Kind,
    outcome::{Failure, OutcomeCode},
    person::Person,
};
use switchboard_store::{HandleTaken, NewAssistant, StoreError};

pub use change::AssistantChange;

use crate::{
    Engine,
    backend::{Purpose, Spec},
    chat::ChatError,
};

/// An assistant and its present state, as one person sees it.
#[derive(Debug, Clone)]
pub struct AssistantView {
    /// The row.
    pub assistant: Assistant,
    /// Whether this person may mention it.
    pub usable: bool,
    /// `ready`, `disabled`, `not_allowed`, or what stands in the way.
    pub state: &'static str,
    /// What stands in the way, with its remedy.
    pub failure: Option<Failure>,
    /// Whose account it uses: "Mara's ChatGPT plan".
    pub runs_on: String,
    /// What it is there for.
    pub purpose: Purpose,
    /// What its backend can do.
    pub capabilities: Vec<&'static str>,
    /// Which kinds of attachments it can take, of each at least one format.
    pub accepts: Vec<Kind>,
    /// One line about what it may do.
    pub note: String,
    /// Who is named in its access list, for its owner and admins alone.
    pub named: Option<Vec<Person>>,
}

/// Why a disabled assistant gives no answer.
pub fn switched_off(assistant: &Assistant) -> Failure {
    let handle = &assistant.handle;
    Failure::new(
        OutcomeCode::AssistantUnavailable,
        format!("@{handle} is switched off"),
    )
    .hint(format!(
        "an admin switches it on with `switchboard assistants enable {handle}`"
    ))
}

impl Engine {
    /// Registers an assistant for every backend whose program is here and that never had one. What a
    /// person removed stays removed.
    pub async fn register_found(&self, owner: PersonId) -> Result<(), StoreError> {
        for spec in self.registry().specs() {
            let missing = self.registry().probe(&spec.name).await.problem;
            if missing.is_none_or(|problem| problem.code != OutcomeCode::NotInstalled) {
                self.register(&spec, owner).await?;
            }
        }
        Ok(())
    }

    /// Registers the assistant of that handle if there could be one and never was, so that a mention of
    /// it gets a visible outcome, which says what to install, and never silence.
    pub(crate) async fn register_mentioned(
        &self,
        handle: &str,
    ) -> Result<Option<Assistant>, StoreError> {
        let specs = self.registry().specs();
        let Some(spec) = specs.iter().find(|spec| spec.handle == handle) else {
            return Ok(None);
        };
        let people = self.reader().people().await?;
        let admins = people.iter().filter(|person| person.is_admin());
        match admins.min_by_key(|person| person.created_at) {
            Some(admin) => self.register(spec, admin.id).await,
            None => Ok(None),
        }
    }

    async fn register(
        &self,
        spec: &Spec,
        owner: PersonId,
    ) -> Result<Option<Assistant>, StoreError> {
        if self.reader().backend_known(&spec.name).await? {
            return Ok(None);
        }
        let new = NewAssistant {
            handle: spec.handle.clone(),
            name: spec.title.clone(),
            backend: spec.name.clone(),
            owner,
        };
        match self.store().add_assistant(None, new).await {
            Ok((assistant, _)) => Ok(Some(assistant)),
            Err(HandleTaken::Store(error)) => Err(error),
            Err(taken @ HandleTaken::Taken(_)) => {
                tracing::warn!(%taken, "cannot register the assistant over {}", spec.name);
                Ok(None)
            }
        }
    }

    /// All assistants, each with its present state.
    pub async fn assistants(&self, by: &Person) -> Result<Vec<AssistantView>, ChatError> {
        let mut views = Vec::new();
        for assistant in self.reader().assistants().await? {
            views.push(self.view(by, assistant).await?);
        }
        Ok(views)
    }

    /// One assistant and its present state.
    pub async fn assistant(
        &self,
        by: &Person,
        id: AssistantId,
    ) -> Result<AssistantView, ChatError> {
        let found = self.reader().assistant(id).await?;
        self.view(by, found.ok_or(ChatError::NotFound("assistant"))?)
            .await
    }

    async fn view(&self, by: &Person, assistant: Assistant) -> Result<AssistantView, ChatError> {
        let spec = self
            .registry()
            .get(&assistant.backend)
            .map(|backend| backend.spec().clone());
        let refusal = self.refusal(by.id, &assistant).await?;
        let usable = refusal.is_none();
        let failure = match refusal {
            Some(failure) => Some(failure),
            None => self.registry().probe(&assistant.backend).await.problem,
        };
        let state = match &failure {
            None => "ready",
            Some(_) if !assistant.enabled => "disabled",
            Some(failure) => match failure.code {
                OutcomeCode::AssistantNotAllowed => "not_allowed",
                OutcomeCode::AssistantUnavailable => "unavailable",
                code => code.as_str(),
            },
        };
        let named = if by.is_admin() || assistant.owner == by.id {
            Some(self.reader().named_users(assistant.id).await?)
        } else {
            None
        };
        let owner = &assistant.owner_name;
        let runs_on = spec
            .as_ref()
            .map_or_else(|| format!("{owner}'s account"), |spec| spec.runs_on(owner));
        Ok(AssistantView {
            usable,
            state,
            failure,
            runs_on,
            purpose: spec.as_ref().map_or(Purpose::Work, |spec| spec.purpose),
            capabilities: spec
                .as_ref()
                .map(|spec| spec.capabilities.iter().map(|c| c.as_str()).collect())
                .unwrap_or_default(),
            accepts: spec.as_ref().map(Spec::takes).unwrap_or_default(),
            note: spec.map(|spec| spec.note).unwrap_or_default(),
            named,
            assistant,
        })
    }
}
