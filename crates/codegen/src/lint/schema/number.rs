//! Integers and numbers, and the order of every pair of limits.

use super::text;
use crate::diagnostic::rules;
use crate::lint::context::Lint;
use crate::source::Node;
use serde_json::Number;

/// Checks the limits of an integer.
pub(super) fn check_integer<'t>(lint: &mut Lint<'t>, schema: Node<'t>) {
    text::check_format(lint, schema);
    let (lowest, highest) = match schema.get("format").and_then(Node::text) {
        Some("int32") => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (i64::MIN, i64::MAX),
    };
    for keyword in ["minimum", "maximum", "multipleOf"] {
        let Some(node) = schema.get(keyword) else { continue };
        let Some(number) = node.number() else { continue };
        if !number.as_i64().is_some_and(|number| (lowest..=highest).contains(&number)) {
            lint.report(
                rules::LIMIT,
                &node.place(),
                format!("`{keyword}` is {number}, which is no integer from {lowest} to {highest}"),
                "write an integer that values of this format can have",
            );
        } else if keyword == "multipleOf" && number.as_i64().is_some_and(|number| number <= 0) {
            lint.report(
                rules::LIMIT,
                &node.place(),
                format!("`multipleOf` is {number}, which is not positive"),
                "write a positive integer",
            );
        }
    }
    limits(lint, schema);
    let limit = |keyword| schema.get(keyword).and_then(Node::number).and_then(Number::as_i64);
    let exclusive = |keyword| schema.get(keyword).and_then(Node::boolean) == Some(true);
    let (Some(minimum), Some(maximum)) = (limit("minimum"), limit("maximum")) else { return };
    let first = minimum.saturating_add(i64::from(exclusive("exclusiveMinimum")));
    let last = maximum.saturating_sub(i64::from(exclusive("exclusiveMaximum")));
    let multiple = limit("multipleOf").filter(|multiple| *multiple > 0).unwrap_or(1);
    let next = first.checked_add((multiple - first.rem_euclid(multiple)) % multiple);
    if minimum <= maximum && next.is_none_or(|next| next > last) {
        lint.report(
            rules::EMPTY_RANGE,
            &schema.key_place(),
            "no integer keeps all the limits",
            "widen the limits",
        );
    }
}

/// Checks the limits of a number.
pub(super) fn check_number<'t>(lint: &mut Lint<'t>, schema: Node<'t>) {
    text::check_format(lint, schema);
    limits(lint, schema);
    let limit = |keyword| schema.get(keyword).and_then(Node::number).and_then(Number::as_f64);
    let exclusive = |keyword| schema.get(keyword).and_then(Node::boolean) == Some(true);
    if let (Some(minimum), Some(maximum)) = (limit("minimum"), limit("maximum"))
        && minimum >= maximum
        && minimum <= maximum
        && (exclusive("exclusiveMinimum") || exclusive("exclusiveMaximum"))
    {
        lint.report(
            rules::EMPTY_RANGE,
            &schema.key_place(),
            "no number keeps both limits",
            "widen the limits",
        );
    }
}

fn limits<'t>(lint: &mut Lint<'t>, schema: Node<'t>) {
    ordered(lint, schema, "minimum", "maximum", true);
    for (exclusive, limit) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        if let Some(node) = schema.get(exclusive)
            && schema.get(limit).is_none()
        {
            lint.report(
                rules::LIMIT,
                &node.key_place(),
                format!("`{exclusive}` is about a `{limit}` that is not there"),
                format!("add `{limit}`, or remove `{exclusive}`"),
            );
        }
    }
}

/// Checks that one limit is not above the other.
pub(super) fn ordered<'t>(lint: &mut Lint<'t>, schema: Node<'t>, low: &str, high: &str, signed: bool) {
    let (Some(low), Some(high)) = (schema.get(low), schema.get(high)) else { return };
    let (Some(least), Some(most)) = (low.number(), high.number()) else { return };
    let crossed = match (least.as_u64(), most.as_u64()) {
        (Some(least), Some(most)) => least > most,
        _ => signed && least.as_f64() > most.as_f64(),
    };
    if crossed {
        lint.report_beside(
            rules::EMPTY_RANGE,
            &low.place(),
            format!("`{}` is greater than `{}`", low.key(), high.key()),
            "swap the two, or change one of them",
            vec![high.place().label(format!("`{}` is here", high.key()))],
        );
    }
}
