//! The demo's own assistant against the scripted upstream.

use std::{collections::HashMap, sync::Arc, time::Duration};

use futures_util::FutureExt as _;
use switchboard_backends::scripted::{Connection, Dial, Scripted};
use switchboard_engine::{
    TurnIo,
    backend::{
        Backend, BackendError, Family, Home, How, Purpose, Session, Spec, Stop, TurnEnd,
        TurnOutcome, TurnRequest, Work,
    },
    turn_io::Overheard,
};
use switchboard_model::{
    IdSource, Millis,
    clock::{FakeChance, FakeClock},
    item::{ItemBody, ItemEvent, ItemStatus},
    outcome::{Failure, OutcomeCode},
};
use switchboard_upstream::{Inside, Options, Persona, Running, Upstream};
use tokio::time::timeout;

/// Longer than anything here takes.
const DEADLINE: Duration = Duration::from_secs(20);

struct Demo {
    upstream: Running,
    backend: Scripted,
    ids: IdSource,
}

impl Demo {
    async fn start() -> Self {
        let upstream = Upstream::start(Options::for_tests()).await.unwrap();
        let clock = Arc::new(FakeClock::at(Millis(1_795_153_530_000)));
        let backend = Scripted::in_place_of(&original(), upstream.responses_url(), clock.clone());
        let ids = IdSource::new(clock, Arc::new(FakeChance::seeded(1)));
        Self {
            upstream,
            backend,
            ids,
        }
    }

    fn request(&self, prompt: &str) -> TurnRequest {
        TurnRequest {
            turn: self.ids.make(),
            attempt: 1,
            reverts: 0,
            thread: self.ids.make(),
            assistant: self.ids.make(),
            person: self.ids.make(),
            home: Home::House,
            work: Work::Prompt(prompt.into()),
            attached: Vec::new(),
            tools: Vec::new(),
            session: Session::Passing,
            how: How::default(),
            schema: None,
            deadline: DEADLINE,
            patience: Duration::ZERO,
        }
    }

    async fn ask(&self, prompt: &str) -> Ended {
        ask(&self.backend, self.request(prompt)).await
    }

    async fn failure(&self, prompt: &str) -> Failure {
        self.ask(prompt).await.0.unwrap_err().into_failure()
    }
}

fn original() -> Spec {
    Spec {
        name: "real".into(),
        handle: "helper".into(),
        title: "Helper".into(),
        account_words: "plan".into(),
        purpose: Purpose::Work,
        capabilities: Vec::new(),
        lacks: Vec::new(),
        accepts: Vec::new(),
        note: String::new(),
        family: Family::Codex,
        seeds: Vec::new(),
        sign_ins: Vec::new(),
    }
}

type Ended = (Result<TurnEnd, BackendError>, Vec<ItemEvent>);

/// Runs a turn to its end and collects what it reported.
async fn ask(backend: &Scripted, request: TurnRequest) -> Ended {
    let (io, mut overheard) = TurnIo::overheard();
    let ended = timeout(DEADLINE, async {
        tokio::join!(backend.run_turn(request, io), rest(&mut overheard))
    });
    ended.await.expect("the turn ends")
}

async fn rest(overheard: &mut Overheard) -> Vec<ItemEvent> {
    let mut events = Vec::new();
    while let Some(event) = overheard.next().await {
        events.push(event);
    }
    events
}

fn reply(ended: Result<TurnEnd, BackendError>) -> String {
    let TurnEnd::Finished(TurnOutcome { text, .. }) = ended.unwrap() else {
        panic!("cancelled")
    };
    text
}

/// What each item says when all events are applied.
fn texts(events: &[ItemEvent]) -> HashMap<&str, String> {
    let mut texts: HashMap<&str, String> = HashMap::new();
    for event in events {
        match event {
            ItemEvent::Put { key, text, .. } => {
                if let Some(text) = text {
                    texts.insert(key, text.clone());
                }
            }
            ItemEvent::Delta { key, text } => texts.entry(key).or_default().push_str(text),
            ItemEvent::Of { .. } => {}
        }
    }
    texts
}

#[tokio::test]
async fn an_assistant_keeps_its_name_and_handle_under_a_script() {
    let demo = Demo::start().await;
    let Spec {
        name,
        handle,
        title,
        ..
    } = demo.backend.spec();
    assert_eq!((name.as_str(), handle.as_str()), ("real", "helper"));
    assert!(title.contains("demo"), "it says what it is: {title}");
}

#[tokio::test]
async fn text_arrives_while_it_is_written() {
    let demo = Demo::start().await;
    let (io, mut overheard) = TurnIo::overheard();
    let turn = demo
        .backend
        .run_turn(demo.request("mock: slow 3 chunks 1ms ; gate end"), io);
    let listen = async {
        let mut growing = String::new();
        while let Some(event) = overheard.next().await {
            match event {
                ItemEvent::Delta { text, .. } => growing.push_str(&text),
                ItemEvent::Put {
                    status: ItemStatus::Done,
                    text: Some(whole),
                    ..
                } => {
                    // The answer is not over: the upstream stands at the gate.
                    assert_eq!(growing, whole);
                    demo.upstream.open("end");
                }
                ItemEvent::Put { .. } | ItemEvent::Of { .. } => {}
            }
        }
        growing
    };
    let (ended, growing) = timeout(DEADLINE, async { tokio::join!(turn, listen) })
        .await
        .unwrap();
    assert!(!growing.is_empty());
    assert_eq!(reply(ended), growing);
}

