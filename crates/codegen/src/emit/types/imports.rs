//! The `use` items of a generated file: of the modules and names that its items mention, and no others.
//!
//! Types of the runtime are named by way of their modules, because a schema may have the name of any type; lint reserves
//! the few that stand alone.

use super::names;
use crate::ir::Schema;
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{format_ident, quote};

/// Modules of `untag-types` that generated code names.
const MODULES: [&str; 5] = ["constraint", "format", "nullable", "object", "schema"];

/// The imports of a file with these items, for a schema that refers to these others.
pub(super) fn of<'a>(
    schema: &Schema,
    others: impl IntoIterator<Item = &'a str>,
    items: &TokenStream,
) -> TokenStream {
    let siblings = siblings(schema, others);
    let modules: Vec<Ident> = MODULES
        .iter()
        .filter(|module| starts_path(items, module))
        .map(|module| format_ident!("{module}"))
        .collect();
    let modules = group(&quote!(::untag_types), &modules);
    let violations =
        names_type(items, "Violations").then(|| quote! { use ::untag_types::violation::Violations; });
    quote! {
        #siblings
        use ::untag_types::validate::{self, Validate};
        #violations
        #modules
    }
}

/// The import of the other schemas that a schema's file names.
fn siblings<'a>(schema: &Schema, others: impl IntoIterator<Item = &'a str>) -> Option<TokenStream> {
    let mut others: Vec<&str> = others.into_iter().filter(|name| *name != schema.name).collect();
    others.sort_unstable();
    others.dedup();
    let others: Vec<Ident> = others.into_iter().map(names::ident).collect();
    group(&quote!(super), &others)
}

fn group(path: &TokenStream, names: &[Ident]) -> Option<TokenStream> {
    match names {
        [] => None,
        [one] => Some(quote! { use #path::#one; }),
        many => Some(quote! { use #path::{#(#many),*}; }),
    }
}

/// Whether a path in the tokens starts with this module: `schema::…`, but neither `crate::schema::…` nor a field.
fn starts_path(tokens: &TokenStream, module: &str) -> bool {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let is_colon = |index: Option<usize>| matches!(index.and_then(|index| tokens.get(index)), Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    tokens.iter().enumerate().any(|(index, token)| match token {
        TokenTree::Ident(ident) => {
            let preceded = is_colon(index.checked_sub(1)) && is_colon(index.checked_sub(2));
            ident == module && !preceded && is_colon(Some(index + 1)) && is_colon(Some(index + 2))
        }
        TokenTree::Group(group) => starts_path(&group.stream(), module),
        _ => false,
    })
}

fn names_type(tokens: &TokenStream, name: &str) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Group(group) => names_type(&group.stream(), name),
        _ => false,
    })
}
