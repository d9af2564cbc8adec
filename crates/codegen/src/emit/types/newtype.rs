//! What newtypes of every kind have: constants for their limits, a checked constructor, the check.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// A limit: a documented constant, the call that checks it, and the keyword that says it in the schema.
pub(super) struct Limit {
    pub(super) doc: &'static str,
    pub(super) constant: Ident,
    pub(super) ty: TokenStream,
    pub(super) value: TokenStream,
    /// A statement of `check`, in which `report` is at hand; nothing where there is nothing to break.
    pub(super) check: TokenStream,
    pub(super) keyword: &'static str,
}

impl Limit {
    pub(super) fn constant(&self) -> TokenStream {
        let (doc, name, ty, value) = (format!(" {}", self.doc), &self.constant, &self.ty, &self.value);
        quote! { #[doc = #doc] pub const #name: #ty = #value; }
    }

    pub(super) fn keyword(&self) -> TokenStream {
        let (keyword, name) = (self.keyword, &self.constant);
        quote! { .with(#keyword, Self::#name) }
    }
}

/// The constructor of a newtype over `ty`, which checks.
pub(super) fn constructor(argument: &TokenStream, ty: &TokenStream, value: &TokenStream) -> TokenStream {
    quote! {
        /// Makes a value that keeps its limits.
        ///
        /// # Errors
        /// Every limit that it breaks.
        pub fn new(#argument: #ty) -> Result<Self, Violations> {
            let value = Self(#value);
            value.validate()?;
            Ok(value)
        }
    }
}

/// The implementation of `Validate`.
pub(super) fn validate(name: &Ident, checks: &[TokenStream]) -> TokenStream {
    let report = if checks.iter().all(TokenStream::is_empty) {
        quote! { _ }
    } else {
        quote! { report }
    };
    quote! {
        impl Validate for #name {
            fn check(&self, #report: &mut validate::Report<'_>) {
                #(#checks)*
            }
        }
    }
}
