//! Security: schemes that the stub can read, and operations that name them one by one.

use super::context::Lint;
use super::header;
use super::schema::{Role, check_use};
use super::shape::{Expect, Shape, describe};
use super::suggest::closest;
use crate::diagnostic::{quoted, rules};
use crate::source::Node;
use std::collections::HashMap;

const SCHEME: Shape = Shape {
    what: "a security scheme",
    members: &[
        ("type", Expect::Text),
        ("in", Expect::Text),
        ("name", Expect::Text),
        ("description", Expect::Text),
        ("x-credential", Expect::Mapping),
    ],
    required: &["type", "in", "name", "x-credential"],
    unsupported: &[
        ("scheme", "use `type: apiKey` in a header, and `x-credential`"),
        ("bearerFormat", "use `type: apiKey` in a header, and `x-credential`"),
        ("flows", "use `type: apiKey` in a header, and `x-credential`"),
        ("openIdConnectUrl", "use `type: apiKey` in a header, and `x-credential`"),
        ("$ref", "write the scheme here"),
    ],
};

const TOKEN: Shape = Shape {
    what: "an `x-credential` of the kind `token`",
    members: &[("kind", Expect::Text), ("schema", Expect::Mapping)],
    required: &["schema"],
    unsupported: &[],
};

const SIGNATURE: Shape = Shape {
    what: "an `x-credential` of the kind `signature`",
    members: &[("kind", Expect::Text), ("algorithm", Expect::Text)],
    required: &["algorithm"],
    unsupported: &[],
};

/// The one algorithm that client and server have.
const ALGORITHM: &str = "SDK-HMAC-SHA256";

/// Checks `components.securitySchemes`, and the document's own `security`.
pub(super) fn check(lint: &mut Lint<'_>) {
    let mut headers: HashMap<String, Node<'_>> = HashMap::new();
    let schemes: Vec<_> = schemes(lint.root).collect();
    for scheme in schemes {
        if !lint.shape(scheme, &SCHEME) {
            continue;
        }
        for (member, wanted) in [("type", "apiKey"), ("in", "header")] {
            if let Some(node) = scheme.get(member)
                && let Some(text) = node.text().filter(|text| *text != wanted)
            {
                lint.report(
                    rules::UNSUPPORTED_SCHEME,
                    &node.place(),
                    format!("{} is outside the supported subset", quoted(&format!("{member}: {text}"))),
                    "use `type: apiKey` with `in: header`; `x-credential` says what the header holds",
                );
            }
        }
        if let Some(name) = scheme.get("name")
            && let Some(text) = name.text()
        {
            header::credential_name(lint, name);
            if let Some(first) = headers.insert(text.to_lowercase(), name) {
                lint.report_beside(
                    rules::CREDENTIAL,
                    &name.place(),
                    format!("two schemes use the header {}", quoted(text)),
                    "use another header for one of them",
                    vec![first.place().label("the other one is here")],
                );
            }
        }
        if let Some(credential) = scheme.get("x-credential") {
            self::credential(lint, credential);
        }
    }
    if let Some(security) = lint.root.get("security") {
        alternatives(lint, security);
    }
    unused(lint);
}

