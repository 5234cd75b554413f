//! The JSON Schema that an answer has to meet. Owns whether it is one, and what is wrong with an answer.

use jsonschema::Validator;
use serde_json::Value;

/// A schema that can be checked against. It refers to nothing outside itself: nothing is ever fetched.
pub struct Schema(Validator);

impl Schema {
    /// The schema in a text, or what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let schema: Value =
            serde_json::from_str(text).map_err(|error| format!("it is not JSON: {error}"))?;
        if !schema.is_object() {
            return Err(
                "it is no object; a schema for answers begins with {\"type\": …".to_owned(),
            );
        }
        let validator = jsonschema::validator_for(&schema);
        let validator = validator.map_err(|error| format!("it is no JSON Schema: {error}"))?;
        Ok(Self(validator))
    }

    /// What is wrong with an answer, if anything is.
    pub fn complaint(&self, answer: &str) -> Option<String> {
        let answer: Value = match serde_json::from_str(answer) {
            Ok(answer) => answer,
            Err(error) => return Some(format!("it is not JSON: {error}")),
        };
        let error = self.0.iter_errors(&answer).next()?;
        let place = error.instance_path().to_string();
        let place = if place.is_empty() { "/" } else { &place };
        Some(format!("{place}: {error}"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_answer_meets_its_schema_or_is_told_where_it_does_not() {
        let schema = Schema::parse(
            r#"{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]}"#,
        );
        let schema = schema.ok().unwrap();
        assert_eq!(schema.complaint(r#"{"n":1}"#), None);
        let wrong = schema.complaint(r#"{"n":"one"}"#).unwrap();
        assert!(wrong.starts_with("/n: "), "{wrong}");
        assert!(schema.complaint("n is 1").unwrap().contains("not JSON"));
    }

    #[test]
    fn what_is_no_schema_is_refused() {
        for text in ["", "3", "[]", r#"{"type":"nonsense"}"#, r#"{"required":1}"#] {
            assert!(Schema::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_schema_that_points_elsewhere_is_refused_and_nothing_is_fetched() {
        let elsewhere = r#"{"$ref":"https://example.org/schema.json"}"#;
        assert!(Schema::parse(elsewhere).is_err());
    }
}
