//! Values as Rust literals, written the way a person would: `-0.5`, `1_000_000`, `r"\d+"`.

use proc_macro2::{Literal, Span, TokenStream};
use quote::quote;

/// A length or count.
pub(super) fn count(value: u64) -> TokenStream {
    digits(&value.to_string())
}

/// An integer.
pub(super) fn integer(value: i64) -> TokenStream {
    let digits = digits(&value.unsigned_abs().to_string());
    if value < 0 {
        quote! { -#digits }
    } else {
        digits
    }
}

/// A finite number.
pub(super) fn double(value: f64) -> TokenStream {
    let written = Literal::f64_unsuffixed(value.abs()).to_string();
    let (whole, fraction) = written.split_once('.').unwrap_or((&written, "0"));
    let grouped = format!("{}.{}", grouped(whole), grouped_from_the_left(fraction));
    let literal = syn::LitFloat::new(&grouped, Span::call_site());
    if value < 0.0 {
        quote! { -#literal }
    } else {
        quote! { #literal }
    }
}

/// A text: raw where that saves escapes.
pub(super) fn text(value: &str) -> TokenStream {
    if !value.contains(['\\', '"']) || value.contains(char::is_control) {
        return quote! { #value };
    }
    let mut hashes = String::new();
    while value.contains(&format!("\"{hashes}")) {
        hashes.push('#');
    }
    literal(&format!("r{hashes}\"{value}\"{hashes}"), value)
}

/// A text in as many lines as it has. Those after the first are aligned with the first, which the literal's opening
/// quotation mark at column `indent` precedes.
pub(super) fn lines(value: &str, indent: usize) -> TokenStream {
    if !value.contains('\n') {
        return text(value);
    }
    let mut source = String::from("\"");
    for (index, line) in value.split('\n').enumerate() {
        let escaped = Literal::string(line).to_string();
        let escaped = escaped.trim_start_matches('"');
        let escaped = escaped.strip_suffix('"').unwrap_or(escaped);
        if index > 0 {
            source.push_str("\\n\\\n");
            source.extend(std::iter::repeat_n(' ', indent + 1));
        }
        // White space at the start of a line would count as indentation of the literal.
        match escaped.strip_prefix(' ').filter(|_| index > 0) {
            Some(rest) => source.extend(["\\x20", rest]),
            None => source.push_str(escaped),
        }
    }
    source.push('"');
    literal(&source, value)
}

/// The literal that is written like this, or some other one that means the same.
fn literal(source: &str, value: &str) -> TokenStream {
    match syn::parse_str::<syn::LitStr>(source) {
        Ok(literal) if literal.value() == value => quote! { #literal },
        _ => quote! { #value },
    }
}

/// Decimal digits as an integer literal.
fn digits(digits: &str) -> TokenStream {
    let literal = syn::LitInt::new(&grouped(digits), Span::call_site());
    quote! { #literal }
}

/// Decimal digits, in groups of three once there are more than five.
fn grouped(digits: &str) -> String {
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && digits.len() > 5 && (digits.len() - position).is_multiple_of(3) {
            grouped.push('_');
        }
        grouped.push(digit);
    }
    grouped
}

/// The digits of a fraction, grouped alike.
fn grouped_from_the_left(digits: &str) -> String {
    let reversed: String = digits.chars().rev().collect();
    grouped(&reversed).chars().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::{count, double, integer, lines, text};

    #[test]
    fn literals_are_grouped_and_signed() {
        assert_eq!(count(40000).to_string(), "40000");
        assert_eq!(count(1_000_000).to_string(), "1_000_000");
        assert_eq!(integer(i64::MIN).to_string(), "- 9_223_372_036_854_775_808");
        assert_eq!(double(-0.5).to_string(), "- 0.5");
        assert_eq!(double(1.0).to_string(), "1.0");
        assert_eq!(double(-1_234_567.125).to_string(), "- 1_234_567.125");
        assert_eq!(double(0.123_456_78).to_string(), "0.123_456_78");
    }

    #[test]
    fn texts_say_the_same_however_they_are_written() {
        assert_eq!(text("plain").to_string(), "\"plain\"");
        assert_eq!(text(r"^\d+$").to_string(), r#"r"^\d+$""#);
        assert_eq!(text("say \"#\"").to_string(), "r##\"say \"#\"\"##");
        assert_eq!(lines("a\nb", 2).to_string(), "\"a\\n\\\n   b\"");
        let values = [
            "a\nb",
            "a\n  b\n\n\tc",
            "tab\t, \\ and \u{7f}",
            "\n",
            "\"\n\"",
            "\r\n",
            "\\\n\\",
            "中\n文",
            "'\n'",
        ];
        for value in values {
            for tokens in [text(value), lines(value, 4)] {
                let literal: syn::LitStr = syn::parse2(tokens).unwrap();
                assert_eq!(literal.value(), value);
            }
        }
    }
}
