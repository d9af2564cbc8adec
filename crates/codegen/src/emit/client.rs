//! Emits the client: progenitor makes the methods, this makes them ours.
//!
//! What progenitor reads is made in `lowered`, what it writes is taken apart in `progenitor` and corrected in
//! `fixups`. Around the methods stand `Client` and a table of operations, which the hand-written transport of
//! `untag-client` works from; that is why generated clients of other contracts, such as fixtures, have the same.

mod arguments;
mod documentation;
mod facade;
mod fixups;
mod lowered;
mod operations;
mod progenitor;
#[cfg(test)]
mod tests;

use super::{GeneratedFile, Layout, render};
use crate::ir::Api;
use arguments::identifier;
use fixups::Method;
use std::collections::HashMap;
use syn::ImplItemFn;

/// The generated files of a client: `mod.rs` with its type, and one file for each operation under `operations/`.
///
/// # Errors
/// A defect of the generator, explained.
pub fn emit(api: &Api, layout: &Layout) -> Result<Vec<GeneratedFile>, String> {
    let mut written: HashMap<String, ImplItemFn> = progenitor::methods(lowered::lower(api, "types")?)?
        .into_iter()
        .map(|function| (function.sig.ident.to_string(), function))
        .collect();

    let mut files = vec![
        render::file(layout, "mod.rs", facade::MODULE_DOC, &facade::module(api))?,
        render::file(layout, "operations/mod.rs", operations::TABLE_DOC, &operations::table(api))?,
    ];
    for operation in &api.operations {
        let name = identifier(&operation.id);
        let function = written.remove(&name).ok_or_else(|| {
            format!("progenitor wrote no method `{name}` for the operation `{}`", operation.id)
        })?;
        let mut method = Method { operation, arguments: arguments::of(operation), function };
        fixups::apply(&mut method)?;
        files.push(render::file(
            layout,
            &format!("operations/{name}.rs"),
            &format!("The operation `{}`.", operation.id),
            &operations::operation(api, layout, &method)?,
        )?);
    }
    match written.into_keys().min() {
        None => Ok(files),
        Some(name) => Err(format!("progenitor wrote a method `{name}` that no operation asks for")),
    }
}
