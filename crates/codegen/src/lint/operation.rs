//! One operation: its name, its words, and that it documents what the stub answers by itself.

use super::context::Lint;
use super::paths::Segment;
use super::shape::{Expect, Shape};
use super::{body, extension, parameter, response, security};
use crate::diagnostic::{quoted, rules};
use crate::source::Node;
use heck::ToSnakeCase;
use std::collections::HashMap;

const OPERATION: Shape = Shape {
    what: "an operation",
    members: &[
        ("operationId", Expect::Text),
        ("summary", Expect::Text),
        ("description", Expect::Text),
        ("tags", Expect::Texts),
        ("deprecated", Expect::Boolean),
        ("parameters", Expect::Sequence),
        ("requestBody", Expect::Mapping),
        ("responses", Expect::Mapping),
        ("security", Expect::Sequence),
        ("x-iam", Expect::Any),
        ("x-idempotent", Expect::Any),
        ("x-provider-operation", Expect::Any),
    ],
    required: &["operationId", "responses"],
    unsupported: &[
        ("callbacks", "leave them out; say in the description what calls back"),
        ("servers", "put them on the path"),
        ("externalDocs", "link to it from the description"),
    ],
};

/// The operations so far, by the Rust name of their method.
#[derive(Default)]
pub(super) struct Seen<'t>(HashMap<String, Node<'t>>);

/// Checks one operation; `template` is empty when the path cannot be split.
pub(super) fn check<'t>(lint: &mut Lint<'t>, node: Node<'t>, template: &[Segment<'t>], seen: &mut Seen<'t>) {
    if !lint.shape(node, &OPERATION) {
        return;
    }
    name(lint, node, seen);
    lint.described(node, "the operation");
    tags(lint, node);
    extension::check(lint, node);
    let security = security::requirements(lint, node);
    let parameters = parameter::check_all(lint, node, template);
    let body = node.get("requestBody");
    if let Some(body) = body {
        if node.key() == "get" {
            lint.report(
                rules::BODY_IN_GET,
                &body.key_place(),
                "a GET has a body, to which HTTP gives no meaning",
                "send it in the query, or use POST",
            );
        }
        body::check_use(lint, body);
    }
    let responses = response::check_all(lint, node);
    let mut must = vec![("500", "a server can always fail")];
    if parameters || body.is_some() {
        must.push(("400", "its parameters or its body can be malformed"));
    }
    if security {
        must.push(("401", "its credentials can be missing or wrong"));
    }
    for (status, why) in must {
        if let Some(responses) = responses
            && responses.get(status).is_none()
        {
            lint.report(
                rules::MISSING_STATUS,
                &responses.key_place(),
                format!("the operation does not document {status}, although {why}"),
                format!("add a response `'{status}'` with the error body"),
            );
        }
    }
}

fn name<'t>(lint: &mut Lint<'t>, node: Node<'t>, seen: &mut Seen<'t>) {
    let Some(id) = node.get("operationId") else { return };
    let Some(text) = id.text() else { return };
    lint.method_name(text, &id.place());
    let rust = text.to_snake_case();
    if let Some(first) = seen.0.get(&rust) {
        let message = if first.text() == Some(text) {
            format!("{} names two operations", quoted(text))
        } else {
            format!("another operation becomes {} in Rust as well", quoted(&rust))
        };
        let label = first.place().label("the other one is here");
        lint.report_beside(
            rules::DUPLICATE_OPERATION_ID,
            &id.place(),
            message,
            "rename one of the two",
            vec![label],
        );
    } else {
        seen.0.insert(rust, id);
    }
}

fn tags<'t>(lint: &mut Lint<'t>, node: Node<'t>) {
    for tag in node.get("tags").into_iter().flat_map(Node::items) {
        let Some(name) = tag.text() else { continue };
        let mut declared = lint.root.get("tags").into_iter().flat_map(Node::items);
        if !declared.any(|declared| declared.get("name").and_then(Node::text) == Some(name)) {
            lint.report(
                rules::UNDECLARED_TAG,
                &tag.place(),
                format!("the tag {} is not declared", quoted(name)),
                "declare it in the document's `tags`",
            );
        }
    }
}

impl<'t> Lint<'t> {
    /// Checks that something says what it is for.
    pub(super) fn described(&mut self, node: Node<'t>, what: &str) {
        let description = node.get("description");
        let place = description.unwrap_or(node).key_place();
        if description.is_none_or(|text| text.text().is_some_and(|text| text.trim().is_empty())) {
            self.report(
                rules::MISSING_DESCRIPTION,
                &place,
                format!("{what} has no description"),
                "say what it is for; descriptions become the documentation of the generated code",
            );
        }
    }
}
