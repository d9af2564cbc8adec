//! The contract as it stands in the repository, and contracts that tests make of it.

use serde_json::Value;
use std::path::Path;
use untag_evolution::Contract;

/// `openapi/untag.yaml`.
pub(crate) fn text() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi/untag.yaml");
    std::fs::read_to_string(path).expect("the contract is there")
}

/// The contract, and the small documents that prove the subset which contracts are written in; with their names.
pub(crate) fn documents() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/documents");
    let files = std::fs::read_dir(folder).expect("the documents are there");
    let mut documents: Vec<_> = files
        .map(|file| file.expect("a file").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .map(|path| (path.display().to_string(), std::fs::read_to_string(&path).expect("it can be read")))
        .collect();
    documents.push(("openapi/untag.yaml".to_owned(), text()));
    documents
}

/// A document as it is compared.
pub(crate) fn contract(document: &Value) -> Contract {
    Contract::from(document.clone())
}
