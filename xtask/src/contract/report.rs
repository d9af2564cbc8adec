//! What has changed, in words for people and as JSON for programs.

use super::{Document, choice, kinds};
use crate::contracts::CONTRACT;
use serde_json::{Value, json};
use std::fmt::Write;
use untag_evolution::{Change, Class, Level, Version, diff};

/// The changes between a base and the contract.
pub(super) struct Report<'a> {
    base: &'a Document,
    contract: &'a Document,
    pub(super) changes: Vec<Change>,
    /// What they ask for; `None` where nothing but the version number has changed.
    pub(super) level: Option<Level>,
}

impl<'a> Report<'a> {
    pub(super) fn of(base: &'a Document, contract: &'a Document) -> Self {
        let changes = diff(&base.contract, &contract.contract);
        let level = Level::of(&changes);
        Self { base, contract, changes, level }
    }

    /// How many changes there are, in a sentence.
    pub(super) fn headline(&self) -> String {
        let base = self.base.label();
        match self.changes.len() {
            0 => format!("The contract does not differ from {base}."),
            1 => format!("The contract differs from {base} in one place."),
            count => format!("The contract differs from {base} in {count} places."),
        }
    }

    /// Every change, the heaviest first, and what they ask for.
    pub(super) fn text(&self) -> String {
        let mut out = self.headline();
        out.push('\n');
        for class in Class::ALL {
            let changes: Vec<&Change> = self.changes.iter().filter(|change| change.class == class).collect();
            if changes.is_empty() {
                continue;
            }
            // Writing to a text cannot fail.
            let _ = writeln!(out, "\n{} ({}):", capitalised(class.title()), changes.len());
            for change in changes {
                let _ = writeln!(out, "  {}\n      {}", place(change), change.sentence);
            }
        }
        if let Some(level) = self.level {
            let _ = write!(out, "\nThese are {}, so the next release is {level}", kinds(level));
            match self.allowed().as_slice() {
                [] => out.push('\n'),
                allowed => {
                    let _ = writeln!(out, ": {}.", choice(allowed));
                }
            }
        }
        out
    }

    /// The same as JSON, in one object.
    pub(super) fn json(&self) -> String {
        let side = |document: &Document| json!({"name": document.label(), "version": document.contract.version_text()});
        let changes: Vec<Value> = self
            .changes
            .iter()
            .map(|change| {
                json!({
                    "class": change.class.name(),
                    "breaks_clients": change.class.breaks_clients(),
                    "breaks_servers": change.class.breaks_servers(),
                    "classified": change.classified,
                    "old": change.old,
                    "new": change.new,
                    "sentence": change.sentence,
                })
            })
            .collect();
        let allowed: Vec<String> = self.allowed().iter().map(Version::to_string).collect();
        let report = json!({
            "base": side(self.base),
            "contract": side(self.contract),
            "changes": changes,
            "allowed_versions": allowed,
        });
        format!("{report:#}\n")
    }

    /// The versions that may follow the base.
    fn allowed(&self) -> Vec<Version> {
        let base = self.base.version().ok();
        self.level.zip(base).map(|(level, base)| level.allowed(&base)).unwrap_or_default()
    }
}

/// Where a change is: one pointer, or the old and the new one.
fn place(change: &Change) -> String {
    let shown = |pointer: &str| if pointer.is_empty() { CONTRACT.to_owned() } else { pointer.to_owned() };
    match (&change.old, &change.new) {
        (Some(old), Some(new)) if old == new => shown(new),
        (Some(old), Some(new)) => format!("{} -> {}", shown(old), shown(new)),
        (Some(old), None) => format!("{} (gone)", shown(old)),
        (None, Some(new)) => format!("{} (new)", shown(new)),
        (None, None) => String::new(),
    }
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
