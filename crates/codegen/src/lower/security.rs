//! Security schemes.

use super::{extensions, text};
use crate::ir::{Credential, SecurityScheme};
use crate::lint::schema_name;
use crate::source::Node;

/// `components.securitySchemes`, in document order.
pub(super) fn schemes(root: Node<'_>) -> Vec<SecurityScheme> {
    let schemes = root.get("components").and_then(|components| components.get("securitySchemes"));
    schemes.into_iter().flat_map(Node::entries).map(scheme).collect()
}

fn scheme(node: Node<'_>) -> SecurityScheme {
    SecurityScheme {
        name: node.key().to_owned(),
        header: text(node, "name"),
        description: text(node, "description"),
        credential: credential(node),
        extensions: extensions(node),
    }
}

fn credential(node: Node<'_>) -> Credential {
    let stated = node.get("x-credential");
    match stated.and_then(|stated| stated.get("schema")).and_then(schema_name) {
        Some(schema) => Credential::Token(schema.to_owned()),
        None => Credential::Signature(stated.map(|stated| text(stated, "algorithm")).unwrap_or_default()),
    }
}
