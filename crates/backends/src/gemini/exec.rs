//! A turn over `gemini`: one child per turn, in a home and an empty folder of its own, prompt on standard input, JSON
//! lines on standard output. Owns that child from start to end; never takes its raw output for an answer.

use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    sync::Arc,
};

use futures_util::{FutureExt, future::BoxFuture};
use switchboard_engine::{
    TurnIo,
    backend::{
        Backend, BackendError, Capability, Family, Operation, Performed, Probe, Purpose, Spec,
        TurnEnd, TurnOutcome, TurnRequest, Work,
    },
};
use switchboard_model::{Clock, attachment::Format, outcome::Failure};

use super::{
    errors, finish,
    home::{TurnHome, inert, named},
    install::{self, GEMINI},
    items::Progress,
    login::{self, Login},
    output::{Output, Outputs},
    wire::{Event, Report},
};
use crate::{
    attached,
    process::{ExitStatus, Finder, Launcher, Spawn, Stdin, child_env},
    turns::{Ended, Said, folder_failed},
    versions::Versions,
};

/// Where a seat of an organisation is counted; no secrets.
const OF_A_SEAT: [&str; 3] = [
    "GOOGLE_CLOUD_PROJECT",
    "GOOGLE_CLOUD_PROJECT_ID",
    "GOOGLE_CLOUD_LOCATION",
];

/// What the composition root knows and this backend needs.
#[derive(Clone)]
pub struct Setup {
    /// How to start programs.
    pub launcher: Launcher,
    /// How to find them.
    pub finder: Finder,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// A program named by configuration; else it is searched for.
    pub program: Option<PathBuf>,
    /// The person's `.gemini`, whose login is used.
    pub gemini_home: PathBuf,
    /// Where the private folders of this process's turns are.
    pub work: PathBuf,
    /// Where Google is, if not where it always is.
    pub base_url: Option<String>,
    /// Which model, as the program names it.
    pub model: String,
    /// The environment of this process, from which the child's is chosen.
    pub env: Vec<(OsString, OsString)>,
    /// Whose account it uses, as in "Mara's Gemini account".
    pub account_words: String,
}

/// The backend.
pub struct GeminiExec {
    spec: Spec,
    setup: Setup,
    versions: Versions,
    outputs: Outputs,
}

/// What Gemini can do.
pub fn spec(account_words: &str) -> Spec {
    Spec {
        name: "gemini".into(),
        handle: "gemini".into(),
        title: "Gemini".into(),
        account_words: account_words.into(),
        purpose: Purpose::Work,
        capabilities: vec![Capability::Streams, Capability::Steps],
        lacks: vec![
            (
                Capability::Approvals,
                "asks nothing, because it runs no commands and changes no files",
            ),
            (
                Capability::Resumes,
                "is told the thread anew with every message",
            ),
            (
                Capability::Steers,
                "hears the next message when it has answered",
            ),
            (Capability::Compacts, "keeps no session to sum up"),
            (Capability::Plans, "has no plan mode"),
            (
                Capability::Edits,
                "runs no commands and changes no files, so there is nothing to permit",
            ),
            (
                Capability::Models,
                "runs on the model of the setting `providers.gemini.model`",
            ),
            (Capability::Efforts, "thinks as hard as its model does"),
            (Capability::Fast, "has no fast mode"),
            (
                Capability::RemoteControl,
                "is not led from afar, which only Claude's own program is",
            ),
            (Capability::Tools, "takes no MCP servers"),
            (
                Capability::OwnHome,
                "always runs in a private home, with nothing of yours but the login",
            ),
        ],
        // Google takes no GIF.
        accepts: vec![
            Format::Png,
            Format::Jpeg,
            Format::Webp,
            Format::Text,
            Format::Pdf,
        ],
        note: "answers from the conversation and its files, runs no commands".into(),
        family: Family::Providers,
        seeds: Vec::new(),
        sign_ins: Vec::new(),
    }
}

/// What one run of the program came to.
struct Heard {
    output: Output,
    progress: Progress,
    ended: Ended,
    by_hand: String,
}

impl Heard {
    /// Whether it only refused how it was told to speak.
    fn is_refusal(&self) -> bool {
        let Ended { stderr, status, .. } = &self.ended;
        self.progress == Progress::default()
            && errors::is_unknown_format(self.output.as_str(), stderr, *status)
    }
}

