//! Backends, their models and limits, on the wire.

use serde::{Deserialize, Serialize};
use switchboard_engine::{
    backend::{Capability, SignIn, SignInState, SignInWay},
    backends::{BackendChange, BackendView, Switches},
};
use switchboard_model::{
    attachment::Kind,
    outcome::{Failure, OutcomeCode},
    person::Role,
    provider, usage,
};
use switchboard_store::Behind;
use utoipa::ToSchema;

use super::{ToWire, named, turn::TurnError};
use crate::extract::Machine;

/// One way to reach models.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Backend {
    /// Which.
    pub id: String,
    /// As shown.
    pub title: String,
    /// The handle of the assistant that it gets by itself.
    pub handle: String,
    /// Which of the two switches it hangs on.
    pub family: BackendFamily,
    /// Whether that switch is on.
    pub switched: bool,
    /// `auto`, `on` or `off`.
    pub enabled: String,
    /// Whether turns run on it.
    pub on: bool,
    /// How it is.
    pub state: BackendState,
    /// What stands in the way, with its remedy.
    pub problem: Option<TurnError>,
    /// Where its program is; for admins.
    pub program: Option<String>,
    /// Its version, as it says.
    pub version: Option<String>,
    /// Whose account it uses: an address and a plan, in words; for admins.
    pub account: Option<String>,
    /// How much of its plan is used, as last heard.
    pub limits: Vec<Limit>,
    /// Its models.
    pub models: Vec<Model>,
    /// Whether the account has listed them; else they are what most accounts have.
    pub models_from: ModelsFrom,
    /// When it did.
    pub models_at: Option<i64>,
    /// The model for threads that chose none.
    pub default_model: Option<String>,
    /// What it can do, and what not.
    pub capabilities: Vec<CapabilityRow>,
    /// The ways to sign in through this page, the usual one first.
    pub sign_ins: Vec<LoginMethod>,
    /// The newest sign-in that was begun here; for admins.
    pub login: Option<Login>,
    /// What stands in its row that this version cannot read.
    pub unreadable: Option<String>,
}

/// The threads whose assistant a backend reaches.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ThreadsBehind {
    /// How many there are, those that one may not see included.
    pub count: i64,
    /// The newest few of those that one may see.
    pub items: Vec<ThreadBehind>,
}

/// A thread whose assistant a backend reaches.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ThreadBehind {
    /// Which.
    pub id: String,
    /// What it is called.
    pub title: String,
}

/// Which switch a backend hangs on.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BackendFamily {
    /// Codex.
    Codex,
    /// Agent providers.
    AgentProviders,
}

/// How a backend is.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BackendState {
    /// Turns can run on it.
    Ready,
    /// It is switched off.
    Off,
    /// Its program is not there.
    NotInstalled,
    /// Nobody is signed in.
    NotSignedIn,
    /// Signed in with an API key, where only a plan may be used.
    ApiKeyLogin,
    /// Something else is wrong.
    Unavailable,
}

/// Where a list of models comes from.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ModelsFrom {
    /// The account listed them.
    Account,
    /// They come with this version.
    Seed,
}

/// A model.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Model {
    /// Its name at the provider.
    pub id: String,
    /// As shown.
    pub name: String,
    /// One line about it.
    pub description: String,
    /// How hard it can think, from least to most.
    pub efforts: Vec<Choice>,
    /// How hard it thinks by itself.
    pub default_effort: Option<String>,
    /// Tiers of service beside the usual one.
    pub tiers: Vec<Choice>,
    /// What it takes: `text`, `image`.
    pub inputs: Vec<String>,
    /// Whether it is the one that the account begins with.
    pub is_default: bool,
    /// Whether an admin hid it.
    pub hidden: bool,
    /// Whether the account is known to have it.
    pub verified: bool,
}

/// One of a few things to choose.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Choice {
    /// Its name at the provider.
    pub id: String,
    /// As shown.
    pub name: String,
    /// One line about it.
    pub description: String,
}

/// How much of a plan is used, in one of its windows.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Limit {
    /// Its name at the source.
    pub id: String,
    /// 0 to 100.
    pub used_percent: f64,
    /// How long the window is.
    pub window_minutes: Option<i64>,
    /// When it begins anew.
    pub resets_at: Option<i64>,
}

/// Something that a backend may be able to do.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CapabilityRow {
    /// Its stable name.
    pub name: String,
    /// In words.
    pub title: String,
    /// Whether it can.
    pub has: bool,
    /// Why not, or how far.
    pub note: Option<String>,
}

/// A way to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LoginMethod {
    /// In a browser on the server's machine, or by pasting where it ended up.
    Browser,
    /// With a code that is typed in a browser anywhere.
    Device,
    /// With an API key.
    ApiKey,
}

/// A sign-in on its way.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Login {
    /// Which way.
    pub method: LoginMethod,
    /// Where it stands.
    pub state: LoginState,
    /// What to open in a browser.
    pub url: Option<String>,
    /// What to type there.
    pub code: Option<String>,
    /// Why it failed.
    pub message: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
    /// When it is given up.
    pub expires_at: Option<i64>,
    /// Whether a browser that opens `url` comes back to the server by itself, because it runs on the same machine; else
    /// the address that it ends at is to be pasted.
    pub same_machine: bool,
}

