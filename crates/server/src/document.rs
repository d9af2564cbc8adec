//! Corrections of the document that utoipa derives: what it adds of its own accord goes, what its attributes cannot say comes.

use untag_types::schema::{self, Describe, Schema};
use utoipa::openapi::path::{Operation, Parameter, PathItem};
use utoipa::openapi::{OpenApi, RefOr, Required};

/// Takes away what utoipa fills in where the contract says nothing: members of `info` that it finds in the crate's
/// manifest, and tags that it makes of module names. Bodies of the operations in `optional_bodies` need not be sent.
pub fn correct(document: &mut OpenApi, absent: &[&str], optional_bodies: &[&str]) {
    let info = &mut document.info;
    for member in absent {
        match *member {
            "description" => info.description = None,
            "contact" => info.contact = None,
            "license" => info.license = None,
            _ => {}
        }
    }
    let declared: Vec<String> = document.tags.iter().flatten().map(|tag| tag.name.clone()).collect();
    for operation in operations(document) {
        if let Some(tags) = &mut operation.tags {
            tags.retain(|tag| declared.contains(tag));
        }
        operation.tags = operation.tags.take().filter(|tags| !tags.is_empty());
        let is_optional = operation.operation_id.as_deref().is_some_and(|id| optional_bodies.contains(&id));
        if let (true, Some(RefOr::T(body))) = (is_optional, &mut operation.request_body) {
            body.required = Some(Required::False);
        }
    }
}

/// Describes a parameter without a named schema by the field of the request that holds it.
pub fn describe<S, T: Describe>(
    document: &mut OpenApi,
    operation_id: &str,
    parameter: &str,
    field: impl Fn(&S) -> &T,
    adjust: impl FnOnce(Schema) -> Schema,
) {
    let schema = schema::openapi_inline(field, adjust);
    let operation =
        operations(document).find(|operation| operation.operation_id.as_deref() == Some(operation_id));
    let parameters = operation.and_then(|operation| operation.parameters.as_mut());
    let found = parameters.into_iter().flatten().find_map(|candidate| match candidate {
        RefOr::T(found) if found.name == parameter => Some(found),
        _ => None,
    });
    if let Some(Parameter { schema: described, .. }) = found {
        *described = Some(schema);
    }
}

fn operations(document: &mut OpenApi) -> impl Iterator<Item = &mut Operation> {
    document.paths.paths.values_mut().flat_map(|item| {
        let PathItem { get, put, post, delete, patch, .. } = item;
        [get, put, post, delete, patch].into_iter().flatten()
    })
}
