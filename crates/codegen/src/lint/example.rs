//! Examples keep the rules of their schemas: a reader copies them first.

use super::components::Section;
use super::context::Lint;
use super::schema::Patterns;
use super::shape::describe;
use crate::diagnostic::{quoted, rules};
use crate::source::{Kind, Node};
use serde_json::Number;
use std::collections::{HashMap, HashSet};

/// Checks an example against the schema it is an example of.
pub(super) fn check<'t>(lint: &mut Lint<'t>, value: Node<'t>, schema: Node<'t>) {
    let mut open = vec![(value, schema)];
    while let Some((value, schema)) = open.pop() {
        let Some(schema) = lint.components.resolve(Section::Schemas, schema) else { continue };
        if let Some(problem) = problem(value, schema, &mut lint.patterns) {
            lint.report_beside(
                rules::EXAMPLE,
                &value.place(),
                format!("the example breaks its schema: it {problem}"),
                "mend the example, or the schema",
                vec![schema.key_place().label("the schema")],
            );
        } else {
            open.extend(inner(value, schema));
        }
    }
}

/// The values inside a value, each with its schema.
fn inner<'t>(value: Node<'t>, schema: Node<'t>) -> Vec<(Node<'t>, Node<'t>)> {
    match value.kind() {
        Kind::Sequence(_) => schema
            .get("items")
            .map(|items| value.items().map(|item| (item, items)).collect())
            .unwrap_or_default(),
        Kind::Mapping(_) => {
            let members = schema.get("properties").into_iter().flat_map(Node::entries);
            let members: HashMap<&str, Node<'t>> = members.map(|member| (member.key(), member)).collect();
            value.entries().filter_map(|entry| Some((entry, *members.get(entry.key())?))).collect()
        }
        _ => Vec::new(),
    }
}

/// What is wrong with one value, what it holds aside; a clause that follows "it". Broken schemas find nothing wrong.
pub(super) fn problem<'t>(value: Node<'t>, schema: Node<'t>, patterns: &mut Patterns<'t>) -> Option<String> {
    let stated = |keyword: &str| schema.get(keyword).and_then(Node::text);
    match (value.kind(), stated("type")?) {
        (Kind::Null, _) => {
            let nullable = schema.get("nullable").and_then(Node::boolean) == Some(true);
            (!nullable).then(|| "is null, and the schema is not nullable".to_owned())
        }
        (Kind::Text(text), "string") => in_text(text, schema, patterns),
        (Kind::Number(number), "integer") => match number.as_i64() {
            Some(integer) => in_integer(integer, schema),
            None => Some(format!("is {number}, which is no integer of 64 bits")),
        },
        (Kind::Number(number), "number") => in_limits(number, schema),
        (Kind::Boolean(_), "boolean") => None,
        (Kind::Sequence(_), "array") => in_array(value, schema),
        (Kind::Mapping(_), "object") => in_object(value, schema),
        (_, ty @ ("string" | "integer" | "number" | "boolean" | "array" | "object")) => {
            Some(format!("is {}, and the schema wants `{ty}`", describe(value)))
        }
        _ => None,
    }
}

/// A keyword that counts.
fn count(schema: Node<'_>, keyword: &str) -> Option<u64> {
    schema.get(keyword)?.number()?.as_u64()
}

fn in_text<'t>(text: &str, schema: Node<'t>, patterns: &mut Patterns<'t>) -> Option<String> {
    if let Some(values) = schema.get("enum") {
        let known = values.items().any(|value| value.text() == Some(text));
        return (!known).then(|| format!("is {}, which is not in the enumeration", quoted(text)));
    }
    let length = text.chars().count() as u64;
    if let Some(least) = count(schema, "minLength").filter(|least| length < *least) {
        return Some(format!("has {length} characters, at least {least} are needed"));
    }
    if let Some(most) = count(schema, "maxLength").filter(|most| length > *most) {
        return Some(format!("has {length} characters, at most {most} are allowed"));
    }
    let pattern = schema.get("pattern").and_then(Node::text);
    if let Some(pattern) = pattern
        && patterns.compile(pattern).is_ok_and(|regex| regex.find(text).is_none())
    {
        return Some(format!("does not match {}", quoted(pattern)));
    }
    match schema.get("format").and_then(Node::text) {
        Some("uuid") if !is_uuid(text) => Some(format!("is {}, which is no UUID", quoted(text))),
        Some("date-time") if !is_date_time(text) => {
            Some(format!("is {}, which is no date and time of RFC 3339", quoted(text)))
        }
        _ => None,
    }
}

