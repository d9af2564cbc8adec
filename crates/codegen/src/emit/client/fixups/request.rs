//! The request: made by the transport's HTTP client, which builds it too, query parameters under their wire names, and an optional body
//! left out where there is none, which progenitor cannot express.

use super::{Method, find_let};
use crate::ir::Location;
use quote::quote;
use syn::visit_mut::VisitMut;
use syn::{Expr, ExprField, Local, Member, Stmt, parse_quote};

pub(super) fn apply(method: &mut Method<'_>) -> Result<(), String> {
    let index = find_let(method, "request that is built", is_built)?;
    let Some(Stmt::Local(Local { init: Some(init), .. })) = method.function.block.stmts.get(index) else {
        return Err("the request is no statement".to_owned());
    };
    let mut chain = init.expr.as_ref().clone();
    let mut rewrite = Rewrite { method, client: 0, accept: 0, queries: 0, headers: 0, json: 0 };
    rewrite.visit_expr_mut(&mut chain);
    rewrite.check()?;
    let statements = statements(method, &chain);
    method.function.block.stmts.splice(index..=index, statements);
    Ok(())
}

/// `let request = …;`, with the body added on the way.
fn statements(method: &Method<'_>, built: &Expr) -> Vec<Stmt> {
    let Some(body) = &method.operation.body else {
        return vec![parse_quote! { let request = #built; }];
    };
    // `json` names the media type itself, unless the contract's is a longer one.
    let content_type = (body.media_type != "application/json").then(|| {
        let media_type = &body.media_type;
        quote! {
            .header(CONTENT_TYPE, HeaderValue::from_static(#media_type))
        }
    });
    if body.required {
        return vec![parse_quote! { let request = #built #content_type.json(body); }];
    }
    vec![
        parse_quote! { let mut request = #built; },
        parse_quote! {
            if let Some(body) = body {
                request = request #content_type.json(body);
            }
        },
    ]
}

/// `….build()?`
fn is_built(expr: &Expr) -> bool {
    let Expr::Try(attempt) = expr else { return false };
    matches!(&*attempt.expr, Expr::MethodCall(call) if call.method == "build")
}

/// `self.client`
fn is_client(field: &ExprField) -> bool {
    matches!(&field.member, Member::Named(name) if name == "client")
        && matches!(&*field.base, Expr::Path(path) if path.path.is_ident("self"))
}

/// An expression that takes the place of the one it is part of.
fn take(expr: &mut Expr) -> Expr {
    std::mem::replace(expr, Expr::PLACEHOLDER)
}

/// Rewrites the chain of calls on the request builder, and counts what it met.
struct Rewrite<'a, 'b> {
    method: &'a Method<'b>,
    client: usize,
    accept: usize,
    queries: usize,
    headers: usize,
    json: usize,
}

impl VisitMut for Rewrite<'_, '_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        syn::visit_mut::visit_expr_mut(self, expr);
        let with =
            |location| self.method.arguments.iter().any(|argument| argument.parameter.location == location);
        match expr {
            Expr::Field(field) if is_client(field) => {
                self.client += 1;
                *expr = parse_quote!(self.transport.http());
            }
            // The transport builds the request, and says what is wrong with it.
            Expr::Try(attempt) => *expr = take(&mut attempt.expr),
            Expr::MethodCall(call) if call.method == "build" => *expr = take(&mut call.receiver),
            Expr::MethodCall(call) if call.method == "json" => {
                self.json += 1;
                *expr = take(&mut call.receiver);
            }
            Expr::MethodCall(call) if call.method == "header" => {
                self.accept += 1;
                call.args = parse_quote!(ACCEPT, HeaderValue::from_static("application/json"));
            }
            Expr::MethodCall(call) if call.method == "headers" => {
                self.headers += 1;
                if !with(Location::Header) {
                    *expr = take(&mut call.receiver);
                }
            }
            Expr::MethodCall(call) if call.method == "query" => {
                let given = &call.args;
                let given = quote!(#given).to_string();
                let argument = self.method.arguments.iter().find(|argument| {
                    let (name, ident) = (&argument.name, argument.ident());
                    given == quote!(&progenitor_client::QueryParam::new(#name, &#ident)).to_string()
                });
                if let Some(argument) = argument {
                    self.queries += 1;
                    let (name, ident) = (&argument.parameter.name, argument.ident());
                    call.args = parse_quote!(&QueryParam::new(#name, &#ident));
                }
            }
            _ => {}
        }
    }
}

impl Rewrite<'_, '_> {
    fn check(&self) -> Result<(), String> {
        let arguments = &self.method.arguments;
        let queries = arguments.iter().filter(|it| it.parameter.location == Location::Query).count();
        let typed = self.method.operation.responses.iter().any(|response| response.body.is_some());
        let counts = [
            ("`self.client`", self.client, 1),
            ("`header`", self.accept, usize::from(typed)),
            ("`headers`", self.headers, 1),
            ("`json`", self.json, usize::from(self.method.operation.body.is_some())),
            ("`query`", self.queries, queries),
        ];
        counts
            .into_iter()
            .find(|(_, found, wanted)| found != wanted)
            .map_or(Ok(()), |(what, found, wanted)| {
                Err(format!("the request has {what} {found} times, not {wanted}"))
            })
    }
}
