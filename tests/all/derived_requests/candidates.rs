//! Values derived from a schema: at each boundary and one past it, of every wrong type, and odd ones that tend to slip through.

use serde_json::{Map, Value, json};

/// A value derived from a schema, and how.
pub struct Candidate {
    pub how: String,
    pub value: Value,
}

/// A parameter's value as it travels: the texts that stand for it (several for a repeated query parameter), and the value
/// that they mean to a validator.
pub struct Written {
    pub how: String,
    pub texts: Vec<String>,
    pub value: Value,
}

/// Parameter values at and past each boundary of a schema.
pub fn written(document: &Value, schema: &Value, separate: bool) -> Vec<Written> {
    let schema = resolve(document, schema);
    match schema["type"].as_str() {
        Some("array") => lists(document, schema, separate),
        _ => scalars(document, schema)
            .into_iter()
            .map(|(text, value)| Written { how: format!("is {text:?}"), texts: vec![text], value })
            .collect(),
    }
}

/// A valid parameter value that names no tag which is there.
pub fn valid_text(document: &Value, schema: &Value, separate: bool) -> Vec<String> {
    let schema = resolve(document, schema);
    if schema["type"] == "array" {
        let item = valid_text(document, &schema["items"], separate).remove(0);
        let fewest = schema["minItems"].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(0).max(1);
        let items = vec![item; fewest];
        return if separate { items } else { vec![items.join(",")] };
    }
    vec![match valid_value(document, schema) {
        Value::String(text) => text,
        other => other.to_string(),
    }]
}

/// Texts for a scalar, each with what it means: a number or a boolean where the schema wants one and JSON reads the text so.
fn scalars(document: &Value, schema: &Value) -> Vec<(String, Value)> {
    let schema = resolve(document, schema);
    if schema["type"] == "string" {
        let texts =
            texts(schema).into_iter().filter_map(|candidate| candidate.value.as_str().map(str::to_owned));
        return texts.map(|text| (text.clone(), json!(text))).collect();
    }
    let mut texts: Vec<String> = [
        "0", "1", "-1", "1.5", "+1", "01", "0x1", "1e400", "true", "false", "TRUE", "null", "a", " 1",
        "\"1\"", "[]",
    ]
    .map(str::to_owned)
    .into();
    for keyword in ["minimum", "maximum"] {
        if let Some(limit) = schema[keyword].as_i64() {
            texts.extend([limit - 1, limit, limit + 1].map(|number| number.to_string()));
        }
    }
    let meaning = |text: &str| match serde_json::from_str(text) {
        Ok(value @ (Value::Number(_) | Value::Bool(_))) if !text.contains(' ') => value,
        _ => json!(text),
    };
    texts.into_iter().map(|text| (text.clone(), meaning(&text))).collect()
}

/// Lists at and past each boundary of an array's length, and lists with one odd item.
fn lists(document: &Value, schema: &Value, separate: bool) -> Vec<Written> {
    let valid = valid_text(document, &schema["items"], separate).remove(0);
    let scalars = scalars(document, &schema["items"]);
    // Where commas separate, a text with one is another list; where nothing does, an empty text is no list at all.
    let plain = |text: &str| separate || !text.contains(',') && !text.is_empty();
    let meaning = |wanted: &str| {
        let known = scalars.iter().find(|(text, _)| text == wanted);
        known
            .map_or_else(|| serde_json::from_str(wanted).unwrap_or(json!(wanted)), |(_, value)| value.clone())
    };
    let limits = ["minItems", "maxItems"].into_iter().filter_map(|keyword| schema[keyword].as_u64());
    let lengths = limits.flat_map(|limit| [limit.saturating_sub(1), limit, limit + 1]);
    let mut all: Vec<Vec<String>> = lengths
        .filter_map(|length| usize::try_from(length).ok())
        .filter(|length| *length > 0)
        .map(|length| vec![valid.clone(); length])
        .collect();
    all.extend(scalars.iter().filter(|(text, _)| plain(text)).map(|(text, _)| vec![text.clone()]));
    all.into_iter()
        .map(|items| Written {
            how: format!("is the list {items:?}"),
            value: items.iter().map(|item| meaning(item)).collect(),
            texts: if separate { items } else { vec![items.join(",")] },
        })
        .collect()
}

/// Texts at and past each boundary of a string schema, and texts that patterns tend to trip over.
fn texts(schema: &Value) -> Vec<Candidate> {
    let mut out = Vec::new();
    let mut push = |how: String, text: String| out.push(Candidate { how, value: json!(text) });
    for letter in ["a", "7", "中", "😀", "-"] {
        for (keyword, lengths) in [("minLength", [-1, 0]), ("maxLength", [0, 1])] {
            let Some(limit) = schema[keyword].as_i64() else { continue };
            for length in lengths.map(|offset| limit + offset).into_iter().filter(|length| *length >= 0) {
                let text = letter.repeat(usize::try_from(length).expect("a length"));
                push(format!("{length} times {letter} ({keyword} {limit})"), text);
            }
        }
    }
    let odd = [
        "",
        " ",
        " a",
        "a ",
        "a b",
        "_sys_a",
        "sys_",
        "a\u{0}",
        "a\n",
        "a\u{7f}",
        "a\u{85}",
        "é",
        "e\u{301}",
        "٣",
        "a/b",
        "a\\b",
        "a\"b",
        "a,b",
        "a;b",
        "a*b",
        "a%b",
        "a+b",
        "a=b",
        "a:b",
        "a@b",
        "a.b",
        "a_b",
        "a-b",
        "\u{200b}",
        "\u{a0}",
        ".",
        "..",
        "0",
        "5aa119a8-d25b-45a7-8d1b-88e127885635",
        "5AA119A8-D25B-45A7-8D1B-88E127885635",
        "5aa119a8d25b45a78d1b88e127885635",
        "00",
    ];
    for text in odd {
        push(format!("is {text:?}"), text.to_owned());
    }
    for value in schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        push(format!("is {value:?}"), value.to_owned());
        push(format!("is nearly {value:?}"), value.to_uppercase());
    }
    out
}

