//! What is wrong with a contract, where, and what to do about it.

mod render;
pub(crate) mod rules;

pub use render::{render, render_coloured};
pub use rules::RULES;

use std::fmt;
use std::ops::Range;

/// At most this many diagnostics are kept of one run: a document with more has one cause, and their text would grow
/// without bound.
pub(crate) const MAX_DIAGNOSTICS: usize = 1000;

/// How many characters of a value a message repeats.
const QUOTED_CHARACTERS: usize = 60;

/// A rule that every contract keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name in kebab case, as diagnostics show it.
    pub name: &'static str,
    /// Why it is there, in one line.
    pub reason: &'static str,
}

/// One thing that is wrong with a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The name of the rule that is broken, one of [`RULES`].
    pub rule: &'static str,
    /// What is wrong, as a clause without a full stop.
    pub message: String,
    /// What to do about it, as a clause without a full stop.
    pub help: String,
    /// Where it is.
    pub location: Location,
    /// The JSON pointer of the value; empty for the whole document.
    pub pointer: String,
    /// Other places that have to do with it.
    pub labels: Vec<Label>,
}

/// A place in the text of a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// What the document is called, usually its path.
    pub file: String,
    /// The line, counted from one.
    pub line: usize,
    /// The column in characters, counted from one.
    pub column: usize,
    /// The bytes of the text, on one line; empty where something is missing.
    pub span: Range<usize>,
}

/// Another place that has to do with a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// What is there.
    pub text: String,
    /// The line, counted from one.
    pub line: usize,
    /// The bytes of the text, on one line.
    pub span: Range<usize>,
}

impl fmt::Display for Diagnostic {
    /// The form that editors and other tools read: `file:line:column: error[rule]: message`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Location { file, line, column, .. } = &self.location;
        write!(f, "{file}:{line}:{column}: error[{}]: {}", self.rule, self.message)
    }
}

impl std::error::Error for Diagnostic {}

/// A value of the document as messages repeat it: in backticks, shortened, without control characters.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::from("`");
    for (count, c) in text.chars().enumerate() {
        if count == QUOTED_CHARACTERS {
            out.push('…');
            break;
        }
        if c.is_control() { out.extend(c.escape_default()) } else { out.push(c) }
    }
    out.push('`');
    out
}
