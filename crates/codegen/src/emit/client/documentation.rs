//! The documentation of a method, from the contract. Progenitor's own knows less and takes no care of rustdoc.

use super::arguments::Argument;
use crate::emit::docs;
use crate::ir::Operation;
use proc_macro2::TokenStream;
use quote::quote;
use std::fmt::Write as _;

/// The method's attributes.
pub(super) fn attributes(operation: &Operation, arguments: &[Argument<'_>]) -> TokenStream {
    let documentation = docs::attributes(&text(operation, arguments));
    let deprecated =
        operation.deprecated.then(|| quote!(#[deprecated = "the contract says so of the operation"]));
    quote! { #documentation #deprecated }
}

/// What a reader of the method has to know, in the contract's words.
fn text(operation: &Operation, arguments: &[Argument<'_>]) -> String {
    let mut text = String::new();
    for paragraph in [operation.summary.trim(), operation.description.trim()] {
        if !paragraph.is_empty() {
            text.push_str(paragraph);
            text.push_str("\n\n");
        }
    }
    let _ = writeln!(text, "Sends `{} {}`.", operation.method.as_str(), operation.path);

    let arguments = arguments.iter().map(|it| (it.name.as_str(), it.parameter.description.as_str()));
    let body = operation.body.iter().map(|body| ("body", body.description.as_str()));
    let described: Vec<_> = arguments.chain(body).filter(|(_, it)| !it.trim().is_empty()).collect();
    if !described.is_empty() {
        text.push_str("\n# Arguments\n\n");
        for (name, description) in described {
            item(&mut text, name, description);
        }
    }

    text.push_str("\n# Errors\n\nThe documented failures, whose body is `Error::documented`:\n\n");
    for response in operation.responses.iter().filter(|response| !response.is_success()) {
        item(&mut text, &response.status.to_string(), &response.description);
    }
    text.push_str(
        "\nAny answer that is not documented; no answer at all (`Error::is_unreachable`); an argument that cannot travel as\n\
         it is, or no credentials, so that nothing was sent (`Error::is_refused_here`).\n",
    );
    text
}

/// One item of a list: a description of several lines stays in it.
fn item(text: &mut String, name: &str, description: &str) {
    let description = description.trim().replace('\n', "\n  ");
    let _ = writeln!(text, "- `{name}`: {description}");
}
