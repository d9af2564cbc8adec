//! What a strict decoder reports: a text that is not JSON, or not the JSON of its type.

use crate::path::Path;
use std::fmt;

/// Why a text cannot be read as a value of its type, and where.
///
/// `Display` is a sentence that names the member and repeats nothing of its value: `tags[3].key must be a string, not
/// null`. Of a member's name that the contract does not know, it repeats a short and escaped part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShapeError {
    path: Path,
    predicate: String,
}

impl ShapeError {
    pub(crate) fn new(path: Path, predicate: impl Into<String>) -> Self {
        Self { path, predicate: predicate.into() }
    }

    /// Where the reader stopped; the root for a text that is not JSON.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the reader stopped, as a JSON pointer; empty for the root.
    #[must_use]
    pub fn pointer(&self) -> String {
        self.path.pointer()
    }

    /// The sentence without its subject: `must be a string, not null`.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.predicate
    }
}

impl fmt::Display for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_root() {
            write!(f, "the body {}", self.predicate)
        } else {
            write!(f, "{} {}", self.path, self.predicate)
        }
    }
}

impl std::error::Error for ShapeError {}