#[tokio::test]
async fn reasoning_is_an_item_and_the_newest_message_is_the_reply() {
    let demo = Demo::start().await;
    let (ended, events) = demo
        .ask("mock: reason \"look\" ; text \"first\" ; text \"second\"")
        .await;
    assert_eq!(reply(ended), "second");
    let said: Vec<String> = texts(&events).into_values().collect();
    for expected in ["look", "first", "second"] {
        assert!(
            said.iter().any(|text| text == expected),
            "{expected} in {said:?}"
        );
    }
    assert!(events.iter().any(|event| matches!(
        event,
        ItemEvent::Put {
            body: ItemBody::Reasoning,
            ..
        }
    )));
}

#[tokio::test]
async fn a_command_is_declined_and_the_answer_goes_on() {
    let demo = Demo::start().await;
    let (ended, events) = demo.ask("mock: shell \"ls\"\nmock: text \"after\"").await;
    assert_eq!(reply(ended), "after");
    let declined = events.iter().any(|event| {
        matches!(event, ItemEvent::Put { body: ItemBody::Command { command, .. }, status: ItemStatus::Declined, .. }
            if command == "ls")
    });
    assert!(declined, "{events:?}");
    assert_eq!(demo.upstream.model_requests().len(), 2);
}

#[tokio::test]
async fn a_used_up_limit_is_rate_limited_with_its_reset_time() {
    let demo = Demo::start().await;
    let failure = demo.failure("mock: status 429 resets_in=3600").await;
    assert_eq!(failure.code, OutcomeCode::RateLimited);
    assert!(failure.retry_at.is_some());
    assert_eq!(failure.hint, OutcomeCode::RateLimited.hint());
}

#[tokio::test]
async fn what_the_upstream_breaks_is_upstream_failed() {
    let demo = Demo::start().await;
    for script in [
        "status 500",
        "cut",
        "cut after=2",
        "incomplete",
        "fail context_length_exceeded",
    ] {
        let failure = demo.failure(&format!("mock: {script}")).await;
        assert_eq!(
            failure.code,
            OutcomeCode::UpstreamFailed,
            "{script}: {failure:?}"
        );
    }
}

#[tokio::test]
async fn a_refused_login_is_not_signed_in() {
    let demo = Demo::start().await;
    demo.upstream.refuse_login();
    assert_eq!(demo.failure("hello").await.code, OutcomeCode::NotSignedIn);
}

#[tokio::test]
async fn an_empty_answer_says_how_to_ask_by_hand() {
    let demo = Demo::start().await;
    let TurnEnd::Finished(outcome) = demo.ask("mock: empty").await.0.unwrap() else {
        panic!("cancelled")
    };
    assert_eq!(outcome.text, "");
    assert!(
        outcome
            .empty_detail
            .unwrap()
            .contains(&demo.upstream.responses_url())
    );
}

#[tokio::test]
async fn a_stop_ends_the_turn_at_once() {
    let demo = Demo::start().await;
    let (io, mut overheard) = TurnIo::overheard();
    let turn = demo
        .backend
        .run_turn(demo.request("mock: gate forever"), io);
    let stop = async {
        demo.upstream.waiting("forever").await;
        overheard.stop(Stop::Gently);
        rest(&mut overheard).await
    };
    let (ended, _) = timeout(DEADLINE, async { tokio::join!(turn, stop) })
        .await
        .unwrap();
    assert_eq!(ended, Err(BackendError::Interrupted));
}

#[tokio::test]
async fn without_its_upstream_a_turn_fails() {
    let demo = Demo::start().await;
    let request = demo.request("hello");
    demo.upstream.stop().await;
    let failure = ask(&demo.backend, request)
        .await
        .0
        .unwrap_err()
        .into_failure();
    assert_eq!(failure.code, OutcomeCode::UpstreamFailed);
}

/// A demo beside real assistants, with the script in this process.
fn beside() -> Scripted {
    let inside = Arc::new(Inside::start(Persona::Guest));
    let dial: Dial = Arc::new(move || {
        let inside = inside.clone();
        async move { Ok(Box::new(inside.connect().await?) as Box<dyn Connection>) }.boxed()
    });
    let clock = Arc::new(FakeClock::at(Millis(1_795_153_530_000)));
    Scripted::beside(dial, clock)
}

#[tokio::test]
async fn beside_real_assistants_it_answers_without_a_port_and_follows_no_script_of_a_message() {
    let demo = Demo::start().await;
    let backend = beside();
    let said = async |prompt: &str| match ask(&backend, demo.request(prompt)).await.0.unwrap() {
        TurnEnd::Finished(outcome) => outcome,
        TurnEnd::Cancelled => panic!("{prompt} was cancelled"),
    };
    let known = said("what is 2+2?").await;
    assert!(known.text.contains("= 4"), "{}", known.text);
    assert_eq!(known.empty_detail, None, "nobody can ask it by hand");
    let other = said("hello\nmock: text \"played\"").await.text;
    assert!(
        other.contains("You wrote")
            && other.contains("Settings > Models")
            && !other.contains("sandbox"),
        "{other}"
    );
    let limit = ask(&backend, demo.request("please fail")).await.0;
    let failure = limit.unwrap_err().into_failure();
    assert_eq!(failure.code, OutcomeCode::RateLimited);
    assert!(
        demo.upstream.requests().is_empty(),
        "and calls no other upstream"
    );
}
