//! Who answers a prompt that holds no script. Owns the demo's words, and which of them play what; it never pretends to
//! have thought.

mod scenes;

use std::time::Duration;

use self::scenes::{SCENES, Scene};
use crate::script::{Step, Times};
use crate::seen::Seen;
use crate::shared::Persona;
use crate::wire::Wire;

/// Before the first piece of a demo's answer, and between pieces: quick, yet seen to arrive.
const FIRST: Duration = Duration::from_millis(300);
const EVERY: Duration = Duration::from_millis(30);
/// The long scene has to leave time to press stop.
const LONG_PARTS: usize = 12;
const BETWEEN_PARTS: Duration = Duration::from_secs(2);
/// An hour, as the reset time that the failure scene shows.
const RESETS_IN: u64 = 3600;
/// How much of a question is repeated.
const ECHO_LETTERS: usize = 120;

const NOTE: &str = "\n\n*Scripted demo: no model was asked and nothing left this machine.*";

/// What the model does about `question`, which stands in what it was `asked`.
pub(crate) fn answer<W: Wire>(persona: Persona, question: &str, asked: &Seen) -> Vec<Step> {
    match persona {
        Persona::Echo => vec![Step::Text(format!("Echo: {}", excerpt(question)))],
        Persona::Demo | Persona::Guest => demo::<W>(persona, question, asked),
    }
}

fn demo<W: Wire>(persona: Persona, question: &str, asked: &Seen) -> Vec<Step> {
    let words = question.to_lowercase();
    let mentions = |wanted: &[&str]| {
        let mut said = words.split(|letter: char| !letter.is_alphanumeric());
        said.any(|word| wanted.contains(&word))
    };
    if words.replace(' ', "").contains("2+2") {
        return vec![paced(&format!("**2 + 2 = 4**{NOTE}"))];
    }
    if mentions(&["fail", "failure", "error", "limit", "break"]) {
        return vec![Step::Status {
            status: 429,
            resets_in: Some(RESETS_IN),
            times: Times::Always,
        }];
    }
    if mentions(&["slow", "slowly", "long", "stop"]) {
        return long();
    }
    let mut scenes = scenes::<W>(persona, asked);
    if let Some(scene) = scenes.find(|scene| mentions(scene.words)) {
        let rounds = asked.rounds_since_prompt();
        let last = || vec![paced(&format!("{}{NOTE}", (scene.end)(asked)))];
        return (scene.round)(rounds).unwrap_or_else(last);
    }
    vec![
        Step::Wait(FIRST),
        Step::reason("**Reading the question**\n\nA scripted answer needs no thought."),
        paced(&introduction::<W>(persona, question, asked)),
    ]
}

/// The scenes that this request allows. A guest has nothing to play them with.
fn scenes<W: Wire>(persona: Persona, asked: &Seen) -> impl Iterator<Item = &'static Scene> {
    SCENES.iter().filter(move |scene| {
        let is_offered = scene.tool.is_none_or(|tool| asked.offers(tool));
        W::HAS_SHELL && is_offered && persona != Persona::Guest
    })
}

/// An answer in several messages, so that something is seen to grow even where messages arrive whole.
fn long() -> Vec<Step> {
    let mut steps = vec![Step::reason(
        "**Taking time**\n\nLong enough to press stop.",
    )];
    for part in 1..=LONG_PARTS {
        steps.push(Step::Wait(BETWEEN_PARTS));
        steps.push(paced(&format!("Part {part} of {LONG_PARTS}. Press *Stop* whenever you like: what is here by then stays.")));
    }
    steps.push(paced(&format!(
        "That was the long answer, to its end.{NOTE}"
    )));
    steps
}

fn introduction<W: Wire>(persona: Persona, question: &str, asked: &Seen) -> String {
    let scenes: String = scenes::<W>(persona, asked)
        .flat_map(|scene| ["- ", scene.invitation, "\n"])
        .collect();
    let real = match persona {
        Persona::Guest => {
            "sign in to an assistant, on the first page or in Settings > Models, and mention that one".to_owned()
        }
        _ => format!("{} and start Switchboard without `--demo`", W::SIGN_IN),
    };
    format!(
        "You wrote: “{}”\n\n\
         This is the **scripted demo**. It shows how an answer arrives, but it cannot think. Try one of these:\n\n\
         - `what is 2+2?` for the one thing it knows\n\
         {scenes}\
         - `a long answer` to have something to stop\n\
         - `fail` to see a failure and its remedy\n\n\
         For real answers {real}.{NOTE}",
        excerpt(without_mention(question))
    )
}

/// A question without the mention that it starts with.
fn without_mention(question: &str) -> &str {
    let question = question.trim_start();
    match question.split_once(char::is_whitespace) {
        Some((mention, rest)) if mention.trim_start_matches('\\').starts_with('@') => rest,
        _ => question,
    }
}

/// The beginning of a question in one line, without letters that Markdown would act on.
fn excerpt(question: &str) -> String {
    let plain: String = question
        .chars()
        .filter(|letter| !"*_`<>#[]|\\~".contains(*letter))
        .collect();
    let words = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(ECHO_LETTERS) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words,
    }
}

