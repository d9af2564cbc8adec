//! Emits the operation trait: what a service implements.

use super::{request, response};
use crate::emit::{GeneratedFile, Layout, docs, names, render};
use crate::ir::{Api, Operation};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

/// `api.rs`.
pub(super) fn file(api: &Api, layout: &Layout) -> Result<GeneratedFile, String> {
    let secured = api.operations.iter().any(|operation| !operation.security.is_empty());
    let methods = api.operations.iter().map(method);
    let requests = api.operations.iter().map(|operation| {
        let module = names::module(&operation.id);
        let (request, response) = (request::name(operation), response::name(operation));
        quote! { use super::operations::#module::{#request, #response}; }
    });
    let (supertrait, import) = if secured {
        (
            quote! { Authenticate },
            Some(quote! { use ::untag_server::authentication::{Authenticate, Authenticated}; }),
        )
    } else {
        (quote! { Send + Sync + 'static }, None)
    };
    let future = (!api.operations.is_empty()).then(|| quote! { use ::std::future::Future; });
    let valid = (!api.operations.is_empty()).then(|| quote! { use ::untag_types::validate::Valid; });
    let tokens = quote! {
        #future
        #import
        #valid
        #(#requests)*

        /// Every operation of the contract, one method each. Implement it, and hand the implementation to
        /// [`router`](super::router).
        ///
        /// Methods may be written as `async fn`. A request is validated before it arrives; an answer is one of the
        /// documented ones, because there is no variant for another.
        #[diagnostic::on_unimplemented(
            message = "`{Self}` does not implement the operations of the contract",
            label = "the trait `Api` is not implemented for `{Self}`",
            note = "write `impl Api for {Self}` with one `async fn` for each operation; the compiler lists those that are missing"
        )]
        pub trait Api: #supertrait { #(#methods)* }
    };
    render::file(layout, "api.rs", "The operation trait: what a service implements.", &tokens)
}

fn method(operation: &Operation) -> TokenStream {
    let name = names::snake(&operation.id);
    let (request, response) = (request::name(operation), response::name(operation));
    let description = [
        operation.summary.clone(),
        operation.description.clone(),
        format!("`{} {}`", operation.method.as_str(), operation.path),
    ];
    let paragraphs: Vec<_> = description.into_iter().filter(|text| !text.is_empty()).collect();
    let docs = docs::attributes(&paragraphs.join("\n\n"));
    let caller = (!operation.security.is_empty()).then(|| quote! { caller: Authenticated<Self::Caller>, });
    let future = format_ident!("Future");
    quote! {
        #docs
        fn #name(&self, #caller request: Valid<#request>) -> impl #future<Output = #response> + Send;
    }
}
