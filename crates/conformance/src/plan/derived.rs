//! A case for each value that was derived from the contract.

use super::{Case, Expected, Reference, Request, encode, named, op_service, operations, secret};
use crate::derive::{self, Candidate, Kind, NO_SUCH_KEY};
use crate::effect::Effect;
use crate::message::{Message, Text};
use crate::schema::{Schemas, resolve};
use crate::target::Target;
use serde_json::Value;
use std::collections::BTreeMap;

/// A case for each value that was derived from the contract.
pub(super) fn cases(target: &Target, document: &Value) -> Vec<Case> {
    let (mut cases, schemas) = (Vec::new(), Schemas::of(document));
    for (path, operation) in operations(document) {
        let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default();
        let body = operation.pointer("/requestBody/content/application~1json/schema");
        let harmless = body.map(|schema| {
            let mut body = derive::valid(document, schema);
            if let Some(members) = body.as_object_mut() {
                members.remove("sys_tags");
            }
            body
        });
        for parameter in operation.get("parameters").and_then(Value::as_array).into_iter().flatten() {
            let (Some(name), Some(schema)) =
                (parameter.get("name").and_then(Value::as_str), parameter.get("schema"))
            else {
                continue;
            };
            let schema = resolve(document, schema);
            for Candidate { how, kind, value } in derive::texts(schema, name) {
                // An empty segment makes another path, which the written cases are about.
                let Some(text) = value.as_str().filter(|text| !text.is_empty()) else { continue };
                let rule = match (name, kind) {
                    ("key", Kind::Length) => "lengths-count-characters",
                    ("key", _) => "desktop-takes-old-keys",
                    _ => "identifiers-have-limits",
                };
                let taken: &[u16] = match name {
                    "key" => &[204],
                    "project_id" => &[403],
                    _ => &[404, 204],
                };
                let named = if name == "key" { vec![(text.to_owned(), None)] } else { Vec::new() };
                let is_valid = schemas.problem(schema, &value).is_none();
                let target_of = target_of(target, path, Some((name, text)));
                let request = request(target, &target_of, harmless.as_ref());
                let case = case(id, &how, rule, is_valid, taken, Some(name), request);
                cases.extend(case.map(|mut case| {
                    case.expected.effect.named = named;
                    case
                }));
            }
        }
        let Some(schema) = body else { continue };
        for Candidate { how, kind, value } in derive::values(document, schema, "body") {
            let rule = match kind {
                _ if value.get("sys_tags").is_some() => "system-tags-are-strict",
                Kind::Length => "lengths-count-characters",
                Kind::Characters => "character-set",
                Kind::Type => "types-are-exact",
                Kind::Nothing => "nothing-is-not-everything",
                Kind::Count => "lists-have-limits",
                Kind::Complete | Kind::Missing => "tag-has-a-key",
                Kind::Unknown => "unknown-members-are-refused",
            };
            let is_valid = schemas.problem(schema, &value).is_none();
            let request = request(target, &target_of(target, path, None), Some(&value));
            cases.extend(case(id, &how, rule, is_valid, &[204], None, request).map(|mut case| {
                case.expected.effect.named = named(&value);
                case
            }));
        }
    }
    cases
}

/// A request target of an operation with the target's own ids, and a key that nothing has; one parameter is another.
fn target_of(target: &Target, path: &str, other: Option<(&str, &str)>) -> String {
    let own = [
        ("project_id", target.project_id.as_str()),
        ("desktop_id", &target.desktop_id),
        ("resource_type", &target.resource_type),
        ("resource_id", &target.resource_id),
        ("key", NO_SUCH_KEY),
    ];
    let path = own.into_iter().fold(path.to_owned(), |path, (name, own)| {
        let text = other.filter(|(changed, _)| *changed == name).map_or(own, |(_, text)| text);
        path.replace(&format!("{{{name}}}"), &encode(text))
    });
    format!("{}{path}", target.url.prefix)
}

/// A request with a body, from a caller who may send it.
fn request(target: &Target, path: &str, body: Option<&Value>) -> Request {
    let auth = &target.credentials;
    let takes_op_service = body.is_some_and(|body| body.get("sys_tags").is_some());
    let caller = if takes_op_service { op_service(auth) } else { Ok(("$TOKEN", &auth.token)) };
    let (shown, token) = match caller {
        Ok(caller) => caller,
        Err(why) => return Request::Impossible(why),
    };
    let body = body.map(Value::to_string).unwrap_or_default();
    let mut lines = vec![
        Text::plain(format!("DELETE {path} HTTP/1.1")),
        Text::plain(format!("Host: {}", target.url.authority)),
        Text::plain("Connection: close"),
        secret("X-Auth-Token", shown, token.expose().to_owned()),
    ];
    if !body.is_empty() {
        lines.push(Text::plain("Content-Type: application/json"));
        lines.push(Text::plain(format!("Content-Length: {}", body.len())));
    }
    Request::Plain(Message { lines, body: if body.is_empty() { Text::default() } else { Text::plain(body) } })
}

fn case(
    operation: &str,
    how: &str,
    rule: &str,
    is_valid: bool,
    taken: &[u16],
    parameter: Option<&str>,
    request: Request,
) -> Option<Case> {
    let why =
        if is_valid { "The contract allows this value." } else { "The contract does not allow this value." };
    Some(Case {
        name: format!("{operation}: {how}"),
        why: why.to_owned(),
        rule: super::rule(rule)?,
        operation: Some(operation.to_owned()),
        given: BTreeMap::new(),
        request,
        expected: Expected {
            statuses: if is_valid { taken.to_vec() } else { vec![400] },
            member: parameter.filter(|_| !is_valid).map(str::to_owned),
            reference: Reference::default(),
            effect: Effect { is_desktop: operation == "deleteDesktopTag", ..Effect::default() },
        },
    })
}
