//! Sign-ins that nobody finishes, over an app server that is a script: what the real one does is seen in the flows.

use std::{
    fs::{self, OpenOptions, Permissions},
    io::Write as _,
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use switchboard_backends::{
    codex::{CodexApp, Setup},
    process::{Finder, Passes},
};
use switchboard_engine::{
    News,
    backend::{Backend as _, Operation, Performed, SignIn, SignInState, SignInWay, Stop},
};
use switchboard_model::{Millis, clock::FakeClock, outcome::OutcomeCode};
use tokio::time::interval;

use crate::support::House;

/// Says hello, and gives a code; `$begun` is what it does once it gave it.
fn app_server(begun: &str) -> String {
    format!(
        "#!/bin/sh\n\
         while read -r line; do\n\
         case \"$line\" in\n\
         *'\"initialize\"'*) echo '{{\"id\":1,\"result\":{{\"userAgent\":\"script\"}}}}';;\n\
         *account/login/start*) echo '{{\"id\":2,\"result\":{{\"type\":\"chatgptDeviceCode\",\"loginId\":\"login-1\",\
         \"verificationUrl\":\"http://issuer.example/device\",\"userCode\":\"AB-12\"}}}}'\n{begun}\n;;\n\
         *account/login/cancel*) echo \"$line\" >> \"$0.cancelled\";;\n\
         esac\n\
         done\n"
    )
}

struct Codex {
    _house: House,
    program: PathBuf,
    backend: CodexApp,
}

impl Codex {
    fn that(begun: &str) -> Self {
        let house = House::new();
        let program = house.folder.path().join("codex");
        let mut file = OpenOptions::new()
            .create_new(true)
            .write(true)
            .mode(0o700)
            .open(&program)
            .unwrap();
        file.write_all(app_server(begun).as_bytes()).unwrap();
        drop(file);
        fs::set_permissions(&program, Permissions::from_mode(0o700)).unwrap();
        let env = [("PATH".into(), "/usr/bin:/bin".into())];
        let folder = house.folder.path();
        let backend = CodexApp::new(Setup {
            launcher: house.launcher.clone(),
            finder: Finder::new(house.launcher.clone(), &env),
            clock: Arc::new(FakeClock::at(Millis(1_000))),
            news: News::default(),
            program: Some(program.clone()),
            codex_home: folder.join("person"),
            homes: folder.join("homes"),
            work: folder.join("work"),
            threads: folder.join("threads"),
            backend_url: None,
            responses_url: None,
            env: env.into(),
            passes: Passes::default(),
            account_words: "plan".into(),
        });
        Self {
            _house: house,
            program,
            backend,
        }
    }

    async fn does(&self, operation: Operation) -> SignIn {
        match self.backend.perform(operation).await {
            Ok(Performed::SignIn(Some(sign_in))) => sign_in,
            other => panic!("{other:?}"),
        }
    }

    async fn begins(&self) -> SignIn {
        let way = SignInWay::Device;
        self.does(Operation::SignIn { way, key: None }).await
    }

    async fn is_over(&self) -> SignInState {
        let mut again = interval(Duration::from_millis(20));
        loop {
            again.tick().await;
            let state = self.does(Operation::SignInState).await.state;
            if !matches!(state, SignInState::Starting | SignInState::Waiting) {
                return state;
            }
        }
    }
}

#[tokio::test]
async fn a_sign_in_that_nobody_finishes_expires_and_is_taken_back() {
    let codex = Codex::that(":");
    let waiting = SignIn {
        way: SignInWay::Device,
        state: SignInState::Waiting,
        url: Some("http://issuer.example/device".into()),
        code: Some("AB-12".into()),
        expires_at: Some(Millis(601_000)),
    };
    assert_eq!(codex.begins().await, waiting);
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(599)).await;
    assert_eq!(codex.does(Operation::SignInState).await, waiting);
    assert_eq!(codex.is_over().await, SignInState::Expired);
    tokio::time::resume();
    codex.backend.stop(Stop::Gently).await;
    let mut told = PathBuf::from(&codex.program).into_os_string();
    told.push(".cancelled");
    let told = fs::read_to_string(told).unwrap();
    assert!(told.contains(r#""loginId":"login-1""#), "{told}");
}

#[tokio::test]
async fn a_program_that_ends_while_somebody_signs_in_is_said() {
    let codex = Codex::that("exit 3");
    codex.begins().await;
    let SignInState::Failed(failure) = codex.is_over().await else {
        panic!("it did not fail");
    };
    assert_eq!(failure.code, OutcomeCode::Crashed);
    let detail = failure.detail.unwrap();
    assert!(detail.contains("exit code 3"), "{detail}");
}
