//! Shared components: each is compared where it stands, and what uses it says which one it uses.

use super::{body, parameter, response, schema, security};
use crate::{
    change::Class,
    comparison::Comparison,
    place::{Pair, Part},
};
use serde_json::Value;

pub(super) fn compare<'d>(c: &mut Comparison<'d>, part: &Part<'d>) {
    for (section, part) in c.members_of_part(part) {
        match section.as_str() {
            "schemas" => schemas(c, &part),
            "securitySchemes" => security::schemes(c, &part),
            "parameters" => shared(c, &part, parameter::compare),
            "requestBodies" => shared(c, &part, body::request),
            "responses" => shared(c, &part, response::compare),
            "headers" => shared(c, &part, response::header),
            _ => c.unclassified(&part),
        }
    }
}

/// Components whose names are not on the wire and in no program.
fn shared<'d>(c: &mut Comparison<'d>, part: &Part<'d>, compare: fn(&mut Comparison<'d>, &Pair<'d>)) {
    for (_, part) in c.members_of_part(part) {
        match &part {
            Part::Kept(pair) => c.through(pair, compare),
            Part::Gone(at) if refers_to(c.new.value, &at.pointer) => c.unclassified(&part),
            Part::Gone(_) | Part::Came(_) => {
                let what = part.fate(&format!("the shared component {}", part.quoted()));
                let sentence = format!("{what}: what it means for anybody is said where it is used.");
                c.report(&part, Class::Documentation, sentence);
            }
        }
    }
}

/// Whether a document has a reference to this pointer.
pub(super) fn refers_to(document: &Value, pointer: &str) -> bool {
    match document {
        Value::Object(members) => {
            let reference =
                members.get("$ref").and_then(Value::as_str).and_then(|text| text.strip_prefix('#'));
            reference == Some(pointer) || members.values().any(|value| refers_to(value, pointer))
        }
        Value::Array(items) => items.iter().any(|value| refers_to(value, pointer)),
        _ => false,
    }
}

/// Schemas, whose names are the names of Rust types.
fn schemas<'d>(c: &mut Comparison<'d>, part: &Part<'d>) {
    for (name, part) in c.members_of_part(part) {
        match &part {
            Part::Kept(pair) => {
                let travel = c.reach.travel(&name);
                schema::compare(c, pair, travel);
            }
            Part::Gone(old) => {
                let new = c.renames.new_name(&name).and_then(|new| {
                    let schemas = c.new.get("components")?.get("schemas")?;
                    schemas.get(new)
                });
                gone(c, &name, Part::of(Some(old.clone()), new));
            }
            // Its old name has told of it.
            Part::Came(_) if c.renames.is_new_name(&name) => {}
            Part::Came(_) => {
                let sentence = format!(
                    "the schema `{name}` is new: by itself it asks nothing of anybody, and what uses it is said there."
                );
                c.report(&part, Class::Compatible, sentence);
            }
        }
    }
}

/// A schema whose name is gone; its new name, where it has one.
fn gone<'d>(c: &mut Comparison<'d>, name: &str, part: Option<Part<'d>>) {
    let Some(part) = part else { return };
    let sentence = if let Part::Kept(_) = part {
        let new = c.renames.name(name);
        format!(
            "the schema `{name}` is called `{new}` now: on the wire nothing changes, but clients and servers in Rust that \
             name the type no longer compile."
        )
    } else {
        format!(
            "the schema `{name}` is gone: clients and servers in Rust that name the type no longer compile."
        )
    };
    c.report(&part, Class::Both, sentence);
}
