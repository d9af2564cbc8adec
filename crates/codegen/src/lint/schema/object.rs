//! Objects: members that can be told apart, and limits that some object keeps.

use super::{Role, check_use};
use crate::diagnostic::{quoted, rules};
use crate::lint::context::Lint;
use crate::lint::naming::Style;
use crate::lint::suggest::closest;
use crate::source::{Kind, Node};
use std::collections::HashMap;

/// Checks a named object.
pub(super) fn check<'t>(lint: &mut Lint<'t>, schema: Node<'t>) {
    let members = schema.get("properties").into_iter().flat_map(Node::entries);
    lint.distinct("field", Style::Snake, members.clone().map(|member| (member.key(), member.key_place())));
    for member in members.clone() {
        check_use(lint, member, Role::Member);
    }
    required(lint, schema);
    if let Some(node) = schema.get("additionalProperties").filter(|node| *node.kind() != Kind::Boolean(false))
    {
        lint.report(
            rules::UNSUPPORTED_MEMBER,
            &node.key_place(),
            "`additionalProperties` other than `false` is outside the supported subset",
            "name each member in `properties`; an object without `additionalProperties` ignores others in responses",
        );
    }
    let least = schema.get("minProperties").and_then(Node::number).and_then(serde_json::Number::as_u64);
    if let Some(node) = schema.get("minProperties")
        && least.is_some_and(|least| least > members.count() as u64)
    {
        lint.report(
            rules::EMPTY_RANGE,
            &node.place(),
            "`minProperties` is greater than the number of members",
            "lower it, or add members",
        );
    }
}

fn required<'t>(lint: &mut Lint<'t>, schema: Node<'t>) {
    let members: HashMap<&str, Node<'t>> = schema
        .get("properties")
        .into_iter()
        .flat_map(Node::entries)
        .map(|member| (member.key(), member))
        .collect();
    let mut seen: HashMap<&str, Node<'t>> = HashMap::new();
    for node in schema.get("required").into_iter().flat_map(Node::items) {
        let Some(name) = node.text() else { continue };
        if let Some(first) = seen.insert(name, node) {
            lint.report_beside(
                rules::REQUIRED,
                &node.place(),
                format!("{} is required twice", quoted(name)),
                "remove one of the two",
                vec![first.place().label("first written here")],
            );
        } else if !members.contains_key(name) {
            let names = schema.get("properties").into_iter().flat_map(Node::entries).map(Node::key);
            let help = match closest(name, names) {
                Some(close) => format!("did you mean `{close}`?"),
                None => "add it to `properties`".to_owned(),
            };
            let message = format!("{} is required, and the object has no such member", quoted(name));
            lint.report(rules::REQUIRED, &node.place(), message, help);
        }
    }
}
