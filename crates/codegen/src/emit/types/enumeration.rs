//! Texts of which the contract lists every value: enums that survive values added later.

use super::{documentation, literal, names, schema, type_docs};
use crate::ir::Schema;
use proc_macro2::{Literal, TokenStream};
use quote::quote;

pub(super) fn items(schema: &Schema, values: &[String]) -> TokenStream {
    let name = names::ident(&schema.name);
    let docs = type_docs(schema, "");
    let variants: Vec<_> = values.iter().map(|value| names::camel(value)).collect();
    let documented: Vec<TokenStream> = values
        .iter()
        .zip(&variants)
        .map(|(value, variant)| {
            let docs = documentation(&[super::code(value)]);
            quote! { #docs #variant }
        })
        .collect();
    let count = Literal::usize_unsuffixed(values.len());
    let values: Vec<TokenStream> = values.iter().map(|value| literal::text(value)).collect();
    let base = quote! { schema::Schema::new("string").with("enum", Self::VALUES.to_vec()) };
    let component = schema::items(schema, &base);
    quote! {
        #docs
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum #name {
            #(#documented,)*
            /// A text that the contract did not list when this was generated. It decodes, so that a client survives
            /// it, and breaks the limits.
            Unrecognized(String),
        }

        impl #name {
            /// Every text that the contract lists.
            pub const VALUES: [&str; #count] = [#(#values),*];

            /// Makes a value that the contract lists.
            ///
            /// # Errors
            /// The text is none of [`VALUES`](Self::VALUES).
            pub fn new(text: impl Into<String>) -> Result<Self, Violations> {
                let value = Self::recognize(text);
                value.validate()?;
                Ok(value)
            }

            /// The value of a text, [`Unrecognized`](Self::Unrecognized) where the contract does not list it.
            #[must_use]
            pub fn recognize(text: impl Into<String>) -> Self {
                let text = text.into();
                match text.as_str() {
                    #(#values => Self::#variants,)*
                    _ => Self::Unrecognized(text),
                }
            }

            /// The text on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    #(Self::#variants => #values,)*
                    Self::Unrecognized(text) => text,
                }
            }
        }

        impl Validate for #name {
            fn check(&self, report: &mut validate::Report<'_>) {
                if let Self::Unrecognized(_) = self {
                    constraint::unrecognized(report, &Self::VALUES);
                }
            }
        }

        #component
        ::untag_types::impl_enum!(#name);
    }
}