fn in_integer(integer: i64, schema: Node<'_>) -> Option<String> {
    if schema.get("format").and_then(Node::text) == Some("int32") && i32::try_from(integer).is_err() {
        return Some(format!("is {integer}, which has more than 32 bits"));
    }
    let multiple = schema.get("multipleOf").and_then(Node::number).and_then(Number::as_i64);
    if let Some(multiple) = multiple.filter(|multiple| *multiple > 0 && integer % multiple != 0) {
        return Some(format!("is {integer}, which is no multiple of {multiple}"));
    }
    in_limits(&integer.into(), schema)
}

fn in_limits(number: &Number, schema: Node<'_>) -> Option<String> {
    let limit = |keyword: &str| schema.get(keyword).and_then(Node::number);
    let exclusive = |keyword: &str| schema.get(keyword).and_then(Node::boolean) == Some(true);
    let compare = |other: &Number| match (number.as_i64(), other.as_i64()) {
        (Some(number), Some(other)) => Some(number.cmp(&other)),
        _ => number.as_f64()?.partial_cmp(&other.as_f64()?),
    };
    if let Some(minimum) = limit("minimum")
        && let Some(order) = compare(minimum)
        && (order.is_lt() || order.is_eq() && exclusive("exclusiveMinimum"))
    {
        return Some(format!("is {number}, which is below the minimum {minimum}"));
    }
    if let Some(maximum) = limit("maximum")
        && let Some(order) = compare(maximum)
        && (order.is_gt() || order.is_eq() && exclusive("exclusiveMaximum"))
    {
        return Some(format!("is {number}, which is above the maximum {maximum}"));
    }
    None
}

fn in_array(value: Node<'_>, schema: Node<'_>) -> Option<String> {
    let length = value.items().count() as u64;
    if let Some(least) = count(schema, "minItems").filter(|least| length < *least) {
        return Some(format!("has {length} items, at least {least} are needed"));
    }
    if let Some(most) = count(schema, "maxItems").filter(|most| length > *most) {
        return Some(format!("has {length} items, at most {most} are allowed"));
    }
    let unique = schema.get("uniqueItems").and_then(Node::boolean) == Some(true);
    let mut seen = HashSet::new();
    (unique && !value.items().all(|item| seen.insert(item.to_json().to_string())))
        .then(|| "has an item twice".to_owned())
}

fn in_object(value: Node<'_>, schema: Node<'_>) -> Option<String> {
    let present: HashSet<&str> = value.entries().map(Node::key).collect();
    let mut required = schema.get("required").into_iter().flat_map(Node::items).filter_map(Node::text);
    if let Some(missing) = required.find(|name| !present.contains(name)) {
        return Some(format!("has no {}, which is required", quoted(missing)));
    }
    let members: HashSet<&str> =
        schema.get("properties").into_iter().flat_map(Node::entries).map(Node::key).collect();
    if let Some(stranger) = value.entries().map(Node::key).find(|name| !members.contains(name)) {
        // Also where others are ignored: an example shows what there is.
        return Some(format!("has {}, which is no member", quoted(stranger)));
    }
    let number = present.len() as u64;
    let least = count(schema, "minProperties").filter(|least| number < *least)?;
    Some(format!("has {number} members, at least {least} are needed"))
}

/// `8-4-4-4-12` hexadecimal digits.
fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// `2024-02-29T23:59:59.5+08:00`, digits and ranges of the single fields.
fn is_date_time(text: &str) -> bool {
    let field = |range: std::ops::Range<usize>, most: u32| {
        let digits = text.get(range).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        digits.and_then(|digits| digits.parse::<u32>().ok()).is_some_and(|value| value <= most)
    };
    let sign = |at: usize, signs: &[u8]| text.as_bytes().get(at).is_some_and(|byte| signs.contains(byte));
    let date = field(0..4, 9999) && sign(4, b"-") && field(5..7, 12) && sign(7, b"-") && field(8..10, 31);
    let time =
        field(11..13, 23) && sign(13, b":") && field(14..16, 59) && sign(16, b":") && field(17..19, 60);
    let rest = text.get(19..).unwrap_or_default();
    let offset = match rest.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => rest,
    };
    let zone = matches!(offset.as_bytes(), [b'Z' | b'z'])
        || matches!(offset.as_bytes(), [b'+' | b'-', h1, h2, b':', m1, m2] if [h1, h2, m1, m2].iter().all(|byte| byte.is_ascii_digit()));
    date && sign(10, b"Tt ") && time && zone
}
