//! The permission table that policies are judged by is the contract's.

use crate::support::contract;
use serde_json::Value;
use untag_policy::permission;

#[test]
fn policies_know_exactly_the_permissions_of_the_contract() {
    let document = contract::read().document;
    let operations = document["paths"].as_object().expect("paths").values().flat_map(|path| {
        path.as_object().expect("a path").values().filter(|operation| operation.get("operationId").is_some())
    });
    let mut documented: Vec<[String; 6]> = operations.map(row).collect();
    let mut known: Vec<[String; 6]> = permission::ALL
        .iter()
        .map(|row| {
            [
                row.operation_id.to_owned(),
                row.action.to_owned(),
                row.access_level.to_owned(),
                row.resource_type.to_owned(),
                row.resource_condition_keys.join(" "),
                row.request_condition_keys.join(" "),
            ]
        })
        .collect();
    documented.sort();
    known.sort();
    assert_eq!(known, documented);
}

/// An operation's row, as `x-iam` has it.
fn row(operation: &Value) -> [String; 6] {
    let iam = &operation["x-iam"];
    let text =
        |value: &Value| value.as_str().unwrap_or_else(|| panic!("a text: {value} in {iam}")).to_owned();
    let list = |value: &Value| {
        let keys: Vec<String> = value.as_array().expect("a list").iter().map(text).collect();
        keys.join(" ")
    };
    [
        text(&operation["operationId"]),
        text(&iam["action"]),
        text(&iam["accessLevel"]),
        text(&iam["resourceType"]["name"]),
        list(&iam["resourceType"]["conditionKeys"]),
        list(&iam["requestConditionKeys"]),
    ]
}
