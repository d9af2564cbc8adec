//! Names of the contract as Rust names: snake case for fields and methods, keywords escaped.

use heck::{ToSnakeCase, ToUpperCamelCase};
use proc_macro2::{Ident, Span};

/// The keywords of the 2024 edition, those included that are only reserved, but not those that cannot be raw.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait",
    "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// A field, argument, method or module name: `resourceId` becomes `resource_id`, `type` becomes `r#type`.
///
/// Lint has refused names of which nothing is left, and names that collide.
pub(crate) fn snake(name: &str) -> Ident {
    ident(&name.to_snake_case())
}

/// A type or variant name: `key1-value` becomes `Key1Value`.
pub(crate) fn camel(name: &str) -> Ident {
    ident(&name.to_upper_camel_case())
}

/// A module's name, which is a file's name too: `move` becomes `move_`, since a raw identifier is no file's name.
pub(crate) fn module(name: &str) -> Ident {
    let plain = name.to_snake_case();
    if is_plain(&plain) { ident(&plain) } else { ident(&format!("{plain}_")) }
}

/// A Rust identifier, whatever the text: raw where it is a keyword, with an underscore behind it where it cannot be raw, and
/// before it where it starts with a digit.
pub(crate) fn ident(text: &str) -> Ident {
    if let Some(plain) = plain(text) {
        return plain;
    }
    if cannot_be_raw(text) {
        return Ident::new(&format!("{text}_"), Span::call_site());
    }
    if is_keyword(text) {
        return Ident::new_raw(text, Span::call_site());
    }
    let mut safe = String::from("_");
    safe.extend(text.chars().map(|c| if c == '_' || c.is_alphanumeric() { c } else { '_' }));
    plain(&safe).unwrap_or_else(|| Ident::new("unnamed", Span::call_site()))
}

/// Whether a text is an identifier as it stands.
pub(crate) fn is_plain(text: &str) -> bool {
    plain(text).is_some()
}

/// A text that is an identifier as it stands.
fn plain(text: &str) -> Option<Ident> {
    // The parser knows the letters of all scripts. ASCII needs none of that, and names are asked for too often for a parser.
    if !text.is_ascii() {
        return syn::parse_str(text).ok();
    }
    let is_word = text.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric());
    (is_word && !is_keyword(text)).then(|| Ident::new(text, Span::call_site()))
}

fn is_keyword(text: &str) -> bool {
    cannot_be_raw(text) || KEYWORDS.contains(&text)
}

fn cannot_be_raw(text: &str) -> bool {
    matches!(text, "_" | "crate" | "self" | "Self" | "super")
}

#[cfg(test)]
mod tests {
    use super::{ident, is_keyword, is_plain};
    use proc_macro2::Ident;

    /// Every word of the reference's page on keywords (edition 2024), with the name that it becomes.
    const KEYWORDS: &str = "\
        _=__ Self=Self_ abstract=r#abstract as=r#as async=r#async await=r#await become=r#become box=r#box \
        break=r#break const=r#const continue=r#continue crate=crate_ do=r#do dyn=r#dyn else=r#else enum=r#enum \
        extern=r#extern false=r#false final=r#final fn=r#fn for=r#for gen=r#gen if=r#if impl=r#impl in=r#in \
        let=r#let loop=r#loop macro=r#macro match=r#match mod=r#mod move=r#move mut=r#mut override=r#override \
        priv=r#priv pub=r#pub ref=r#ref return=r#return self=self_ static=r#static struct=r#struct \
        super=super_ trait=r#trait true=r#true try=r#try type=r#type typeof=r#typeof unsafe=r#unsafe \
        unsized=r#unsized use=r#use virtual=r#virtual where=r#where while=r#while yield=r#yield";

    #[test]
    fn keywords_are_escaped() {
        for (keyword, escaped) in KEYWORDS.split(' ').filter_map(|word| word.split_once('=')) {
            assert!(is_keyword(keyword), "{keyword}");
            assert!(!is_plain(keyword), "{keyword}");
            assert_eq!(ident(keyword).to_string(), escaped);
            // The parser agrees, but for the one keyword that it does not know.
            assert_eq!(syn::parse_str::<Ident>(keyword).is_err(), keyword != "gen", "{keyword}");
        }
    }

    #[test]
    fn what_is_an_identifier_stays_as_it_is() {
        // Weak keywords and keywords in another case are names like any other.
        for name in
            ["a", "_a", "__", "a1", "union", "auto", "raw", "safe", "macro_rules", "Type", "größe", "名前"]
        {
            assert!(is_plain(name), "{name}");
            assert_eq!(ident(name).to_string(), name);
            assert_eq!(
                syn::parse_str::<Ident>(name).map(|parsed| parsed.to_string()).ok().as_deref(),
                Some(name)
            );
        }
    }

    #[test]
    fn anything_else_becomes_one() {
        let others =
            [("", "unnamed"), ("1", "_1"), ("1a", "_1a"), ("a-b", "_a_b"), ("1é", "_1é"), ("²", "unnamed")];
        for (text, name) in others {
            assert!(!is_plain(text), "{text}");
            assert_eq!(ident(text).to_string(), name);
        }
    }
}
