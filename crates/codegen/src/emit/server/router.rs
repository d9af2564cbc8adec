//! Emits the axum router: one route for each path of the contract, and which operation each method of it is.

use crate::emit::{GeneratedFile, Layout, names, render};
use crate::ir::{Api, Method, Operation, Segment};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

/// `router.rs`.
pub(super) fn file(api: &Api, layout: &Layout) -> Result<GeneratedFile, String> {
    let mut paths: Vec<(String, Vec<&Operation>)> = Vec::new();
    for operation in &api.operations {
        let path = route_path(operation);
        match paths.iter_mut().find(|(known, _)| *known == path) {
            Some((_, operations)) => operations.push(operation),
            None => paths.push((path, vec![operation])),
        }
    }
    let routes = paths.iter().map(|(path, operations)| route(path, operations));
    let table = api.operations.iter().map(|operation| {
        let (id, path, matched_path) = (&operation.id, &operation.path, route_path(operation));
        let method = format_ident!("{}", operation.method.as_str());
        quote! { Route { operation: #id, method: Method::#method, path: #path, matched_path: #matched_path } }
    });
    let tokens = quote! {
        use super::Api;
        use ::axum::Router;
        use ::axum::http::Method;
        use ::axum::routing::{self, MethodRouter};
        use ::std::sync::Arc;
        use ::untag_server::Route;
        use ::untag_server::exchange::{Limits, Service};

        /// Every operation of the contract, in its order, and where the router has it.
        pub static ROUTES: &[Route] = &[#(#table),*];

        /// The route of a request of this method, for which axum reports this `MatchedPath`; none where the contract has no
        /// operation.
        ///
        /// A router that is nested under a prefix reports the prefix too: take it away first.
        #[must_use]
        pub fn route(method: &Method, matched_path: &str) -> Option<&'static Route> {
            ROUTES.iter().find(|route| route.matches(method, matched_path))
        }

        /// A router that serves the contract with this implementation, within the default [`Limits`].
        ///
        /// It mounts anywhere: alone, merged or nested under a prefix.
        pub fn router<A: Api>(api: A) -> Router {
            router_within(api, Limits::default())
        }

        /// A router that serves the contract with this implementation, within these limits.
        // A deprecated operation is served like any other.
        #[allow(deprecated)]
        pub fn router_within<A: Api>(api: A, limits: Limits) -> Router {
            Router::new()
                #(#routes)*
                .fallback(::untag_server::not_found)
                .with_state(Arc::new(Service::new(api, limits)))
        }

        /// The methods of one path; any other is answered with 405 and `Allow`.
        fn only<A: Api>(methods: MethodRouter<Arc<Service<A>>>, allow: &'static str) -> MethodRouter<Arc<Service<A>>> {
            methods.fallback(move || async move { ::untag_server::method_not_allowed(allow) })
        }
    };
    render::file(
        layout,
        "router.rs",
        "The axum router: one route for each path of the contract, and which operation is where.",
        &tokens,
    )
}

fn route(path: &str, operations: &[&Operation]) -> TokenStream {
    let methods = operations.iter().map(|operation| {
        let method = format_ident!("{}", operation.method.as_str().to_ascii_lowercase());
        (method, names::module(&operation.id))
    });
    let mut chain = TokenStream::new();
    for (index, (method, module)) in methods.enumerate() {
        chain.extend(if index == 0 {
            quote! { routing::#method(super::operations::#module::handle::<A>) }
        } else {
            quote! { .#method(super::operations::#module::handle::<A>) }
        });
    }
    let allow: Vec<&str> = operations.iter().map(|operation| operation.method.as_str()).collect();
    let allow = allow.join(", ");
    // axum would have GET answer HEAD as well, which the contract does not document.
    if operations.iter().any(|operation| operation.method == Method::Get) {
        chain.extend(quote! { .head(|| async { ::untag_server::method_not_allowed(#allow) }) });
    }
    quote! { .route(#path, only(#chain, #allow)) }
}

/// The path as axum writes it. Parameters are named by position: their values are read from the raw path, and two paths
/// that differ in names only are one to the router.
fn route_path(operation: &Operation) -> String {
    let mut path = String::new();
    for (index, segment) in operation.segments.iter().enumerate() {
        path.push('/');
        match segment {
            Segment::Literal(text) => path.push_str(text),
            Segment::Parameter(_) => {
                path.push_str("{p");
                path.push_str(&index.to_string());
                path.push('}');
            }
        }
    }
    path
}
