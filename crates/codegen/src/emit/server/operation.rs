//! Emits one file for each operation: request, answer, and the handler between them.

use super::{annotation, request, response};
use crate::emit::{GeneratedFile, Layout, names, render, shape};
use crate::ir::{Api, Credential, Location, Operation};
use proc_macro2::{Literal, TokenStream};
use quote::quote;

/// The file.
pub(super) fn file(api: &Api, operation: &Operation, layout: &Layout) -> Result<GeneratedFile, String> {
    let import = shape::import_types(layout)?;
    let request = request::item(operation);
    let response = response::item(api, operation)?;
    let implementation = implementation(api, operation)?;
    let handler = handler(operation);
    let constraint = request::has_rules(operation).then(|| quote! { use ::untag_types::constraint; });
    let (authentication, call) = if operation.security.is_empty() {
        (quote! {}, quote!(Public))
    } else {
        let authentication = quote! {
            use ::axum::http::HeaderName;
            use ::untag_server::authentication::{Authenticated, Scheme};
        };
        (authentication, quote!(Protected))
    };
    let tokens = quote! {
        #import
        use super::super::Api;
        use ::axum::extract::{Request, State};
        use ::axum::response::Response;
        use ::std::future::Future;
        use ::std::sync::Arc;
        #authentication
        use ::untag_server::exchange::{self, Operation, #call, Received, Service};
        use ::untag_server::reply::{self, Answer, Encoded, Refusal};
        #constraint
        use ::untag_types::validate::{Report, Valid, Validate};

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
        let name = &scheme.header;
        // Lint has seen to it that the name is one of a header.
        let lowercase = name.to_ascii_lowercase();
        Ok(match &scheme.credential {
            Credential::Token(token) => {
                let token = names::ident(token);
                quote! {
                    Scheme::Token { header: HeaderName::from_static(#lowercase), name: #name, fits: types::#token::fits }
                }
            }
            Credential::Signature(algorithm) => quote! {
                Scheme::Signature { header: HeaderName::from_static(#lowercase), name: #name, algorithm: #algorithm }
            },
        })
    });
    let accepted = accepted.collect::<Result<Vec<_>, String>>()?;
    let count = Literal::usize_unsuffixed(accepted.len());
    let doc = format!(" `{id}`, as the exchange sees it.");
    let method = names::snake(id);
    // Deprecation is for who calls the method, not for what serves it.
    let allow = operation.deprecated.then(|| quote! { #[allow(deprecated)] });
    let call = if operation.security.is_empty() {
        quote! {
            impl<A: Api> Public<A> for ThisOperation {
                #allow
                fn call(
                    api: &A,
                    request: Valid<Self::Request>,
                ) -> impl Future<Output = Self::Answer> + Send {
                    api.#method(request)
                }
            }
        }
    } else {
        quote! {
            impl<A: Api> Protected<A> for ThisOperation {
                fn schemes() -> &'static [Scheme] {
                    static SCHEMES: [Scheme; #count] = [#(#accepted),*];
                    &SCHEMES
                }

                #allow
                fn call(
                    api: &A,
                    caller: Authenticated<A::Caller>,
                    request: Valid<Self::Request>,
                ) -> impl Future<Output = Self::Answer> + Send {
                    api.#method(caller, request)
                }
            }
        }
    };
    Ok(quote! {
        #[doc = #doc]
        pub(crate) struct ThisOperation;

        impl Operation for ThisOperation {
            const ID: &'static str = #id;
            const QUERY: &'static [&'static str] = &[#(#query),*];
            const TAKES_BODY: bool = #takes_body;
            type Request = #request;
            type Answer = #answer;

            fn decode(#received: &Received<'_>) -> Result<Self::Request, String> { #decode }
        }

        #call
    })
}

/// The axum handler, annotated for utoipa.
fn handler(operation: &Operation) -> TokenStream {
    let annotation = annotation::path(operation);
    let deprecated = operation.deprecated.then(|| quote! { #[deprecated] });
    let exchange = if operation.security.is_empty() { quote!(public) } else { quote!(protected) };
    quote! {
        #annotation
        #deprecated
        pub(crate) fn handle<A: Api>(
            State(service): State<Arc<Service<A>>>,
            request: Request,
        ) -> impl Future<Output = Response> + Send {
            exchange::#exchange::<ThisOperation, A>(service, request)
        }
    }
}
