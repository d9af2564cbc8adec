//! Responses: fixed statuses, one kind of body for all successes and one for all failures.

use super::components::{Section, schema_name};
use super::context::Lint;
use super::reference::Found;
use super::schema::Role;
use super::shape::{Expect, Shape, describe};
use super::{body, error_body, header};
use crate::diagnostic::{quoted, rules};
use crate::source::{Kind, Node};

const RESPONSE: Shape = Shape {
    what: "a response",
    members: &[
        ("description", Expect::Text),
        ("headers", Expect::Mapping),
        ("content", Expect::Mapping),
        ("x-error-code", Expect::Text),
    ],
    required: &["description"],
    unsupported: &[("links", "say it in the description")],
};

/// Statuses that the stub answers by itself, so that it must know the code.
const ANSWERED_BY_THE_STUB: &[u16] = &[400, 401, 500];

/// Statuses whose responses end after the headers.
const WITHOUT_BODY: &[u16] = &[204, 205, 304];

/// A response of an operation: where it is stated, and what it is.
struct Stated<'t> {
    status: u16,
    entry: Node<'t>,
    response: Node<'t>,
}

/// Checks the responses of an operation; the mapping that holds them.
pub(super) fn check_all<'t>(lint: &mut Lint<'t>, operation: Node<'t>) -> Option<Node<'t>> {
    let responses = operation.get("responses").filter(|node| matches!(node.kind(), Kind::Mapping(_)))?;
    let mut stated = Vec::new();
    for entry in responses.entries() {
        let status = status(lint, entry);
        if !lint.expect(entry, Expect::Mapping) {
            continue;
        }
        let response = match lint.follow(Section::Responses, entry) {
            Found::Inline(response) => {
                check(lint, response);
                response
            }
            Found::Component(response) => response,
            Found::Nothing => continue,
        };
        stated.extend(status.map(|status| Stated { status, entry, response }));
    }
    let (successes, failures): (Vec<_>, Vec<_>) = stated.into_iter().partition(|stated| stated.status < 400);
    if successes.is_empty() {
        lint.report(
            rules::NO_SUCCESS,
            &responses.key_place(),
            "the operation documents no success",
            "add a response from 200 to 299",
        );
    }
    for stated in &successes {
        success(lint, stated);
    }
    for stated in &failures {
        failure(lint, stated);
    }
    alike(lint, &successes, "success");
    // A failure without a body has been reported as such.
    let failures: Vec<_> = failures.into_iter().filter(|stated| schema(stated.response).is_some()).collect();
    alike(lint, &failures, "failure");
    Some(responses)
}

/// Checks a response where it is defined.
pub(super) fn check<'t>(lint: &mut Lint<'t>, response: Node<'t>) {
    if !lint.shape(response, &RESPONSE) {
        return;
    }
    if response.get("description").is_some() {
        lint.described(response, "the response");
    }
    header::check_all(lint, response);
    if let Some(content) = response.get("content") {
        body::check_content(lint, content, Role::Answer);
    }
}

fn status<'t>(lint: &mut Lint<'t>, entry: Node<'t>) -> Option<u16> {
    let text = entry.key();
    let parsed =
        text.parse::<u16>().ok().filter(|status| text.len() == 3 && !text.starts_with('+') && *status >= 100);
    let (message, help) = match parsed {
        Some(200..=299 | 400..=599) => return parsed,
        Some(status) => (
            format!("the status {status} is neither a success nor a failure"),
            "use statuses from 200 to 299 and from 400 to 599",
        ),
        None if text == "default" => {
            ("`default` is not a fixed status".to_owned(), "write out each status that the operation answers")
        }
        None => (
            format!("{} is not a fixed status", quoted(text)),
            "write out each status that the operation answers, as three digits",
        ),
    };
    lint.report(rules::UNSUPPORTED_STATUS, &entry.key_place(), message, help);
    None
}

fn success<'t>(lint: &mut Lint<'t>, stated: &Stated<'t>) {
    if let Some(content) = stated.response.get("content")
        && WITHOUT_BODY.contains(&stated.status)
    {
        let inline = stated.entry.get("$ref").is_none();
        let place = if inline { content.key_place() } else { stated.entry.key_place() };
        lint.report(
            rules::BODY_NOT_ALLOWED,
            &place,
            format!("a response with status {} has no body", stated.status),
            "remove `content`, or use another status",
        );
    }
    if let Some(code) = stated.response.get("x-error-code") {
        lint.report(
            rules::ERROR_CODE,
            &code.key_place(),
            format!("the success {} has an `x-error-code`", stated.status),
            "remove it",
        );
    }
}

fn failure<'t>(lint: &mut Lint<'t>, stated: &Stated<'t>) {
    let code = stated.response.get("x-error-code");
    if code.is_none() && ANSWERED_BY_THE_STUB.contains(&stated.status) {
        lint.report(
            rules::ERROR_CODE,
            &stated.response.key_place(),
            format!("the stub answers {} by itself and does not know the code", stated.status),
            "add `x-error-code` with the code that stands in `error_code`",
        );
    }
    match schema(stated.response) {
        None => lint.report(
            rules::ERROR_BODY,
            &stated.response.key_place(),
            format!("the failure {} has no body", stated.status),
            "add a `content` whose schema is the operation's error object",
        ),
        Some(schema) => error_body::check(lint, schema, code),
    }
}

/// The schema of a response's body.
fn schema(response: Node<'_>) -> Option<Node<'_>> {
    response.get("content")?.entries().next()?.get("schema")
}

/// Checks that responses of one class have one kind of body, or none.
fn alike<'t>(lint: &mut Lint<'t>, class: &[Stated<'t>], what: &str) {
    let Some(first) = class.first() else { return };
    let expected = schema(first.response);
    for stated in class.iter().skip(1) {
        let found = schema(stated.response);
        if found.map(Node::to_json) != expected.map(Node::to_json) {
            let is = |schema: Option<Node<'_>>| match schema {
                None => "no body".to_owned(),
                Some(schema) => schema_name(schema).map_or_else(|| describe(schema), quoted),
            };
            lint.report_beside(
                rules::SEVERAL_BODIES,
                &stated.entry.key_place(),
                format!(
                    "the {what} {} has {}, and {} has {}",
                    stated.status,
                    is(found),
                    first.status,
                    is(expected)
                ),
                format!("give every {what} of the operation the same body, or none"),
                vec![first.entry.key_place().label("the other one is here")],
            );
        }
    }
}