impl GeminiExec {
    /// A backend over this setup. Touches nothing yet.
    pub fn new(setup: Setup) -> Self {
        Self {
            spec: spec(&setup.account_words),
            setup,
            versions: Versions::default(),
            outputs: Outputs::default(),
        }
    }

    fn var(&self, name: &str) -> Option<&OsStr> {
        let mut env = self.setup.env.iter();
        env.find(|(key, _)| key == name)
            .map(|(_, value)| value.as_os_str())
    }

    async fn find(&self) -> Result<PathBuf, Failure> {
        let named = self.setup.program.as_deref();
        GEMINI.find(&self.setup.finder, named).await
    }

    fn login(&self) -> Login {
        login::read(self.var(login::KEY), &self.setup.gemini_home)
    }

    /// The environment of any child. A script needs the interpreter that is often found only beside it.
    fn environment(&self, program: &Path) -> Vec<(OsString, OsString)> {
        let mut env = child_env(self.setup.env.iter().cloned());
        if let Some(path) = self.setup.finder.path_for(program) {
            env.retain(|(key, _)| key != "PATH");
            env.push(("PATH".into(), path));
        }
        env
    }

    fn environment_of_turn(
        &self,
        program: &Path,
        home: &TurnHome,
        login: &Login,
    ) -> Vec<(OsString, OsString)> {
        let mut env = self.environment(program);
        env.retain(|(key, _)| key != "TMPDIR" && key != "TERM");
        let mut set = |name: &str, value: &dyn AsRef<OsStr>| {
            env.push((name.into(), value.as_ref().to_owned()));
        };
        set("TMPDIR", &home.temp());
        // It asks for colours, and then writes none.
        set("TERM", &"xterm-256color");
        set("NO_COLOR", &"1");
        set("GEMINI_CLI_HOME", &home.home());
        set("GEMINI_CLI_SYSTEM_SETTINGS_PATH", &home.settings());
        set("GEMINI_CLI_SYSTEM_DEFAULTS_PATH", &home.no_defaults());
        set("GEMINI_SYSTEM_MD", &home.system());
        // It works nowhere else, and there is nothing to trust in an empty folder.
        set("GEMINI_CLI_TRUST_WORKSPACE", &"true");
        // Else it starts itself once more, and what was started first hears no signal.
        set("GEMINI_CLI_NO_RELAUNCH", &"true");
        // A login that has run out must not open the browser of a server.
        set("NO_BROWSER", &"true");
        let url = self.setup.base_url.as_ref();
        match login {
            Login::Google { .. } => {
                url.inspect(|url| set("CODE_ASSIST_ENDPOINT", url));
                for name in OF_A_SEAT {
                    self.var(name).inspect(|value| set(name, value));
                }
            }
            Login::Key | Login::Missing(_) => {
                url.inspect(|url| set("GOOGLE_GEMINI_BASE_URL", url));
                self.var(login::KEY).inspect(|key| set(login::KEY, key));
            }
        }
        env
    }

    async fn prepare(&self, turn: &TurnRequest) -> Result<(Spawn, TurnHome), BackendError> {
        let program = self.find().await.map_err(BackendError::LoginRequired)?;
        let login = self.login();
        login.account().map_err(BackendError::LoginRequired)?;
        let (work, name) = (&self.setup.work, turn.turn.to_string());
        let home = TurnHome::make(work, &name, &login, &self.setup.gemini_home)
            .map_err(|error| folder_failed(work, &error))?;
        let files = attached::put(&turn.attached, &home.work()).await?;
        let Work::Prompt(prompt) = &turn.work else {
            return Err(BackendError::Unsupported);
        };
        let mut spawn = Spawn::new(&program, home.work());
        // Without a model it would ask another one first which to take.
        spawn.args = vec!["--model".into(), self.setup.model.clone().into()];
        spawn.env = self.environment_of_turn(&program, &home, &login);
        spawn.env.push(("SWITCHBOARD_TURN".into(), name.into()));
        spawn.stdin = Stdin::Bytes((named(&files) + &inert(prompt)).into_bytes());
        Ok((spawn, home))
    }

    async fn run(&self, turn: TurnRequest, io: TurnIo) -> Result<TurnEnd, BackendError> {
        let (spawn, home) = self.prepare(&turn).await?;
        let mut heard = self
            .hear(&spawn, self.outputs.of(&spawn.program), &io)
            .await?;
        if heard.output == Output::Stream && heard.is_refusal() {
            // Nothing was asked yet: the arguments are read before the question is.
            self.outputs.refused(&spawn.program);
            heard = self.hear(&spawn, Output::Report, &io).await?;
        }
        if heard.is_refusal() || errors::has_no_formats(&heard.ended.stderr, heard.ended.status) {
            return Err(errors::too_old());
        }
        if let Some(used) = heard.progress.used {
            io.used(used).await.map_err(|_| BackendError::Interrupted)?;
        }
        self.judge(&heard.progress, &heard.ended, &home, heard.by_hand)
    }

