//! The contract as it stands in the repository.

use serde_json::Value;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use untag_codegen::Contract;

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// `openapi/untag.yaml`, read as the generator reads it.
pub fn read() -> Contract {
    let text = std::fs::read_to_string(root().join("openapi/untag.yaml")).expect("the contract is there");
    untag_codegen::read("openapi/untag.yaml", &text)
        .unwrap_or_else(|diagnostics| panic!("{}", untag_codegen::diagnostic::render(&diagnostics, &text)))
}

/// A copy of the contract and of what is generated from it, to be changed: `cargo xtask --root` works there.
pub fn copy() -> TempDir {
    let copy = tempfile::tempdir().expect("a folder");
    let crates = ["types", "client", "server", "conformance"].map(|name| format!("crates/{name}/src"));
    for folder in ["openapi", "tests/fixtures"].into_iter().chain(crates.iter().map(String::as_str)) {
        copy_folder(&root().join(folder), &copy.path().join(folder));
    }
    copy
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

/// A JSON Schema validator that is not ours, for a schema of the contract.
///
/// OpenAPI 3.0 follows draft 4, but for `nullable`, which is said in its words.
pub fn foreign_validator(document: &Value, schema: &Value) -> jsonschema::Validator {
    let mut root = schema.clone();
    root["components"] = document["components"].clone();
    say_nullable(&mut root);
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft4)
        .with_format("uuid", |text: &str| text.len() == 36 && text.parse::<untag_types::Uuid>().is_ok())
        .should_validate_formats(true)
        .build(&root)
        .expect("the contract's schema is a JSON Schema")
}

fn say_nullable(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if members.get("nullable") == Some(&Value::Bool(true))
                && let Some(ty) = members.get_mut("type")
            {
                *ty = serde_json::json!([ty.take(), "null"]);
            }
            members.values_mut().for_each(say_nullable);
        }
        Value::Array(items) => items.iter_mut().for_each(say_nullable),
        _ => {}
    }
}
