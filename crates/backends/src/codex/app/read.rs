//! Reading foreign JSON without trusting it: what is missing or of another type is empty. Owns nothing;
//! never fails, so that a newer Codex costs a detail and not a turn.

use serde_json::Value;

/// A field; null if it is missing.
pub fn at<'a>(value: &'a Value, name: &str) -> &'a Value {
    value.get(name).unwrap_or(&Value::Null)
}

/// A text field; empty if it is missing or not text.
pub fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    maybe(value, name).unwrap_or_default()
}

/// A text field, if there is one and it is not empty.
pub fn maybe<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    at(value, name).as_str().filter(|text| !text.is_empty())
}

/// A list field; empty if it is missing or not a list.
pub fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    at(value, name)
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default()
}

/// A whole number.
pub fn number(value: &Value, name: &str) -> Option<i64> {
    let field = at(value, name);
    field
        .as_i64()
        .or_else(|| field.as_f64().map(|number| number as i64))
}

/// A yes or no; no if it is missing.
pub fn flag(value: &Value, name: &str) -> bool {
    at(value, name).as_bool().unwrap_or_default()
}

/// The texts in a list field.
pub fn texts<'a>(value: &'a Value, name: &str) -> Vec<&'a str> {
    list(value, name).iter().filter_map(Value::as_str).collect()
}

/// `preToolUse` as `pre_tool_use`, which is how our own names are written.
pub fn snake(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            if !snake.is_empty() {
                snake.push('_');
            }
            snake.push(letter.to_ascii_lowercase());
        } else {
            snake.push(letter);
        }
    }
    snake
}
