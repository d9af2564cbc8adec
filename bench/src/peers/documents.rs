//! The documents that generators are given: the contract, and one for each row of the subset, as JSON, which all of them read.

use super::repository;
use crate::Outcome;
use serde_json::Value;
use std::fs;

/// A document.
#[derive(Debug)]
pub(super) struct Document {
    /// Its name, which is that of a package too: `query-parameters`.
    pub(super) name: String,
    /// Its text.
    pub(super) json: String,
    /// The ids of its operations.
    pub(super) operations: Vec<String>,
}

/// The name of the contract as it stands.
pub(super) const CONTRACT: &str = "contract";
/// The name of the contract with the token alone, which is what the servers are made from: with a second credential in a
/// header, not every peer's output compiles.
pub(super) const ONE_CREDENTIAL: &str = "contract-token";

/// All of them, the contract first.
pub(super) fn all() -> Outcome<Vec<Document>> {
    let contract = read("openapi/untag.yaml")?;
    let mut documents =
        vec![Document::new(CONTRACT, &contract), Document::new(ONE_CREDENTIAL, &without_signature(contract))];
    let folder = repository().join("tests/fixtures/documents");
    let mut names: Vec<String> = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.extend(
            entry?.file_name().to_str().and_then(|name| name.strip_suffix(".yaml")).map(str::to_owned),
        );
    }
    names.sort();
    for name in names {
        let document = read(&format!("tests/fixtures/documents/{name}.yaml"))?;
        documents.push(Document::new(&name, &document));
    }
    Ok(documents)
}

/// A document of the repository, as our own reader understands it.
fn read(path: &str) -> Outcome<Value> {
    let text = fs::read_to_string(repository().join(path))?;
    match untag_codegen::read(path, &text) {
        Ok(contract) => Ok(contract.document),
        Err(_) => Err(format!("{path} is refused by our own lint").into()),
    }
}

/// The contract without the scheme `signature`, and without every alternative that asks for it.
fn without_signature(mut contract: Value) -> Value {
    if let Some(schemes) = contract.pointer_mut("/components/securitySchemes").and_then(Value::as_object_mut)
    {
        schemes.remove("signature");
    }
    forget(&mut contract);
    contract
}

fn forget(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if let Some(Value::Array(alternatives)) = members.get_mut("security") {
                alternatives.retain(|alternative| alternative.get("signature").is_none());
            }
            members.values_mut().for_each(forget);
        }
        Value::Array(values) => values.iter_mut().for_each(forget),
        _ => {}
    }
}

impl Document {
    fn new(name: &str, document: &Value) -> Self {
        let paths =
            document.get("paths").and_then(Value::as_object).into_iter().flat_map(|paths| paths.values());
        let operations = paths.filter_map(Value::as_object).flat_map(|path| path.values());
        let id = |operation: &Value| Some(operation.get("operationId")?.as_str()?.to_owned());
        let operations = operations.filter_map(id).collect();
        Self { name: name.to_owned(), json: document.to_string(), operations }
    }
}

#[cfg(test)]
mod tests {
    use super::{CONTRACT, ONE_CREDENTIAL, all};

    #[test]
    fn the_contract_and_a_document_for_each_row_of_the_subset_are_there() {
        let documents = all().unwrap();
        let [contract, one, rest @ ..] = &documents[..] else { panic!("{documents:?}") };
        assert_eq!([contract.name.as_str(), &one.name], [CONTRACT, ONE_CREDENTIAL]);
        for document in [contract, one] {
            assert_eq!(document.operations.len(), 2, "{}", document.name);
        }
        assert!(contract.json.contains("\"signature\":[]") && !one.json.contains("\"signature\":"));
        assert!(rest.len() >= 18 && rest.iter().all(|document| !document.operations.is_empty()));
    }
}