/// Where a sign-in stands.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LoginState {
    /// The program is asked.
    Starting,
    /// It waits for the person.
    Waiting,
    /// It is done.
    Done,
    /// It is not.
    Failed,
    /// A person took it back.
    Cancelled,
    /// Nobody finished it in time.
    Expired,
}

/// All backends, and the two switches over them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Backends {
    /// By name.
    pub items: Vec<Backend>,
    /// The switches.
    pub switches: BackendSwitches,
}

/// The two switches over backends.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct BackendSwitches {
    /// Backends with a key or an endpoint.
    pub agent_providers: bool,
    /// Codex.
    pub codex: bool,
}

/// Switches to turn; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SwitchesPatch {
    /// Backends with a key or an endpoint.
    pub agent_providers: Option<bool>,
    /// Codex.
    pub codex: Option<bool>,
}

/// What to change of a backend; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BackendPatch {
    /// `auto`: on once its program is found. `off` is never overridden.
    pub enabled: Option<String>,
    /// Null goes back to the account's own.
    #[serde(deserialize_with = "named")]
    #[schema(value_type = Option<String>)]
    pub default_model: Option<Option<String>>,
    /// All models that are not to be shown.
    pub hidden: Option<Vec<String>>,
}

/// A sign-in to begin.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLogin {
    /// Which way.
    pub method: LoginMethod,
    /// The key, for `api_key`. It goes to the backend's program and is kept nowhere else.
    #[serde(default)]
    pub api_key: Option<String>,
}

/// Where a browser ended up after signing in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PastedLogin {
    /// The whole address.
    pub url: String,
}

/// The models of one backend, for choosing.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ModelGroup {
    /// The backend.
    pub backend: String,
    /// As shown.
    pub title: String,
    /// The handle of its assistant.
    pub handle: Option<String>,
    /// Its assistant, if there is one.
    pub assistant_id: Option<String>,
    /// How it is.
    pub state: BackendState,
    /// What stands in the way, with its remedy.
    pub problem: Option<TurnError>,
    /// Its models, without those that an admin hid.
    pub models: Vec<Model>,
    /// The model for threads that chose none.
    pub default_model: Option<String>,
    /// How much of its plan is used, as last heard.
    pub limits: Vec<Limit>,
    /// What it can do, and what not.
    pub capabilities: Vec<CapabilityRow>,
}

/// All models, by backend.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ModelList {
    /// By backend.
    pub groups: Vec<ModelGroup>,
}

impl Backend {
    /// A backend as somebody sees it.
    pub(crate) fn seen_by(role: Role, machine: Machine, view: &BackendView) -> Self {
        let admin = role == Role::Admin;
        let problem = problem(view);
        Self {
            id: view.spec.name.clone(),
            title: view.spec.title.clone(),
            handle: view.spec.handle.clone(),
            family: match view.spec.family {
                switchboard_engine::backend::Family::Codex => BackendFamily::Codex,
                switchboard_engine::backend::Family::Providers => BackendFamily::AgentProviders,
            },
            switched: view.switched,
            enabled: view.enabled.clone(),
            on: view.on,
            state: state(view),
            problem: problem.map(|mut problem: TurnError| {
                problem.detail = problem.detail.filter(|_| admin);
                problem
            }),
            program: view
                .probe
                .program
                .as_ref()
                .filter(|_| admin)
                .map(|path| path.display().to_string()),
            version: view.probe.version.clone(),
            account: view.probe.account.clone().filter(|_| admin),
            limits: view.limits.iter().map(ToWire::to_wire).collect(),
            models: models(view),
            models_from: match view.models_at {
                Some(_) => ModelsFrom::Account,
                None => ModelsFrom::Seed,
            },
            models_at: view.models_at.map(|at| at.0),
            default_model: view.default_model.clone(),
            capabilities: capabilities(view),
            sign_ins: view.spec.sign_ins.iter().map(|way| method(*way)).collect(),
            login: view
                .sign_in
                .as_ref()
                .filter(|_| admin)
                .map(|sign_in| login(sign_in, machine)),
            unreadable: view.unreadable.clone(),
        }
    }
}

impl ModelGroup {
    /// A backend's models for choosing, with the id of its assistant.
    pub fn of(view: &BackendView, assistant: Option<(String, String)>) -> Self {
        let (assistant_id, handle) = assistant.unzip();
        Self {
            backend: view.spec.name.clone(),
            title: view.spec.title.clone(),
            handle,
            assistant_id,
            state: state(view),
            problem: problem(view).map(|problem| TurnError {
                detail: None,
                ..problem
            }),
            models: models(view)
                .into_iter()
                .filter(|model| !model.hidden)
                .collect(),
            default_model: view.default_model.clone(),
            limits: view.limits.iter().map(ToWire::to_wire).collect(),
            capabilities: capabilities(view),
        }
    }
}