fn schemes(root: Node<'_>) -> impl Iterator<Item = Node<'_>> + Clone {
    let schemes = root.get("components").and_then(|components| components.get("securitySchemes"));
    schemes.into_iter().flat_map(Node::entries)
}

fn credential<'t>(lint: &mut Lint<'t>, node: Node<'t>) {
    match node.get("kind").and_then(Node::text) {
        Some("token") => {
            lint.shape(node, &TOKEN);
            let Some(schema) = node.get("schema") else { return };
            if let Some(token) = check_use(lint, schema, Role::Token)
                && token.get("format").and_then(Node::text) != Some("password")
                && schema.get("$ref").is_some()
            {
                lint.report(
                    rules::CREDENTIAL,
                    &schema.key_place(),
                    "the schema of the token is not secret",
                    "refer to a `type: string` with `format: password`, so that nothing prints it",
                );
            }
        }
        Some("signature") => {
            lint.shape(node, &SIGNATURE);
            if let Some(algorithm) = node.get("algorithm").filter(|node| node.text() != Some(ALGORITHM)) {
                lint.report(
                    rules::CREDENTIAL,
                    &algorithm.place(),
                    format!("nothing here signs with {}", describe(algorithm)),
                    format!("use `{ALGORITHM}`"),
                );
            }
        }
        _ => lint.report(
            rules::CREDENTIAL,
            &node.get("kind").unwrap_or(node).key_place(),
            "the kind of the credential is unknown",
            "write `kind: token` with a `schema`, or `kind: signature` with an `algorithm`",
        ),
    }
}

/// Checks the requirements of an operation; whether it asks for credentials.
pub(super) fn requirements<'t>(lint: &mut Lint<'t>, operation: Node<'t>) -> bool {
    if let Some(security) = operation.get("security") {
        alternatives(lint, security);
    }
    let security = operation.get("security").or_else(|| lint.root.get("security"));
    security.is_some_and(|security| security.items().next().is_some())
}

fn alternatives<'t>(lint: &mut Lint<'t>, security: Node<'t>) {
    let mut seen: HashMap<&str, Node<'t>> = HashMap::new();
    for alternative in security.items() {
        if !lint.expect(alternative, Expect::Mapping) {
            continue;
        }
        let mut named = alternative.entries();
        let (Some(scheme), None) = (named.next(), named.next()) else {
            lint.report(
                rules::SECURITY_ALTERNATIVE,
                &alternative.place(),
                "an alternative does not name exactly one scheme",
                "name one scheme in each; `security: []` asks for no credentials",
            );
            continue;
        };
        if scheme.items().next().is_some() {
            lint.report(
                rules::SECURITY_ALTERNATIVE,
                &scheme.place(),
                format!("{} has scopes, which its scheme cannot have", quoted(scheme.key())),
                "write `[]`",
            );
        }
        lint.expect(scheme, Expect::Sequence);
        if let Some(first) = seen.insert(scheme.key(), scheme) {
            lint.report_beside(
                rules::SECURITY_ALTERNATIVE,
                &scheme.key_place(),
                format!("{} is an alternative twice", quoted(scheme.key())),
                "remove one of the two",
                vec![first.key_place().label("first named here")],
            );
        }
        known(lint, scheme);
    }
}

fn known<'t>(lint: &mut Lint<'t>, scheme: Node<'t>) {
    let names = || schemes(lint.root).map(Node::key);
    if names().any(|name| name == scheme.key()) {
        return;
    }
    let help = match closest(scheme.key(), names()) {
        Some(close) => format!("did you mean `{close}`?"),
        None => "add it to `components.securitySchemes`".to_owned(),
    };
    let message = format!("there is no security scheme {}", quoted(scheme.key()));
    lint.report(rules::UNKNOWN_SCHEME, &scheme.key_place(), message, help);
}

/// Schemes that no operation names.
fn unused(lint: &mut Lint<'_>) {
    let root = lint.root;
    let paths = root.get("paths").into_iter().flat_map(Node::entries);
    let operations = paths.flat_map(Node::entries);
    let stated = operations.filter_map(|operation| operation.get("security")).chain(root.get("security"));
    let named: std::collections::HashSet<&str> =
        stated.flat_map(Node::items).flat_map(Node::entries).map(Node::key).collect();
    for scheme in schemes(root).filter(|scheme| !named.contains(scheme.key())) {
        lint.report(
            rules::UNUSED_COMPONENT,
            &scheme.key_place(),
            format!("no operation uses the security scheme {}", quoted(scheme.key())),
            "remove it, or name it in `security`",
        );
    }
}
