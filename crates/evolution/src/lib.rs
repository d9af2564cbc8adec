#![doc = include_str!("../README.md")]

mod change;
mod comparison;
mod hurt;
mod place;
mod reach;
mod release;
mod rename;
mod rules;
mod site;

pub use change::{Change, Class};
pub use release::Level;
pub use semver::Version;

use comparison::Comparison;
use place::{Pair, Part};
use serde_json::Value;
use untag_codegen::diagnostic::Diagnostic;

/// A contract as it is compared: its text, and what the text says.
#[derive(Clone, Debug)]
pub struct Contract {
    text: String,
    document: Value,
}

impl From<Value> for Contract {
    /// A contract that somebody else has read.
    fn from(document: Value) -> Self {
        Self { text: document.to_string(), document }
    }
}

impl Contract {
    /// Reads a contract. Nothing is asked of it but that it can be read: what lint thinks of it is another matter, and a
    /// contract that an older lint has accepted stays comparable.
    ///
    /// `name` is how the document is called in diagnostics, usually its path. The text is YAML 1.2, and so may be JSON.
    ///
    /// # Errors
    /// Everything that keeps the text from being read, by position; never empty.
    pub fn read(name: &str, text: &str) -> Result<Self, Vec<Diagnostic>> {
        let document = untag_codegen::parse(name, text)?;
        Ok(Self { text: text.to_owned(), document })
    }

    /// `info.version`, if it is a version.
    #[must_use]
    pub fn version(&self) -> Option<Version> {
        Version::parse(self.document["info"]["version"].as_str()?).ok()
    }

    /// `info.version` as it is written; empty where there is none.
    #[must_use]
    pub fn version_text(&self) -> &str {
        self.document["info"]["version"].as_str().unwrap_or_default()
    }
}

/// Every place at which a new contract differs from an old one, in the order of the old one.
///
/// Empty only if the texts are the same. Texts that differ in nothing but comments, layout or the order of members have
/// one change, of the whole document.
#[must_use]
pub fn diff(old: &Contract, new: &Contract) -> Vec<Change> {
    if old.text == new.text {
        return Vec::new();
    }
    let mut comparison = Comparison::new(&old.document, &new.document);
    rules::compare(&mut comparison);
    if comparison.is_empty() {
        let whole = Part::Kept(Pair { old: comparison.old.clone(), new: comparison.new.clone() });
        if old.document == new.document {
            let sentence = "only comments, layout or the order of members differ: no program acts on them.";
            comparison.report(&whole, Class::Documentation, sentence.to_owned());
        } else {
            // No rule has seen it, which is a defect of the rules; it is not the caller who pays for it.
            comparison.unclassified(&whole);
        }
    }
    comparison.finish()
}
