//! Names of the contract as Rust names: snake case for fields and methods, keywords escaped.

use heck::{ToSnakeCase, ToUpperCamelCase};
use proc_macro2::{Ident, Span};

/// A field, argument, method or module name: `resourceId` becomes `resource_id`, `type` becomes `r#type`.
///
/// Lint has refused names of which nothing is left, and names that collide.
pub(crate) fn snake(name: &str) -> Ident {
    ident(&name.to_snake_case())
}

/// A type or variant name: `key1-value` becomes `Key1Value`.
pub(crate) fn camel(name: &str) -> Ident {
    ident(&name.to_upper_camel_case())
}

/// A module's name, which is a file's name too: `move` becomes `move_`, since a raw identifier is no file's name.
pub(crate) fn module(name: &str) -> Ident {
    let plain = name.to_snake_case();
    if is_plain(&plain) { ident(&plain) } else { ident(&format!("{plain}_")) }
}

/// A Rust identifier, whatever the text: raw where it is a keyword, with an underscore behind it where it cannot be raw, and
/// before it where it starts with a digit.
pub(crate) fn ident(text: &str) -> Ident {
    if is_plain(text)
        && let Ok(ident) = syn::parse_str::<Ident>(text)
    {
        return ident;
    }
    if let Ok(raw) = syn::parse_str::<Ident>(&format!("r#{text}")) {
        return raw;
    }
    if let Ok(suffixed) = syn::parse_str::<Ident>(&format!("{text}_")) {
        // `self`, `super` and `crate` cannot even be raw.
        return suffixed;
    }
    let mut safe = String::from("_");
    safe.extend(text.chars().map(|c| if c == '_' || c.is_alphanumeric() { c } else { '_' }));
    syn::parse_str::<Ident>(&safe).unwrap_or_else(|_| Ident::new("unnamed", Span::call_site()))
}

/// Whether a text is an identifier as it stands. `gen` is a keyword since the 2024 edition, which the parser does not know.
fn is_plain(text: &str) -> bool {
    text != "gen" && syn::parse_str::<Ident>(text).is_ok()
}
