//! The files of `operations/`: what the transport knows of each operation, and the operation's method.

use super::arguments::identifier;
use super::documentation;
use super::fixups::Method;
use crate::emit::{Layout, mentions, shape};
use crate::ir::{Api, Credential, Operation, Segment};
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use serde_json::Value;
use std::collections::HashSet;

pub(super) const TABLE_DOC: &str =
    "The operations of the contract, and the table by which the transport finds them.";

/// `operations/mod.rs`.
pub(super) fn table(api: &Api) -> TokenStream {
    let mut operations: Vec<&Operation> = api.operations.iter().collect();
    operations.sort_by(|left, right| left.id.cmp(&right.id));
    let modules: Vec<_> = operations.iter().map(|it| format_ident!("{}", identifier(&it.id))).collect();
    let count = Literal::usize_unsuffixed(modules.len());
    quote! {
        #(mod #modules;)*

        use ::untag_client::operation::Operation;

        /// Every operation, by ascending operationId.
        pub(super) static OPERATIONS: [&Operation; #count] = [#(&#modules::OPERATION),*];
    }
}

/// The file of one operation.
///
/// # Errors
/// The layout's path is not a Rust path.
pub(super) fn operation(api: &Api, layout: &Layout, method: &Method<'_>) -> Result<TokenStream, String> {
    let function = &method.function;
    let documentation = documentation::attributes(method.operation, &method.arguments);
    let entry = entry(api, method.operation);
    let code = quote! {
        #entry

        impl Client {
            #documentation
            #function
        }
    };
    let names = names_in(&code);
    let types = if names.contains("types") { Some(shape::import_types(layout)?) } else { None };
    let imports = imports(&names);
    Ok(quote! {
        use super::OPERATIONS;
        use super::super::Client;
        #imports
        #types

        #code
    })
}

/// Where the names come from that a method may need.
const MODULES: [(&str, &[&str]); 6] = [
    ("progenitor_client", &["QueryParam", "ResponseValue"]),
    ("reqwest::header", &["ACCEPT", "CONTENT_TYPE", "HeaderMap", "HeaderValue"]),
    ("untag_client", &["Error"]),
    ("untag_client::header", &["header_value"]),
    ("untag_client::operation", &["Credential", "Operation", "Segment"]),
    ("untag_client::path", &["encode_path"]),
];

/// Those of the names to import, and `types`, that the code mentions.
fn names_in(code: &TokenStream) -> HashSet<&'static str> {
    let mut names = HashSet::new();
    mentions::each(code.clone(), &mut |name, _| {
        let offered = MODULES.iter().flat_map(|(_, offered)| *offered).copied().chain(["types"]);
        names.extend(offered.filter(|offered| name == offered));
    });
    names
}

/// Imports those of these names that come from elsewhere.
fn imports(names: &HashSet<&str>) -> TokenStream {
    let imports = MODULES.iter().filter_map(|(module, offered)| {
        let used = offered.iter().filter(|name| names.contains(**name));
        let used: Vec<_> = used.map(|name| format_ident!("{name}")).collect();
        let module: Vec<_> = module.split("::").map(|part| format_ident!("{part}")).collect();
        match used.as_slice() {
            [] => None,
            [one] => Some(quote! { use #(::#module)*::#one; }),
            _ => Some(quote! { use #(::#module)*::{#(#used),*}; }),
        }
    });
    quote! { #(#imports)* }
}

/// The operation's entry in the table.
fn entry(api: &Api, operation: &Operation) -> TokenStream {
    let (id, http_method) = (&operation.id, operation.method.as_str());
    let path = operation.segments.iter().map(|segment| match segment {
        Segment::Literal(text) => quote!(Segment::Literal(#text)),
        Segment::Parameter(name) => quote!(Segment::Parameter(#name)),
    });
    let schemes = operation.security.iter().filter_map(|name| api.security_scheme(name));
    let credentials = schemes.map(|scheme| {
        let header = scheme.header.to_ascii_lowercase();
        match &scheme.credential {
            Credential::Token(_) => quote!(Credential::Token { header: #header }),
            Credential::Signature(algorithm) => {
                quote!(Credential::Signature { header: #header, algorithm: #algorithm })
            }
        }
    });
    let server = server(api, operation);
    let idempotent = operation.extensions.get("x-idempotent") == Some(&Value::Bool(true));
    quote! {
        /// What the transport has to know of the operation.
        pub(super) static OPERATION: Operation = Operation {
            id: #id,
            method: #http_method,
            path: &[#(#path),*],
            credentials: &[#(#credentials),*],
            idempotent: #idempotent,
            server: #server,
        };
    }
}

/// The template of the operation's server, in which the region alone is left to choose; empty where none is documented.
fn server(api: &Api, operation: &Operation) -> String {
    let servers = if operation.servers.is_empty() { &api.servers } else { &operation.servers };
    let member =
        |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let Some(server) = servers.first() else { return String::new() };
    let variables = server.get("variables").and_then(Value::as_object).into_iter().flatten();
    variables.filter(|(name, _)| *name != "region").fold(member(server, "url"), |url, (name, variable)| {
        url.replace(&format!("{{{name}}}"), &member(variable, "default"))
    })
}
