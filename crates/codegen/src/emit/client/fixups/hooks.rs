//! The hooks: called by their trait, so that an operation may be called `pre` or `exec`, with the contract's own
//! operationId.

use super::{Method, find_let};
use syn::visit_mut::VisitMut;
use syn::{Expr, parse_quote};

pub(super) fn apply(method: &mut Method<'_>) -> Result<(), String> {
    let info = find_let(
        method,
        "`OperationInfo`",
        |expr| matches!(expr, Expr::Struct(literal) if literal.path.is_ident("OperationInfo")),
    )?;
    if let Some(statement) = method.function.block.stmts.get_mut(info) {
        *statement = parse_quote! { let info = OperationInfo { operation_id: OPERATION.id }; };
    }
    let mut hooks = Hooks { met: Vec::new() };
    hooks.visit_block_mut(&mut method.function.block);
    if hooks.met != ["pre", "exec", "post"] {
        return Err(format!("it calls the hooks {:?}", hooks.met));
    }
    Ok(())
}

struct Hooks {
    met: Vec<String>,
}

impl VisitMut for Hooks {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        syn::visit_mut::visit_expr_mut(self, expr);
        let Expr::MethodCall(call) = expr else { return };
        let on_self = matches!(&*call.receiver, Expr::Path(path) if path.path.is_ident("self"));
        if on_self && ["pre", "exec", "post"].iter().any(|hook| call.method == hook) {
            let (hook, arguments) = (&call.method, &call.args);
            self.met.push(hook.to_string());
            *expr = parse_quote!(ClientHooks::#hook(self, #arguments));
        }
    }
}