/// A message that arrives a word or two at a time.
fn paced(text: &str) -> Step {
    let mut pieces: Vec<String> = Vec::new();
    for (at, word) in text.split_inclusive([' ', '\n']).enumerate() {
        match pieces.last_mut() {
            Some(piece) if at % 2 == 1 => piece.push_str(word),
            _ => pieces.push(word.to_owned()),
        }
    }
    Step::Paced {
        pieces,
        first: FIRST,
        every: EVERY,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use serde_json::{Value, json};

    use super::*;
    use crate::events::Composer;
    use crate::gemini;
    use crate::seen::Via;

    /// All that an answer says, in one text.
    fn said(steps: &[Step]) -> String {
        let text = |step: &Step| match step {
            Step::Paced { pieces, .. } => pieces.concat(),
            Step::Text(text) => text.clone(),
            _ => String::new(),
        };
        steps.iter().map(text).collect()
    }

    /// A request that offers these tools after as many rounds as there are results.
    fn asked(tools: &[&str], results: &[&str]) -> Seen {
        let prompt = json!({ "role": "user", "content": "..." });
        let rounds = results.iter().enumerate().flat_map(|(round, result)| {
            let id = format!("call_{round}_0");
            [
                json!({ "type": "function_call", "call_id": id }),
                json!({ "type": "function_call_output", "call_id": id, "output": result }),
            ]
        });
        let tools = tools.iter().map(|tool| json!({ "name": tool }));
        Seen {
            seq: 0,
            via: Via::Http,
            method: "POST".to_owned(),
            path: String::new(),
            headers: std::collections::BTreeMap::new(),
            body: json!({ "tools": tools.collect::<Vec<Value>>() }),
            input: std::iter::once(prompt).chain(rounds).collect(),
        }
    }

    fn begun(question: &str) -> Vec<Step> {
        demo::<Composer>(Persona::Demo, question, &asked(&EVERY_TOOL, &[]))
    }

    const EVERY_TOOL: [&str; 4] = [
        "exec_command",
        "update_plan",
        "apply_patch",
        "request_user_input",
    ];

    #[test]
    fn every_answer_of_the_demo_says_that_it_is_one() {
        for question in ["what is 2 + 2?", "a long answer please", "hello there"] {
            let said = said(&begun(question));
            assert!(said.to_lowercase().contains("scripted demo"), "{question}");
        }
    }

    #[test]
    fn words_choose_the_scene() {
        assert!(said(&begun("@chatgpt what is 2+2?")).contains("= 4"));
        assert!(matches!(
            begun("please fail")[..],
            [Step::Status { status: 429, .. }]
        ));
        assert!(begun("a slow one").len() > LONG_PARTS);
        assert!(
            said(&begun("alongside failing rules")).contains("You wrote"),
            "parts of words choose nothing"
        );
    }

    #[test]
    fn a_scene_calls_its_tool_and_ends_with_words() {
        for (question, tool, rounds) in [
            ("list the files", "exec_command", 1),
            ("make a plan", "update_plan", 4),
            ("please edit something", "apply_patch", 1),
            ("show me a diff", "apply_patch", 1),
            ("ask me", "request_user_input", 1),
            ("a question", "request_user_input", 1),
            ("needs my permission", "exec_command", 1),
            ("something to approve", "exec_command", 1),
        ] {
            for round in 0..rounds {
                let steps = demo::<Composer>(
                    Persona::Demo,
                    question,
                    &asked(&[tool], &vec!["done"; round]),
                );
                assert!(
                    matches!(steps[..], [.., Step::Calls(_)]),
                    "{question}: {steps:?}"
                );
            }
            let end = said(&demo::<Composer>(
                Persona::Demo,
                question,
                &asked(&[tool], &vec!["done"; rounds]),
            ));
            assert!(end.contains("Scripted demo"), "{question}: {end}");
        }
    }

    #[test]
    fn what_is_not_offered_is_neither_played_nor_mentioned() {
        for (question, invitation) in [
            ("make a plan", "`make a plan`"),
            ("edit", "`edit a file`"),
            ("ask", "`ask me something`"),
        ] {
            let without = said(&demo::<Composer>(
                Persona::Demo,
                question,
                &asked(&["exec_command"], &[]),
            ));
            assert!(
                without.contains("You wrote") && !without.contains(invitation),
                "{question}"
            );
            assert!(said(&begun("hello")).contains(invitation), "{question}");
        }
    }

    #[test]
    fn an_answer_of_the_person_is_said_again() {
        let answered = r#"{"answers":{"color":{"answers":["Blue"]}}}"#;
        for (result, says) in [(answered, "**Blue**"), ("unavailable", "no answer")] {
            let end = demo::<Composer>(Persona::Demo, "ask me", &asked(&EVERY_TOOL, &[result]));
            assert!(said(&end).contains(says), "{end:?}");
        }
    }

    #[test]
    fn a_model_without_a_shell_shows_none_and_names_its_own_sign_in() {
        let said = said(&demo::<gemini::Composer>(
            Persona::Demo,
            "list the files",
            &asked(&EVERY_TOOL, &[]),
        ));
        assert!(
            !said.contains("sandbox") && said.contains("GEMINI_API_KEY"),
            "{said}"
        );
    }

    #[test]
    fn the_echo_is_one_short_line_without_markup() {
        let echo = |question: &str| {
            said(&answer::<Composer>(
                Persona::Echo,
                question,
                &asked(&[], &[]),
            ))
        };
        assert_eq!(echo("a **b**\n`c`"), "Echo: a b c");
        assert!(echo(&"é".repeat(1000)).chars().count() < ECHO_LETTERS + 10);
    }
}
