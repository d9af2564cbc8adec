//! The JSON Schema of every shared type, as schemars derives it: equal to the contract's, and snapshotted.

use crate::support::contract;
use schemars::schema_for;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use untag_codegen::compare;

/// Every schema of the contract, derived from the Rust type of that name.
fn derived() -> BTreeMap<String, Value> {
    let contract = contract::read();
    macro_rules! schemas {
        ($($name:ident)*) => { BTreeMap::from([$((stringify!($name).to_owned(), schema_for!(untag_types::$name).to_value())),*]) };
    }
    let schemas = schemas! {
        AuthToken DesktopProjectId DesktopId DesktopTagKey ResourceProjectId ResourceType ResourceId
        BatchUntagResourcesBody ResourceTag TagKey TagValue SystemTag SystemTagKey SystemTagValue
        DesktopTagError DesktopErrorCode DesktopErrorMessage DesktopErrorDetail EncodedAuthorizationMessage
        ResourceTagError ResourceErrorCode ResourceErrorMessage
    };
    let named: Vec<&String> = schemas.keys().collect();
    let mut contracted: Vec<&String> = contract.api.schemas.iter().map(|schema| &schema.name).collect();
    contracted.sort();
    assert_eq!(named, contracted, "this test lists every schema of the contract");
    schemas
}

#[test]
fn every_shared_type_has_the_schema_of_the_contract() {
    let contract = contract::read();
    let in_contract = compare::normalise(&contract.document)["schemas"].clone();
    for (name, schema) in derived() {
        // What schemars adds for a schema on its own: the dialect, the type's name, and the schemas it refers to.
        let mut schema = schema;
        for extra in ["$schema", "title", "$defs"] {
            schema.as_object_mut().expect("a schema is an object").remove(extra);
        }
        let text = schema.to_string().replace("#/$defs/", "#/components/schemas/");
        let document = json!({ "components": { "schemas": { name.clone(): serde_json::from_str::<Value>(&text).expect("JSON") } } });
        assert_eq!(compare::normalise(&document)["schemas"][&name], in_contract[&name], "{name}");
    }
}

#[test]
fn the_json_schemas_are_what_reviewers_have_seen() {
    // In the order of names, whatever order serde_json was built to keep.
    insta::with_settings!({ sort_maps => true }, {
        insta::assert_json_snapshot!(derived());
    });
}
