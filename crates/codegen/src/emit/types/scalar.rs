//! Single values other than texts: newtypes over numbers, booleans, UUIDs and date-times.

use super::newtype::{self, Limit};
use super::{names, schema, type_docs};
use crate::ir::Schema;
use proc_macro2::TokenStream;
use quote::quote;

/// What is particular to one such type.
pub(super) struct Scalar {
    /// The type that it wraps.
    pub(super) ty: TokenStream,
    /// Whether its values have a total order and a hash. Floating-point numbers have neither.
    pub(super) total: bool,
    /// What the contract limits.
    pub(super) limits: Vec<Limit>,
    /// What its type limits: a statement of `check`, perhaps empty.
    pub(super) check: TokenStream,
    /// How it is written, where `Display` of the wrapped type is not the wire's form.
    pub(super) display: Option<TokenStream>,
    /// Calls that turn the schema of the wrapped type into that of the contract.
    pub(super) adjustments: TokenStream,
    /// The limits in words.
    pub(super) in_words: String,
}

impl Scalar {
    /// A type with nothing particular.
    pub(super) fn new(ty: TokenStream) -> Self {
        Self {
            ty,
            total: true,
            limits: Vec::new(),
            check: TokenStream::new(),
            display: None,
            adjustments: TokenStream::new(),
            in_words: String::new(),
        }
    }

    pub(super) fn items(&self, schema: &Schema) -> TokenStream {
        let (name, ty) = (names::ident(&schema.name), &self.ty);
        let docs = type_docs(schema, &self.in_words);
        let order = if self.total {
            quote! { PartialEq, Eq, PartialOrd, Ord, Hash }
        } else {
            quote! { PartialEq, PartialOrd }
        };
        let constants = self.limits.iter().map(Limit::constant);
        let keywords = self.limits.iter().map(Limit::keyword);
        let checks: Vec<TokenStream> = std::iter::once(&self.check)
            .chain(self.limits.iter().map(|limit| &limit.check))
            .cloned()
            .collect();

        let new = newtype::constructor(&quote!(value), ty, &quote!(value));
        let validate = newtype::validate(&name, &checks);
        let adjustments = &self.adjustments;
        let base = quote! { schemas.of(|it: &Self| &it.0) #adjustments #(#keywords)* };
        let component = schema::items(schema, &base);
        let display = self.display.as_ref().map(|display| quote! { , #display });
        quote! {
            #docs
            #[derive(Clone, Copy, Debug, #order, ::serde::Serialize)]
            #[serde(transparent)]
            pub struct #name(#ty);

            impl #name {
                #(#constants)*
                #new

                /// The value.
                #[must_use]
                pub fn get(self) -> #ty {
                    self.0
                }
            }

            #validate
            #component
            ::untag_types::impl_scalar!(#name, #ty #display);
        }
    }
}

pub(super) fn boolean(schema: &Schema) -> TokenStream {
    Scalar::new(quote!(bool)).items(schema)
}

pub(super) fn uuid(schema: &Schema) -> TokenStream {
    Scalar::new(quote!(::untag_types::Uuid)).items(schema)
}

pub(super) fn date_time(schema: &Schema) -> TokenStream {
    Scalar {
        check: quote! { constraint::date_time(report, &self.0); },
        display: Some(quote!(format::write_date_time)),
        ..Scalar::new(quote!(::untag_types::DateTime))
    }
    .items(schema)
}
