//! `$ref`: inside the document, to a component of the right kind that is there, and nothing beside it.

use super::components::{Section, target};
use super::context::Lint;
use super::shape::Expect;
use super::suggest::closest;
use crate::diagnostic::{quoted, rules};
use crate::source::Node;

/// What stands at a place that may hold a component or refer to one.
pub(super) enum Found<'t> {
    /// The thing itself.
    Inline(Node<'t>),
    /// The component that the place refers to.
    Component(Node<'t>),
    /// A broken reference, which has been reported.
    Nothing,
}

impl<'t> Lint<'t> {
    /// Follows a reference, if there is one.
    pub(super) fn follow(&mut self, section: Section, node: Node<'t>) -> Found<'t> {
        let Some(reference) = node.get("$ref") else {
            return Found::Inline(node);
        };
        for sibling in node.entries().filter(|entry| entry.key() != "$ref") {
            self.report(
                rules::REF_SIBLINGS,
                &sibling.key_place(),
                format!("{} stands beside a `$ref`, where tools ignore it", quoted(sibling.key())),
                format!("remove it, or move it to the {} that is referred to", section.what()),
            );
        }
        if !self.expect(reference, Expect::Text) {
            return Found::Nothing;
        }
        let text = reference.text().unwrap_or_default();
        let key = section.key();
        if !text.starts_with('#') {
            self.report(
                rules::EXTERNAL_REF,
                &reference.place(),
                format!("{} is outside this document", quoted(text)),
                format!("copy it into `components.{key}` and refer to it there"),
            );
            return Found::Nothing;
        }
        let Some(name) = target(section, text) else {
            self.report(
                rules::WRONG_REF,
                &reference.place(),
                format!("{} is not a {} of `components.{key}`", quoted(text), section.what()),
                format!("refer to `#/components/{key}/…`"),
            );
            return Found::Nothing;
        };
        let Some(component) = self.components.get(section, name) else {
            let help = match closest(name, self.components.section(section).map(Node::key)) {
                Some(close) => format!("did you mean `#/components/{key}/{close}`?"),
                None => format!("add it to `components.{key}`"),
            };
            let message = format!("there is no {} {} in `components.{key}`", section.what(), quoted(name));
            self.report(rules::DANGLING_REF, &reference.place(), message, help);
            return Found::Nothing;
        };
        self.used.insert((section, component.key()));
        Found::Component(component)
    }
}
