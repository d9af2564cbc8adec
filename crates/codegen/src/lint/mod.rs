//! Refuses every document that a generator would silently read as something else.
//!
//! One module for each part of a document, over one walker ([`shape`]). Nothing here changes anything: what is accepted
//! is lowered as it stands.

mod array_parameter;
mod body;
mod components;
mod context;
mod document;
mod error_body;
mod example;
mod extension;
mod graph;
mod header;
mod naming;
mod operation;
mod parameter;
mod paths;
mod reference;
mod response;
mod routes;
mod schema;
mod security;
mod server;
mod shape;
mod suggest;

pub(crate) use components::{Components, Section, schema_name};
pub(crate) use graph::reach;

use crate::diagnostic::Diagnostic;
use crate::source::Tree;
use context::Lint;

/// Checks a whole document; the components of one that is accepted.
///
/// # Errors
/// Every diagnostic, sorted by position.
pub(crate) fn check(tree: &Tree) -> Result<Components<'_>, Vec<Diagnostic>> {
    let mut lint = Lint::new(tree.root());
    if document::check(&mut lint) {
        definitions(&mut lint);
        security::check(&mut lint);
        paths::check(&mut lint);
        schema::check_graph(&mut lint);
        document::unused(&mut lint);
    }
    lint.finish()
}

/// Checks every component where it is defined. An alias is reported as such and not looked into.
fn definitions(lint: &mut Lint<'_>) {
    schema::check_components(lint);
    for section in Section::ALL {
        for component in lint.components.section(section).filter(|component| component.get("$ref").is_none())
        {
            match section {
                // Looked at above, all together.
                Section::Schemas => {}
                Section::Parameters => parameter::check(lint, component),
                Section::RequestBodies => body::check(lint, component),
                Section::Responses => response::check(lint, component),
                Section::Headers => header::check(lint, component),
            }
        }
    }
}
