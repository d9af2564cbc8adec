//! openapi-spec-validator: the contract is a document of OpenAPI 3.0, examples and defaults included, and so is the one that utoipa
//! derives from the stub.

use super::python;
use crate::support::contract;
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::NamedTempFile;

/// What makes a contract wrong.
type Spoil = fn(&mut Value);

/// What it says to a file.
fn judge(document: &Path) -> Output {
    let mut command = Command::new(python());
    command.args(["-m", "openapi_spec_validator", "--errors", "all"]).arg(document);
    command.output().expect("it runs")
}

/// What it says to a document.
fn judge_value(document: &Value) -> Output {
    let file = NamedTempFile::with_suffix(".json").expect("a file");
    std::fs::write(&file, document.to_string()).expect("a document");
    judge(file.path())
}

fn accepts(output: &Output) {
    assert!(output.status.success() && output.stdout.ends_with(b": OK\n"), "{output:?}");
}

#[test]
fn it_accepts_the_contract() {
    accepts(&judge(&contract::root().join("openapi/untag.yaml")));
}

#[test]
fn it_accepts_the_document_that_utoipa_derives() {
    accepts(&judge_value(&serde_json::to_value(untag_server::openapi()).expect("the document is JSON")));
}

#[test]
fn it_refuses_what_is_wrong() {
    let wrongs: [(&str, Spoil); 3] = [
        ("a parameter nobody declares", |document| {
            let path = "/v2/{project_id}/desktops/{desktop_id}/tags/{key}";
            document["paths"][path]["delete"]["parameters"].as_array_mut().expect("parameters").pop();
        }),
        ("a reference into nothing", |document| {
            document["components"]["schemas"]["ResourceTag"]["properties"]["key"]["$ref"] = "#/no".into();
        }),
        ("a type there is not", |document| {
            document["components"]["schemas"]["TagKey"]["type"] = "text".into();
        }),
    ];
    for (name, spoil) in wrongs {
        let mut document = contract::read().document;
        spoil(&mut document);
        let output = judge_value(&document);
        assert!(!output.status.success(), "{name}: {output:?}");
    }
}
