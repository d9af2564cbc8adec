//! Why a policy is not loaded: every reason, each with its place in the file.

use std::fmt;

/// One thing that keeps a policy from being loaded.
///
/// `Display`: `untag.json:5:17: /Statement/0/Effect is "allow"; write "Allow" or "Deny"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) pointer: String,
    pub(crate) message: String,
}

impl Refusal {
    /// The name under which the policy was to be loaded.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The line, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column, from 1, in Unicode characters.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }

    /// The place as a JSON pointer; empty for the whole document. A member that is too much is named itself, one that is
    /// missing by the object it is missing from.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// What is wrong and what to do: the rest of a sentence whose subject is the place.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, message, .. } = self;
        match &*self.pointer {
            "" => write!(f, "{file}:{line}:{column}: the policy {message}"),
            pointer => write!(f, "{file}:{line}:{column}: {} {message}", printable(pointer)),
        }
    }
}

/// A text of the policy's without what a terminal would obey, or would not show.
pub(crate) fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '"' | '\'' | '\\' => shown.push(char),
            char => shown.extend(char.escape_debug()),
        }
    }
    shown
}

/// Everything that keeps a policy from being loaded, in the order of the text; at least one thing.
///
/// `Display` has one line for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusals(Vec<Refusal>);

impl Refusals {
    pub(crate) fn new(mut list: Vec<Refusal>) -> Self {
        list.sort_by_key(|refusal| (refusal.line, refusal.column));
        Self(list)
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Refusal> {
        self.0.iter()
    }

    /// How many there are; never 0.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

impl fmt::Display for Refusals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, refusal) in self.0.iter().enumerate() {
            f.write_str(if position == 0 { "" } else { "\n" })?;
            write!(f, "{refusal}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusals {}
