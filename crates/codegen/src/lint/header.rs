//! Headers: of requests and of credentials, whose names are not all free, and of responses, of which the stub sends one by itself.

use super::components::Section;
use super::context::Lint;
use super::example;
use super::reference::Found;
use super::schema::{Role, check_use};
use super::shape::{Expect, Shape};
use crate::diagnostic::{quoted, rules};
use crate::source::Node;

const HEADER: Shape = Shape {
    what: "a header",
    members: &[("description", Expect::Text), ("schema", Expect::Mapping), ("example", Expect::Any)],
    required: &["schema"],
    unsupported: &[
        ("name", "the key is the name"),
        ("in", "leave it out; it is a header"),
        ("required", "leave it out; the stub sends it with every response"),
        ("deprecated", "leave it out; the stub sends it with every response"),
        ("style", "leave it out; headers are plain values"),
        ("explode", "leave it out; headers are plain values"),
        ("content", "use `schema`; headers are plain values"),
        ("examples", "use `example`"),
        ("allowEmptyValue", "leave it out; headers are plain values"),
        ("allowReserved", "leave it out; headers are plain values"),
    ],
};

/// Headers that OpenAPI says are ignored when they are stated as parameters.
const IGNORED: &[&str] = &["accept", "authorization", "content-type"];

/// Headers that HTTP, or the client and the stub, set by themselves.
const RESERVED: &str = "\
    allow connection content-encoding content-length cookie date expect host keep-alive \
    proxy-authorization proxy-connection set-cookie te trailer transfer-encoding upgrade x-request-id";

/// The header that the stub sends with every response.
const SENT: &str = "X-Request-Id";

/// Checks the name of a header parameter.
pub(super) fn parameter_name<'t>(lint: &mut Lint<'t>, node: Node<'t>) {
    let Some(name) = node.text() else { return };
    let lower = name.to_lowercase();
    if IGNORED.contains(&lower.as_str()) {
        lint.report(
            rules::IGNORED_HEADER,
            &node.place(),
            format!("OpenAPI ignores a header parameter {}", quoted(name)),
            "say it with `content` or with a security scheme",
        );
    } else if is_reserved(&lower) || credential_headers(lint).any(|used| used == lower) {
        reserved(lint, node, name);
    } else if !name.is_empty() {
        // An empty one has been reported, as that of any parameter.
        grammar(lint, node, name);
    }
}

/// Checks the name of a header that holds a credential. Unlike a parameter's it may be `Authorization`.
pub(super) fn credential_name<'t>(lint: &mut Lint<'t>, node: Node<'t>) {
    let Some(name) = node.text() else { return };
    if is_reserved(&name.to_lowercase()) {
        reserved(lint, node, name);
    } else {
        grammar(lint, node, name);
    }
}

fn is_reserved(lower: &str) -> bool {
    RESERVED.split(' ').any(|reserved| reserved == lower)
}

fn reserved<'t>(lint: &mut Lint<'t>, node: Node<'t>, name: &str) {
    lint.report(
        rules::RESERVED_HEADER,
        &node.place(),
        format!("the header {} belongs to HTTP, or to the client and the stub", quoted(name)),
        "use another name",
    );
}

fn grammar<'t>(lint: &mut Lint<'t>, node: Node<'t>, name: &str) {
    let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if name.is_empty() || !name.chars().all(token) {
        lint.report(
            rules::HEADER_NAME,
            &node.place(),
            format!("{} cannot be the name of a header", quoted(name)),
            "use letters, digits and `-`",
        );
    }
}

/// The headers of security schemes, in lower case.
fn credential_headers(lint: &Lint<'_>) -> impl Iterator<Item = String> {
    let schemes = lint.root.get("components").and_then(|components| components.get("securitySchemes"));
    schemes
        .into_iter()
        .flat_map(Node::entries)
        .filter_map(|scheme| scheme.get("name").and_then(Node::text))
        .map(str::to_lowercase)
}

/// Checks the `headers` of a response.
pub(super) fn check_all<'t>(lint: &mut Lint<'t>, response: Node<'t>) {
    for header in response.get("headers").into_iter().flat_map(Node::entries) {
        if !header.key().eq_ignore_ascii_case(SENT) {
            lint.report(
                rules::UNSUPPORTED_HEADER,
                &header.key_place(),
                format!("nothing sends the header {}", quoted(header.key())),
                format!("remove it; `{SENT}` is the one header that the stub sends, and it sends it always"),
            );
        }
        if lint.expect(header, Expect::Mapping)
            && let Found::Inline(header) = lint.follow(Section::Headers, header)
        {
            check(lint, header);
        }
    }
}

/// Checks a header of a response where it is defined.
pub(super) fn check<'t>(lint: &mut Lint<'t>, header: Node<'t>) {
    if lint.shape(header, &HEADER)
        && let Some(schema) = header.get("schema")
        && let Some(schema) = check_use(lint, schema, Role::Header)
        && let Some(value) = header.get("example")
    {
        example::check(lint, value, schema);
    }
}
