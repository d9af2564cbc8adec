//! Types of the contract as Rust types, seen from the file of one schema.

use super::{graph, names};
use crate::emit::shape::with_names;
use crate::ir::{Api, Member, Type};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

/// The Rust type of a value. What is nullable by its name is a `Nullable`.
pub(super) fn rust_type(api: &Api, ty: &Type) -> TokenStream {
    with_names(ty, &|name| {
        let ident = names::ident(name);
        if api.schema(name).is_some_and(|schema| schema.nullable) {
            quote! { nullable::Nullable<#ident> }
        } else {
            quote! { #ident }
        }
    })
}

/// The Rust type of a member's value, without the `Option` of a member that may be missing.
pub(super) fn member_type(api: &Api, owner: &str, member: &Member) -> TokenStream {
    let mut ty = not_null(api, &member.ty);
    if graph::is_boxed(api, owner, &member.ty) {
        ty = quote! { Box<#ty> };
    }
    if member.nullable {
        quote! { nullable::Nullable<#ty> }
    } else {
        ty
    }
}

/// The type of a value that is there and not null.
fn not_null(api: &Api, ty: &Type) -> TokenStream {
    match ty {
        Type::Named(name) => names::ident(name).to_token_stream(),
        _ => rust_type(api, ty),
    }
}
