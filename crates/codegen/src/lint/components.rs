//! The components of a document by section and name, and the `$ref`s that lead to them.

use crate::source::Node;
use std::collections::HashMap;

/// A section of `components` that something can refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Section {
    /// `components.schemas`
    Schemas,
    /// `components.parameters`
    Parameters,
    /// `components.requestBodies`
    RequestBodies,
    /// `components.responses`
    Responses,
    /// `components.headers`
    Headers,
}

impl Section {
    /// All of them.
    pub(crate) const ALL: [Self; 5] =
        [Self::Schemas, Self::Parameters, Self::RequestBodies, Self::Responses, Self::Headers];

    /// Its member of `components`.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Schemas => "schemas",
            Self::Parameters => "parameters",
            Self::RequestBodies => "requestBodies",
            Self::Responses => "responses",
            Self::Headers => "headers",
        }
    }

    /// One of its components, as a message names it.
    pub(crate) fn what(self) -> &'static str {
        match self {
            Self::Schemas => "schema",
            Self::Parameters => "parameter",
            Self::RequestBodies => "request body",
            Self::Responses => "response",
            Self::Headers => "header",
        }
    }
}

/// Every component of a document.
#[derive(Debug)]
pub(crate) struct Components<'t> {
    node: Option<Node<'t>>,
    by_name: HashMap<(Section, &'t str), Node<'t>>,
}

impl<'t> Components<'t> {
    /// Collects the components.
    pub(crate) fn of(root: Node<'t>) -> Self {
        let mut components = Self { node: root.get("components"), by_name: HashMap::new() };
        for section in Section::ALL {
            let entries = components.section(section);
            components.by_name.extend(entries.map(|entry| ((section, entry.key()), entry)));
        }
        components
    }

    /// The components of a section, in document order.
    pub(crate) fn section(&self, section: Section) -> impl Iterator<Item = Node<'t>> + Clone + use<'t> {
        self.node.and_then(|node| node.get(section.key())).into_iter().flat_map(Node::entries)
    }

    /// The component of this name.
    pub(crate) fn get(&self, section: Section, name: &str) -> Option<Node<'t>> {
        self.by_name.get(&(section, name)).copied()
    }

    /// The value itself, or the component that it refers to.
    pub(crate) fn resolve(&self, section: Section, node: Node<'t>) -> Option<Node<'t>> {
        match node.get("$ref") {
            None => Some(node),
            Some(reference) => self.get(section, target(section, reference.text()?)?),
        }
    }
}

/// The name of the schema that a value refers to, if it is a reference to one.
pub(crate) fn schema_name(node: Node<'_>) -> Option<&str> {
    target(Section::Schemas, node.get("$ref")?.text()?)
}

/// The name in `#/components/SECTION/NAME`.
pub(crate) fn target(section: Section, reference: &str) -> Option<&str> {
    reference.strip_prefix("#/components/")?.strip_prefix(section.key())?.strip_prefix('/')
}
