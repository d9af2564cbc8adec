//! The answers: statuses that are read alike stand in one arm, and what is not read as documented keeps its status and its
//! text, which progenitor's own decoding loses.

use super::Method;
use crate::ir::Response;
use proc_macro2::Literal;
use quote::ToTokens;
use syn::{Arm, Expr, Stmt, parse_quote};

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
    let matched = answer.expr.to_token_stream().to_string();
    if matched.trim_start_matches('_') != "response . status () . as_u16 ()" {
        return Err("it does not match the status of a response".to_owned());
    }
    let (successes, failures): (Vec<_>, Vec<_>) = responses.iter().partition(|it| it.is_success());
    let success = arm(&successes, parse_quote!(answer.decoded()), Some(parse_quote!(Ok(answer.empty()))));
    // A failure without a body has nothing more to say than one that is not documented.
    let failure = arm(&failures, parse_quote!(Err(answer.failure())), None);
    *answer = parse_quote! {
        match answer.status().as_u16() {
            #success
            #failure
            _ => Err(answer.undocumented()),
        }
    };
    Ok(())
}

/// One arm for all these responses: they either all have a body or all have none.
fn arm(responses: &[&Response], with_body: Expr, without_body: Option<Expr>) -> Option<Arm> {
    let read = if responses.first()?.body.is_some() { with_body } else { without_body? };
    let statuses = responses.iter().map(|response| Literal::u16_unsuffixed(response.status));
    Some(parse_quote! { #(#statuses)|* => #read, })
}
