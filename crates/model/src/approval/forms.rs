//! Whether what a person filled in fits the form that an MCP server sent. Owns the few words of JSON
//! Schema that such forms use; what it does not know it does not hold against an answer.

use serde_json::{Map, Value};

/// How deep a form may be nested.
const DEPTH: usize = 16;

/// Whether the content fits. The error names the field.
pub(super) fn check(schema: &Value, content: &Value) -> Result<(), String> {
    if !content.is_object() {
        return Err("the answer is no object".into());
    }
    value(schema, content, "the answer", DEPTH)
}

fn value(schema: &Value, given: &Value, name: &str, depth: usize) -> Result<(), String> {
    if depth == 0 {
        return Err(format!("{name} is nested too deep"));
    }
    let types: Vec<&str> = match at(schema, "type") {
        Value::String(one) => vec![one.as_str()],
        Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if !types.is_empty() && !types.iter().any(|wanted| is_a(given, wanted)) {
        return Err(format!("{name} is no {}", types.join(" or ")));
    }
    if let Some(choices) = choices(schema)
        && !choices.contains(&given)
    {
        return Err(format!("{name} is none of what may be chosen"));
    }
    match given {
        Value::String(words) => {
            let letters = words.chars().count() as i64;
            between(schema, letters, ["minLength", "maxLength"], name, "letters")
        }
        Value::Number(_) => {
            let number = given.as_f64().unwrap_or_default();
            let beyond = |bound: &str, over: fn(f64, f64) -> bool| {
                at(schema, bound)
                    .as_f64()
                    .is_some_and(|bound| over(number, bound))
            };
            if beyond("minimum", |number, bound| number < bound) {
                return Err(format!("{name} is less than {}", at(schema, "minimum")));
            }
            if beyond("maximum", |number, bound| number > bound) {
                return Err(format!("{name} is more than {}", at(schema, "maximum")));
            }
            Ok(())
        }
        Value::Array(parts) => {
            let count = parts.len() as i64;
            between(schema, count, ["minItems", "maxItems"], name, "entries")?;
            let one = at(schema, "items");
            parts
                .iter()
                .try_for_each(|part| value(one, part, name, depth - 1))
        }
        Value::Object(fields) => object(schema, fields, depth),
        Value::Null | Value::Bool(_) => Ok(()),
    }
}

fn object(schema: &Value, fields: &Map<String, Value>, depth: usize) -> Result<(), String> {
    for name in list(schema, "required").iter().filter_map(Value::as_str) {
        if !fields.contains_key(name) {
            return Err(format!("{name} is missing"));
        }
    }
    let properties = at(schema, "properties");
    for (name, given) in fields {
        match properties.get(name) {
            Some(schema) => value(schema, given, name, depth - 1)?,
            None if at(schema, "additionalProperties") == &Value::Bool(false) => {
                return Err(format!("there is no field {name}"));
            }
            None => {}
        }
    }
    Ok(())
}

fn is_a(given: &Value, wanted: &str) -> bool {
    match wanted {
        "string" => given.is_string(),
        "boolean" => given.is_boolean(),
        "number" => given.is_number(),
        "integer" => {
            given.is_i64()
                || given.is_u64()
                || given.as_f64().is_some_and(|number| number.fract() == 0.0)
        }
        "array" => given.is_array(),
        "object" => given.is_object(),
        "null" => given.is_null(),
        _ => true,
    }
}

/// The values that may be chosen, if they are counted out: plainly, or each with a title.
fn choices(schema: &Value) -> Option<Vec<&Value>> {
    if let Some(plain) = at(schema, "enum").as_array() {
        return Some(plain.iter().collect());
    }
    ["oneOf", "anyOf"].iter().find_map(|name| {
        at(schema, name)
            .as_array()?
            .iter()
            .map(|option| option.get("const"))
            .collect()
    })
}

fn between(
    schema: &Value,
    count: i64,
    [least, most]: [&str; 2],
    name: &str,
    of: &str,
) -> Result<(), String> {
    if let Some(least) = number(schema, least).filter(|least| count < *least) {
        return Err(format!("{name} has less than {least} {of}"));
    }
    if let Some(most) = number(schema, most).filter(|most| count > *most) {
        return Err(format!("{name} has more than {most} {of}"));
    }
    Ok(())
}

fn at<'a>(value: &'a Value, name: &str) -> &'a Value {
    value.get(name).unwrap_or(&Value::Null)
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    at(value, name).as_array().map_or(&[], Vec::as_slice)
}

