//! Bodies of requests, and the `content` that requests and responses share: one media type, and it is JSON.

use super::components::Section;
use super::context::Lint;
use super::example;
use super::reference::Found;
use super::schema::{self, Role};
use super::shape::{Expect, Shape};
use crate::diagnostic::{quoted, rules};
use crate::source::Node;

const BODY: Shape = Shape {
    what: "a request body",
    members: &[("description", Expect::Text), ("required", Expect::Boolean), ("content", Expect::Mapping)],
    required: &["content"],
    unsupported: &[],
};

const MEDIA: Shape = Shape {
    what: "a media type",
    members: &[("schema", Expect::Mapping), ("example", Expect::Any), ("examples", Expect::Mapping)],
    required: &["schema"],
    unsupported: &[("encoding", "leave it out; JSON has no encodings")],
};

const EXAMPLE: Shape = Shape {
    what: "an example",
    members: &[("summary", Expect::Text), ("description", Expect::Text), ("value", Expect::Any)],
    required: &["value"],
    unsupported: &[
        ("$ref", "write the example here"),
        ("externalValue", "write the example here, as `value`"),
    ],
};

/// Checks the body of an operation.
pub(super) fn check_use<'t>(lint: &mut Lint<'t>, body: Node<'t>) {
    if lint.expect(body, Expect::Mapping)
        && let Found::Inline(body) = lint.follow(Section::RequestBodies, body)
    {
        check(lint, body);
    }
}

/// Checks a request body where it is defined.
pub(super) fn check<'t>(lint: &mut Lint<'t>, body: Node<'t>) {
    if lint.shape(body, &BODY)
        && let Some(content) = body.get("content")
    {
        check_content(lint, content, Role::Body);
    }
}

/// Checks a `content` of a request or a response.
pub(super) fn check_content<'t>(lint: &mut Lint<'t>, content: Node<'t>, role: Role) {
    let mut types = content.entries();
    let Some(media) = types.next() else {
        lint.report(
            rules::MEDIA_TYPE,
            &content.key_place(),
            "`content` has no media type",
            "add `application/json`, or remove `content`",
        );
        return;
    };
    for further in types {
        lint.report(
            rules::MEDIA_TYPE,
            &further.key_place(),
            format!("{} is a second media type", quoted(further.key())),
            "keep one of them; generated code reads and writes JSON",
        );
    }
    if !is_json(media.key()) {
        lint.report(
            rules::MEDIA_TYPE,
            &media.key_place(),
            format!("{} is not JSON", quoted(media.key())),
            "use `application/json`, with or without `charset=UTF-8`",
        );
        return;
    }
    if !lint.shape(media, &MEDIA) {
        return;
    }
    let schema = media.get("schema").and_then(|schema| schema::check_use(lint, schema, role));
    examples(lint, media, schema);
}

fn examples<'t>(lint: &mut Lint<'t>, media: Node<'t>, schema: Option<Node<'t>>) {
    let one = media.get("example");
    let several = media.get("examples");
    if let (Some(one), Some(several)) = (one, several) {
        lint.report_beside(
            rules::EXAMPLE_AND_EXAMPLES,
            &several.key_place(),
            "`examples` stands beside `example`",
            "keep one of the two",
            vec![one.key_place().label("`example` is here")],
        );
    }
    let mut values: Vec<Node<'t>> = one.into_iter().collect();
    for example in several.into_iter().flat_map(Node::entries) {
        if lint.shape(example, &EXAMPLE) {
            values.extend(example.get("value"));
        }
    }
    if let Some(schema) = schema {
        for value in values {
            example::check(lint, value, schema);
        }
    }
}

/// `application/json`, with or without `charset=UTF-8`.
fn is_json(media_type: &str) -> bool {
    let mut parts = media_type.split(';').map(str::trim);
    parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"))
        && parts.next().is_none_or(|charset| charset.eq_ignore_ascii_case("charset=utf-8"))
        && parts.next().is_none()
}
