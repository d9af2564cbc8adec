//! Parameters: where they travel, in which form, and that a path and its parameters know each other.

use super::components::Section;
use super::context::Lint;
use super::header;
use super::naming::Style;
use super::paths::Segment;
use super::reference::Found;
use super::schema::{Role, check_use};
use super::shape::{Expect, Shape};
use super::{array_parameter, example};
use crate::diagnostic::{quoted, rules};
use crate::source::Node;
use std::collections::HashMap;

const PARAMETER: Shape = Shape {
    what: "a parameter",
    members: &[
        ("name", Expect::Text),
        ("in", Expect::Text),
        ("description", Expect::Text),
        ("required", Expect::Boolean),
        ("deprecated", Expect::Boolean),
        ("style", Expect::Text),
        ("explode", Expect::Boolean),
        ("schema", Expect::Mapping),
        ("example", Expect::Any),
    ],
    required: &["name", "in", "schema"],
    unsupported: &[
        ("allowEmptyValue", "leave it out; an empty value is a value"),
        ("allowReserved", "leave it out; everything reserved is percent-encoded"),
        ("content", "use `schema`; parameters are plain values"),
        ("examples", "use `example`"),
    ],
};

/// Checks the parameters of an operation; whether there are any.
pub(super) fn check_all<'t>(lint: &mut Lint<'t>, operation: Node<'t>, template: &[Segment<'t>]) -> bool {
    let mut resolved = Vec::new();
    for entry in operation.get("parameters").into_iter().flat_map(Node::items) {
        if !lint.expect(entry, Expect::Mapping) {
            continue;
        }
        match lint.follow(Section::Parameters, entry) {
            Found::Inline(parameter) => {
                check(lint, parameter);
                resolved.push((entry, parameter));
            }
            Found::Component(parameter) => resolved.push((entry, parameter)),
            Found::Nothing => {}
        }
    }
    duplicates(lint, operation, &resolved);
    if !template.is_empty() {
        in_template(lint, operation, &resolved, template);
    }
    !resolved.is_empty()
}

/// Checks one parameter where it is defined.
pub(super) fn check<'t>(lint: &mut Lint<'t>, parameter: Node<'t>) {
    if !lint.shape(parameter, &PARAMETER) {
        return;
    }
    lint.described(parameter, "the parameter");
    let location = parameter.get("in").and_then(Node::text).unwrap_or_default();
    if let Some(node) = parameter.get("in").filter(|_| !matches!(location, "path" | "query" | "header")) {
        lint.report(
            rules::UNSUPPORTED_LOCATION,
            &node.place(),
            format!("parameters in {} are not supported", quoted(location)),
            "use `path`, `query` or `header`",
        );
        return;
    }
    if let Some(name) = parameter.get("name").filter(|name| name.text() == Some("")) {
        lint.report(rules::UNNAMEABLE, &name.place(), "a parameter has an empty name", "give it a name");
    }
    if location == "path" && parameter.get("required").and_then(Node::boolean) != Some(true) {
        let at = parameter.get("required").unwrap_or(parameter);
        lint.report(
            rules::OPTIONAL_PATH_PARAMETER,
            &at.key_place(),
            "the path parameter is not required",
            "write `required: true`; a path is not there without its parameters",
        );
    }
    if location == "header"
        && let Some(name) = parameter.get("name")
    {
        header::parameter_name(lint, name);
    }
    style(lint, parameter, location);
    let Some(schema) = parameter.get("schema") else { return };
    let role = if location == "query" { Role::Query } else { Role::Parameter };
    if let Some(schema) = check_use(lint, schema, role) {
        array_parameter::check(lint, parameter, schema, location);
        if let Some(value) = parameter.get("example") {
            example::check(lint, value, schema);
        }
    }
}

/// The forms that nothing but the defaults is supported of.
fn style<'t>(lint: &mut Lint<'t>, parameter: Node<'t>, location: &str) {
    let (style, explode) = if location == "query" { ("form", true) } else { ("simple", false) };
    let other_style = parameter.get("style").filter(|node| node.text().is_some_and(|text| text != style));
    let other_explode =
        parameter.get("explode").filter(|node| node.boolean().is_some_and(|value| value != explode));
    for node in other_style.into_iter().chain(other_explode) {
        lint.report(
            rules::PARAMETER_STYLE,
            &node.place(),
            format!("`{}` of a parameter in `{location}` differs from the default", node.key()),
            format!("remove it; the default is `style: {style}` with `explode: {explode}`"),
        );
    }
}

fn duplicates<'t>(lint: &mut Lint<'t>, operation: Node<'t>, resolved: &[(Node<'t>, Node<'t>)]) {
    let mut seen: HashMap<(&str, String), Node<'t>> = HashMap::new();
    let mut names = Vec::new();
    for (entry, parameter) in resolved {
        let location = parameter.get("in").and_then(Node::text).unwrap_or_default();
        let Some(name) = parameter.get("name").and_then(Node::text) else { continue };
        let key = if location == "header" { name.to_lowercase() } else { name.to_owned() };
        if let Some(first) = seen.insert((location, key), *entry) {
            lint.report_beside(
                rules::DUPLICATE_PARAMETER,
                &entry.place(),
                format!("the operation has two parameters {} in `{location}`", quoted(name)),
                "remove one of the two",
                vec![first.place().label("the other one is here")],
            );
        } else {
            names.push((name, entry.place()));
        }
    }
    names.retain(|(name, _)| !name.is_empty());
    // The body is an argument beside the parameters.
    let body = operation.get("requestBody").map(|body| ("body", body.key_place()));
    lint.distinct("argument", Style::Snake, body.into_iter().chain(names));
}

/// Checks the path parameters against the template.
fn in_template<'t>(
    lint: &mut Lint<'t>,
    operation: Node<'t>,
    resolved: &[(Node<'t>, Node<'t>)],
    template: &[Segment<'t>],
) {
    let name = |parameter: &Node<'t>| parameter.get("name").and_then(Node::text);
    let in_path = |parameter: &Node<'t>| parameter.get("in").and_then(Node::text) == Some("path");
    for (entry, parameter) in resolved.iter().filter(|(_, parameter)| in_path(parameter)) {
        let stated = name(parameter).unwrap_or_default();
        if !template.contains(&Segment::Parameter(stated)) {
            lint.report(
                rules::PARAMETER_NOT_IN_PATH,
                &entry.place(),
                format!("the path has no parameter {}", quoted(stated)),
                "remove it, or write it into the path in braces",
            );
        }
    }
    for segment in template {
        let Segment::Parameter(wanted) = segment else { continue };
        if !resolved.iter().any(|(_, parameter)| in_path(parameter) && name(parameter) == Some(wanted)) {
            lint.report(
                rules::UNDECLARED_PARAMETER,
                &operation.key_place(),
                format!("the operation does not declare {} of its path", quoted(wanted)),
                "add it to `parameters` with `in: path` and `required: true`",
            );
        }
    }
}
