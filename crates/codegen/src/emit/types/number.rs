//! Numbers with a name, and their bounds.

use super::literal;
use super::newtype::Limit;
use super::scalar::Scalar;
use super::schema::adjustments;
use crate::ir::{IntegerFormat, Schema, Type};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use std::fmt::Display;

/// Each bound, and whether it is exclusive.
pub(super) struct Bounds<T> {
    pub(super) minimum: Option<(T, bool)>,
    pub(super) maximum: Option<(T, bool)>,
}

pub(super) fn integer(
    schema: &Schema,
    format: IntegerFormat,
    bounds: &Bounds<i64>,
    multiple_of: Option<i64>,
) -> TokenStream {
    let ty = if format == IntegerFormat::Int32 { quote!(i32) } else { quote!(i64) };
    let mut limits = bounds.limits(&ty, literal::integer);
    let mut in_words = bounds.in_words();
    if let Some(divisor) = multiple_of {
        limits.push(Limit {
            doc: "What it must be a multiple of.",
            constant: format_ident!("MULTIPLE_OF"),
            ty: ty.clone(),
            value: literal::integer(divisor),
            check: quote! { constraint::multiple_of(report, self.0, Self::MULTIPLE_OF); },
            keyword: "multipleOf",
        });
        in_words.push(format!("a multiple of {divisor}"));
    }
    Scalar {
        limits,
        adjustments: adjustments(&Type::Integer(format)),
        in_words: sentence(&in_words),
        ..Scalar::new(ty)
    }
    .items(schema)
}

pub(super) fn double(schema: &Schema, bounds: &Bounds<f64>) -> TokenStream {
    Scalar {
        total: false,
        limits: bounds.limits(&quote!(f64), literal::double),
        check: quote! { constraint::finite(report, self.0); },
        in_words: sentence(&bounds.in_words()),
        ..Scalar::new(quote!(f64))
    }
    .items(schema)
}

/// One of the four ways to bound a number.
struct Kind {
    keyword: &'static str,
    /// The function that checks it; in capitals, the constant that holds it.
    function: &'static str,
    doc: &'static str,
    in_words: &'static str,
}

const MINIMUM: Kind =
    Kind { keyword: "minimum", function: "minimum", doc: "The least that it may be.", in_words: "at least" };

const EXCLUSIVE_MINIMUM: Kind = Kind {
    keyword: "exclusiveMinimum",
    function: "exclusive_minimum",
    doc: "What it must be greater than.",
    in_words: "greater than",
};

const MAXIMUM: Kind =
    Kind { keyword: "maximum", function: "maximum", doc: "The most that it may be.", in_words: "at most" };

const EXCLUSIVE_MAXIMUM: Kind = Kind {
    keyword: "exclusiveMaximum",
    function: "exclusive_maximum",
    doc: "What it must be less than.",
    in_words: "less than",
};

impl<T: Copy + Display> Bounds<T> {
    fn each(&self) -> impl Iterator<Item = (Kind, T)> {
        let minimum = |(bound, exclusive)| (if exclusive { EXCLUSIVE_MINIMUM } else { MINIMUM }, bound);
        let maximum = |(bound, exclusive)| (if exclusive { EXCLUSIVE_MAXIMUM } else { MAXIMUM }, bound);
        self.minimum.map(minimum).into_iter().chain(self.maximum.map(maximum))
    }

    fn limits(&self, ty: &TokenStream, literal: fn(T) -> TokenStream) -> Vec<Limit> {
        let limit = |(kind, bound): (Kind, T)| {
            let function = format_ident!("{}", kind.function);
            let constant = format_ident!("{}", kind.function.to_uppercase());
            Limit {
                doc: kind.doc,
                check: quote! { constraint::#function(report, self.0, Self::#constant); },
                constant,
                ty: ty.clone(),
                value: literal(bound),
                keyword: kind.keyword,
            }
        };
        self.each().map(limit).collect()
    }

    fn in_words(&self) -> Vec<String> {
        self.each().map(|(kind, bound)| format!("{} {bound}", kind.in_words)).collect()
    }
}

/// Conditions as a sentence: `At least 1, at most 5.`
fn sentence(conditions: &[String]) -> String {
    let joined = conditions.join(", ");
    let mut characters = joined.chars();
    characters
        .next()
        .map(|first| format!("{}{}.", first.to_uppercase(), characters.as_str()))
        .unwrap_or_default()
}
