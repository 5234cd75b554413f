//! Who answers a prompt that holds no script. Owns the demo's words and its little scenes, which let a person without an
//! account see streaming, reasoning, a command, a failure and a stop; it never pretends to have thought.

use std::time::Duration;

use crate::script::{Step, Times};
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

/// What the model does about `question` when `calls_made` tool calls of the turn are behind it.
pub(crate) fn answer<W: Wire>(persona: Persona, question: &str, calls_made: usize) -> Vec<Step> {
    match persona {
        Persona::Echo => vec![Step::Text(format!("Echo: {}", excerpt(question)))],
        Persona::Demo => demo::<W>(question, calls_made),
    }
}

fn demo<W: Wire>(question: &str, calls_made: usize) -> Vec<Step> {
    if calls_made > 0 {
        return vec![paced(&format!(
            "A command was called for. Where this machine's sandbox lets it run, the step above shows its output.{NOTE}"
        ))];
    }
    let asked = question.to_lowercase();
    let mentions = |words: &[&str]| {
        let mut said = asked.split(|letter: char| !letter.is_alphanumeric());
        said.any(|word| words.contains(&word))
    };
    if asked.replace(' ', "").contains("2+2") {
        vec![paced(&format!("**2 + 2 = 4**{NOTE}"))]
    } else if mentions(&["fail", "failure", "error", "limit", "break"]) {
        vec![Step::Status {
            status: 429,
            resets_in: Some(RESETS_IN),
            times: Times::Always,
        }]
    } else if mentions(&["slow", "slowly", "long", "stop"]) {
        long()
    } else if W::HAS_SHELL && mentions(&["command", "files", "folder", "shell", "list", "run"]) {
        vec![
            Step::Reason(
                "**Looking around**\n\nA read-only command shows what the folder holds.".to_owned(),
            ),
            Step::Shell {
                command: "pwd; ls -la".to_owned(),
                escalate: false,
            },
        ]
    } else {
        vec![
            Step::Wait(FIRST),
            Step::Reason(
                "**Reading the question**\n\nA scripted answer needs no thought.".to_owned(),
            ),
            paced(&introduction::<W>(question)),
        ]
    }
}

/// An answer in several messages, so that something is seen to grow even where messages arrive whole.
fn long() -> Vec<Step> {
    let mut steps = vec![Step::Reason(
        "**Taking time**\n\nLong enough to press stop.".to_owned(),
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

fn introduction<W: Wire>(question: &str) -> String {
    let files = if W::HAS_SHELL {
        "- `list the files` to see a command run in the read-only sandbox\n"
    } else {
        ""
    };
    let sign_in = W::SIGN_IN;
    format!(
        "You wrote: “{}”\n\n\
         This is the **scripted demo**. It shows how an answer arrives, but it cannot think. Try one of these:\n\n\
         - `what is 2+2?` for the one thing it knows\n\
         {files}\
         - `a long answer` to have something to stop\n\
         - `fail` to see a failure and its remedy\n\n\
         For real answers {sign_in} and start Switchboard without `--demo`.{NOTE}",
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
    use super::*;
    use crate::events::Composer;

    /// All that an answer says, in one text.
    fn said(steps: &[Step]) -> String {
        let text = |step: &Step| match step {
            Step::Paced { pieces, .. } => pieces.concat(),
            Step::Text(text) => text.clone(),
            _ => String::new(),
        };
        steps.iter().map(text).collect()
    }

    #[test]
    fn every_answer_of_the_demo_says_that_it_is_one() {
        for question in ["what is 2 + 2?", "a long answer please", "hello there"] {
            assert!(
                said(&demo::<Composer>(question, 0))
                    .to_lowercase()
                    .contains("scripted demo"),
                "{question}"
            );
        }
        assert!(
            said(&demo::<Composer>("list the files", 1))
                .to_lowercase()
                .contains("scripted demo")
        );
    }

    #[test]
    fn words_choose_the_scene() {
        assert!(said(&demo::<Composer>("@chatgpt what is 2+2?", 0)).contains("= 4"));
        assert!(matches!(
            demo::<Composer>("please fail", 0)[..],
            [Step::Status { status: 429, .. }]
        ));
        assert!(matches!(
            demo::<Composer>("list the files", 0)[..],
            [.., Step::Shell { .. }]
        ));
        assert!(demo::<Composer>("a slow one", 0).len() > LONG_PARTS);
        assert!(
            said(&demo::<Composer>("alongside failing rules", 0)).contains("You wrote"),
            "parts of words choose nothing"
        );
    }

    #[test]
    fn a_model_without_a_shell_shows_none_and_names_its_own_sign_in() {
        use crate::gemini;
        let said = said(&demo::<gemini::Composer>("list the files", 0));
        assert!(
            !said.contains("sandbox") && said.contains("GEMINI_API_KEY"),
            "{said}"
        );
    }

    #[test]
    fn the_echo_is_one_short_line_without_markup() {
        assert_eq!(
            said(&answer::<Composer>(Persona::Echo, "a **b**\n`c`", 0)),
            "Echo: a b c"
        );
        assert!(
            said(&answer::<Composer>(Persona::Echo, &"é".repeat(1000), 0))
                .chars()
                .count()
                < ECHO_LETTERS + 10
        );
    }
}
