//! The document's own members: the version of OpenAPI, `info`, `tags`, `servers`, and the frame of `components`.

use super::components::Section;
use super::context::Lint;
use super::shape::{Expect, Shape};
use crate::diagnostic::{quoted, rules};
use crate::source::Node;
use std::collections::HashMap;

const DOCUMENT: Shape = Shape {
    what: "the document",
    members: &[
        ("openapi", Expect::Text),
        ("info", Expect::Mapping),
        ("servers", Expect::Sequence),
        ("tags", Expect::Sequence),
        ("security", Expect::Sequence),
        ("paths", Expect::Mapping),
        ("components", Expect::Mapping),
    ],
    required: &["openapi", "info", "paths"],
    unsupported: &[("externalDocs", "link to it from a description")],
};

const INFO: Shape = Shape {
    what: "`info`",
    members: &[
        ("title", Expect::Text),
        ("version", Expect::Text),
        ("description", Expect::Text),
        ("termsOfService", Expect::Text),
        ("contact", Expect::Mapping),
        ("license", Expect::Mapping),
    ],
    required: &["title", "version"],
    unsupported: &[],
};

const CONTACT: Shape = Shape {
    what: "`contact`",
    members: &[("name", Expect::Text), ("url", Expect::Text), ("email", Expect::Text)],
    required: &[],
    unsupported: &[],
};

const LICENSE: Shape = Shape {
    what: "`license`",
    members: &[("name", Expect::Text), ("url", Expect::Text)],
    required: &["name"],
    unsupported: &[],
};

const TAG: Shape = Shape {
    what: "a tag",
    members: &[("name", Expect::Text), ("description", Expect::Text)],
    required: &["name"],
    unsupported: &[("externalDocs", "link to it from the tag's description")],
};

const COMPONENTS: Shape = Shape {
    what: "`components`",
    members: &[
        ("schemas", Expect::Mapping),
        ("parameters", Expect::Mapping),
        ("requestBodies", Expect::Mapping),
        ("responses", Expect::Mapping),
        ("headers", Expect::Mapping),
        ("securitySchemes", Expect::Mapping),
    ],
    required: &[],
    unsupported: &[
        ("examples", "write the example where it is used"),
        ("links", "say it in a description"),
        ("callbacks", "say it in a description"),
    ],
};

/// Checks everything; false when the document is no mapping.
pub(super) fn check(lint: &mut Lint<'_>) -> bool {
    let root = lint.root;
    if !lint.shape(root, &DOCUMENT) {
        return false;
    }
    version(lint, root);
    if let Some(info) = root.get("info")
        && lint.shape(info, &INFO)
    {
        info.get("contact").map(|contact| lint.shape(contact, &CONTACT));
        info.get("license").map(|license| lint.shape(license, &LICENSE));
    }
    tags(lint, root);
    super::server::check(lint, root);
    if let Some(components) = root.get("components")
        && lint.shape(components, &COMPONENTS)
    {
        names(lint);
    }
    true
}

fn version<'t>(lint: &mut Lint<'t>, root: Node<'t>) {
    let Some(node) = root.get("openapi") else { return };
    if let Some(version) = node.text().filter(|version| !version.starts_with("3.0.")) {
        lint.report(
            rules::OPENAPI_VERSION,
            &node.place(),
            format!("the contract is written in OpenAPI {}", quoted(version)),
            "write it in 3.0.3; of other versions the same words mean other things",
        );
    }
}

fn tags<'t>(lint: &mut Lint<'t>, root: Node<'t>) {
    let mut seen: HashMap<&str, Node<'t>> = HashMap::new();
    for tag in root.get("tags").into_iter().flat_map(Node::items) {
        lint.shape(tag, &TAG);
        let Some(name) = tag.get("name") else { continue };
        let text = name.text().unwrap_or_default();
        if let Some(first) = seen.insert(text, name) {
            lint.report_beside(
                rules::DUPLICATE_TAG,
                &name.place(),
                format!("the tag {} is declared twice", quoted(text)),
                "remove one of the two",
                vec![first.place().label("first declared here")],
            );
        }
    }
}

/// Names of components; those of schemas are names of types, and are looked at there.
fn names(lint: &mut Lint<'_>) {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    for section in Section::ALL {
        for component in lint.components.section(section) {
            if section != Section::Schemas && !component.key().chars().all(fits) {
                lint.report(
                    rules::COMPONENT_NAME,
                    &component.key_place(),
                    format!("{} cannot be the name of a component", quoted(component.key())),
                    "use letters, digits, `.`, `_` and `-`",
                );
            }
            if component.get("$ref").is_some() {
                lint.report(
                    rules::COMPONENT_ALIAS,
                    &component.key_place(),
                    format!("{} is only another name for a component", quoted(component.key())),
                    "refer to that component wherever this one is used",
                );
            }
        }
    }
}

/// Components that nothing refers to; looked at last.
pub(super) fn unused(lint: &mut Lint<'_>) {
    let schemas = super::graph::reach(lint.sent.union(&lint.answered).copied(), &lint.components);
    for section in Section::ALL {
        for component in lint.components.section(section) {
            let used = match section {
                Section::Schemas => schemas.contains(component.key()),
                _ => lint.used.contains(&(section, component.key())),
            };
            if !used {
                lint.report(
                    rules::UNUSED_COMPONENT,
                    &component.key_place(),
                    format!("no operation uses the {} {}", section.what(), quoted(component.key())),
                    "remove it, or refer to it",
                );
            }
        }
    }
}
