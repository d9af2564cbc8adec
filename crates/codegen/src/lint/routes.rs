//! The paths of a document as a router sees them, to find two that one request can match.

use super::paths::Segment;
use crate::source::Node;
use std::collections::BTreeMap;

/// A tree of segments.
#[derive(Default)]
pub(super) struct Routes<'t> {
    literals: BTreeMap<&'t str, Routes<'t>>,
    parameter: Option<Box<Routes<'t>>>,
    path: Option<Node<'t>>,
}

impl<'t> Routes<'t> {
    /// Adds a path; of two with one shape, the first stays.
    pub(super) fn insert(&mut self, template: &[Segment<'t>], path: Node<'t>) {
        match template {
            [] => self.path = self.path.or(Some(path)),
            [Segment::Literal(text), rest @ ..] => self.literals.entry(text).or_default().insert(rest, path),
            [Segment::Parameter(_), rest @ ..] => self.parameter.get_or_insert_default().insert(rest, path),
        }
    }

    /// A path that some request matches as well as this one, neither being a special case of the other.
    pub(super) fn rival(&self, template: &[Segment<'t>]) -> Option<Node<'t>> {
        self.search(template, false, false)
    }

    /// `narrower`: so far, some segment is a literal here and a parameter there; `wider`: the other way round.
    fn search(&self, template: &[Segment<'t>], narrower: bool, wider: bool) -> Option<Node<'t>> {
        let (first, rest) = match template {
            // One is a special case of the other exactly if they differ in one direction only.
            [] => return self.path.filter(|_| narrower == wider),
            [first, rest @ ..] => (first, rest),
        };
        match first {
            Segment::Literal(text) => {
                let same = self.literals.get(text).and_then(|next| next.search(rest, narrower, wider));
                same.or_else(|| self.parameter.as_ref()?.search(rest, true, wider))
            }
            Segment::Parameter(_) => {
                let same = self.parameter.as_ref().and_then(|next| next.search(rest, narrower, wider));
                same.or_else(|| self.literals.values().find_map(|next| next.search(rest, narrower, true)))
            }
        }
    }
}
