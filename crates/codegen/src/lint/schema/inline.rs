//! Schemas that stand where they are used. They have no name, so nothing could carry a constraint of theirs: they say a
//! type, a format, and of an array its limits; what is said about a member stands beside.

use super::keywords::{self, Type};
use super::{Role, array, stated_type, text, travels};
use crate::diagnostic::{quoted, rules};
use crate::lint::context::Lint;
use crate::lint::example;
use crate::source::Node;

/// Keywords that describe a member, not its type.
const ABOUT_MEMBERS: &[&str] = &["description", "deprecated", "nullable", "example"];

/// Keywords of an inline array.
const ABOUT_ARRAYS: &[&str] = &["items", "minItems", "maxItems", "uniqueItems"];

/// Checks a schema without a name. False when no such schema may stand here.
pub(super) fn check<'t>(lint: &mut Lint<'t>, schema: Node<'t>, role: Role) -> bool {
    let Some(ty) = stated_type(lint, schema) else { return false };
    let arrays = matches!(role, Role::Member | Role::Query | Role::Answer);
    let refused = match (role, ty) {
        (Role::Body | Role::Token, _) => Some(format!("the schema of {} is inline", role.what())),
        (Role::Answer, ty) if ty != Type::Array => Some(format!("the schema of {} is inline", role.what())),
        (_, Type::Object) => Some("an object is inline".to_owned()),
        (_, Type::Array) if !arrays => Some(format!("the array that is {} is inline", role.what())),
        _ => None,
    };
    if let Some(message) = refused {
        lint.report(rules::INLINE_SCHEMA, &schema.key_place(), message, NAME_IT);
        return false;
    }
    for entry in schema.entries() {
        member(lint, entry, role, ty);
    }
    if ty == Type::Array {
        if let Some(items) = array::check(lint, schema) {
            travels(lint, items, role);
        }
    } else {
        text::check_format(lint, schema);
    }
    if role == Role::Member
        && let Some(value) = schema.get("example")
    {
        example::check(lint, value, schema);
    }
    true
}

/// What to do about most of what is refused here.
const NAME_IT: &str = "give it a name: move it to `components.schemas` and refer to it with `$ref`";

fn member<'t>(lint: &mut Lint<'t>, entry: Node<'t>, role: Role, ty: Type) {
    let name = entry.key();
    let fits = name == "type"
        || name == "format" && keywords::belongs(name, ty)
        || ABOUT_ARRAYS.contains(&name) && ty == Type::Array
        || ABOUT_MEMBERS.contains(&name) && role == Role::Member;
    if fits && entry.text() == Some("password") && name == "format" {
        lint.report(rules::INLINE_SCHEMA, &entry.place(), "a secret is inline", NAME_IT);
    } else if fits {
        if let Some(expect) = keywords::expected(name) {
            lint.expect(entry, expect);
        }
    } else if name == "nullable" {
        lint.report(
            rules::NULLABLE_PLACE,
            &entry.key_place(),
            format!("{} may not be null", role.what()),
            "remove it; only members of objects may be null",
        );
    } else if ABOUT_MEMBERS.contains(&name) {
        let message = format!("`{name}` in the schema of {} would be ignored", role.what());
        let help = match role {
            Role::Items => "say it in the description of the array",
            _ => "move it out of `schema`, to what the schema belongs to",
        };
        lint.report(rules::UNSUPPORTED_MEMBER, &entry.key_place(), message, help);
    } else if keywords::belongs(name, ty) {
        let message = format!("{} constrains an inline schema", quoted(name));
        lint.report(rules::INLINE_SCHEMA, &entry.key_place(), message, NAME_IT);
    } else {
        keywords::stranger(lint, entry, ty);
    }
}