fn problem(view: &BackendView) -> Option<TurnError> {
    view.probe.problem.as_ref().map(ToWire::to_wire)
}

fn state(view: &BackendView) -> BackendState {
    match &view.probe.problem {
        _ if !view.on => match &view.probe.problem {
            // Off by itself, because there is nothing to be on.
            Some(Failure {
                code: OutcomeCode::NotInstalled,
                ..
            }) if view.enabled == "auto" => BackendState::NotInstalled,
            _ => BackendState::Off,
        },
        None => BackendState::Ready,
        Some(problem) => match problem.code {
            OutcomeCode::NotInstalled => BackendState::NotInstalled,
            OutcomeCode::NotSignedIn => BackendState::NotSignedIn,
            OutcomeCode::ApiKeyLogin => BackendState::ApiKeyLogin,
            _ => BackendState::Unavailable,
        },
    }
}

fn models(view: &BackendView) -> Vec<Model> {
    let model = |model: &provider::Model| Model {
        id: model.id.clone(),
        name: model.name.clone(),
        description: model.description.clone(),
        efforts: model.efforts.iter().map(choice).collect(),
        default_effort: model.default_effort.clone(),
        tiers: model.tiers.iter().map(choice).collect(),
        inputs: model.inputs.clone(),
        is_default: model.is_default,
        hidden: view.hidden.contains(&model.id),
        verified: view.models_at.is_some(),
    };
    view.models.iter().map(model).collect()
}

fn choice(choice: &provider::Choice) -> Choice {
    Choice {
        id: choice.id.clone(),
        name: choice.name.clone(),
        description: choice.description.clone(),
    }
}

/// Every capability that some backend has, so that a control can say why it is not there, and whether it takes files.
fn capabilities(view: &BackendView) -> Vec<CapabilityRow> {
    let row = |capability: Capability| {
        let note = view.spec.lack(capability);
        CapabilityRow {
            name: capability.as_str().to_owned(),
            title: capability.title().to_owned(),
            has: note.is_none(),
            note,
        }
    };
    let takes: Vec<_> = view.spec.takes().into_iter().map(Kind::words).collect();
    let mut rows: Vec<_> = Capability::ALL.into_iter().map(row).collect();
    rows.push(CapabilityRow {
        name: "attachments".to_owned(),
        title: "Takes files".to_owned(),
        has: !takes.is_empty(),
        note: Some(if takes.is_empty() {
            format!("{} takes no files", view.spec.title)
        } else {
            takes.join(", ")
        }),
    });
    rows
}

fn method(way: SignInWay) -> LoginMethod {
    match way {
        SignInWay::Browser => LoginMethod::Browser,
        SignInWay::Device => LoginMethod::Device,
        SignInWay::ApiKey => LoginMethod::ApiKey,
    }
}

pub(super) fn login(sign_in: &SignIn, machine: Machine) -> Login {
    let (state, failure) = match &sign_in.state {
        SignInState::Starting => (LoginState::Starting, None),
        SignInState::Waiting => (LoginState::Waiting, None),
        SignInState::Done => (LoginState::Done, None),
        SignInState::Failed(failure) => (LoginState::Failed, Some(failure)),
        SignInState::Cancelled => (LoginState::Cancelled, None),
        SignInState::Expired => (LoginState::Expired, None),
    };
    Login {
        method: method(sign_in.way),
        state,
        url: sign_in.url.clone(),
        code: sign_in.code.clone(),
        message: failure.map(|failure| failure.message.clone()),
        hint: failure.map(|failure| failure.hint.clone()),
        expires_at: sign_in.expires_at.map(|at| at.0),
        same_machine: machine == Machine::Same,
    }
}

impl From<LoginMethod> for SignInWay {
    fn from(method: LoginMethod) -> Self {
        match method {
            LoginMethod::Browser => Self::Browser,
            LoginMethod::Device => Self::Device,
            LoginMethod::ApiKey => Self::ApiKey,
        }
    }
}

impl From<BackendPatch> for BackendChange {
    fn from(patch: BackendPatch) -> Self {
        Self {
            enabled: patch.enabled,
            default_model: patch.default_model,
            hidden: patch.hidden,
        }
    }
}

impl ToWire for Behind {
    type Wire = ThreadsBehind;

    fn to_wire(&self) -> ThreadsBehind {
        let named = self.named.iter().map(|(id, title)| ThreadBehind {
            id: id.to_string(),
            title: title.clone(),
        });
        ThreadsBehind {
            count: self.count,
            items: named.collect(),
        }
    }
}

impl ToWire for Switches {
    type Wire = BackendSwitches;

    fn to_wire(&self) -> BackendSwitches {
        BackendSwitches {
            agent_providers: self.agent_providers,
            codex: self.codex,
        }
    }
}

impl ToWire for usage::Limit {
    type Wire = Limit;

    fn to_wire(&self) -> Limit {
        Limit {
            id: self.id.clone(),
            used_percent: self.used_percent,
            window_minutes: self.window_minutes,
            resets_at: self.resets_at.map(|at| at.0),
        }
    }
}