/// Values at and past each boundary of any schema of the contract, and values of every wrong type.
pub fn values(document: &Value, schema: &Value, at: &str) -> Vec<Candidate> {
    let schema = resolve(document, schema);
    let mut out: Vec<Candidate> =
        [json!(null), json!(true), json!(7), json!(1.5), json!("text"), json!([]), json!([{}]), json!({})]
            .into_iter()
            .map(|value| Candidate { how: format!("{at} is {value}"), value })
            .collect();
    // Deep enough: a schema that contains itself would never end.
    if at.matches(['.', '[']).count() > 4 {
        return out;
    }
    match schema["type"].as_str() {
        Some("string") => out.extend(texts(schema).into_iter().map(|candidate| within(at, candidate))),
        Some("array") => {
            let item = valid_value(document, &schema["items"]);
            let limits = ["minItems", "maxItems"].into_iter().filter_map(|keyword| schema[keyword].as_u64());
            for length in limits.flat_map(|limit| [limit.saturating_sub(1), limit, limit + 1]) {
                let value = json!(vec![item.clone(); usize::try_from(length).expect("a length")]);
                out.push(Candidate { how: format!("{at} has {length} items"), value });
            }
            for candidate in values(document, &schema["items"], &format!("{at}[1]")) {
                out.push(Candidate { how: candidate.how, value: json!([item, candidate.value]) });
            }
        }
        Some("object") => {
            let base = valid_value(document, schema);
            let base = base.as_object().expect("an object");
            out.push(Candidate { how: format!("{at} is complete"), value: json!(base) });
            out.push(changed(base, at, "no_such_member", Some(json!(1))));
            for (name, member) in schema["properties"].as_object().into_iter().flatten() {
                out.push(changed(base, at, name, None));
                for candidate in values(document, member, &format!("{at}.{name}")) {
                    let mut value = base.clone();
                    value.insert(name.clone(), candidate.value);
                    out.push(Candidate { how: candidate.how, value: Value::Object(value) });
                }
            }
        }
        Some("integer" | "number") => {
            for keyword in ["minimum", "maximum"] {
                if let Some(limit) = schema[keyword].as_i64() {
                    out.extend([limit - 1, limit, limit + 1].map(|number| Candidate {
                        how: format!("{at} is {number} ({keyword} {limit})"),
                        value: json!(number),
                    }));
                }
            }
        }
        Some("boolean") => {}
        other => panic!("the contract has no schema of type {other:?}"),
    }
    out
}

/// A copy of an object with one member set or removed.
fn changed(base: &Map<String, Value>, at: &str, name: &str, value: Option<Value>) -> Candidate {
    let mut object = base.clone();
    let how = if let Some(value) = value {
        object.insert(name.to_owned(), value);
        format!("{at} with {name}")
    } else {
        object.remove(name);
        format!("{at} without {name}")
    };
    Candidate { how, value: Value::Object(object) }
}

/// A valid value that names no tag which is there.
pub fn valid_value(document: &Value, schema: &Value) -> Value {
    valid_within(document, schema, 0)
}

/// The same, for a schema that is this deep in another: past a few levels only what is required is there, so that a schema
/// that contains itself comes to an end.
fn valid_within(document: &Value, schema: &Value, depth: usize) -> Value {
    let schema = resolve(document, schema);
    let count = |keyword: &str| schema[keyword].as_u64().and_then(|count| usize::try_from(count).ok());
    match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("object"), _) => {
            let required =
                |name: &String| schema["required"].as_array().is_some_and(|all| all.contains(&json!(name)));
            let members = schema["properties"].as_object().into_iter().flatten();
            let members = members.filter(|(name, _)| depth < 3 || required(name));
            members.map(|(name, member)| (name.clone(), valid_within(document, member, depth + 1))).collect()
        }
        (Some("array"), _) if depth >= 3 && count("minItems").is_none() => json!([]),
        (Some("array"), _) => {
            json!(vec![
                valid_within(document, &schema["items"], depth + 1);
                count("minItems").unwrap_or(0).max(1)
            ])
        }
        (Some("integer" | "number"), _) => schema.get("minimum").cloned().unwrap_or(json!(1)),
        (Some("boolean"), _) => json!(true),
        (_, Some("uuid")) => json!("5aa119a8-d25b-45a7-8d1b-88e127885635"),
        (_, Some("date-time")) => json!("2026-02-10T12:30:00+08:00"),
        _ => match schema["enum"].get(0).or(schema.get("example")) {
            // The example of a key names a tag that the example service has.
            Some(example) if example == "key1" || example == "key2" => json!("no-such-tag"),
            Some(example) => example.clone(),
            None => json!("a".repeat(count("minLength").unwrap_or(0).max(1))),
        },
    }
}

fn within(at: &str, candidate: Candidate) -> Candidate {
    Candidate { how: format!("{at} {}", candidate.how), ..candidate }
}

/// The schema that a reference names, or the schema itself.
pub fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(reference) => {
            document.pointer(reference.trim_start_matches('#')).expect("the reference leads somewhere")
        }
        None => schema,
    }
}
