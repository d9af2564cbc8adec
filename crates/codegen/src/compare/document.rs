//! The neutral form of everything but schemas.

use super::schema;
use serde_json::{Map, Value, json};

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

pub(super) fn normalise(document: &Value) -> Value {
    let mut out = Map::new();
    let mut operations = Map::new();
    for (path, item) in members(&document["paths"]) {
        for method in METHODS {
            if let Some(operation) = item.get(method) {
                let key = format!("{} {path}", method.to_ascii_uppercase());
                operations.insert(key, self::operation(document, item, operation));
            }
        }
    }
    for (name, value) in members(document) {
        if !["paths", "components", "security"].contains(&name.as_str()) {
            out.insert(name.clone(), trimmed(value));
        }
    }
    out.insert("operations".to_owned(), Value::Object(operations));
    let components = &document["components"];
    let schemas =
        members(&components["schemas"]).map(|(name, value)| (name.clone(), schema::normalise(value)));
    out.insert("schemas".to_owned(), schemas.collect());
    let security =
        members(&components["securitySchemes"]).map(|(name, value)| (name.clone(), trimmed(value)));
    out.insert("securitySchemes".to_owned(), security.collect());
    Value::Object(out)
}

fn operation(document: &Value, item: &Value, operation: &Value) -> Value {
    let mut out = Map::new();
    for (name, value) in members(operation) {
        let value = match name.as_str() {
            "parameters" => continue,
            "requestBody" => request_body(document, value),
            "responses" => {
                members(value).map(|(status, value)| (status.clone(), response(document, value))).collect()
            }
            "security" => sorted(value),
            "deprecated" if *value == json!(false) => continue,
            _ => trimmed(value),
        };
        out.insert(name.clone(), value);
    }
    // What stands at the path or at the top holds for the operation, unless it says otherwise.
    for (name, outer) in [("servers", &item["servers"]), ("security", &document["security"])] {
        if !outer.is_null() && !out.contains_key(name) {
            out.insert(name.to_owned(), if name == "security" { sorted(outer) } else { trimmed(outer) });
        }
    }
    out.retain(|_, value| !matches!(value, Value::Array(items) if items.is_empty()));
    let parameters = items(&item["parameters"]).chain(items(&operation["parameters"]));
    let parameters = parameters.map(|parameter| {
        let parameter = resolve(document, parameter);
        let key = |member: &str| parameter[member].as_str().unwrap_or_default().to_owned();
        (format!("{} {}", key("in"), key("name")), self::parameter(parameter))
    });
    out.insert("parameters".to_owned(), parameters.collect());
    Value::Object(out)
}

fn parameter(parameter: &Value) -> Value {
    members(parameter)
        .filter(|(name, value)| match name.as_str() {
            "required" | "deprecated" => **value != json!(false),
            "style" => *value != if parameter["in"] == "query" { "form" } else { "simple" },
            "explode" => **value != json!(parameter["in"] == "query"),
            _ => true,
        })
        .map(|(name, value)| {
            let value = if name == "schema" { schema::normalise(value) } else { trimmed(value) };
            (name.clone(), value)
        })
        .collect()
}

fn request_body(document: &Value, body: &Value) -> Value {
    members(resolve(document, body))
        .filter(|(name, value)| name.as_str() != "required" || **value != json!(false))
        .map(|(name, value)| (name.clone(), if name == "content" { content(value) } else { trimmed(value) }))
        .collect()
}

fn response(document: &Value, response: &Value) -> Value {
    members(resolve(document, response))
        .map(|(name, value)| {
            let value = match name.as_str() {
                "content" => content(value),
                "headers" => members(value)
                    .map(|(name, header)| (name.clone(), parameter(resolve(document, header))))
                    .collect(),
                _ => trimmed(value),
            };
            (name.clone(), value)
        })
        .collect()
}

fn content(content: &Value) -> Value {
    let media = |value: &Value| -> Value {
        members(value)
            .map(|(name, value)| {
                (name.clone(), if name == "schema" { schema::normalise(value) } else { trimmed(value) })
            })
            .collect()
    };
    members(content).map(|(name, value)| (name.clone(), media(value))).collect()
}

/// A copy whose texts lose the white space at their ends, which block scalars and attributes treat differently.
fn trimmed(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.trim_end().to_owned()),
        Value::Array(items) => items.iter().map(trimmed).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), trimmed(value))).collect()
        }
        other => other.clone(),
    }
}

/// A copy of a list whose order means nothing, sorted.
fn sorted(value: &Value) -> Value {
    let mut items: Vec<Value> = items(value).cloned().collect();
    items.sort_by_key(Value::to_string);
    Value::Array(items)
}

/// The object that a `#/…` reference names, or the value itself. References to references are followed a few times, so
/// that a circle ends.
fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let mut current = value;
    for _ in 0..8 {
        let target = current["$ref"].as_str().and_then(|path| document.pointer(path.strip_prefix('#')?));
        match target {
            Some(target) => current = target,
            None => return current,
        }
    }
    current
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
