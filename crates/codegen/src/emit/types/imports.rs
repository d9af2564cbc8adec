//! The `use` items of a generated file: of the modules and names that its items mention, and no others.
//!
//! Types of the runtime are named by way of their modules, because a schema may have the name of any type; lint reserves
//! the few that stand alone.

use super::names;
use crate::emit::mentions;
use crate::ir::Schema;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use std::collections::BTreeSet;

/// Modules of `untag-types` that generated code names.
const MODULES: [&str; 5] = ["constraint", "format", "nullable", "object", "schema"];

/// The imports of a file with these items, for a schema that refers to these others.
pub(super) fn of<'a>(
    schema: &Schema,
    others: impl IntoIterator<Item = &'a str>,
    items: &TokenStream,
) -> TokenStream {
    let siblings = siblings(schema, others);
    let mut modules = BTreeSet::new();
    let mut fallible = false;
    mentions::each(items.clone(), &mut |name, starts_path| {
        if starts_path {
            modules.extend(MODULES.into_iter().filter(|module| name == module));
        }
        fallible |= name == "Violations";
    });
    let modules: Vec<Ident> = modules.into_iter().map(|module| format_ident!("{module}")).collect();
    let modules = group(&quote!(::untag_types), &modules);
    let violations = fallible.then(|| quote! { use ::untag_types::violation::Violations; });
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
