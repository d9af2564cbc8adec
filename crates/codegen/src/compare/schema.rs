//! The neutral form of a schema: OpenAPI 3.0, 3.1 and JSON Schema 2020-12 say some things in different words.
//!
//! In the neutral form a schema that admits null says `nullable: true` beside what else it admits, exclusive bounds are
//! numbers, an example is one `example`, and a reference stays a reference.

use serde_json::{Map, Value, json};

/// The neutral form of a schema of any of the three dialects.
#[must_use]
pub(super) fn normalise(schema: &Value) -> Value {
    let Some(members) = schema.as_object() else { return schema.clone() };
    if let Some(other) = besides_null(members) {
        let mut out = match normalise(other) {
            Value::Object(out) => out,
            other => return other,
        };
        out.insert("nullable".to_owned(), json!(true));
        for (name, value) in members.iter().filter(|(name, _)| !["oneOf", "anyOf"].contains(&name.as_str())) {
            out.insert(name.clone(), text(value));
        }
        return Value::Object(out);
    }
    let mut out = Map::new();
    for (name, value) in members {
        member(&mut out, name, value);
    }
    exclusive(&mut out, "exclusiveMinimum", "minimum");
    exclusive(&mut out, "exclusiveMaximum", "maximum");
    Value::Object(out)
}

fn member(out: &mut Map<String, Value>, name: &str, value: &Value) {
    let value = match name {
        "properties" => {
            let members = value.as_object().into_iter().flatten();
            members.map(|(name, value)| (name.clone(), normalise(value))).collect()
        }
        "items" => normalise(value),
        "required" => {
            let mut names: Vec<Value> = value.as_array().cloned().unwrap_or_default();
            names.sort_by_key(Value::to_string);
            if names.is_empty() {
                return;
            }
            Value::Array(names)
        }
        // 3.1 lists null among the types; an enumeration lists it among its values.
        "type" if value.is_array() => {
            let types: Vec<&Value> =
                value.as_array().into_iter().flatten().filter(|ty| **ty != "null").collect();
            if types.len() < value.as_array().map_or(0, Vec::len) {
                out.insert("nullable".to_owned(), json!(true));
            }
            match types.as_slice() {
                [one] => (*one).clone(),
                many => json!(many),
            }
        }
        "enum" => value.as_array().into_iter().flatten().filter(|value| !value.is_null()).cloned().collect(),
        // 3.1 and JSON Schema have a list of examples.
        "examples" => match value.as_array().map(Vec::as_slice) {
            Some([one]) => {
                out.insert("example".to_owned(), text(one));
                return;
            }
            _ => value.clone(),
        },
        _ if says_nothing(name, value) => return,
        _ => text(value),
    };
    out.insert(name.to_owned(), value);
}

/// Whether a member says what is so without it.
fn says_nothing(name: &str, value: &Value) -> bool {
    match name {
        "nullable" | "deprecated" | "uniqueItems" | "exclusiveMinimum" | "exclusiveMaximum" => {
            *value == json!(false)
        }
        "additionalProperties" => *value == json!(true) || *value == json!({}),
        _ => false,
    }
}

/// 3.0 marks `minimum` as exclusive with a boolean; later dialects have a number of its own for it.
fn exclusive(out: &mut Map<String, Value>, exclusive: &str, bound: &str) {
    if out.get(exclusive) == Some(&json!(true)) {
        out.remove(exclusive);
        if let Some(number) = out.remove(bound) {
            out.insert(exclusive.to_owned(), number);
        }
    }
}

/// The other alternative of a `oneOf` or `anyOf` of two, of which one is null.
fn besides_null(members: &Map<String, Value>) -> Option<&Value> {
    let alternatives = members.get("oneOf").or_else(|| members.get("anyOf"))?.as_array()?;
    let is_null = |value: &Value| value["type"] == "null";
    match alternatives.as_slice() {
        [null, other] | [other, null] if is_null(null) && !is_null(other) => Some(other),
        _ => None,
    }
}

/// A copy in which every number has one spelling (`10`, not `10.0`) and texts lose the white space at their ends.
fn text(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.trim_end().to_owned()),
        Value::Number(number) => whole(number).map_or_else(|| value.clone(), |whole| json!(whole)),
        Value::Array(items) => items.iter().map(text).collect(),
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), text(value))).collect(),
        other => other.clone(),
    }
}

/// The number as an integer, where it is one that a double carries exactly.
fn whole(number: &serde_json::Number) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let float = number.as_f64().filter(|_| number.is_f64())?;
    // Within ±2^53 the conversion is exact, which the comparison with the truncated value asks for.
    #[allow(clippy::cast_possible_truncation, clippy::float_cmp)]
    (float.abs() <= EXACT && float.trunc() == float).then_some(float as i64)
}
