//! `servers` of the document and of a path.

use super::context::Lint;
use super::shape::{Expect, Shape};
use crate::diagnostic::{quoted, rules};
use crate::source::Node;

const SERVER: Shape = Shape {
    what: "a server",
    members: &[("url", Expect::Text), ("description", Expect::Text), ("variables", Expect::Mapping)],
    required: &["url"],
    unsupported: &[],
};

const VARIABLE: Shape = Shape {
    what: "a server variable",
    members: &[("default", Expect::Text), ("enum", Expect::Texts), ("description", Expect::Text)],
    required: &["default"],
    unsupported: &[],
};

/// Checks the `servers` of the document or of a path.
pub(super) fn check<'t>(lint: &mut Lint<'t>, holder: Node<'t>) {
    for server in holder.get("servers").into_iter().flat_map(Node::items) {
        if lint.shape(server, &SERVER) {
            variables(lint, server);
        }
    }
}

fn variables<'t>(lint: &mut Lint<'t>, server: Node<'t>) {
    let url = server.get("url");
    let template = url.and_then(Node::text).unwrap_or_default();
    let named: Vec<&str> =
        template.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect();
    let declared = server.get("variables").into_iter().flat_map(Node::entries);
    for variable in declared.clone() {
        lint.shape(variable, &VARIABLE);
        if !named.contains(&variable.key()) {
            lint.report(
                rules::SERVER_VARIABLE,
                &variable.key_place(),
                format!("the url has no variable {}", quoted(variable.key())),
                "remove the variable, or write it into the url in braces",
            );
        }
        default(lint, variable);
    }
    for name in named {
        if let Some(url) = url
            && !declared.clone().any(|variable| variable.key() == name)
        {
            lint.report(
                rules::SERVER_VARIABLE,
                &url.place(),
                format!("the variable {} is not declared", quoted(name)),
                "declare it in `variables`, with a default",
            );
        }
    }
}

fn default<'t>(lint: &mut Lint<'t>, variable: Node<'t>) {
    let Some(default) = variable.get("default") else { return };
    let mut values = variable.get("enum").into_iter().flat_map(Node::items).peekable();
    if values.peek().is_some() && !values.any(|value| value.text() == default.text()) {
        lint.report(
            rules::SERVER_VARIABLE,
            &default.place(),
            "the default is not one of the variable's values",
            "use one of `enum`, or add it there",
        );
    }
}