    /// Runs the program once, told to speak like this.
    async fn hear(
        &self,
        spawn: &Spawn,
        output: Output,
        io: &TurnIo,
    ) -> Result<Heard, BackendError> {
        let mut spawn = spawn.clone();
        let words = ["--output-format", output.as_str()].map(OsString::from);
        spawn.args.splice(0..0, words);
        let by_hand = GEMINI.by_hand(&spawn);
        let program = spawn.program.clone();
        let mut progress = Progress::default();
        let mut report = String::new();
        let hear = |line: &[u8]| match output {
            Output::Report => {
                report.push_str(&String::from_utf8_lossy(line));
                report.push('\n');
                Said::Items(Vec::new())
            }
            Output::Stream => match serde_json::from_slice::<Event>(line) {
                Ok(event) => Said::Items(progress.take(event)),
                Err(_) => Said::Nonsense,
            },
        };
        let ended = GEMINI.run(&self.setup.launcher, spawn, io, hear).await?;
        ended.by_itself(&program, &GEMINI)?;
        if let Some(report) = errors::last_object::<Report>(&report) {
            for item in report
                .events()
                .into_iter()
                .flat_map(|event| progress.take(event))
            {
                io.emit(item).await.map_err(|_| BackendError::Interrupted)?;
            }
        }
        Ok(Heard {
            output,
            progress,
            ended,
            by_hand,
        })
    }

    /// What the turn came to: a success is one that the exit, the result and the model's own end agree on.
    fn judge(
        &self,
        progress: &Progress,
        ended: &Ended,
        home: &TurnHome,
        by_hand: String,
    ) -> Result<TurnEnd, BackendError> {
        let empty = TurnEnd::Finished(TurnOutcome {
            text: String::new(),
            empty_detail: Some(by_hand.clone()),
        });
        let now = self.setup.clock.now();
        if let Some(told) = &progress.failed {
            return if errors::is_empty(told) {
                Ok(empty)
            } else {
                Err(errors::failed(told, ended.status, now))
            };
        }
        if !progress.succeeded {
            // It refused to begin, and said why elsewhere; or it was ended, which it calls a success.
            let told = errors::silent(&ended.stderr, ended.status, now);
            return Err(told.unwrap_or_else(|| ended.crashed()));
        }
        if ended.status != ExitStatus::Code(0) {
            return Err(ended.crashed());
        }
        if progress.reply().trim().is_empty() {
            return match &progress.warning {
                Some(told) => Err(errors::failed(told, ended.status, now)),
                None => Ok(empty),
            };
        }
        finish::check(&home.telemetry())?;
        Ok(TurnEnd::Finished(TurnOutcome {
            text: progress.reply().to_owned(),
            empty_detail: Some(by_hand),
        }))
    }

    async fn probe(&self) -> Probe {
        let program = match self.find().await {
            Ok(program) => program,
            Err(problem) => {
                return Probe {
                    program: None,
                    version: None,
                    problem: Some(problem),
                    account: None,
                    login: None,
                };
            }
        };
        let mut version = install::packaged_version(&program);
        if version.is_none() {
            let env = self.environment(&program);
            let launcher = &self.setup.launcher;
            version = self.versions.of(launcher, &program, &env).await;
        }
        let (account, problem) = match self.login().account() {
            Ok(account) => (Some(account), None),
            Err(problem) => (None, Some(problem)),
        };
        Probe {
            program: Some(program),
            version,
            problem,
            account,
            login: None,
        }
    }
}

impl Backend for GeminiExec {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn run_turn(
        &self,
        turn: TurnRequest,
        io: TurnIo,
    ) -> BoxFuture<'_, Result<TurnEnd, BackendError>> {
        self.run(turn, io).boxed()
    }

    fn perform(&self, operation: Operation) -> BoxFuture<'_, Result<Performed, BackendError>> {
        async move {
            match operation {
                Operation::Probe => Ok(Performed::Probed(self.probe().await)),
                _ => Err(BackendError::Unsupported),
            }
        }
        .boxed()
    }
}
