//! The address: put together by the transport, which knows the operation's server, from a path whose parameters are encoded by our
//! own `encode_path`.
//!
//! Progenitor's leaves `\` and other characters bare that a URL parser takes for something else.

use super::{Method, displayed, find_let};
use quote::quote;
use syn::punctuated::Punctuated;
use syn::{Expr, ExprLit, Lit, Local, Stmt, Token, parse_quote};

pub(super) fn apply(method: &mut Method<'_>) -> Result<(), String> {
    let index = find_let(method, "`format!` of the address", is_format)?;
    let Some(Stmt::Local(Local { pat, init: Some(init), .. })) = method.function.block.stmts.get_mut(index)
    else {
        return Err("the address is no statement".to_owned());
    };
    let Expr::Macro(format) = init.expr.as_mut() else {
        return Err("the address is no macro".to_owned());
    };
    let mut parts = format
        .mac
        .parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated)
        .map_err(|error| format!("the address cannot be read: {error}"))?
        .into_iter();
    let template = parts.next().as_ref().and_then(behind_base);
    let (Some(template), Some(Expr::Field(_))) = (template, parts.next()) else {
        return Err("the address does not start with a template and the base URL".to_owned());
    };
    let path = || method.arguments.iter().filter(|argument| argument.is_path());
    let encoded = parts.map(|part| quote!(#part).to_string());
    let wanted = path().map(|argument| {
        let ident = argument.ident();
        quote!(encode_path(&#ident.to_string())).to_string()
    });
    if !encoded.eq(wanted) {
        return Err("the address does not encode each path parameter in its place".to_owned());
    }
    let parameters: Vec<_> = path().map(displayed).collect();
    if parameters.is_empty() {
        *init.expr = parse_quote!(self.transport.url(&OPERATION, #template)?);
        return Ok(());
    }
    *init.expr = parse_quote!(format!(#template #(, encode_path(#parameters))*));
    // Its name is one that no argument has.
    let url = pat.clone();
    let join = parse_quote! { let #url = self.transport.url(&OPERATION, &#url)?; };
    method.function.block.stmts.insert(index + 1, join);
    Ok(())
}

/// What of the template follows the base URL.
fn behind_base(template: &Expr) -> Option<String> {
    let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = template else { return None };
    text.value().strip_prefix("{}").map(str::to_owned)
}

fn is_format(expr: &Expr) -> bool {
    matches!(expr, Expr::Macro(format) if format.mac.path.is_ident("format"))
}
