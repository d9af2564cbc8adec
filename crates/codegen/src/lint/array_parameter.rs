//! Parameters that are arrays: their items must be found again, and an empty one must not look like a missing one.

use super::components::Section;
use super::context::Lint;
use crate::diagnostic::rules;
use crate::source::Node;

/// Checks a parameter whose schema may be an array; nothing to do for others.
pub(super) fn check<'t>(lint: &mut Lint<'t>, parameter: Node<'t>, schema: Node<'t>, location: &str) {
    if schema.get("type").and_then(Node::text) != Some("array") {
        return;
    }
    let least = schema.get("minItems").and_then(Node::number).and_then(serde_json::Number::as_u64);
    if least.unwrap_or(0) == 0 {
        let at = schema.get("minItems").or_else(|| parameter.get("schema")).unwrap_or(parameter);
        lint.report(
            rules::AMBIGUOUS_ARRAY,
            &at.key_place(),
            "an array parameter may be empty, which looks like a missing one on the wire",
            "set `minItems` to 1 or more; make the parameter optional if it may be left out",
        );
    }
    let Some(items) = schema.get("items").and_then(|items| lint.components.resolve(Section::Schemas, items))
    else {
        return;
    };
    let at = parameter.get("schema").unwrap_or(parameter);
    if matches!(items.get("type").and_then(Node::text), Some("array" | "object")) {
        lint.report(
            rules::PARAMETER_TYPE,
            &at.key_place(),
            "the items of an array parameter are arrays or objects themselves",
            "use items that are one value each, or send the array in the body",
        );
    } else if location != "query" && may_have_commas(items) {
        lint.report(
            rules::COMMA_IN_ARRAY,
            &at.key_place(),
            format!("items of an array in `{location}` are separated by commas, and these may contain some"),
            "use integers, numbers, booleans, uuids or an enumeration without commas, or send the array in the query",
        );
    }
}

fn may_have_commas(items: Node<'_>) -> bool {
    if items.get("type").and_then(Node::text) != Some("string") {
        return false;
    }
    match items.get("enum") {
        Some(values) => values.items().filter_map(Node::text).any(|value| value.contains(',')),
        None => items.get("format").and_then(Node::text) != Some("uuid"),
    }
}
