//! Named passes that turn a method as progenitor writes it into one as we want it.
//!
//! Each pass knows the shape of what it changes and fails with an explanation where it does not find it: a new
//! version of progenitor that writes something else must be noticed here, not on the wire.

mod call;
mod headers;
mod request;
mod responses;
mod signature;
mod url;

use super::arguments::Argument;
use crate::ir::{Operation, Type};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Expr, ImplItemFn, Local, Stmt};

/// One operation with its method, as far as the passes have come with it.
pub(super) struct Method<'a> {
    pub(super) operation: &'a Operation,
    pub(super) arguments: Vec<Argument<'a>>,
    pub(super) function: ImplItemFn,
}

/// Changes a method, or says what it did not find.
type Pass = fn(&mut Method<'_>) -> Result<(), String>;

/// Runs every pass.
///
/// # Errors
/// The first pass that did not find what it changes, by name.
pub(super) fn apply(method: &mut Method<'_>) -> Result<(), String> {
    let passes: [(&str, Pass); 6] = [
        ("signature", signature::apply),
        ("url", url::apply),
        ("headers", headers::apply),
        ("request", request::apply),
        ("call", call::apply),
        ("responses", responses::apply),
    ];
    for (name, pass) in passes {
        pass(method).map_err(|error| {
            format!(
                "the fix-up `{name}` does not fit the method that progenitor wrote for `{}`: {error}; this emitter \
                 was made for another version of progenitor",
                method.operation.id
            )
        })?;
    }
    Ok(())
}

/// The one `let` statement whose initial expression satisfies `wanted`, and its place in the method.
fn find_let(method: &mut Method<'_>, what: &str, wanted: impl Fn(&Expr) -> bool) -> Result<usize, String> {
    let mut found = method.function.block.stmts.iter().enumerate().filter(|(_, statement)| {
        matches!(statement, Stmt::Local(Local { init: Some(init), .. }) if wanted(&init.expr))
    });
    match (found.next(), found.next()) {
        (Some((index, _)), None) => Ok(index),
        (None, _) => Err(format!("it has no {what}")),
        (Some(_), Some(_)) => Err(format!("it has more than one {what}")),
    }
}

/// An argument's value as it travels in a path or header: a reference to something that displays itself so.
fn displayed(argument: &Argument<'_>) -> TokenStream {
    let ident = if argument.parameter.required { argument.ident() } else { format_ident!("value") };
    match argument.parameter.ty {
        // `Display` of a date-time is not RFC 3339.
        Type::DateTime => quote!(&#ident.to_rfc3339()),
        Type::Integer(_) | Type::Number | Type::Boolean => quote!(&#ident),
        Type::Named(_) | Type::String | Type::Uuid | Type::Array(..) => quote!(#ident),
    }
}
