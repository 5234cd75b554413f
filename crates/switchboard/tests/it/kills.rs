//! Kill rounds: posts go on while the server is killed at random moments and started again on the same
//! files. Nothing acknowledged is lost, and each mention has one reply or one visible failure.
//! `SWITCHBOARD_TEST_SEED` repeats a run's choices; `SWITCHBOARD_TEST_KILL_ROUNDS` asks for more rounds.
//! The whole suite runs once more on PostgreSQL, and these rounds with it.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    sync::{Arc, RwLock},
    time::Duration,
};

use serde_json::{Value, json};
use switchboard_testkit::{Client, Codex, House, Options};

use crate::support::{BINARY, house_over_exec, on_both, over_exec, soon, text};

/// Answers with the question, after a moment; some turns run a command, which may have had an effect.
const ANSWERS: &str = r#"
begin
say 1 "let me see"
case "$asked" in *command*) command_item started "do it" "" ;; esac
sleep 0.0$(( $$ % 10 ))
case "$asked" in *command*) command_item completed "do it" "did it" ;; esac
say 2 "answer to ${asked#@chatgpt }"
end
"#;

const THREADS: usize = 4;

/// How a test lets chance decide: splitmix64, from a seed that is printed.
pub struct Dice(u64);

impl Dice {
    pub fn thrown() -> Self {
        let named = std::env::var("SWITCHBOARD_TEST_SEED").ok();
        let seed = named.map_or_else(
            || std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), 0),
            |seed| seed.parse().expect("SWITCHBOARD_TEST_SEED is a number"),
        );
        eprintln!("repeat with SWITCHBOARD_TEST_SEED={seed}");
        Self(seed)
    }

    /// Less than `below`.
    pub fn below(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % below
    }
}

/// What the server acknowledged of a post.
#[derive(Debug, Clone)]
struct Acknowledged {
    thread: String,
    text: String,
    message: String,
    turn: String,
}

