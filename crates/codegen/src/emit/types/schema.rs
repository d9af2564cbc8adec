//! How a generated type describes itself: `Component::schema`, from the type's own fields and constants.

use super::{literal, names};
use crate::ir::{IntegerFormat, Schema, Type};
use proc_macro2::{TokenStream, TokenTree};
use quote::quote;
use serde_json::Value;

/// The implementation of `Component`, and the line that makes it known to utoipa and schemars.
///
/// `base` is the schema without what every schema may say; it may use `schemas`.
pub(super) fn items(schema: &Schema, base: &TokenStream) -> TokenStream {
    let (name, text) = (names::ident(&schema.name), &schema.name);
    let common = annotations(&schema.description, schema.deprecated, schema.example.as_ref(), 12);
    let nullable = schema.nullable.then(|| quote! { .nullable() });
    let schemas = if mentions(base, "schemas") {
        quote! { schemas }
    } else {
        quote! { _ }
    };
    let text = literal::text(text);
    quote! {
        impl schema::Component for #name {
            const NAME: &'static str = #text;

            fn schema(#schemas: &mut schema::Schemas) -> schema::Schema {
                #base #common #nullable
            }
        }

        ::untag_types::impl_schema!(#name);
    }
}

/// What a schema says besides its type and limits. `indent` is where its calls stand in the file.
pub(super) fn annotations(
    description: &str,
    deprecated: bool,
    example: Option<&Value>,
    indent: usize,
) -> TokenStream {
    let description = (!description.is_empty()).then(|| {
        let description = literal::lines(description.trim_end(), indent + 4);
        quote! { .description(#description) }
    });
    let deprecated = deprecated.then(|| quote! { .with("deprecated", true) });
    let example = example.map(|example| {
        let example = literal::text(&example.to_string());
        quote! { .example(#example) }
    });
    quote! { #description #deprecated #example }
}

/// What the schema of a Rust type does not say of the contract's type: limits of arrays, and that an integer of 64 bits
/// is one without being said so.
pub(in crate::emit) fn adjustments(ty: &Type) -> TokenStream {
    match ty {
        Type::Integer(IntegerFormat::Unstated) => quote! { .without("format") },
        Type::Array(items, rules) => {
            let inner = adjustments(items);
            let inner = (!inner.is_empty()).then(|| quote! { .map_items(|items| items #inner) });
            let min = rules.min_items.map(literal::count).map(|min| quote! { .with("minItems", #min) });
            let max = rules.max_items.map(literal::count).map(|max| quote! { .with("maxItems", #max) });
            let unique = rules.unique.then(|| quote! { .with("uniqueItems", true) });
            quote! { #inner #min #max #unique }
        }
        _ => TokenStream::new(),
    }
}

fn mentions(tokens: &TokenStream, word: &str) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == word,
        TokenTree::Group(group) => mentions(&group.stream(), word),
        _ => false,
    })
}
