//! The answers: statuses that are read alike stand in one arm, and a failure whose body cannot be decoded keeps its
//! status, which progenitor's own decoding loses.

use super::Method;
use crate::ir::Response;
use proc_macro2::Literal;
use quote::ToTokens;
use syn::{Arm, Expr, ExprMatch, Ident, Stmt, parse_quote};

pub(super) fn apply(method: &mut Method<'_>) -> Result<(), String> {
    let responses = &method.operation.responses;
    let Some(Stmt::Expr(Expr::Match(answer), None)) = method.function.block.stmts.last_mut() else {
        return Err("it does not end with a `match` of the status".to_owned());
    };
    // Progenitor has one arm for each status, in their order, and one for all others.
    let patterns = answer.arms.iter().map(|arm| arm.pat.to_token_stream().to_string());
    let wanted = responses.iter().map(|response| format!("{}u16", response.status)).chain(["_".to_owned()]);
    if !patterns.eq(wanted) {
        return Err("its arms are not the documented statuses".to_owned());
    }
    let response = response_ident(answer)?;
    let undocumented = answer.arms.pop();
    let (successes, failures): (Vec<_>, Vec<_>) = responses.iter().partition(|it| it.is_success());
    let success = arm(
        &successes,
        parse_quote!(ResponseValue::from_response(#response).await),
        parse_quote!(Ok(ResponseValue::empty(#response))),
    );
    let failure = arm(
        &failures,
        parse_quote!(Err(failure(#response).await)),
        parse_quote!(Err(Error::ErrorResponse(ResponseValue::empty(#response)))),
    );
    answer.arms = [success, failure, undocumented].into_iter().flatten().collect();
    Ok(())
}

/// One arm for all these responses: they either all have a body or all have none.
fn arm(responses: &[&Response], with_body: Expr, without_body: Expr) -> Option<Arm> {
    let read = if responses.first()?.body.is_some() { with_body } else { without_body };
    let statuses = responses.iter().map(|response| Literal::u16_unsuffixed(response.status));
    Some(parse_quote! { #(#statuses)|* => #read, })
}

/// The name of the response in `match response.status().as_u16()`.
fn response_ident(answer: &ExprMatch) -> Result<Ident, String> {
    let mut expr = answer.expr.as_ref();
    while let Expr::MethodCall(call) = expr {
        expr = &call.receiver;
    }
    match expr {
        Expr::Path(path) => path.path.get_ident().cloned(),
        _ => None,
    }
    .ok_or_else(|| "it does not match the status of a response".to_owned())
}
