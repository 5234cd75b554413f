//! Whether a decision fits what was asked. Owns what an answer of each kind of question is; never what becomes of it.

use serde_json::Value;

use super::{Asking, Decision, forms};

/// The choice that refuses.
const DECLINE: &str = "decline";

impl Asking {
    /// Whether a decision is one of those offered, with an answer that fits what was asked. The error says what is
    /// wrong with it.
    pub fn fits(&self, decision: &Decision) -> Result<(), String> {
        let choice = decision.choice.as_str();
        if !self.offered.iter().any(|offered| offered == choice) {
            return Err(format!("{choice} is not offered"));
        }
        let answer = match &decision.answer {
            None => Value::Null,
            Some(answer) => serde_json::from_str(answer)
                .map_err(|error| format!("the answer is not JSON: {error}"))?,
        };
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        match (self.kind.as_str(), choice) {
            ("permissions", choice) if choice != DECLINE => {
                granted(&body["asks"], &answer["granted"])
            }
            ("question", "answer") => answered(&body["questions"], &answer["answers"]),
            ("form", "accept") => {
                let given = if answer.is_null() {
                    Value::Object(serde_json::Map::new())
                } else {
                    answer
                };
                forms::check(&body["schema"], &given)
            }
            _ => Ok(()),
        }
    }
}

/// Only what was asked for can be granted.
fn granted(asks: &Value, granted: &Value) -> Result<(), String> {
    if granted.is_null() {
        return Ok(());
    }
    let Some(ids) = granted.as_array() else {
        return Err("granted is no list".into());
    };
    let asked = |id: &Value| {
        let asks = asks.as_array();
        asks.is_some_and(|asks| asks.iter().any(|ask| ask["id"] == *id))
    };
    match ids.iter().find(|id| !asked(id)) {
        Some(id) => Err(format!("{id} is not asked for")),
        None => Ok(()),
    }
}

/// Each answer is to one of the questions, in words.
fn answered(questions: &Value, answers: &Value) -> Result<(), String> {
    let Some(answers) = answers.as_object() else {
        return Err("there are no answers".into());
    };
    for (id, texts) in answers {
        let asked = questions
            .as_array()
            .is_some_and(|all| all.iter().any(|question| question["id"] == **id));
        if !asked {
            return Err(format!("no question is named {id}"));
        }
        let words = texts.as_array();
        if !words.is_some_and(|texts| texts.iter().all(Value::is_string)) {
            return Err(format!("the answers to {id} are no list of texts"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::approval::{Asking, Decision};

    fn asking(kind: &str, offered: &[&str], body: &serde_json::Value) -> Asking {
        Asking {
            key: "key".into(),
            kind: kind.into(),
            offered: offered.iter().map(|choice| (*choice).into()).collect(),
            body: body.to_string(),
        }
    }

    fn decided(choice: &str, answer: &serde_json::Value) -> Decision {
        Decision {
            choice: choice.into(),
            answer: (!answer.is_null()).then(|| answer.to_string()),
            feedback: None,
        }
    }

    #[test]
    fn what_was_not_asked_for_is_not_granted() {
        let body = json!({ "asks": [{ "id": "network" }, { "id": "read:/r" }] });
        let asking = asking("permissions", &["accept", "decline"], &body);
        for (choice, answer, fits) in [
            ("accept", json!(null), true),
            ("accept", json!({ "granted": ["network", "read:/r"] }), true),
            ("accept", json!({ "granted": ["write:/"] }), false),
            ("accept", json!({ "granted": "network" }), false),
            ("decline", json!(null), true),
            ("accept_for_session", json!(null), false),
        ] {
            let decision = decided(choice, &answer);
            assert_eq!(asking.fits(&decision).is_ok(), fits, "{choice} {answer}");
        }
    }

    #[test]
    fn answers_are_to_the_questions_and_in_words() {
        let body = json!({ "questions": [{ "id": "colour" }] });
        let asking = asking("question", &["answer", "decline"], &body);
        for (answer, fits) in [
            (json!({ "answers": { "colour": ["red"] } }), true),
            (json!({ "answers": {} }), true),
            (json!({ "answers": { "size": ["red"] } }), false),
            (json!({ "answers": { "colour": [1] } }), false),
            (json!({ "answers": { "colour": "red" } }), false),
            (json!(null), false),
        ] {
            assert_eq!(
                asking.fits(&decided("answer", &answer)).is_ok(),
                fits,
                "{answer}"
            );
        }
    }
}
