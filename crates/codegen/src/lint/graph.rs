//! Which schemas lead to which: what can be reached from some, and which can have a value at all.

use super::components::{Components, Section, schema_name};
use crate::source::Node;
use std::collections::{HashMap, HashSet};

/// Every schema that can be reached from these, themselves included.
pub(crate) fn reach<'a, 't>(
    from: impl Iterator<Item = &'a str>,
    components: &Components<'t>,
) -> HashSet<&'t str> {
    let mut reached = HashSet::new();
    let mut open: Vec<Node<'t>> = from.filter_map(|name| components.get(Section::Schemas, name)).collect();
    while let Some(schema) = open.pop() {
        if reached.insert(schema.key()) {
            open.extend(targets(schema).filter_map(|name| components.get(Section::Schemas, name)));
        }
    }
    reached
}

/// The schemas that a schema refers to.
fn targets(schema: Node<'_>) -> impl Iterator<Item = &str> {
    let places = schema.get("properties").into_iter().flat_map(Node::entries).chain([schema]);
    places.flat_map(|place| [schema_name(place), place.get("items").and_then(schema_name)]).flatten()
}

/// The schemas that have a finite value. The others need a value of their own kind inside each value, forever.
pub(super) fn finite<'t>(components: &Components<'t>) -> HashSet<&'t str> {
    let mut users: HashMap<&str, Vec<Node<'t>>> = HashMap::new();
    for schema in components.section(Section::Schemas) {
        for target in targets(schema) {
            users.entry(target).or_default().push(schema);
        }
    }
    let mut finite = HashSet::new();
    let mut open: Vec<Node<'t>> = components.section(Section::Schemas).collect();
    while let Some(schema) = open.pop() {
        if !finite.contains(schema.key()) && is_finite(schema, components, &finite) {
            finite.insert(schema.key());
            open.extend(users.get(schema.key()).into_iter().flatten());
        }
    }
    finite
}

/// Whether a place has a finite value, given the schemas that are known to have one.
fn is_finite(place: Node<'_>, components: &Components<'_>, finite: &HashSet<&str>) -> bool {
    if let Some(name) = schema_name(place) {
        // A dangling reference is another rule's business.
        return finite.contains(name) || components.get(Section::Schemas, name).is_none();
    }
    if place.get("nullable").and_then(Node::boolean) == Some(true) {
        return true;
    }
    match place.get("type").and_then(Node::text) {
        Some("array") => {
            let least = place.get("minItems").and_then(Node::number).and_then(serde_json::Number::as_u64);
            least.unwrap_or(0) == 0
                || place.get("items").is_none_or(|items| is_finite(items, components, finite))
        }
        Some("object") => {
            let required: HashSet<&str> =
                place.get("required").into_iter().flat_map(Node::items).filter_map(Node::text).collect();
            let mut members = place.get("properties").into_iter().flat_map(Node::entries);
            members.all(|member| !required.contains(member.key()) || is_finite(member, components, finite))
        }
        _ => true,
    }
}
