//! Schemas: of `components.schemas`, which may have constraints, and inline ones, which may not.

mod array;
mod inline;
mod keywords;
mod number;
mod object;
mod pattern;
mod text;

pub(super) use pattern::Patterns;

use super::components::{Section, schema_name};
use super::context::Lint;
use super::naming::Style;
use super::reference::Found;
use super::shape::Expect;
use super::{example, graph};
use crate::diagnostic::{quoted, rules};
use crate::source::Node;
use keywords::Type;

/// Where a schema is used, which decides what it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A member of an object.
    Member,
    /// The items of an array.
    Items,
    /// A parameter in a path or header.
    Parameter,
    /// A parameter in the query.
    Query,
    /// A header of a response.
    Header,
    /// The body of a request.
    Body,
    /// The body of a response.
    Answer,
    /// The token of a security scheme.
    Token,
}

/// Checks every schema of `components.schemas`.
pub(super) fn check_components(lint: &mut Lint<'_>) {
    let schemas = lint.components.section(Section::Schemas);
    for schema in schemas.clone() {
        lint.type_name(schema.key(), &schema.key_place());
        component(lint, schema);
    }
    lint.distinct(
        "module of a schema",
        Style::Snake,
        schemas.map(|schema| (schema.key(), schema.key_place())),
    );
}

/// Rules about all schemas together; looked at when every use is known.
pub(super) fn check_graph(lint: &mut Lint<'_>) {
    let finite = graph::finite(&lint.components);
    let sent = graph::reach(lint.sent.iter().copied(), &lint.components);
    for schema in lint.components.section(Section::Schemas) {
        let name = schema.key();
        if !finite.contains(name) {
            lint.report(
                rules::INFINITE_VALUE,
                &schema.key_place(),
                format!("{} has no finite value", quoted(name)),
                "make one of the members that lead back to it optional or nullable",
            );
        }
        let open = schema.get("type").and_then(Node::text) == Some("object")
            && schema.get("additionalProperties").is_none();
        if open && sent.contains(name) {
            lint.report(
                rules::OPEN_REQUEST_OBJECT,
                &schema.key_place(),
                format!("{} is sent in requests and admits unknown members", quoted(name)),
                "add `additionalProperties: false`, so that a misspelt member is refused and not ignored",
            );
        }
    }
}

fn component<'t>(lint: &mut Lint<'t>, schema: Node<'t>) {
    if !lint.expect(schema, Expect::Mapping) || schema.get("$ref").is_some() {
        return;
    }
    let Some(ty) = stated_type(lint, schema) else { return };
    keywords::check(lint, schema, ty);
    match ty {
        Type::String => text::check(lint, schema),
        Type::Integer => number::check_integer(lint, schema),
        Type::Number => number::check_number(lint, schema),
        Type::Boolean => {}
        Type::Array => {
            array::check(lint, schema);
        }
        Type::Object => object::check(lint, schema),
    }
    if let Some(value) = schema.get("example") {
        example::check(lint, value, schema);
    }
}

/// The `type` of a schema; it must have one.
fn stated_type<'t>(lint: &mut Lint<'t>, schema: Node<'t>) -> Option<Type> {
    let Some(node) = schema.get("type") else {
        // `oneOf` and its like come without a type, and then it is not the type that is missing.
        if schema.entries().filter(|entry| keywords::unsupported(lint, *entry)).count() == 0 {
            let message = "the schema does not say its type";
            lint.report(rules::SCHEMA_TYPE, &schema.key_place(), message, "add `type`");
        }
        return None;
    };
    let ty = node.text().and_then(Type::parse);
    if ty.is_none() {
        lint.report(
            rules::SCHEMA_TYPE,
            &node.place(),
            format!("{} is not a type", super::shape::describe(node)),
            "use `string`, `integer`, `number`, `boolean`, `array` or `object`",
        );
    }
    ty
}

/// Checks the schema at a place that uses one; the schema itself, or the component it refers to. Nothing when what is
/// there cannot stand there at all, which has been reported.
pub(super) fn check_use<'t>(lint: &mut Lint<'t>, place: Node<'t>, role: Role) -> Option<Node<'t>> {
    if !lint.expect(place, Expect::Mapping) {
        return None;
    }
    match lint.follow(Section::Schemas, place) {
        Found::Inline(schema) => inline::check(lint, schema, role).then_some(schema),
        Found::Component(schema) => {
            named(lint, place, schema, role);
            Some(schema)
        }
        Found::Nothing => None,
    }
}

/// Checks a reference to a schema: that the schema may stand here.
fn named<'t>(lint: &mut Lint<'t>, place: Node<'t>, schema: Node<'t>, role: Role) {
    let name = schema_name(place).unwrap_or_default();
    travels(lint, schema, role);
    let ty = schema.get("type").and_then(Node::text);
    if role != Role::Member && schema.get("nullable").and_then(Node::boolean) == Some(true) {
        lint.report(
            rules::NULLABLE_PLACE,
            &place.key_place(),
            format!("{} may be null, and {} may not", quoted(name), role.what()),
            "use a schema that is not nullable; only members of objects may be null",
        );
    }
    if role != Role::Token && schema.get("format").and_then(Node::text) == Some("password") {
        lint.report(
            rules::SECRET_OUTSIDE_CREDENTIAL,
            &place.key_place(),
            format!("{} is secret, and is used outside `x-credential`", quoted(name)),
            "declare a security scheme for it, or remove `format: password`",
        );
    }
    let plain = matches!(role, Role::Parameter | Role::Query | Role::Header);
    if plain && (ty == Some("object") || role == Role::Header && ty == Some("array")) {
        lint.report(
            rules::PARAMETER_TYPE,
            &place.key_place(),
            format!("{} cannot be the type of {}", quoted(name), role.what()),
            "use text, a number, a boolean, or in a parameter an array of those",
        );
    }
}

/// Remembers which way a component travels that is used here.
fn travels<'t>(lint: &mut Lint<'t>, component: Node<'t>, role: Role) {
    match role {
        Role::Parameter | Role::Query | Role::Body | Role::Token => {
            lint.sent.insert(component.key());
        }
        Role::Answer | Role::Header => {
            lint.answered.insert(component.key());
        }
        // With whatever holds them.
        Role::Member | Role::Items => {}
    }
}

impl Role {
    /// The place, as a message names it.
    fn what(self) -> &'static str {
        match self {
            Self::Member => "a member",
            Self::Items => "an item of an array",
            Self::Parameter | Self::Query => "a parameter",
            Self::Header => "a header",
            Self::Body => "the body of a request",
            Self::Answer => "the body of a response",
            Self::Token => "a token",
        }
    }
}
