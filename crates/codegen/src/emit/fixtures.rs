//! Emits the modules that hold the crates of several contracts side by side, as the fixture crate does.

use super::{GeneratedFile, Layout, names, render};
use proc_macro2::Ident;
use quote::quote;

/// The module of a document, from the document's name: `query-parameters` becomes `query_parameters`.
///
/// # Errors
/// A name of which no module can be made; the text says what to do.
pub fn module(document: &str) -> Result<String, String> {
    let module = document.replace('-', "_");
    match syn::parse_str::<Ident>(&module) {
        Ok(_) => Ok(module),
        Err(_) => Err(format!(
            "`{document}` cannot become a Rust module: name it in letters, digits and hyphens, and by no keyword"
        )),
    }
}

/// Where the crates of one contract find their neighbours: below `generated/MODULE/`.
#[must_use]
pub fn layout(module: &str, contract: &str, command: &str) -> Layout {
    Layout {
        types: format!("crate::generated::{module}::types"),
        command: command.to_owned(),
        contract: contract.to_owned(),
    }
}

/// `mod.rs` with one module for each contract, and `MODULE/mod.rs` with the modules of the three crates.
///
/// `contracts` holds each [`module`] with the path of its document; `documents` and `command` are what the headers name.
///
/// # Errors
/// A defect of the generator, explained.
pub fn emit(
    contracts: &[(&str, &str)],
    documents: &str,
    command: &str,
) -> Result<Vec<GeneratedFile>, String> {
    let modules = contracts.iter().map(|(module, _)| names::ident(module));
    let root =
        Layout { types: "crate".to_owned(), command: command.to_owned(), contract: documents.to_owned() };
    let mut files = vec![render::file(
        &root,
        "mod.rs",
        "One module for each fixture document.",
        &quote! { #(pub mod #modules;)* },
    )?];
    for (module, contract) in contracts {
        files.push(render::file(
            &layout(module, contract, command),
            &format!("{module}/mod.rs"),
            &format!("Everything generated from `{contract}`."),
            &quote! {
                pub mod client;
                pub mod server;
                pub mod types;
            },
        )?);
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::module;

    #[test]
    fn hyphens_become_underscores() {
        assert_eq!(module("query-parameters").as_deref(), Ok("query_parameters"));
    }

    #[test]
    fn a_name_that_is_no_module_is_refused() {
        for name in ["type", "2nd", "", "a b", "a.b", "é!"] {
            let error = module(name).unwrap_err();
            assert!(error.starts_with(&format!("`{name}` cannot become a Rust module")), "{error}");
        }
    }
}
