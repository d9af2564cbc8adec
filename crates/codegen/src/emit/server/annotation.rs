//! Emits the `#[utoipa::path]` attribute of a handler: what utoipa is told about an operation.

use crate::emit::shape;
use crate::ir::{Body, Location, Operation, Parameter, Response};
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use serde_json::{Map, Value};

/// The attribute.
pub(super) fn path(operation: &Operation) -> TokenStream {
    let method = format_ident!("{}", operation.method.as_str().to_ascii_lowercase());
    let (path, id, tags) = (&operation.path, &operation.id, &operation.tags);
    let summary = nonempty("summary", &operation.summary);
    let description = nonempty("description", &operation.description);
    let parameters = operation.parameters.iter().map(parameter);
    let body = operation.body.as_ref().map(request_body);
    let responses = operation.responses.iter().map(response);
    let security = operation.security.iter().map(|scheme| quote! { (#scheme = []) });
    let security = (!operation.security.is_empty()).then(|| quote! { security(#(#security),*), });
    let servers = operation.servers.iter().map(server);
    let servers = (!operation.servers.is_empty()).then(|| quote! { servers(#(#servers),*), });
    let extensions = extensions(&operation.extensions);
    quote! {
        #[utoipa::path(
            #method,
            path = #path,
            operation_id = #id,
            #summary
            #description
            tags = [#(#tags),*],
            params(#(#parameters),*),
            #body
            responses(#(#responses),*),
            #security
            #servers
            #extensions
        )]
    }
}

fn parameter(parameter: &Parameter) -> TokenStream {
    let (name, ty) = (&parameter.name, shape::rust_type(&parameter.ty));
    let location = match parameter.location {
        Location::Path => quote!(Path),
        Location::Query => quote!(Query),
        Location::Header => quote!(Header),
    };
    let ty = if parameter.required {
        ty
    } else {
        quote! { Option<#ty> }
    };
    // utoipa takes an optional header for one that may be null.
    let nullable =
        (!parameter.required && parameter.location == Location::Header).then(|| quote! { nullable = false, });
    let description = nonempty("description", &parameter.description);
    let example = parameter.example.as_ref().map(example);
    let deprecated = parameter.deprecated.then(|| quote! { deprecated, });
    quote! { (#name = #ty, #location, #nullable #deprecated #description #example) }
}

fn request_body(body: &Body) -> TokenStream {
    // As an `Option`, utoipa would also take it for one that may be null; `document::correct` says that it is optional.
    let (ty, media_type) = (shape::rust_type(&body.ty), &body.media_type);
    let description = nonempty("description", &body.description);
    let example = body.example.as_ref().map(example);
    let examples = examples(&body.examples);
    quote! { request_body(content = #ty, content_type = #media_type, #description #example #examples), }
}

fn response(response: &Response) -> TokenStream {
    let (status, description) = (Literal::u16_unsuffixed(response.status), &response.description);
    let body = response.body.as_ref().map(|ty| {
        let (ty, media_type) = (shape::rust_type(ty), &response.media_type);
        quote! { body = #ty, content_type = #media_type, }
    });
    let headers = response.headers.iter().map(|(name, header)| {
        let ty = header_type(header);
        // utoipa takes no comma at the end of this one.
        let description = text(header, "description");
        let description = (!description.is_empty()).then(|| quote! { , description = #description });
        quote! { (#name = #ty #description) }
    });
    let headers = (!response.headers.is_empty()).then(|| quote! { headers(#(#headers),*), });
    let example = response.example.as_ref().map(example);
    let examples = examples(&response.examples);
    let code =
        response.error_code.as_ref().map(|code| quote! { extensions(("x-error-code" = json!(#code))), });
    // Examples last: utoipa takes no attribute after them.
    quote! { (status = #status, description = #description, #body #headers #code #example #examples) }
}

/// The type of a response header: a named schema, or one of the scalar types that lint lets through.
fn header_type(header: &Value) -> TokenStream {
    let schema = &header["schema"];
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        let name = format_ident!("{name}");
        return quote! { types::#name };
    }
    match schema["type"].as_str() {
        Some("integer") => quote!(i64),
        Some("number") => quote!(f64),
        Some("boolean") => quote!(bool),
        _ => quote!(String),
    }
}

/// A server with its variables, as `servers(…)` takes it.
pub(super) fn server(server: &Value) -> TokenStream {
    let url = text(server, "url");
    let description = nonempty("description", text(server, "description"));
    let variables = server["variables"].as_object().into_iter().flatten().map(|(name, variable)| {
        let default = text(variable, "default");
        let description = nonempty("description", text(variable, "description"));
        let values = variable["enum"].as_array().map(|values| {
            let values = values.iter().filter_map(Value::as_str);
            quote! { enum_values(#(#values),*), }
        });
        quote! { (#name = (default = #default, #description #values)) }
    });
    let variables = server["variables"].is_object().then(|| quote! { variables(#(#variables),*), });
    quote! { (url = #url, #description #variables) }
}

fn extensions(extensions: &Map<String, Value>) -> Option<TokenStream> {
    let each = extensions.iter().map(|(name, value)| {
        let value = json(value);
        quote! { (#name = json!(#value)) }
    });
    (!extensions.is_empty()).then(|| quote! { extensions(#(#each),*), })
}

fn example(value: &Value) -> TokenStream {
    let value = json(value);
    quote! { example = json!(#value), }
}

fn examples(examples: &Map<String, Value>) -> Option<TokenStream> {
    let each = examples.iter().map(|(name, example)| {
        let summary = nonempty("summary", text(example, "summary"));
        let description = nonempty("description", text(example, "description"));
        let value = json(&example["value"]);
        quote! { (#name = (#summary #description value = json!(#value))) }
    });
    (!examples.is_empty()).then(|| quote! { examples(#(#each),*), })
}

/// A JSON value as the tokens between the parentheses of `json!(…)`.
pub(super) fn json(value: &Value) -> TokenStream {
    match value {
        Value::Null => quote!(null),
        Value::Bool(value) => quote!(#value),
        Value::String(text) => quote!(#text),
        Value::Number(number) => number.to_string().parse().unwrap_or_else(|_| quote!(null)),
        Value::Array(items) => {
            let items = items.iter().map(json);
            quote!([#(#items),*])
        }
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| {
                let value = json(value);
                quote!(#name: #value)
            });
            quote!({#(#members),*})
        }
    }
}

/// `name = "text",`, or nothing for an empty text.
pub(super) fn nonempty(name: &str, text: &str) -> Option<TokenStream> {
    let name = format_ident!("{name}");
    (!text.is_empty()).then(|| quote! { #name = #text, })
}

/// A text member of a JSON object; empty when absent.
pub(super) fn text<'a>(object: &'a Value, member: &str) -> &'a str {
    object[member].as_str().unwrap_or_default()
}
