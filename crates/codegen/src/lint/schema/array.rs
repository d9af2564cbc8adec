//! Arrays, named and inline.

use super::number::ordered;
use super::{Role, check_use};
use crate::diagnostic::rules;
use crate::lint::context::Lint;
use crate::source::Node;

/// Checks the items and the limits of an array; the component that its items are, if they are one.
pub(super) fn check<'t>(lint: &mut Lint<'t>, schema: Node<'t>) -> Option<Node<'t>> {
    ordered(lint, schema, "minItems", "maxItems", false);
    let Some(items) = schema.get("items") else {
        let message = "the array does not say what its items are";
        lint.report(rules::MISSING_MEMBER, &schema.key_place(), message, "add `items`");
        return None;
    };
    check_use(lint, items, Role::Items).filter(|_| items.get("$ref").is_some())
}
