//! The names that generated code mentions, which its file has to import.

use proc_macro2::{Ident, TokenStream, TokenTree};

/// Calls `found` with every name in the code that no path leads to, and with whether a path starts there: `schema` and
/// true for `schema::Schema`, only `crate` for `crate::schema::Schema`.
///
/// A walk copies the tokens, so one has to do for all the names that somebody looks for.
pub(super) fn each(code: TokenStream, found: &mut impl FnMut(&Ident, bool)) {
    let mut colons = 0;
    // A name, until it is clear whether a path starts there.
    let mut open: Option<Ident> = None;
    for token in code {
        if matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ':') {
            colons += 1;
            if colons == 2
                && let Some(name) = open.take()
            {
                found(&name, true);
            }
            continue;
        }
        let in_path = std::mem::take(&mut colons) >= 2;
        if let Some(name) = open.take() {
            found(&name, false);
        }
        match token {
            TokenTree::Ident(name) if !in_path => open = Some(name),
            TokenTree::Group(group) => each(group.stream(), found),
            _ => {}
        }
    }
    if let Some(name) = open {
        found(&name, false);
    }
}
