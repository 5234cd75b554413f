//! Recorded conversations with the real Codex app server 0.169, replayed through the translation and
//! compared with what a person read and found right. Write the golden files anew with
//! `SWITCHBOARD_BLESS=1 cargo test -p switchboard-backends --test it replay`, then read the difference.

use std::{
    collections::BTreeMap,
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use switchboard_backends::codex::app::{
    asks::{Ask, ask},
    ends,
    items::{EndStatus, Heard, Translator},
};
use switchboard_model::{
    Millis,
    approval::Decision,
    home::Home,
    item::{ItemBody, ItemEvent},
    usage::Limit,
};

/// Before the resets in the recordings.
const NOW: Millis = Millis(1_699_999_000_000);

#[test]
fn every_recorded_turn_becomes_what_was_found_right() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    let mut recordings: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "jsonl"))
        .collect();
    recordings.sort();
    assert!(recordings.len() > 20, "the recordings are gone");
    let mut wrong = Vec::new();
    for recording in recordings {
        let name = recording.file_stem().unwrap().to_str().unwrap();
        let golden = folder.join(format!("golden/{name}.txt"));
        let told = replay(&fs::read_to_string(&recording).unwrap());
        if env::var_os("SWITCHBOARD_BLESS").is_some() {
            fs::write(&golden, &told).unwrap();
        }
        let right = fs::read_to_string(&golden).unwrap_or_default();
        if told != right {
            let line = told
                .lines()
                .zip(right.lines())
                .position(|(told, right)| told != right)
                .unwrap_or_else(|| told.lines().count().min(right.lines().count()));
            wrong.push(format!(
                "{name}.txt, line {}:\n  told  {}\n  right {}",
                line + 1,
                told.lines().nth(line).unwrap_or("(end)"),
                right.lines().nth(line).unwrap_or("(end)"),
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a driver does with a recording: one translator for each turn, found by its thread.
#[derive(Default)]
struct Replay {
    /// By thread: the running turn, else the last one, whose late items still count.
    turns: BTreeMap<String, Turn>,
    /// What was heard of a thread before its first turn, whose translator is made before.
    early: BTreeMap<String, Vec<(String, Value)>>,
    /// Calls that begin a turn, by their id: in which thread.
    calls: BTreeMap<i64, String>,
    /// Requests, by their id: whose, and what was asked.
    asked: BTreeMap<String, (String, Option<Ask>)>,
    /// What is told, by turn, in the order in which the turns began.
    told: Vec<String>,
}

struct Turn {
    translator: Translator,
    limits: Vec<Limit>,
    place: usize,
    over: bool,
}

fn replay(recording: &str) -> String {
    let mut replay = Replay::default();
    for line in recording.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let said = &line["msg"];
        let method = said["method"].as_str();
        match (line["dir"].as_str().unwrap(), method) {
            ("client", Some(method)) => replay.call(method, said),
            ("client", None) => replay.answered(said),
            (_, Some(method)) if said["id"].is_null() => replay.heard(method, &said["params"]),
            (_, Some(method)) => replay.asked(method, said),
            (_, None) => replay.begun(said),
        }
    }
    replay.end_late();
    replay.told.join("\n")
}

impl Replay {
    fn call(&mut self, method: &str, said: &Value) {
        if method == "initialize" {
            // Another process, which knows of no turn.
            self.end_late();
            let told = std::mem::take(&mut self.told);
            *self = Self {
                told,
                ..Self::default()
            };
        }
        if !matches!(
            method,
            "turn/start" | "review/start" | "thread/compact/start" | "thread/shellCommand"
        ) {
            return;
        }
        let params = &said["params"];
        let thread = params["threadId"].as_str().unwrap_or_default().to_owned();
        self.calls
            .insert(said["id"].as_i64().unwrap(), thread.clone());
        let words = params["input"][0]["text"].as_str().map_or_else(
            || params["target"].to_string(),
            |words| format!("{words:?}"),
        );
        self.end_late();
        if let Some(turn) = self.turns.get(&thread).filter(|turn| !turn.over) {
            let _ = writeln!(self.told[turn.place], "{method} {words}, while it runs");
            return;
        }
        self.open(&thread, &format!("{method} {words}"));
    }

    fn open(&mut self, thread: &str, how: &str) {
        let place = self.told.len();
        self.told.push(format!("# {how}, in {thread}\n"));
        let mut translator = Translator::new(Path::new("$CWD"));
        let before = self
            .turns
            .get(thread)
            .map(|turn| turn.translator.count().clone());
        translator.count_from(before.unwrap_or_default());
        let turn = Turn {
            translator,
            limits: Vec::new(),
            place,
            over: false,
        };
        self.turns.insert(thread.to_owned(), turn);
        for (method, params) in self.early.remove(thread).unwrap_or_default() {
            self.heard(&method, &params);
        }
    }

    /// What goes on after its turn ends here, as nothing more is heard of it.
    fn end_late(&mut self) {
        for turn in self.turns.values_mut().filter(|turn| turn.over) {
            for heard in turn.translator.close_late() {
                let told = &mut self.told[turn.place];
                told.push_str("at last ");
                turn.tell(told, heard);
            }
        }
    }

    fn begun(&mut self, said: &Value) {
        let Some(thread) = said["id"].as_i64().and_then(|id| self.calls.remove(&id)) else {
            return;
        };
        let Some(turn) = self.turns.get_mut(&thread) else {
            return;
        };
        let told = &mut self.told[turn.place];
        if let Some(message) = said["error"]["message"].as_str() {
            let failure = ends::refused(said["error"]["code"].as_i64().unwrap(), message, NOW);
            let _ = writeln!(told, "refused {failure:?}");
            turn.over = true;
        } else if let Some(id) = said["result"]["turn"]["id"].as_str() {
            turn.translator.begin(id);
            let _ = writeln!(told, "begin {id}");
        }
    }

    fn heard(&mut self, method: &str, params: &Value) {
        let thread = params["threadId"].as_str();
        if method == "thread/reverted" {
            // It counts from an earlier number again.
            if let Some(turn) = self.turns.get_mut(thread.unwrap()) {
                turn.translator.count_from(Value::Null);
            }
            return;
        }
        if method == "turn/started" {
            let thread = thread.unwrap();
            let known = self.turns.get(thread).is_some_and(|turn| !turn.over)
                || self
                    .turns
                    .values_mut()
                    .any(|turn| turn.translator.adopts(params));
            if !known {
                self.open(thread, "a turn that nobody called for");
            }
        }
        let mut taken = false;
        for (key, turn) in &mut self.turns {
            let ours = thread.map_or(!turn.over, |thread| {
                thread == key || (!turn.over && turn.translator.adopts(params))
            });
            if !ours {
                continue;
            }
            taken = true;
            let over = turn.over;
            let heard = turn.translator.take(method, params);
            let told = &mut self.told[turn.place];
            for heard in heard {
                if over {
                    told.push_str("late ");
                }
                turn.tell(told, heard);
            }
        }
        if let Some(thread) = thread.filter(|_| !taken) {
            let early = self.early.entry(thread.to_owned()).or_default();
            early.push((method.to_owned(), params.clone()));
        }
    }

    fn asked(&mut self, method: &str, said: &Value) {
        let key = said["id"].to_string();
        let params = &said["params"];
        let mut thread = params["threadId"].as_str().unwrap_or_default().to_owned();
        for (key, turn) in &mut self.turns {
            if turn.translator.adopts(params) {
                thread.clone_from(key);
            }
        }
        let (translator, told) = match self.turns.get(&thread) {
            Some(turn) => (Some(&turn.translator), &mut self.told[turn.place]),
            // For the whole process, as the account's tokens are.
            None => (None, self.told.last_mut().unwrap()),
        };
        let nothing = Translator::new(Path::new("$CWD"));
        let seen = translator.unwrap_or(&nothing);
        let asked = match ask(&key, method, params, seen, Home::Own) {
            Ok(asked) => {
                let asking = &asked.asking;
                let _ = writeln!(
                    told,
                    "ask {} {} {}\n  offers {}",
                    asking.key,
                    asking.kind,
                    asking.body,
                    asking.offered.join(", ")
                );
                for choice in &asking.offered {
                    let decision = Decision {
                        choice: choice.clone(),
                        answer: filled(&asking.kind, choice, &asking.body),
                        feedback: None,
                    };
                    let words = match asked.check(&decision) {
                        Ok(()) => asked.answer(&decision).to_string(),
                        Err(why) => why,
                    };
                    let _ = writeln!(told, "  {choice}: {words}");
                }
                let _ = writeln!(told, "  silence: {}", asked.silence());
                Some(asked)
            }
            Err(refusal) => {
                let _ = writeln!(
                    told,
                    "refuse {key} {method}: {} {}",
                    refusal.code, refusal.message
                );
                None
            }
        };
        self.asked.insert(key, (thread, asked));
    }

    /// What the recorded client answered: one of ours must say the same.
    fn answered(&mut self, said: &Value) {
        let Some((thread, asked)) = self.asked.remove(&said["id"].to_string()) else {
            return;
        };
        let Some(turn) = self.turns.get(&thread) else {
            return;
        };
        let told = &mut self.told[turn.place];
        let result = &said["result"];
        let same = asked.is_some_and(|asked| {
            asked.asking.offered.iter().any(|choice| {
                let decision = Decision {
                    choice: choice.clone(),
                    answer: answer_of(result),
                    feedback: None,
                };
                asked.answer(&decision) == *result
            })
        });
        let note = if same {
            "as ours can"
        } else {
            "as ours cannot"
        };
        let _ = writeln!(told, "  was answered, {note}: {result}");
    }
}

/// Something for each question, so that the way of an answer is seen.
fn filled(kind: &str, choice: &str, body: &str) -> Option<String> {
    let body: Value = serde_json::from_str(body).unwrap();
    match (kind, choice) {
        ("question", "answer") => {
            let id = body["questions"][0]["id"].as_str().unwrap();
            Some(json!({ "answers": { id: ["one, two"] } }).to_string())
        }
        ("form", "accept") => {
            let name = body["schema"]["properties"]
                .as_object()
                .unwrap()
                .keys()
                .next();
            Some(json!({ name.unwrap(): "Ada" }).to_string())
        }
        _ => None,
    }
}

/// The answer of ours that would lead to this result.
fn answer_of(result: &Value) -> Option<String> {
    if let Some(answers) = result["answers"].as_object() {
        let ours: BTreeMap<&String, &Value> = answers
            .iter()
            .map(|(id, given)| (id, &given["answers"]))
            .collect();
        return Some(json!({ "answers": ours }).to_string());
    }
    result["content"]
        .is_object()
        .then(|| result["content"].to_string())
}

impl Turn {
    fn tell(&mut self, told: &mut String, heard: Heard) {
        let _ = match heard {
            Heard::Item(ItemEvent::Put {
                key,
                body,
                text,
                status,
            }) => {
                let text = text.map_or_else(String::new, |text| format!(" {}", short(&text)));
                writeln!(told, "{} {key} {}{text}", status.as_str(), facts(&body))
            }
            Heard::Item(ItemEvent::Of { key, agent }) => writeln!(told, "  of {agent}: {key}"),
            Heard::Item(ItemEvent::Delta { key, text }) => {
                writeln!(told, "  + {key} {}", short(&text))
            }
            Heard::Usage(usage) => writeln!(
                told,
                "usage in {} (kept {}), out {} (thought {}), context {} of {:?}",
                usage.input,
                usage.cached,
                usage.output,
                usage.reasoning,
                usage.context,
                usage.window
            ),
            Heard::Limits(limits) => {
                self.limits.clone_from(&limits);
                writeln!(told, "limits {limits:?}")
            }
            Heard::Account => writeln!(told, "account"),
            Heard::Unseen(what) => writeln!(told, "unseen {what}"),
            Heard::Ended(ended) => {
                self.over = true;
                let _ = writeln!(told, "ended {:?}", ended.status);
                if ended.status == EndStatus::Failed {
                    let error = ended.error.clone().unwrap_or_default();
                    let failure = ends::failed(&error, NOW, &self.limits);
                    let _ = writeln!(told, "  by {error:?}\n  is {failure:?}");
                } else {
                    assert_eq!(ended.error, None);
                }
                writeln!(told, "  reply {}", short(self.translator.reply()))
            }
        };
    }
}

fn facts(body: &ItemBody) -> String {
    let json = serde_json::to_value(body).unwrap();
    let kind = json["kind"].as_str().unwrap().to_owned();
    let mut fields = json.as_object().unwrap().clone();
    fields.remove("kind");
    if fields.is_empty() {
        kind
    } else {
        format!("{kind} {}", Value::Object(fields))
    }
}

fn short(text: &str) -> String {
    let length = text.chars().count();
    if length <= 400 {
        return format!("{text:?}");
    }
    let head: String = text.chars().take(200).collect();
    format!("{head:?}... ({length} letters)")
}
