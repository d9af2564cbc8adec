//! Values derived from the contract: at each boundary and one past it, of every wrong type, and odd ones that tend to slip
//! through. Whether a value is valid is not decided here.

use crate::schema::resolve;
use serde_json::{Map, Value, json};

/// A value derived from a schema.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    /// How it was derived: `key has 129 times 中`.
    pub(crate) how: String,
    pub(crate) kind: Kind,
    pub(crate) value: Value,
}

/// What a derived value is there to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A text at or past the limit of its length.
    Length,
    /// A text with odd characters.
    Characters,
    /// A value of any type.
    Type,
    /// Nothing, where something is expected.
    Nothing,
    /// A list at or past a limit of its length.
    Count,
    /// An object with everything that it may have.
    Complete,
    /// An object with a member that it does not have.
    Unknown,
    /// An object without one of its members.
    Missing,
}

/// Texts that patterns and parsers tend to trip over.
const ODD: [&str; 37] = [
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

/// A key that no resource has.
pub(crate) const NO_SUCH_KEY: &str = "untag-conformance-no-such-tag";

/// Texts at and past each boundary of a string schema, and odd ones.
pub(crate) fn texts(schema: &Value, at: &str) -> Vec<Candidate> {
    let mut out = Vec::new();
    let mut push = |how: String, kind: Kind, text: String| {
        out.push(Candidate { how: format!("{at} {how}"), kind, value: json!(text) });
    };
    for letter in ["a", "7", "中", "😀", "-"] {
        for (keyword, offsets) in [("minLength", [-1, 0]), ("maxLength", [0, 1])] {
            let Some(limit) = schema.get(keyword).and_then(Value::as_i64) else { continue };
            for length in offsets.into_iter().filter_map(|offset| usize::try_from(limit + offset).ok()) {
                push(
                    format!("has {length} times {letter} ({keyword} {limit})"),
                    Kind::Length,
                    letter.repeat(length),
                );
            }
        }
    }
    for text in ODD {
        push(format!("is {text:?}"), Kind::Characters, text.to_owned());
    }
    for value in schema.get("enum").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    {
        push(format!("is {value:?}"), Kind::Characters, value.to_owned());
        push(format!("is nearly {value:?}"), Kind::Characters, value.to_uppercase());
    }
    out
}

/// Values at and past each boundary of a schema, and values of every wrong type.
pub(crate) fn values(document: &Value, schema: &Value, at: &str) -> Vec<Candidate> {
    let schema = resolve(document, schema);
    let kind = schema.get("type").and_then(Value::as_str).unwrap_or_default();
    let mut out: Vec<Candidate> =
        [json!(null), json!(true), json!(7), json!(1.5), json!("text"), json!([]), json!([{}]), json!({})]
            .into_iter()
            .map(|value| {
                let is_nothing =
                    kind != "string" && (value.is_null() || value == json!([]) || value == json!({}));
                let kind = if is_nothing { Kind::Nothing } else { Kind::Type };
                Candidate { how: format!("{at} is {value}"), kind, value }
            })
            .collect();
    match kind {
        "string" => out.extend(texts(schema, at)),
        "array" => {
            let items = schema.get("items").unwrap_or(&Value::Null);
            let item = valid(document, items);
            let limits =
                ["minItems", "maxItems"].into_iter().filter_map(|keyword| schema.get(keyword)?.as_u64());
            for length in limits.flat_map(|limit| [limit.saturating_sub(1), limit, limit + 1]) {
                let value = json!(vec![item.clone(); usize::try_from(length).unwrap_or_default()]);
                let kind = if length == 0 { Kind::Nothing } else { Kind::Count };
                out.push(Candidate { how: format!("{at} has {length} entries"), kind, value });
            }
            for candidate in values(document, items, &format!("{at}[1]")) {
                out.push(Candidate { value: json!([item, candidate.value]), ..candidate });
            }
        }
        "object" => {
            let complete = valid(document, schema);
            let complete = complete.as_object().cloned().unwrap_or_default();
            out.push(changed(&complete, format!("{at} is complete"), Kind::Complete, |_| {}));
            let unknown =
                |object: &mut Map<String, Value>| drop(object.insert("no_such_member".to_owned(), json!(1)));
            out.push(changed(&complete, format!("{at} has a member of its own"), Kind::Unknown, unknown));
            let required = schema.get("required").and_then(Value::as_array);
            for (name, member) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
                let without = |object: &mut Map<String, Value>| drop(object.remove(name));
                out.push(changed(&complete, format!("{at} has no {name}"), Kind::Missing, without));
                // Beside it only what must be there: who may send one list may not be allowed to send both.
                let mut least = complete.clone();
                least.retain(|other, _| required.is_some_and(|required| required.contains(&json!(other))));
                for Candidate { how, kind, value } in values(document, member, &format!("{at}.{name}")) {
                    out.push(changed(&least, how, kind, |object| drop(object.insert(name.clone(), value))));
                }
            }
        }
        _ => {}
    }
    out
}

/// A copy of an object, changed.
fn changed(
    object: &Map<String, Value>,
    how: String,
    kind: Kind,
    change: impl FnOnce(&mut Map<String, Value>),
) -> Candidate {
    let mut object = object.clone();
    change(&mut object);
    Candidate { how, kind, value: Value::Object(object) }
}

/// A valid value that names no tag which is there.
pub(crate) fn valid(document: &Value, schema: &Value) -> Value {
    let schema = resolve(document, schema);
    match schema.get("type").and_then(Value::as_str) {
        Some("object") => {
            let members = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
            members.map(|(name, member)| (name.clone(), valid(document, member))).collect()
        }
        Some("array") => json!([valid(document, schema.get("items").unwrap_or(&Value::Null))]),
        _ => match schema.get("enum").and_then(|all| all.get(0)).or(schema.get("example")) {
            // The example of a key may be a tag that is there.
            Some(Value::String(example)) if example.starts_with("key") => json!(NO_SUCH_KEY),
            Some(example) => example.clone(),
            None => json!("a"),
        },
    }
}
