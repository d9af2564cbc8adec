//! Contracts of any size, for the generator to read: services after the pattern of the real one, four operations each.
//!
//! Each service has paths, responses and schemas of its own, as the two of the real contract have, so that a document of
//! twice the operations has twice of everything. The first two operations of a service are those of the real contract.

use crate::Outcome;
use serde_json::{Map, Value, json};

/// The four operations of a service, each with the components that no operation before it has; `§` stands for the
/// service's number. Lint refuses unused components, so what is added must come and go with its operation.
const SERVICE: &str = include_str!("service.json");

/// A contract with this many operations, as JSON: the one notation that all its readers share.
///
/// # Errors
/// `service.json` is not of the described shape.
pub(crate) fn document(operations: usize) -> Outcome<String> {
    let (mut paths, mut schemas, mut responses) = (Map::new(), Map::new(), Map::new());
    let mut missing = operations;
    for service in 0.. {
        let written: Vec<Map<String, Value>> =
            serde_json::from_str(&SERVICE.replace('§', &service.to_string()))?;
        for mut operation in written.into_iter().take(missing) {
            missing -= 1;
            for (section, whole) in
                [("paths", &mut paths), ("schemas", &mut schemas), ("responses", &mut responses)]
            {
                if let Some(Value::Object(part)) = operation.remove(section) {
                    whole.extend(part);
                }
            }
        }
        if missing == 0 {
            break;
        }
    }
    schemas.insert(
        "AuthToken".to_owned(),
        json!({
            "type": "string", "format": "password", "minLength": 1, "maxLength": 40000,
            "description": "A token of the identity service.",
        }),
    );
    let document = json!({
        "openapi": "3.0.3",
        "info": { "title": "Tags of many services", "version": "1.0.0" },
        "security": [{ "token": [] }, { "signature": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "apiKey", "in": "header", "name": "X-Auth-Token",
                    "x-credential": { "kind": "token", "schema": { "$ref": "#/components/schemas/AuthToken" } },
                },
                "signature": {
                    "type": "apiKey", "in": "header", "name": "Authorization",
                    "x-credential": { "kind": "signature", "algorithm": "SDK-HMAC-SHA256" },
                },
            },
            "responses": responses,
            "schemas": schemas,
        },
    });
    Ok(document.to_string())
}
