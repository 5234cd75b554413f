//! `switchboard serve`: the server, its page, and the turns.

use std::{io::Write as _, net::SocketAddr, path::PathBuf, process::ExitCode, time::Duration};

use anyhow::{Context as _, Result};
use clap::Args;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use switchboard_backends::{clis::Finding, process::own};
use switchboard_engine as engine;
use switchboard_server::App;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

use crate::{
    compose::House,
    config::{self, Config, Flags},
    demo, doctor,
    running::Note,
};

/// How long running turns may take to end after the first signal.
const GRACE: Duration = Duration::from_secs(10);

/// Twice the connections that the server takes at once.
const OPEN_FILES: u64 = 16_384;

const EXAMPLES: &str = "\
Examples:
  switchboard serve --open
  switchboard serve --demo --listen 127.0.0.1:0
  switchboard serve --public-url https://chat.example.org    behind a proxy with TLS";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Serve {
    /// Where to listen; port 0 takes a free one [default: 127.0.0.1:4747]
    #[arg(long, value_name = "HOST:PORT", value_parser = config::resolve)]
    listen: Option<SocketAddr>,
    /// Try it without any account: answers are scripted, data is kept apart
    #[arg(long)]
    demo: bool,
    /// Open the page in your browser
    #[arg(long)]
    open: bool,
    /// The address people use, if a proxy stands in front
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Allow listening on an address that other machines reach
    #[arg(long)]
    expose: bool,
    /// Allow plain http there
    #[arg(long)]
    insecure_http: bool,
}

impl Serve {
    pub async fn run(self, home: Option<PathBuf>, flags: Flags) -> Result<ExitCode> {
        super::logs("warn,switchboard=info");
        let flags = Flags {
            listen: self.listen,
            public_url: self.public_url,
            expose: self.expose.then_some(true),
            insecure_http: self.insecure_http.then_some(true),
            ..flags
        };
        allow_open_files();
        let mut config = Config::read(home, flags)?;
        // Lives as long as the server: its upstream goes with it.
        let demo = if self.demo {
            Some(demo::prepare(&mut config).await?)
        } else {
            None
        };
        let house = House::open(config).await?;
        let listener = listen(house.config.settings.listen).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let admin = house.local_admin().await?;
        house.engine.register_found(admin.id).await?;

        let limits = &house.config.settings.limits;
        let rules = engine::Settings {
            per_login: limits.per_login,
            per_person: limits.per_person,
            most: limits.most,
            ..engine::Settings::default()
        };
        house.engine.start(rules, house.config.places());
        let note =
            Note::put(&house.config.run_folder(), &url).context("cannot note the address")?;
        let mut out = std::io::stdout();
        writeln!(out, "listening on {url}")?;
        let base = house.config.settings.public_url.clone().unwrap_or(url);
        let link = house
            .identity
            .first_link(&house.config.user)
            .await?
            .map(|link| link.url(&base));
        match &link {
            Some(link) => writeln!(out, "sign in (10 minutes, once): {link}")?,
            None => writeln!(
                out,
                "open {base}   (a fresh sign-in link: {})",
                house.config.command("people link")
            )?,
        }
        if demo.is_some() {
            writeln!(
                out,
                "demo: answers are scripted and no account is used; its data is in {}",
                house.config.home.display()
            )?;
        }
        out.flush()?;
        if self.open {
            let page = link.as_deref().unwrap_or(&base);
            if let Err(error) = own::open_page(page) {
                eprintln!("cannot open a browser ({error}); open {page} yourself");
            }
        }
        let machine = house.machine();
        house.supervisor.spawn("findings", async move {
            tell(&machine.findings().await);
        });
        let served = serve_until_told(&house, listener, demo.is_some()).await;
        drop(note);
        house.store.close().await;
        served.map(|()| ExitCode::SUCCESS)
    }
}

async fn serve_until_told(house: &House, listener: TcpListener, demo: bool) -> Result<()> {
    let app = App {
        engine: house.engine.clone(),
        identity: house.identity.clone(),
        settings: switchboard_server::Settings {
            listen: listener.local_addr()?,
            public_url: house
                .config
                .settings
                .public_url
                .as_deref()
                .map(str::parse)
                .transpose()?,
            demo,
            workspace: house.config.settings.workspace.clone(),
            version: env!("CARGO_PKG_VERSION").into(),
        },
        doctor: doctor::source(house),
    };
    let supervisor = house.supervisor.clone();
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let serving = switchboard_server::serve(app, listener, supervisor.clone());
    tokio::pin!(serving);
    tokio::select! {
        ended = &mut serving => return Ok(ended?),
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!(
        "stopping: running turns have {} s to end; a second signal stops at once",
        GRACE.as_secs()
    );
    // Side by side: what has stopped serving must refuse new connections at once.
    let ended = async { tokio::join!(supervisor.shutdown(GRACE), serving).1 };
    tokio::select! {
        ended = ended => Ok(ended?),
        _ = terminate.recv() => hard(house).await,
        _ = interrupt.recv() => hard(house).await,
    }
}

async fn hard(house: &House) -> Result<()> {
    house.supervisor.shutdown(Duration::ZERO).await;
    Ok(())
}

/// Every open page is an open file. Many systems allow a thousand until asked; programs that are started
/// inherit what we ask for, so it is no more than we need.
fn allow_open_files() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = maximum.map_or(OPEN_FILES, |maximum| maximum.min(OPEN_FILES));
    // None means as many as you like.
    let Some(current) = current.filter(|current| *current < wanted) else {
        return;
    };
    let limit = Rlimit {
        current: Some(wanted),
        maximum,
    };
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::warn!(%error, "no more than {current} files may be open");
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}; is Switchboard running already? `--listen 127.0.0.1:0` takes a free port")
    })
}

/// What was found of the programs that assistants use, for whoever started it.
fn tell(findings: &[Finding]) {
    for finding in findings.iter().filter(|finding| finding.tested.is_some()) {
        let version = finding.version.as_deref().unwrap_or("of unknown version");
        let place = finding
            .program
            .as_ref()
            .map(|program| format!("{version}, {}", program.display()));
        eprintln!(
            "{:<20} {}",
            finding.title,
            place.as_deref().unwrap_or("not found")
        );
        match (&finding.account, &finding.problem) {
            (_, Some(problem)) if place.is_none() => eprintln!("{:<20} {}", "", problem.hint),
            (_, Some(problem)) => eprintln!("{:<20} {}: {}", "", problem.message, problem.hint),
            (Some(account), None) => eprintln!("{:<20} signed in: {account}", ""),
            (None, None) => {}
        }
    }
}
