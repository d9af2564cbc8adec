//! Compares the contract (OpenAPI 3.0) with the document that utoipa derives from the stub (OpenAPI 3.1).
//!
//! Both are normalised into one neutral form, in which the two dialects say the same thing the same way, and then compared
//! member by member. What cannot be compared is on [`NOT_COMPARED`], each with its reason, and nowhere else.

mod document;
mod schema;

use serde_json::Value;
use std::fmt;

/// What the comparison leaves out, and why: members of the *contract*, as a path of the neutral form in which `*` stands for any name.
pub const NOT_COMPARED: &[(&str, &str)] = &[
    ("/openapi", "the contract is OpenAPI 3.0, utoipa writes 3.1; the neutral form is what both mean"),
    (
        "/operations/*/responses/*/headers/*/example",
        "utoipa has no attribute for the example of a response header",
    ),
];

/// One place where two documents differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Where, as a JSON pointer into the neutral form.
    pub pointer: String,
    /// What the contract says there.
    pub contract: Option<Value>,
    /// What the derived document says there.
    pub derived: Option<Value>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side =
            |value: &Option<Value>| value.as_ref().map_or_else(|| "nothing".to_owned(), Value::to_string);
        write!(
            f,
            "{}: the contract says {}, the stub {}",
            self.pointer,
            side(&self.contract),
            side(&self.derived)
        )
    }
}

/// The neutral form of a document of either version.
///
/// Operations are keyed by method and path, parameters by place and name; references to anything but schemas are
/// resolved; members that say what is so anyway are gone; lists whose order means nothing are sorted.
#[must_use]
pub fn normalise(document: &Value) -> Value {
    document::normalise(document)
}

/// Every place where the two documents differ, in the order of their pointers; empty when they say the same.
#[must_use]
pub fn differences(contract: &Value, derived: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    walk("", Some(&normalise(contract)), Some(&normalise(derived)), &mut found);
    found
}

fn walk(pointer: &str, contract: Option<&Value>, derived: Option<&Value>, found: &mut Vec<Difference>) {
    if contract == derived || is_not_compared(pointer) {
        return;
    }
    match (contract, derived) {
        (Some(Value::Object(left)), Some(Value::Object(right))) => {
            let mut names: Vec<&String> = left.keys().chain(right.keys()).collect();
            names.sort();
            names.dedup();
            for name in names {
                walk(&child(pointer, name), left.get(name), right.get(name), found);
            }
        }
        (Some(Value::Array(left)), Some(Value::Array(right))) if left.len() == right.len() => {
            for (index, (left, right)) in left.iter().zip(right).enumerate() {
                walk(&child(pointer, &index.to_string()), Some(left), Some(right), found);
            }
        }
        _ => found.push(Difference {
            pointer: pointer.to_owned(),
            contract: contract.cloned(),
            derived: derived.cloned(),
        }),
    }
}

fn child(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}

fn is_not_compared(pointer: &str) -> bool {
    NOT_COMPARED.iter().any(|(pattern, _)| {
        let (mut pattern, mut pointer) = (pattern.split('/'), pointer.split('/'));
        loop {
            match (pattern.next(), pointer.next()) {
                (None, None) => return true,
                (Some("*"), Some(_)) => {}
                (Some(left), Some(right)) if left == right => {}
                _ => return false,
            }
        }
    })
}
