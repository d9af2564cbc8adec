//! The contract and the fixtures as trees, and edits of them that bytes decide on: a document that is nearly right reaches
//! further into lint and the emitters than any text that bytes spell.

use crate::choices::Choices;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

/// Every document that lint accepts, as it is written: the fixtures, which are small, and the contract.
pub const DOCUMENTS: [&str; 19] = [
    include_str!("../../tests/fixtures/documents/arrays.yaml"),
    include_str!("../../tests/fixtures/documents/bodies.yaml"),
    include_str!("../../tests/fixtures/documents/enums.yaml"),
    include_str!("../../tests/fixtures/documents/formats.yaml"),
    include_str!("../../tests/fixtures/documents/header-parameters.yaml"),
    include_str!("../../tests/fixtures/documents/keywords.yaml"),
    include_str!("../../tests/fixtures/documents/methods.yaml"),
    include_str!("../../tests/fixtures/documents/nullable.yaml"),
    include_str!("../../tests/fixtures/documents/numbers.yaml"),
    include_str!("../../tests/fixtures/documents/objects.yaml"),
    include_str!("../../tests/fixtures/documents/path-parameters.yaml"),
    include_str!("../../tests/fixtures/documents/query-parameters.yaml"),
    include_str!("../../tests/fixtures/documents/recursion.yaml"),
    include_str!("../../tests/fixtures/documents/security.yaml"),
    include_str!("../../tests/fixtures/documents/statuses.yaml"),
    include_str!("../../tests/fixtures/documents/strings.yaml"),
    include_str!("../../tests/fixtures/documents/tag-deletion.yaml"),
    include_str!("../../tests/fixtures/documents/two-way.yaml"),
    include_str!("../../openapi/untag.yaml"),
];

/// The same as trees.
static TREES: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let parse = |text: &&str| untag_codegen::parse("document.yaml", text).unwrap_or_default();
    DOCUMENTS.iter().map(parse).collect()
});

/// The most values that a document has before it is edited again. The contract has a quarter of it.
const LARGEST: usize = 4000;

/// Names and texts that mean something in a contract.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "", "type", "string", "integer", "number", "boolean", "array", "object", "format", "int32", "int64", "double", "float", "uuid",
    "date-time", "byte", "nullable", "enum", "pattern", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum",
    "exclusiveMaximum", "multipleOf", "items", "minItems", "maxItems", "uniqueItems", "properties", "required",
    "additionalProperties", "minProperties", "description", "example", "examples", "default", "deprecated", "title", "$ref",
    "allOf", "oneOf", "in", "name", "path", "query", "header", "cookie", "style", "explode", "schema", "content",
    "application/json", "requestBody", "responses", "parameters", "security", "securitySchemes", "servers", "tags", "summary",
    "operationId", "x-error-code", "x-iam", "readOnly", "writeOnly", "204", "200", "400", "401", "500", "2XX", "get", "put",
    "delete", "post", "head", "a", "Self", "self", "fn", "r#type", "async", "Result", "Option", "String", "Vec", "Box", "Api",
    "Client", "1", "_", "__", "A", "aB", "a-b", "a.b", "a b", "\"", "\\", "{", "}", "{a}", "*/", "//", "\n", "\u{0}", "中", "ß",
    "\u{202e}", "^[a-z]+$", "^(a|b)*$", "\\p{L}", "(", "#/components/schemas/Problem", "#/components/schemas/A", "3.0.3", "1.0.0",
];

/// One of the documents, after as many edits as the choices last for.
pub(crate) fn edited(choices: &mut Choices<'_>) -> Value {
    let mut document = document(choices);
    edit(&mut document, choices);
    document
}

/// One of the documents.
pub(crate) fn document(choices: &mut Choices<'_>) -> Value {
    TREES.get(choices.below(TREES.len())).cloned().unwrap_or_default()
}

