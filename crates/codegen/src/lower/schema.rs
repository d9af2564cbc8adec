//! Schemas, and the types of the places that use them.

use super::direction::Directions;
use super::{count, extensions, flag, text, texts, value};
use crate::ir::{ArrayRules, IntegerFormat, Member, Schema, SchemaKind, Type};
use crate::lint::{Components, Section, schema_name};
use crate::source::Node;
use serde_json::Number;
use std::collections::HashSet;

/// `components.schemas`, in document order.
pub(super) fn schemas(
    root: Node<'_>,
    components: &Components<'_>,
    directions: &Directions<'_>,
) -> Vec<Schema> {
    let schemas = root.get("components").and_then(|components| components.get("schemas"));
    schemas
        .into_iter()
        .flat_map(Node::entries)
        .map(|node| Schema {
            name: node.key().to_owned(),
            description: text(node, "description"),
            example: value(node, "example"),
            deprecated: flag(node, "deprecated"),
            nullable: flag(node, "nullable"),
            direction: directions.of(node.key()),
            extensions: extensions(node),
            kind: kind(node, components),
        })
        .collect()
}

/// The type of a place that has an inline schema or refers to one.
pub(super) fn ty(node: Node<'_>) -> Type {
    if let Some(name) = schema_name(node) {
        return Type::Named(name.to_owned());
    }
    match (stated_type(node), format(node)) {
        ("integer", _) => Type::Integer(integer_format(node)),
        ("number", _) => Type::Number,
        ("boolean", _) => Type::Boolean,
        ("array", _) => Type::Array(Box::new(items(node)), array_rules(node)),
        (_, "uuid") => Type::Uuid,
        (_, "date-time") => Type::DateTime,
        _ => Type::String,
    }
}

fn kind(node: Node<'_>, components: &Components<'_>) -> SchemaKind {
    match stated_type(node) {
        "object" => object(node, components),
        "array" => SchemaKind::Array { items: items(node), rules: array_rules(node) },
        "integer" => SchemaKind::Integer {
            format: integer_format(node),
            minimum: bound(node, "minimum", "exclusiveMinimum", Number::as_i64),
            maximum: bound(node, "maximum", "exclusiveMaximum", Number::as_i64),
            multiple_of: node.get("multipleOf").and_then(Node::number).and_then(Number::as_i64),
        },
        "number" => SchemaKind::Number {
            minimum: bound(node, "minimum", "exclusiveMinimum", Number::as_f64),
            maximum: bound(node, "maximum", "exclusiveMaximum", Number::as_f64),
        },
        "boolean" => SchemaKind::Boolean,
        _ => string(node),
    }
}

fn string(node: Node<'_>) -> SchemaKind {
    if node.get("enum").is_some() {
        return SchemaKind::Enum { values: texts(node, "enum") };
    }
    match format(node) {
        "uuid" => SchemaKind::Uuid,
        "date-time" => SchemaKind::DateTime,
        format => SchemaKind::Text {
            min_length: count(node, "minLength"),
            max_length: count(node, "maxLength"),
            pattern: node.get("pattern").and_then(Node::text).map(str::to_owned),
            secret: format == "password",
        },
    }
}

fn object(node: Node<'_>, components: &Components<'_>) -> SchemaKind {
    let required: HashSet<&str> =
        node.get("required").into_iter().flat_map(Node::items).filter_map(Node::text).collect();
    let members = node.get("properties").into_iter().flat_map(Node::entries);
    SchemaKind::Object {
        members: members
            .map(|member| Member {
                name: member.key().to_owned(),
                required: required.contains(member.key()),
                nullable: components
                    .resolve(Section::Schemas, member)
                    .is_some_and(|schema| flag(schema, "nullable")),
                description: text(member, "description"),
                deprecated: flag(member, "deprecated"),
                example: value(member, "example"),
                ty: ty(member),
            })
            .collect(),
        min_properties: count(node, "minProperties"),
        closed: node.get("additionalProperties").and_then(Node::boolean) == Some(false),
    }
}

fn items(node: Node<'_>) -> Type {
    node.get("items").map_or(Type::String, ty)
}

fn array_rules(node: Node<'_>) -> ArrayRules {
    ArrayRules {
        min_items: count(node, "minItems"),
        max_items: count(node, "maxItems"),
        unique: flag(node, "uniqueItems"),
    }
}

fn integer_format(node: Node<'_>) -> IntegerFormat {
    match format(node) {
        "int32" => IntegerFormat::Int32,
        "int64" => IntegerFormat::Int64,
        _ => IntegerFormat::Unstated,
    }
}

/// A limit, and whether it is exclusive.
fn bound<N>(
    node: Node<'_>,
    limit: &str,
    exclusive: &str,
    read: fn(&Number) -> Option<N>,
) -> Option<(N, bool)> {
    let limit = node.get(limit).and_then(Node::number).and_then(read)?;
    Some((limit, flag(node, exclusive)))
}

fn stated_type(node: Node<'_>) -> &str {
    node.get("type").and_then(Node::text).unwrap_or_default()
}

fn format(node: Node<'_>) -> &str {
    node.get("format").and_then(Node::text).unwrap_or_default()
}
