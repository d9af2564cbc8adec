//! Emits the document that utoipa derives from the stub.

use super::annotation::{json, nonempty, server, text};
use crate::emit::{GeneratedFile, Layout, names, render, shape};
use crate::ir::{Api, SecurityScheme};
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
        use utoipa::OpenApi;
        #scheme_imports

        /// The document of this stub, as utoipa derives it from handlers and types: OpenAPI 3.1.
        ///
        /// Tests hold it equal to the contract, which is OpenAPI 3.0.
        #[must_use]
        pub fn openapi() -> utoipa::openapi::OpenApi {
            Document::openapi()
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
