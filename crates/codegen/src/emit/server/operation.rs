//! Emits one file for each operation: request, answer, and the handler between them.

use super::{annotation, request, response};
use crate::emit::{GeneratedFile, Layout, names, render, shape};
use crate::ir::{Api, Credential, Location, Operation};
use proc_macro2::TokenStream;
use quote::quote;

/// The file.
pub(super) fn file(api: &Api, operation: &Operation, layout: &Layout) -> Result<GeneratedFile, String> {
    let import = shape::import_types(layout)?;
    let request = request::item(operation);
    let response = response::item(api, operation)?;
    let implementation = implementation(api, operation)?;
    let handler = handler(operation);
    let constraint = request::has_rules(operation).then(|| quote! { use ::untag_types::constraint; });
    let tokens = quote! {
        #import
        use super::super::Api;
        use ::axum::extract::{Request, State};
        use ::axum::response::Response;
        use ::std::future::Future;
        use ::std::sync::Arc;
        use ::untag_server::authentication::Scheme;
        use ::untag_server::exchange::{self, Operation, Received, Service};
        use ::untag_server::reply::{self, Answer, Encoded, Refusal};
        #constraint
        use ::untag_types::validate::{Report, Validate};

        #request
        #response
        #implementation
        #handler
    };
    let module = names::module(&operation.id);
    let doc = format!("`{}`: `{} {}`.", operation.id, operation.method.as_str(), operation.path);
    render::file(layout, &format!("operations/{module}.rs"), &doc, &tokens)
}

/// The operation as the exchange sees it.
fn implementation(api: &Api, operation: &Operation) -> Result<TokenStream, String> {
    let (request, answer) = (request::name(operation), response::name(operation));
    let id = &operation.id;
    let takes_body = operation.body.is_some();
    let query = operation.parameters.iter().filter(|parameter| parameter.location == Location::Query);
    let query = query.map(|parameter| &parameter.name);
    let decode = request::decode(operation);
    let received = if request::reads(operation) { quote!(received) } else { quote!(_received) };
    let accepted = operation.security.iter().map(|name| {
        let scheme =
            api.security_scheme(name).ok_or_else(|| format!("there is no security scheme `{name}`"))?;
        let header = &scheme.header;
        Ok(match &scheme.credential {
            Credential::Token(token) => {
                let token = names::ident(token);
                quote! { Scheme::Token { header: #header, fits: types::#token::fits } }
            }
            Credential::Signature(algorithm) => quote! {
                Scheme::Signature { header: #header, algorithm: #algorithm }
            },
        })
    });
    let accepted = accepted.collect::<Result<Vec<_>, String>>()?;
    let doc = format!(" `{id}`, as the exchange sees it.");
    Ok(quote! {
        #[doc = #doc]
        pub(crate) struct ThisOperation;

        impl Operation for ThisOperation {
            const ID: &'static str = #id;
            const SECURITY: &'static [Scheme] = &[#(#accepted),*];
            const QUERY: &'static [&'static str] = &[#(#query),*];
            const TAKES_BODY: bool = #takes_body;
            type Request = #request;
            type Answer = #answer;

            fn decode(#received: &Received<'_>) -> Result<Self::Request, String> { #decode }
        }
    })
}

/// The axum handler, annotated for utoipa. Not an `async fn`, whose future would keep the request beside its parts: futures
/// are moved, and this is a large one.
fn handler(operation: &Operation) -> TokenStream {
    let annotation = annotation::path(operation);
    let method = names::snake(&operation.id);
    let deprecated = operation.deprecated.then(|| quote! { #[deprecated] });
    let call = if operation.security.is_empty() {
        quote! {
            exchange::public::<ThisOperation, A, _>(&service, &parts, body, |api, request| api.#method(request)).await
        }
    } else {
        quote! {
            exchange::authenticated::<ThisOperation, A, _>(&service, &parts, body, |api, caller, request| {
                api.#method(caller, request)
            })
            .await
        }
    };
    quote! {
        #annotation
        #deprecated
        pub(crate) fn handle<A: Api>(
            State(service): State<Arc<Service<A>>>,
            request: Request,
        ) -> impl Future<Output = Response> + Send {
            let (parts, body) = request.into_parts();
            async move { #call }
        }
    }
}