/// Edits a document, at most eight times.
pub(crate) fn edit(document: &mut Value, choices: &mut Choices<'_>) {
    for _ in 0..8 {
        if choices.is_empty() {
            break;
        }
        let pointers = pointers(document);
        // Copies of copies double a document each time.
        if pointers.len() > LARGEST {
            break;
        }
        let place = pointers.get(choices.below(pointers.len())).cloned().unwrap_or_default();
        let other = pointers.get(choices.below(pointers.len())).cloned().unwrap_or_default();
        let donor = document.pointer(&other).cloned();
        let Some(value) = document.pointer_mut(&place) else { continue };
        match choices.below(8) {
            // What stands elsewhere, in the same document or in another.
            0 => *value = donor.unwrap_or_default(),
            1 => {
                let other = TREES.get(choices.below(TREES.len())).unwrap_or(&Value::Null);
                let places = self::pointers(other);
                let place = places.get(choices.below(places.len())).map_or("", String::as_str);
                if let Some(found) = other.pointer(place) {
                    *value = found.clone();
                }
            }
            2 => *value = scalar(choices),
            3 => tweak(value, choices),
            _ => member(value, donor, choices),
        }
    }
}

/// Changes a scalar a little.
fn tweak(value: &mut Value, choices: &mut Choices<'_>) {
    *value = match &*value {
        Value::String(text) => {
            let mut text = text.clone();
            let at = text.floor_char_boundary(choices.below(text.len() + 1));
            let end = text.ceil_char_boundary((at + choices.below(4)).min(text.len()));
            let piece = if choices.one_in(2) { choices.text(4) } else { choices.pick(WORDS).to_owned() };
            text.replace_range(at..end, &piece);
            json!(text)
        }
        Value::Number(number) => match choices.below(4) {
            0 => json!(number.as_i64().unwrap_or(0).saturating_add(1)),
            1 => json!(number.as_i64().unwrap_or(0).saturating_sub(1)),
            2 => json!(number.as_f64().unwrap_or(0.0) + 0.5),
            _ => json!(choices.number()),
        },
        Value::Bool(bool) => json!(!bool),
        _ => scalar(choices),
    };
}

/// Takes away, adds, renames or moves what is in an object or an array.
fn member(value: &mut Value, donor: Option<Value>, choices: &mut Choices<'_>) {
    match value {
        Value::Object(members) => {
            let name = members.keys().nth(choices.below(members.len().max(1))).cloned().unwrap_or_default();
            match choices.below(4) {
                0 => drop(members.shift_remove(&name)),
                1 => {
                    let value = if choices.one_in(2) { scalar(choices) } else { donor.unwrap_or_default() };
                    members.insert(choices.pick(WORDS).to_owned(), value);
                }
                2 => {
                    let new = choices.pick(WORDS).to_owned();
                    let rename = |(old, value)| (if old == name { new.clone() } else { old }, value);
                    *members = std::mem::take(members).into_iter().map(rename).collect::<Map<_, _>>();
                }
                _ => {
                    if let Some(value) = members.get(&name).cloned() {
                        members.insert(format!("{name}{}", choices.pick(WORDS)), value);
                    }
                }
            }
        }
        Value::Array(items) if !items.is_empty() => {
            let at = choices.below(items.len());
            match choices.below(4) {
                0 => drop(items.remove(at)),
                1 => items.insert(at, donor.unwrap_or_default()),
                2 => items.swap(0, at),
                _ => items.push(scalar(choices)),
            }
        }
        Value::Array(items) => items.push(scalar(choices)),
        other => tweak(other, choices),
    }
}

fn scalar(choices: &mut Choices<'_>) -> Value {
    match choices.below(9) {
        0 => json!(choices.pick(WORDS)),
        1 => json!(choices.text(16)),
        2 => json!(choices.byte()),
        3 => json!(choices.number()),
        4 => json!(f64::from_bits(choices.number().cast_unsigned())),
        5 => json!(choices.one_in(2)),
        6 => json!({}),
        7 => json!([]),
        _ => Value::Null,
    }
}

/// The place of every value, as a JSON pointer, the root first.
pub(crate) fn pointers(document: &Value) -> Vec<String> {
    fn walk(value: &Value, pointer: &str, into: &mut Vec<String>) {
        into.push(pointer.to_owned());
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    let step = name.replace('~', "~0").replace('/', "~1");
                    walk(value, &format!("{pointer}/{step}"), into);
                }
            }
            Value::Array(items) => {
                for (index, value) in items.iter().enumerate() {
                    walk(value, &format!("{pointer}/{index}"), into);
                }
            }
            _ => {}
        }
    }
    let mut all = Vec::new();
    walk(document, "", &mut all);
    all
}
