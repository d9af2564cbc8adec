//! Types of the contract as Rust types, seen from the file of one schema.

use super::{graph, names};
use crate::ir::{Api, IntegerFormat, Member, Type};
use proc_macro2::TokenStream;
use quote::quote;

/// The Rust type of a value. What is nullable by its name is a `Nullable`.
pub(super) fn rust_type(api: &Api, ty: &Type) -> TokenStream {
    let plain = not_null(api, ty);
    let nullable = matches!(ty, Type::Named(name) if api.schema(name).is_some_and(|schema| schema.nullable));
    if nullable {
        quote! { nullable::Nullable<#plain> }
    } else {
        plain
    }
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

fn not_null(api: &Api, ty: &Type) -> TokenStream {
    match ty {
        Type::Named(name) => {
            let name = names::ident(name);
            quote! { #name }
        }
        Type::String => quote! { String },
        Type::Uuid => quote! { ::untag_types::Uuid },
        Type::DateTime => quote! { ::untag_types::DateTime },
        Type::Integer(IntegerFormat::Int32) => quote! { i32 },
        Type::Integer(IntegerFormat::Int64 | IntegerFormat::Unstated) => quote! { i64 },
        Type::Number => quote! { f64 },
        Type::Boolean => quote! { bool },
        Type::Array(items, _) => {
            let items = rust_type(api, items);
            quote! { Vec<#items> }
        }
    }
}
