//! Texts: newtypes over `String`, secrets among them.

use super::newtype::{self, Limit};
use super::{literal, names, range, schema, type_docs};
use crate::ir::{Api, Credential, Location, Schema, Type};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// What limits a text.
pub(super) struct Limits<'a> {
    pub(super) min: Option<u64>,
    pub(super) max: Option<u64>,
    pub(super) pattern: Option<&'a str>,
}

pub(super) fn items(api: &Api, schema: &Schema, limits: &Limits<'_>, secret: bool) -> TokenStream {
    let name = names::ident(&schema.name);
    let docs = type_docs(schema, &in_words(limits));
    // A secret is also checked where it lies, so its checks speak of a text, not of a field.
    let subject = if secret { quote!(text) } else { quote!(&self.0) };
    let all = limits_of(limits, &subject);
    let constants = all.iter().map(Limit::constant);
    let mut checks: Vec<TokenStream> = all.iter().map(|limit| limit.check.clone()).collect();
    if secret && travels_in_header(api, &schema.name) {
        checks.push(quote! { constraint::header_safe(report, #subject); });
    }
    let pattern = limits.pattern.map(|_| {
        quote! { static PATTERN: constraint::Pattern = constraint::Pattern::new(#name::PATTERN); }
    });
    let keywords = all.iter().map(Limit::keyword);
    let format = secret.then(|| quote! { .with("format", "password") });
    let base = quote! { schemas.of(|it: &Self| &it.0) #format #(#keywords)* };

    let new = newtype::constructor(&quote!(text), &quote!(impl Into<String>), &quote!(text.into()));
    let fits = secret.then(|| fits(&checks));
    if secret {
        checks = vec![quote! { Self::check_text(&self.0, report); }];
    }
    let validate = newtype::validate(&name, &checks);
    let component = schema::items(schema, &base);
    let (derives, access, macros) = if secret { secret_parts(&name) } else { open_parts(&name) };
    quote! {
        #pattern

        #docs
        #derives
        #[serde(transparent)]
        pub struct #name(String);

        impl #name {
            #(#constants)*
            #new
            #fits
            #access
        }

        #validate
        #component
        #macros
    }
}

/// Derives, accessors and the macro line of a text that may be shown.
fn open_parts(name: &Ident) -> (TokenStream, TokenStream, TokenStream) {
    let derives =
        quote! { #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ::serde::Serialize)] };
    let access = quote! {
        /// A value as a decoder leaves it: the text as it is. [`validate`](Validate::validate) tells whether it keeps
        /// the limits.
        #[must_use]
        pub fn unchecked(text: impl Into<String>) -> Self {
            Self(text.into())
        }

        /// The text.
        #[must_use]
        pub fn as_str(&self) -> &str {
            &self.0
        }

        /// The text itself.
        #[must_use]
        pub fn into_string(self) -> String {
            self.0
        }
    };
    (derives, access, quote! { ::untag_types::impl_text!(#name); })
}

/// The same of a secret.
fn secret_parts(name: &Ident) -> (TokenStream, TokenStream, TokenStream) {
    let access = quote! {
        /// The secret in plain text. Nothing else shows it, except its JSON.
        #[must_use]
        pub fn expose(&self) -> &str {
            &self.0
        }
    };
    (quote! { #[derive(Clone, ::serde::Serialize)] }, access, quote! { ::untag_types::impl_secret!(#name); })
}

/// The check of a secret where it lies: a server sees one with every request, and most are long.
fn fits(checks: &[TokenStream]) -> TokenStream {
    quote! {
        /// Whether a text keeps the limits, without making a value of it.
        #[must_use]
        pub fn fits(text: &str) -> bool {
            validate::Report::of(|report| Self::check_text(text, report)).is_ok()
        }

        fn check_text(text: &str, report: &mut validate::Report<'_>) {
            #(#checks)*
        }
    }
}

/// The limits of `subject`, a reference to the text.
fn limits_of(limits: &Limits<'_>, subject: &TokenStream) -> Vec<Limit> {
    let length = |doc, constant, function, keyword, value| {
        let (constant, function) = (format_ident!("{constant}"), format_ident!("{function}"));
        Limit {
            doc,
            // No text is shorter than empty.
            check: if keyword == "minLength" && value == 0 {
                TokenStream::new()
            } else {
                quote! { constraint::#function(report, #subject, Self::#constant); }
            },
            constant,
            ty: quote!(usize),
            value: literal::count(value),
            keyword,
        }
    };
    let min = limits.min.map(|min| {
        length("The fewest characters it may have.", "MIN_LENGTH", "min_length", "minLength", min)
    });
    let max = limits
        .max
        .map(|max| length("The most characters it may have.", "MAX_LENGTH", "max_length", "maxLength", max));
    let pattern = limits.pattern.map(|pattern| Limit {
        doc: "The expression that it must match, in the dialect of ECMA 262 with the flag `u`.",
        constant: format_ident!("PATTERN"),
        ty: quote!(&str),
        value: literal::text(pattern),
        check: quote! { constraint::pattern(report, #subject, &PATTERN); },
        keyword: "pattern",
    });
    [min, max, pattern].into_iter().flatten().collect()
}

fn in_words(limits: &Limits<'_>) -> String {
    match (range(limits.min, limits.max, "character"), limits.pattern) {
        (Some(range), None) => format!("{range}."),
        (Some(range), Some(_)) => format!("{range} that match [`PATTERN`](Self::PATTERN)."),
        (None, Some(_)) => "Matches [`PATTERN`](Self::PATTERN).".to_owned(),
        (None, None) => String::new(),
    }
}

/// Whether values of this schema travel in headers: as a token, or as a parameter.
fn travels_in_header(api: &Api, name: &str) -> bool {
    let is_token =
        api.security_schemes.iter().any(|scheme| scheme.credential == Credential::Token(name.to_owned()));
    let mut parameters = api.operations.iter().flat_map(|operation| &operation.parameters);
    is_token
        || parameters.any(|parameter| {
            parameter.location == Location::Header && parameter.ty == Type::Named(name.to_owned())
        })
}
