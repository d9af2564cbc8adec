//! Emits `untag-server`: the operation trait, one file for each operation, the router and the derived document.

mod annotation;
mod api;
mod contract;
mod document;
mod operation;
mod request;
mod response;
mod router;
mod status;

use super::{GeneratedFile, Layout, names, render};
use crate::ir::Api;
use quote::quote;

pub use contract::file as contract;

/// Emits the whole of `src/generated/` of a server stub.
///
/// # Errors
/// A defect of this emitter, explained. Lint has refused every contract that it cannot keep.
pub fn emit(api: &Api, layout: &Layout) -> Result<Vec<GeneratedFile>, String> {
    let mut files = vec![root(api, layout)?, self::api::file(api, layout)?, operations(api, layout)?];
    for operation in &api.operations {
        files.push(operation::file(api, operation, layout)?);
    }
    files.push(router::file(api, layout)?);
    files.push(document::file(api, layout)?);
    Ok(files)
}

/// `mod.rs`: the modules, and by name everything that a service needs.
fn root(api: &Api, layout: &Layout) -> Result<GeneratedFile, String> {
    let exports = api.operations.iter().map(|operation| {
        let module = names::module(&operation.id);
        let (request, response) = (request::name(operation), response::name(operation));
        quote! { pub use operations::#module::{#request, #response}; }
    });
    let tokens = quote! {
        #![allow(clippy::pedantic, reason = "names, texts and repetitions are the contract's")]

        mod api;
        mod document;
        mod operations;
        mod router;

        pub use api::Api;
        pub use document::openapi;
        pub use router::{ROUTES, route, router, router_within};
        #(#exports)*
    };
    render::file(
        layout,
        "mod.rs",
        "The server stub of the contract: operation trait, router, document.",
        &tokens,
    )
}

/// `operations/mod.rs`. A folder of their own, so that an operation may be called `router`.
fn operations(api: &Api, layout: &Layout) -> Result<GeneratedFile, String> {
    let modules = api.operations.iter().map(|operation| names::module(&operation.id));
    let tokens = quote! { #(pub(crate) mod #modules;)* };
    render::file(
        layout,
        "operations/mod.rs",
        "One module for each operation: request, answer, handler.",
        &tokens,
    )
}
