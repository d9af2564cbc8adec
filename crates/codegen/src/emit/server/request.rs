//! Emits what an operation's method is given: its parameters and body, decoded and validated.

use crate::emit::{docs, names, shape, types};
use crate::ir::{Location, Member, Operation, Parameter, Segment, Type};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

/// The name of the request type.
pub(super) fn name(operation: &Operation) -> Ident {
    format_ident!("{}Request", names::camel(&operation.id))
}

/// The struct and its validation.
pub(super) fn item(operation: &Operation) -> TokenStream {
    let name = name(operation);
    let doc = format!(" What `{}` asks for.", operation.id);
    let fields = operation.parameters.iter().map(|parameter| {
        let (field, ty) = (names::snake(&parameter.name), optional(parameter.required, &parameter.ty));
        let docs = docs::attributes(&parameter.description);
        quote! { #docs pub #field: #ty }
    });
    let body = operation.body.iter().map(|body| {
        let (field, ty) = (body_field(operation), optional(body.required, &body.ty));
        let docs = docs::attributes(&body.description);
        quote! { #docs pub #field: #ty }
    });
    // Parameters are checked as the members of an object are, inline arrays included.
    let checks = operation.parameters.iter().map(|parameter| types::check_member(&member(parameter)));
    // The body's members are named from the body, as the caller wrote them: `tags[3].key`, not `body.tags[3].key`.
    let body_check = operation.body.iter().map(|_| {
        let field = body_field(operation);
        quote! { self.#field.check(report); }
    });
    let report = if operation.parameters.is_empty() && operation.body.is_none() {
        quote! { _report }
    } else {
        quote! { report }
    };
    quote! {
        #[doc = #doc]
        #[derive(Clone, Debug, PartialEq)]
        pub struct #name { #(#fields,)* #(#body,)* }

        impl Validate for #name {
            fn check(&self, #report: &mut Report<'_>) { #(#checks)* #(#body_check)* }
        }
    }
}

/// A parameter as a member of the request.
fn member(parameter: &Parameter) -> Member {
    Member {
        name: parameter.name.clone(),
        required: parameter.required,
        nullable: false,
        description: parameter.description.clone(),
        deprecated: parameter.deprecated,
        example: None,
        ty: parameter.ty.clone(),
    }
}

/// Whether validation needs the functions for limits of arrays.
pub(super) fn has_rules(operation: &Operation) -> bool {
    operation.parameters.iter().any(|parameter| types::has_rules(&parameter.ty))
}

/// The expression that decodes a request from `received`.
pub(super) fn decode(operation: &Operation) -> TokenStream {
    let name = name(operation);
    let has_query = operation.parameters.iter().any(|parameter| parameter.location == Location::Query);
    let query =
        has_query.then(|| quote! { let query = ::untag_server::query::Query::parse(received.query)?; });
    let in_path = operation.parameters.iter().any(|parameter| parameter.location == Location::Path);
    let segments = in_path.then(|| {
        let count = Literal::usize_unsuffixed(operation.segments.len());
        quote! { let segments: [&str; #count] = ::untag_server::path::segments(received.path)?; }
    });
    let parameters = operation.parameters.iter().map(|parameter| {
        let (field, value) = (names::snake(&parameter.name), decode_parameter(operation, parameter));
        quote! { #field: #value? }
    });
    let body = operation.body.iter().map(|body| {
        let field = body_field(operation);
        let reader = if body.required { quote!(required) } else { quote!(optional) };
        quote! { #field: ::untag_server::body::#reader(received.headers, received.body)? }
    });
    quote! { #segments #query Ok(#name { #(#parameters,)* #(#body,)* }) }
}

/// Whether decoding looks at the request at all.
pub(super) fn reads(operation: &Operation) -> bool {
    !operation.parameters.is_empty() || operation.body.is_some()
}

fn decode_parameter(operation: &Operation, parameter: &Parameter) -> TokenStream {
    let name = &parameter.name;
    let reader = if parameter.required { quote!(required) } else { quote!(optional) };
    match parameter.location {
        Location::Path => {
            let index =
                operation.segments.iter().position(|s| *s == Segment::Parameter(name.clone())).unwrap_or(0);
            let index = Literal::usize_unsuffixed(index);
            quote! { ::untag_server::path::parameter(segments[#index], #name) }
        }
        Location::Query => quote! { query.#reader(#name) },
        Location::Header => quote! { ::untag_server::headers::#reader(received.headers, #name) },
    }
}

/// `body`, unless a parameter has that name.
fn body_field(operation: &Operation) -> Ident {
    let taken = operation.parameters.iter().any(|parameter| names::snake(&parameter.name) == "body");
    format_ident!("{}", if taken { "request_body" } else { "body" })
}

fn optional(required: bool, ty: &Type) -> TokenStream {
    let ty = shape::rust_type(ty);
    if required {
        ty
    } else {
        quote! { Option<#ty> }
    }
}
