#![doc = include_str!("../README.md")]

pub mod compare;
pub mod diagnostic;
pub mod emit;
pub mod ir;
mod lint;
mod lower;
mod source;

use diagnostic::Diagnostic;
use serde_json::Value;

/// A contract that lint has accepted.
#[derive(Clone, Debug)]
pub struct Contract {
    /// The document as JSON, members in the order they were written.
    pub document: Value,
    /// The same, resolved for the emitters.
    pub api: ir::Api,
}

/// Reads a contract: parses it with positions, lints it, lowers it.
///
/// `name` is how the document is called in diagnostics, usually its path. The text is YAML 1.2, and so may be JSON.
///
/// # Errors
/// Every diagnostic of the whole document, at most 1,000, in the order of their positions; never empty. After a syntax
/// error, those before it. Never panics, whatever the text is.
pub fn read(name: &str, text: &str) -> Result<Contract, Vec<Diagnostic>> {
    let tree = source::parse(name, text)?;
    let components = lint::check(&tree)?;
    Ok(lower::lower(&tree, &components))
}

/// Reads the text of a contract as JSON, members in the order they were written, and judges nothing: a contract that an
/// older lint has accepted stays readable.
///
/// `name` is how the document is called in diagnostics. The text is YAML 1.2, and so may be JSON.
///
/// # Errors
/// Everything that keeps the text from being read, in the order of their positions; never empty. Never panics.
pub fn parse(name: &str, text: &str) -> Result<Value, Vec<Diagnostic>> {
    source::parse(name, text).map(|tree| tree.root().to_json())
}
