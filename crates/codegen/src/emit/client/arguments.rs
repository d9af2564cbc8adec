//! What the arguments of a generated method are called: names that progenitor keeps, and that never meet.

use crate::emit::names;
use crate::ir::{Location, Operation, Parameter};
use proc_macro2::Ident;
use std::collections::HashSet;

/// One argument of a method, for one parameter of its operation.
pub(super) struct Argument<'a> {
    /// The argument's name: plain snake case, never a keyword.
    pub(super) name: String,
    /// The parameter that it carries.
    pub(super) parameter: &'a Parameter,
}

impl Argument<'_> {
    pub(super) fn is_path(&self) -> bool {
        self.parameter.location == Location::Path
    }

    pub(super) fn ident(&self) -> Ident {
        quote::format_ident!("{}", self.name)
    }
}

/// The arguments of an operation's method, one for each parameter and in their order; the body comes after them.
///
/// A name that two parameters would share, or that the method needs for itself, says where its parameter travels:
/// `id` in the path and `id` in the query become `id` and `id_query`.
pub(super) fn of(operation: &Operation) -> Vec<Argument<'_>> {
    // Names that a method uses before it has read its last argument.
    let mut taken: HashSet<String> = ["header_map", "encode_path", "header_value"].map(str::to_owned).into();
    if operation.body.is_some() {
        taken.insert("body".to_owned());
    }
    operation
        .parameters
        .iter()
        .map(|parameter| {
            let plain = plain(&parameter.name);
            let place = match parameter.location {
                Location::Path => "path",
                Location::Query => "query",
                Location::Header => "header",
            };
            let placed = format!("{plain}_{place}");
            let mut name = if taken.contains(&plain) { placed.clone() } else { plain };
            let mut number = 1;
            while !taken.insert(name.clone()) {
                number += 1;
                name = format!("{placed}_{number}");
            }
            Argument { name: identifier(&name), parameter }
        })
        .collect()
}

/// A name of the contract as progenitor would write it: an underscore after a keyword and before a digit.
pub(super) fn identifier(name: &str) -> String {
    let plain = plain(name);
    if plain.starts_with(|c: char| c.is_ascii_digit()) {
        return format!("_{plain}");
    }
    if names::is_plain(&plain) { plain } else { format!("{plain}_") }
}

/// A name of the contract in snake case, without anything that would make it an identifier.
fn plain(name: &str) -> String {
    let ident = names::snake(name).to_string();
    ident.trim_start_matches("r#").trim_matches('_').to_owned()
}
