//! Which way the values of each schema travel, by what can be reached from requests and from responses.

use crate::ir::{Credential, Direction, Operation, SecurityScheme, Type};
use crate::lint::{Components, reach};
use std::collections::HashSet;

/// The schemas that requests hold, and those that responses hold.
pub(super) struct Directions<'t> {
    requests: HashSet<&'t str>,
    responses: HashSet<&'t str>,
}

impl Directions<'_> {
    /// The direction of one schema.
    pub(super) fn of(&self, name: &str) -> Direction {
        match (self.requests.contains(name), self.responses.contains(name)) {
            (true, false) => Direction::Request,
            (false, true) => Direction::Response,
            (true, true) | (false, false) => Direction::Both,
        }
    }
}

/// The directions of all schemas.
pub(super) fn of<'t>(
    operations: &[Operation],
    schemes: &[SecurityScheme],
    components: &Components<'t>,
) -> Directions<'t> {
    let parameters =
        operations.iter().flat_map(|operation| &operation.parameters).map(|parameter| &parameter.ty);
    let bodies = operations.iter().filter_map(|operation| operation.body.as_ref()).map(|body| &body.ty);
    let tokens = schemes.iter().filter_map(|scheme| match &scheme.credential {
        Credential::Token(schema) => Some(schema.as_str()),
        Credential::Signature(_) => None,
    });
    let answers = operations.iter().flat_map(|operation| &operation.responses);
    let headers = answers
        .clone()
        .flat_map(|response| response.headers.values())
        .filter_map(|header| header.pointer("/schema/$ref")?.as_str()?.strip_prefix("#/components/schemas/"));
    Directions {
        requests: reach(parameters.chain(bodies).filter_map(named).chain(tokens), components),
        responses: reach(
            answers.filter_map(|response| response.body.as_ref()).filter_map(named).chain(headers),
            components,
        ),
    }
}

/// The schema that a place uses, itself or for its items.
fn named(ty: &Type) -> Option<&str> {
    match ty {
        Type::Named(name) => Some(name),
        Type::Array(items, _) => named(items),
        _ => None,
    }
}
