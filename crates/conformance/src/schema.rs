//! Whether a value is what a schema of the contract says: the kit's own judge, for the keywords that the contract uses.
//!
//! It is small because the kit is packaged with a command line, and a complete validator would be the larger part of it. That
//! it judges alike is proved with every derived value by one (`tests/all/derived_requests.rs`), in which the contract's schemas
//! are read by a library that shares no code with this house.

use regress::Regex;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::HashMap;

/// The schemas of a document, with the patterns that were met so far.
pub(crate) struct Schemas<'d> {
    document: &'d Value,
    patterns: RefCell<HashMap<String, Option<Regex>>>,
}

impl<'d> Schemas<'d> {
    pub(crate) fn of(document: &'d Value) -> Self {
        Self { document, patterns: RefCell::default() }
    }

    /// Why a value breaks a schema; nothing, if it does not.
    pub(crate) fn problem(&self, schema: &Value, value: &Value) -> Option<String> {
        let schema = resolve(self.document, schema);
        let limit = |keyword: &str| schema.get(keyword).and_then(Value::as_u64);
        let kind = schema.get("type").and_then(Value::as_str).unwrap_or_default();
        match (kind, value) {
            ("string", Value::String(text)) => {
                let length = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
                if limit("minLength").is_some_and(|limit| length < limit) {
                    return Some(format!("{length} characters are too few"));
                }
                if limit("maxLength").is_some_and(|limit| length > limit) {
                    return Some(format!("{length} characters are too many"));
                }
                if let Some(allowed) = schema.get("enum").and_then(Value::as_array)
                    && !allowed.contains(value)
                {
                    return Some("the text is none of those that are allowed".to_owned());
                }
                let pattern = schema.get("pattern").and_then(Value::as_str)?;
                let mut patterns = self.patterns.borrow_mut();
                let known = patterns.entry(pattern.to_owned());
                let known = known.or_insert_with(|| Regex::with_flags(pattern, "u").ok()).as_ref()?;
                known.find(text).is_none().then(|| "the text does not match the pattern".to_owned())
            }
            ("array", Value::Array(items)) => {
                let count = u64::try_from(items.len()).unwrap_or(u64::MAX);
                if limit("minItems").is_some_and(|limit| count < limit) {
                    return Some(format!("{count} entries are too few"));
                }
                if limit("maxItems").is_some_and(|limit| count > limit) {
                    return Some(format!("{count} entries are too many"));
                }
                items.iter().find_map(|item| self.problem(schema.get("items")?, item))
            }
            ("object", Value::Object(members)) => {
                let count = u64::try_from(members.len()).unwrap_or(u64::MAX);
                if limit("minProperties").is_some_and(|limit| count < limit) {
                    return Some(format!("{count} members are too few"));
                }
                for name in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
                    if !name.as_str().is_some_and(|name| members.contains_key(name)) {
                        return Some(format!("the member {name} is missing"));
                    }
                }
                let is_closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
                members.iter().find_map(|(name, member)| {
                    match schema.get("properties").and_then(|properties| properties.get(name)) {
                        Some(schema) => self.problem(schema, member).map(|why| format!("{name}: {why}")),
                        None => is_closed.then(|| format!("there is no member {name}")),
                    }
                })
            }
            (wanted, _) => Some(format!("this is no {wanted}")),
        }
    }
}

/// The schema that a reference names, or the schema itself.
pub(crate) fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let named = schema.get("$ref").and_then(Value::as_str);
    named.and_then(|reference| document.pointer(reference.trim_start_matches('#'))).unwrap_or(schema)
}
