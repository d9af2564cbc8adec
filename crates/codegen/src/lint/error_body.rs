//! The body of a failure: an object that the stub can fill by itself, because it needs nothing but a code and a message.

use super::components::{Section, schema_name};
use super::context::Lint;
use super::example;
use crate::diagnostic::{quoted, rules};
use crate::source::Node;

/// The members that every error object has.
const MEMBERS: [&str; 2] = ["error_code", "error_msg"];

/// Checks the schema of a failure's body, and the code that the stub puts into it.
pub(super) fn check<'t>(lint: &mut Lint<'t>, schema: Node<'t>, code: Option<Node<'t>>) {
    let Some(object) = lint.components.resolve(Section::Schemas, schema) else { return };
    let name = schema_name(schema);
    if let Some(problem) = problem(lint, object, name.is_some()) {
        let name = name.map_or_else(|| "the schema".to_owned(), quoted);
        lint.report(
            rules::ERROR_BODY,
            &schema.key_place(),
            format!("{name} cannot be the body of a failure: {problem}"),
            "use a named object whose required members are the texts `error_code` and `error_msg`, and no others",
        );
        return;
    }
    let member = object.get("properties").and_then(|members| members.get("error_code"));
    let member = member.and_then(|member| lint.components.resolve(Section::Schemas, member));
    if let (Some(code), Some(member)) = (code, member)
        && let Some(problem) = example::problem(code, member, &mut lint.patterns)
    {
        lint.report(
            rules::ERROR_CODE,
            &code.place(),
            format!("the code does not fit `error_code`: it {problem}"),
            "change the code, or the schema of `error_code`",
        );
    }
}

/// Why the stub cannot fill such an object, if it cannot.
fn problem(lint: &Lint<'_>, object: Node<'_>, named: bool) -> Option<&'static str> {
    if !named {
        return Some("it has no name");
    }
    if object.get("type").and_then(Node::text) != Some("object") {
        return Some("it is not an object");
    }
    if object.get("nullable").and_then(Node::boolean) == Some(true) {
        return Some("it may be null");
    }
    let least = object.get("minProperties").and_then(Node::number).and_then(serde_json::Number::as_u64);
    if least.is_some_and(|least| least > 2) {
        return Some("it needs more than two members");
    }
    let mut required = object.get("required").into_iter().flat_map(Node::items).filter_map(Node::text);
    if !MEMBERS.iter().all(|member| required.clone().any(|required| required == *member)) {
        return Some("it does not require `error_code` and `error_msg`");
    }
    if required.any(|required| !MEMBERS.contains(&required)) {
        return Some("it requires further members");
    }
    let members = object.get("properties");
    let is_text = |name: &&str| {
        let member = members.and_then(|members| members.get(name));
        member.and_then(|member| lint.components.resolve(Section::Schemas, member)).is_some_and(|schema| {
            schema.get("type").and_then(Node::text) == Some("string")
                && schema.get("enum").is_none()
                && schema.get("format").is_none()
                && schema.get("nullable").and_then(Node::boolean) != Some(true)
        })
    };
    if MEMBERS.iter().all(is_text) {
        None
    } else {
        Some("`error_code` and `error_msg` are not both plain text")
    }
}
