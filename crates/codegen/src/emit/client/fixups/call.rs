//! The call: progenitor's hooks and its single sending make way for the transport, which checks, signs, sends and
//! repeats, and hands back an answer that has been read.

use super::{Method, find_let};
use quote::quote;
use syn::{Expr, parse_quote};

/// What follows `let info = OperationInfo { … }`, up to the `match` of the status. Where an argument has one of these
/// names, progenitor puts an underscore in front of its own.
const HOOKS: [&str; 4] = [
    "self . pre (& mut request , & info) . await ? ;",
    "let result = self . exec (request , & info) . await ;",
    "self . post (& result , & info) . await ? ;",
    "let response = result ? ;",
];

pub(super) fn apply(method: &mut Method<'_>) -> Result<(), String> {
    let info = find_let(
        method,
        "`OperationInfo`",
        |expr| matches!(expr, Expr::Struct(literal) if literal.path.is_ident("OperationInfo")),
    )?;
    let statements = &mut method.function.block.stmts;
    let following: Vec<String> = statements
        .iter()
        .skip(info + 1)
        .take(HOOKS.len())
        .map(|it| quote!(#it).to_string().replace(" _", " ").replace("(_", "("))
        .collect();
    if following != HOOKS {
        return Err(format!("it calls its hooks otherwise: {following:?}"));
    }
    let call = parse_quote! {
        let answer = self.transport.call(&OPERATION, &OPERATIONS, request).await?;
    };
    statements.splice(info..=info + HOOKS.len(), [call]);
    Ok(())
}
