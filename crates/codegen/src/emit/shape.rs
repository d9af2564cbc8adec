//! The Rust type of a contract type, as generated code outside the types crate names it.

use super::Layout;
use crate::ir::{IntegerFormat, Type};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

/// The import that brings the shared types into scope under the name `types`.
///
/// # Errors
/// The layout's path is not a Rust path.
pub(crate) fn import_types(layout: &Layout) -> Result<TokenStream, String> {
    let path: syn::Path = syn::parse_str(&layout.types)
        .map_err(|error| format!("`{}` is no Rust path: {error}", layout.types))?;
    Ok(quote! { use #path as types; })
}

/// The type, with schemas as `types::Name`.
pub(crate) fn rust_type(ty: &Type) -> TokenStream {
    with_names(ty, &|name| {
        let name = format_ident!("{name}");
        quote! { types::#name }
    })
}

/// The type, with schemas as `named` writes them.
pub(crate) fn with_names(ty: &Type, named: &dyn Fn(&str) -> TokenStream) -> TokenStream {
    match ty {
        Type::Named(name) => named(name),
        Type::String => quote! { String },
        Type::Uuid => quote! { ::untag_types::Uuid },
        Type::DateTime => quote! { ::untag_types::DateTime },
        Type::Integer(IntegerFormat::Int32) => quote! { i32 },
        Type::Integer(IntegerFormat::Int64 | IntegerFormat::Unstated) => quote! { i64 },
        Type::Number => quote! { f64 },
        Type::Boolean => quote! { bool },
        Type::Array(items, _) => {
            let items = with_names(items, named);
            quote! { Vec<#items> }
        }
    }
}
