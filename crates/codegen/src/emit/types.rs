//! Emits `untag-types`: one file for each schema of the contract.
//!
//! A generated file has what is particular to its schema: the type, its limits and how they are checked, how it is read,
//! how it describes itself. What all types of a kind have in common is in the crate `untag-types`, as a macro or a
//! function; the modules here are named after the kinds.

mod array;
mod enumeration;
mod graph;
mod imports;
mod literal;
mod newtype;
mod number;
mod object;
mod scalar;
mod schema;
mod shape;
#[cfg(test)]
mod tests;
mod text;

// The stub's requests are checked and described as the members of an object are.
pub(super) use array::has_rules;
pub(super) use object::check as check_member;
pub(super) use schema::adjustments;

use super::{GeneratedFile, Layout, docs, names, render};
use crate::ir::{Api, Schema, SchemaKind};
use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// Emits `mod.rs` and one file for each schema.
///
/// # Errors
/// A defect of this emitter, explained: it has written something that is not Rust.
pub fn emit(api: &Api, layout: &Layout) -> Result<Vec<GeneratedFile>, String> {
    let mut files =
        vec![render::file(layout, "mod.rs", "Every schema of the contract as a type.", &modules(api))?];
    for schema in api.schemas.iter() {
        let path = format!("{}.rs", plain(&names::snake(&schema.name)));
        let title = format!("`{}` of the contract.", schema.name);
        let items = items(api, schema);
        let imports = imports::of(schema, graph::names_in(&schema.kind), &items);
        files.push(render::file(layout, &path, &title, &quote! { #imports #items })?);
    }
    Ok(files)
}

fn modules(api: &Api) -> TokenStream {
    let mut sorted: Vec<(Ident, Ident)> =
        api.schemas.iter().map(|schema| (names::snake(&schema.name), names::ident(&schema.name))).collect();
    sorted.sort_by_cached_key(|(module, _)| plain(module));
    let (modules, names): (Vec<Ident>, Vec<Ident>) = sorted.into_iter().unzip();
    quote! { #(mod #modules;)* #(pub use #modules::#names;)* }
}

fn items(api: &Api, schema: &Schema) -> TokenStream {
    match &schema.kind {
        SchemaKind::Text { min_length, max_length, pattern, secret } => {
            let limits = text::Limits { min: *min_length, max: *max_length, pattern: pattern.as_deref() };
            text::items(api, schema, &limits, *secret)
        }
        SchemaKind::Enum { values } => enumeration::items(schema, values),
        SchemaKind::Uuid => scalar::uuid(schema),
        SchemaKind::DateTime => scalar::date_time(schema),
        SchemaKind::Boolean => scalar::boolean(schema),
        SchemaKind::Integer { format, minimum, maximum, multiple_of } => {
            let bounds = number::Bounds { minimum: *minimum, maximum: *maximum };
            number::integer(schema, *format, &bounds, *multiple_of)
        }
        SchemaKind::Number { minimum, maximum } => {
            number::double(schema, &number::Bounds { minimum: *minimum, maximum: *maximum })
        }
        SchemaKind::Array { items, rules } => array::items(api, schema, items, *rules),
        SchemaKind::Object { members, min_properties, closed } => object::items(
            api,
            schema,
            &object::Shape { members, min_properties: *min_properties, closed: *closed },
        ),
    }
}

/// The documentation of a schema's type: its description, its limits in words, and where it stands in the contract.
fn type_docs(schema: &Schema, limits: &str) -> TokenStream {
    let description = if schema.description.is_empty() {
        documentation(&[format!("The schema `{}` of the contract.", schema.name)])
    } else {
        docs::attributes(&schema.description)
    };
    let mut more = Vec::new();
    if schema.deprecated {
        more.push("**Deprecated.**".to_owned());
    }
    if schema.nullable {
        more.push("May be `null` wherever it is used.".to_owned());
    }
    if !limits.is_empty() {
        more.push(limits.to_owned());
    }
    more.push(format!("Row in the contract: `#/components/schemas/{}`.", schema.name));
    let more = more.iter().map(|paragraph| {
        let lines = documentation(std::slice::from_ref(paragraph));
        quote! { #[doc = ""] #lines }
    });
    quote! { #description #(#more)* }
}

/// Lines of documentation that are Markdown already.
fn documentation(lines: &[String]) -> TokenStream {
    let lines = lines.iter().map(|line| if line.is_empty() { String::new() } else { format!(" {line}") });
    quote! { #(#[doc = #lines])* }
}

/// Limits on a count in words: `1 to 10 items`.
fn range(min: Option<u64>, max: Option<u64>, unit: &str) -> Option<String> {
    let unit = |count: u64| if count == 1 { unit.to_owned() } else { format!("{unit}s") };
    match (min.filter(|min| *min > 0), max) {
        (Some(min), Some(max)) if min == max => Some(format!("Exactly {min} {}", unit(min))),
        (Some(min), Some(max)) => Some(format!("{min} to {max} {}", unit(max))),
        (Some(min), None) => Some(format!("At least {min} {}", unit(min))),
        (None, Some(max)) => Some(format!("At most {max} {}", unit(max))),
        (None, None) => None,
    }
}

/// An identifier without the `r#` of a raw one.
fn plain(ident: &Ident) -> String {
    let text = ident.to_string();
    text.strip_prefix("r#").map_or(text.clone(), str::to_owned)
}

/// A text of the contract as a code span, whatever backticks it has.
fn code(text: &str) -> String {
    let mut fence = String::from("`");
    while text.contains(&fence) {
        fence.push('`');
    }
    let space = if fence.len() > 1 || text.trim().len() < text.len() || text.is_empty() { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}
