//! Emits what an operation can answer: one variant for each documented status, and nothing else.

use super::status;
use crate::emit::{docs, names, shape};
use crate::ir::{Api, Operation, Response, SchemaKind, Type};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

/// The name of the answer type.
pub(super) fn name(operation: &Operation) -> Ident {
    format_ident!("{}Response", names::camel(&operation.id))
}

/// The enum, a constructor for each failure that has a code, and its encoding.
///
/// # Errors
/// The operation documents no failure that the stub could answer with. Lint refuses such a contract.
pub(super) fn item(api: &Api, operation: &Operation) -> Result<TokenStream, String> {
    let name = name(operation);
    let doc = format!(
        " What `{}` can answer: one variant for each status that the contract documents.",
        operation.id
    );
    let variants = operation.responses.iter().map(variant);
    let constructors = operation.responses.iter().filter_map(constructor);
    let error = error_function(api, operation)?;
    let refusals = [("Malformed", 400), ("Unauthenticated", 401), ("Failed", 500)].map(|(kind, status)| {
        let (kind, constructor) = (format_ident!("{kind}"), status::constructor(status));
        if answers(operation, status) {
            quote! { Refusal::#kind(message) => Ok(Self::#constructor(message)) }
        } else {
            quote! { Refusal::#kind(_) => Err(refusal) }
        }
    });
    let encodings = operation.responses.iter().map(|response| {
        let (variant, status) = (status::variant(response.status), Literal::u16_unsuffixed(response.status));
        if response.body.is_some() {
            quote! { Self::#variant(body) => reply::json(#status, body) }
        } else {
            quote! { Self::#variant => Ok(reply::empty(#status)) }
        }
    });
    Ok(quote! {
        #[doc = #doc]
        #[derive(Clone, Debug, PartialEq)]
        #[must_use]
        pub enum #name { #(#variants,)* }

        impl #name { #(#constructors)* }

        impl Answer for #name {
            fn refuse(refusal: Refusal) -> Result<Self, Refusal> {
                match refusal { #(#refusals,)* }
            }

            fn encode(&self) -> Result<Encoded, String> {
                match self { #(#encodings,)* }
            }
        }

        #error
    })
}

fn variant(response: &Response) -> TokenStream {
    let variant = status::variant(response.status);
    let description = format!("`{}`: {}", response.status, response.description);
    let docs = docs::attributes(&description);
    let body = response.body.iter().map(|ty| {
        let ty = shape::rust_type(ty);
        quote! { (#ty) }
    });
    quote! { #docs #variant #(#body)* }
}

/// `not_found(message)`, for a failure whose code the contract states.
fn constructor(response: &Response) -> Option<TokenStream> {
    let code = response.error_code.as_ref()?;
    let (variant, constructor) = (status::variant(response.status), status::constructor(response.status));
    let doc = format!(
        " `{}` with the code `{code}` and this message, cut to the length that the contract allows.",
        response.status
    );
    Some(quote! {
        #[doc = #doc]
        pub fn #constructor(message: impl Into<String>) -> Self {
            Self::#variant(error(#code, message.into()))
        }
    })
}

/// Whether the stub can answer by itself with this status: the contract documents it, and says with which code.
fn answers(operation: &Operation, status: u16) -> bool {
    operation.responses.iter().any(|response| response.status == status && response.error_code.is_some())
}

/// `error(code, message)`: the operation's error body.
fn error_function(api: &Api, operation: &Operation) -> Result<TokenStream, String> {
    let explain = |what: &str| format!("operation `{}` {what}; lint should have refused it", operation.id);
    let failure = operation
        .responses
        .iter()
        .find(|response| response.status == 500 && response.error_code.is_some())
        .ok_or_else(|| explain("documents no 500 with an `x-error-code`"))?;
    let Some(Type::Named(name)) = &failure.body else {
        return Err(explain("has an error body that is not a named object"));
    };
    let Some(SchemaKind::Object { members, .. }) = api.schema(name).map(|schema| &schema.kind) else {
        return Err(explain("has an error body that is not an object"));
    };
    let ty = format_ident!("{name}");
    let fields = members.iter().map(|member| {
        let field = names::snake(&member.name);
        let value = match member.name.as_str() {
            "error_code" => text(api, &member.ty, quote! { code.to_owned() }),
            "error_msg" => text(api, &member.ty, quote! { message }),
            _ => quote! { None },
        };
        quote! { #field: #value }
    });
    Ok(quote! {
        /// The operation's error body.
        fn error(code: &str, message: String) -> types::#ty {
            types::#ty { #(#fields,)* }
        }
    })
}

/// A text member from an expression of type `String`, cut to the member's limit.
fn text(api: &Api, ty: &Type, value: TokenStream) -> TokenStream {
    let Type::Named(name) = ty else { return value };
    let ty = format_ident!("{name}");
    let value = match api.schema(name).map(|schema| &schema.kind) {
        Some(SchemaKind::Text { max_length: Some(max), .. }) => {
            let max = Literal::usize_unsuffixed(usize::try_from(*max).unwrap_or(usize::MAX));
            quote! { reply::clip(#value, #max) }
        }
        _ => value,
    };
    quote! { types::#ty::unchecked(#value) }
}
