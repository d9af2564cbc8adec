//! From the tree that lint has accepted to what the emitters read. Total: whatever lint let through has a meaning here.

mod direction;
mod operation;
mod schema;
mod security;

use crate::Contract;
use crate::ir::Api;
use crate::lint::Components;
use crate::source::{Node, Tree};
use serde_json::{Map, Value};

/// Lowers a document.
pub(crate) fn lower(tree: &Tree, components: &Components<'_>) -> Contract {
    let root = tree.root();
    let security_schemes = security::schemes(root);
    let operations = operation::operations(root, components);
    let schemas =
        schema::schemas(root, components, &direction::of(&operations, &security_schemes, components));
    let api = Api {
        info: root.get("info").map(Node::to_map).unwrap_or_default(),
        tags: values(root, "tags"),
        servers: values(root, "servers"),
        operations,
        schemas: schemas.into(),
        security_schemes,
    };
    Contract { document: root.to_json(), api }
}

/// A text member; empty when absent.
fn text(node: Node<'_>, key: &str) -> String {
    node.get(key).and_then(Node::text).unwrap_or_default().to_owned()
}

/// A boolean member; false when absent.
fn flag(node: Node<'_>, key: &str) -> bool {
    node.get(key).and_then(Node::boolean).unwrap_or_default()
}

/// A member that counts something.
fn count(node: Node<'_>, key: &str) -> Option<u64> {
    node.get(key)?.number()?.as_u64()
}

/// A member as JSON.
fn value(node: Node<'_>, key: &str) -> Option<Value> {
    node.get(key).map(Node::to_json)
}

/// The items of a member as JSON; empty when absent.
fn values(node: Node<'_>, key: &str) -> Vec<Value> {
    node.get(key).into_iter().flat_map(Node::items).map(Node::to_json).collect()
}

/// The texts of a member; empty when absent.
fn texts(node: Node<'_>, key: &str) -> Vec<String> {
    node.get(key).into_iter().flat_map(Node::items).filter_map(Node::text).map(str::to_owned).collect()
}

/// The `x-…` members as JSON.
fn extensions(node: Node<'_>) -> Map<String, Value> {
    node.entries()
        .filter(|entry| entry.key().starts_with("x-"))
        .map(|entry| (entry.key().to_owned(), entry.to_json()))
        .collect()
}
