//! Strings: lengths, patterns, formats and enumerations.

use super::number::ordered;
use super::pattern;
use crate::diagnostic::{quoted, rules};
use crate::lint::context::Lint;
use crate::lint::naming::Style;
use crate::lint::shape::{Expect, describe, list};
use crate::source::{Kind, Node};
use std::collections::HashMap;

/// Keywords that constrain plain text.
const CONSTRAINTS: [&str; 3] = ["minLength", "maxLength", "pattern"];

/// Checks a named string.
pub(super) fn check<'t>(lint: &mut Lint<'t>, schema: Node<'t>) {
    check_format(lint, schema);
    ordered(lint, schema, "minLength", "maxLength", false);
    if let Some(node) = schema.get("pattern") {
        pattern::check(lint, node);
    }
    let format = schema.get("format").and_then(Node::text);
    let beside = if schema.get("enum").is_some() {
        Some("an enumeration")
    } else if matches!(format, Some("uuid" | "date-time")) {
        Some("a format")
    } else {
        None
    };
    if let Some(beside) = beside {
        let formats = if schema.get("enum").is_some() { schema.get("format") } else { None };
        for node in CONSTRAINTS.iter().filter_map(|keyword| schema.get(keyword)).chain(formats) {
            lint.report(
                rules::MISPLACED_KEYWORD,
                &node.key_place(),
                format!("`{}` has no effect beside {beside}", node.key()),
                "remove one of the two",
            );
        }
    }
    if let Some(values) = schema.get("enum") {
        enumeration(lint, values, schema.get("nullable").and_then(Node::boolean) == Some(true));
    }
}

/// Checks the `format` of a string or an integer.
pub(super) fn check_format<'t>(lint: &mut Lint<'t>, schema: Node<'t>) {
    let Some(node) = schema.get("format") else { return };
    let Some(format) = node.text() else { return };
    let known: &[&str] = match schema.get("type").and_then(Node::text) {
        Some("string") => &["date-time", "uuid", "password"],
        Some("integer") => &["int32", "int64"],
        _ => &[],
    };
    if !known.contains(&format) {
        let help = match known {
            [] => "remove it; a number is carried as a double".to_owned(),
            known => format!("remove it, or use one of {}", list(known.iter().copied())),
        };
        lint.report(
            rules::UNSUPPORTED_FORMAT,
            &node.place(),
            format!("the format {} is not supported", quoted(format)),
            help,
        );
    }
}

fn enumeration<'t>(lint: &mut Lint<'t>, values: Node<'t>, nullable: bool) {
    if values.items().next().is_none() && lint.expect(values, Expect::Sequence) {
        lint.report(rules::ENUM_VALUE, &values.key_place(), "the enumeration has no values", "add one");
    }
    let is_null = |value: &Node<'t>| *value.kind() == Kind::Null;
    if nullable && !values.items().any(|value| is_null(&value)) {
        lint.report(
            rules::ENUM_VALUE,
            &values.key_place(),
            "the schema is nullable, and null is not in its enumeration",
            "add `null` to `enum`, without quotes; OpenAPI 3.0.3 asks for both",
        );
    }
    let mut seen: HashMap<&str, Node<'t>> = HashMap::new();
    let mut names = Vec::new();
    for value in values.items().filter(|value| !(nullable && is_null(value))) {
        let Some(text) = value.text() else {
            lint.report(
                rules::ENUM_VALUE,
                &value.place(),
                format!("a value of the enumeration is {}", describe(value)),
                "write text, in quotes; null is a value where the schema is `nullable: true`",
            );
            continue;
        };
        if let Some(first) = seen.insert(text, value) {
            lint.report_beside(
                rules::ENUM_VALUE,
                &value.place(),
                format!("the value {} is there twice", quoted(text)),
                "remove one of the two",
                vec![first.place().label("first written here")],
            );
        } else {
            names.push((text, value.place()));
        }
    }
    lint.distinct("variant", Style::Camel, names.into_iter());
}
