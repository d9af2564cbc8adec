//! What every part of the lint shares: the components, what has been used of them, and the list of diagnostics.

use super::components::{Components, Section};
use super::schema::Patterns;
use crate::diagnostic::{Diagnostic, Label, MAX_DIAGNOSTICS, Rule};
use crate::source::{Node, Place};
use std::collections::HashSet;

/// One run over one document.
pub(super) struct Lint<'t> {
    /// The document.
    pub(super) root: Node<'t>,
    /// Its components.
    pub(super) components: Components<'t>,
    /// The components that something refers to.
    pub(super) used: HashSet<(Section, &'t str)>,
    /// Schemas that requests hold.
    pub(super) sent: HashSet<&'t str>,
    /// Schemas that responses hold.
    pub(super) answered: HashSet<&'t str>,
    /// The patterns that have been compiled.
    pub(super) patterns: Patterns<'t>,
    diagnostics: Vec<Diagnostic>,
}

impl<'t> Lint<'t> {
    pub(super) fn new(root: Node<'t>) -> Self {
        Self {
            root,
            components: Components::of(root),
            used: HashSet::new(),
            sent: HashSet::new(),
            answered: HashSet::new(),
            patterns: Patterns::default(),
            diagnostics: Vec::new(),
        }
    }

    /// Adds a diagnostic.
    pub(super) fn report(
        &mut self,
        rule: Rule,
        place: &Place<'t>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.report_beside(rule, place, message, help, Vec::new());
    }

    /// Adds a diagnostic that has to do with other places as well.
    pub(super) fn report_beside(
        &mut self,
        rule: Rule,
        place: &Place<'t>,
        message: impl Into<String>,
        help: impl Into<String>,
        labels: Vec<Label>,
    ) {
        if self.diagnostics.len() < MAX_DIAGNOSTICS {
            self.diagnostics.push(Diagnostic {
                rule: rule.name,
                message: message.into(),
                help: help.into(),
                location: place.location(),
                pointer: place.pointer(),
                labels,
            });
        }
    }

    /// The components, if nothing was reported; otherwise all diagnostics by position.
    pub(super) fn finish(mut self) -> Result<Components<'t>, Vec<Diagnostic>> {
        if self.diagnostics.is_empty() {
            return Ok(self.components);
        }
        self.diagnostics
            .sort_by(|a, b| (a.location.span.start, a.rule).cmp(&(b.location.span.start, b.rule)));
        // A shared component is looked at once for each of its uses.
        self.diagnostics.dedup();
        Err(self.diagnostics)
    }
}
