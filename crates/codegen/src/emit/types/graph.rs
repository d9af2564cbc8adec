//! What schemas hold, directly or through others: where a box must stand, and which traits a type can have.

use crate::ir::{Api, Member, SchemaKind, Type};
use std::collections::BTreeSet;

/// Whether a member of `owner` must be boxed: its type holds `owner` again, member by member. A `Vec` on the way ends
/// the chain, because it keeps its items elsewhere.
pub(super) fn is_boxed(api: &Api, owner: &str, member: &Type) -> bool {
    let Type::Named(name) = member else { return false };
    let direct = |name: &str| -> Vec<String> {
        let named = |member: &Member| match &member.ty {
            Type::Named(name) => Some(name.clone()),
            _ => None,
        };
        match api.schema(name).map(|schema| &schema.kind) {
            Some(SchemaKind::Object { members, .. }) => members.iter().filter_map(named).collect(),
            _ => Vec::new(),
        }
    };
    reach(name, direct).contains(owner)
}

/// Whether values of the schema can be compared for equality in the full sense: no floating-point number is in them.
pub(super) fn is_eq(api: &Api, name: &str) -> bool {
    let holds_number = |name: &String| match api.schema(name).map(|schema| &schema.kind) {
        Some(SchemaKind::Number { .. }) => true,
        Some(SchemaKind::Object { members, .. }) => members.iter().any(|member| is_number(&member.ty)),
        Some(SchemaKind::Array { items, .. }) => is_number(items),
        _ => false,
    };
    !reach(name, |name| held(api, name)).iter().any(holds_number)
}

/// The names that the schema of this name holds, arrays included.
fn held(api: &Api, name: &str) -> Vec<String> {
    let kind = api.schema(name).map(|schema| &schema.kind);
    kind.into_iter().flat_map(names_in).map(str::to_owned).collect()
}

/// The names of the schemas that a schema refers to.
pub(super) fn names_in(kind: &SchemaKind) -> Vec<&str> {
    match kind {
        SchemaKind::Object { members, .. } => members.iter().filter_map(|member| named(&member.ty)).collect(),
        SchemaKind::Array { items, .. } => named(items).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// The schema that a type names, perhaps as the items of an array.
pub(super) fn named(ty: &Type) -> Option<&str> {
    match ty {
        Type::Named(name) => Some(name),
        Type::Array(items, _) => named(items),
        _ => None,
    }
}

fn is_number(ty: &Type) -> bool {
    match ty {
        Type::Number => true,
        Type::Array(items, _) => is_number(items),
        _ => false,
    }
}

/// `start` and everything that `next` leads to from there.
fn reach(start: &str, next: impl Fn(&str) -> Vec<String>) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut open = vec![start.to_owned()];
    while let Some(name) = open.pop() {
        if !seen.contains(&name) {
            open.extend(next(&name));
            seen.insert(name);
        }
    }
    seen
}
