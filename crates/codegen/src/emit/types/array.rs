//! Arrays: newtypes over `Vec` where the schema has a name, and the limits of arrays wherever they stand.

use super::newtype::{self, Limit};
use super::{graph, literal, names, range, schema, shape, type_docs};
use crate::ir::{Api, ArrayRules, Schema, SchemaKind, Type};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

pub(super) fn items(api: &Api, schema: &Schema, items: &Type, rules: ArrayRules) -> TokenStream {
    let name = names::ident(&schema.name);
    let docs = type_docs(schema, &in_words(rules).unwrap_or_default());
    let item = shape::rust_type(api, items);
    let eq = graph::is_eq(api, &schema.name).then(|| quote! { Eq, });
    let limits = limits(rules);
    let constants = limits.iter().map(Limit::constant);
    let mut checks: Vec<TokenStream> = limits.iter().map(|limit| limit.check.clone()).collect();
    if rules.unique {
        checks.push(quote! { constraint::unique_items(report, &self.0); });
    }
    checks.push(check_items(&quote!(self.0), items));

    let adjustments = schema::adjustments(&Type::Array(Box::new(items.clone()), ArrayRules::default()));
    let keywords = limits.iter().map(Limit::keyword);
    let unique = rules.unique.then(|| quote! { .with("uniqueItems", true) });
    let base = quote! { schemas.of(|it: &Self| &it.0) #adjustments #(#keywords)* #unique };

    let new = newtype::constructor(&quote!(items), &quote!(Vec<#item>), &quote!(items));
    let validate = newtype::validate(&name, &checks);
    let component = schema::items(schema, &base);
    let parameter = is_scalar(api, items).then(|| quote! { ::untag_types::impl_parameter!(#name, [#item]); });
    let display = is_comma_safe(api, items).then(|| {
        quote! {
            impl ::std::fmt::Display for #name {
                fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                    ::untag_types::parameter::write_items(&self.0, f)
                }
            }
        }
    });
    quote! {
        #docs
        #[derive(Clone, Debug, PartialEq, #eq ::serde::Serialize)]
        #[serde(transparent)]
        pub struct #name(Vec<#item>);

        impl #name {
            #(#constants)*
            #new

            /// The items themselves.
            #[must_use]
            pub fn into_vec(self) -> Vec<#item> {
                self.0
            }
        }

        #validate
        #display
        #component
        ::untag_types::impl_list!(#name, #item);
        #parameter
    }
}

/// The statements that check the limits of an inline array and then its items. `array` is the place where it is, or a
/// reference if `borrowed`; `report` is at hand.
pub(super) fn check(array: &TokenStream, borrowed: bool, items: &Type, rules: ArrayRules) -> TokenStream {
    let reference = if borrowed {
        array.clone()
    } else {
        quote! { &#array }
    };
    let min = rules.min_items.filter(|min| *min > 0).map(literal::count);
    let min = min.map(|min| quote! { constraint::min_items(report, #reference, #min); });
    let max = rules.max_items.map(literal::count);
    let max = max.map(|max| quote! { constraint::max_items(report, #reference, #max); });
    let unique = rules.unique.then(|| quote! { constraint::unique_items(report, #reference); });
    let each = check_items(array, items);
    quote! { #min #max #unique #each }
}

/// Whether an inline type has limits that its Rust type does not check by itself.
pub(in crate::emit) fn has_rules(ty: &Type) -> bool {
    match ty {
        Type::Array(items, rules) => *rules != ArrayRules::default() || has_rules(items),
        _ => false,
    }
}

/// The limits in words: `1 to 10 items, all different.`
pub(super) fn in_words(rules: ArrayRules) -> Option<String> {
    match (range(rules.min_items, rules.max_items, "item"), rules.unique) {
        (Some(range), false) => Some(format!("{range}.")),
        (Some(range), true) => Some(format!("{range}, all different.")),
        (None, true) => Some("All items are different.".to_owned()),
        (None, false) => None,
    }
}

fn check_items(array: &TokenStream, items: &Type) -> TokenStream {
    match items {
        Type::Array(inner, rules) if has_rules(items) => {
            let checks = check(&quote!(items), true, inner, *rules);
            quote! {
                for (index, items) in #array.iter().enumerate() {
                    let report = &mut report.item(index);
                    #checks
                }
            }
        }
        _ => quote! { #array.check(report); },
    }
}

fn limits(rules: ArrayRules) -> Vec<Limit> {
    let limit = |doc, name: &str, keyword, value| {
        let function = format_ident!("{name}");
        let constant = format_ident!("{}", name.to_uppercase());
        Limit {
            doc,
            check: if name == "min_items" && value == 0 {
                TokenStream::new()
            } else {
                quote! { constraint::#function(report, &self.0, Self::#constant); }
            },
            constant,
            ty: quote!(usize),
            value: literal::count(value),
            keyword,
        }
    };
    let min = rules.min_items.map(|min| limit("The fewest items it may have.", "min_items", "minItems", min));
    let max = rules.max_items.map(|max| limit("The most items it may have.", "max_items", "maxItems", max));
    [min, max].into_iter().flatten().collect()
}

/// Whether items of this type can travel outside a body.
fn is_scalar(api: &Api, items: &Type) -> bool {
    match items {
        Type::Named(name) => api.schema(name).is_some_and(|schema| {
            !schema.nullable && !matches!(schema.kind, SchemaKind::Array { .. } | SchemaKind::Object { .. })
        }),
        Type::Array(..) => false,
        _ => true,
    }
}

/// Whether items of this type can stand between commas: what they are written as holds none.
fn is_comma_safe(api: &Api, items: &Type) -> bool {
    match items {
        Type::Integer(_) | Type::Number | Type::Boolean | Type::Uuid => true,
        Type::Named(name) => api.schema(name).is_some_and(|schema| match &schema.kind {
            SchemaKind::Integer { .. }
            | SchemaKind::Number { .. }
            | SchemaKind::Boolean
            | SchemaKind::Uuid
            | SchemaKind::DateTime => !schema.nullable,
            SchemaKind::Enum { values } => {
                !schema.nullable && values.iter().all(|value| !value.contains(','))
            }
            SchemaKind::Text { .. } | SchemaKind::Array { .. } | SchemaKind::Object { .. } => false,
        }),
        Type::String | Type::DateTime | Type::Array(..) => false,
    }
}
