//! The composition root: builds every room from the configuration and connects them. The only place
//! that names a concrete assistant.

use std::{os::unix::fs::DirBuilderExt as _, sync::Arc};

use anyhow::{Context as _, Result};
use switchboard_auth::Identity;
use switchboard_backends::{
    clis::Machine,
    codex::{self, CodexApp, CodexDetached, CodexExec, detached::First},
    gemini::{self, GeminiExec},
    homes,
    process::{Finder, GuardExe, Launcher},
    scripted::{self, Scripted},
};
use switchboard_engine::{
    Engine, Instance, News, Registry, Supervisor,
    backend::{Backend, Spec},
    instance,
};
use switchboard_model::{Clock, IdSource, assistant::Assistant, person::Person};
use switchboard_store::{OpenOptions, SEVERAL_READERS, Store};

use crate::{
    config::{Answers, Config, Over, Runs},
    demo, sources,
};

/// The rooms of one process, connected.
pub struct House {
    /// What it was built from.
    pub config: Config,
    /// Ids and time.
    pub ids: IdSource,
    /// Everything durable.
    pub store: Store,
    /// Who may call.
    pub identity: Identity,
    /// What makes things happen.
    pub engine: Engine,
    /// The backends.
    pub registry: Registry,
    /// The running tasks.
    pub supervisor: Supervisor,
    /// How programs are started.
    launcher: Launcher,
    /// How they are found.
    finder: Finder,
    /// Held for life; its lock is the proof of it.
    pub instance: Arc<Instance>,
}

impl House {
    /// Opens the store and builds everything on it. Starts nothing.
    pub async fn open(config: Config) -> Result<Self> {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&config.home)
            .with_context(|| format!("cannot make the folder {}", config.home.display()))?;
        let ids = sources::ids();
        let store = Store::open(OpenOptions {
            database: config.database()?,
            home: config.home.clone(),
            ids: ids.clone(),
            disk_floor: config.settings.disk_floor,
            readers: match config.runs {
                Runs::OneTurn => 1,
                Runs::Anything => SEVERAL_READERS,
            },
        })
        .await?;
        let instance = Arc::new(
            Instance::hold(&config.run_folder(), &ids)
                .context("cannot take this process's instance lock")?,
        );
        homes::sweep(&config.work_folder(), |id| {
            instance::is_gone(&config.run_folder(), id)
        });
        let launcher = Launcher::new(GuardExe::this_program(), instance.lock_path());
        let finder = Finder::new(launcher.clone(), &config.env);
        let news = News::default();
        let registry = Registry::new(
            backends(&config, &launcher, &finder, &instance, &news),
            Arc::new(sources::SystemClock),
            news,
        );
        let supervisor = Supervisor::new();
        let engine = Engine::new(
            store.clone(),
            registry.clone(),
            supervisor.clone(),
            instance.clone(),
        );
        let identity = Identity::new(store.clone(), ids.clone());
        Ok(Self {
            config,
            ids,
            store,
            identity,
            engine,
            registry,
            supervisor,
            launcher,
            finder,
            instance,
        })
    }

    /// The person in whose name local commands act; made if there is nobody yet.
    pub async fn local_admin(&self) -> Result<Person> {
        Ok(self.identity.ensure_local_admin(&self.config.user).await?)
    }

    /// This machine, for looking at the programs on it.
    pub fn machine(&self) -> Machine {
        Machine {
            launcher: self.launcher.clone(),
            finder: self.finder.clone(),
            env: self.config.env.clone(),
            codex_home: self.config.codex_home.clone(),
            codex_program: self.config.settings.providers.chatgpt.program.clone(),
            gemini_home: self.config.gemini_home.clone(),
            gemini_program: self.config.settings.providers.gemini.program.clone(),
        }
    }
}

/// Every way to reach an assistant that there could be, as the documentation calls it.
pub fn ways() -> Vec<(&'static str, Spec)> {
    vec![
        ("`@chatgpt`", codex::app::spec("")),
        ("`@chatgpt` over `codex exec`", codex::exec::spec("")),
        ("`@gemini`", gemini::exec::spec("")),
    ]
}

/// Whose account an assistant uses, for who looks without opening the house.
pub fn runs_on(assistant: &Assistant) -> String {
    let demo = scripted::script();
    if assistant.backend == demo.name {
        demo.runs_on(&assistant.owner_name)
    } else {
        format!("{}'s account", assistant.owner_name)
    }
}

fn backends(
    config: &Config,
    launcher: &Launcher,
    finder: &Finder,
    instance: &Instance,
    news: &News,
) -> Vec<Arc<dyn Backend>> {
    let chatgpt = &config.settings.providers.chatgpt;
    let clock: Arc<dyn Clock> = Arc::new(sources::SystemClock);
    let setup = codex::Setup {
        launcher: launcher.clone(),
        finder: finder.clone(),
        clock: clock.clone(),
        news: news.clone(),
        program: chatgpt.program.clone(),
        codex_home: config.codex_home.clone(),
        homes: config.home.join("homes"),
        work: config.work_folder().join(instance.id()),
        threads: config.home.join("threads"),
        backend_url: chatgpt.backend.clone(),
        responses_url: chatgpt.responses.clone(),
        env: config.env.clone(),
        passes: config.passes,
        account_words: config.accounts.chatgpt.into(),
    };
    let codex: Arc<dyn Backend> = match (config.runs, chatgpt.over) {
        (Runs::Anything, Over::AppServer) => Arc::new(CodexApp::new(setup)),
        (Runs::Anything, Over::Exec) => Arc::new(CodexExec::new(setup)),
        (Runs::OneTurn, Over::AppServer) => Arc::new(CodexDetached::new(setup, First::App)),
        (Runs::OneTurn, Over::Exec) => Arc::new(CodexDetached::new(setup, First::Exec)),
    };
    let google = &config.settings.providers.gemini;
    let gemini = GeminiExec::new(gemini::Setup {
        launcher: launcher.clone(),
        finder: finder.clone(),
        clock: clock.clone(),
        program: google.program.clone(),
        gemini_home: config.gemini_home.clone(),
        work: config.work_folder().join(instance.id()),
        base_url: google.base_url.clone(),
        model: google.model.clone(),
        env: config.env.clone(),
        account_words: config.accounts.gemini.into(),
    });
    let chatgpt: Arc<dyn Backend> = match config.answers {
        Answers::Codex => codex,
        Answers::Script => Arc::new(Scripted::in_place_of(
            codex.spec(),
            chatgpt.responses.clone().unwrap_or_default(),
            clock.clone(),
        )),
    };
    let demo = Scripted::beside(demo::inside(), clock);
    vec![chatgpt, Arc::new(gemini), Arc::new(demo)]
}
