//! Emits the document that utoipa derives from the stub.

use super::annotation::{json, nonempty, server, text};
use super::request;
use crate::emit::{GeneratedFile, Layout, names, render, shape, types};
use crate::ir::{Api, Operation, Parameter, SecurityScheme, Type};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;

/// `document.rs`.
pub(super) fn file(api: &Api, layout: &Layout) -> Result<GeneratedFile, String> {
    let import = (!api.schemas.is_empty()).then(|| shape::import_types(layout)).transpose()?;
    let paths = api.operations.iter().map(|operation| {
        let module = names::module(&operation.id);
        quote! { super::operations::#module::handle }
    });
    let schemas = api.schemas.iter().map(|schema| {
        let name = names::ident(&schema.name);
        quote! { types::#name }
    });
    let corrected = corrected(api);
    let requests =
        api.operations.iter().filter(|operation| inline(operation).next().is_some()).map(|operation| {
            let (module, request) = (names::module(&operation.id), request::name(operation));
            quote! { use super::operations::#module::#request; }
        });
    let info = info(&Value::Object(api.info.clone()));
    let tags = api.tags.iter().map(|tag| {
        let name = text(tag, "name");
        let description = nonempty("description", text(tag, "description"));
        quote! { (name = #name, #description) }
    });
    let tags = (!api.tags.is_empty()).then(|| quote! { tags(#(#tags),*), });
    let servers = api.servers.iter().map(server);
    let servers = (!api.servers.is_empty()).then(|| quote! { servers(#(#servers),*), });
    let modifiers = (!api.security_schemes.is_empty()).then(|| quote! { modifiers(&SecuritySchemes), });
    let modifier = (!api.security_schemes.is_empty()).then(|| security_schemes(&api.security_schemes));
    let scheme_imports = (!api.security_schemes.is_empty()).then(|| {
        quote! {
            use utoipa::openapi::extensions::Extensions;
            use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
        }
    });
    let tokens = quote! {
        #import
        #(#requests)*
        use ::untag_server::document;
        use utoipa::OpenApi;
        #scheme_imports

        /// The document of this stub, as utoipa derives it from handlers and types: OpenAPI 3.1.
        ///
        /// Tests hold it equal to the contract, which is OpenAPI 3.0.
        #[must_use]
        pub fn openapi() -> utoipa::openapi::OpenApi {
            #corrected
        }

        #[derive(OpenApi)]
        #[openapi(
            info(#info),
            paths(#(#paths),*),
            components(schemas(#(#schemas),*)),
            #tags
            #servers
            #modifiers
        )]
        struct Document;

        #modifier
    };
    render::file(layout, "document.rs", "The document that utoipa derives from the stub.", &tokens)
}

/// The derived document, without what utoipa adds of its own accord, and with what its attributes cannot say.
fn corrected(api: &Api) -> TokenStream {
    let absent =
        ["description", "contact", "license"].into_iter().filter(|member| !api.info.contains_key(*member));
    let optional_bodies =
        api.operations.iter().filter(|operation| operation.body.as_ref().is_some_and(|body| !body.required));
    let optional_bodies = optional_bodies.map(|operation| &operation.id);
    let parameters = api.operations.iter().flat_map(|operation| {
        inline(operation).map(|parameter| {
            let (id, name, field) = (&operation.id, &parameter.name, names::snake(&parameter.name));
            let (request, adjustments) = (request::name(operation), types::adjustments(&parameter.ty));
            quote! {
                document::describe(&mut document, #id, #name, |it: &#request| &it.#field, |schema| schema #adjustments);
            }
        })
    });
    quote! {
        let mut document = Document::openapi();
        document::correct(&mut document, &[#(#absent),*], &[#(#optional_bodies),*]);
        #(#parameters)*
        document
    }
}

/// The parameters whose schema has no name, and which utoipa therefore describes in its own words.
fn inline(operation: &Operation) -> impl Iterator<Item = &Parameter> {
    operation.parameters.iter().filter(|parameter| !matches!(parameter.ty, Type::Named(_)))
}

fn info(info: &Value) -> TokenStream {
    let each = [
        ("title", "title"),
        ("version", "version"),
        ("description", "description"),
        ("terms_of_service", "termsOfService"),
    ]
    .into_iter()
    .filter_map(|(attribute, member)| nonempty(attribute, text(info, member)));
    let part = |name: &str, members: &[&str]| {
        let object = &info[name];
        let members = members.iter().filter_map(|member| nonempty(member, text(object, member)));
        let name = format_ident!("{name}");
        object.is_object().then(|| quote! { #name(#(#members)*), })
    };
    let contact = part("contact", &["name", "url", "email"]);
    let license = part("license", &["name", "url", "identifier"]);
    quote! { #(#each)* #contact #license }
}

/// What no attribute of utoipa can say: the security schemes.
fn security_schemes(schemes: &[SecurityScheme]) -> TokenStream {
    let each = schemes.iter().map(|scheme| {
        let (name, header) = (&scheme.name, &scheme.header);
        let description = (!scheme.description.is_empty()).then(|| {
            let description = &scheme.description;
            quote! { value.description = Some(#description.to_owned()); }
        });
        let extensions = scheme.extensions.iter().map(|(name, value)| {
            let value = json(value);
            quote! { (#name, ::serde_json::json!(#value)) }
        });
        quote! {
            let mut value = ApiKeyValue::new(#header);
            #description
            value.extensions = Some(Extensions::from_iter([#(#extensions),*]));
            components.add_security_scheme(#name, SecurityScheme::ApiKey(ApiKey::Header(value)));
        }
    });
    quote! {
        /// The ways to show who is calling, which no attribute can say.
        struct SecuritySchemes;

        impl utoipa::Modify for SecuritySchemes {
            fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
                let components = document.components.get_or_insert_default();
                #(#each)*
            }
        }
    }
}
