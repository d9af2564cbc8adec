//! Emits what `untag-conformance` packages: the contract and the cases, because a crate cannot reach for a file outside its folder.

use super::{GeneratedFile, Layout, render};
use serde_json::Value;
use std::fmt::Write as _;

/// A file of cases: the name of its constant, and its text.
pub type Cases<'a> = (&'a str, &'a str);

/// Emits the whole of `src/generated/` of the conformance kit.
///
/// # Errors
/// The document cannot be written as JSON.
pub fn emit(
    document: &Value,
    cases: &[Cases<'_>],
    layout: &Layout,
    cases_folder: &str,
) -> Result<Vec<GeneratedFile>, String> {
    let json = serde_json::to_string_pretty(document).map_err(|error| error.to_string())?;
    let contract =
        format!("/// The contract in JSON.\npub(crate) const JSON: &str = {};\n", render::raw(&json));
    let mut constants = String::new();
    for (name, text) in cases {
        let separator = if constants.is_empty() { "" } else { "\n" };
        // Writing to a string does not fail.
        let _ = write!(
            constants,
            "{separator}/// `{}.json`.\npub(crate) const {name}: &str = {};\n",
            name.to_lowercase(),
            render::raw(text)
        );
    }
    let of_cases = Layout { contract: cases_folder.to_owned(), ..layout.clone() };
    let modules = "pub(crate) mod cases;\npub(crate) mod contract;\n";
    Ok(vec![
        render::headed(layout, "mod.rs", "What the kit holds servers to.", modules),
        render::headed(layout, "contract.rs", "The contract that this crate was generated from.", &contract),
        render::headed(&of_cases, "cases.rs", "Rules and cases, as they were written.", &constants),
    ])
}
