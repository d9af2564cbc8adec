//! Emits the contract itself, as a service shows it to whoever calls: a crate cannot reach for a file outside its folder.

use crate::emit::{GeneratedFile, Layout, render};
use serde_json::Value;

/// `contract.rs`: the document's text as it was written, and the same document as JSON.
///
/// # Errors
/// The document cannot be written as JSON.
pub fn file(text: &str, document: &Value, layout: &Layout) -> Result<GeneratedFile, String> {
    let json = serde_json::to_string_pretty(document).map_err(|error| error.to_string())?;
    let items = format!(
        "/// The contract in YAML, as it was written.\npub const YAML: &str = {};\n\n\
         /// The same document in JSON.\npub const JSON: &str = {};\n",
        render::raw(text),
        render::raw(&json)
    );
    Ok(render::headed(layout, "contract.rs", "The contract that this crate was generated from.", &items))
}