/// Posts until it is acknowledged, wherever the server is by then.
async fn post(
    base: Arc<RwLock<String>>,
    token: String,
    thread: String,
    text: String,
) -> Acknowledged {
    let body = json!({ "text": text, "client_id": text });
    loop {
        let client = Client::new(&base.read().unwrap().clone(), &token);
        let path = format!("/api/threads/{thread}/messages");
        match client.try_call("POST", &path, Some(body.clone())).await {
            Ok(answer) if answer.status == 200 || answer.status == 201 => {
                return Acknowledged {
                    message: self::text(&answer.body["message"], "id").to_owned(),
                    turn: self::text(&answer.body["turns"][0], "id").to_owned(),
                    thread,
                    text,
                };
            }
            // The port of a dead server may be that of another test's by now, which does not know the token.
            Ok(answer) => assert!(answer.status >= 500 || answer.status == 401, "{answer:?}"),
            Err(_) => {}
        }
        // tidy: sleeps because a poster whose server is down tries again, as a page does
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// `rounds` rounds, one kill in three at least; then looks at what became of everything.
async fn rounds(options: Options, rounds: usize) {
    let mut dice = Dice::thrown();
    let mut house = House::start(BINARY, options).await;
    let token = house.run_ok(&["tokens", "create", "--name", "rounds"]);
    let client = Client::new(house.base(), &token);
    let mut threads = Vec::new();
    for _ in 0..THREADS {
        threads.push(client.thread().await);
    }
    let base = Arc::new(RwLock::new(house.base().to_owned()));
    let mut known: Vec<Acknowledged> = Vec::new();
    let mut kills = 0;
    for round in 0..rounds {
        let posts: Vec<_> = (0..=dice.below(2))
            .map(|n| {
                let kind = if dice.below(4) == 0 {
                    "command"
                } else {
                    "words"
                };
                let thread = threads[dice.below(THREADS as u64) as usize].clone();
                let text = format!("@chatgpt {kind}-{round}-{n}");
                tokio::spawn(post(base.clone(), token.clone(), thread, text))
            })
            .collect();
        // tidy: sleeps because the moment of the kill is the point: any one must be survived
        tokio::time::sleep(Duration::from_millis(dice.below(150))).await;
        if round % 5 < 2 {
            house.kill();
            kills += 1;
            house.serve();
            house.base().clone_into(&mut base.write().unwrap());
        } else if dice.below(3) == 0
            && let Some(one) = known.last()
        {
            let client = Client::new(house.base(), &token);
            let path = format!("/api/turns/{}/cancel", one.turn);
            let answer = client.call("POST", &path, Some(json!({}))).await;
            assert!([200, 409].contains(&answer.status), "{answer:?}");
        }
        for one in posts {
            known.push(soon("a post is acknowledged", one).await.unwrap());
        }
    }
    let client = Client::new(house.base(), &token);
    let mut states: BTreeMap<String, usize> = BTreeMap::new();
    for one in &known {
        let turn = client.ended(&one.turn).await;
        *states.entry(text(&turn, "state").to_owned()).or_default() += 1;
    }
    house.is_quiet().await;
    for thread in &threads {
        check(&client, thread, &known).await;
    }
    let put_back = house.log().matches("put back a turn").count();
    eprintln!("{rounds} rounds, {kills} kills, {put_back} turns put back; in the end {states:?}");
}

/// Every acknowledged message once, every mention with one reply or one visible failure.
async fn check(client: &Client, thread: &str, known: &[Acknowledged]) {
    let messages = client.messages(thread).await;
    let mut replies: HashMap<String, Vec<&Value>> = HashMap::new();
    for message in messages.iter().filter(|m| m["role"] == "assistant") {
        let turn = text(message, "turn_id").to_owned();
        replies.entry(turn).or_default().push(message);
    }
    let mine: Vec<_> = known.iter().filter(|one| one.thread == thread).collect();
    for one in &mine {
        let posted: Vec<_> = messages
            .iter()
            .filter(|m| m["text"] == one.text.as_str())
            .collect();
        assert_eq!(posted.len(), 1, "{one:?}: {posted:#?}");
        assert_eq!(posted[0]["id"], one.message.as_str());
        let turn = client.turn(&one.turn).await;
        let said = replies.remove(&one.turn).unwrap_or_default();
        match text(&turn, "state") {
            "done" => {
                assert_eq!(said.len(), 1, "{turn}: {said:#?}");
                let asked = one.text.trim_start_matches("@chatgpt ");
                let answer = text(said[0], "text");
                assert!(answer.ends_with(asked), "{asked:?}: {answer:?}");
            }
            "abandoned" => {
                assert_eq!(turn["error"]["code"], "abandoned");
                assert!(said.is_empty(), "{turn}: {said:#?}");
            }
            "cancelled" => assert!(said.is_empty(), "{turn}: {said:#?}"),
            _ => panic!("{turn}"),
        }
    }
    assert!(replies.is_empty(), "replies to nothing: {replies:#?}");
    let people = messages.iter().filter(|m| m["role"] == "user").count();
    assert_eq!(people, mine.len(), "messages that nobody posted");
}

fn quick() -> Options {
    let limit = |name: &str| (format!("SWITCHBOARD_LIMITS__{name}"), "8".to_owned());
    Options {
        codex: Codex::Script(ANSWERS.into()),
        env: vec![limit("PER_LOGIN"), limit("PER_PERSON")],
        ..over_exec()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_rounds_with_forty_kills_lose_nothing_and_answer_nothing_twice() {
    let more = std::env::var("SWITCHBOARD_TEST_KILL_ROUNDS").ok();
    let many = more.map_or(100, |rounds| {
        rounds
            .parse()
            .expect("SWITCHBOARD_TEST_KILL_ROUNDS is a number")
    });
    rounds(quick(), many).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_rounds_with_eight_kills_of_the_real_codex_lose_nothing_and_answer_nothing_twice() {
    rounds(over_exec(), 20).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_rounds_with_eight_kills_over_the_app_server_lose_nothing_and_answer_nothing_twice()
{
    rounds(Options::default(), 20).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_turn_of_the_real_codex_that_only_talked_is_done_again_after_a_crash() {
    let mut house = house_over_exec().await;
    let client = house.client();
    let thread = client.thread().await;
    let turn = client
        .ask(
            &thread,
            "@chatgpt mock: text \"so far\" ; gate now ; text \"all\"",
        )
        .await;
    client
        .item_where(&turn, |item| item["text"] == "so far")
        .await;
    house.kill();
    house.is_quiet().await;
    let work = house.home().join("work");
    let left: Vec<_> = fs::read_dir(&work).unwrap().flatten().collect();
    assert_eq!(left.len(), 1, "one process had turns: {left:?}");
    house.upstream.open("now");
    house.serve();
    assert!(!left[0].path().exists(), "its folders were swept");
    let client = house.client();
    let done = client.ended(&turn).await;
    assert_eq!(done["state"], "done", "{done}");
    let messages = client.messages(&thread).await;
    assert_eq!(messages.len(), 2, "{messages:#?}");
    assert_eq!(messages[1]["text"], "all");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_turn_of_a_crashed_server_is_done_by_another_on_the_same_files() {
    for options in on_both(over_exec()).await {
        let mut house = House::start(BINARY, options).await;
        let client = house.client();
        let thread = client.thread().await;
        let turn = client
            .ask(&thread, "@chatgpt mock: gate now ; text \"all\"")
            .await;
        soon("it runs", house.upstream.waiting("now")).await;
        let second = house.another_server();
        let token = house.run_ok(&["tokens", "create", "--name", "second"]);
        let there = Client::new(second.base(), &token);
        there.in_state(&turn, "running").await;
        house.kill();
        house.upstream.open("now");
        there.answered(&turn).await;
        let messages = there.messages(&thread).await;
        assert_eq!(messages.len(), 2, "{messages:#?}");
    }
}