fn number(value: &Value, name: &str) -> Option<i64> {
    at(value, name).as_i64()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_fits_its_form_or_says_which_field_does_not() {
        let form = json!({
            "type": "object",
            "required": ["name"],
            "properties": {
                "name": { "type": "string", "minLength": 2, "maxLength": 4 },
                "age": { "type": "integer", "minimum": 18, "maximum": 99 },
                "size": { "type": "number" },
                "sure": { "type": "boolean" },
                "color": { "type": "string", "enum": ["red", "blue"] },
                "shape": { "type": "string", "oneOf": [{ "const": "o", "title": "Round" }] },
                "many": { "type": "array", "minItems": 1, "maxItems": 2, "items": { "type": "string", "enum": ["a", "b"] } },
                "titled": { "type": "array", "items": { "anyOf": [{ "const": "x", "title": "X" }] } },
                "either": { "type": ["string", "null"] },
                "more": { "type": "object", "required": ["x"], "properties": { "x": { "type": "string" } } },
            },
        });
        for (given, expected) in [
            (json!({ "name": "Ada" }), Ok(())),
            (json!({ "name": "Ada", "unknown": 1 }), Ok(())),
            (json!("Ada"), Err("the answer is no object")),
            (json!({}), Err("name is missing")),
            (json!({ "name": 5 }), Err("name is no string")),
            (json!({ "name": "A" }), Err("name has less than 2 letters")),
            (
                json!({ "name": "Ada Lovelace" }),
                Err("name has more than 4 letters"),
            ),
            (json!({ "name": "ÄÖÜß" }), Ok(())),
            (json!({ "name": "Ada", "age": 36 }), Ok(())),
            (json!({ "name": "Ada", "age": 36.0 }), Ok(())),
            (
                json!({ "name": "Ada", "age": 36.5 }),
                Err("age is no integer"),
            ),
            (
                json!({ "name": "Ada", "age": 17 }),
                Err("age is less than 18"),
            ),
            (
                json!({ "name": "Ada", "age": 100 }),
                Err("age is more than 99"),
            ),
            (
                json!({ "name": "Ada", "size": "big" }),
                Err("size is no number"),
            ),
            (
                json!({ "name": "Ada", "sure": "yes" }),
                Err("sure is no boolean"),
            ),
            (json!({ "name": "Ada", "color": "red" }), Ok(())),
            (
                json!({ "name": "Ada", "color": "green" }),
                Err("color is none of what may be chosen"),
            ),
            (json!({ "name": "Ada", "shape": "o" }), Ok(())),
            (
                json!({ "name": "Ada", "shape": "Round" }),
                Err("shape is none of what may be chosen"),
            ),
            (json!({ "name": "Ada", "many": ["a", "b"] }), Ok(())),
            (
                json!({ "name": "Ada", "many": [] }),
                Err("many has less than 1 entries"),
            ),
            (
                json!({ "name": "Ada", "many": ["c"] }),
                Err("many is none of what may be chosen"),
            ),
            (json!({ "name": "Ada", "titled": ["x"] }), Ok(())),
            (
                json!({ "name": "Ada", "titled": ["y"] }),
                Err("titled is none of what may be chosen"),
            ),
            (json!({ "name": "Ada", "either": null }), Ok(())),
            (
                json!({ "name": "Ada", "either": 1 }),
                Err("either is no string or null"),
            ),
            (json!({ "name": "Ada", "more": {} }), Err("x is missing")),
        ] {
            assert_eq!(
                check(&form, &given),
                expected.map_err(str::to_owned),
                "{given}"
            );
        }
        let closed = json!({ "type": "object", "properties": {}, "additionalProperties": false });
        assert_eq!(
            check(&closed, &json!({ "x": 1 })),
            Err("there is no field x".into())
        );
        assert_eq!(check(&json!(null), &json!({ "x": 1 })), Ok(()));
    }

    #[test]
    fn a_form_without_an_end_is_refused() {
        let (mut form, mut answer) = (json!({}), json!({}));
        for _ in 0..40 {
            form = json!({ "properties": { "x": form } });
            answer = json!({ "x": answer });
        }
        assert_eq!(check(&form, &answer), Err("x is nested too deep".into()));
    }
}
