//! Header parameters: under their wire names, checked with a message that names them; no `api-version`, which no
//! contract documents.

use super::{Method, displayed, find_let};
use crate::ir::Location;
use quote::quote;
use syn::{Expr, Stmt, parse_quote};

pub(super) fn apply(method: &mut Method<'_>) -> Result<(), String> {
    let map = find_let(method, "header map", is_header_map)?;
    let appended = method.function.block.stmts.iter().skip(map + 1).take_while(|it| appends(it)).count();
    let parameters: Vec<_> =
        method.arguments.iter().filter(|it| it.parameter.location == Location::Header).collect();
    // Each parameter, and the `api-version`.
    if appended != parameters.len() + 1 {
        return Err(format!("it appends {appended} headers for {} parameters", parameters.len()));
    }
    let mut statements: Vec<Stmt> = Vec::new();
    if !parameters.is_empty() {
        let capacity = proc_macro2::Literal::usize_unsuffixed(parameters.len());
        statements.push(parse_quote! {
            let mut header_map = HeaderMap::with_capacity(#capacity);
        });
    }
    for argument in parameters {
        let (name, ident, value) = (&argument.parameter.name, argument.ident(), displayed(argument));
        let append: Stmt = parse_quote! {
            header_map.append(#name, header_value(&OPERATION, #name, #value)?);
        };
        statements.push(if argument.parameter.required {
            append
        } else {
            parse_quote! { if let Some(value) = #ident { #append } }
        });
    }
    method.function.block.stmts.splice(map..=map + appended, statements);
    Ok(())
}

fn is_header_map(expr: &Expr) -> bool {
    let Expr::Call(call) = expr else { return false };
    let Expr::Path(function) = call.func.as_ref() else { return false };
    function.path.segments.iter().any(|segment| segment.ident == "HeaderMap")
}

/// Whether a statement appends to the header map, perhaps under a condition.
fn appends(statement: &Stmt) -> bool {
    quote!(#statement).to_string().contains("header_map . append (")
}
